"""The description of the SPARQL service: what is true of it, and nothing more.

https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from urllib.parse import quote

from rdflib import DCTERMS, RDF, Graph, Literal, Namespace, URIRef

from byregion.iri import CHANGES
from byregion.namespaces import BASE
from byregion.web import formats, service
from byregion.web.graphs import SortedGraph
from byregion.web.site import select, site

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_SCHEMA = Namespace("https://schema.org/")
# What a fragment may hold besides letters and digits (https://www.rfc-editor.org/rfc/rfc3986#section-3.5).
_SAFE = "/:?@!$&'()*+,;=~"
# https://www.w3.org/ns/formats/ names the formats that the standards define.
_FORMATS = Namespace("http://www.w3.org/ns/formats/")
_NAMES = {
    "application/sparql-results+json": "SPARQL_Results_JSON",
    "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV",
    "text/tab-separated-values": "SPARQL_Results_TSV",
    "text/turtle": "Turtle",
    "application/n-triples": "N-Triples",
    "application/rdf+xml": "RDF_XML",
    "application/ld+json": "JSON-LD",
}


def graph() -> Graph:
    """Return the description of the service at the public address."""
    endpoint = URIRef(site().settings.url + "sparql")
    dataset, default = URIRef(f"{endpoint}#dataset"), URIRef(f"{endpoint}#default-graph")
    told = SortedGraph()
    told.bind("sd", SD)
    told.add((endpoint, RDF.type, SD.Service))
    told.add((endpoint, SD.endpoint, endpoint))
    told.add((endpoint, SD.supportedLanguage, SD.SPARQL11Query))
    settings = site().settings
    if settings.takes_writes:
        told.add((endpoint, SD.supportedLanguage, SD.SPARQL11Update))
    if settings.empty:
        # A graph that holds nothing is there until it is dropped.
        told.add((endpoint, SD.feature, SD.EmptyGraphs))
    else:
        # The default graph holds the merge of the named graphs.
        told.add((endpoint, SD.feature, SD.UnionDefaultGraph))
    if settings.services:
        told.add((endpoint, SD.feature, SD.BasicFederatedQuery))
    for other in settings.services:
        # https://www.w3.org/TR/sparql11-service-description/ has no property for whom a service may ask.
        told.add((endpoint, DCTERMS.references, URIRef(other)))
    _add_limits(told, endpoint)
    for offer in formats.named((*formats.SOLUTIONS, *formats.GRAPHS)):
        told.add((endpoint, SD.resultFormat, _FORMATS[_NAMES[offer.media_type]]))
    told.add((endpoint, SD.defaultDataset, dataset))
    told.add((dataset, RDF.type, SD.Dataset))
    told.add((dataset, SD.defaultGraph, default))
    told.add((default, RDF.type, SD.Graph))
    graphs = [row["graph"] for row in select("graphs")]
    if site().history is not None:
        graphs.append(CHANGES)
    for name in graphs:
        entry = URIRef(f"{endpoint}#{quote(str(name).removeprefix(BASE), safe=_SAFE)}")
        told.add((dataset, SD.namedGraph, entry))
        told.add((entry, RDF.type, SD.NamedGraph))
        told.add((entry, SD.name, name))
    return told


def _add_limits(told: Graph, endpoint: URIRef) -> None:
    """Add what every query is held to; the problem over a limit is what its address says."""
    limits = URIRef(f"{endpoint}#limits")
    told.add((endpoint, _SCHEMA.additionalProperty, limits))
    told.add((limits, RDF.type, _SCHEMA.PropertyValue))
    for limit in service.limits(site().settings):
        one = URIRef(service.limit_iri(site().settings, limit))
        told.add((limits, _SCHEMA.valueReference, one))
        told.add((one, RDF.type, _SCHEMA.PropertyValue))
        told.add((one, _SCHEMA.name, Literal(limit.name)))
        told.add((one, _SCHEMA.value, Literal(limit.value)))
        told.add((one, _SCHEMA.unitText, Literal(limit.unit)))
        told.add((one, _SCHEMA.propertyID, URIRef(f"{BASE}problems#{limit.problem}")))
