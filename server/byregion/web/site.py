"""What every page shares: settings, engine, queries and words, and how a page asks the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from flask import current_app, g, request
from rdflib import Literal, URIRef
from rdflib.term import Node

from byregion import results, sparql
from byregion.archive import Revisions
from byregion.config import Settings
from byregion.edition import Edition
from byregion.engine import Engine
from byregion.errors import EngineError
from byregion.history.ledger import Ledger
from byregion.queries import NamedQuery
from byregion.search import Shelf
from byregion.sentences import say
from byregion.tokens import Tokens
from byregion.web import built, language
from byregion.web.language import Words
from byregion.web.negotiate import language as negotiated_language

_HERE: Final = Path(__file__).parent


def _fingerprint() -> str:
    paths = sorted(path for path in _HERE.rglob("*") if path.is_file() and path.suffix != ".pyc")
    contents = (part for path in paths for part in (path.relative_to(_HERE).as_posix().encode(), path.read_bytes()))
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Site:
    """What one running app is made of.

    `engine` is that of the current revision, `revisions` has those of all; `edition` is everything that is no answer,
    made from the files of the current one; `search` has its words. `code` names the state of the files that make the
    pages, `built` are those that they load. Of a static copy every page leads only to what files can answer: `is_copy`.
    Who has one of the `tokens` may write, if there are any. Without `source_text` no page has a stored text as a whole.
    A store on disk has a `history`.
    """

    settings: Settings
    engine: Engine
    revisions: Revisions
    queries: tuple[NamedQuery, ...]
    edition: Edition
    search: Shelf
    is_copy: bool = False
    tokens: Tokens | None = None
    source_text: bool = True
    history: Ledger | None = None
    words: Mapping[str, Words] = field(default_factory=language.read)
    code: str = field(default_factory=_fingerprint)
    built: Mapping[str, str] = field(default_factory=built.read)


def site() -> Site:
    """Return the site of the app that is answering."""
    found: Site = current_app.extensions["byregion"]
    return found


def engine() -> Engine:
    """Return the engine of the revision that the request is about: the current one, unless it named another."""
    found: Engine = g.get("engine", site().engine)
    return found


def choose_language() -> None:
    """Choose the language of the request before it is answered; raises BadRequest for a wrong `?lang=`."""
    g.language = negotiated_language(request.headers.get("Accept-Language"), request.args.get("lang"))


def words() -> Words:
    """Return the words in the language that the request is answered in."""
    if "language" not in g:
        # An error page must come out even where ?lang= is what is wrong.
        g.language = negotiated_language(request.headers.get("Accept-Language"), None)
    return site().words[g.language]


def select(name: str, **terms: tuple[URIRef | Literal, ...]) -> list[dict[str, Node]]:
    """Return the solutions of the page query `name`, in which `terms` stand for its examples."""
    answer = results.read_rows(engine().query(page_query(name, **terms), results.JSON).body)
    if isinstance(answer, bool):
        raise EngineError(say("query-truth", name=name))
    _, rows = answer
    return rows


def page_query(name: str, **terms: tuple[URIRef | Literal, ...]) -> str:
    """Return the text of the page query `name`, in which `terms` stand for its examples."""
    return sparql.bind(_text(name), terms)


@cache
def _text(name: str) -> str:
    return (_HERE / "queries" / f"{name}.rq").read_text(encoding="utf-8")
