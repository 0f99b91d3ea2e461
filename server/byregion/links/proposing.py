"""What a proposed link is: two things, how they are related, how that was found, how sure it is, and why."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from rdflib import DCTERMS, RDF, SKOS, XSD, Graph, Literal, URIRef

from byregion import iri
from byregion.namespaces import ADMS, BR, CONCEPT, ID, empty_graph

NUMBER_AND_DATE: Final = CONCEPT["number-and-date"]
SAME_WORDS: Final = CONCEPT["same-words"]
SAME_NAME: Final = CONCEPT["same-name"]
TABLE: Final = CONCEPT["table-of-identifiers"]

PROPOSED: Final = CONCEPT["proposed"]
ACCEPTED: Final = CONCEPT["accepted"]
REJECTED: Final = CONCEPT["rejected"]

Link = tuple[URIRef, URIRef, URIRef]
Why = tuple[tuple[str, str], ...]
"""A reason in several languages: pairs of language and text."""

_WORDS: Final = {BR.similarTo: "similar", SKOS.exactMatch: "same", SKOS.closeMatch: "close"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A link that somebody may accept or reject; `score` is from 0 to 1, `sources` the documents it was found in."""

    subject: URIRef
    predicate: URIRef
    object: URIRef
    score: Decimal
    method: URIRef
    why: Why
    sources: tuple[URIRef, ...] = ()

    @property
    def link(self) -> Link:
        """The triple that is proposed."""
        return self.subject, self.predicate, self.object

    @property
    def id(self) -> str:
        """What the proposal is called: the same for the same link, in every run."""
        parts = (_WORDS[self.predicate], _called(self.subject), _called(self.object))
        return "-".join(parts)


def similar(one: URIRef, other: URIRef, own: Container[URIRef] | None = None) -> Link:
    """Return the link that says that two are similar, in the one of its two directions that is written.

    That is from what is our `own` to others', and else from the first by name.
    """
    first, second = sorted((one, other), key=lambda end: (own is not None and end not in own, end))
    return first, BR.similarTo, second


def order(proposal: Proposal) -> tuple[URIRef, Decimal, str]:
    """Return what proposals are sorted by: the method, then the surest first, then the name."""
    return proposal.method, -proposal.score, proposal.id


def graph(proposals: Iterable[Proposal]) -> Graph:
    """Return proposals as readings that are still to be reviewed (`adms:status concept:proposed`)."""
    made = empty_graph()
    for proposal in proposals:
        reading = iri.entity("reading", proposal.id)
        made.add((reading, RDF.type, BR.Reading))
        made.add((reading, RDF.subject, proposal.subject))
        made.add((reading, RDF.predicate, proposal.predicate))
        made.add((reading, RDF.object, proposal.object))
        made.add((reading, BR.method, proposal.method))
        made.add((reading, BR.score, Literal(proposal.score, datatype=XSD.decimal)))
        made.add((reading, ADMS.status, PROPOSED))
        for language, text in proposal.why:
            made.add((reading, SKOS.editorialNote, Literal(text, lang=language)))
        for source in proposal.sources:
            made.add((reading, DCTERMS.source, source))
    return made


def _called(thing: URIRef) -> str:
    """Return what stands for a thing in a name: `goal-salten-1`, or host and path of a thing that is not ours."""
    if thing.startswith(ID):
        return thing.removeprefix(ID).replace("/", "-")
    parts = urlsplit(thing)
    return iri.slug(f"{parts.netloc} {parts.path} {parts.fragment}")
