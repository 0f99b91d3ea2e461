"""`byregion import`: a workbook becomes a dataset, or what is wrong is said; a page of text becomes a draft of one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import click

from byregion import iri
from byregion.cli.screen import common, screen
from byregion.cli.texts import address, day, import_text, is_text
from byregion.cli.workbooks import Published, World, parts
from byregion.config import LANGUAGES
from byregion.convert.text import Given
from byregion.convert.workbook import copying, reading
from byregion.convert.workbook.archives import Unreadable
from byregion.convert.workbook.graphs import PARTS, Graphs, Settled, settle
from byregion.convert.workbook.importing import Imported, errors, given_ids, read_tables
from byregion.convert.workbook.merging import Previous, judge, previous
from byregion.convert.workbook.tables import Entry, Table, by_message, joined
from byregion.convert.workbook.words import ID
from byregion.dataset import layout
from byregion.errors import ConfigError
from byregion.terms import shorten


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder of the dataset to write.")
@click.option("--keep-valid", is_flag=True, help="Write what has no error, and list the rest.")
@click.option("--replace", is_flag=True, help="Take away what the dataset has and the workbook has not.")
@click.option("--copy", type=click.Path(path_type=Path), help="Where the workbook with the new ids is written.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="nb", help="Language of the messages.")
@click.option("--name", metavar="NAME", help="Text: what the region is called, if not as the first line.")
@click.option("--date", metavar="DAY", help="Text: the day whose municipalities are meant, if not the figures'.")
@click.option("--page", metavar="URL", help="Text: the address of the page.")
@click.option("--written-in", type=click.Choice(("nb", "nn")), help="Text: its language, if not found out from it.")
@common
def command(
    path: Path,
    out: Path | None,
    keep_valid: bool,
    replace: bool,
    copy: Path | None,
    lang: str,
    **said: str | None,
) -> None:
    """Make a dataset of a workbook (XLSX), of a folder with a CSV file for each sheet, or of a page of text (.txt).

    Everything that is wrong is said by sheet and cell, and then nothing is written. Without --out, it is only checked.
    Exit status 1 says that something is wrong. A page of text gives a draft, and a report to review it by; then 1 says
    that something of the page is not used, or that the shapes want more.
    """
    name = _name(out)
    if is_text(path):
        _only("a workbook", {"--keep-valid": keep_valid, "--copy": copy})
        given = Given(name, said["name"] or "", day(said["date"]), address(said["page"]), said["written_in"] or "")
        if not import_text(path, out, given, lang, replace=replace):
            click.get_current_context().exit(1)
        return
    _only("a page of text (.txt)", {f"--{option}": value for option, value in said.items()})
    _import_workbook(path, out, copy, lang, keep_valid=keep_valid, replace=replace)


def _import_workbook(
    path: Path, out: Path | None, copy: Path | None, lang: str, *, keep_valid: bool, replace: bool
) -> None:
    name = _name(out)
    with screen().working("reading"):
        tables = _read(path, lang)
        published = Published(lang)
        # A dataset that is published already is not around itself, even if the workbook is only checked.
        here = published.around(name or published.described_by(given_ids(tables, published.form)))
        imported = read_tables(tables, here.form, here.around)
        before = _before(out, here)
    with screen().working("judging by the shapes"):
        settled = settle(imported, here.form, judge(before, here), keep_valid=keep_valid)
    words = here.form.words
    _tell(settled)
    wrong = bool(errors(settled.problems))
    if not wrong or keep_valid:
        gone = before.gone(settled.graphs)
        if gone and not replace:
            listed = ", ".join(shorten(thing) for thing in gone[:10]) + (" …" if len(gone) > 10 else "")
            raise ConfigError(words.done("gone", path=out, count=len(gone), listed=listed))
        if out is not None:
            _write(out, before.joined(settled.graphs))
            _write_copy(path, copy, imported, settled, here)
            screen().tell(words.done("written", path=out, count=len(settled.entries)), "green")
        elif not wrong:
            screen().tell(words.done("conform", count=len(settled.entries)), "green")
    if wrong:
        click.get_current_context().exit(1)


def _only(what: str, options: Mapping[str, object]) -> None:
    for option, value in options.items():
        if value:
            raise click.UsageError(f"{option.replace('_', '-')} is for {what}, and not for this file")


def _read(path: Path, language: str) -> list[Table]:
    try:
        return reading.read(path)
    except Unreadable as error:
        raise error.worded(language) from error


def _name(out: Path | None) -> str:
    name = out.resolve().name if out else ""
    if name != iri.slug(name):
        good = iri.slug(name) or "midt-troms"
        raise ConfigError(f"a dataset's folder is named in lower case with hyphens, such as {good}; not {name}")
    return name


def _before(out: Path | None, here: World) -> Previous:
    if out is None or not any((out / f"{part}.ttl").is_file() for part in PARTS):
        return Previous()
    return previous(parts(out), here.form, here.around)


def _tell(settled: Settled) -> None:
    """Say what is wrong, what is to be known, and what was left out for it; the same of many cells is said once."""
    for severity, message, places in by_message(settled.problems):
        if severity == "error":
            screen().say(f"{joined(places)}: {message}", "red")
        else:
            screen().tell(f"{joined(places)}: {message}", "yellow")
    for _, message, places in by_message(settled.dropped):
        screen().say(f"{joined(places)}: {message}", "yellow")


# --- Writing ----------------------------------------------------------------------------------------------------------


def _write(out: Path, graphs: Graphs) -> None:
    """Write the parts of a dataset: all of them or, where that fails, none."""
    texts = {f"{part}.ttl": layout(graph) for part, graph in zip(PARTS, graphs.both(), strict=True) if len(graph)}
    out.parent.mkdir(parents=True, exist_ok=True)
    made = out.parent / f"{out.name}.{os.getpid()}.tmp"
    made.mkdir()
    try:
        for name, text in texts.items():
            (made / name).write_text(text, encoding="utf-8", newline="\n")
        if out.exists():
            _move(made, out, texts)
        else:
            made.rename(out)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _move(made: Path, out: Path, texts: Mapping[str, str]) -> None:
    """Put new parts in the place of old ones, which come back where a move fails."""
    kept = made / "before"
    kept.mkdir()
    names = [f"{part}.ttl" for part in PARTS]
    old = [name for name in names if (out / name).exists()]
    for name in old:
        shutil.copy2(out / name, kept / name)
    try:
        for name in names:
            if name in texts:
                (made / name).replace(out / name)
            else:
                (out / name).unlink(missing_ok=True)
    except OSError:
        for name in names:
            (out / name).unlink(missing_ok=True)
        for name in old:
            (kept / name).replace(out / name)
        raise


def _write_copy(path: Path, copy: Path | None, imported: Imported, settled: Settled, here: World) -> None:
    """Write the workbook with the ids that were made, beside the given one."""
    there = {id(entry) for entry in settled.entries}
    made: list[Entry] = [entry for entry in imported.made if id(entry) in there]
    if not made:
        return
    without = {entry.layout.place.sheet for entry in made if not entry.layout.id_column}
    words = here.form.words
    for sheet in sorted(without):
        screen().warn(words.done("no-column", sheet=sheet, name=words.own(ID)))
    if back := [entry for entry in made if entry.layout.id_column]:
        written = copying.copy(path, copy, back)
        screen().tell(words.done("copied", path=written, count=len(back)))
