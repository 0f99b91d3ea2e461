"""`byregion generate`: the files of the data that are made of tables, written anew."""

from __future__ import annotations

import os

import click

from byregion.cli.screen import common, screen
from byregion.config import Settings
from byregion.convert import generated


@click.command("generate")
@click.option("--check", is_flag=True, help="Write nothing; only say which files are not what the tables make.")
@common
def command(check: bool) -> None:
    """Write the files of the data anew that are made of the tables in their source/ folders.

    With --check, exit status 1 says that there is a file that is not what its tables make.
    """
    data = Settings.from_env(os.environ).data
    with screen().working("reading the tables"):
        made = generated.files(data)
    if not check:
        for path in generated.rewrite(data):
            screen().say(f"{path}: written")
        screen().tell(f"{len(made)} files are made of tables")
        return
    other = [path for path, text in made.items() if not path.is_file() or path.read_bytes() != text]
    for path in other:
        screen().say(f"{path}: not what the tables make; byregion generate writes it anew")
    if other:
        click.get_current_context().exit(1)
    screen().tell(f"{len(made)} files are what their tables make", "green")
