"""The namespaces of byregion and of the vocabularies it uses, with the one prefix each has everywhere."""

from __future__ import annotations

from rdflib import DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SH, SKOS, VOID, XSD, Graph, Namespace

BASE = "https://w3id.org/byregion/"

BR = Namespace(BASE + "def#")
BRSH = Namespace(BASE + "shapes#")
ID = Namespace(BASE + "id/")
CONCEPT = Namespace(BASE + "id/concept/")
OA = Namespace("http://www.w3.org/ns/oa#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
DCAT = Namespace("http://www.w3.org/ns/dcat#")  # version 3; rdflib's own stops at 2
DCATAP = Namespace("http://data.europa.eu/r5r/")
DQV = Namespace("http://www.w3.org/ns/dqv#")
ODRS = Namespace("http://schema.theodi.org/odrs#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
WGS84 = Namespace("http://www.w3.org/2003/01/geo/wgs84_pos#")

# What kinds of entities have IRIs, by the part after /id/; each is a prefix too, so that files read as words.
KINDS = (
    "advice",
    "change-event",
    "concept",
    "conclusion",
    "county",
    "follow-up",
    "focus-area",
    "goal",
    "measure",
    "measure-group",
    "municipality",
    "municipality-number",
    "observation",
    "organisation",
    "participation",
    "place",
    "plan",
    "programme",
    "question",
    "quote",
    "reading",
    "region",
    "result",
    "scheme",
    "source",
    "statement",
)

VOCABULARIES: dict[str, str] = {
    "adms": str(ADMS),
    "br": str(BR),
    "brsh": str(BRSH),
    "dcat": str(DCAT),
    "dcatap": str(DCATAP),
    "dcterms": str(DCTERMS),
    "dqv": str(DQV),
    "foaf": str(FOAF),
    "oa": str(OA),
    "odrs": str(ODRS),
    "org": str(ORG),
    "owl": str(OWL),
    "prov": str(PROV),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "sh": str(SH),
    "skos": str(SKOS),
    "spdx": str(SPDX),
    "vcard": str(VCARD),
    "void": str(VOID),
    "wgs84": str(WGS84),
    "xsd": str(XSD),
}

PREFIXES: dict[str, str] = {**VOCABULARIES, **{kind: f"{ID}{kind}/" for kind in KINDS}}


def bind(graph: Graph) -> Graph:
    """Give `graph` the project's prefixes and no others; returns the same graph."""
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, override=True, replace=True)
    return graph


def empty_graph() -> Graph:
    """Return a new graph that knows the project's prefixes and no others."""
    return bind(Graph(bind_namespaces="none"))
