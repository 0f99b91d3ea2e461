"""Open for good: every thing alike in every format, headers that lead on, versions that stay."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph
import pytest
from flask import Flask
from rdflib import DCTERMS, ORG, OWL, RDF, SDO, SH, SKOS, URIRef

from byregion import iri, queries, vocabulary
from byregion.assets import folder
from byregion.dataset import read_graph
from byregion.edition import SUFFIXES
from byregion.namespaces import BASE, BR, BRSH, ID
from byregion.release import Release, Version, Vocabulary
from byregion.release.frozen import write
from byregion.validate import read_shapes
from byregion.web import schema_org, shapes, uses, versions
from test_web_catalogue import embedded, links
from test_web_entities import ENTITIES, STATED
from web_world import BROWSER, graph_of, page_of, text_of

ROOT = Path(__file__).resolve().parent.parent
REGION = "/doc/region/midt-troms"
FORMATS = {
    "ttl": pyoxigraph.RdfFormat.TURTLE,
    "nt": pyoxigraph.RdfFormat.N_TRIPLES,
    "rdf": pyoxigraph.RdfFormat.RDF_XML,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
}


# --- Every thing ------------------------------------------------------------------------------------------------------


def triples(body: bytes, suffix: str) -> set[pyoxigraph.Triple]:
    """What a document says, read with a parser that is none of those that wrote it."""
    found = {quad.triple for quad in pyoxigraph.parse(body, format=FORMATS[suffix], base_iri="http://none.invalid/")}
    assert not [term for triple in found for term in (triple.subject, triple.object) if "none.invalid" in str(term)]
    return found


@pytest.mark.parametrize("start", range(8))
def test_every_thing_says_the_same_in_every_format(client: httpx.Client, start: int):
    names = ENTITIES[start::8]
    assert len(names) > 40
    for name in names:
        told = {suffix: triples(client.get(f"/doc/{name}.{suffix}").content, suffix) for suffix in FORMATS}
        assert told["ttl"], name
        assert all(found == told["ttl"] for found in told.values()), name
        assert pyoxigraph.NamedNode(ID + name) in {triple.subject for triple in told["ttl"]}


def test_json_ld_is_in_our_words_and_needs_nothing_from_elsewhere(client: httpx.Client):
    response = client.get(f"{REGION}.jsonld")
    document = response.json()
    context, region = document["@context"], document["@graph"][0]
    assert region["id"] == ID + "region/midt-troms"
    assert region["type"] == "Region"
    assert region["prefLabel"]["nb"] == "Midt-Troms"
    whole = client.get("/context.jsonld").json()["@context"]
    assert isinstance(context, dict)
    assert {name: whole.get(name) for name in context} == context
    assert len(context) < len(whole)
    assert "http" not in {name for name, value in context.items() if isinstance(value, list)}


def test_the_context_may_be_read_from_anywhere_and_kept_for_long(client: httpx.Client):
    response = client.get("/context.jsonld")
    assert response.content == (folder("ontology") / "context.jsonld").read_bytes()
    assert response.headers["content-type"] == "application/ld+json"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cache-control"] == "public, max-age=604800"
    assert client.get("/context.jsonld", headers={"if-none-match": response.headers["etag"]}).status_code == 304


# --- Headers that lead on ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["html", *SUFFIXES])
def test_a_document_leads_programs_on(client: httpx.Client, suffix: str):
    """https://signposting.org/FAIR/"""
    response = client.head(f"{REGION}.{suffix}")
    assert links(response, "cite-as") == [ID + "region/midt-troms"]
    assert set(links(response, "type")) == {str(BR.Region), "https://schema.org/Consortium"}
    assert links(response, "license") == ["https://creativecommons.org/licenses/by/4.0/"]
    assert links(response, "collection") == ["/datasets/midt-troms"]
    assert {f"{REGION}.{other}" for other in SUFFIXES} <= set(links(response, "describedby"))
    assert links(response, "canonical") == ["http://127.0.0.1:8080/doc/region/midt-troms"]
    for address in (*links(response, "describedby"), *links(response, "collection")):
        assert client.head(address).status_code == 200


