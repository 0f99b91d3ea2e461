"""`byregion load`: what is published, put into a store of somebody else's making for `byregion serve --store`."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from byregion.cli.screen import common, screen
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files
from byregion.engine.deposit import GraphStore
from byregion.engine.exchange import authorization, shown
from byregion.engine.holding import Holding, quads
from byregion.engine.remote import RemoteEngine
from byregion.engine.store import published
from byregion.errors import ConfigError
from byregion.infer import RULES
from byregion.iri import INFERRED


@click.command("load")
@click.option("--store-graphs", metavar="URL", help="Address of the store's Graph Store Protocol.")
@click.option("--store", metavar="URL", help="Address of its SPARQL endpoint; where given, what it holds is checked.")
@click.option("--file", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write N-Quads there instead.")
@common
def command(store_graphs: str | None, store: str | None, path: Path | None) -> None:
    """Put what is published into a store, in place of the revision that it holds.

    The store has each graph under its name, their merge, and last the mark of a whole revision. A server that asks the
    store meanwhile answers 503. With --file nothing is sent; the file is for the bulk loader of the store.
    """
    settings = Settings.from_env(os.environ)
    settings = replace(settings, store=store or settings.store, store_graphs=store_graphs or settings.store_graphs)
    if path is None and not settings.store_graphs:
        raise ConfigError("there is no store to load: give --store-graphs, or --file for a bulk loader")
    with screen().working("inferring"):
        files = [*ontology_files(), *data_files(settings.data)]
        text = published(files, [rule.update for rule in RULES], INFERRED)
    if path is not None:
        with screen().working("writing"), path.open("wb") as file:
            file.writelines(quads(text))
        screen().say(f"{path} holds the revision {Holding.of(text).revision[:16]}")
        return
    with screen().working("loading"):
        holding = _deposit(settings, text)
    screen().say(f"{shown(settings.store_graphs)} holds the revision {holding.revision[:16]}")
    screen().tell(f"{holding.stated} triples stated, {holding.inferred} inferred")


def _deposit(settings: Settings, text: bytes) -> Holding:
    with closing(GraphStore(settings.store_graphs, authorization=authorization(settings.store_auth_file))) as graphs:
        holding = graphs.deposit(text)
    if settings.is_remote:
        with closing(RemoteEngine.of(settings, holding)) as engine:
            engine.check()
    return holding
