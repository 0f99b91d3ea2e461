"""The catalogue: for portals that harvest it, and the page where a reader finds the datasets.

A harvester gets it with 200 whatever it accepts, never compressed unasked; docs/catalogue.md has its other rules.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from rdflib import Literal, URIRef, Variable
from rdflib.term import Node

from byregion.catalogue import PROFILES, Profile
from byregion.catalogue.names import CATALOGUE, WHOLE
from byregion.dumps import CHECKSUMS
from byregion.edition import SUFFIXES
from byregion.errors import BadRequest
from byregion.results import Solutions
from byregion.sentences import say
from byregion.web import documents, respond, schema_org, signposts
from byregion.web.described import Reading
from byregion.web.documents import Document
from byregion.web.exported import Listed
from byregion.web.negotiate import Offer
from byregion.web.site import site, words

blueprint = Blueprint("catalogue", __name__)

# A portal is told which format to ask for, and gets 200 for any of these: Turtle is also TriG and N3, N-Triples are
# also N-Quads.
OFFERS: Final = (
    *documents.DATA_FIRST,
    Offer((), "application/trig", "text/turtle", "ttl"),
    Offer((), "text/n3", "text/turtle", "ttl"),
    Offer((), "application/n-quads", "application/n-triples", "nt"),
)
SUFFIX: Final = {media_type: suffix for suffix, media_type in SUFFIXES.items()}
"""The suffix that a graph of the edition has in a media type."""


@blueprint.get("/catalogue")
@blueprint.get("/catalogue.<suffix>")
def show(suffix: str = "") -> Response:
    """Return the catalogue, in the representation that the client likes best: data, unless it asks for a page."""
    return _document(_profile(), Reading()).answer(suffix, OFFERS)


def _profile() -> Profile:
    named = request.args.get("profile", PROFILES[0])
    found = next((profile for profile in PROFILES if profile == named), None)
    if found is None:
        raise BadRequest(say("no-profile", name=named, listed=", ".join(PROFILES)))
    return found


def _document(profile: Profile, read: Reading) -> Document:
    def address(offer: Offer, language: str | None) -> str:
        named = None if profile == PROFILES[0] else profile
        return url_for(".show", suffix=offer.suffix, profile=named, lang=language)

    return Document(
        parts=("catalogue", profile, site().edition.tag()),
        page=lambda: _page(read),
        data=lambda offer: site().edition.read(f"catalogue.{profile}.{SUFFIX[offer.engine_type]}"),
        address=address,
        links=[(CATALOGUE, {"rel": "describes"}), *signposts.of_catalogue(read)],
        listed=Listed("catalogue", words()("catalogue.heading"), lambda: _list(read), lambda: _table(read)),
    )


def _list(read: Reading) -> list[dict[str, Any]]:
    """Return the datasets with their files, as JSON."""
    url = site().settings.url
    return [
        {
            "dataset": str(item.iri),
            "name": item.name,
            "title": item.title.value,
            "description": item.description.value if item.description else None,
            "page": f"{url}datasets/{item.name}",
            "files": [
                {
                    "address": str(dump.address(url)),
                    "format": dump.format.name,
                    "mediaType": dump.format.served_as,
                    "bytes": dump.size,
                    "sha256": dump.sha256,
                }
                for dump in item.downloads
            ],
        }
        for item in read.datasets()
    ]


def _table(read: Reading) -> Solutions:
    """Return a file of a dataset a row."""
    columns = ("dataset", "name", "title", "description", "format", "mediaType", "bytes", "sha256", "address")
    rows: list[dict[Variable, Node]] = []
    for item in _list(read):
        for file in item["files"]:
            told = item | file
            terms: dict[str, Node] = {name: Literal(told[name]) for name in columns if told[name] is not None}
            terms |= {name: URIRef(told[name]) for name in ("dataset", "address")}
            rows.append({Variable(name): term for name, term in terms.items()})
    return Solutions(tuple(map(Variable, columns)), tuple(rows))


def _page(read: Reading) -> Response:
    shown, datasets = read.catalogue(), read.datasets()
    return respond.page(
        "catalogue/catalogue.html",
        shown=shown,
        datasets=datasets,
        services=read.services(),
        whole=WHOLE,
        checksums=CHECKSUMS,
        formats=_document(PROFILES[0], read).formats(),
        profiles=[(name, _document(name, read).descriptions()[0][0]) for name in PROFILES[1:]],
        embedded=schema_org.catalogue(shown, datasets),
    )
