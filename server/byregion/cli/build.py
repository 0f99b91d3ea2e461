"""`byregion build`: what can be hosted without byregion."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import click

from byregion import dumps, infer, mirror, queries
from byregion.assets import folder
from byregion.catalogue import PROFILES
from byregion.cli.screen import common, screen
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files, read_graph
from byregion.dataset_clause import DatasetDescription
from byregion.edition.shelf import MADE_WITHIN
from byregion.engine import Engine
from byregion.engine.base import Answer
from byregion.engine.memory import MemoryEngine
from byregion.iri import INFERRED, RETIRED
from byregion.web import create_app

_REMEMBERED: Final = 1000
"""Answers that are kept: those of one thing, which is asked for in every language and format one after the other."""


@click.command("build")
@click.argument("dir", type=click.Path(path_type=Path, file_okay=False))
@click.option("--public-url", help="Address that the copy is for; the pages themselves can be read anywhere.")
@click.option("--only-downloads", is_flag=True, help="Make DIR/dumps and no copy of the site.")
@click.option("--without-source-text", is_flag=True, help="Leave the words of stored texts out of the downloads.")
@common
def command(dir: Path, public_url: str | None, only_downloads: bool, without_source_text: bool) -> None:
    """Make a static copy of the site in DIR, which Apache or nginx can host as its README.md says.

    DIR is replaced where it is a copy that was not changed since, and left as it is where it holds anything else.
    """
    settings = Settings.from_env(os.environ)
    settings = replace(settings, public_url=settings.public_url if public_url is None else public_url)
    with mirror.fresh(dir) as new:
        if only_downloads:
            _make_downloads(new / "dumps", settings.data, source_text=not without_source_text)
        else:
            _copy(new, settings, source_text=not without_source_text)
    screen().tell(f"{dir}: {_told(dir)}", "green")
    if not settings.public_url and not only_downloads:
        screen().warn(f"the addresses in the copy are those of {settings.url}; give the real one with --public-url")


def _make_downloads(target: Path, data: Path, *, source_text: bool) -> None:
    with screen().working("making the downloads"):
        inferred = infer.closure([*ontology_files(), *data_files(data)])
        dumps.write(target, dumps.published(data, inferred, source_text=source_text))


def _copy(target: Path, settings: Settings, *, source_text: bool) -> None:
    files = [*ontology_files(), *data_files(settings.data)]
    engine = MemoryEngine.of(files, infer.UPDATES)
    # Nobody waits for an answer here, so what is made once may take its time.
    settings = replace(settings, query_seconds=MADE_WITHIN)
    app = create_app(settings, _Remembering(engine), is_copy=True, source_text=source_text)
    rules = [rule for rule in app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())]
    paths = {rule.rule.removeprefix("/") for rule in rules if not rule.alias}
    begun = sorted(path for path in paths if path.rstrip("/") not in mirror.NEEDS_SERVER)
    graphs = [*(item.graph for item in files), *([INFERRED] if engine.graph(INFERRED) else [])]
    retired = [read_graph(item.path) for item in files if item.path.stem == RETIRED]
    with screen().counting("copying the site") as step:
        catalogue = app.extensions["byregion"].edition.graph(f"catalogue.{PROFILES[0]}")
        seeds = [*begun, *mirror.named(graphs, catalogue, retired, settings.base)]
        mirror.write(target, app, settings, queries.read_all(folder("queries")), seeds=seeds, step=step)


class _Remembering:
    """An engine that knows its last answers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known = lru_cache(_REMEMBERED)(engine.query)

    @property
    def revision(self) -> str:
        """The name of the revision that is asked."""
        return self._engine.revision

    def query(
        self,
        query: str,
        media_type: str,
        *,
        dataset: DatasetDescription | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Return the answer as the engine does."""
        return self._known(query, media_type, dataset=dataset, seconds=seconds)

    def close(self) -> None:
        """Let go of everything."""
        self._engine.close()


def _told(target: Path) -> str:
    files = [path for path in target.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    return f"{len(files)} files, {size} bytes"
