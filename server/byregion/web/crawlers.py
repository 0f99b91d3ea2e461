"""What search engines ask for first: which addresses to leave alone, and the map of all pages."""

from __future__ import annotations

from flask import Blueprint, Response

from byregion.errors import NotFound
from byregion.sentences import say
from byregion.web import respond
from byregion.web.site import site

blueprint = Blueprint("crawlers", __name__)

# https://www.rfc-editor.org/rfc/rfc9309. A query is work for the engine, and its answer is no page of ours: only the
# form is to be found. The same holds for a search.
_ROBOTS = """User-agent: *
Disallow: {path}sparql?query=
Disallow: {path}search?
Disallow: {path}search/suggest
Disallow: {path}reconcile?queries=
Disallow: {path}reconcile?extend=
Disallow: {path}reconcile/
Allow: {path}

Sitemap: {url}sitemap.xml
"""


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Return what crawlers may ask for."""
    url = site().settings.url
    path = "/" + url.partition("://")[2].partition("/")[2]
    text = _ROBOTS.format(path=path, url=url)
    return respond.conditional(respond.tag("robots"), lambda: Response(text, content_type="text/plain; charset=utf-8"))


@blueprint.get("/sitemap.xml")
@blueprint.get("/sitemap-<int:number>.xml")
def sitemap(number: int = 0) -> Response:
    """Return the site map, or one of its parts where it has more than one."""
    name = f"sitemap-{number}.xml" if number else "sitemap.xml"
    checksum = site().edition.checksums().get(name)
    if checksum is None:
        raise NotFound(say("no-site-map-part", number=number))
    return respond.conditional(
        respond.tag(name, checksum),
        lambda: Response(site().edition.read(name), content_type="application/xml"),
    )
