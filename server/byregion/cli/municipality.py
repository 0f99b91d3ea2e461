"""`byregion municipality`: what a municipality number is of, and what number it has or has become at a date."""

from __future__ import annotations

import os
from datetime import date as day

import click
from rdflib import URIRef
from rdflib.term import Node

from byregion import queries, results
from byregion.assets import folder
from byregion.cli.screen import common, screen
from byregion.config import LANGUAGES, Settings
from byregion.dataset import data_files, ontology_files
from byregion.engine import Limits
from byregion.engine.memory import MemoryEngine
from byregion.errors import NotFound
from byregion.infer import RULES
from byregion.terms import shorten

QUERY = "number-at-another-date"
"""The named query that is asked."""

_SAY = {
    "same": {
        "nb": "Kommunen er den samme.",
        "nn": "Kommunen er den same.",
        "en": "The municipality is the same.",
    },
    "other": {
        "nb": "Kommunen er ikke den samme: på veien ble den slått sammen med andre.",
        "nn": "Kommunen er ikkje den same: på vegen vart han slått saman med andre.",
        "en": "The municipality is not the same: on the way it merged with others.",
    },
    "split": {
        "nb": "Usikkert: kommunen ble delt, og nummeret sier ikke hvilken del som kom hvor.",
        "nn": "Usikkert: kommunen vart delt, og nummeret seier ikkje kva del som kom kvar.",
        "en": "Uncertain: the municipality was split, and the number does not say which part came where.",
    },
}


@click.command("municipality")
@click.argument("number")
@click.option("--date", "at", metavar="DATE", help="The day to say it for, as 2024-01-01. Default: today.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the answer.")
@common
def command(number: str, at: str | None, lang: str) -> None:
    """Say which municipality NUMBER is of and which number that has, or has become, at a date.

    After a split there are several, and it is said that it is uncertain which is meant. The same as the named query
    number-at-another-date.
    """
    settings = Settings.from_env(os.environ)
    values = {"number": number, "date": at or day.today().isoformat(), "language": lang}
    text = queries.prepare(queries.find(queries.read_all(folder("queries")), QUERY), values)
    with screen().working("asking"):
        files = [*ontology_files(), *data_files(settings.data)]
        engine = MemoryEngine.of(files, [rule.update for rule in RULES], Limits.of(settings))
        answer = results.read_solutions(engine.query(text, results.JSON).body)
    found = answer.bindings if isinstance(answer, results.Solutions) else ()
    rows = [{str(name): _shown(term) for name, term in row.items()} for row in found]
    if not rows:
        raise NotFound(
            f"{number} is no municipality number of the data, or it was taken into use after {values['date']}"
        )
    header = ["number", "name", "numberThen", "nameThen", "municipalityThen"]
    screen().table(header, [[row.get(name, "") for name in header] for row in rows])
    split = any(row["uncertain"] == "true" for row in rows)
    same = all(row["municipality"] == row["municipalityThen"] for row in rows)
    screen().say(_SAY["split" if split else "same" if same else "other"][lang])


def _shown(term: Node) -> str:
    return shorten(term) if isinstance(term, URIRef) else str(term)
