"""`byregion validate`: what SHACL says of files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from byregion.cli.screen import common, screen
from byregion.config import LANGUAGES, Settings
from byregion.dataset import data_files, layout, ontology_files
from byregion.engine.turtle import Reader
from byregion.errors import DataError
from byregion.validate import ENGINES, judged, read_shapes, report, to_graph, to_json, to_text


@click.command("validate")
@click.argument("path", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "turtle"]), default="text", help="Of the report.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], help="What judges; pyshacl is slower.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the messages in text.")
@common
def command(path: tuple[Path, ...], form: str, engine: str, lang: str) -> None:
    """Judge Turtle files, or those below folders, by the shapes; without PATH, the published data.

    They are judged with the ontology and the published data around them, in which a file takes the place of the one
    of the same dataset and part; nothing is inferred. Exit status 1 says that they do not conform.
    """
    with screen().working("judging by the shapes"):
        found = report(_data(path), read_shapes(), engine=engine)
    write = {
        "text": lambda: to_text(found, lang),
        "json": lambda: to_json(found),
        "turtle": lambda: layout(to_graph(found)),
    }
    click.echo(write[form](), nl=False)
    if not found.conforms:
        click.get_current_context().exit(1)


def _data(paths: tuple[Path, ...]) -> str:
    given = list(_turtle(paths))
    replaced = {_part(path) for path in given}
    published = judged([*ontology_files(), *data_files(Settings.from_env(os.environ).data)])
    reader = Reader()
    for path in given:
        if not reader.triples(path):
            raise DataError("this file says nothing, so there is nothing to judge", path)
    return reader.ntriples([*given, *(item.path for item in published if _part(item.path) not in replaced)])


def _part(path: Path) -> tuple[str, str]:
    """Return the dataset and the part that a file is, by its place."""
    return path.resolve().parent.name, path.stem


def _turtle(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        files = sorted(path.rglob("*.ttl")) if path.is_dir() else [path]
        if not files:
            raise DataError("there is no Turtle file below this folder", path)
        yield from files
