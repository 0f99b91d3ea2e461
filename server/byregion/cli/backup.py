"""`byregion backup`: a store on disk copied, also while it is served."""

from __future__ import annotations

from pathlib import Path

import click

from byregion.cli.screen import common, screen
from byregion.cli.stores import settings, store_option
from byregion.engine.journal import backup


@click.command("backup")
@click.argument("dir", metavar="DIR", type=click.Path(path_type=Path))
@store_option
@common
def command(dir: Path, store: str | None) -> None:
    """Copy a store on disk to the new folder DIR, also while it is served and written to.

    The copy is read, and its dataset hashed, before it gets its name: a DIR that is there is whole.
    """
    with screen().working("copying"):
        made = backup.make(settings(store)[1], dir)
    screen().say(f"{dir} holds the revision {made.revision}, after {made.changes} changes")
    screen().tell(f"SHA-256 of its dataset: {made.dataset}")
