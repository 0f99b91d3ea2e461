"""How to cite what is here: a sentence for people, CSL-JSON for what manages references.

Both name the revision. That, and not the day when somebody looked, is what makes a citation exact, so none is said
where nothing tells when the revision was published.
https://docs.citationstyles.org/en/stable/specification.html#appendix-iii-types and #appendix-iv-variables
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from flask import Response
from rdflib import DCTERMS, FOAF, Graph, URIRef
from rdflib import Literal as RDFLiteral
from rdflib.term import Node

from byregion.catalogue.names import CATALOGUE
from byregion.catalogue.said import FILL_IN
from byregion.web import respond, revisions, said
from byregion.web.formats import CSL
from byregion.web.naming import Naming, Text
from byregion.web.site import engine, site, words

_NOT_CITED: Final = ("format", "lang", "page", "page-size")
"""Parameters of an address that say how much of a thing is shown, and how."""

Kind = Literal["dataset", "entry"]
"""What CSL calls a thing: a dataset or a part that was asked of it, or an entry in it."""


@dataclass(frozen=True, slots=True)
class Citation:
    """What is cited, in the language of the request.

    `container` is what it is part of and `publisher` who publishes that, where the data says so; `iri` names it for
    good, "" for what has no name; `permalink` is where this state of it is kept, "" where it is not, and `address`
    where it is to be had now.
    """

    kind: Kind
    title: Text
    container: Text | None
    publisher: Text | None
    published: date | None
    revision: str
    iri: str
    permalink: str
    address: str

    @property
    def name(self) -> str:
        """The characters of the revision's name that tell it apart in practice."""
        return self.revision[: revisions.SHOWN]

    def csl(self) -> dict[str, Any]:
        """Return the citation as an item of CSL-JSON."""
        day = self.published
        told = {
            "id": self.iri or self.permalink or self.address,
            "type": self.kind,
            "title": self.title.value,
            "container-title": self.container and self.container.value,
            "publisher": self.publisher and self.publisher.value,
            "issued": day and {"date-parts": [[day.year, day.month, day.day]]},
            "version": self.revision,
            "language": self.title.language,
            "URL": self.permalink or self.iri or self.address,
        }
        return {name: value for name, value in told.items() if value}


def cite(kind: Kind, title: Text, iri: str = "", publisher: Text | None = None, **address: str) -> Citation:
    """Return how to cite what the request is about, in its revision.

    `publisher` is the catalogue's where none is given. The permalink is the address of the request, which may be that
    of the citation itself, with what `address` says instead.
    """
    told = said.graph()
    naming = Naming(words(), {})
    names = [naming.pick(_literals(told, publisher, FOAF.name)) for publisher in _publishers(told)]
    published = site().revisions.published(engine().revision)
    shown = dict.fromkeys(_NOT_CITED) | address
    return Citation(
        kind=kind,
        title=title,
        container=naming.pick(_literals(told, CATALOGUE, DCTERMS.title)),
        publisher=publisher or next((name for name in names if name), None),
        published=published.date() if published else None,
        revision=engine().revision,
        iri=iri,
        permalink=revisions.permalink(**shown),
        address=revisions.address(**shown),
    )


def answer(citation: Citation) -> Response:
    """Return a citation as CSL-JSON."""
    body = json.dumps([citation.csl()], ensure_ascii=False, indent=2) + "\n"
    tag = respond.tag("citation", body)
    return respond.conditional(tag, lambda: Response(body, content_type=CSL.content_type))


def parts() -> tuple[str, ...]:
    """Return what a page that holds a citation is made of besides the revision: what is said of the catalogue."""
    told = said.graph()
    names = [term.n3() for publisher in _publishers(told) for term in _literals(told, publisher, FOAF.name)]
    return tuple(sorted([*names, *(term.n3() for term in _literals(told, CATALOGUE, DCTERMS.title))]))


def _publishers(told: Graph) -> list[Node]:
    return sorted(told.objects(CATALOGUE, DCTERMS.publisher), key=str)


def _literals(told: Graph, subject: Node, predicate: URIRef) -> list[RDFLiteral]:
    texts = told.objects(subject, predicate)
    return [text for text in texts if isinstance(text, RDFLiteral) and FILL_IN not in text]
