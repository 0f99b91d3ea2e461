"""`byregion restore`: a store on disk made of a backup."""

from __future__ import annotations

from pathlib import Path

import click

from byregion.cli.screen import common, screen
from byregion.cli.stores import settings, store_option
from byregion.engine.journal import backup


@click.command("restore")
@click.argument("dir", metavar="DIR", type=click.Path(path_type=Path))
@store_option
@common
def command(dir: Path, store: str | None) -> None:
    """Make a store on disk of the backup in DIR, in a new folder; DIR stays as it is.

    Every file must be what was backed up, and the dataset that is read from the new store have the same hash.
    """
    _, target = settings(store)
    with screen().working("copying"):
        told = backup.restore(dir, target)
    screen().say(f"{target} holds the revision {told.revision}, after {told.changes} changes")
    screen().tell(f"SHA-256 of its dataset: {told.dataset}")
