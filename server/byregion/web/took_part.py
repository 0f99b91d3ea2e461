"""Which regions a municipality took part in, for whoever knows its name or a number of it, today's or an old one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from rdflib import RDF, SKOS, Graph, Literal, URIRef, Variable
from rdflib.term import Node

from byregion import queries
from byregion.config import LANGUAGES
from byregion.errors import BadRequest, NotFound, RequestTooLarge
from byregion.namespaces import BASE, BR
from byregion.reconcile import LONGEST, Asked, Candidate, Entity, Index, candidates
from byregion.results import Solutions
from byregion.sentences import say
from byregion.web import answers, graphs, listing, reconcile, reconciled, respond
from byregion.web.exported import Exported
from byregion.web.naming import Naming, Value, read_labels
from byregion.web.negotiate import HTML, Offer
from byregion.web.site import site, words

blueprint = Blueprint("municipality", __name__)

_QUERY: Final = "regions-of-any-number"
_COLUMNS: Final = tuple(
    map(Variable, ("number", "region", "regionName", "municipality", "name", "role", "roleName", "uncertain"))
)
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


@dataclass(frozen=True)
class Question:
    """What a request asks: `text` as somebody wrote it."""

    text: str

    @cached_property
    def found(self) -> list[Candidate]:
        """The municipalities that may be meant, the likeliest first."""
        everything = candidates(reconcile.index(), Asked(self.text, frozenset({"municipality"}))) if self.text else []
        return [candidate for candidate in everything if candidate.score >= _NEAR]

    @cached_property
    def meant(self) -> list[Candidate]:
        """Those of them whose name it is."""
        return [candidate for candidate in self.found if candidate.score >= _MEANT]

    def entity(self) -> Entity:
        """Return the one that is meant; raises BadRequest where nothing is asked, and NotFound where it is not one."""
        if not self.text:
            raise BadRequest(say("no-municipality-asked"))
        if len(self.meant) == 1:
            return self.meant[0].entity
        near = tuple(f"{BASE}id/{candidate.entity.id}" for candidate in self.meant or self.found)
        if self.meant:
            raise NotFound(say("several-municipalities", name=self.text), near)
        raise NotFound(say("no-municipality", name=self.text), near)


@blueprint.get("/municipality")
def show() -> Response:
    """Return the regions that the municipality `?name=` took part in, which of several is meant, or that none is."""
    asked = Question(request.args.get("name", "").strip())
    if len(asked.text) > LONGEST:
        raise RequestTooLarge(LONGEST, say("characters-in", where="name"))
    response = Exported(
        name="municipality",
        title=words()("municipality.title"),
        page=lambda formats: respond.page("home/municipality.html", **_context(asked), formats=formats),
        document=lambda: _document(asked.entity()),
        table=lambda: _table(asked.entity()),
        graph=lambda: _graph(asked.entity()),
        address=_address,
        has_data=len(asked.meant) == 1,
    ).answer()
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _address(offer: Offer) -> str:
    name = request.args.get("name")
    return url_for(".show", name=name, format=None if offer == HTML else offer.names[0])


def _context(asked: Question) -> dict[str, object]:
    context: dict[str, object] = {"text": asked.text, "meant": None, "choices": (), "parts": ()}
    index = reconcile.index()
    if len(asked.meant) == 1:
        return context | _answered(index, asked.meant[0].entity)
    near = asked.meant or asked.found
    return context | {"choices": [_choice(index, candidate) for candidate in near], "several": bool(asked.meant)}


def _choice(index: Index, candidate: Candidate) -> Choice:
    entity = candidate.entity
    name, about = reconciled.name_of(entity, words()), reconciled.description_of(index, entity, words())
    return Choice(name, about, url_for(".show", name=entity.id))


def _answered(index: Index, entity: Entity) -> dict[str, object]:
    numbers = _numbers(entity)
    found = _solutions(entity, words().language).bindings
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


def _numbers(entity: Entity) -> list[str]:
    """Return what to ask about: the regions of any one number are those of all that came before and after it."""
    return [number.text for number in entity.numbers][-1:]


def _solutions(entity: Entity, language: str) -> Solutions:
    """Return a municipality of a region a row, as the named query has it."""
    numbers = _numbers(entity)
    if not numbers:
        return Solutions(_COLUMNS, ())
    query = queries.find(site().queries, _QUERY)
    return answers.solutions(queries.prepare(query, {"number": numbers, "language": [language]}))


def _part(row: dict[str, Node], naming: Naming, own: str) -> Part:
    return Part(
        naming.value(row["municipality"]),
        naming.value(row["role"]),
        str(row["municipality"]) != own,
        str(row.get("uncertain")) == "true",
    )


# --- As data: the same in every language ------------------------------------------------------------------------------


def _table(entity: Entity) -> Solutions:
    return _solutions(entity, LANGUAGES[0])


def _document(entity: Entity) -> dict[str, Any]:
    """Return the municipality that was meant with its numbers, and its regions, as JSON holds them."""
    return {
        "municipality": f"{BASE}id/{entity.id}",
        "names": dict(entity.labels),
        "numbers": [number.text for number in entity.numbers],
        "regions": [{str(name): _plain(term) for name, term in row.items()} for row in _table(entity).bindings],
    }


def _plain(term: Node) -> str | bool:
    return term.value if isinstance(term, Literal) and isinstance(term.value, bool) else str(term)


def _graph(entity: Entity) -> Graph:
    """Return which municipality took part in which region, as it follows from what is stated, and their names."""
    made = graphs.SortedGraph()
    made.add((URIRef(f"{BASE}id/{entity.id}"), RDF.type, BR.Municipality))
    for row in _table(entity).bindings:
        municipality, region = row[Variable("municipality")], row[Variable("region")]
        made.add((municipality, RDF.type, BR.Municipality))
        made.add((municipality, BR.takesPartIn, region))
        made.add((region, RDF.type, BR.Region))
    for term, labels in read_labels([set(made.subjects())]).items():
        for label in labels:
            made.add((term, SKOS.prefLabel, label))
    return made