@pytest.mark.parametrize("name", ["quote/midt-troms-areal", "source/midt-troms-page"])
def test_the_words_of_others_carry_no_licence_of_ours(client: httpx.Client, name: str):
    assert links(client.head(f"/doc/{name}"), "license") == []


def test_a_thing_belongs_to_the_dataset_that_states_it(client: httpx.Client):
    for name, dataset in (
        ("municipality/bardu-1922", "municipalities"),
        ("programme/byregion", "programme"),
        ("goal/midt-troms-naeringsplan", "midt-troms"),
        ("concept/partner", "byregion"),
    ):
        assert links(client.head(f"/doc/{name}"), "collection") == [f"/datasets/{dataset}"], name


def addresses(app: Flask) -> Iterator[str]:
    """An address for every route."""
    values = {
        "path": "region/midt-troms",
        "kind": "region",
        "suffix": "ttl",
        "version": "0.1.0",
        "name": "midt-troms",
        "number": "1",
        "filename": "mark.svg",
        "what": "entity",
        "group": "classes",
        "term": "Region",
        "shape": "Region",
    }
    asked = {"preview": "?id=region/midt-troms", "flyout": "?id=region/midt-troms", "suggest": "?prefix=Midt"}
    named = {"queries": "participants", "openapi": "participants", "downloads": "midt-troms.ttl"}
    for rule in app.url_map.iter_rules():
        own = values | {"name": named.get(rule.endpoint.partition(".")[0], values["name"])}
        if rule.rule.startswith(("/catalogue/", "/graphs/")):
            own["path"] = "midt-troms" if rule.rule.startswith("/catalogue/") else "midt-troms/stated"
        given = asked.get(rule.endpoint.rpartition(".")[2], "") if rule.rule.startswith("/reconcile/") else ""
        yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found, own=own: own[found[1]], rule.rule) + given


# A small site map has no parts, and what is published without a store on disk no history.
NOT_THERE = ("/sitemap-1.xml", "/changes", "/timemap")


