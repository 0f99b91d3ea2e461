"""What a browser is told where the app is not asked: of a request that is refused before it, or as too many come.

A page with no more than what is said, made in a fraction of a millisecond: who refuses for lack of time has none.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs

from flask import Flask

from byregion.errors import BadRequest
from byregion.web.naming import Text
from byregion.web.negotiate import HTML, prefers_html
from byregion.web.negotiate import language as negotiated_language
from byregion.web.problem import Kind, Problem
from byregion.web.site import Site
from byregion.web.spoken import in_words

_LONGEST: Final = 2000
"""Characters of a header, or of an address, that are read for it."""


def page(app: Flask, kind: Kind, told: Problem, query: str, **headers: str | None) -> tuple[dict[str, str], str] | None:
    """Return the page of a problem and its headers; None for who would rather have data.

    `query` is what follows the question mark of the address; of `headers`, `accept` and `accept_language` are read.
    """
    accept, tongues = (headers.get(name) or "" for name in ("accept", "accept_language"))
    if max(map(len, (accept, tongues))) > _LONGEST or not prefers_html(accept):
        return None
    site: Site = app.extensions["byregion"]
    words = site.words[_language(tongues, query)]
    detail = told["detail"]
    shown = in_words(detail, words) if isinstance(detail, str) else Text("")
    template = app.jinja_env.get_template("problem/refused.html")
    text = template.render(kind=kind, detail=shown, words=words, root=site.settings.url, code=site.code)
    return {"Content-Type": HTML.content_type, "Content-Language": words.language}, text


def _language(tongues: str, query: str) -> str:
    named = parse_qs(query[:_LONGEST]).get("lang", [None])[-1]
    try:
        return negotiated_language(tongues, named)
    except BadRequest:
        return negotiated_language(tongues, None)
