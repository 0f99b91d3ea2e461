"""What a dataset has not said: kinds of things that it has none of, and properties that it has not given of all.

What could be said is what the shapes have room for: the sheets and columns of a workbook.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from flask import Blueprint, Response, request, url_for
from rdflib import RDF, SKOS, URIRef

from byregion.assets import folder
from byregion.convert.workbook.sheets import Sheet, sheets
from byregion.dataset import read_graph
from byregion.errors import ParameterError
from byregion.namespaces import BASE, BR
from byregion.sentences import say
from byregion.terms import shorten
from byregion.validate import read_shapes
from byregion.web import respond
from byregion.web.described import Reading
from byregion.web.naming import Naming, Text, Value, read_labels
from byregion.web.site import page_query, select, words

blueprint = Blueprint("missing", __name__)

# A quote is what bears others out; a remark is ours.
_NOT_ASKED: Final = frozenset({BR.Quote})
_OURS: Final = frozenset({SKOS.editorialNote})


@dataclass(frozen=True, slots=True)
class Gap:
    """A property that is not said of `count` of the `total` things of a class; `address` answers which they are."""

    of: Value
    property: Value
    count: int
    total: int
    address: str
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """What a dataset has not said, the datasets that can be asked about, and the address of the counts as CSV."""

    name: str
    title: Text
    choices: tuple[tuple[str, Text], ...]
    none: tuple[Value, ...]
    gaps: tuple[Gap, ...]
    csv: str


@blueprint.get("/quality/missing")
def show() -> Response:
    """Return what the dataset in the address has not said, and of which things, where the address says what."""
    return respond.html_only("quality/missing.html", _page)


def _page() -> dict[str, object]:
    told = missing([(item.name, item.title) for item in Reading().datasets()], request.args.get("dataset"))
    asked = next((gap for gap in told.gaps if gap.is_asked), None) if told else None
    return {"missing": told, "asked": asked, "which": _which(told.name, asked) if told and asked else ()}


def missing(datasets: Sequence[tuple[str, Text]], asked: str | None) -> Missing | None:
    """Return what the dataset `asked` has not said; without that, the first that tells of a region.

    None where no dataset has anything that a workbook has. Raises ParameterError for a dataset that is none of them.
    """
    counts = _counts([name for name, _ in datasets])
    told = [(name, title) for name, title in datasets if counts[_graph(name)]]
    if asked and asked not in dict(told):
        known = ", ".join(name for name, _ in told)
        raise ParameterError(say("no-dataset-asked", name=asked, listed=known), "dataset", asked)
    regional = [name for name, _ in told if BR.Region in counts[_graph(name)]]
    name = asked or next(iter((*regional, *dict(told))), "")
    return _missing(name, told, counts[_graph(name)]) if name else None


Counts = dict[URIRef, dict[URIRef, int]]
"""How many things of each class have each property; all have rdf:type."""


def _counts(names: Sequence[str]) -> defaultdict[URIRef, Counts]:
    found: defaultdict[URIRef, Counts] = defaultdict(dict)
    known = {sheet.of for sheet in _sheets()}
    for row in select("said", graph=tuple(map(_graph, names))) if names else ():
        graph, of, said = (URIRef(str(row[key])) for key in ("graph", "class", "property"))
        if of in known:
            found[graph].setdefault(of, {})[said] = int(str(row["count"]))
    return found


def _missing(name: str, told: Sequence[tuple[str, Text]], counts: Counts) -> Missing:
    lacking = [
        (sheet.of, said, total - counts[sheet.of].get(said, 0), total)
        for sheet in _sheets()
        if (total := counts.get(sheet.of, {}).get(RDF.type, 0))
        for said in _properties(sheet)
        if counts[sheet.of].get(said, 0) < total
    ]
    none = [sheet.of for sheet in _sheets() if sheet.of not in counts]
    naming = Naming(words(), read_labels([none, *((of, said) for of, said, _, _ in lacking)]))
    gaps = tuple(
        Gap(naming.value(of), naming.value(said), count, total, _address(name, of, said), _is_asked(of, said))
        for of, said, count, total in lacking
    )
    csv = url_for("sparql.show", query=page_query("said", graph=(_graph(name),)), format="csv")
    return Missing(name, dict(told)[name], tuple(told), tuple(map(naming.value, none)), gaps, csv)


def _address(name: str, of: URIRef, said: URIRef) -> str:
    return url_for(".show", dataset=name, of=shorten(of), unsaid=shorten(said))


def _is_asked(of: URIRef, said: URIRef) -> bool:
    return (shorten(of), shorten(said)) == (request.args.get("of"), request.args.get("unsaid"))


def _which(name: str, gap: Gap) -> tuple[Value, ...]:
    """Return the things that the property of a gap is not said of."""
    terms = {"class": gap.of.iri, "property": gap.property.iri, "graph": _graph(name)}
    rows = select("unsaid", **{key: (term,) for key, term in terms.items() if term})
    naming = Naming(words(), read_labels([[row["thing"]] for row in rows]))
    return tuple(naming.value(row["thing"]) for row in rows)


def _graph(name: str) -> URIRef:
    return URIRef(f"{BASE}graphs/{name}/stated")


def _properties(sheet: Sheet) -> list[URIRef]:
    """Return the properties that each thing of a sheet could have; where one of several would do, none of them."""
    either = {predicate for choice in sheet.either for predicate in choice}
    own = (column.predicate for column in sheet.columns if not column.part)
    return [said for said in dict.fromkeys(own) if said not in either | _OURS]


@cache
def _sheets() -> tuple[Sheet, ...]:
    every = sheets(read_shapes(), read_graph(folder("ontology") / "byregion.ttl"))
    return tuple(sheet for sheet in every if sheet.of not in _NOT_ASKED)
