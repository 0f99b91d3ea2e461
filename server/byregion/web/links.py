"""Where pages link to: what has a page here is linked by its path, the rest by its address on the web."""

from __future__ import annotations

import re

from flask import url_for

from byregion.namespaces import BASE, BR
from byregion.web.site import site

_QUERIES = BASE + "queries/"
_ONTOLOGY = str(BR).rstrip("#")
# A data: or javascript: IRI in the data is text and never a link.
_ON_THE_WEB = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)


def href(iri: str) -> str | None:
    """Return what a page links to for an IRI: a path of this server, an address on the web, or None for no link."""
    document, _, fragment = iri.partition("#")
    entities = site().settings.base + "id/"
    if document.startswith(entities) and len(document) > len(entities):
        return url_for("entities.document", path=document.removeprefix(entities), _anchor=fragment or None)
    if document == _ONTOLOGY:
        return url_for("ontology.show", _anchor=fragment or None)
    if document.startswith(_QUERIES):
        return url_for("queries.show", name=document.removeprefix(_QUERIES))
    return iri if _ON_THE_WEB.match(iri) and not iri.startswith(BASE) else None


def is_local(link: str) -> bool:
    """Whether a link of `href` stays on this server."""
    return link.startswith("/")
