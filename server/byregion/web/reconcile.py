"""The Entity Reconciliation API 0.2, with which OpenRefine and others find what their tables mean.

https://reconciliation-api.github.io/specs/0.2/
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from threading import Lock
from typing import Final

from flask import Blueprint, Response, current_app, render_template, request
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup

from byregion import reconcile
from byregion.errors import BadRequest, NotFound, RequestTooLarge, UnsupportedMediaType
from byregion.reconcile import KINDS, LONGEST, MOST, Entity, Index, Kind
from byregion.sentences import say
from byregion.web import reconciled, respond
from byregion.web.negotiate import HTML, Offer, representation
from byregion.web.protocol import FORM
from byregion.web.reconciled import Json
from byregion.web.site import engine, site, words

blueprint = Blueprint("reconcile", __name__)

JSON: Final = Offer(("json",), "application/json")
SUGGESTED: Final = 10
"""Entities that are suggested at a time."""
_EXTENSION: Final = "byregion.reconcile"


class _Kept:
    """The index of the revision that is served: made when it is first asked, and anew for another revision."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._revision = ""
        self._index: Index | None = None

    def index(self) -> Index:
        with self._lock:
            if self._index is None or self._revision != engine().revision:
                self._revision = engine().revision
                self._index = reconcile.build(engine(), f"{site().settings.base}id/")
            return self._index


@blueprint.record
def _prepare(state: BlueprintSetupState) -> None:
    state.app.extensions[_EXTENSION] = _Kept()


def index() -> Index:
    """Return the index of the revision that is served."""
    kept: _Kept = current_app.extensions[_EXTENSION]
    return kept.index()


@blueprint.route("/reconcile", methods=["GET", "POST"])
def show() -> Response:
    """Answer a batch of queries or tell properties of entities; without either, say what the service offers."""
    told = _parameters()
    asked = [name for name in ("queries", "extend") if name in told]
    if len(asked) > 1:
        raise BadRequest(say("queries-and-extend"))
    if asked == ["queries"]:
        batch = reconcile.read(told["queries"])
        return _data(lambda: reconciled.results(index(), batch, words()))
    if asked == ["extend"]:
        extension = reconcile.to_extend(told["extend"])
        return _data(lambda: reconciled.extended(index(), extension, words()))
    if request.method == "POST":
        raise BadRequest(say("neither-asked"))
    return _without_query()


def _parameters() -> Mapping[str, str]:
    if request.method != "POST":
        return request.args
    if request.mimetype not in (FORM, "multipart/form-data"):
        raise UnsupportedMediaType(say("form-type", what=request.mimetype or say("no-content-type"), listed=FORM))
    return request.form


def _without_query() -> Response:
    offer = representation(request.headers.get("Accept"), request.args.get("format"), (JSON, HTML))
    if offer == HTML:
        context = {"address": f"{site().settings.url}reconcile", "types": _types(), "properties": _properties()}
        response = respond.conditional(respond.page_tag(), lambda: respond.page("reconcile/service.html", **context))
        respond.vary(response, by_format=True, by_language=True)
        return response
    settings = site().settings
    told = reconciled.manifest(settings.url, settings.base, version("byregion"), words())
    return _data(lambda: told, by_format=True)


def _types() -> list[Json]:
    return [reconciled.type_of(kind, words()) for kind in KINDS]


def _properties() -> list[Json]:
    return reconciled.properties(words())


def _data(make: Callable[[], Json], *, by_format: bool = False) -> Response:
    def made() -> Response:
        response = Response(json.dumps(make(), ensure_ascii=False) + "\n", content_type=JSON.content_type)
        response.headers["Content-Language"] = words().language
        return response

    tag = respond.tag("reconcile", request.full_path, words().language)
    response = made() if request.method == "POST" else respond.conditional(tag, made)
    respond.vary(response, by_format=by_format, by_language=True)
    return response


@blueprint.get("/reconcile/suggest/<what>")
def suggest(what: str) -> Response:
    """Return the entities, types or properties whose names begin as `?prefix=` says."""
    prefix, first = _given("prefix"), _whole_number("cursor", 0) or 0
    kind = _kind()
    if what == "entity":
        kinds = frozenset({kind}) if kind else frozenset()

        def entities() -> Json:
            found = reconcile.starting(index(), prefix, kinds, first + SUGGESTED)
            return reconciled.suggested_entities(index(), found[first:], words())

        return _data(entities)
    told = {"type": _types, "property": _properties}.get(what)
    if told is None:
        raise NotFound(say("not-suggested", name=what), ("entity", "type", "property"))
    return _data(lambda: reconciled.suggested(told()[first:], prefix))


@blueprint.get("/reconcile/flyout/<what>")
def flyout(what: str) -> Response:
    """Return a few words about an entity, a type or a property, as HTML within JSON."""
    id = _given("id")
    if what == "entity":
        entity = _entity(id)
        name, text = reconciled.name_of(entity, words()), reconciled.description_of(index(), entity, words())
    else:
        told = {"type": _types, "property": _properties}.get(what)
        found = [item for item in (told() if told else ()) if item["id"] == id]
        if not found:
            raise NotFound(say("no-described", what=what, id=id))
        name, text = found[0]["name"], found[0].get("description", "")
    html = Markup("<p><strong>{}</strong></p><p>{}</p>").format(name, text)
    return _data(lambda: {"id": id, "html": str(html)})


@blueprint.get("/reconcile/preview")
def preview() -> Response:
    """Return a small page about the entity that `?id=` names, to be shown within another."""
    entity = _entity(_given("id"))
    told = {
        "name": reconciled.name_of(entity, words()),
        "about": reconciled.description_of(index(), entity, words()),
        "facts": reconciled.facts(index(), entity, words()),
        "address": f"{site().settings.url}id/{entity.id}",
    }

    def made() -> Response:
        response = Response(render_template("reconcile/preview.html", **told), content_type=HTML.content_type)
        response.headers["Content-Language"] = words().language
        return response

    response = respond.conditional(respond.page_tag("preview"), made)
    # The one page of ours that is made to be shown inside those of others.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; frame-ancestors *"
    respond.vary(response, by_language=True)
    return response


@blueprint.get("/reconcile/extend/propose")
def propose() -> Response:
    """Return the properties that can be fetched of entities of the type that `?type=` names."""
    kind = _kind()
    limit = _whole_number("limit", 1)
    return _data(lambda: reconciled.proposed(kind, limit, words()))


def _entity(id: str) -> Entity:
    entity = index().find(id)
    if entity is None:
        raise NotFound(say("no-entity", id=id))
    return entity


def _kind() -> Kind | None:
    named = request.args.get("type")
    return None if named is None else reconcile.kind_of(named)


def _given(name: str) -> str:
    value = request.args.get(name)
    if value is None:
        raise BadRequest(say("missing-in-address", name=name))
    if len(value) > LONGEST:
        raise RequestTooLarge(LONGEST, say("characters-in", where=name))
    return value


def _whole_number(name: str, least: int) -> int | None:
    text = request.args.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 6 or int(text) < least:
        raise BadRequest(say("number-from", name=name, value=text[:LONGEST], least=least))
    return min(int(text), MOST * 10)
