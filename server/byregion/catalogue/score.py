"""The national portal's marks for metadata, computed as it does against a catalogue that is being served.

25 metrics with weights, 435 points in all. A metric is judged of the dataset and of each of its distributions; a
dataset's marks are its own with those of its best distribution. An address counts when HEAD answers 2xx within ten
seconds; GET is tried only where HEAD is answered with 405.
Source: the portal's services fdk-mqa-scoring-service, -property-checker, -url-checker and -dcat-validator, 2026.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from rdflib import DCTERMS, Graph, URIRef
from rdflib.term import Node

from byregion.catalogue import harvest
from byregion.catalogue.fetch import Answer
from byregion.catalogue.filetypes import FileType, check, known
from byregion.catalogue.names import AUTHORITY, LICENCE, MEDIA_TYPE
from byregion.errors import DataError, FetchError
from byregion.namespaces import DCAT

Conforms = Callable[[Graph], Sequence[str]]
"""What is wrong with a dataset's graph by the portal's shapes, nothing where it conforms."""


class Client(Protocol):
    """Who asks the addresses of a catalogue: over the network, as `fetch.Client` does, or of what will be served.

    Each raises FetchError where there is no answer.
    """

    def head(self, url: str) -> Answer:
        """Return the answer to HEAD."""

    def get(self, url: str) -> Answer:
        """Return the answer to GET."""

    def download(self, url: str, accept: str = "*/*") -> Answer:
        """Return the answer to GET for a file."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric by the portal's name, its points, and whether any of the portal's services measures it yet."""

    name: str
    points: int
    measured: bool = True


METRICS: Final = (
    Metric("keywordAvailability", 30),
    Metric("categoryAvailability", 30),
    Metric("spatialAvailability", 20),
    Metric("temporalAvailability", 20),
    Metric("accessUrlStatusCode", 50),
    Metric("downloadUrlAvailability", 20),
    Metric("downloadUrlStatusCode", 30),
    Metric("formatAvailability", 20),
    Metric("mediaTypeAvailability", 10),
    Metric("formatMediaTypeVocabularyAlignment", 10),
    Metric("formatMediaTypeNonProprietary", 20, measured=False),
    Metric("formatMediaTypeMachineInterpretable", 20, measured=False),
    Metric("dcatApCompliance", 30),
    Metric("formatMatch", 15, measured=False),
    Metric("syntaxValid", 15, measured=False),
    Metric("licenseAvailability", 20),
    Metric("knownLicense", 10),
    Metric("accessRightsAvailability", 10),
    Metric("accessRightsVocabularyAlignment", 5),
    Metric("contactPointAvailability", 20),
    Metric("publisherAvailability", 10),
    Metric("rightsAvailability", 5),
    Metric("byteSizeAvailability", 5),
    Metric("dateIssuedAvailability", 5),
    Metric("dateModifiedAvailability", 5),
)
POSSIBLE: Final = sum(metric.points for metric in METRICS)

_OPEN_LICENCES: Final = (LICENCE.NLOD_2_0, LICENCE.CC_BY_4_0, LICENCE.CC0)
_ACCESS_RIGHTS: Final = tuple(AUTHORITY[f"access-right/{code}"] for code in ("PUBLIC", "RESTRICTED", "NON_PUBLIC"))

Reasons = dict[str, str]
"""Why a metric is lost, by its name; empty where it is met."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The points for a metric, and `why` not all of them."""

    metric: Metric
    points: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class DatasetScore:
    """The marks of a dataset with its best distribution, None where it has none."""

    dataset: URIRef
    distribution: URIRef | None
    marks: tuple[Mark, ...]

    @property
    def points(self) -> int:
        """The points that the metrics' definitions give."""
        return _points(self.marks)

    @property
    def points_today(self) -> int:
        """The points that the portal gives as long as some metrics are measured by none of its services."""
        return sum(mark.points for mark in self.marks if mark.metric.measured)


@dataclass(frozen=True, slots=True)
class Score:
    """The score of each dataset of a catalogue, and the `problems` that the harvester would have with it."""

    url: str
    problems: tuple[str, ...]
    datasets: tuple[DatasetScore, ...]


