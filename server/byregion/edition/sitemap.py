"""The site map: the address of every page, so that a search engine finds it.

https://www.sitemaps.org/protocol.html — "Your Sitemap file must be UTF-8 encoded", has "no more than 50,000 URLs", and
where there are more files, they "must be listed in a Sitemap index file".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import escape

from rdflib import RDF, URIRef

from byregion.catalogue.names import WHOLE
from byregion.dumps import Published

NAME: Final = "sitemap.xml"
MOST: Final = 50_000
"""Addresses in a file."""

_PAGES: Final = ("", "catalogue", "quality", "queries", "sparql", "def", "shapes", "problems")
_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
# RFC 3986 reserves these; what is percent-encoded already stays as it is.
_SAFE: Final = "%/:?#[]@!$&'()*+,;=~"


def addresses(published: Published, query_names: Iterable[str], base: str) -> list[str]:
    """Return the addresses of all pages below the server's own: the fixed ones, lists, and a page an entity.

    An entity is what has a class and an IRI that begins with `base`id/.
    """
    entities = base + "id/"
    typed = {
        subject.removeprefix(entities)
        for graph in published.datasets[WHOLE].values()
        for subject in graph.subjects(RDF.type)
        if isinstance(subject, URIRef) and subject.startswith(entities) and "#" not in subject
    }
    kinds = sorted({name.partition("/")[0] for name in typed})
    return [
        *_PAGES,
        *(f"datasets/{name}" for name in published.datasets),
        *(f"queries/{name}" for name in sorted(query_names)),
        *(f"doc/{kind}/" for kind in kinds),
        *(f"doc/{name}" for name in sorted(typed)),
    ]


def written(addresses: Sequence[str], url: str, most: int = MOST) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the site map by name, at most `most` addresses in each; with several, the first is the index.

    `url` is the address of the server, which ends in a slash.
    """
    full = [quote(url + address, safe=_SAFE) for address in addresses]
    parts = [full[start : start + most] for start in range(0, len(full), most)]
    if len(parts) == 1:
        yield NAME, _document("urlset", "url", parts[0])
        return
    names = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    yield NAME, _document("sitemapindex", "sitemap", [url + name for name in names])
    for name, part in zip(names, parts, strict=True):
        yield name, _document("urlset", "url", part)


def _document(root: str, element: str, addresses: Iterable[str]) -> bytes:
    lines = (f"<{element}><loc>{escape(address)}</loc></{element}>\n" for address in addresses)
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">\n'
    return f"{head}{''.join(lines)}</{root}>\n".encode()
