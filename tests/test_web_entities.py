"""Entities and documents: 303, negotiation, the same triples in every format, and what the headers promise."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from flask import Flask
from rdflib import OWL, SKOS, XSD, Graph, Literal, URIRef
from rdflib.compare import isomorphic

import excerpt
from byregion.config import Settings
from byregion.dataset import data_files, read_graph
from byregion.engine.pool import Pool
from byregion.namespaces import BR, ID, KINDS, OA
from byregion.web import create_app
from second_region import FILES as SECOND_REGION
from web_world import BROWSER, graph_of, page_of, text_of

REGION = "/doc/region/midt-troms"
FORMATS = {
    "html": "text/html; charset=utf-8",
    "ttl": "text/turtle; charset=utf-8",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
DATA = {suffix: content_type for suffix, content_type in FORMATS.items() if suffix != "html"}
STATED = Graph()
for file in [*data_files(excerpt.data()), *SECOND_REGION]:
    STATED += read_graph(file.path)
# What was given up is answered with 410: test_retired.
GIVEN_UP = set(STATED.subjects(OWL.deprecated))
ENTITIES = sorted(
    {
        str(term).removeprefix(ID)
        for term in set(STATED.subjects()) - GIVEN_UP
        if term.startswith(ID) and "#" not in term
    }
)


def sample() -> Iterator[str]:
    """The first and the last entity of every kind."""
    for kind in KINDS:
        names = [name for name in ENTITIES if name.startswith(kind + "/")]
        yield from dict.fromkeys(names[:1] + names[-1:])


SAMPLE = list(sample())


def test_there_are_entities_of_nearly_every_kind_to_look_at():
    assert len({name.partition("/")[0] for name in SAMPLE}) > len(KINDS) - 3


# --- /id answers 303 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "*/*"])
def test_an_entity_redirects_to_the_document_about_it(client: httpx.Client, method: str, accept: str):
    response = client.request(method, "/id/region/midt-troms", headers={"accept": accept})
    assert (response.status_code, response.headers["location"]) == (303, REGION)


def test_what_the_address_asks_for_goes_along(client: httpx.Client):
    assert client.get("/id/region/midt-troms?format=ttl&lang=nn").headers["location"] == f"{REGION}?format=ttl&lang=nn"


def test_only_documents_of_ours_are_redirected_to(client: httpx.Client):
    for path in ("//elsewhere.test/x", "/%2F%2Felsewhere.test", "/https://elsewhere.test/", "/%5Celsewhere.test"):
        location = client.get("/id" + path).headers.get("location", "/doc/")
        assert location.startswith("/doc/")


# --- Representations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("suffix", "content_type"), FORMATS.items())
def test_a_representation_is_chosen_by_accept_by_format_and_by_suffix(
    client: httpx.Client, suffix: str, content_type: str
):
    by_accept = client.get(REGION, headers={"accept": content_type.partition(";")[0]})
    by_format = client.get(REGION, params={"format": suffix}, headers=BROWSER)
    by_suffix = client.get(f"{REGION}.{suffix}", headers={"accept": "image/png"})
    for response in (by_accept, by_format, by_suffix):
        assert (response.status_code, response.headers["content-type"]) == (200, content_type)
        assert response.headers["content-location"].partition("?")[0] == f"{REGION}.{suffix}"
        # A page's links say how it was asked for; data is the same bytes however it was.
        assert suffix == "html" or response.headers["etag"] == by_accept.headers["etag"]
        assert suffix == "html" or response.content == by_suffix.content
    assert "accept" in by_accept.headers["vary"].lower().split(", ")
    assert "accept" not in by_suffix.headers.get("vary", "").lower().split(", ")


def test_a_browser_and_who_does_not_mind_get_the_page(client: httpx.Client):
    for headers in (BROWSER, {}, {"accept": "*/*"}):
        assert client.get(REGION, headers=headers).headers["content-type"] == FORMATS["html"]


def test_json_by_its_wider_name_lies_where_its_own_does(client: httpx.Client):
    for address in (REGION, "/def", "/shapes", "/catalogue", "/queries/participants/about"):
        response = client.get(address, headers={"accept": "application/json"})
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/json"
        place = response.headers["content-location"]
        assert place.endswith(".jsonld")
        assert client.get(place).content == response.content
    answer = client.get("/queries/participants", headers={"accept": "application/json"})
    assert answer.content == client.get("/queries/participants.json").content


def test_a_format_that_a_document_has_not_is_refused_with_those_it_has(client: httpx.Client):
    response = client.get(REGION, headers={"accept": "image/png"})
    assert response.status_code == 406
    assert response.json()["offered"] == [
        "text/html",
        *(item.partition(";")[0] for item in DATA.values()),
        "application/json",
        "application/vnd.citationstyles.csl+json",
    ]
    assert client.get(REGION, params={"format": "csv"}).status_code == 400


@pytest.mark.parametrize("name", SAMPLE)
def test_every_format_holds_the_same_triples(client: httpx.Client, name: str):
    graphs = [graph_of(client.get(f"/doc/{name}.{suffix}")) for suffix in DATA]
    assert len(graphs[0])
    assert all(isomorphic(graphs[0], graph) for graph in graphs[1:])


@pytest.mark.parametrize("name", SAMPLE)
def test_a_document_holds_what_is_said_of_the_entity_and_its_parts_and_the_names_of_its_neighbours(
    client: httpx.Client, name: str
):
    entity = ID + name
    told = graph_of(client.get(f"/doc/{name}.nt"))
    construct = "CONSTRUCT { ?s ?p ?o } WHERE { VALUES ?s { <ENTITY> <ENTITY#text> <ENTITY#position> } ?s ?p ?o }"
    own = graph_of(client.get("/sparql", params={"query": construct.replace("ENTITY", entity), "format": "nt"}))
    rest = told - own
    assert len(own - told) == 0
    assert set(rest.predicates()) <= {SKOS.prefLabel}
    assert set(rest.subjects()) <= set(own.objects())
    for neighbour in {term for term in own.objects() if isinstance(term, URIRef)}:
        assert set(told.objects(neighbour, SKOS.prefLabel)) == set(STATED.objects(neighbour, SKOS.prefLabel)) or (
            "/concept/" in neighbour or "/scheme/" in neighbour or neighbour == URIRef(entity)
        )


def test_turtle_is_laid_out_for_reading_with_our_prefixes(client: httpx.Client):
    text = client.get("/doc/goal/midt-troms-naeringsfokus.ttl").text
    assert text.startswith("PREFIX br: <https://w3id.org/byregion/def#>\n")
    assert "\ngoal:midt-troms-naeringsfokus\n    a\n        br:Goal ,\n" in text
    assert text.count("\ngoal:midt-troms-naeringsfokus\n") == 1


def test_json_ld_is_compact_and_begins_with_the_entity(client: httpx.Client):
    document = client.get("/doc/goal/midt-troms-naeringsfokus.jsonld").json()
    assert document["@context"]["br"] == str(BR)
    assert document["@graph"][0]["id"] == ID + "goal/midt-troms-naeringsfokus"
    assert document["@graph"][0]["type"][0] == "Goal"
    assert document["@graph"][0]["order"] == 1


def test_the_same_revision_gives_the_same_bytes_whatever_process_makes_them(client: httpx.Client, engine: Pool):
    other = create_app(Settings(), engine)
    with httpx.Client(transport=httpx.WSGITransport(app=other), base_url="http://127.0.0.1:8080") as second:
        for name in ("plan/midt-troms-naeringsplan", "quote/midt-troms-areal"):
            for suffix in DATA:
                first, again = client.get(f"/doc/{name}.{suffix}"), second.get(f"/doc/{name}.{suffix}")
                assert (first.content, first.headers["etag"]) == (again.content, again.headers["etag"])


def test_numbers_and_dates_keep_their_types(client: httpx.Client):
    observation = URIRef(ID + "observation/midt-troms-population")
    for suffix in DATA:
        graph = graph_of(client.get(f"/doc/observation/midt-troms-population.{suffix}"))
        assert set(graph.objects(observation, BR.value)) == {Literal(30244)}
        assert set(graph.objects(observation, BR.date)) == {Literal("2015-01-01", datatype=XSD.date)}


def test_the_selectors_of_a_quote_are_in_the_document_about_it(client: httpx.Client):
    graph = graph_of(client.get("/doc/quote/midt-troms-areal.ttl"))
    selector = URIRef(ID + "quote/midt-troms-areal#text")
    assert set(graph.objects(selector, OA.exact)) == {Literal("Areal i regionen: 8.206 km²")}


# --- What the headers promise -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", FORMATS)
def test_who_has_the_representation_already_is_told_so(client: httpx.Client, suffix: str):
    first = client.get(f"{REGION}.{suffix}")
    tag = first.headers["etag"]
    assert tag.startswith('"')
    for known in (tag, f'"other", {tag}', "*", f"W/{tag}"):
        again = client.get(f"{REGION}.{suffix}", headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["content-location"] == first.headers["content-location"]
        assert again.headers.get("vary") == first.headers.get("vary")
    assert client.get(f"{REGION}.{suffix}", headers={"if-none-match": '"other"'}).status_code == 200


def test_what_is_not_there_is_never_unchanged(client: httpx.Client):
    assert client.get("/doc/region/none", headers={"if-none-match": "*"}).status_code == 404


def test_representations_have_tags_of_their_own(client: httpx.Client):
    tags = [client.get(f"{REGION}.{suffix}").headers["etag"] for suffix in DATA]
    tags += [client.get(f"{REGION}.html?lang={tag}").headers["etag"] for tag in ("nb", "nn", "en")]
    tags.append(client.get("/doc/programme/byregion.ttl").headers["etag"])
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("suffix", ["ttl", "html"])
def test_the_tag_differs_where_the_public_address_does(client: httpx.Client, engine: Pool, suffix: str):
    app = create_app(Settings(public_url="https://elsewhere.test/"), engine)
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as other:
        tags = {one.get(f"{REGION}.{suffix}").headers["etag"] for one in (client, other)}
    assert len(tags) == 2


def test_links_lead_to_the_other_representations_and_to_what_is_described(client: httpx.Client):
    response = client.get(f"{REGION}.ttl")
    links = [(item["url"], item["rel"], item.get("type")) for item in _links(response)]
    assert ("http://127.0.0.1:8080/doc/region/midt-troms", "canonical", None) in links
    assert (ID + "region/midt-troms", "describes", None) in links
    alternates = {url: media_type for url, rel, media_type in links if rel == "alternate"}
    assert len(alternates) == 4
    for url, media_type in alternates.items():
        assert client.get(url).headers["content-type"].partition(";")[0] == media_type


def _links(response: httpx.Response) -> list[dict[str, str]]:
    found = []
    for value in response.headers.get_list("link"):
        url, *parameters = value.split("; ")
        told = (parameter.split("=", 1) for parameter in parameters)
        found.append({"url": url.strip("<>")} | {name: text.strip('"') for name, text in told})
    return found


@pytest.mark.parametrize("suffix", FORMATS)
def test_head_promises_what_get_gives(client: httpx.Client, suffix: str):
    get, head = client.get(f"{REGION}.{suffix}"), client.head(f"{REGION}.{suffix}")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "etag", "content-location", "content-length"):
        assert head.headers[name] == get.headers[name]


# --- What is not there ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["region/none", "none/none", "region/midt-troms.pdf", "region/midt-troms/more", "region/%00", "region/%ff", "x y"],
)
def test_an_unknown_entity_is_not_found(app: Flask, path: str):
    # Flask's client, because httpx decodes paths before WSGI sees them.
    response = app.test_client().get(f"/doc/{path}")
    assert response.status_code == 404
    assert response.get_json()["type"] == "https://w3id.org/byregion/problems#not-found"


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("region/midt-trms", "region/midt-troms"),
        ("municipality/lenvik", "municipality/lenvik-1931"),
        ("municipality/Målselv", "municipality/malselv-1924"),
    ],
)
def test_for_an_unknown_entity_the_nearest_are_suggested(app: Flask, path: str, near: str):
    response = app.test_client().get(f"/doc/{path}")
    assert ID + near in response.get_json()["suggestions"]
    page = app.test_client().get(f"/doc/{path}", headers=BROWSER)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert f'href="/doc/{near}"' in page.get_data(as_text=True)


def test_with_another_base_entities_are_looked_up_below_it(engine: Pool):
    app = create_app(Settings(base="https://regions.test/"), engine)
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        problem = client.get("/doc/region/midt-troms.ttl").json()
    assert "https://regions.test/id/region/midt-troms" in problem["detail"]


def test_links_to_the_same_thing_elsewhere_stay_links_and_are_never_followed(client: httpx.Client):
    graph = graph_of(client.get("/doc/municipality/bardu-1922.ttl"))
    entity = URIRef(ID + "municipality/bardu-1922")
    elsewhere = set(graph.objects(entity, SKOS.exactMatch)) | set(graph.objects(entity, SKOS.closeMatch))
    assert elsewhere
    assert not set(graph.objects(entity, OWL.sameAs))
    hrefs = {link.get("href") for link in page_of(client.get("/doc/municipality/bardu-1922.html")).iter("a")}
    assert {str(iri) for iri in elsewhere} <= hrefs


def test_documents_say_what_they_are_about_in_the_title(client: httpx.Client, app: Flask):
    page = page_of(client.get(f"{REGION}.html"))
    assert text_of(page.find("head/title")) == "Midt-Troms – byregion"
