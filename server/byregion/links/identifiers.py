"""Identifiers of municipalities in other systems, as a table of ours states them by number: proposals, no links.

A table like that is by one source and says nothing of the time, so a match is never more than close, and it is accepted
only with the source that was looked up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from rdflib import SKOS, Graph, URIRef

from byregion.links.municipalities import Numbers
from byregion.links.proposing import TABLE, Proposal

GEONAMES: Final = "https://sws.geonames.org/{}/"
"""The IRI of a record of GeoNames by its number."""

_ONE: Final = Decimal("0.8")
_SHARED: Final = Decimal("0.4")
_WHY: Final = {
    "nb": "{table} oppgir posten for nummer {number}. Det er én kilde; slå den opp før lenken godtas.",
    "nn": "{table} oppgjev posten for nummer {number}. Det er éi kjelde; slå henne opp før lenkja blir godteken.",
    "en": "{table} states the record for the number {number}. That is one source: look it up before you accept.",
}
_WHY_SHARED: Final = {
    "nb": "Usikkert: {table} oppgir posten for {number}, og for flere kommuner eller med flere poster for én.",
    "nn": "Usikkert: {table} oppgjev posten for {number}, og for fleire kommunar eller med fleire postar for éin.",
    "en": "Uncertain: {table} states the record for {number}, and for several municipalities, or several for one.",
}


def stated(ours: Graph, identifiers: Mapping[str, str], form: str, table: str) -> Iterator[Proposal]:
    """Yield a proposal for each municipality of `ours` and identifier that a table states for a number of it.

    `identifiers` are those by number, `form` is how their system writes them as IRIs, `table` what it is called.
    """
    numbers = Numbers.of(ours)
    given: defaultdict[tuple[URIRef, str], list[str]] = defaultdict(list)
    for node in sorted(numbers.nodes, key=str):
        number = numbers.nodes[node]
        if identifier := identifiers.get(number.text):
            given[number.of, identifier].append(number.text)
    of_one = _several(given), _several((identifier, thing) for thing, identifier in given)
    for (municipality, identifier), texts in sorted(given.items()):
        target = URIRef(form.format(identifier))
        if any((municipality, predicate, target) in ours for predicate in (SKOS.exactMatch, SKOS.closeMatch)):
            continue
        shared = municipality in of_one[0] or identifier in of_one[1]
        said = _WHY_SHARED if shared else _WHY
        why = tuple((language, text.format(table=table, number=", ".join(texts))) for language, text in said.items())
        yield Proposal(municipality, SKOS.closeMatch, target, _SHARED if shared else _ONE, TABLE, why)


def _several(pairs: Iterable[tuple[str, str]]) -> set[str]:
    """Return the first of the pairs that have more than one second."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for first, second in pairs:
        found[first].add(second)
    return {first for first, seconds in found.items() if len(seconds) > 1}
