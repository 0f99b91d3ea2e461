"""Which revision a request is about: `?revision=` names an earlier one, and every answer says which it is of.

The links between the two are those of Memento: https://www.rfc-editor.org/rfc/rfc7089
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urljoin

from flask import Response, g, request, url_for
from werkzeug.http import http_date

from byregion.archive import Publication
from byregion.errors import BadRequest, RevisionGone
from byregion.sentences import say
from byregion.web import respond
from byregion.web.links import asked
from byregion.web.site import engine, site

SHOWN: Final = 16
"""Characters of a revision's name that tell it apart in practice; links have so many."""
LISTED: Final = 100
"""Publications that an answer about a revision that is gone tells at most, the last ones."""

# What depends on the revision and nothing else but how it is shown; of other resources there is only the current state.
_ASKED: Final = frozenset(
    {
        "home.show",
        "listing.show",
        "entities.identify",
        "entities.document",
        "queries.show",
        "sparql.show",
        "graph_store.show",
    }
)
# What is made from the files, and not from what is held.
_OF_FILES: Final = frozenset({"catalogue", "datasets", "downloads", "statistics", "quality", "crawlers"})
_NAME: Final = re.compile("[0-9a-f]{8,64}", re.IGNORECASE)
_FOR_GOOD: Final = "public, max-age=31536000, immutable"


def choose() -> None:
    """Choose the revision of the request before it is answered.

    Raises BadRequest for what names none, and as `Revisions.engine` does for one that is not here.
    """
    names = request.args.getlist("revision")
    if not names or request.endpoint in (None, "static"):
        return
    if request.endpoint not in _ASKED or (site().settings.empty and site().history is None):
        raise BadRequest(say("only-current"))
    if len(names) > 1 or not _NAME.fullmatch(names[0]):
        raise BadRequest(say("revision-form"))
    g.engine = site().revisions.engine(names[0].lower())


def is_earlier() -> bool:
    """Whether the request is about another revision than the current one."""
    return "engine" in g and engine().revision != site().engine.revision


def keep(endpoint: str, values: dict[str, Any]) -> None:
    """Let a revision that the reader chose by address go along to the next page."""
    if endpoint in _ASKED and "engine" in g:
        values.setdefault("revision", request.args["revision"])


def pin(values: Mapping[str, object]) -> None:
    """Say what the permalink of this request must hold besides its own parameters, for the answer to stay the same."""
    g.pinned = dict(values)


def behind() -> str:
    """Return the revision from whose files this request is answered, where something was written since.

    Downloads, catalogue, statistics and measured quality are made from files; "" where that is what is current.
    """
    if request.blueprint not in _OF_FILES or site().edition.revision == site().engine.revision:
        return ""
    return site().edition.revision


def add_headers(response: Response) -> Response:
    """Say of which revision the answer is, how long it holds, and where that of the other time is."""
    if made := behind():
        response.headers["Byregion-Revision"] = made
    if request.endpoint not in _ASKED or response.status_code >= 400 or "then" in g:
        return response
    response.headers.setdefault("Byregion-Revision", engine().revision)
    published = site().revisions.published(engine().revision)
    if "engine" not in g:
        if published and (link := permalink()):
            respond.link(response, [(link, {"rel": "memento", "datetime": http_date(published)})])
        return response
    # Words of ours may be put otherwise tomorrow, and so may a named query where its wording is not in the address.
    if not g.get("has_words") and (request.endpoint != "queries.show" or "wording" in request.args):
        response.headers["Cache-Control"] = _FOR_GOOD
    if published:
        response.headers["Memento-Datetime"] = http_date(published)
    respond.link(response, [(address(revision=None, wording=None), {"rel": "original latest-version"})])
    return response


def permalink(**changes: object) -> str:
    """Return the address at which this request, with `changes`, has the same answer later; "" where it has none."""
    if request.method not in ("GET", "HEAD") or request.endpoint not in _ASKED:
        return ""
    if site().revisions.published(engine().revision) is None:
        return ""
    return address(**(g.get("pinned", {}) | changes | {"revision": engine().revision[:SHOWN]}))


def address(**changes: object) -> str:
    """Return the address of this request in full, with other parameters."""
    arguments: dict[str, Any] = asked() | changes
    return urljoin(site().settings.url, url_for(str(request.endpoint), **arguments))


@dataclass(frozen=True, slots=True)
class Shown:
    """The revision as a page shows it: `current` is the address of the page as it is now, "" where that is this one."""

    name: str
    published: date | None
    permalink: str
    current: str


def shown() -> Shown:
    """Return the revision of the request as its page shows it."""
    revision = engine().revision
    published = site().revisions.published(revision)
    current = address(revision=None, wording=None) if "engine" in g else ""
    return Shown(revision[:SHOWN], published.date() if published else None, permalink(), current)


def since(error: RevisionGone) -> list[dict[str, object]]:
    """Return what was published after a revision that is gone, the last `LISTED` of them, as the envelope tells it."""
    return [_told(item) for item in error.since[-LISTED:] if isinstance(item, Publication)]


def _told(item: Publication) -> dict[str, object]:
    total = item.total
    told: dict[str, object] = {
        "revision": item.revision,
        "published": item.published.isoformat(),
        "triples": total.triples,
        "added": total.added,
        "removed": total.removed,
        "changed": list(item.changed),
        "more": item.more,
    }
    if site().revisions.is_kept(item.revision):
        told["link"] = address(revision=item.revision[:SHOWN], wording=None)
    return told
