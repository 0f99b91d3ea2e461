"""The named queries as RDF: what SHACL says of executables and parameters holds, and the queries run as they stand."""

from __future__ import annotations

import pyshacl
import pytest
from rdflib import DCTERMS, RDF, RDFS, SDO, SH, SKOS, Graph, Literal, URIRef

from byregion import executable, queries, terms
from byregion.assets import folder
from byregion.engine.pool import Pool
from byregion.queries import NamedQuery
from byregion.results import formats, kind

QUERIES = queries.read_all(folder("queries"))
ENDPOINT = URIRef("http://127.0.0.1:8080/sparql")
FORMS = {SH.SPARQLSelectExecutable: SH["select"], SH.SPARQLConstructExecutable: SH.construct}


def described(*told: NamedQuery) -> Graph:
    return executable.describe(told, ENDPOINT, lambda name: [Literal(name, lang="en")], Graph())


GRAPH = described(*QUERIES)


def test_every_query_is_executable_and_part_of_the_collection():
    named = {executable.iri(query.name) for query in QUERIES}
    assert set(GRAPH.subjects(RDF.type, SH.SPARQLExecutable)) == named
    assert set(GRAPH.objects(executable.COLLECTION, DCTERMS.hasPart)) == named
    assert executable.iri("participants") == URIRef("https://w3id.org/byregion/queries/participants")


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_what_is_published_of_a_query_runs_and_says_what_it_is(engine: Pool, query: NamedQuery):
    subject = executable.iri(query.name)
    types = set(GRAPH.objects(subject, RDF.type)) - {SH.SPARQLExecutable}
    assert len(types) == 1
    (text,) = GRAPH.objects(subject, FORMS[URIRef(types.pop())])
    media_type = formats(kind(query.form))[0].media_type
    assert engine.query(str(text), media_type).body == engine.query(query.text, media_type).body
    assert not str(text).startswith("#+")
    assert {(item.language, str(item)) for item in GRAPH.objects(subject, RDFS.label)} == set(query.titles.items())
    assert len(set(GRAPH.objects(subject, RDFS.comment))) == 3
    assert set(GRAPH.objects(subject, SDO.target)) == {ENDPOINT}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_the_parameters_are_those_of_the_query_in_order(query: NamedQuery):
    nodes = sorted(
        GRAPH.objects(executable.iri(query.name), SH.parameter), key=lambda node: int(GRAPH.value(node, SH.order))
    )
    assert [str(node).partition("#")[2] for node in nodes] == [parameter.name for parameter in query.parameters]
    for node, parameter in zip(nodes, query.parameters, strict=True):
        # https://www.w3.org/TR/shacl/#sparql-constraint-components-parameters
        path = GRAPH.value(node, SH.path)
        assert str(path).endswith(f"#{parameter.name}")
        assert GRAPH.value(node, SH.optional).toPython() is not parameter.required
        assert (GRAPH.value(node, SH.maxCount) is None) is parameter.several
        assert GRAPH.value(node, SH["class"]) == parameter.class_
        assert (GRAPH.value(node, SH.datatype) is None) is (parameter.kind == "iri")
        examples = {terms.parse(parameter.kind, text, parameter.name) for text in parameter.examples}
        assert set(GRAPH.objects(node, SKOS.example)) == examples


def test_the_parameters_are_well_formed_shapes():
    conforms, _, report = pyshacl.validate(Graph(), shacl_graph=GRAPH, meta_shacl=True)
    assert conforms, report


def test_a_query_can_be_described_alone():
    alone = described(QUERIES[0])
    assert 5 < len(alone) < len(GRAPH)
    assert set(alone.subjects(RDF.type, SH.SPARQLExecutable)) == {executable.iri(QUERIES[0].name)}
