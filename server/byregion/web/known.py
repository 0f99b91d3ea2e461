"""What is known of an entity before its document is made: where it is described, as what, or that it was given up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from rdflib import URIRef

from byregion.catalogue.names import WHOLE
from byregion.errors import ParameterError, Retired
from byregion.iri import INFERRED, PARTS, RETIRED
from byregion.namespaces import BASE
from byregion.sentences import Sentence, say
from byregion.web.site import select

_GRAPHS = BASE + "graphs/"


@dataclass(frozen=True, slots=True)
class Known:
    """The classes that are stated of an entity, and the datasets that state them."""

    iri: URIRef
    classes: tuple[URIRef, ...]
    datasets: tuple[str, ...]


def find(entity: URIRef) -> Known | None:
    """Return what is known of an entity, or None where nothing is said of it; raises Retired where it was given up."""
    try:
        rows = select("known", entity=(entity,))
    except ParameterError:
        # What cannot be written as an IRI is the name of nothing.
        return None
    if not rows:
        return None
    stated = [row for row in rows if "class" in row and row["graph"] != INFERRED]
    if not stated and any(str(row["graph"]).endswith(f"/{RETIRED}") for row in rows):
        replacements = tuple(dict.fromkeys(str(row["replacement"]) for row in rows if "replacement" in row))
        raise Retired(_given_up(entity, replacements), replacements)
    return Known(
        entity,
        tuple(dict.fromkeys(URIRef(str(row["class"])) for row in stated)),
        tuple(dict.fromkeys(_dataset(str(row["graph"])) for row in stated)),
    )


def _given_up(entity: URIRef, replacements: tuple[str, ...]) -> Sentence:
    if not replacements:
        return say("given-up", iri=entity)
    listed = reduce(lambda one, other: say("both", one=one, other=other), (f"<{iri}>" for iri in replacements))
    return say("replaced", iri=entity, listed=listed)


def _dataset(graph: str) -> str:
    name, _, part = graph.removeprefix(_GRAPHS).partition("/")
    return name if part in PARTS else WHOLE
