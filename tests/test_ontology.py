"""The ontology: it is sound, every way to make it unsound is noticed, and its JSON-LD context agrees with it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rdflib import OWL, RDF, SH, XSD, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic

import byregion
from byregion import validate, vocabulary
from byregion.assets import folder
from byregion.dataset import data_files, ontology_files, read, read_graph, shape_files
from byregion.findings import Finding
from byregion.namespaces import BASE, BR, VOCABULARIES, empty_graph

AXIOMS = URIRef(BASE + "graphs/ontology/byregion")
PREFIXES = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in empty_graph().namespaces())
PREFIXES += "PREFIX vann: <http://purl.org/vocab/vann/>\nPREFIX schema: <https://schema.org/>\n"
Check = Callable[[str], set[Finding]]
DATA = [item.path for item in data_files(folder("data"))]
VERSION = read_graph(folder("ontology") / "byregion.ttl").value(URIRef(BASE + "def"), OWL.versionInfo)
QUERIES = sorted((*folder("queries").glob("*.rq"), *Path(byregion.__file__).parent.rglob("*.rq")))
assert DATA and QUERIES, "there is nothing that uses the ontology"


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return validate.read_shapes()


@pytest.fixture(scope="module")
def ontology() -> Dataset:
    return read(ontology_files())


@pytest.fixture(scope="module")
def axioms() -> Graph:
    return read_graph(folder("ontology") / "byregion.ttl")


@pytest.fixture(scope="module")
def checked(ontology: Dataset, shapes: Graph) -> Check:
    """What is found in the real ontology after a small change of it, given as a SPARQL update."""
    quads = set(ontology.quads())

    def check(update: str) -> set[Finding]:
        changed = Dataset(default_union=True)
        changed.addN((s, p, o, changed.graph(name)) for s, p, o, name in quads)
        changed.update(PREFIXES + update)
        assert set(changed.quads()) != quads, "the change changes nothing"
        return set(vocabulary.check(changed, shapes))

    return check


# --- The real ontology ------------------------------------------------------------------------------------------------


def test_the_ontology_has_no_error(ontology: Dataset, shapes: Graph):
    found = vocabulary.check(ontology, shapes)
    assert [item for item in found if item.severity == "error"] == []


def test_names_that_are_the_same_in_bokmål_and_nynorsk_are_listed_for_a_person_to_confirm(
    ontology: Dataset, shapes: Graph
):
    notes = [item for item in vocabulary.check(ontology, shapes) if item.severity == "note"]
    assert Finding("ontology", "note", "br:Goal", "the same name in nb and nn: mål") in notes
    assert not [item for item in notes if item.where == "br:Participation"], "deltakelse and deltaking differ"


def test_every_term_is_used_by_a_shape(axioms: Graph, shapes: Graph):
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    terms = {term for kind in kinds for term in axioms.subjects(RDF.type, kind)}
    assert len(terms) > 50
    assert not terms - set(shapes.objects())


def test_every_word_that_data_shapes_and_queries_use_is_one(ontology: Dataset, shapes: Graph):
    used = vocabulary.used([*folder("data").rglob("*.ttl"), *shape_files()], QUERIES)
    ours = [path for path, words in used.items() if any(word.startswith(BR) for word in words)]
    assert len(ours) > 0.75 * len(used), "hardly a word of ours is found in what uses them"
    assert [item for item in vocabulary.check(ontology, shapes, used) if item.where in used] == []


# --- Words ------------------------------------------------------------------------------------------------------------


def test_the_words_of_a_query_are_found_with_prefixes_and_in_full_but_not_in_comments_and_strings():
    query = """PREFIX b: <https://w3id.org/byregion/def#>
    PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    # b:commented
    SELECT * WHERE { ?goal a b:Goal ; skos:prefLabel "b:quoted" ; <https://w3id.org/byregion/def#region>/b:order ?x }"""
    assert {str(word).rpartition("#")[2] for word in vocabulary.in_query(query)} == {
        "Goal",
        "prefLabel",
        "region",
        "order",
    }


def test_a_misspelt_word_of_a_query_is_told_with_the_nearest_there_is(axioms: Graph):
    query = """PREFIX br: <https://w3id.org/byregion/def#>
    PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    PREFIX oa: <http://www.w3.org/ns/oa#>
    SELECT * { ?x a br:Regoin, br:Municipality ; skos:prefLable ?name ; oa:exakt 1 ; <urn:x> br:REGION, br:zzzzz }"""
    assert list(vocabulary.unknown(query, axioms)) == [
        ("skos:prefLable", "skos:prefLabel"),
        ("oa:exakt", "oa:exact"),
        ("br:REGION", "br:region"),
        ("br:Regoin", "br:Region"),
        ("br:zzzzz", ""),
    ]


def test_only_the_first_misspelt_words_are_told_and_none_that_no_word_could_be(axioms: Graph):
    many = " ".join(f"<https://w3id.org/byregion/def#Regoin{number}>" for number in range(3000))
    long = f"<https://w3id.org/byregion/def#{'x' * 90_000}>"
    started = time.process_time()
    assert len(list(vocabulary.unknown(f"ASK {{ VALUES ?x {{ {many} }} }}", axioms))) == 5
    assert [near for _, near in vocabulary.unknown(f"ASK {{ ?x a {long} }}", axioms)] == [""]
    assert time.process_time() - started < 2


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_no_word_of_a_published_query_is_misspelt(path: Path, axioms: Graph):
    assert list(vocabulary.unknown(path.read_text(encoding="utf-8"), axioms)) == []


@pytest.mark.parametrize(
    "turtle, message",
    [
        ("<urn:x> br:contributeTo <urn:y> .", "br:contributeTo is used, but the ontology does not declare it"),
        ("<urn:x> a br:Gaol .", "br:Gaol is used, but the ontology does not declare it"),
        ("<urn:x> rdf:predicate br:themes .", "br:themes is used, but the ontology does not declare it"),
        ("<urn:x> skos:preflabel 'x'@nb .", "skos:preflabel is used, but that vocabulary has no such word"),
        ("<urn:x> oa:exactly 'x' .", "oa:exactly is used, but that vocabulary has no such word"),
    ],
)
def test_a_word_that_there_is_not_is_an_error_where_it_is_used(
    turtle: str, message: str, ontology: Dataset, shapes: Graph
):
    graph = Graph().parse(data=PREFIXES + turtle, format="turtle")
    found = vocabulary.check(ontology, shapes, {"data/x/stated.ttl": vocabulary.in_graph(graph)})
    assert Finding("ontology", "error", "data/x/stated.ttl", message) in found


@pytest.mark.parametrize(
    "turtle, where, message",
    [
        ("brsh:Goal-domain sh:mincount 1 .", "shapes", "sh:mincount is used, but that vocabulary has no such word"),
        ("brsh:Goal-domain sh:node brsh:Gaol .", "brsh:Gaol", "shapes refer to it, but it is not described"),
        (
            "brsh:Goal-domain sh:or ( brsh:Goal brsh:Gaol ) .",
            "brsh:Gaol",
            "shapes refer to it, but it is not described",
        ),
    ],
)
def test_shapes_that_are_well_formed_and_yet_check_nothing_are_errors(
    turtle: str, where: str, message: str, ontology: Dataset, shapes: Graph
):
    found = vocabulary.check(ontology, shapes + Graph().parse(data=PREFIXES + turtle, format="turtle"))
    assert any(item.severity == "error" and item.where == where and message in item.message for item in found)


# --- Changes that must be noticed -------------------------------------------------------------------------------------


def insert(triples: str) -> str:
    return f"INSERT DATA {{ GRAPH <{AXIOMS}> {{ {triples} }} }}"


def delete(pattern: str, graph: str = "byregion") -> str:
    return f"DELETE WHERE {{ GRAPH <{BASE}graphs/ontology/{graph}> {{ {pattern} }} }}"


TERM = """ ; rdfs:label "ny"@nb , "ny"@nn , "new"@en ; rdfs:isDefinedBy <https://w3id.org/byregion/def> ;
  skos:definition "Ny."@nb , "Ny."@nn , "New."@en ."""
PROFILE = {
    "a superclass that is a union": (
        insert("br:Goal rdfs:subClassOf [ owl:unionOf ( br:Plan br:Result ) ] ."),
        "br:Goal",
        "owl:unionOf is not allowed as a superclass",
    ),
    "a superclass by some values": (
        insert("br:Goal rdfs:subClassOf [ owl:onProperty br:theme ; owl:someValuesFrom skos:Concept ] ."),
        "br:Goal",
        "owl:someValuesFrom is not allowed as a superclass",
    ),
    "a minimum cardinality": (
        insert("br:Goal rdfs:subClassOf [ owl:onProperty br:theme ; owl:minCardinality 1 ] ."),
        "br:Goal",
        "owl:minCardinality is not allowed as a superclass",
    ),
    "a maximum cardinality above one": (
        insert("br:Goal rdfs:subClassOf [ owl:onProperty br:theme ; owl:maxCardinality 2 ] ."),
        "br:Goal",
        "a maximum cardinality of 2",
    ),
    "a fault inside an intersection": (
        insert("br:Goal rdfs:subClassOf [ owl:intersectionOf ( br:Statement [ owl:oneOf ( br:x ) ] ) ] ."),
        "br:Goal",
        "owl:oneOf is not allowed as a superclass",
    ),
    "a fault inside a universal restriction": (
        insert("br:Goal rdfs:subClassOf [ owl:onProperty br:theme ; owl:allValuesFrom [ owl:oneOf ( br:x ) ] ] ."),
        "br:Goal",
        "owl:oneOf is not allowed as a superclass",
    ),
    "everything as a superclass": (insert("br:Goal rdfs:subClassOf owl:Thing ."), "br:Goal", "owl:Thing"),
    "a domain that is a union": (
        insert("br:theme rdfs:domain [ owl:unionOf ( br:Statement br:Plan ) ] ."),
        "br:theme",
        "owl:unionOf is not allowed as its rdfs:domain",
    ),
    "a subclass by a universal restriction": (
        insert("[ owl:onProperty br:theme ; owl:allValuesFrom skos:Concept ] rdfs:subClassOf br:Goal ."),
        "an axiom without a name",
        "owl:allValuesFrom is not allowed as a subclass",
    ),
    "an equivalent class that is a union": (
        insert("br:Statement owl:equivalentClass [ owl:unionOf ( br:Goal br:Measure ) ] ."),
        "br:Statement",
        "owl:unionOf is not allowed as an equivalent class",
    ),
    "a disjoint union": (
        insert("br:Statement owl:disjointUnionOf ( br:Goal br:Measure ) ."),
        "br:Statement",
        "disjoint",
    ),
    "a reflexive property": (insert("br:contributesTo a owl:ReflexiveProperty ."), "br:contributesTo", "reflexive"),
    "a day as a datatype": (
        insert("br:order rdfs:range xsd:date ."),
        "br:order",
        "its range xsd:date is no datatype of OWL 2 RL",
    ),
    "a restricted datatype": (
        insert(
            "br:order rdfs:range [ owl:onDatatype xsd:integer ; owl:withRestrictions ( [ xsd:minInclusive 1 ] ) ] ."
        ),
        "br:order",
        "owl:onDatatype",
    ),
    "a property of objects and of data": (
        insert("br:region a owl:DatatypeProperty ."),
        "br:region",
        "it is declared as owl:ObjectProperty and owl:DatatypeProperty",
    ),
    "a class that is a property": (
        insert("br:Goal a owl:ObjectProperty ."),
        "br:Goal",
        "it is declared as owl:Class and",
    ),
    "a functional property that follows from others": (
        insert("br:region a owl:FunctionalProperty ."),
        "br:region",
        "it cannot be an owl:FunctionalProperty",
    ),
    "a limit on a transitive property": (
        insert("br:County rdfs:subClassOf [ owl:onProperty br:laterSuccessor ; owl:maxCardinality 1 ] ."),
        "br:laterSuccessor",
        "no class can limit how many it has",
    ),
}
PITFALLS = {
    "a label missing in Nynorsk": (
        delete('br:Goal rdfs:label "mål"@nn'),
        "br:Goal",
        "it has 0 rdfs:label in nn; it needs one",
    ),
    "two labels in English": (insert('br:Goal rdfs:label "aim"@en .'), "br:Goal", "it has 2 rdfs:label in en"),
    "no definition": (delete("br:Goal skos:definition ?d"), "br:Goal", "it has 0 skos:definition in nb; it needs one"),
    "a definition that is no sentence": (
        delete('br:Goal skos:definition "Something that a region wants to achieve."@en')
        + " ; "
        + insert('br:Goal skos:definition "something wanted"@en .'),
        "br:Goal",
        "its definition in en is no sentence",
    ),
    "a label with a full stop": (
        delete('br:Goal rdfs:label "goal"@en') + " ; " + insert('br:Goal rdfs:label "goal."@en .'),
        "br:Goal",
        "its name in en has a full stop",
    ),
    "a concept without a name": (
        delete("concept:trust skos:prefLabel ?name", "concepts"),
        "concept:trust",
        "it has 0 skos:prefLabel in nb",
    ),
    "a term that nobody defines": (delete("br:Goal rdfs:isDefinedBy ?o"), "br:Goal", "its rdfs:isDefinedBy is not"),
    "a class in lower case": (
        insert("br:goal a owl:Class" + TERM),
        "br:goal",
        "is not https://w3id.org/byregion/def# and U",
    ),
    "a property in upper case": (
        insert("br:Contributes a owl:ObjectProperty ; rdfs:domain br:Goal ; rdfs:range br:Goal" + TERM),
        "br:Contributes",
        "lowerCamelCase",
    ),
    "a property with an underscore": (
        insert("br:contributes_to a owl:DatatypeProperty ; rdfs:domain br:Goal ; rdfs:range xsd:string" + TERM),
        "br:contributes_to",
        "lowerCamelCase",
    ),
    "a concept elsewhere": (
        insert("schema:thing a skos:Concept ."),
        "https://schema.org/thing",
        "concept/words-with-hyphens",
    ),
    "one name for two classes": (
        delete('br:Plan rdfs:label "plan"@en') + " ; " + insert('br:Plan rdfs:label "goal"@en .'),
        "br:Goal",
        "its name in en, goal, is also that of br:Plan",
    ),
    "a term without a type": (delete("br:Goal a owl:Class"), "br:Goal", "something is said of it, but not what it is"),
    "a term that nothing relates to another": (
        insert("br:Alone a owl:Class" + TERM),
        "br:Alone",
        "nothing relates it to another term, and no shape uses it",
    ),
    "a concept in no scheme": (
        delete("concept:trust skos:inScheme ?s", "concepts"),
        "concept:trust",
        "it is in no scheme",
    ),
    "a scheme without concepts": (
        delete("?c skos:inScheme scheme:units", "concepts"),
        "scheme:units",
        "no concept is in it",
    ),
    "two classes for one thing": (
        insert("br:Goal owl:equivalentClass br:FocusArea ."),
        "br:Goal",
        "it is said to be the same as br:FocusArea",
    ),
    "two properties for one thing": (
        insert("br:date owl:equivalentProperty br:validFrom ."),
        "br:date",
        "it is said to be the same as br:validFrom",
    ),
    "an inverse property": (
        insert("br:inPlan owl:inverseOf br:takesUp ."),
        "br:inPlan",
        "it is the inverse of br:takesUp",
    ),
    "a circle of classes": (
        insert("br:Statement rdfs:subClassOf br:Goal ."),
        "br:Goal",
        "it is its own rdfs:subClassOf",
    ),
    "a class that nothing is disjoint from": (
        insert("br:Alone a owl:Class ; rdfs:subClassOf br:Statement" + TERM),
        "br:Advice",
        "it is not said to be disjoint with its sibling br:Alone",
    ),
    "a class disjoint with its superclass": (
        insert("br:Goal rdfs:subClassOf br:Plan . br:Plan owl:disjointWith br:Goal ."),
        "br:Goal",
        "it is a subclass of br:Plan and disjoint with it",
    ),
    "two domains": (insert("br:takesUp rdfs:domain br:Region ."), "br:takesUp", "it has several of rdfs:domain"),
    "two ranges": (insert("br:takesUp rdfs:range br:Region ."), "br:takesUp", "it has several of rdfs:range"),
    "no domain and no shape that says which": (
        delete("br:role rdfs:domain ?o")
        + " ; "
        + insert("br:rank a owl:DatatypeProperty ; rdfs:range xsd:integer" + TERM),
        "br:rank",
        "it has no rdfs:domain, and no shape says",
    ),
    "no range and no shape that says which": (
        insert("br:rank a owl:DatatypeProperty ; rdfs:domain br:Goal" + TERM),
        "br:rank",
        "neither its rdfs:range nor a shape says",
    ),
    "any literal, and no shape that says which": (
        insert("br:rank a owl:DatatypeProperty ; rdfs:domain br:Goal ; rdfs:range rdfs:Literal" + TERM),
        "br:rank",
        "neither its rdfs:range nor a shape says",
    ),
    "an axiom about a foreign class": (
        insert("org:Organization rdfs:subClassOf br:Region ."),
        "org:Organization",
        "rdfs:subClassOf is said of a term that is not ours",
    ),
    "a foreign class declared": (insert("skos:Concept a owl:Class ."), "skos:Concept", "rdf:type is said of a term"),
    "a foreign class disjoint with ours": (
        insert("br:Goal owl:disjointWith skos:Concept ."),
        "skos:Concept",
        "says as much of a term that is not ours",
    ),
    "a foreign class among disjoint ones": (
        insert("[] a owl:AllDisjointClasses ; owl:members ( br:Goal skos:Concept ) ."),
        "skos:Concept",
        "is said to be disjoint with others",
    ),
    "a misspelt foreign word": (
        insert("br:Goal skos:exampel 'x'@en ."),
        "ontology",
        "skos:exampel is used, but that vocabulary has no such word",
    ),
    "an undeclared superclass": (
        insert("br:Goal rdfs:subClassOf br:Intention ."),
        "ontology",
        "br:Intention is used, but the ontology does not declare it",
    ),
    "an import": (
        insert("<https://w3id.org/byregion/def> owl:imports <http://www.w3.org/ns/org> ."),
        "https://w3id.org/byregion/def",
        "it imports",
    ),
    "a version IRI with a file extension": (
        insert("<https://w3id.org/byregion/def> owl:versionIRI <https://w3id.org/byregion/def/0.1.0.ttl> ."),
        "https://w3id.org/byregion/def",
        "its IRI ends in a file extension",
    ),
    "another version than in the version IRI": (
        delete("<https://w3id.org/byregion/def> owl:versionInfo ?v")
        + " ; "
        + insert('<https://w3id.org/byregion/def> owl:versionInfo "0.0.9" .'),
        "https://w3id.org/byregion/def",
        "its version IRI is not its own IRI with the version behind",
    ),
    "another version than in the citation": (
        delete("<https://w3id.org/byregion/def> dcterms:bibliographicCitation ?c")
        + " ; "
        + insert('<https://w3id.org/byregion/def> dcterms:bibliographicCitation "Version 0.0.9, 2025."@en .'),
        "https://w3id.org/byregion/def",
        f"its citation does not name version {VERSION}",
    ),
    "another namespace": (
        delete("<https://w3id.org/byregion/def> vann:preferredNamespaceUri ?n")
        + " ; "
        + insert('<https://w3id.org/byregion/def> vann:preferredNamespaceUri "https://example.org/" .'),
        "https://w3id.org/byregion/def",
        "its namespace is not https://w3id.org/byregion/def#",
    ),
}
METADATA = (
    "dcterms:title", "dcterms:description", "dcterms:license", "dcterms:creator", "dcterms:publisher",
    "dcterms:created", "dcterms:issued", "dcterms:modified", "dcterms:source", "dcterms:bibliographicCitation",
    "owl:versionIRI", "owl:versionInfo", "vann:preferredNamespacePrefix", "vann:preferredNamespaceUri",
)  # fmt: skip
CHANGES = (
    PROFILE
    | PITFALLS
    | {
        f"no {name} of the ontology": (
            delete(f"<https://w3id.org/byregion/def> {name} ?o"),
            "https://w3id.org/byregion/def",
            "the ontology has no ",
        )
        for name in METADATA
    }
)


@pytest.mark.parametrize("update, where, message", CHANGES.values(), ids=CHANGES)
def test_a_change_that_makes_the_ontology_unsound_is_an_error(update: str, where: str, message: str, checked: Check):
    errors = [item for item in checked(update) if item.severity == "error" and item.where == where]
    assert any(message in item.message for item in errors), errors


SOUND = {
    "a superclass that is an intersection": (
        "br:Goal rdfs:subClassOf [ owl:intersectionOf ( br:Statement br:Statement ) ] ."
    ),
    "a superclass by all values": (
        "br:Goal rdfs:subClassOf [ owl:onProperty br:theme ; owl:allValuesFrom skos:Concept ] ."
    ),
    "a superclass by all values of data": (
        "br:Goal rdfs:subClassOf [ owl:onProperty br:order ; owl:allValuesFrom xsd:integer ] ."
    ),
    "a superclass by one value": "br:Goal rdfs:subClassOf [ owl:onProperty br:theme ; owl:hasValue concept:growth ] .",
    "a superclass by what it is not": "br:Goal rdfs:subClassOf [ owl:complementOf br:Plan ] .",
    "a superclass by at most one": "br:Goal rdfs:subClassOf [ owl:onProperty br:order ; owl:maxCardinality 1 ] .",
    "a subclass that is a union": "[ owl:unionOf ( br:Goal br:Measure ) ] rdfs:subClassOf br:Statement .",
    "a subclass by some values": (
        "[ owl:onProperty br:contributesTo ; owl:someValuesFrom owl:Thing ] rdfs:subClassOf br:Goal ."
    ),
    "a subclass that is a list": "[ owl:oneOf ( concept:growth ) ] rdfs:subClassOf br:Goal .",
    "a functional property": "br:order a owl:FunctionalProperty .",
}


@pytest.mark.parametrize("axiom", SOUND.values(), ids=SOUND)
def test_what_owl_2_rl_allows_is_no_error(axiom: str, checked: Check):
    assert [item for item in checked(insert(axiom)) if item.severity == "error"] == []


def test_a_superclass_that_owl_2_dl_reserves_is_a_note(checked: Check):
    found = checked(insert("br:Goal rdfs:subClassOf rdf:Bag ."))
    assert [item.severity for item in found if "rdf:Bag is reserved vocabulary" in item.message] == ["note"]


@pytest.mark.parametrize(
    "triple, message",
    [
        ("org:Membership rdfs:subClassOf br:Participation .", "says something of a term that is not ours"),
        ("br:Gaol rdfs:subClassOf prov:Entity .", "says something of a term that is not ours"),
        ("br:Goal owl:equivalentClass prov:Entity .", "the alignment relates by owl:equivalentClass"),
        ("br:region rdfs:domain org:Membership .", "the alignment relates by rdfs:domain"),
    ],
)
def test_the_alignment_relates_our_words_to_others_and_says_nothing_else(triple: str, message: str, checked: Check):
    update = insert(triple).replace(str(AXIOMS), str(vocabulary.ALIGNMENT))
    errors = [item for item in checked(update) if item.severity == "error"]
    assert any(message in item.message for item in errors), errors


def test_a_shape_is_what_allows_a_property_to_have_no_domain(ontology: Dataset, shapes: Graph):
    assert not [item for item in vocabulary.check(ontology, shapes) if item.severity == "error"]
    bare = Graph()
    for triple in shapes:
        if triple[1] != SH.targetSubjectsOf or triple[2] != BR.theme:
            bare.add(triple)
    found = [item for item in vocabulary.check(ontology, bare) if item.severity == "error"]
    assert [item.where for item in found] == ["br:theme"]
    assert "no shape says what it is used on" in found[0].message


# --- The JSON-LD context ----------------------------------------------------------------------------------------------

CONTEXT = json.loads((folder("ontology") / "context.jsonld").read_text(encoding="utf-8"))["@context"]


def expanded(name: str) -> str:
    prefix, _, local = name.partition(":")
    return CONTEXT[prefix] + local


def entries() -> Iterator[tuple[str, str, dict[str, str]]]:
    """The terms of the context: name, IRI, coercions."""
    for name, value in CONTEXT.items():
        definition = {"@id": value} if isinstance(value, str) else value
        if name != "@version" and not definition["@id"].startswith(("@", "http")):
            yield name, expanded(definition["@id"]), {key: text for key, text in definition.items() if key != "@id"}


TERMS = {iri: (name, coercion) for name, iri, coercion in entries()}


def coercion(term: URIRef, axioms: Graph, shapes: Graph) -> dict[str, str]:
    """What the context must say of a property of ours, by its kind in the ontology and its datatype in the shapes."""
    if (term, RDF.type, OWL.ObjectProperty) in axioms:
        return {"@type": "@id"}
    of_term = list(shapes.subjects(SH.path, term))
    if any((shape, SH.languageIn, None) in shapes for shape in of_term):
        return {"@container": "@language"}
    if any(list(shapes.items(allowed)) == [Literal(True)] for s in of_term for allowed in shapes.objects(s, SH["in"])):
        return {"@type": "xsd:boolean"}
    datatypes = {datatype for shape in of_term for datatype in shapes.objects(shape, SH.datatype)} - {XSD.string}
    if not datatypes:
        return {}
    (datatype,) = datatypes
    return {"@type": str(datatype).replace(str(XSD), "xsd:")}


def test_every_class_and_property_is_a_term_with_the_coercion_that_fits(axioms: Graph, shapes: Graph):
    classes = {str(term) for term in axioms.subjects(RDF.type, OWL.Class)}
    properties = {t for kind in (OWL.ObjectProperty, OWL.DatatypeProperty) for t in axioms.subjects(RDF.type, kind)}
    ours = {iri: entry for iri, entry in TERMS.items() if iri.startswith(BR)}
    assert set(ours) == classes | {str(term) for term in properties}
    assert all(name == iri.removeprefix(BR) for iri, (name, _) in ours.items())
    assert {iri: ours[iri][1] for iri in classes} == {iri: {} for iri in classes}
    assert {str(t): ours[str(t)][1] for t in properties} == {str(t): coercion(t, axioms, shapes) for t in properties}


def test_every_word_that_the_data_uses_is_a_term_of_the_context():
    for path in DATA:
        graph = read_graph(path)
        words = {str(term) for term in (*graph.predicates(), *graph.objects(None, RDF.type))} - {str(RDF.type)}
        assert words <= set(TERMS), path


def test_foreign_terms_are_words_of_their_vocabulary_under_our_prefixes(ontology: Dataset, shapes: Graph):
    prefixes = {prefix: CONTEXT[prefix] for prefix in VOCABULARIES if prefix in CONTEXT}
    assert len(prefixes) > 8
    assert prefixes.items() <= VOCABULARIES.items()
    graph = Graph()
    for iri in TERMS:
        graph.add((URIRef("urn:x"), URIRef(iri), URIRef("urn:y")))
    found = vocabulary.check(ontology, shapes, {"context": vocabulary.in_graph(graph)})
    assert [item for item in found if item.where == "context"] == []


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # by rdflib, in its own JSON-LD parser
@pytest.mark.parametrize(
    "path", [*DATA, folder("ontology") / "concepts.ttl"], ids=lambda p: f"{p.parent.name}/{p.name}"
)
def test_data_survives_the_way_through_json_ld_with_the_context(path: Path):
    graph = read_graph(path)
    text = graph.serialize(format="json-ld", context=CONTEXT)
    document = json.loads(text)
    nodes = document.get("@graph", [document])
    assert all(":" not in key for node in nodes for key in node), "a property without a term of its own"
    assert isomorphic(Graph().parse(data=text, format="json-ld"), graph)
