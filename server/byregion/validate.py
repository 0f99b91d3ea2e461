"""What SHACL says of a graph: one report, whichever engine judged it.

Shapes judge what is stated together with the ontology, never inferences: a range axiom would make a wrong object right.
Nothing is inferred, imported or fetched.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

import shacl
from rdflib import RDF, SH, BNode, Dataset, Graph, URIRef
from rdflib import Literal as RDFLiteral
from rdflib.extras.shacl import build_shacl_path, parse_shacl_path
from rdflib.paths import Path as PropertyPath
from rdflib.term import IdentifiedNode, Node

from byregion import iri
from byregion.dataset import GraphFile, Triple, ntriples, read_graph, shape_files
from byregion.errors import ConfigError, DataError
from byregion.findings import Finding
from byregion.namespaces import empty_graph
from byregion.quick_shapes import quick
from byregion.terms import best, shorten

ENGINES: Final = ("shacl", "pyshacl")
"""What can judge: `shacl` is quick and serves; `pyshacl` is the reference that the tests hold it to."""


Counts = Callable[[str], bool]
"""Tells whether results about a focus node, as N-Triples writes it, are wanted."""


@dataclass(frozen=True, slots=True)
class Result:
    """One validation result, as https://www.w3.org/TR/shacl/#results-validation-result names its parts.

    `path` is a predicate, a property path, or None where the focus node itself is at fault; `value` is None where no
    one value is; `message` holds the same sentence in each of its languages.
    """

    shape: Node
    component: URIRef
    focus_node: Node
    path: URIRef | PropertyPath | None
    value: Node | None
    severity: URIRef
    message: tuple[RDFLiteral, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What SHACL says of a graph: `conforms` where there is no result of any severity; results are sorted."""

    conforms: bool
    results: tuple[Result, ...]


def read_shapes(paths: Iterable[Path] | None = None) -> Graph:
    """Return the shapes of `paths` as one graph, by default those of the folder shapes/.

    Raises DataError where there is no file, or a file is not Turtle.
    """
    shapes = empty_graph()
    for path in shape_files() if paths is None else paths:
        shapes += read_graph(path)
    return shapes


def report(
    data: Graph | Dataset | str, shapes: Graph, *, engine: str = "shacl", counts: Counts = lambda _: True
) -> Report:
    """Return what `shapes` say of `data`, which holds the ontology too; of a dataset, what `merge` gives.

    A string is N-Triples, as `Reader.ntriples` writes soonest of files. Only results about focus nodes that count are
    in it. Raises ConfigError for an unknown `engine`, and
    DataError for shapes that are not well-formed, or that pySHACL cannot judge by.
    """
    if engine not in ENGINES:
        raise ConfigError(f"{engine!r} is no SHACL engine; there are {', '.join(ENGINES)}")
    judge = Judge(shapes)
    if engine == "shacl":
        return judge.report(data if isinstance(data, str) else to_ntriples(data), counts)
    graph = _read(data) if isinstance(data, str) else merge(data)
    return reported(item for item in _results(_pyshacl(graph, shapes), shapes) if counts(_n3(item.focus_node)))


class Judge:
    """The quick engine with shapes to judge by, for judging again and again."""

    def __init__(self, shapes: Graph) -> None:
        """Make it ready; raises DataError for shapes that are not well-formed."""
        self._compiled = _compile(shapes)
        self._shapes = shapes

    def report(self, triples: str, counts: Counts = lambda _: True) -> Report:
        """Return what the shapes say of `triples`, in N-Triples, about the focus nodes that count, as written there."""
        found = self._compiled.validate_text(triples, "ntriples")
        if not any(counts(item.focus_node) for item in found.results):
            return reported(())
        results = _results(_read(found.serialize("ntriples")), self._shapes)
        return reported(item for item in results if counts(_n3(item.focus_node)))


def read_report(text: str) -> Report:
    """Return the report that `to_graph` made, from its N-Triples."""
    return reported(_results(_read(text), empty_graph()))


def reported(results: Iterable[Result]) -> Report:
    """Return the report of `results`, each once and in order."""
    ordered = tuple(sorted(dict.fromkeys(results), key=_order))
    return Report(conforms=not ordered, results=ordered)


def _read(text: str) -> Graph:
    return Graph(bind_namespaces="none").parse(data=text, format="nt")


def judged(files: Iterable[GraphFile]) -> Iterator[GraphFile]:
    """Return those of the files that shapes judge, as `merge` of the dataset that they make."""
    return (item for item in files if item.graph not in NOT_JUDGED)


def merge(data: Graph | Dataset) -> Graph:
    """Return what shapes judge of a dataset: the merge of its graphs without inferences and without the alignment.

    The alignment is published and not reasoned with: by it a municipality would pass for anything that a foreign class
    allows. A graph is returned as it is.
    """
    if not isinstance(data, Dataset):
        return data
    merged = Graph(bind_namespaces="none")
    for triple in _judged(data):
        merged.add(triple)
    return merged


