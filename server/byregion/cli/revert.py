"""`byregion revert`: a change of a store on disk taken back, which is a change itself."""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

import click
from rdflib import Graph

from byregion.cli.screen import common, screen
from byregion.cli.stores import existing, settings, store_option
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files
from byregion.engine.exchange import Exchange, Reply, shown
from byregion.engine.journal import Content
from byregion.engine.opening import Source
from byregion.engine.reverting import revert
from byregion.errors import ConfigError, EngineError, ValidationError
from byregion.infer import RULES
from byregion.validate import read_shapes

ANSWERS_WITHIN: Final = 120.0
"""Seconds in which a server must answer; it has a time limit of its own for a write."""
LARGEST: Final = 16 << 20
"""Bytes that its answer may have, which is a report where it has more than a few."""


@click.command("revert")
@click.argument("change", type=click.IntRange(min=1))
@click.option("--why", metavar="TEXT", default="", help="Why, beside what was taken back.")
@click.option("--shapes", metavar="SHAPES", help="What the store is served with, where that is not the project's own.")
@click.option("--server", metavar="URL", help="Address of the server that has the store, where one is running.")
@click.option("--token", metavar="FILE", help="File whose last word is a token that may write; - is standard input.")
@store_option
@common
def command(
    change: int, why: str, shapes: str | None, server: str | None, token: str | None, store: str | None
) -> None:
    """Take back what a change added and removed, in a store on disk.

    The server of the store has ended, or is asked to do it (--server). What comes of it is validated as every write is;
    exit status 1 says that it would not conform, and that nothing was changed. Where later changes changed the same
    statements, take those back first.
    """
    if bool(server) != bool(token) or (server and (store or shapes)):
        raise ConfigError("--server and --token belong together, and neither --store nor --shapes stands beside them")
    try:
        if server and token:
            made, revision = _asked(server, change, why, _token(token))
        else:
            made, revision = _done(change, why, shapes, store)
    except ValidationError as error:
        screen().error(str(error))
        click.echo(error.report, nl=False)
        click.get_current_context().exit(1)
    screen().say(f"change {made} takes back change {change}; the revision is {revision}")


# --- By itself --------------------------------------------------------------------------------------------------------


def _done(change: int, why: str, shapes: str | None, store: str | None) -> tuple[str, str]:
    """Return the number of the change that takes another back, and the revision that it makes."""
    found, folder = settings(store)[0], existing(store)
    is_published = Content(folder, 0).kind == "published"
    source = None
    if is_published:
        files = [*ontology_files(), *data_files(found.data)]
        source = Source(files, [rule.update for rule in RULES])
    judges = _shapes(found, shapes, is_published)
    with screen().working("reading the store, and judging"):
        made = revert(folder, change, why, source, judges)
    return str(made.number), made.revision


def _shapes(found: Settings, given: str | None, is_published: bool) -> Graph | None:
    shapes = found.shapes if given is None else given
    if shapes == "none":
        return None
    if shapes and not any(Path(shapes).glob("*.ttl")):
        raise ConfigError(f"shapes is {shapes!r}: it must be 'none', or a folder with Turtle files")
    if not shapes and not is_published:
        raise ConfigError("a store that began with nothing is judged by what --shapes says: a folder, or none")
    return read_shapes(sorted(Path(shapes).glob("*.ttl")) if shapes else None)


# --- By a server ------------------------------------------------------------------------------------------------------


def _asked(server: str, change: int, why: str, token: str) -> tuple[str, str]:
    """Return what a server says that it did: the number of the new change, and the revision.

    Raises ValidationError with the report as N-Triples, and EngineError for everything else that a server may say.
    """
    if not server.startswith(("http://", "https://")):
        raise ConfigError(f"server is {server!r}: it must be an http(s) address")
    url, headers = f"{server.rstrip('/')}/changes/{change}/revert", {"Accept": "application/n-triples"}
    if why:
        headers["Byregion-Reason"] = quote(why)
    with closing(Exchange(width=1, size=LARGEST, authorization=f"Bearer {token}")) as exchange:
        try:
            reply = exchange.ask("POST", url, headers, until=time.monotonic() + ANSWERS_WITHIN)
        except TimeoutError as error:
            raise EngineError(f"{error}; /changes tells whether it did what it was asked") from error
    if reply.status == 422:
        raise ValidationError("the result would not conform to the shapes, so nothing was changed", reply.body.decode())
    if reply.status != 201:
        raise EngineError(f"{shown(url)} answered {reply.status}: {_said(reply)}")
    return reply.headers["location"].rpartition("/")[2], reply.headers["byregion-revision"]


def _said(reply: Reply) -> str:
    is_problem = reply.media_type == "application/problem+json"
    return str(json.loads(reply.body)["detail"]) if is_problem else reply.said or "without saying why"


def _token(path: str) -> str:
    """Return the last word of a file, or of standard input, which is how `byregion token create` prints a token."""
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"token is {path}: it cannot be read ({type(error).__name__})") from error
    words = text.split()
    if not words or not words[-1].isascii() or not words[-1].isprintable():
        raise ConfigError(f"token is {path}: its last word must be a token, as byregion token create prints it")
    return words[-1]
