"""What a dataset has not said: kinds of things that it has none of, and properties that it has not given of all.

What could be said is what the shapes have room for: the sheets and columns of a workbook. As data it is the counts, or
the things that one of them counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urljoin

from flask import Blueprint, Response, request, url_for
from rdflib import RDF, SKOS, VOID, Graph, Literal, URIRef, Variable
from rdflib.term import Node

from byregion.assets import folder
from byregion.convert.workbook.sheets import Sheet, sheets
from byregion.dataset import read_graph
from byregion.errors import ParameterError
from byregion.namespaces import BASE, BR
from byregion.results import Solutions
from byregion.sentences import say
from byregion.terms import best, shorten
from byregion.validate import read_shapes
from byregion.web import graphs, respond
from byregion.web.described import Reading
from byregion.web.exported import Exported
from byregion.web.naming import Naming, Text, Value, read_labels
from byregion.web.negotiate import HTML, Offer
from byregion.web.site import select, site, words

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
    """What a dataset has not said, and the datasets that can be asked about."""

    name: str
    title: Text
    choices: tuple[tuple[str, Text], ...]
    none: tuple[Value, ...]
    gaps: tuple[Gap, ...]


@blueprint.get("/quality/missing")
@blueprint.get("/quality/missing.<suffix>")
def show(suffix: str = "") -> Response:
    """Return what the dataset in the address has not said, or of which things, where the address says what."""
    return Exported(
        name="missing",
        title=words()("quality.missing"),
        page=_page,
        document=lambda: _as_json(_missing_now()),
        table=lambda: _as_table(_missing_now()),
        graph=lambda: _as_graph(_missing_now()),
        address=_at,
    ).answer(suffix)


def _at(offer: Offer) -> str:
    given: dict[str, Any] = {name: request.args.get(name) for name in ("dataset", "of", "unsaid")}
    return url_for(".show", suffix=None if offer == HTML else offer.suffix, **given)


def _page(formats: list[tuple[str, str]]) -> Response:
    told = _missing_now()
    asked = _asked(told)
    which = _which(told.name, asked) if told and asked else {}
    naming = Naming(words(), which)
    return respond.page(
        "quality/missing.html",
        missing=told,
        asked=asked,
        which=[naming.value(thing) for thing in which],
        formats=formats,
    )


def _missing_now() -> Missing | None:
    return missing([(item.name, item.title) for item in Reading().datasets()], request.args.get("dataset"))


def _asked(told: Missing | None) -> Gap | None:
    """Return the count of whose things the request is for; None where it is for all counts."""
    return next((gap for gap in told.gaps if gap.is_asked), None) if told else None


def missing(datasets: Sequence[tuple[str, Text]], asked: str | None) -> Missing | None:
    """Return what the dataset `asked` has not said; without that, the first by its name that tells of a region.

    None where no dataset has anything that a workbook has. Raises ParameterError for a dataset that is none of them.
    """
    counts = _counts([name for name, _ in datasets])
    told = [(name, title) for name, title in datasets if counts[_graph(name)]]
    if asked and asked not in dict(told):
        known = ", ".join(name for name, _ in told)
        raise ParameterError(say("no-dataset-asked", name=asked, listed=known), "dataset", asked)
    # Their order is that of their titles, which have another in each language; an address means the same in all.
    regional = sorted(name for name, _ in told if BR.Region in counts[_graph(name)])
    name = asked or next(iter((*regional, *sorted(dict(told)))), "")
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
    return Missing(name, dict(told)[name], tuple(told), tuple(map(naming.value, none)), gaps)


def _address(name: str, of: URIRef, said: URIRef) -> str:
    return url_for(".show", dataset=name, of=shorten(of), unsaid=shorten(said))


def _is_asked(of: URIRef, said: URIRef) -> bool:
    return (shorten(of), shorten(said)) == (request.args.get("of"), request.args.get("unsaid"))


def _which(name: str, gap: Gap) -> dict[Node, list[Literal]]:
    """Return the things that the property of a gap is not said of, each with what it is called."""
    terms = {"class": gap.of.iri, "property": gap.property.iri, "graph": _graph(name)}
    rows = select("unsaid", **{key: (term,) for key, term in terms.items() if term})
    labels = read_labels([[row["thing"]] for row in rows])
    return {row["thing"]: labels.get(row["thing"], []) for row in rows}


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


# --- As data: the same in every language ------------------------------------------------------------------------------


def _as_table(told: Missing | None) -> Solutions:
    """Return a property of a class a row, with how many things lack it; or such a thing a row."""
    asked = _asked(told)
    if told and asked:
        things = _which(told.name, asked)
        return _solutions(("thing", "name"), [(thing, best(labels)) for thing, labels in things.items()])
    gaps = told.gaps if told else ()
    labels = read_labels([(gap.of.iri, gap.property.iri) for gap in gaps])
    names = [tuple(best(labels.get(it.iri, ())) if it.iri else None for it in (gap.of, gap.property)) for gap in gaps]
    rows = [
        (gap.of.iri, of, gap.property.iri, said, Literal(gap.count), Literal(gap.total))
        for gap, (of, said) in zip(gaps, names, strict=True)
    ]
    return _solutions(("class", "className", "property", "propertyName", "missing", "total"), rows)


def _solutions(names: Sequence[str], rows: Sequence[Sequence[Node | None]]) -> Solutions:
    columns = tuple(map(Variable, names))
    told = ({name: term for name, term in zip(columns, row, strict=True) if term is not None} for row in rows)
    return Solutions(columns, tuple(told))


def _as_json(told: Missing | None) -> dict[str, Any] | None:
    """Return the same as JSON, with the classes of which there is nothing at all."""
    if told is None:
        return None
    table = _as_table(told)
    rows = [{str(name): _plain(term) for name, term in row.items()} for row in table.bindings]
    if asked := _asked(told):
        return {"dataset": told.name, "class": asked.of.iri, "property": asked.property.iri, "things": rows}
    return {"dataset": told.name, "none": [it.iri for it in told.none], "gaps": rows}


def _plain(term: Node) -> str | int:
    return term.value if isinstance(term, Literal) and isinstance(term.value, int) else str(term)


def _as_graph(told: Missing | None) -> Graph:
    """Return the counts as VoID, of things that do have each property; or the things of a count, with their names.

    https://www.w3.org/TR/void/#class-property-partitions
    """
    made = graphs.SortedGraph()
    asked = _asked(told)
    if told and asked and asked.of.iri:
        for thing, labels in _which(told.name, asked).items():
            made.add((thing, RDF.type, asked.of.iri))
            for label in labels:
                made.add((thing, SKOS.prefLabel, label))
    elif told:
        for gap in told.gaps:
            _describe(made, told.name, gap)
    return made


def _describe(made: Graph, name: str, gap: Gap) -> None:
    of, said = gap.of.iri, gap.property.iri
    if not (of and said):
        return
    dataset = _graph(name)
    here = urljoin(site().settings.url, url_for(".show", dataset=name, lang=None))
    things = URIRef(f"{here}#{shorten(of)}")
    having = URIRef(f"{things}.{shorten(said)}")
    for triple in (
        (dataset, VOID.classPartition, things),
        (things, VOID["class"], of),
        (things, VOID.entities, Literal(gap.total)),
        (things, VOID.propertyPartition, having),
        (having, VOID.property, said),
        (having, VOID.distinctSubjects, Literal(gap.total - gap.count)),
    ):
        made.add(triple)
