"""A page per dataset: what it is, its files, what is in it, how good it is; and the way there from its IRI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, redirect, url_for
from rdflib import VOID, URIRef
from werkzeug.wrappers import Response as BaseResponse

from byregion import catalogue
from byregion.catalogue import harvest
from byregion.catalogue.names import WHOLE
from byregion.dumps import CHECKSUMS
from byregion.errors import NotFound
from byregion.iri import INFERRED, PARTS
from byregion.namespaces import BASE
from byregion.sentences import say
from byregion.web import citation, quality, respond, schema_org, signposts, statistics
from byregion.web.citation import Citation
from byregion.web.described import Described, Reading, near
from byregion.web.documents import OFFERS, Document
from byregion.web.formats import CSL, chosen, split_suffix
from byregion.web.links import href
from byregion.web.naming import Naming, read_labels
from byregion.web.negotiate import Offer
from byregion.web.site import select, site, words

blueprint = Blueprint("datasets", __name__)

_GRAPHS: Final = BASE + "graphs/"


@dataclass(frozen=True, slots=True)
class NamedGraph:
    """A named graph of a dataset: `part` says what stands in it, a key of the words."""

    iri: URIRef
    part: str
    triples: int


@blueprint.get("/datasets/")
def index() -> BaseResponse:
    """Redirect to the page that lists the datasets."""
    return redirect(url_for("catalogue.show", suffix="html"), 303)


@blueprint.get("/datasets/<name>")
def show(name: str) -> Response:
    """Return what there is to know of a dataset, in the representation that the client likes best."""
    name, suffix = split_suffix(name, (*OFFERS, CSL))
    read = Reading()
    shown = read.dataset(name)
    if chosen(suffix, (*OFFERS, CSL)) == CSL:
        response = citation.answer(_cited(shown))
        respond.vary(response, by_format=not suffix, by_language=True)
        return response
    return _document(read, shown).answer(suffix)


def _cited(shown: Described) -> Citation:
    publisher = shown.publisher.text if shown.publisher else None
    return citation.cite("dataset", shown.title, shown.iri, publisher)


def _citation(shown: Described) -> str:
    return url_for(".show", name=f"{shown.name}.{CSL.names[0]}", lang=words().language)


def _document(read: Reading, shown: Described) -> Document:
    def address(offer: Offer, language: str | None) -> str:
        return url_for(".show", name=f"{shown.name}.{offer.suffix}", lang=language)

    def data(offer: Offer) -> bytes:
        return catalogue.written(harvest.harvested(read.graph, shown.iri), offer.engine_type)

    cited = (_citation(shown), {"rel": "describedby", "type": CSL.media_type})
    links = [(shown.iri, {"rel": "describes"}), *signposts.of_dataset(read, shown), cited]
    parts = ("dataset", shown.name, site().edition.tag())
    return Document(parts, lambda: _page(read, shown), data, address, links)


def _page(read: Reading, shown: Described) -> Response:
    examples = statistics.terms(shown.name, VOID.exampleResource)
    naming = Naming(words(), read_labels([examples]))
    return respond.page(
        "datasets/dataset.html",
        shown=shown,
        checksums=CHECKSUMS,
        counts=statistics.counts(shown.name),
        examples=[naming.value(term) for term in examples],
        graphs=_graphs(shown.name),
        measures=quality.measures(shown.name),
        formats=_document(read, shown).formats(),
        citation=_cited(shown),
        csl=_citation(shown),
        embedded=schema_org.dataset(read, shown),
    )


def _graphs(name: str) -> list[NamedGraph]:
    """Return the named graphs of a dataset; those of the ontology, and what is inferred, are of the whole."""
    found = []
    for row in select("graph-sizes"):
        iri = URIRef(str(row["graph"]))
        owner, _, part = iri.removeprefix(_GRAPHS).partition("/")
        if owner == name and part in PARTS:
            found.append(NamedGraph(iri, part, int(str(row["count"]))))
        elif name == WHOLE and part not in PARTS:
            found.append(NamedGraph(iri, "inferred" if iri == INFERRED else "ontology", int(str(row["count"]))))
    return found


# --- From names to pages ----------------------------------------------------------------------------------------------


@blueprint.get("/catalogue/<path:path>")
def identify(path: str) -> BaseResponse:
    """Redirect from what the catalogue calls a thing to the document that describes it."""
    read = Reading()
    name, _, rest = path.partition("/")
    is_file = not rest or rest in {form.suffix for form in catalogue.FORMATS}
    if (name in read.names() and is_file) or (URIRef(f"{BASE}catalogue/{path}"), None, None) in read.graph:
        return redirect(href(f"{BASE}catalogue/{path}") or url_for("catalogue.show"), 303)
    raise NotFound(say("not-in-catalogue", name=path), near(name, read.names()))


def page_of(path: str) -> BaseResponse:
    """Redirect from the name of a graph to the page of what it is part of."""
    if path not in _names():
        raise NotFound(say("no-graph", iri=f"{_GRAPHS}{path}"), near_graphs(path))
    return redirect(href(_GRAPHS + path) or url_for("catalogue.show"), 303)


def near_graphs(path: str) -> tuple[str, ...]:
    """Return the IRIs of graphs that are called much as `path`."""
    return tuple(_GRAPHS + name for name in near(path, _names()))


def _names() -> list[str]:
    return [str(row["graph"]).removeprefix(_GRAPHS) for row in select("graphs")]
