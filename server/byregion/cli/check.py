"""`byregion check`: everything that can be checked, in one report."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from rdflib import Dataset, URIRef

from byregion import evidence, infer, layout, links, queries, validate, vocabulary
from byregion.assets import folder
from byregion.cli.screen import common, screen
from byregion.config import LANGUAGES, Settings
from byregion.dataset import GraphFile, data_files, ontology_files
from byregion.engine.turtle import Reader
from byregion.findings import Finding


@click.command("check")
@click.option("--fix", is_flag=True, help="First rewrite files that are not in the layout of data/; comments are lost.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of what the shapes say.")
@common
def command(fix: bool, lang: str) -> None:
    """Check evidence, ontology, shapes, layout and links of the published data.

    Exit status 1 says that there is an error. A note is for a person to look at.
    """
    data = Settings.from_env(os.environ).data
    for path in layout.rewrite(data) if fix else ():
        screen().tell(f"{path}: rewritten")
    files = (*ontology_files(), *data_files(data))
    reader = Reader()
    with screen().working("reading the data"):
        dataset = reader.dataset(files)
    found: list[Finding] = []
    for name, part in _parts(data, files, reader, dataset, lang):
        with screen().working(name):
            findings = part()
        found += findings
        _show(name, findings)
    if any(finding.severity == "error" for finding in found):
        click.get_current_context().exit(1)
    screen().tell(f"{len(files)} files and {len(dataset)} triples conform", "green")


def _parts(
    data: Path, files: tuple[GraphFile, ...], reader: Reader, dataset: Dataset, lang: str
) -> Iterator[tuple[str, Callable[[], list[Finding]]]]:
    """Yield the checks by name, in the order in which one builds on another."""
    shapes = validate.read_shapes()
    ontology = reader.dataset(ontology_files())
    yield "layout", lambda: layout.check(data, reader)
    yield "evidence", lambda: evidence.check(dataset, data)
    yield "ontology", lambda: [*vocabulary.check(ontology, shapes, _words(data, reader)), *infer.check(files, reader)]
    yield "shapes", lambda: validate.findings(validate.report(dataset, shapes), dataset, files, lang)
    yield "links", lambda: links.check(dataset)


def _words(data: Path, reader: Reader) -> dict[str, set[URIRef]]:
    """Return the words of vocabularies that each data file and each query uses."""
    used = {str(item.path): vocabulary.in_graph(reader.triples(item.path)) for item in data_files(data)}
    named = queries.read_all(folder("queries"))
    return used | {f"queries/{query.name}.rq": vocabulary.in_query(query.text) for query in named}


def _show(name: str, findings: list[Finding]) -> None:
    count = Counter(finding.severity for finding in findings)
    counted = f"{_counted(count['error'], 'error')}, {_counted(count['note'], 'note')}"
    screen().say(f"{name}: {counted}", "bold red" if count["error"] else "bold green")
    for finding in sorted(findings, key=lambda item: (item.severity, item)):
        if finding.severity == "error" or not screen().quiet:
            style = "red" if finding.severity == "error" else "yellow"
            screen().say(f"  {finding.severity} {finding.where}: {finding.message}", style)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
