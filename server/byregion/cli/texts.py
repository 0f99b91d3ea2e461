"""What `byregion import` does with a page of text: a draft of a dataset, and the report to review it by."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from byregion import validate
from byregion.cli.screen import screen
from byregion.cli.workbooks import Published, World
from byregion.convert.text import Draft, Given, Words, drafted, read, review, uncovered
from byregion.dataset import layout, ntriples
from byregion.errors import ConfigError, ParameterError
from byregion.terms import best, parse, shorten


def is_text(path: Path) -> bool:
    """Whether `byregion import` takes a file for a page of text."""
    return path.suffix.lower() == ".txt" and not path.is_dir()


def import_text(path: Path, out: Path | None, given: Given, language: str, *, replace: bool) -> bool:
    """Write the draft of a page to the folder `out`, if there is one, and its report to standard output.

    Return whether nothing is left over: every sentence is used, and the shapes want nothing more. What is told is in
    `language`. Raises ConfigError where `out` holds something and `replace` does not say to write over it.
    """
    words = Words(language)
    if out is not None and not replace and out.exists() and any(out.iterdir()):
        raise ConfigError(words.say("there-already", {"path": out}))
    page = read(path, words)
    with screen().working("reading"):
        here = Published(language).around(given.slug)
        draft = drafted(page, given, here.around, words, path)
    with screen().working("judging by the shapes"):
        wanted = list(_wanted(draft, here, language))
    for note in page.notes:
        screen().tell(words.say(note), "yellow")
    for line in (*review(draft, words), "", words.say("shapes", {"count": len(wanted)}), *wanted):
        screen().say(line)
    if out is None:
        screen().tell(words.say("checked", {"slug": draft.slug}))
    else:
        _write(out, draft)
        screen().tell(words.say("written", {"path": out, "count": len(draft.made)}), "green")
    return not wanted and not uncovered(draft)


def day(text: str | None) -> date | None:
    """Return the day that an option names; raises ParameterError where it names none."""
    return date.fromisoformat(str(parse("date", text, "--date"))) if text else None


def address(text: str | None) -> str:
    """Return the address of a page that an option names; raises ParameterError where it is none of the web."""
    if text and not text.startswith(("http://", "https://")):
        raise ParameterError(f"--page is {text!r}: it must be the page's address, https://…", "--page", text)
    return str(parse("iri", text, "--page")) if text else ""


def _wanted(draft: Draft, here: World, language: str) -> Iterator[str]:
    """Yield what the shapes want of the entities of a draft beside everything that is published."""
    subjects = set(map(str, draft.graph.subjects()))
    for result in validate.report(here.said + ntriples(draft.graph), here.shapes).results:
        if str(result.focus_node) in subjects:
            about = shorten(str(result.focus_node))
            yield f"{about}: {best(result.message, (language,)) or shorten(result.component)}"


def _write(out: Path, draft: Draft) -> None:
    """Write the dataset beside its place and put it there whole; what was there before comes back where that fails."""
    made, before = (out.with_name(f"{out.name}.{os.getpid()}.{end}") for end in ("tmp", "old"))
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        if out.exists():
            shutil.copytree(out, made)
        (made / "source").mkdir(parents=True, exist_ok=True)
        (made / "stated.ttl").write_text(layout(draft.graph), encoding="utf-8", newline="\n")
        (made / "source" / draft.page.name).write_text(draft.page.text, encoding="utf-8", newline="\n")
        if not out.exists():
            made.rename(out)
            return
        out.rename(before)
        try:
            made.rename(out)
        except OSError:
            before.rename(out)
            raise
        shutil.rmtree(before)
    finally:
        shutil.rmtree(made, ignore_errors=True)
