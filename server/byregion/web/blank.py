"""What an endpoint that began empty has: SPARQL and graphs, and nothing that is made of published data."""

from __future__ import annotations

from typing import Final

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from byregion.errors import NotFound
from byregion.sentences import say
from byregion.web.site import site

HAS: Final = frozenset({"sparql", "graph_store", "graph_writes", "history", "memento", "problems", "reverts"})
"""The blueprints of which it has everything."""
_HAS_TOO: Final = frozenset({"static", "home.health", "crawlers.robots"})


def has(endpoint: str) -> bool:
    """Tell whether the server has a resource, by the name of its view."""
    return not site().settings.empty or endpoint.partition(".")[0] in HAS or endpoint in _HAS_TOO


def refuse() -> Response | BaseResponse | None:
    """Lead from the front page to the endpoint; raises NotFound for what is made of published data."""
    if request.endpoint is None or has(request.endpoint):
        return None
    if request.endpoint == "home.show":
        return redirect(url_for("sparql.show"), 303)
    raise NotFound(say("no-data-here"))
