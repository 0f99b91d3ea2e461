"""Which regions a municipality took part in, for whoever knows its name or a number of it, today's or an old one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from flask import Blueprint, Response, request, url_for
from rdflib.term import Node

from byregion import queries
from byregion.errors import RequestTooLarge
from byregion.namespaces import BASE, BR
from byregion.reconcile import LONGEST, Asked, Candidate, Entity, Index, candidates
from byregion.sentences import say
from byregion.web import answers, listing, reconcile, reconciled, respond
from byregion.web.naming import Naming, Value, read_labels
from byregion.web.site import site, words

blueprint = Blueprint("municipality", __name__)

_QUERY: Final = "regions-of-any-number"
_MEANT: Final = 97.0
"""The score of a name that is written right, in any case: https://reconciliation-api.github.io/specs/0.2/."""
_NEAR: Final = 60.0
"""The least score of a name that may have been meant."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A municipality that may be meant: what it is called, what it is, and the address that asks for it."""

    name: str
    about: str
    address: str


@dataclass(frozen=True, slots=True)
class Part:
    """A municipality that took part in a region, which may be one that this came of or was made into.

    `uncertain` says that a split lies between the two.
    """

    municipality: Value
    role: Value
    is_other: bool
    uncertain: bool


@blueprint.get("/municipality")
def show() -> Response:
    """Return the regions that the municipality `?name=` took part in, which of several is meant, or that none is."""
    text = request.args.get("name", "").strip()
    if len(text) > LONGEST:
        raise RequestTooLarge(LONGEST, say("characters-in", where="name"))
    response = respond.html_only("home/municipality.html", lambda: _context(text))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _context(text: str) -> dict[str, object]:
    index = reconcile.index()
    found = candidates(index, Asked(text, frozenset({"municipality"}))) if text else []
    meant = [candidate for candidate in found if candidate.score >= _MEANT]
    context: dict[str, object] = {"text": text, "meant": None, "choices": (), "parts": ()}
    if len(meant) == 1:
        return context | _answered(index, meant[0].entity)
    near = meant or [candidate for candidate in found if candidate.score >= _NEAR]
    return context | {"choices": [_choice(index, candidate) for candidate in near], "several": bool(meant)}


def _choice(index: Index, candidate: Candidate) -> Choice:
    entity = candidate.entity
    name, about = reconciled.name_of(entity, words()), reconciled.description_of(index, entity, words())
    return Choice(name, about, url_for(".show", name=entity.id))


def _answered(index: Index, entity: Entity) -> dict[str, object]:
    # The regions of any one of its numbers are those of all: what came before and after each is asked for too.
    numbers = [number.text for number in entity.numbers][-1:]
    query = queries.find(site().queries, _QUERY)
    values = {"number": numbers, "language": [words().language]}
    found = answers.solutions(queries.prepare(query, values)).bindings if numbers else ()
    told = [{str(name): term for name, term in row.items()} for row in found]
    naming = Naming(words(), read_labels((row["region"], row["municipality"], row["role"]) for row in told))
    own = f"{BASE}id/{entity.id}"
    return {
        "meant": reconciled.name_of(entity, words()),
        "about": reconciled.description_of(index, entity, words()),
        "address": url_for("entities.document", path=entity.id),
        "parts": [
            (naming.value(region), [_part(row, naming, own) for row in rows])
            for region, rows in groupby(told, key=lambda row: row["region"])
        ],
        "regions": len(listing.choices(BR.Region)),
        "query": url_for("queries.show", name=_QUERY, number=numbers) if numbers else None,
    }


def _part(row: dict[str, Node], naming: Naming, own: str) -> Part:
    return Part(
        naming.value(row["municipality"]),
        naming.value(row["role"]),
        str(row["municipality"]) != own,
        str(row.get("uncertain")) == "true",
    )
