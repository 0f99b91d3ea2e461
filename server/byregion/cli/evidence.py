"""`byregion evidence`: the passages behind an entity, or what of a stored source no entity rests on."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rdflib import Dataset, URIRef

from byregion import evidence, terms
from byregion.cli.screen import common, nearest, screen
from byregion.config import Settings
from byregion.dataset import data_files, read
from byregion.errors import NotFound
from byregion.evidence import StoredText


@click.command("evidence")
@click.argument("iri", required=False)
@click.option("--fill", is_flag=True, help="Fill in position, prefix and suffix of every quote in data/*/stated.ttl.")
@click.option("--source", metavar="NAME", help="Only this stored text: its file name or its IRI.")
@common
def command(iri: str | None, fill: bool, source: str | None) -> None:
    """Print the passages behind the entity IRI, or what of the stored texts is no entity's evidence.

    IRI is written in full, as region:midt-troms, or as region/midt-troms. Without it, exit status 1 says that
    something is uncovered.
    """
    if fill and (iri or source):
        raise click.UsageError("--fill is for all quotes; it goes with no IRI and no --source")
    settings = Settings.from_env(os.environ)
    if fill:
        _fill(settings.data)
        return
    with screen().working("reading the data"):
        dataset = read(data_files(settings.data))
    stored = _named(evidence.stored_texts(dataset, settings.data), source)
    if iri:
        _passages(dataset, URIRef(str(terms.parse("iri", iri, "IRI"))), stored)
    elif not _everything_covered(dataset, stored):
        click.get_current_context().exit(1)


def _fill(data: Path) -> None:
    for item in data_files(data):
        if item.path.stem == "stated":
            changed = evidence.fill(item.path)
            screen().tell(f"{item.path}: {changed} {'quote' if changed == 1 else 'quotes'} filled in")


def _named(stored: list[StoredText], source: str | None) -> list[StoredText]:
    if source is None:
        return stored
    found = [text for text in stored if source in (text.path.name, text.source, terms.shorten(text.source))]
    if not found:
        raise NotFound(f"there is no stored text {source!r}{nearest(source, [text.path.name for text in stored])}")
    return found


def _passages(dataset: Dataset, iri: URIRef, stored: list[StoredText]) -> None:
    texts = {text.source: text for text in stored}
    found = [passage for passage in evidence.passages(dataset, iri) if passage.source in texts]
    for passage in found:
        text = texts[passage.source].text
        line = text.count("\n", 0, passage.start) + 1
        column = passage.start - text.rfind("\n", 0, passage.start)
        place = f"{texts[passage.source].path.name}:{line}:{column}"
        excerpt = f" (from {terms.shorten(passage.primary_source)})" if passage.primary_source else ""
        screen().say(f"{place}: {passage.text}{excerpt}")
    if not found:
        screen().tell(f"<{iri}> has no quote from a stored text; its dcterms:source says where it is from")


def _everything_covered(dataset: Dataset, stored: list[StoredText]) -> bool:
    whole = True
    for text in stored:
        gaps = evidence.uncovered(dataset, text)
        whole = whole and not gaps
        for gap in gaps:
            screen().say(f"{text.path}:{gap.line}:{gap.column}: {gap.text}")
        if not gaps:
            screen().tell(f"{text.path}: everything in it is some entity's evidence", "green")
    return whole
