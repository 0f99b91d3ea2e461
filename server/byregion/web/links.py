"""Where pages link to: what has a page here is linked by its path, the rest by its address on the web."""

from __future__ import annotations

import re
from typing import Any

from flask import g, request, url_for
from markupsafe import Markup

from byregion.catalogue.names import WHOLE
from byregion.iri import PARTS
from byregion.namespaces import BASE, BR, BRSH
from byregion.web.site import site, words

_QUERIES = BASE + "queries/"
_CATALOGUE = BASE + "catalogue"
_GRAPHS = BASE + "graphs/"
# Documents that are about many things, each of which has its place on the page.
_PAGES = {
    str(BR).rstrip("#"): "ontology.show",
    str(BRSH).rstrip("#"): "shapes.show",
    BASE + "problems": "problems.show",
}
# A data: or javascript: IRI in the data is text and never a link.
_PLAIN = re.compile(r"[a-z0-9/-]*")
_ANY = "any-entity"
_ON_THE_WEB = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)


def href(iri: str) -> str | None:
    """Return what a page links to for an IRI: a path of this server, an address on the web, or None for no link."""
    document, _, fragment = iri.partition("#")
    entities = site().settings.base + "id/"
    if document.startswith(entities) and len(document) > len(entities):
        return _document(document.removeprefix(entities), fragment)
    if document in _PAGES:
        return url_for(_PAGES[document], _anchor=fragment or None)
    if document.startswith(_QUERIES):
        return url_for("queries.show", name=document.removeprefix(_QUERIES))
    if document.startswith(_GRAPHS):
        return _graph(document.removeprefix(_GRAPHS))
    if document == _CATALOGUE or document.startswith(_CATALOGUE + "/"):
        return _catalogued(document.removeprefix(_CATALOGUE).lstrip("/"))
    return iri if _ON_THE_WEB.match(iri) and not iri.startswith(BASE) else None


def asked() -> dict[str, Any]:
    """Return what the address of this request says, for `url_for` to make another of it.

    Names that `url_for` has another use for are left out; they mean nothing in an address of ours.
    """
    given = request.args.to_dict(flat=False)
    kept = {name: values for name, values in given.items() if name != "endpoint" and not name.startswith("_")}
    return kept | (request.view_args or {})


def _document(path: str, fragment: str) -> str:
    """Return the address of the document about an entity.

    A page has hundreds of them, and `url_for` works out each from the rules: where nothing in it needs to be written
    in another way, the rest is the same as for the first.
    """
    if not _PLAIN.fullmatch(path + fragment):
        return url_for("entities.document", path=path, _anchor=fragment or None)
    if "document_address" not in g:
        g.document_address = url_for("entities.document", path=_ANY).partition(_ANY)
    before, _, after = g.document_address
    return f"{before}{path}{after}#{fragment}" if fragment else f"{before}{path}{after}"


def _graph(name: str) -> str:
    """Return where a named graph is told of: at its dataset, the ontology's and what is inferred at the whole."""
    owner, _, part = name.partition("/")
    return url_for("datasets.show", name=owner if part in PARTS else WHOLE)


def _catalogued(name: str) -> str:
    """Return where something of the catalogue is told of: a dataset on its own page, all else on the catalogue's."""
    owner = name.partition("/")[0]
    if not owner or owner in ("series", "service"):
        return url_for("catalogue.show")
    return url_for("datasets.show", name=owner)


def count(number: int, address: str | None) -> int | Markup:
    """Return a number as the table of a figure shows it: as a link to what it counts, where there is any."""
    if not (number and address):
        return number
    return Markup('<a href="{}">{}</a>').format(address, words().number(number))


def is_local(link: str) -> bool:
    """Whether a link of `href` stays on this server."""
    return link.startswith("/")
