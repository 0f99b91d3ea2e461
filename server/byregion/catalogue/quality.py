"""The quality of the data, measured, in the W3C's Data Quality Vocabulary: a portal or a reader can ask how good it is.

https://www.w3.org/TR/vocab-dqv/ — dimensions are those of data.norge.no, so that measurements can be compared there.
What each metric measures is said in `metrics.ttl`, in three languages.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final

from rdflib import DCTERMS, PROV, RDF, SH, SKOS, XSD, Dataset, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.catalogue.names import CATALOGUE, WHOLE, dataset
from byregion.catalogue.score import Score
from byregion.dataset import named_graphs, read_graph
from byregion.evidence import StoredText, stored_texts, uncovered
from byregion.findings import Finding
from byregion.iri import PARTS
from byregion.namespaces import BASE, BR, DQV, ID, OA, empty_graph
from byregion.validate import Report, Result, origin

VALIDATION: Final = URIRef(CATALOGUE + "#validation")
"""The report on everything that is published, judged by the shapes."""

_METRICS: Final = Path(__file__).with_name("metrics.ttl")
_LANGUAGES: Final = {"nb", "nn", "en"}
_FOUR_DECIMALS: Final = Decimal("0.0001")
# What bears others out, or is a word or a note about them, needs no source itself.
_NO_SOURCE: Final = {
    BR.Quote,
    BR.Reading,
    BR.SourceDocument,
    OA.TextPositionSelector,
    OA.TextQuoteSelector,
    SKOS.Concept,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks said: the report on what is published, judged by the shapes, and the findings of the others.

    `score` is what the national portal gives the descriptions, where that was worked out.
    """

    report: Report
    findings: Sequence[Finding] = ()
    score: Score | None = None


def quality(published: Dataset, data: Path, checked: Checked) -> Graph:
    """Return the metrics, the measurements of what is `published`, and the report on it; it was read from `data`.

    Shares are from 0 to 1, with four decimals. A violation counts in the dataset whose graph it stands in.
    Raises SourceError as `evidence.stored_texts` does: a text that cannot be read has no quality to report.
    """
    graph = read_graph(_METRICS)
    faults = sum(finding.severity == "error" for finding in checked.findings)
    _measure(graph, WHOLE, "findings", Literal(faults))
    parts = _by_dataset(published)
    origins = [_dataset_of(origin(result, published)) for result in checked.report.results]
    violations = Counter(origins)
    violations[WHOLE] = len(checked.report.results)
    for name in (WHOLE, *parts):
        _measure(graph, name, "violations", Literal(violations[name]))
        conforms = _measure(graph, name, "conforms", Literal(not violations[name]))
        graph.add((conforms, PROV.wasDerivedFrom, VALIDATION))
    _describe_report(graph, checked.report, origins)
    for marked in checked.score.datasets if checked.score else ():
        _measure(graph, marked.dataset.removeprefix(f"{CATALOGUE}/"), "points", Literal(marked.points))
    texts = stored_texts(published, data)
    everything = empty_graph()
    for part in parts.values():
        everything += part
    for name, part in parts.items():
        _measure_share(graph, name, "sourced", _share(_entities(part), partial(_is_sourced, part)))
        _measure_share(graph, name, "languages", _share(_named(part, everything), partial(_is_told, everything)))
        own = [text for text in texts if (text.source, BR.storedText, None) in part]
        _measure_share(graph, name, "covered", _covered(published, own))
    return graph


def _describe_report(graph: Graph, report: Report, origins: Sequence[str]) -> None:
    """Add https://www.w3.org/TR/shacl/#validation-report with an IRI for the report and for each result.

    `origins` are the datasets that the results stand in. A path that is no property has no IRI; the shape that is
    named tells it.
    """
    graph.add((VALIDATION, RDF.type, SH.ValidationReport))
    graph.add((VALIDATION, SH.conforms, Literal(report.conforms)))
    for number, (result, name) in enumerate(zip(report.results, origins, strict=True), start=1):
        node = URIRef(f"{VALIDATION}-{number}")
        if name:
            graph.add((node, DCTERMS.source, dataset(name)))
        graph.add((VALIDATION, SH.result, node))
        graph.add((node, RDF.type, SH.ValidationResult))
        for predicate, value in _described(result):
            graph.add((node, predicate, value))


