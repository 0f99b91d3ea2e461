"""Answers that tell when they change, and where else they are to be had."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from flask import Response, g, render_template, request

from byregion.web.negotiate import HTML
from byregion.web.site import engine, site, words


def tag(*parts: str) -> str:
    """Return the entity tag of what the revision, the code of the pages and `parts` determine byte for byte."""
    told = (engine().revision, site().code, site().settings.url, *parts)
    return hashlib.sha256("\0".join(told).encode()).hexdigest()[:32]


def conditional(entity_tag: str, make: Callable[[], Response]) -> Response:
    """Return what `make` makes, or 304 where the client has it already.

    https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
    """
    unchanged = request.if_none_match.contains_weak(entity_tag)
    response = Response(status=304) if unchanged else make()
    response.set_etag(entity_tag)
    return response


def page(template: str, **context: object) -> Response:
    """Return an HTML page in the language of the request."""
    response = Response(render_template(template, **context), content_type=HTML.content_type)
    response.headers["Content-Language"] = words().language
    return response


def page_tag(*parts: str) -> str:
    """Return the entity tag of the page at the address of the request, whose links say how it was asked for.

    `parts` are what the page is made of besides the revision.
    """
    published = site().revisions.published(engine().revision)
    return tag(repr(request.full_path), words().language, str(published), *parts)


def html_only(template: str, context: Callable[[], dict[str, object]]) -> Response:
    """Return a page that is to be had as HTML alone, made only where the client does not have it already."""
    response = conditional(page_tag(), lambda: page(template, **context()))
    vary(response, by_language=True)
    return response


def vary(response: Response, *, by_format: bool = False, by_language: bool = False) -> None:
    """Say which headers of the request the answer depends on; what the address names, it does not depend on.

    What depends on the language holds words of ours.
    """
    g.has_words = by_language
    if by_format and "format" not in request.args:
        response.vary.add("Accept")
    if by_language and "lang" not in request.args:
        response.vary.add("Accept-Language")


def link(response: Response, links: Iterable[tuple[str, dict[str, str]]]) -> None:
    """Add Link headers: each an address and its parameters (https://www.rfc-editor.org/rfc/rfc8288)."""
    for address, parameters in links:
        told = "".join(f'; {name}="{value}"' for name, value in parameters.items())
        response.headers.add("Link", f"<{address}>{told}")