def to_ntriples(data: Graph | Dataset) -> str:
    """Return the triples that `merge` gives as N-Triples; one that stands in two graphs may come twice."""
    if not isinstance(data, Dataset):
        return ntriples(data)
    return ntriples(chain.from_iterable(graph for graph in data.graphs() if graph.identifier not in NOT_JUDGED))


def _judged(data: Dataset) -> Iterator[Triple]:
    for triple, graphs in data.store.triples((None, None, None)):
        # The store gives a triple once, with all its graphs; the default graph is None.
        if any(graph is None or graph.identifier not in NOT_JUDGED for graph in graphs):
            yield triple


NOT_JUDGED: Final = frozenset({iri.INFERRED, iri.graph(PurePosixPath("ontology/alignment.ttl"))})
"""The graphs whose triples shapes do not judge."""


def _pyshacl(data: Graph, shapes: Graph) -> Graph:
    # It takes a while to import, and every process that validates what is written would wait for it.
    import pyshacl
    from pyshacl.errors import ReportableRuntimeError

    own = Graph(bind_namespaces="none")
    own += shapes  # pySHACL adds triples of its own to the shapes graph that it is given
    found: Graph
    try:
        _, found, _ = pyshacl.validate(data, shacl_graph=own, inference="none", advanced=False, js=False)
    except (ReportableRuntimeError, TypeError) as error:  # a TypeError where it compares what has no order
        raise DataError(f"pySHACL cannot judge this; the engine shacl may: {error}") from error
    return found


def _results(found: Graph, shapes: Graph) -> Iterator[Result]:
    # Only what the report itself lists: pySHACL adds the results of nested shapes as sh:detail.
    for node in found.objects(None, SH.result):
        terms = {predicate: obj for predicate, obj in found.predicate_objects(node) if predicate != SH.resultMessage}
        path = terms.get(SH.resultPath)
        # pySHACL drops the language of what a shape with a SPARQL constraint says; it may be the same in two languages.
        said = _literals(found.objects(node, SH.resultMessage))
        texts = set(map(str, said))
        own = [text for text in _literals(shapes.objects(terms[SH.sourceShape], SH.message)) if str(text) in texts]
        texts -= set(map(str, own))
        message = {*own, *(text for text in said if str(text) in texts)}
        yield Result(
            shape=terms[SH.sourceShape],
            component=URIRef(str(terms[SH.sourceConstraintComponent])),
            focus_node=terms[SH.focusNode],
            path=None if path is None else parse_shacl_path(found, path),
            value=terms.get(SH.value),
            severity=URIRef(str(terms[SH.resultSeverity])),
            message=tuple(sorted(message, key=lambda text: text.n3())),
        )


def _literals(nodes: Iterable[Node]) -> list[RDFLiteral]:
    return [node for node in nodes if isinstance(node, RDFLiteral)]


def _order(result: Result) -> tuple[str, ...]:
    parts = (result.focus_node, result.shape, result.component, result.path, result.value)
    return tuple(_n3(part) for part in parts)


# --- Shapes that say what they mean -----------------------------------------------------------------------------------


def _compile(shapes: Graph) -> shacl.Shapes:
    """Return `shapes` ready to judge; raises DataError where they are not well-formed.

    The quick engine passes over shapes that it cannot read: a property shape without a path would check nothing. What
    is well-formed and yet checks nothing, as a misspelt word of SHACL, byregion.vocabulary finds.
    """
    text = ntriples(shapes)
    faults = list(_against_shacl_shacl(text))
    if faults:
        more = f", and {len(faults) - 3} more" if len(faults) > 3 else ""
        raise DataError(f"these shapes are not well-formed: {'; '.join(faults[:3])}{more}")
    try:
        compiled = shacl.Shapes.from_text(ntriples(quick(shapes)), "ntriples")
    except ValueError as error:
        raise DataError(f"these shapes are not well-formed: {error}") from error
    if not len(compiled):
        raise DataError("there is no shape to judge by: a check that checks nothing would always pass")
    return compiled


@cache
def _shacl_shacl() -> shacl.Shapes:
    # https://www.w3.org/TR/shacl/#shacl-shacl — the shapes that shapes themselves must have. pySHACL brings a copy.
    text = (files("pyshacl") / "assets" / "shacl-shacl.ttl").read_text(encoding="utf-8")
    return shacl.Shapes.from_turtle(text)


def _against_shacl_shacl(text: str) -> Iterator[str]:
    for fault in _shacl_shacl().validate_text(text, "ntriples").results:
        where = fault.focus_node.strip("<>")
        yield f"{shorten(where)}: {shorten((fault.path or 'its form').strip('<>'))} breaks {fault.component}"


# --- Reports for people and for machines ------------------------------------------------------------------------------

_CONFORMS: Final = {
    "nb": ("Alt er som formene sier.", "{} brudd på formene."),
    "nn": ("Alt er som formene seier.", "{} brot på formene."),
    "en": ("Everything is as the shapes say.", "{} results against the shapes."),
}


