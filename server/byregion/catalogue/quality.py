"""The quality of the data, measured, in the W3C's Data Quality Vocabulary: a portal or a reader can ask how good it is.

https://www.w3.org/TR/vocab-dqv/ — dimensions are those of data.norge.no, so that measurements can be compared there.
What each metric measures is said in `metrics.ttl`, in three languages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final

from rdflib import DCTERMS, RDF, SKOS, XSD, Dataset, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.catalogue.names import CATALOGUE, WHOLE, dataset
from byregion.dataset import named_graphs, read_graph
from byregion.evidence import StoredText, stored_texts, uncovered
from byregion.findings import Finding
from byregion.iri import PARTS
from byregion.namespaces import BASE, BR, DQV, ID, OA, empty_graph

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
    """What the checks said: whether the data conforms to the shapes, with how many violations, and their findings."""

    conforms: bool
    violations: int
    findings: Sequence[Finding] = ()


def quality(published: Dataset, data: Path, checked: Checked) -> Graph:
    """Return the metrics, and the measurements of what is `published`, which was read from the folder `data`.

    Shares are from 0 to 1, with four decimals.
    Raises SourceError as `evidence.stored_texts` does: a text that cannot be read has no quality to report.
    """
    graph = read_graph(_METRICS)
    faults = sum(finding.severity == "error" for finding in checked.findings)
    _measure(graph, WHOLE, "conforms", Literal(checked.conforms))
    _measure(graph, WHOLE, "violations", Literal(checked.violations))
    _measure(graph, WHOLE, "findings", Literal(faults))
    texts = stored_texts(published, data)
    parts = _by_dataset(published)
    everything = sum(parts.values(), empty_graph())
    for name, part in parts.items():
        _measure_share(graph, name, "sourced", _share(_entities(part), partial(_is_sourced, part)))
        _measure_share(graph, name, "languages", _share(_named(part, everything), partial(_is_told, everything)))
        own = [text for text in texts if (text.source, BR.storedText, None) in part]
        _measure_share(graph, name, "covered", _covered(published, own))
    return graph


def _measure(graph: Graph, name: str, metric: str, value: Literal) -> None:
    measurement = URIRef(f"{dataset(name)}#quality-{metric}")
    graph.add((dataset(name), DQV.hasQualityMeasurement, measurement))
    graph.add((measurement, RDF.type, DQV.QualityMeasurement))
    graph.add((measurement, DQV.computedOn, dataset(name)))
    graph.add((measurement, DQV.isMeasurementOf, URIRef(f"{CATALOGUE}#metric-{metric}")))
    graph.add((measurement, DQV.value, value))


def _measure_share(graph: Graph, name: str, metric: str, share: Decimal | None) -> None:
    """Add a share; nothing where there is nothing that it could be a share of."""
    if share is not None:
        _measure(graph, name, metric, Literal(str(share.quantize(_FOUR_DECIMALS)), datatype=XSD.decimal))


def _by_dataset(published: Dataset) -> dict[str, Graph]:
    """Return what the graphs of each dataset hold together, by its name; ontology and inferences are none."""
    parts: defaultdict[str, Graph] = defaultdict(empty_graph)
    for iri, graph in named_graphs(published):
        name, _, part = iri.removeprefix(BASE + "graphs/").partition("/")
        if part in PARTS:
            parts[name] += graph
    return dict(sorted(parts.items()))


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
