"""What was written to a store on disk, and by whom: as pages, as RDF, as a feed and as an event stream.

https://semiceu.github.io/LinkedDataEventStreams/ · https://www.rfc-editor.org/rfc/rfc4287
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC
from typing import Any, Final
from xml.etree import ElementTree

from flask import Blueprint, Response, request, url_for
from rdflib import XSD, Dataset, Literal, URIRef, Variable
from rdflib.term import Node

from byregion.engine.journal import Change
from byregion.errors import NotFound
from byregion.history import described, patch
from byregion.history.ledger import Entry, Ledger
from byregion.results import Solutions
from byregion.sentences import say
from byregion.web import graphs, pages, respond
from byregion.web.exported import TABLES, Listed
from byregion.web.formats import GRAPHS, alternates, chosen, named, split_suffix
from byregion.web.naming import Naming, Value, read_labels
from byregion.web.negotiate import HTML, Offer
from byregion.web.site import site, words

blueprint = Blueprint("history", __name__)

ATOM: Final = Offer(("atom",), "application/atom+xml")
PATCH: Final = Offer(("rdfp",), "application/rdf-patch")
LIST: Final = (HTML, ATOM, *GRAPHS, *TABLES)
"""What the changes are to be had as."""
ONE: Final = (HTML, PATCH, *GRAPHS)
"""What one of them is to be had as."""
SHOWN: Final = 200
"""Statements of each kind that the page of a change shows."""

_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_ATOM: Final = "http://www.w3.org/2005/Atom"


@blueprint.get("/changes")
def index() -> Response:
    """Return the changes: the newest page of them, or the one that the request names; as RDF, the event stream."""
    ledger, offer = _ledger(), chosen("", LIST)
    count, last = len(ledger), ledger.pages
    number = pages.whole_number("page", last, 10**6)
    if number > last:
        raise NotFound(say("no-changes-page", number=number, last=last))
    if offer == HTML:
        response = respond.conditional(respond.page_tag(str(count)), lambda: _list(ledger, number, last))
    elif offer == ATOM:
        response = _data(offer, (str(count), str(number)), lambda: _feed(ledger, number))
    elif offer in TABLES:
        tag = respond.page_tag(str(count), *offer.names)
        response = respond.conditional(tag, lambda: _listed(ledger, number).written(offer, _address(offer, number)))
        respond.link(response, _others(offer, number, last))
    elif "page" in request.args:
        response = _page(ledger, offer, number, last)
    else:
        response = _data(offer, ("stream",), lambda: _graph(lambda graph: described.stream(graph, _url()), offer))
    respond.vary(response, by_format=True, by_language=offer in (HTML, *TABLES))
    respond.link(response, alternates(LIST, offer, lambda other: _address(other, number)))
    return response


@blueprint.get("/changes/<name>")
def show(name: str) -> Response:
    """Return a change by its number: who, when and why, and what was added and removed."""
    ledger, (number, suffix) = _ledger(), split_suffix(name, ONE)
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise NotFound(say("change-number", name=name))
    offer = chosen(suffix, ONE)
    change = ledger.change(int(number))
    if offer == HTML:
        response = respond.conditional(respond.page_tag(change.revision), lambda: _change(change, len(ledger)))
    elif offer == PATCH:
        lines = patch.lines(change.delta.stated, change.previous, change.revision)
        response = _data(offer, (change.revision,), lambda: "".join(f"{line}\n" for line in lines).encode())
    else:
        entry = ledger.entry(change.number)
        response = _data(
            offer, (entry.revision,), lambda: _graph(lambda graph: described.change(graph, _url(), entry), offer)
        )
    if offer == PATCH:
        # What was recorded never changes; how it is told in other formats may.
        response.headers["Cache-Control"] = _FOR_GOOD
    respond.vary(response, by_format=not suffix, by_language=offer == HTML)
    respond.link(response, alternates(ONE, offer, lambda other: _one(change.number, other)))
    return response


def _ledger() -> Ledger:
    found = site().history
    if found is None:
        raise NotFound(say("no-history"))
    return found


def _url() -> str:
    return site().settings.url


def _address(offer: Offer, page: int) -> str:
    return url_for(".index", format=None if offer == HTML else offer.suffix, page=page)


def _one(number: int, offer: Offer) -> str:
    return url_for(".show", name=str(number) if offer == HTML else f"{number}.{offer.suffix}")


def _others(offer: Offer, number: int, last: int) -> list[tuple[str, dict[str, str]]]:
    """Return the links to the pages before and after one (https://www.rfc-editor.org/rfc/rfc8288)."""
    pages_of = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
    return [(_address(offer, page), {"rel": name}) for name, page in pages_of.items() if 1 <= page <= last]


# --- As data ----------------------------------------------------------------------------------------------------------


def _listed(ledger: Ledger, number: int) -> Listed:
    """Return a page of the changes as a table, the oldest first."""

    def document() -> list[dict[str, Any]]:
        return [_told(entry) for entry in ledger.page(number)]

    def table() -> Solutions:
        columns = tuple(map(Variable, ("change", *_COLUMNS)))
        rows = ({name: _term(str(name), told[str(name)]) for name in columns} for told in document())
        return Solutions(columns, tuple(rows))

    return Listed("changes", words()("history.title"), document, table)


_COLUMNS: Final = ("number", "when", "who", "why", "added", "removed", "inferred", "revision")


def _told(entry: Entry) -> dict[str, Any]:
    told = {name: getattr(entry, name) for name in _COLUMNS}
    return {"change": str(described.iri(_url(), entry.number))} | told | {"when": entry.when.isoformat()}


def _term(name: str, value: str | int) -> Node:
    if name == "change":
        return URIRef(str(value))
    return Literal(value, datatype=XSD.dateTime) if name == "when" else Literal(value)


def _data(offer: Offer, parts: Iterable[str], make: Callable[[], bytes]) -> Response:
    """Return data that `parts` determine: not the revision, since what was told of a change stays."""
    told = "\0".join((site().code, _url(), offer.media_type, offer.suffix, *parts))
    tag = hashlib.sha256(told.encode()).hexdigest()[:32]
    return respond.conditional(tag, lambda: Response(make(), content_type=offer.content_type))


def _graph(say: Callable[[graphs.SortedGraph], None], offer: Offer) -> bytes:
    graph = graphs.SortedGraph()
    for prefix, namespace in (("ldes", described.LDES), ("tree", described.TREE)):
        graph.bind(prefix, namespace)
    say(graph)
    return graphs.written(graph, offer.engine_type)


def _page(ledger: Ledger, offer: Offer, number: int, last: int) -> Response:
    """Return a page of the event stream, which never changes once there is a later one."""
    entries = list(ledger.page(number))
    newest = entries[-1].revision if entries else ""

    def say(graph: graphs.SortedGraph) -> None:
        described.page(graph, _url(), number, last, entries)

    response = _data(offer, (str(number), newest, str(number < last)), lambda: _graph(say, offer))
    if number < last:
        response.headers["Cache-Control"] = _FOR_GOOD
    return response


def _feed(ledger: Ledger, number: int) -> bytes:
    """Return a page as an Atom feed, the newest change first; it leads to the page before."""
    entries = list(ledger.page(number))[::-1]
    # https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1: a feed has an id, a title and the time of its last change.
    feed = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": words().language})
    _add(feed, "id", f"{_url()}changes")
    _add(feed, "title", words()("history.title"))
    _add(feed, "updated", entries[0].when.isoformat() if entries else "1970-01-01T00:00:00+00:00")
    ElementTree.SubElement(feed, "link", {"rel": "self", "href": f"{_url()}changes?format=atom"})
    ElementTree.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{_url()}changes"})
    if number > 1:
        # https://www.rfc-editor.org/rfc/rfc5005#section-3
        previous = f"{_url()}changes?format=atom&page={number - 1}"
        ElementTree.SubElement(feed, "link", {"rel": "next", "href": previous})
    for entry in entries:
        item = ElementTree.SubElement(feed, "entry")
        _add(item, "id", str(described.iri(_url(), entry.number)))
        _add(item, "title", words()("history.change", number=entry.number))
        _add(item, "updated", entry.when.isoformat())
        _add(ElementTree.SubElement(item, "author"), "name", entry.who or words()("history.nobody"))
        counts = words()("history.counts", added=words().number(entry.added), removed=words().number(entry.removed))
        _add(item, "summary", f"{entry.why} ({counts})" if entry.why else counts)
        ElementTree.SubElement(item, "link", {"href": str(described.iri(_url(), entry.number))})
    text: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return text


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text


# --- As pages ---------------------------------------------------------------------------------------------------------


def _list(ledger: Ledger, number: int, last: int) -> Response:
    return respond.page(
        "history/changes.html",
        entries=list(ledger.page(number))[::-1],
        total=len(ledger),
        newer=number + 1 if number < last else None,
        older=number - 1 if number > 1 else None,
        formats=[(offer.names[0], _address(offer, number)) for offer in named(LIST) if offer != HTML],
        at=_at,
    )


def _change(change: Change, total: int) -> Response:
    delta = change.delta.stated
    added, removed = _quads(delta.added), _quads(delta.removed)
    naming = Naming(words(), read_labels([*added, *removed]))
    return respond.page(
        "history/change.html",
        entry=Entry.of(change),
        added=_rows(added, naming),
        removed=_rows(removed, naming),
        shown=SHOWN,
        older=change.number - 1 if change.number > 1 else None,
        newer=change.number + 1 if change.number < total else None,
        formats=[(offer.names[0], _one(change.number, offer)) for offer in named(ONE) if offer != HTML],
        at=_at,
    )


def _quads(lines: Iterable[bytes]) -> list[tuple[Node, Node, Node, Node | None]]:
    """Return the first statements of lines of N-Quads, by graph."""
    dataset = Dataset()
    dataset.parse(data=b"\n".join(sorted(lines)[:SHOWN]) + b"\n", format="nquads")
    found = dataset.quads((None, None, None, None))
    return sorted(((s, p, o, g) for s, p, o, g in found), key=lambda quad: (str(quad[3]), *(t.n3() for t in quad[:3])))


def _rows(quads: Iterable[tuple[Node, Node, Node, Node | None]], naming: Naming) -> list[list[Value | None]]:
    return [
        [*(naming.value(term) for term in quad[:3]), naming.value(quad[3]) if isinstance(quad[3], URIRef) else None]
        for quad in quads
    ]


def _at(entry: Entry) -> tuple[str, str]:
    """Return when a change was made, for programs and for people."""
    when = entry.when.astimezone(UTC)
    return when.isoformat(timespec="seconds"), f"{words().date(when.date())}, {when:%H:%M} UTC"
