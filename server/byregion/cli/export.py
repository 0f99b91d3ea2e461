"""`byregion export`: a dataset as a workbook, or what was written to a store back in the files of the data."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from byregion.cli.screen import common, screen
from byregion.cli.stores import existing, store_option
from byregion.cli.workbooks import Published, new, parts
from byregion.config import LANGUAGES
from byregion.convert.workbook.exporting import Exported, export
from byregion.convert.workbook.writing import Content, workbook
from byregion.history import exporting
from byregion.terms import shorten


@click.command("export")
@click.argument("dataset", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("path", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--xlsx", is_flag=True, help="Write the dataset in the folder DATASET as the Excel workbook PATH.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="nb", help="Language of the workbook.")
@click.option("--force", is_flag=True, help="Write over a workbook that is there.")
@click.option(
    "--to",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the data, to bring its files to what a store on disk holds.",
)
@store_option
@common
def command(
    dataset: Path | None, path: Path | None, xlsx: bool, lang: str, force: bool, to: Path | None, store: str | None
) -> None:
    """Write a dataset as a workbook (--xlsx), or what was written to a store on disk back to the data (--to).

    A workbook imports to the same graphs. What no workbook can say is listed in it, on a sheet of its own, and stays in
    the dataset when the workbook is imported there again.

    Of the data, only files are touched whose graphs were written to. Nothing is written where one of those files was
    changed by somebody else, too.
    """
    if xlsx == bool(to):
        raise click.UsageError("say which: --xlsx DATASET PATH for a workbook, or --to DATA --store PATH for the files")
    if to:
        if dataset or path or force:
            raise click.UsageError("--to takes --store alone: which files change follows from what was written")
        return _to_files(to, store)
    if not dataset or not path:
        raise click.UsageError("--xlsx needs the folder of a dataset and the workbook to write: DATASET PATH")
    if store:
        raise click.UsageError("a workbook is made of files; bring them to what the store holds with --to first")
    new(path, force)
    _to_workbook(dataset, path, lang)


def _to_files(data: Path, store: str | None) -> None:
    with screen().working("reading the store and the files"):
        plan = exporting.planned(existing(store), data)
    plan.carry_out()
    for path, text in plan.texts.items():
        screen().tell(f"{path}: {'written' if text else 'removed, for its graph holds nothing'}")
    for path in plan.older:
        screen().warn(f"{path} says otherwise than the store, where nobody has written to its graph; it stays")
    screen().say(f"{data}: {len(plan.texts)} files changed, to the revision {plan.revision[:16]}")


def _to_workbook(dataset: Path, path: Path, lang: str) -> None:
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
