"""What a person need not write of a quote: its position, and the characters around it."""

from __future__ import annotations

import re
from bisect import bisect_left
from pathlib import Path
from typing import Final

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.dataset import layout, read_graph
from byregion.errors import SourceError
from byregion.evidence.quoting import StoredText, iris, only, selectors, stored_text
from byregion.namespaces import BR, OA

CONTEXT: Final = 32
"""Characters before and after a quote; more only where so many still leave it ambiguous."""


def fill(path: Path) -> int:
    """Fill in prefix, suffix, start and end of every quote in a dataset's `stated.ttl`; return how many changed.

    A quote needs oa:hasSource and, on `<quote#text>`, its oa:exact; where those words occur more than once, also an
    oa:prefix or oa:suffix that settles which. The file is written in canonical layout, which has no comments.
    Raises SourceError that names every quote that does not occur or is ambiguous, and then writes nothing.
    """
    graph = read_graph(path)
    texts = {source: stored_text(graph, source, path.parent) for source in set(iris(graph.subjects(BR.storedText)))}
    changed, problems = 0, []
    for quote in sorted(set(iris(graph.subjects(RDF.type, BR.Quote)))):
        try:
            changed += _replace(graph, quote, _filled(graph, quote, texts))
        except SourceError as error:
            problems.append(error.message)
    if problems:
        raise SourceError("\n".join(problems), path)
    path.write_text(layout(graph), encoding="utf-8", newline="\n")
    return changed


def _filled(graph: Graph, quote: URIRef, texts: dict[URIRef, StoredText]) -> dict[tuple[URIRef, URIRef], Node]:
    """Return the values that the two selectors of a quote must have; raises SourceError where it has no one place."""
    words, position = selectors(quote)
    source = only(graph, quote, OA.hasSource)
    if not isinstance(source, URIRef) or source not in texts:
        raise SourceError(f"<{quote}> is from <{source}>, whose br:storedText is not stated in this file")
    text, exact = texts[source].text, str(only(graph, words, OA.exact))
    start = _place(
        text, exact, str(graph.value(words, OA.prefix) or ""), str(graph.value(words, OA.suffix) or ""), quote
    )
    prefix, suffix = context(text, start, start + len(exact))
    return {
        (words, RDF.type): OA.TextQuoteSelector,
        (words, OA.prefix): Literal(prefix),
        (words, OA.suffix): Literal(suffix),
        (position, RDF.type): OA.TextPositionSelector,
        (position, OA.start): Literal(start),
        (position, OA.end): Literal(start + len(exact)),
    }


def _replace(graph: Graph, quote: URIRef, values: dict[tuple[URIRef, URIRef], Node]) -> bool:
    """Write the values into the graph, in place of what was there; return whether anything changed."""
    before = set(graph)
    for selector in selectors(quote):
        graph.add((quote, OA.hasSelector, selector))
    for (selector, predicate), value in values.items():
        graph.set((selector, predicate, value))
    return set(graph) != before


def _place(text: str, exact: str, prefix: str, suffix: str, quote: URIRef) -> int:
    """Return where in the text a quote begins; raises SourceError where that is nowhere or not settled."""
    if not exact.strip():
        raise SourceError(f"<{quote}> quotes nothing; write the source's words as oa:exact")
    places = _places(text, exact)
    if not places:
        other = re.search(r"\s+".join(re.escape(word) for word in exact.split()), text)
        hint = f"it does with other white space: {other[0]!r}" if other else "copy the words from the stored text"
        raise SourceError(f"<{quote}> does not occur in the source: {exact!r}; {hint}")
    if len(places) == 1:
        return places[0]
    settled = [at for at in places if text[:at].endswith(prefix) and text.startswith(suffix, at + len(exact))]
    if len(settled) != 1:
        raise SourceError(
            f"<{quote}> is ambiguous: {exact!r} occurs {len(places)} times, {len(settled)} of them between {prefix!r} "
            f"and {suffix!r}; settle which with oa:prefix or oa:suffix"
        )
    return settled[0]


def _places(text: str, words: str) -> list[int]:
    """Return every place where the words occur, overlapping ones too."""
    return [found.start() for found in re.finditer(f"(?={re.escape(words)})", text)]


def context(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the characters before and after a span, enough to tell it from every other with the same words.

    That is `CONTEXT` of them on either side, or the least multiple of it that is enough.
    """

    def is_ambiguous(steps: int) -> bool:
        width = CONTEXT * steps
        words = text[max(0, start - width) : end + width]
        return text.find(words, text.find(words) + 1) >= 0

    # More characters are never more ambiguous, so the least that is enough is found by halving.
    most = len(text) // CONTEXT + 1
    width = CONTEXT * (1 + bisect_left(range(1, most), True, key=lambda steps: not is_ambiguous(steps)))
    return text[max(0, start - width) : start], text[end : end + width]
