"""The description of the API: a document for programs, and the same as a page."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, current_app, request, url_for

from byregion import openapi
from byregion.catalogue import FORMATS, PROFILES
from byregion.errors import NotFound
from byregion.search import LONGEST
from byregion.sentences import say
from byregion.web import exported, formats, history, listing, pages, problem, respond, search, snippets, trials
from byregion.web.formats import CSL
from byregion.web.named import TEXT
from byregion.web.negotiate import HTML, Offer
from byregion.web.negotiate import language as negotiated_language
from byregion.web.site import site, words

blueprint = Blueprint("openapi", __name__)

# Who asks for no language is a program, and programs are read in English.
_LANGUAGES: Final = ("en", "nb", "nn")
# What files to download are; the list of their checksums is the plain text.
_MEDIA_TYPES: Final = ("text/plain", *(form.served_as for form in FORMATS))


@blueprint.get("/openapi.json")
def show() -> Response:
    """Return the description as OpenAPI 3.1."""
    language = negotiated_language(request.headers.get("Accept-Language"), request.args.get("lang"), _LANGUAGES)
    _, body = _described(language)
    response = respond.conditional(respond.tag(body), lambda: Response(body, content_type="application/json"))
    response.headers["Content-Language"] = language
    respond.vary(response, by_language=True)
    return response


def _described(language: str) -> tuple[dict[str, Any], str]:
    """Return the description, and as it is sent; it is the same for as long as the app runs."""
    kept: dict[str, tuple[dict[str, Any], str]] = current_app.extensions.setdefault("byregion-openapi", {})
    if language not in kept:
        document = openapi.document(_service(language), site().queries, language)
        kept[language] = document, json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return kept[language]


def _service(language: str) -> openapi.Service:
    titles: dict[int, list[str]] = defaultdict(list)
    for kind in (*problem.KINDS.values(), problem.INTERNAL):
        titles[kind.status].append(site().words[language](f"problems.{kind.name}.title"))
    return openapi.Service(
        url=site().settings.url,
        version=version("byregion"),
        offers={
            "document": _offers(HTML, *formats.GRAPHS),
            "listed": _offers(HTML, *formats.GRAPHS, *exported.TABLES),
            "cited": _offers(HTML, *formats.GRAPHS, CSL),
            "graph": _offers(*formats.GRAPHS),
            "file": tuple(((), media_type) for media_type in _MEDIA_TYPES),
            "list": _offers(*listing.OFFERS),
            "found": _offers(*search.OFFERS),
            "map": _offers(*exported.offers(exported.GEOJSON)),
            "compared": _offers(*exported.offers(exported.JSON)),
            "changes": _offers(*history.LIST),
            "change": _offers(*history.ONE),
            "answer": _offers(*formats.TABLES, *formats.GRAPHS, HTML),
            "SELECT": _offers(*formats.TABLES, HTML, TEXT, CSL),
            "ASK": _offers(*formats.SOLUTIONS, HTML, TEXT, CSL),
            "CONSTRUCT": _offers(*formats.GRAPHS, HTML, TEXT, CSL),
            "answerOrTrial": _offers(*formats.TABLES, *formats.GRAPHS, HTML),
            "report": _offers(*trials.REPORTS),
        },
        problems={status: "; ".join(found) for status, found in titles.items()},
        profiles=PROFILES,
        max_rows=site().words[language].number(site().settings.max_rows),
        figures={"page_size": pages.SIZE, "largest_page": pages.LARGEST, "longest_search": LONGEST},
        called={
            key.removeprefix("parameters."): text
            for key, text in site().words[language].strings.items()
            if key.startswith("parameters.")
        },
        takes_writes=site().settings.takes_writes,
    )


def _offers(*offers: Offer) -> openapi.Offers:
    return tuple((offer.names, offer.media_type) for offer in offers)


# --- As a page --------------------------------------------------------------------------------------------------------

MANY: Final = 12
"""Values of a parameter that the page does not list, because there are so many."""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as the page shows it: what it may be is `kind`, what it is without a value `default`."""

    name: str
    text: str
    kind: str
    default: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a resource as the page shows it; `example` is an address to try, "" where a browser cannot."""

    name: str
    method: str
    path: str
    title: str
    text: str
    fields: tuple[Field, ...]
    columns: tuple[str, ...]
    media_types: tuple[str, ...]
    problems: tuple[str, ...]
    example: str
    code: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An operation in the list of all: its name, its method, its path and what it is for."""

    name: str
    method: str
    path: str
    title: str


@blueprint.get("/api")
def page() -> Response:
    """Return the page that lists the operations of the API."""
    document, body = _described(words().language)
    return _answer(respond.page_tag(body), lambda: respond.page("openapi/openapi.html", **_context(document)))


@blueprint.get("/api/<name>")
def operation(name: str) -> Response:
    """Return the page that describes one of them."""
    document, body = _described(words().language)
    found = {told["operationId"]: (path, method, told) for path, method, told in _operations(document)}
    if name not in found:
        near = tuple(url_for(".operation", name=other) for other in get_close_matches(name, found, 3, 0.6))
        raise NotFound(say("no-operation", name=name), near)
    path, method, told = found[name]
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    return _answer(
        respond.page_tag(body),
        lambda: respond.page(
            "openapi/operation.html",
            it=_operation(document, path, method, told),
            parts=[(tag, tags[tag]) for tag in told["tags"]],
        ),
    )


