"""What is said of the catalogue and its datasets in `data/catalogue.ttl`, and what only the owner can add to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rdflib import DCTERMS, FOAF, RDF, Graph, URIRef
from rdflib.term import Node

from byregion.catalogue.names import CATALOGUE, WHOLE, dataset
from byregion.dataset import CATALOGUE_FILE, data_files, read_graph
from byregion.namespaces import DCAT, VCARD
from byregion.terms import shorten

FILL_IN: Final = "FYLL-INN"
"""Stands in a proposed line for what is to be filled in; a value that still holds it has not been."""

_REFERENCE_TERMS: Final = Path(__file__).with_name("reference-terms.ttl")
# "Until Brønnøysund decides", DCAT-AP-NO names a publisher by its organisation number like this.
_PUBLISHER: Final = URIRef(f"https://organization-catalog.fellesdatakatalog.digdir.no/organizations/{FILL_IN}")
_CONTACT: Final = URIRef(CATALOGUE + "#contact")


@dataclass(frozen=True, slots=True)
class Missing:
    """A triple that is missing: a `sentence` about it, and the `turtle` to fill in and add to the file."""

    sentence: str
    turtle: str


def read(data: Path) -> Graph:
    """Return what is said of the catalogue in the folder `data`; raises DataError as `dataset.read_graph` does."""
    return read_graph(data / CATALOGUE_FILE)


def reference_terms() -> Graph:
    """Return the terms of authority lists that the catalogue uses, as their owners describe them.

    The portal adds its own to what it harvests; shapes judge a catalogue together with them.
    """
    return read_graph(_REFERENCE_TERMS)


def names(data: Path) -> list[str]:
    """Return the names of the datasets in the folder `data` and of the whole; raises DataError as `data_files` does."""
    return sorted({WHOLE, *(item.path.parent.name for item in data_files(data))})


def missing(said: Graph, datasets: Iterable[str]) -> list[Missing]:
    """Return what DCAT-AP-NO demands that is not said of the catalogue and of `datasets`, by their names.

    Publisher and contact are said once, of the catalogue; a dataset that has none of its own has the catalogue's.
    """
    found = [
        *_agent(said, DCTERMS.publisher, _PUBLISHER, "publisher"),
        *_contact(said, DCAT.contactPoint, _CONTACT, "contact point"),
    ]
    for name in sorted(set(datasets)):
        found += _dataset(said, name)
    return found


def _agent(said: Graph, predicate: URIRef, proposed: URIRef, role: str) -> Iterator[Missing]:
    agent = _value(said, CATALOGUE, predicate)
    if agent is None:
        yield _missing("the catalogue", role, CATALOGUE, predicate, proposed.n3())
    yield from _typed(said, agent or proposed, FOAF.Agent, f"the {role}")
    yield from _told(said, agent or proposed, FOAF.name, f"the {role}", "name", f'"{FILL_IN}"@nb')


def _contact(said: Graph, predicate: URIRef, proposed: URIRef, role: str) -> Iterator[Missing]:
    contact = _value(said, CATALOGUE, predicate)
    if contact is None:
        yield _missing("the catalogue", role, CATALOGUE, predicate, proposed.n3())
    yield from _typed(said, contact or proposed, VCARD.Organization, f"the {role}")
    yield from _told(said, contact or proposed, VCARD.fn, f"the {role}", "name", f'"{FILL_IN}"@nb')
    email = f"<mailto:{FILL_IN}>"
    yield from _told(said, contact or proposed, VCARD.hasEmail, f"the {role}", "e-mail address", email)


def _dataset(said: Graph, name: str) -> Iterator[Missing]:
    iri, called = dataset(name), f"the dataset {name}"
    yield from _typed(said, iri, DCAT.Dataset, called)
    yield from _told(said, iri, DCTERMS.title, called, "title", f'"{FILL_IN}"@nb')
    yield from _told(said, iri, DCTERMS.description, called, "description", f'"{FILL_IN}"@nb')
    theme = "<http://publications.europa.eu/resource/authority/data-theme/REGI>"
    yield from _told(said, iri, DCAT.theme, called, "theme", theme)


def _typed(said: Graph, subject: Node, kind: URIRef, called: str) -> Iterator[Missing]:
    if (subject, RDF.type, kind) not in said:
        yield Missing(_sentence(called, "type", kind), f"{subject.n3()} a {kind.n3()} .")


def _told(said: Graph, subject: Node, predicate: URIRef, called: str, what: str, value: str) -> Iterator[Missing]:
    if _value(said, subject, predicate) is None:
        yield _missing(called, what, subject, predicate, value)


def _missing(called: str, what: str, subject: Node, predicate: URIRef, value: str) -> Missing:
    return Missing(_sentence(called, what, predicate), f"{subject.n3()} {predicate.n3()} {value} .")


def _sentence(called: str, what: str, term: URIRef) -> str:
    return f"{called[0].upper()}{called[1:]} has no {what} ({shorten(term)})."


def _value(said: Graph, subject: Node, predicate: URIRef) -> Node | None:
    values = (value for value in said.objects(subject, predicate) if FILL_IN not in str(value))
    return min(values, default=None, key=str)