def score(url: str, client: Client, conforms: Conforms | None = None) -> Score:
    """Return the portal's marks for the catalogue at `url`.

    Without `conforms` nobody judges the shapes, and those points are lost. Raises FetchError where the catalogue cannot
    be had, DataError where the harvester would end without a result.
    """
    graph = harvest.read(client.download(url, harvest.ACCEPT))
    found = (_dataset(graph, dataset, client, conforms) for dataset in harvest.datasets(graph))
    return Score(url, tuple(harvest.problems(graph)), tuple(found))


def _dataset(graph: Graph, dataset: URIRef, client: Client, conforms: Conforms | None) -> DatasetScore:
    part = harvest.harvested(graph, dataset)
    own = dict(_of_dataset(part, dataset, conforms))
    distributions = sorted(item for item in part.objects(dataset, DCAT.distribution) if isinstance(item, URIRef))
    nothing = {metric.name: "the dataset has no distribution" for metric in METRICS if metric.name not in own}
    told = {iri: dict(_of_distribution(part, iri, client)) for iri in distributions}
    # Without its file each is judged as well as it can be. The best of these come first, so that few files are read.
    hoped = {iri: _points(_marks(own, told[iri])) for iri in distributions}
    best = DatasetScore(dataset, None, _marks(own, nothing))
    for iri in sorted(distributions, key=lambda iri: -hoped[iri]):
        if best.distribution and best.points >= hoped[iri]:
            break
        found = DatasetScore(dataset, iri, _marks(own, told[iri] | dict(_of_file(part, iri, client))))
        best = found if best.distribution is None or found.points > best.points else best
    return best


def _marks(own: Reasons, distribution: Reasons) -> tuple[Mark, ...]:
    """Return the marks: a metric that is judged of both is met where either meets it, one of neither is met."""
    marks = []
    for metric in METRICS:
        reasons = [reasons[metric.name] for reasons in (own, distribution) if metric.name in reasons]
        lost = bool(reasons) and all(reasons)
        marks.append(Mark(metric, 0 if lost else metric.points, reasons[-1] if lost else ""))
    return tuple(marks)


def _points(marks: Sequence[Mark]) -> int:
    return sum(mark.points for mark in marks)


def _of_dataset(graph: Graph, dataset: URIRef, conforms: Conforms | None) -> Iterator[tuple[str, str]]:
    for metric, predicates in (
        ("keywordAvailability", (DCAT.keyword, DCTERMS.subject)),
        ("categoryAvailability", (DCAT.theme,)),
        ("spatialAvailability", (DCTERMS.spatial,)),
        ("temporalAvailability", (DCTERMS.temporal,)),
        ("accessRightsAvailability", (DCTERMS.accessRights,)),
        ("contactPointAvailability", (DCAT.contactPoint,)),
        ("publisherAvailability", (DCTERMS.publisher,)),
        ("dateIssuedAvailability", (DCTERMS.issued,)),
        ("dateModifiedAvailability", (DCTERMS.modified,)),
    ):
        yield metric, _there(graph, dataset, *predicates)
    yield "accessRightsVocabularyAlignment", _among(graph, dataset, DCTERMS.accessRights, _ACCESS_RIGHTS)
    yield "dcatApCompliance", _compliance(graph, conforms)


def _of_distribution(graph: Graph, iri: URIRef, client: Client) -> Iterator[tuple[str, str]]:
    for metric, predicate in (
        ("downloadUrlAvailability", DCAT.downloadURL),
        ("formatAvailability", DCTERMS["format"]),
        ("mediaTypeAvailability", DCAT.mediaType),
        ("licenseAvailability", DCTERMS.license),
        ("rightsAvailability", DCTERMS.rights),
        ("byteSizeAvailability", DCAT.byteSize),
        ("dateIssuedAvailability", DCTERMS.issued),
        ("dateModifiedAvailability", DCTERMS.modified),
    ):
        yield metric, _there(graph, iri, predicate)
    yield "knownLicense", _among(graph, iri, DCTERMS.license, _OPEN_LICENCES)
    yield "accessUrlStatusCode", _status(graph, iri, DCAT.accessURL, client)
    yield "downloadUrlStatusCode", _status(graph, iri, DCAT.downloadURL, client)
    yield from _of_format(graph, iri)