def to_text(
    report: Report, language: str = "en", data: Dataset | None = None, sources: Iterable[GraphFile] = ()
) -> str:
    """Return the report as lines in `language`: focus node, path, value, what is wrong, which shape says so.

    Each line begins with the place where what is wrong stands, where `data` is given: a file of `sources`, or a graph.
    """
    paths = {source.graph: source.path for source in sources}
    conforms, results = _CONFORMS.get(language, _CONFORMS["en"])
    places = [f"{_place(item, data, paths)}: " if data is not None else "" for item in report.results]
    lines = [place + _line(item, language) for place, item in zip(places, report.results, strict=True)]
    lines.append(conforms if report.conforms else results.format(len(report.results)))
    return "\n".join(lines) + "\n"


def to_json(report: Report) -> str:
    """Return the report as JSON; terms are written as in https://www.w3.org/TR/sparql11-results-json/#select-encode-terms."""
    results = [
        {
            "shape": str(item.shape),
            "component": str(item.component),
            "focusNode": _json(item.focus_node),
            "path": None if item.path is None else item.path.n3(),
            "value": None if item.value is None else _json(item.value),
            "severity": str(item.severity),
            "message": {text.language or "": str(text) for text in item.message},
        }
        for item in report.results
    ]
    return json.dumps({"conforms": report.conforms, "results": results}, ensure_ascii=False, indent=2) + "\n"


def to_graph(report: Report) -> Graph:
    """Return the report as RDF: https://www.w3.org/TR/shacl/#validation-report."""
    graph = empty_graph()
    root = BNode()
    graph.add((root, RDF.type, SH.ValidationReport))
    graph.add((root, SH.conforms, RDFLiteral(report.conforms)))
    for item in report.results:
        node = BNode()
        graph.add((root, SH.result, node))
        graph.add((node, RDF.type, SH.ValidationResult))
        graph.add((node, SH.sourceShape, item.shape))
        graph.add((node, SH.sourceConstraintComponent, item.component))
        graph.add((node, SH.focusNode, item.focus_node))
        graph.add((node, SH.resultSeverity, item.severity))
        if item.path is not None:
            graph.add((node, SH.resultPath, build_shacl_path(item.path, graph)[0]))
        if item.value is not None:
            graph.add((node, SH.value, item.value))
        for text in item.message:
            graph.add((node, SH.resultMessage, text))
    return graph


def origin(result: Result, data: Dataset) -> URIRef | None:
    """Return the named graph of `data` where what is wrong stands, or None where no graph describes it.

    That is where the value is stated of the focus node, else anything by that path, else the focus node's class.
    """
    focus, path, value = result.focus_node, result.path, result.value
    patterns: list[tuple[Any, Any, Any]] = [(focus, RDF.type, None), (focus, None, None)]
    if isinstance(path, URIRef):
        patterns = [(focus, path, value), (focus, path, None), *patterns]
    elif path is None and value is not None and value != focus:
        patterns = [(None, value, None), *patterns]  # an undeclared predicate is the value, its use is what is wrong
    for pattern in patterns:
        if names := sorted({str(name) for *_, name in data.quads((*pattern, None)) if isinstance(name, URIRef)}):
            # What follows from a graph stands elsewhere too, and is not where somebody would mend it.
            return URIRef(next((name for name in names if name != str(iri.INFERRED)), names[0]))
    return None


def findings(report: Report, data: Dataset, sources: Iterable[GraphFile], language: str = "en") -> list[Finding]:
    """Return the results as findings of the check "shapes", each with the place where what is wrong stands."""
    paths = {source.graph: source.path for source in sources}
    found = []
    for item in report.results:
        severity: Literal["error", "note"] = "error" if item.severity == SH.Violation else "note"
        found.append(Finding("shapes", severity, _place(item, data, paths), _line(item, language)))
    return found


def _place(result: Result, data: Dataset, paths: Mapping[URIRef, Path]) -> str:
    graph = origin(result, data)
    return _show(result.focus_node) if graph is None else str(paths.get(graph, graph))


def _line(result: Result, language: str) -> str:
    about = [_show(result.focus_node)]
    if result.path is not None:
        about.append(_show(result.path))
    if result.value is not None and result.value != result.focus_node:
        about.append(_show(result.value))
    sentence = best(result.message, (language,)) or shorten(result.component)
    return f"{' '.join(about)}: {sentence} ({_show(result.shape)})"


def _show(part: Node | PropertyPath) -> str:
    if isinstance(part, PropertyPath):
        return part.n3(empty_graph().namespace_manager)
    return shorten(part) if isinstance(part, URIRef) else _n3(part)


def _n3(part: Node | PropertyPath | None) -> str:
    return part.n3() if isinstance(part, (IdentifiedNode, RDFLiteral, PropertyPath)) else ""


def _json(term: Node) -> dict[str, str]:
    if isinstance(term, RDFLiteral):
        kind = {"xml:lang": term.language} if term.language else {}
        if term.datatype:
            kind = {"datatype": str(term.datatype)}
        return {"type": "literal", "value": str(term), **kind}
    return {"type": "uri" if isinstance(term, URIRef) else "bnode", "value": str(term)}
