"""`byregion infer`: what follows from the data and is not stated."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rdflib import Graph

from byregion.cli.screen import common, screen
from byregion.config import Settings
from byregion.dataset import data_files, layout, ontology_files
from byregion.engine.memory import MemoryEngine
from byregion.infer import RULES
from byregion.iri import INFERRED


@click.command("infer")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file, not to the screen.")
@click.option("--format", "form", type=click.Choice(["turtle", "ntriples"]), default="turtle", help="Of the triples.")
@common
def command(output: Path | None, form: str) -> None:
    """Write the triples that follow from the published data and the ontology and that no file states."""
    with screen().working("inferring"):
        files = [*ontology_files(), *data_files(Settings.from_env(os.environ).data)]
        engine = MemoryEngine.of(files, [rule.update for rule in RULES])
        graph = engine.graph(INFERRED)
    text = layout(graph) if form == "turtle" else _lines(graph)
    if output:
        output.write_text(text, encoding="utf-8", newline="\n")
    else:
        click.echo(text, nl=False)
    screen().tell(f"{engine.loaded.stated} triples stated in {len(files)} files, {engine.loaded.inferred} inferred")


def _lines(graph: Graph) -> str:
    """Return a graph as sorted N-Triples."""
    return "".join(sorted(graph.serialize(format="nt").splitlines(keepends=True)))
