"""`byregion revert`: a change of a store on disk taken back, which is a change itself."""

from __future__ import annotations

from pathlib import Path

import click
from rdflib import Graph

from byregion.cli.screen import common, screen
from byregion.cli.stores import existing, settings, store_option
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files
from byregion.engine.journal import Content
from byregion.engine.opening import Source
from byregion.engine.reverting import revert
from byregion.errors import ConfigError, ValidationError
from byregion.infer import RULES
from byregion.validate import read_shapes


@click.command("revert")
@click.argument("change", type=click.IntRange(min=1))
@click.option("--why", metavar="TEXT", default="", help="Why, beside what was taken back.")
@click.option("--shapes", metavar="SHAPES", help="What the store is served with, where that is not the project's own.")
@store_option
@common
def command(change: int, why: str, shapes: str | None, store: str | None) -> None:
    """Take back what a change added and removed, in a store on disk whose server has ended.

    What comes of it is validated as every write is; exit status 1 says that it would not conform, and that nothing was
    changed. Where later changes changed the same statements, take those back first.
    """
    found, folder = settings(store)[0], existing(store)
    is_published = Content(folder, 0).kind == "published"
    source = None
    if is_published:
        files = [*ontology_files(), *data_files(found.data)]
        source = Source(files, [rule.update for rule in RULES])
    judges = _shapes(found, shapes, is_published)
    try:
        with screen().working("reading the store, and judging"):
            made = revert(folder, change, why, source, judges)
    except ValidationError as error:
        screen().error(str(error))
        click.echo(error.report, nl=False)
        click.get_current_context().exit(1)
    screen().say(f"change {made.number} takes back change {change}; the revision is {made.revision}")


def _shapes(found: Settings, given: str | None, is_published: bool) -> Graph | None:
    shapes = found.shapes if given is None else given
    if shapes == "none":
        return None
    if shapes and not any(Path(shapes).glob("*.ttl")):
        raise ConfigError(f"shapes is {shapes!r}: it must be 'none', or a folder with Turtle files")
    if not shapes and not is_published:
        raise ConfigError("a store that began with nothing is judged by what --shapes says: a folder, or none")
    return read_shapes(sorted(Path(shapes).glob("*.ttl")) if shapes else None)
