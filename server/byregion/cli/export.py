"""`byregion export`: a dataset as a workbook."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from byregion.cli.screen import common, screen
from byregion.cli.workbooks import Published, new, parts
from byregion.config import LANGUAGES
from byregion.convert.workbook.exporting import Exported, export
from byregion.convert.workbook.writing import Content, workbook
from byregion.terms import shorten


@click.command("export")
@click.argument("dataset", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--xlsx", is_flag=True, help="As an Excel workbook: the one form there is, so far.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="nb", help="Language of the workbook.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@common
def command(dataset: Path, path: Path, xlsx: bool, lang: str, force: bool) -> None:
    """Write the dataset in a folder as an Excel workbook that imports to the same graphs.

    What no workbook can say is listed in it, on a sheet of its own, and stays in the dataset when the workbook is
    imported there again.
    """
    if not xlsx:
        raise click.UsageError("say which form: --xlsx")
    new(path, force)
    with screen().working("making the workbook"):
        graphs = parts(dataset)
        name = dataset.resolve().name
        here = Published(lang).around(name)
        done = export(graphs, here.form, here.around)
        content = Content(rows=done.rows, dataset=name, left_out=_left_out(done))
        path.write_bytes(workbook(here.form, here.around, content))
    rows = sum(map(len, done.rows.values()))
    screen().tell(f"{path}: {rows} rows that import to the same triples")
    for (part, predicate), number in sorted(Counter((row[0], row[2]) for row in content.left_out).items()):
        screen().tell(f"not in it: {part}: {number} × {predicate}")


def _left_out(done: Exported) -> list[tuple[str, str, str, str]]:
    return [
        (f"{part}.ttl", shorten(str(subject)), shorten(str(predicate)), shorten(str(value)))
        for part, triples in done.left_out.items()
        for subject, predicate, value in triples
    ]
