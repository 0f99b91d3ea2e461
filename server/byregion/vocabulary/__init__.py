"""Whether the ontology is sound: its profile, its pitfalls, and the words that everything else uses of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rdflib import Dataset, Graph, URIRef
from rdflib.term import Node

from byregion.findings import Finding
from byregion.namespaces import BASE
from byregion.terms import shorten
from byregion.vocabulary import pitfalls, profile, words
from byregion.vocabulary.words import in_graph, in_query, unknown, used

__all__ = ["ALIGNMENT", "check", "in_graph", "in_query", "unknown", "used"]

ALIGNMENT: Final = URIRef(BASE + "graphs/ontology/alignment")
"""The graph that relates our words to others'; whatever else `check` is given is the ontology proper."""


def check(ontology: Dataset, shapes: Graph, words_used: Mapping[str, Iterable[URIRef]] | None = None) -> list[Finding]:
    """Return what is wrong with the ontology, as findings of the check "ontology"; a note is for a person to confirm.

    `ontology` holds the graphs of the folder ontology/; `shapes` say what the ontology leaves to them; `words_used`
    maps a place to the words that stand there, as `used` gives them.
    """
    proper, alignment = Graph(bind_namespaces="none"), Graph(bind_namespaces="none")
    for subject, predicate, obj, name in ontology.quads():
        (alignment if name == ALIGNMENT else proper).add((subject, predicate, obj))
    places = {
        "ontology": in_graph(proper),
        "alignment": in_graph(alignment),
        "shapes": in_graph(shapes),
        **(words_used or {}),
    }
    found = [
        *_errors(profile.faults(proper)),
        *_errors(pitfalls.faults(proper, shapes)),
        *_errors(pitfalls.alignment_faults(alignment, proper)),
        *_errors(pitfalls.shape_faults(shapes)),
        *(Finding("ontology", "error", place, message) for place, message in words.faults(places, proper)),
        *_notes(profile.notes(proper)),
        *_notes(pitfalls.notes(proper)),
    ]
    return sorted(set(found))


def _errors(faults: Iterable[tuple[Node, str]]) -> Iterator[Finding]:
    return (Finding("ontology", "error", _where(subject), message) for subject, message in faults)


def _notes(notes: Iterable[tuple[Node, str]]) -> Iterator[Finding]:
    return (Finding("ontology", "note", _where(subject), message) for subject, message in notes)


def _where(subject: Node) -> str:
    return shorten(subject) if isinstance(subject, URIRef) else "an axiom without a name"