def _described(result: Result) -> Iterator[tuple[URIRef, Node]]:
    yield SH.sourceConstraintComponent, result.component
    yield SH.resultSeverity, result.severity
    named = ((SH.focusNode, result.focus_node), (SH.sourceShape, result.shape), (SH.resultPath, result.path))
    yield from ((predicate, term) for predicate, term in named if isinstance(term, URIRef))
    if isinstance(result.value, URIRef | Literal):
        yield SH.value, result.value
    yield from ((SH.resultMessage, text) for text in result.message)


def _measure(graph: Graph, name: str, metric: str, value: Literal) -> URIRef:
    measurement = URIRef(f"{dataset(name)}#quality-{metric}")
    graph.add((dataset(name), DQV.hasQualityMeasurement, measurement))
    graph.add((measurement, RDF.type, DQV.QualityMeasurement))
    graph.add((measurement, DQV.computedOn, dataset(name)))
    graph.add((measurement, DQV.isMeasurementOf, URIRef(f"{CATALOGUE}#metric-{metric}")))
    graph.add((measurement, DQV.value, value))
    return measurement


def _measure_share(graph: Graph, name: str, metric: str, share: Decimal | None) -> None:
    """Add a share; nothing where there is nothing that it could be a share of."""
    if share is not None:
        _measure(graph, name, metric, Literal(str(share.quantize(_FOUR_DECIMALS)), datatype=XSD.decimal))


def _by_dataset(published: Dataset) -> dict[str, Graph]:
    """Return what the graphs of each dataset hold together, by its name; ontology and inferences are none."""
    parts: defaultdict[str, Graph] = defaultdict(empty_graph)
    for iri, graph in named_graphs(published):
        if name := _dataset_of(iri):
            parts[name] += graph
    return dict(sorted(parts.items()))


def _dataset_of(graph: URIRef | None) -> str:
    """Return the name of the dataset that a graph is part of, or ""."""
    name, _, part = (graph or "").removeprefix(BASE + "graphs/").partition("/")
    return name if part in PARTS else ""


def _share(things: Iterable[Node], holds: Callable[[Node], bool]) -> Decimal | None:
    judged = [holds(thing) for thing in things]
    return Decimal(sum(judged)) / len(judged) if judged else None


def _entities(part: Graph) -> set[Node]:
    """Return the entities of a dataset that must have a source."""
    kinds: defaultdict[Node, set[Node]] = defaultdict(set)
    for entity, kind in part.subject_objects(RDF.type):
        if isinstance(entity, URIRef) and entity.startswith(ID):
            kinds[entity].add(kind)
    return {entity for entity, own in kinds.items() if not own & _NO_SOURCE}


def _is_sourced(part: Graph, entity: Node) -> bool:
    return (entity, BR.quote, None) in part or (entity, DCTERMS.source, None) in part


def _named(part: Graph, everything: Graph) -> set[Node]:
    return {thing for thing in part.subjects(RDF.type) if (thing, SKOS.prefLabel, None) in everything}


def _is_told(everything: Graph, thing: Node) -> bool:
    labels = everything.objects(thing, SKOS.prefLabel)
    return {label.language for label in labels if isinstance(label, Literal)} >= _LANGUAGES


def _covered(published: Dataset, texts: Sequence[StoredText]) -> Decimal | None:
    total = sum(_length(stored.text) for stored in texts)
    left = sum(_length(gap.text) for stored in texts for gap in uncovered(published, stored))
    return Decimal(total - left) / total if total else None


def _length(words: str) -> int:
    return len("".join(words.split()))
