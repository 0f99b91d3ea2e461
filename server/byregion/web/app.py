"""The app: one blueprint a file, the headers that every answer carries, and what every template can say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup

from byregion import queries
from byregion.archive import Revisions
from byregion.assets import folder
from byregion.config import Settings
from byregion.edition import Edition, Task
from byregion.engine import Engine
from byregion.history.ledger import Ledger
from byregion.search import Shelf
from byregion.web import (
    accessibility,
    blank,
    catalogue,
    compare,
    context,
    crawlers,
    datasets,
    downloads,
    editing,
    endpoint,
    entities,
    graph_store,
    graph_writes,
    history,
    home,
    listing,
    maps,
    memento,
    missing,
    named,
    ontology,
    openapi,
    problem,
    problems,
    protocol,
    quality,
    reconcile,
    reverts,
    revisions,
    search,
    shapes,
    statistics,
    took_part,
    trying,
    workbooks,
    writes,
)
from byregion.web.links import asked, href, is_local
from byregion.web.policy import policy
from byregion.web.rendered import Rendered
from byregion.web.served import LABEL
from byregion.web.site import Site, choose_language, site, words
from byregion.web.spoken import spoken

BRAND = "byregion"

HEADERS = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Resource-Policy": "cross-origin",
    # Everything here is public and read without credentials, so scripts of any origin may read it.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Allow, Byregion-Limits, Byregion-Revision, Content-Location, ETag, Link, Memento-Datetime, Retry-After"
    ),
    "Cache-Control": "public, no-cache",
}


def create_app(
    settings: Settings,
    engine: Engine,
    archived: Revisions | None = None,
    *,
    is_copy: bool = False,
    source_text: bool = True,
    of_files: str | None = None,
) -> Flask:
    """Return the app that publishes what `engine` holds, as `settings` say, and the revisions that are `archived`.

    Catalogue and downloads are of the revision `of_files`: that of the engine where nobody says, and "" where nobody
    knows its name.
    With `is_copy` it is the one that a static copy is made of; without `source_text` its downloads leave out the words
    of stored texts.
    """
    app = Flask("byregion.web", static_url_path="/static")
    named_queries, called = queries.read_all(folder("queries")), engine.revision if of_files is None else of_files
    # A store on disk names its revisions by its history, and not by their text.
    revision = "" if settings.store_folder else called
    task = Task(str(settings.data), settings.url, revision, settings.base, is_copy, source_text)
    edition = Edition(task, settings.query_seconds, called)
    words_of = Shelf(engine, settings.data, settings.query_seconds)
    app.extensions["byregion"] = Site(
        settings,
        engine,
        archived or Revisions(engine),
        named_queries,
        edition,
        words_of,
        is_copy,
        writes.tokens(settings),
        source_text,
        Ledger(settings.store_folder) if settings.store_folder else None,
    )
    app.config["MAX_CONTENT_LENGTH"] = max(protocol.body_limit(settings), writes.body_limit(settings))
    # A workbook may be larger than what is sent elsewhere.
    app.config["LARGER_BODIES"] = {"/quality/workbook": trying.LARGEST}
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000  # the address of a file changes with its content
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # Werkzeug would redirect to an absolute address, which it would take from the Host header.
    app.url_map.strict_slashes = app.url_map.merge_slashes = app.url_map.redirect_defaults = False
    for module in _MODULES:
        app.register_blueprint(module.blueprint)
    if settings.takes_writes:
        app.register_blueprint(graph_writes.blueprint)
        app.register_blueprint(reverts.blueprint)
    problem.register(app)
    app.before_request(blank.refuse)
    app.before_request(choose_language)
    app.before_request(revisions.choose)
    app.before_request(memento.negotiate)
    app.after_request(_add_headers)
    app.after_request(revisions.add_headers)
    app.after_request(memento.add_headers)
    app.url_defaults(_keep_language)
    app.url_defaults(revisions.keep)
    app.context_processor(_template_words)
    app.wsgi_app = _mounted(app.wsgi_app, urlsplit(settings.url).path.rstrip("/"))  # type: ignore[assignment, method-assign]
    return app


_MODULES = (
    home,
    entities,
    listing,
    maps,
    compare,
    took_part,
    endpoint,
    editing,
    graph_store,
    named,
    ontology,
    openapi,
    shapes,
    context,
    catalogue,
    datasets,
    downloads,
    statistics,
    quality,
    missing,
    workbooks,
    reconcile,
    search,
    history,
    memento,
    crawlers,
    accessibility,
    problems,
)


def _add_headers(response: Response) -> Response:
    request.environ[LABEL] = request.endpoint or "none"
    if request.endpoint == "static" and response.cache_control.max_age:
        response.cache_control.immutable = True
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
        response.headers["Access-Control-Allow-Headers"] = writes.request_headers()
        response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    """Let a language that the reader chose by address go along to the next page."""
    if endpoint != "static" and "lang" in request.args:
        values.setdefault("lang", words().language)


def _template_words() -> dict[str, object]:
    return {
        "brand": BRAND,
        "site": site(),
        "words": words(),
        "revision": revisions.shown(),
        "behind": revisions.behind(),
        "day": lambda text: words().date(datetime.fromisoformat(text).date()),
        "menu": _menu(),
        "is_here": _is_here,
        "has": _has,
        "asset": _asset,
        "contact": _contact(site().settings.contact),
        "tongues": [(tag, _in_language(tag)) for tag in site().words],
        "own_name": lambda tag: site().words[tag]("nav.own_name"),
        "rendered": Rendered(words(), _tongue),
        "tongue": _tongue,
        "href": href,
        "is_local": is_local,
        "spoken": spoken,
        "parameter_name": lambda name: words().get(f"parameters.{name}") or name,
        "code": lambda text: Markup("<code>{}</code>").format(text),
        "link": lambda address, text: Markup('<a href="{}">{}</a>').format(address, text),
    }


def _tongue(tag: str) -> str:
    """Return what a language is called in that of the page."""
    return words().get(f"tongues.{tag}") or tag


def _menu() -> list[tuple[str, Mapping[str, str], str]]:
    entries: list[tuple[str, Mapping[str, str], str]] = [
        ("listing.show", {"kind": "region"}, words()("kinds.region")),
        ("map.show", {}, words()("map.title")),
        ("queries.index", {}, words()("nav.queries")),
        ("sparql.show", {}, words()("nav.sparql")),
        ("ontology.show", {}, words()("nav.ontology")),
        ("catalogue.show", {}, words()("nav.catalogue")),
        ("history.index", {}, words()("history.title")),
    ]
    return [entry for entry in entries if _has(entry[0])]


# What a static copy does not have, for only a server can answer it.
_SERVED = frozenset(
    {"sparql.show", "openapi.page", "search.show", "compare.show", "municipality.show", "workbooks.show"}
)


def _has(endpoint: str) -> bool:
    """Tell whether pages may lead to a view: there is one, it has data to show, and a copy has it too."""
    is_served = endpoint in current_app.view_functions and not (site().is_copy and endpoint in _SERVED)
    if endpoint.startswith("history.") and site().history is None:
        return False
    return is_served and blank.has(endpoint)


def _asset(name: str) -> str | None:
    """Return the address of what the browser side's `name` was built into, or None where nothing was built."""
    file = site().built.get(name)
    return url_for("static", filename=file) if file else None


def _contact(contact: str) -> str:
    """Return what the setting links to: an address on the web as it is, one for mail as mailto."""
    return contact if not contact or "://" in contact else f"mailto:{contact}"


def _is_here(endpoint: str, values: Mapping[str, str]) -> bool:
    return request.endpoint == endpoint and dict(request.view_args or {}) == dict(values)


def _in_language(tag: str) -> str:
    """Return the address of this page in another language."""
    if request.endpoint is None:
        return url_for("home.show", lang=tag)
    return url_for(request.endpoint, **(asked() | {"lang": [tag]}))


Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def _mounted(inner: Wsgi, prefix: str) -> Wsgi:
    """Return a WSGI callable that knows the path below which clients see the app: that of the public address.

    It is the same whether a proxy takes the prefix away or passes it on.
    """
    if not prefix:
        return inner

    def outer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == prefix or path.startswith(prefix + "/"):
            environ["PATH_INFO"] = path[len(prefix) :] or "/"
        environ["SCRIPT_NAME"] = prefix
        return inner(environ, start_response)

    return outer
