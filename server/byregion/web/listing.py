"""A page per kind of entity, which lists them by name."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from flask import Blueprint, Response
from rdflib import DCTERMS, ORG, SKOS, Literal, URIRef

from byregion.errors import NotFound
from byregion.namespaces import BR, KINDS
from byregion.web import pages, respond
from byregion.web.naming import Naming, Value, read_labels
from byregion.web.site import select, words

blueprint = Blueprint("listing", __name__)

PAGE: Final = 200
"""Entities on a page of a list."""

CLASSES: Final[dict[str, URIRef]] = {
    "region": BR.Region,
    "municipality": BR.Municipality,
    "programme": BR.Programme,
    "participation": BR.Participation,
    "goal": BR.Goal,
    "focus-area": BR.FocusArea,
    "question": BR.Question,
    "plan": BR.Plan,
    "measure": BR.Measure,
    "measure-group": BR.MeasureGroup,
    "result": BR.Result,
    "advice": BR.Advice,
    "follow-up": BR.FollowUp,
    "conclusion": BR.Conclusion,
    "statement": BR.Statement,
    "observation": BR.Observation,
    "place": DCTERMS.Location,
    "county": BR.County,
    "municipality-number": BR.MunicipalityNumber,
    "change-event": BR.ChangeEvent,
    "organisation": ORG.Organization,
    "source": BR.SourceDocument,
    "quote": BR.Quote,
    "reading": BR.Reading,
    "concept": SKOS.Concept,
    "scheme": SKOS.ConceptScheme,
}
"""The class that the entities of a kind are stated to be of; the kinds in the order in which pages name them."""


@blueprint.get("/doc/<kind>/")
def show(kind: str) -> Response:
    """Return the page that lists the entities of a kind."""
    if kind not in CLASSES:
        raise NotFound(f"there is no kind {kind!r}; there are {', '.join(KINDS)}", tuple(kinds(kind)))
    return respond.html_only("listing/listing.html", lambda: _context(kind, pages.whole_number("page", 1, 10**6)))


def _context(kind: str, page: int) -> dict[str, object]:
    entities = _entities(CLASSES[kind])
    first, last = (page - 1) * PAGE, min(page * PAGE, len(entities))
    if first >= len(entities) and page > 1:
        raise NotFound(f"the list of {kind!r} has no page {page}")
    shown = entities[first:last]
    naming = Naming(words(), read_labels([shown]))
    definitions = [row["definition"] for row in select("definition", term=(CLASSES[kind],))]
    definition = naming.pick([text for text in definitions if isinstance(text, Literal)])
    return {
        "kind": kind,
        "definition": definition,
        "items": [naming.value(entity) for entity in shown],
        "first": first + 1 if entities else 0,
        "last": last,
        "total": len(entities),
        "previous": page - 1 if page > 1 else None,
        "following": page + 1 if last < len(entities) else None,
    }


def kinds(name: str) -> list[str]:
    """Return the kind of entities that is called `name`, or those nearest to it."""
    return [name] if name in KINDS else get_close_matches(name.lower(), KINDS, 2, 0.7)


def choices(class_: URIRef) -> tuple[Value, ...]:
    """Return the entities of a class by name, for a reader to choose one."""
    entities = _entities(class_)
    naming = Naming(words(), read_labels([entities]))
    return tuple(naming.value(entity) for entity in entities)


def _entities(class_: URIRef) -> list[URIRef]:
    rows = select("listing", **{"class": (class_,)}, language=(Literal(words().language),))
    return list(dict.fromkeys(entity for row in rows if isinstance(entity := row["entity"], URIRef)))