def _answer(tag: str, make: Callable[[], Response]) -> Response:
    response = respond.conditional(tag, make)
    respond.vary(response, by_language=True)
    # https://www.rfc-editor.org/rfc/rfc8631
    respond.link(response, [(url_for(".show"), {"rel": "service-desc", "type": "application/json"})])
    return response


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        yield from ((path, method, told) for method, told in methods.items())


def _context(document: dict[str, Any]) -> dict[str, object]:
    parts: dict[str, list[Entry]] = {tag["name"]: [] for tag in document["tags"]}
    for path, method, told in _operations(document):
        for tag in told["tags"]:
            parts[tag].append(Entry(told["operationId"], method.upper(), path, told["summary"]))
    titles = {tag["name"]: tag["description"] for tag in document["tags"]}
    return {
        "text": document["info"]["description"],
        "parts": [(name, titles[name], listed) for name, listed in parts.items()],
    }


def _operation(document: dict[str, Any], path: str, method: str, told: dict[str, Any]) -> Operation:
    parameters = [_resolved(document, item) for item in told.get("parameters", ())]
    answers = {status: _resolved(document, item) for status, item in told["responses"].items()}
    pairs, form = list(_pairs(parameters)), list(_form(document, told))
    in_path = [item for item in parameters if item["in"] == "path"]
    filled = path
    for item in in_path:
        filled = filled.replace(f"{{{item['name']}}}", quote(str(item.get("example", item["schema"].get("default")))))
    local = url_for("home.show", lang=None).rstrip("/") + filled
    can_be_tried = method == "get" and "200" in answers and all("example" in item for item in in_path)
    if path.startswith("/changes") and site().history is None:
        can_be_tried = False
    if path.startswith("/timemap/") and site().revisions.past is None:
        can_be_tried = False
    return Operation(
        name=told["operationId"],
        method=method.upper(),
        path=path,
        title=told["summary"],
        text=told.get("description", ""),
        fields=tuple(_field(document, item) for item in parameters),
        columns=tuple(told.get("x-columns", ())),
        media_types=tuple(answers.get("200", {}).get("content", ())),
        problems=tuple(f"{status} {item['description']}" for status, item in answers.items() if status >= "400"),
        example=local + (f"?{urlencode(pairs)}" if pairs else "") if can_be_tried else "",
        code=_curl(site().settings.url.rstrip("/") + filled, method, pairs, form, _options(document, told)),
    )


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Return what a node refers to, together with what stands beside the reference; or the node itself."""
    if "$ref" not in node:
        return node
    found: Any = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return {**found, **{key: value for key, value in node.items() if key != "$ref"}}


def _curl(
    address: str, method: str, pairs: list[tuple[str, str]], form: list[tuple[str, str]], options: Iterator[str]
) -> str:
    if method == "get":
        return snippets.curl(address, pairs, is_get=True)
    named = () if method == "post" else (f"-X {method.upper()}",)
    whole = f"{address}?{urlencode(pairs)}" if pairs else address
    return snippets.curl(whole, form, is_get=False, options=(*named, *options))


def _pairs(parameters: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the names and values of the example of an address."""
    for item in parameters:
        if item["in"] == "query" and "example" in item:
            values = item["example"] if isinstance(item["example"], list) else [item["example"]]
            yield from ((item["name"], value) for value in values)


def _content(document: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """Return what the body of a request may be, by media type."""
    content: dict[str, Any] = _resolved(document, told["requestBody"])["content"] if "requestBody" in told else {}
    return content


def _form(document: dict[str, Any], told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the names and values of the example of a form; files are no pairs of words."""
    yield from _content(document, told).get("application/x-www-form-urlencoded", {}).get("example", {}).items()


def _options(document: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:
    """Yield what curl is told besides, as a shell reads it: the token where there must be one, and the file to send."""
    if told.get("security") and {} not in told["security"]:
        yield '-H "Authorization: Bearer $TOKEN"'
    for media_type, item in _content(document, told).items():
        if "x-file" in item and media_type == "multipart/form-data":
            yield from (f"-F {name}=@{item['x-file']}" for name in item["schema"]["required"])
        elif "x-file" in item:
            yield f"-H 'Content-Type: {media_type}'"
            yield f"--data-binary @{item['x-file']}"


def _field(document: dict[str, Any], parameter: dict[str, Any]) -> Field:
    schema = _resolved(document, parameter["schema"])
    default = schema.get("default", "")
    return Field(
        name=parameter["name"],
        text=parameter["description"],
        kind=_kind(document, schema),
        default=", ".join(default) if isinstance(default, list) else str(default),
    )


def _kind(document: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return what a value may be: the values there are, in words, or as a range of numbers."""
    one = _resolved(document, schema.get("items", schema))
    one = _resolved(document, one["anyOf"][0]) if "anyOf" in one else one
    if len(one.get("enum", ())) in range(1, MANY):
        return ", ".join(one["enum"])
    if "maximum" in one:
        return f"{words().number(one['minimum'])}–{words().number(one['maximum'])}"
    return str(one.get("description", ""))