def test_every_address_answers_options_and_head_and_lets_every_origin_read(app: Flask, client: httpx.Client):
    asked = sorted(addresses(app))
    assert len(asked) > 25
    for address in asked:
        options = client.options(address)
        assert options.status_code == 200, address
        assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["access-control-allow-methods"].split(", ")), address
        head, get = client.head(address), client.get(address)
        assert head.status_code == get.status_code, address
        assert get.status_code in (200, 303) or address.startswith(NOT_THERE), address
        assert head.content == b""
        for name in ("content-type", "etag", "content-location", "link"):
            assert head.headers.get(name) == get.headers.get(name), (address, name)
        for response in (options, head, get):
            assert response.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "address", ["/catalogue.ttl", "/datasets/midt-troms.nt", "/quality.rdf", "/shapes.jsonld", "/def.ttl", REGION]
)
def test_who_has_it_already_is_told_so_by_the_revision(client: httpx.Client, address: str):
    first = client.get(address)
    assert re.fullmatch(r'"[0-9a-f]{32,64}"', first.headers["etag"])
    again = client.get(address, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


# --- Words of search engines ------------------------------------------------------------------------------------------


def test_a_page_tells_search_engines_what_it_is_about(client: httpx.Client):
    told = embedded(client.get(f"{REGION}.html?lang=nn"))
    assert told["@type"] == "WebPage"
    assert told["url"] == "http://127.0.0.1:8080/doc/region/midt-troms"
    assert told["inLanguage"] == "nn"
    assert told["isPartOf"] == [{"@type": "Dataset", "@id": f"{BASE}catalogue/midt-troms"}]
    assert told["mainEntity"] == {"@id": ID + "region/midt-troms", "@type": ["Consortium"], "name": "Midt-Troms"}


def test_the_front_page_tells_search_engines_of_the_catalogue(client: httpx.Client):
    told = embedded(client.get("/?lang=en", headers=BROWSER))
    assert (told["@type"], told["@id"], told["inLanguage"]) == ("WebSite", "http://127.0.0.1:8080/", "en")
    catalogue = {"@type": "DataCatalog", "@id": f"{BASE}catalogue", "url": "http://127.0.0.1:8080/catalogue"}
    assert told["mainEntity"] == catalogue


def test_the_page_of_the_ontology_tells_search_engines_which_version_it_is(client: httpx.Client):
    told = embedded(client.get("/def/0.1.0?lang=en", headers=BROWSER))
    assert (told["@type"], told["@id"], told["version"]) == ("DefinedTermSet", str(iri.ONTOLOGY), "0.1.0")
    assert told["name"] == "The byregion ontology"
    assert told["url"] == "http://127.0.0.1:8080/def/0.1.0"


def parts(told: Any) -> Iterator[dict[str, Any]]:
    """The things in what a page tells, each with its type."""
    if isinstance(told, list):
        for item in told:
            yield from parts(item)
    if isinstance(told, dict):
        yield told
        yield from parts(list(told.values()))


def test_what_is_told_to_search_engines_is_in_their_words(client: httpx.Client):
    one_of_each = {name.partition("/")[0]: name for name in ENTITIES}
    pages = ["/", "/def", "/catalogue.html", "/datasets/midt-troms.html", "/datasets/byregion.html"]
    found: set[str] = set()
    for address in [*pages, *(f"/doc/{name}.html" for name in one_of_each.values())]:
        told = embedded(client.get(address, headers=BROWSER))
        assert told.pop("@context") == "https://schema.org"
        for thing in parts(told):
            types = thing["@type"] if isinstance(thing["@type"], list) else [thing["@type"]]
            words = {*types, *thing} - {"@id", "@type"}
            assert all(URIRef(f"{SDO}{word}") in SDO for word in words), (address, words)
            assert all(value not in ("", [], None) for value in thing.values())
            assert re.fullmatch(r"https?://\S+", thing.get("@id", "http://none.invalid/"))
            found |= words
    assert {"WebSite", "WebPage", "DataCatalog", "Dataset", "DataDownload", "DefinedTermSet"} <= found


def test_what_others_call_the_same_is_told_and_what_is_only_alike_is_not(client: httpx.Client):
    told = embedded(client.get("/doc/municipality/bardu-1922.html"))["mainEntity"]
    exact = set(STATED.objects(URIRef(ID + "municipality/bardu-1922"), SKOS.exactMatch))
    alike = set(STATED.objects(URIRef(ID + "municipality/bardu-1922"), SKOS.closeMatch))
    assert exact and alike
    assert set(told["sameAs"]) == {str(term) for term in exact}


def test_types_are_of_classes_that_there_are():
    known = {BR[name] for name in ("Region", "Municipality")}
    ontology = read_graph(folder("ontology") / "byregion.ttl")
    classes = set(ontology.subjects(RDF.type, OWL.Class)) | {DCTERMS.Location, ORG.Organization}
    assert known <= set(schema_org.CLASSES)
    assert set(schema_org.CLASSES) <= classes | {SKOS.Concept, SKOS.ConceptScheme}


# --- The ontology and the shapes --------------------------------------------------------------------------------------


def facts(client: httpx.Client, term: str) -> dict[str, Any]:
    """The facts on the page of a term."""
    page = page_of(client.get(f"/def/{term}?lang=en", headers=BROWSER))
    (section,) = [item for item in page.iter("section") if item.get("aria-labelledby") == "facts"]
    return {text_of(row.find("dt")): row.find("dd") for row in section.iter("div")}


def test_each_term_tells_which_shapes_and_queries_use_it_and_how_often_the_data_does(client: httpx.Client):
    assert client.get("/.well-known/void").status_code == 200
    advice = facts(client, "classes/Advice")
    assert "/shapes/rules/Advice?lang=en" in [link.get("href") for link in advice["in the rules"].iter("a")]
    hrefs = {link.get("href") for link in advice["in the questions"].iter("a")}
    naming = {
        query.name for query in queries.read_all(folder("queries")) if BR.Advice in vocabulary.in_query(query.text)
    }
    assert naming and hrefs == {f"/queries/{name}?lang=en" for name in naming}
    query = f"SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE {{ ?s a <{BR.Advice}> }}"
    (row,) = client.get("/sparql", params={"query": query, "format": "json"}).json()["results"]["bindings"]
    assert text_of(advice["times in the data"]) == row["n"]["value"]
    assert text_of(facts(client, "classes/Measure")["times in the data"]) != ""


@pytest.mark.parametrize("media_type", ["text/html", *SUFFIXES.values()])
def test_the_ontology_is_found_by_its_iri_and_by_that_of_its_version(client: httpx.Client, media_type: str):
    """FOOPS! URI1, URI2, VER2, CN1, DOC1, RDF1 (oeg-upm/fair_ontologies)."""
    ontology = read_graph(folder("ontology") / "byregion.ttl")
    for name in (iri.ONTOLOGY, ontology.value(iri.ONTOLOGY, OWL.versionIRI)):
        response = client.get("/" + str(name).removeprefix(BASE), headers={"accept": media_type})
        assert response.status_code == 200
        assert response.headers["content-type"].partition(";")[0] == media_type
        if media_type != "text/html":
            assert (iri.ONTOLOGY, RDF.type, OWL.Ontology) in graph_of(response)
        assert links(response, "cite-as") == [str(ontology.value(iri.ONTOLOGY, OWL.versionIRI))]
        assert links(response, "license") == [str(ontology.value(iri.ONTOLOGY, DCTERMS.license))]


def test_what_uses_a_term_is_found_in_parts_without_a_name_too():
    used = uses.in_shapes(read_shapes())
    assert BRSH.AnyEntity in used[BR.County]
    assert BRSH["Terms-class"] not in used[BR.County]


@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_every_shape_is_in_the_list_and_on_its_page_with_what_it_says(client: httpx.Client, lang: str):
    page = page_of(client.get("/shapes", params={"lang": lang}, headers=BROWSER))
    anchors = {item.get("id") for item in page.iter() if item.get("id")}
    rows = {item.get("id"): item for item in page.iter("div") if item.get("id")}
    links = [next(row.iter("a")).get("href") or "" for row in rows.values()]
    pages = [page_of(client.get(link, headers=BROWSER)) for link in links]
    text = " ".join(map(text_of, pages))
    own = {item.get("id") for told in pages for item in told.iter() if item.get("id")} | set(rows)
    shapes = read_shapes()
    named = {shape for shape in shapes.subjects(RDF.type, SH.NodeShape) if isinstance(shape, URIRef)}
    named |= {shape for node in named for shape in shapes.objects(node, SH.property) if isinstance(shape, URIRef)}
    assert len(named) > 100
    for shape in named:
        assert shape.removeprefix(str(BRSH)) in anchors & own
        for message in shapes.objects(shape, SH.message):
            if message.language == lang:
                assert " ".join(message.split()) in text


@pytest.mark.parametrize(("suffix", "media_type"), SUFFIXES.items())
def test_the_shapes_are_the_same_in_every_format(client: httpx.Client, suffix: str, media_type: str):
    shapes = read_shapes()
    for address in (f"/shapes.{suffix}", f"/shapes/{versions.current().number}.{suffix}"):
        response = client.get(address)
        assert response.headers["content-type"].partition(";")[0] == media_type
        assert canonical(graph_of(response)) == canonical(shapes)
    assert client.get("/shapes", headers={"accept": media_type}).content == response.content


def canonical(graph: Any) -> str:
    """A graph as text in which blank nodes are named by what they are."""
    dataset = pyoxigraph.Dataset(
        pyoxigraph.parse(graph.serialize(format="nt").encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    )
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return "\n".join(sorted(str(quad) for quad in dataset))


def test_every_shape_that_uses_a_term_has_its_place_on_the_page_of_its_rules(app: Flask, client: httpx.Client):
    told = versions.current()
    used = {shape for found in uses.in_shapes(told.shapes).values() for shape in found}
    assert len(used) > 50
    anchors: dict[str, set[str | None]] = {}
    with app.test_request_context("/?lang=nb"):
        places = {shapes.address(told, "", shape) for shape in used}
    for place in places:
        address, _, anchor = place.partition("#")
        if address not in anchors:
            page = page_of(client.get(address, headers=BROWSER))
            anchors[address] = {item.get("id") for item in page.iter() if item.get("id")}
        assert not anchor or anchor in anchors[address]
    assert all("/rules/" in place for place in places)


def test_a_version_that_is_frozen_stays_what_it_is(tmp_path: Path):
    frozen = tmp_path / "0.0.1"
    write(Release(Version.parse("0.0.1"), frozen), Vocabulary.current())
    told = versions.read(Vocabulary(frozen / "ontology", frozen / "shapes"))
    before = told.written(iri.ONTOLOGY, "text/turtle"), told.written(versions.SHAPES, "text/turtle"), told.tag
    assert before[0] == (folder("ontology") / "byregion.ttl").read_bytes()
    (frozen / "shapes" / "Region.ttl").write_text("", encoding="utf-8")
    again = versions.read(Vocabulary(frozen / "ontology", frozen / "shapes"))
    assert again.tag != told.tag
    assert told.written(versions.SHAPES, "text/turtle") == before[1]


ASKS = """
import json, sys
from byregion.config import Settings
from byregion.dataset import ontology_files
from byregion.engine.memory import MemoryEngine
from byregion.web import create_app
client = create_app(Settings(), MemoryEngine.of(ontology_files(), [])).test_client()
told = {}
for address in sys.argv[1:]:
    response = client.get(address)
    told[address] = [response.status_code, response.get_data(as_text=True)]
print(json.dumps(told))
"""


def test_frozen_versions_are_served_beside_the_one_that_is_worked_on(tmp_path: Path):
    """In a copy of the project, in which ontology and shapes went on."""
    copy = tmp_path / "project"
    for name in ("ontology", "data", "shapes", "queries", "server"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    file = copy / "ontology" / "byregion.ttl"
    file.write_text(file.read_text(encoding="utf-8").replace("Byregion-ontologien", "Ontologien etterpå"))
    (copy / "shapes" / "Region.ttl").unlink()
    ahead = f"/def/{versions.current().number}.ttl"
    asked = ["/def.ttl", ahead, "/def/0.1.0.ttl", "/def/0.1.0", "/shapes.nt", "/shapes/0.1.0.nt", "/def/0.0.8"]
    done = subprocess.run(
        [sys.executable, "-c", ASKS, *asked],
        cwd=tmp_path,
        env={"PYTHONPATH": str(copy / "server"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {address: status for address, (status, _) in told.items()} == dict.fromkeys(asked, 200) | {"/def/0.0.8": 404}
    assert "Ontologien etterpå" in told["/def.ttl"][1]
    assert told[ahead][1] == told["/def.ttl"][1]
    frozen = folder("ontology") / "releases" / "0.1.0"
    assert told["/def/0.1.0.ttl"][1] == (frozen / "ontology" / "byregion.ttl").read_text(encoding="utf-8")
    assert "Byregion-ontologien" in told["/def/0.1.0"][1]
    assert f"<{BRSH.Region}>" in told["/shapes/0.1.0.nt"][1]
    assert f"<{BRSH.Region}> <{RDF.type}>" not in told["/shapes.nt"][1]
