"""`byregion catalogue`: the catalogue as a portal harvests it, what it lacks, and the portal's marks for it."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rdflib import Graph

from byregion import catalogue
from byregion.assets import folder
from byregion.catalogue.fetch import Client
from byregion.catalogue.score import POSSIBLE, Conforms, DatasetScore, score
from byregion.cli.screen import common, screen
from byregion.config import Settings
from byregion.dataset import read_graph
from byregion.validate import read_shapes, report, to_text

FORMATS = {
    "turtle": "text/turtle",
    "jsonld": "application/ld+json",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
}


@click.command("catalogue")
@click.option("--format", "form", type=click.Choice([*FORMATS]), default="turtle", help="Of the catalogue.")
@click.option(
    "--profile", type=click.Choice(catalogue.PROFILES), default="harvest", help="harvest suits versions 2 and 3."
)
@click.option("--score", "url", metavar="URL", help="Mark the catalogue that is served at this address instead.")
@click.option(
    "--shapes",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The portal's SHACL shapes, for --score.",
)
@click.option(
    "--allow", "allowed", metavar="URL", multiple=True, help="Another server that --score may ask; repeat it."
)
@common
def command(
    form: str, profile: catalogue.Profile, url: str | None, shapes: Path | None, allowed: tuple[str, ...]
) -> None:
    """Print the catalogue (DCAT-AP-NO), and say which triples it lacks.

    Exit status 1 says that the catalogue lacks what only its owner can give: publisher and contact. With --score it
    says that the harvester would drop something of the catalogue at URL.
    """
    if url is not None:
        _score(url, shapes, allowed)
    elif shapes or allowed:
        raise click.UsageError("--shapes and --allow belong to --score")
    else:
        _print(form, profile)


def _print(form: str, profile: catalogue.Profile) -> None:
    settings = Settings.from_env(os.environ)
    said, names = catalogue.read(settings.data), catalogue.names(settings.data)
    concepts = read_graph(folder("ontology") / "concepts.ttl")
    graph = catalogue.build(said, catalogue.dumps_of(names), settings.url, concepts=concepts, profile=profile)
    click.echo(catalogue.written(graph, FORMATS[form]), nl=False)
    missing = catalogue.missing(said, names)
    if missing:
        screen().tell(
            f"{settings.data / 'catalogue.ttl'} lacks {len(missing)} triples; fill in and add them:", "bold red"
        )
        for item in missing:
            screen().tell(f"{item.sentence}\n  {item.turtle}")
        click.get_current_context().exit(1)


def _score(url: str, shapes: Path | None, allowed: tuple[str, ...]) -> None:
    with screen().working(f"asking {url}"):
        found = score(url, Client([url, *allowed]), _conforms(shapes) if shapes else None)
    for dataset in found.datasets:
        _show(dataset)
    for problem in found.problems:
        screen().say(f"harvest: {problem}", "bold red")
    if not found.datasets:
        screen().say("harvest: the catalogue lists no dataset", "bold red")
    if found.problems or not found.datasets:
        click.get_current_context().exit(1)


def _conforms(path: Path) -> Conforms:
    shapes, terms = read_shapes([path]), catalogue.reference_terms()

    def conforms(graph: Graph) -> list[str]:
        # The last line only counts the others.
        return to_text(report(graph + terms, shapes)).splitlines()[:-1]

    return conforms


def _show(dataset: DatasetScore) -> None:
    measured = sum(mark.metric.points for mark in dataset.marks if mark.metric.measured)
    screen().say(f"{dataset.dataset}: {dataset.points} of {POSSIBLE}", "bold")
    screen().tell(f"  of what the portal's services measure today: {dataset.points_today} of {measured}")
    for mark in dataset.marks:
        if mark.points < mark.metric.points:
            screen().say(f"  {mark.metric.name}: {mark.points} of {mark.metric.points}: {mark.why}", "yellow")
