"""The catalogue in DCAT: what is said of the datasets, with the addresses at which one server gives them.

The view for the harvester keeps to what both DCAT-AP-NO 2 and 3 allow; what only version 3 allows stands in a profile
of its own. No node is blank and no IRI relative, so that the portal drops nothing and sees no change that is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal, get_args

from rdflib import DCTERMS, FOAF, RDF, SKOS, XSD, Graph, URIRef
from rdflib import Literal as RDFLiteral
from rdflib.term import Node

from byregion.catalogue.dumps import Dump
from byregion.catalogue.names import AUTHORITY, CATALOGUE, GEONAMES, MEDIA_TYPE, dataset, distribution
from byregion.errors import ConfigError, DataError
from byregion.namespaces import ADMS, DCAT, DCATAP, SPDX, VCARD, empty_graph

Profile = Literal["harvest", "dcat-ap-no-3"]
PROFILES: Final[tuple[Profile, ...]] = get_args(Profile)

_STABLE: Final = AUTHORITY["planned-availability/STABLE"]
_COMPLETED: Final = AUTHORITY["distribution-status/COMPLETED"]
_INHERITED: Final = (DCTERMS.publisher, DCAT.contactPoint)
_ORDER: Final = (DCAT.first, DCAT.last, DCAT.prev, DCTERMS.relation)
_WORDS: Final = {"nb": "Hele datasettet som {}.", "nn": "Heile datasettet som {}.", "en": "The whole dataset as {}."}


def build(said: Graph, dumps: Iterable[Dump], url: str, *, concepts: Graph, profile: Profile = "harvest") -> Graph:
    """Return the catalogue of the datasets that `dumps` are of, as a server that clients reach at `url` gives it.

    `said` is `data/catalogue.ttl`; `concepts` has the labels of the concepts that datasets are about. Raises
    ConfigError where `url` is no address that ends in a slash, DataError where something said has no IRI.
    """
    if not url.startswith(("http://", "https://")) or not url.endswith("/"):
        raise ConfigError(f"the catalogue's address is {url!r}: it must be an http(s) address that ends in a slash")
    dumps = sorted(dumps, key=lambda dump: (dump.dataset, dump.format.suffix))
    names = sorted({dump.dataset for dump in dumps})
    graph = _view(said, [dataset(name) for name in names], _KEPT[profile])
    _describe_concepts(graph, concepts)
    _describe_catalogue(graph, names, url, profile)
    for name in names:
        _describe_dataset(graph, name, url)
    for dump in dumps:
        _describe_distribution(graph, dump, url, profile)
    _describe_services(graph, names, url)
    for subject in _subjects(graph, DCAT.Catalog, DCAT.Dataset, DCAT.DatasetSeries, DCAT.DataService):
        _describe_resource(graph, subject)
    for contact in set(graph.objects(None, DCAT.contactPoint)):
        # Version 2 asks for an organisation or a group, version 3 for what both are.
        graph.add((contact, RDF.type, VCARD.Kind))
    return graph


def _view(said: Graph, datasets: Sequence[URIRef], kept: Callable[[Node, Node], bool]) -> Graph:
    """Return what is said of the catalogue, `datasets` and what they lead to, but for what the profile leaves out."""
    view = empty_graph()
    others = {iri for iri in said.subjects(RDF.type, DCAT.Dataset) if iri not in datasets}
    ahead: list[Node] = [CATALOGUE, *datasets, *said.subjects(RDF.type, DCAT.DataService)]
    seen = set(others)
    while ahead:
        subject = ahead.pop()
        if subject in seen:
            continue
        seen.add(subject)
        for predicate, value in said.predicate_objects(subject):
            if not isinstance(value, URIRef | RDFLiteral):
                raise DataError(f"{predicate.n3()} of {subject.n3()} has no IRI; give it one")
            if kept(predicate, value) and not (predicate in _ORDER and value in others):
                view.add((subject, predicate, value))
                ahead.append(value)
    return view


def _kept_in_harvest(predicate: Node, value: Node) -> bool:
    # https://data.norge.no judges with version 2's shapes: any other place than these is a warning there, and a
    # warning is a catalogue that does not conform. Its pattern for themeTaxonomy fits no scheme that there is.
    if predicate == DCTERMS.spatial:
        return str(value).startswith((AUTHORITY, GEONAMES))
    return predicate not in (DCAT.themeTaxonomy, SKOS.editorialNote)


_KEPT: Final[dict[Profile, Callable[[Node, Node], bool]]] = {
    "harvest": _kept_in_harvest,
    "dcat-ap-no-3": lambda predicate, value: True,
}


def _describe_concepts(graph: Graph, concepts: Graph) -> None:
    for concept in set(graph.objects(None, DCTERMS.subject)):
        graph.add((concept, RDF.type, SKOS.Concept))
        for label in concepts.objects(concept, SKOS.prefLabel):
            graph.add((concept, SKOS.prefLabel, label))


def _describe_catalogue(graph: Graph, names: Sequence[str], url: str, profile: Profile) -> None:
    _document(graph, CATALOGUE, FOAF.homepage, URIRef(url))
    for name in names:
        graph.add((CATALOGUE, DCAT.dataset, dataset(name)))
    for service in _subjects(graph, DCAT.DataService):
        graph.add((CATALOGUE, DCAT.service, service))
    if profile != "harvest":
        # In DCAT 3 a series is a dataset. The harvest view names it only from its members: version 2's shapes know
        # no series in a catalogue, and as a dataset the portal would mark it down for having no distribution.
        for series in _subjects(graph, DCAT.DatasetSeries):
            graph.add((series, RDF.type, DCAT.Dataset))
            graph.add((CATALOGUE, DCAT.dataset, series))


def _describe_dataset(graph: Graph, name: str, url: str) -> None:
    # One that nothing is said of is listed all the same: the portal shows it with what it lacks.
    graph.add((dataset(name), RDF.type, DCAT.Dataset))
    _document(graph, dataset(name), DCAT.landingPage, URIRef(f"{url}datasets/{name}"))


def _describe_services(graph: Graph, names: Sequence[str], url: str) -> None:
    for service in _subjects(graph, DCAT.DataService):
        address = URIRef(url + service.rpartition("/")[2])
        # Asked without a query, each of them describes itself.
        graph.add((service, DCAT.endpointURL, address))
        graph.add((service, DCAT.endpointDescription, address))
        for name in names:
            graph.add((service, DCAT.servesDataset, dataset(name)))


def _describe_resource(graph: Graph, subject: URIRef) -> None:
    """Add the identifier, which version 2 demands, and what is said once for the whole catalogue."""
    graph.add((subject, DCTERMS.identifier, RDFLiteral(str(subject))))
    for predicate in _INHERITED:
        _inherit(graph, subject, predicate, CATALOGUE)


def _describe_distribution(graph: Graph, dump: Dump, url: str, profile: Profile) -> None:
    # No dcat:accessService: the harvester would take the service along, but none of the other datasets it serves.
    parent, iri, form = dataset(dump.dataset), distribution(dump.dataset, dump.format.suffix), dump.format
    address = dump.address(url)
    graph.add((parent, DCAT.distribution, iri))
    for predicate, value in (
        (RDF.type, DCAT.Distribution),
        (DCAT.accessURL, address),
        (DCAT.downloadURL, address),
        (DCTERMS["format"], form.file_type_iri),
        (DCAT.mediaType, form.media_type_iri),
        (DCATAP.availability, _STABLE),
    ):
        graph.add((iri, predicate, value))
    if form.package:
        graph.add((iri, DCAT.packageFormat, MEDIA_TYPE[form.package]))
    for title in list(graph.objects(parent, DCTERMS.title)):
        language = title.language if isinstance(title, RDFLiteral) else None
        graph.add((iri, DCTERMS.title, RDFLiteral(f"{title} – {form.name}", lang=language)))
    for language, words in _WORDS.items():
        graph.add((iri, DCTERMS.description, RDFLiteral(words.format(form.name), lang=language)))
    for predicate in (DCTERMS.issued, DCTERMS.modified, DCTERMS.language):
        _inherit(graph, iri, predicate, parent)
    for predicate in (DCTERMS.license, DCTERMS.rights):
        _inherit(graph, iri, predicate, parent)
        _inherit(graph, iri, predicate, CATALOGUE)
    if profile != "harvest":
        _add_what_version_2_refuses(graph, iri, dump)


def _add_what_version_2_refuses(graph: Graph, iri: URIRef, dump: Dump) -> None:
    """Version 2 wants a byte size as xsd:decimal, a status from another list and checksums in SHA-1 only."""
    graph.add((iri, ADMS.status, _COMPLETED))
    if dump.size is not None:
        graph.add((iri, DCAT.byteSize, RDFLiteral(str(dump.size), datatype=XSD.nonNegativeInteger)))
    if dump.sha256 is not None:
        checksum = URIRef(f"{iri}#checksum")
        graph.add((iri, SPDX.checksum, checksum))
        graph.add((checksum, RDF.type, SPDX.Checksum))
        graph.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
        graph.add((checksum, SPDX.checksumValue, RDFLiteral(dump.sha256, datatype=XSD.hexBinary)))


def _document(graph: Graph, subject: URIRef, predicate: URIRef, page: URIRef) -> None:
    graph.add((subject, predicate, page))
    graph.add((page, RDF.type, FOAF.Document))


def _inherit(graph: Graph, subject: URIRef, predicate: URIRef, parent: URIRef) -> None:
    """Give a subject the values of its parent where it has none of its own."""
    if (subject, predicate, None) not in graph:
        for value in list(graph.objects(parent, predicate)):
            graph.add((subject, predicate, value))


def _subjects(graph: Graph, *kinds: URIRef) -> list[URIRef]:
    """Return the IRIs of the things of some kinds, sorted."""
    found = {subject for kind in kinds for subject in graph.subjects(RDF.type, kind)}
    return sorted(subject for subject in found if isinstance(subject, URIRef))