def _of_format(graph: Graph, iri: URIRef) -> Iterator[tuple[str, str]]:
    kind, unknown = _file_type(graph, iri)
    media_types = any(str(value).startswith(MEDIA_TYPE) for value in graph.objects(iri, DCAT.mediaType))
    yield "formatMediaTypeVocabularyAlignment", "" if media_types else unknown
    if kind is None:
        for metric in ("NonProprietary", "MachineInterpretable"):
            yield f"formatMediaType{metric}", unknown
        return
    yield "formatMediaTypeNonProprietary", "" if kind.open else "the file type is proprietary"
    yield "formatMediaTypeMachineInterpretable", "" if kind.structured else "the file type is to be shown, not read"


def _file_type(graph: Graph, iri: URIRef) -> tuple[FileType | None, str]:
    """Return the file type that is said of a distribution, or None and why."""
    formats = sorted(str(value) for value in graph.objects(iri, DCTERMS["format"]))
    kind = next((found for found in map(known, formats) if found), None)
    return kind, "" if kind else f"{' and '.join(formats) or 'nothing'} is none of the file types known here"


def _of_file(graph: Graph, iri: URIRef, client: Client) -> Iterator[tuple[str, str]]:
    kind, unknown = _file_type(graph, iri)
    if kind is None:
        yield "formatMatch", unknown
        yield "syntaxValid", unknown
        return
    packages = {str(value).removeprefix(MEDIA_TYPE) for value in graph.objects(iri, DCAT.packageFormat)}
    try:
        answer = _download(graph, iri, client)
    except (DataError, FetchError) as error:
        yield "formatMatch", str(error)
        yield "syntaxValid", str(error)
    else:
        yield "formatMatch", _match(kind, packages, answer)
        yield "syntaxValid", _syntax(kind, packages, answer)


def _there(graph: Graph, subject: URIRef, *predicates: URIRef) -> str:
    there = any((subject, predicate, None) in graph for predicate in predicates)
    return (
        "" if there else f"there is no {' or '.join(predicate.n3(graph.namespace_manager) for predicate in predicates)}"
    )


def _among(graph: Graph, subject: URIRef, predicate: URIRef, known_terms: Sequence[Node]) -> str:
    values = set(graph.objects(subject, predicate))
    if values & set(known_terms):
        return ""
    shown = " and ".join(sorted(map(str, values))) or "nothing"
    return f"{shown} is none of {', '.join(map(str, known_terms))}"


def _compliance(graph: Graph, conforms: Conforms | None) -> str:
    if conforms is None:
        return "the portal's shapes were not given, so nobody judged by them"
    found = conforms(graph)
    return f"{len(found)} results by the portal's shapes, the first: {found[0]}" if found else ""


def _status(graph: Graph, iri: URIRef, predicate: URIRef, client: Client) -> str:
    """Return why an address does not answer; of several the portal keeps one measurement, so each must."""
    addresses = sorted(str(value) for value in graph.objects(iri, predicate) if isinstance(value, URIRef))
    if not addresses:
        return _there(graph, iri, predicate)
    for address in addresses:
        try:
            answer = client.head(address)
            if answer.status == 405:
                answer = client.get(address)
        except FetchError as error:
            return str(error)
        if not 200 <= answer.status < 300:
            return f"{address} answers {answer.status}"
    return ""


def _download(graph: Graph, iri: URIRef, client: Client) -> Answer:
    address = min((str(value) for value in graph.objects(iri, DCAT.downloadURL)), default="")
    if not address:
        raise DataError("there is nothing to download")
    answer = client.download(address)
    if not 200 <= answer.status < 300:
        raise DataError(f"{address} answers {answer.status}")
    return answer


def _match(kind: FileType, packages: set[str], answer: Answer) -> str:
    expected = packages or set(kind.media_types)
    served = answer.media_type or "nothing"
    return "" if served in expected else f"{answer.url} is served as {served}, not {' or '.join(sorted(expected))}"


def _syntax(kind: FileType, packages: set[str], answer: Answer) -> str:
    try:
        check(kind, answer.body, zipped="application/zip" in packages)
    except DataError as error:
        return f"{answer.url} is no such file: {error}"
    return ""
