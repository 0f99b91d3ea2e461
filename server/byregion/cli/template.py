"""`byregion template`: an empty workbook to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from byregion.cli.screen import common, screen
from byregion.cli.workbooks import Published, new
from byregion.config import LANGUAGES
from byregion.convert.workbook.exporting import examples
from byregion.convert.workbook.writing import Content, workbook


@click.command("template")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--lang", type=click.Choice(LANGUAGES), default="nb", help="Language of the workbook.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@common
def command(path: Path, lang: str, force: bool) -> None:
    """Write an empty Excel workbook to fill in: its sheets, columns, notes and lists are what the shapes say."""
    new(path, force)
    with screen().working("making the workbook"):
        here = Published(lang).around()
        shown = examples(here.graph, here.form, here.around)
        path.write_bytes(workbook(here.form, here.around, Content(examples=shown)))
    screen().tell(f"{path}: an empty workbook; when it is filled in, byregion import reads it")
