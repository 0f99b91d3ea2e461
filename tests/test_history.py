"""What was written to a store on disk, told: as pages, as RDF, as a feed, and as an event stream to follow."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import httpx
import openpyxl
import pytest
from rdflib import DCTERMS, FOAF, PROV, RDF, VOID, Graph, Literal, URIRef

from byregion.engine.journal import Changes
from byregion.history.described import LDES, TREE
from byregion.history.ledger import PAGE
from history_world import Store, update
from web_world import BROWSER, page_of, text_of

TURTLE = {"accept": "text/turtle"}
WHY = "Kjelda sa noko anna, «i går»"
COUNT = 2 * PAGE + 3


class World(NamedTuple):
    store: Store
    client: httpx.Client
    url: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A store that began with nothing, and was written to so often that it has three pages of changes."""
    store = Store(tmp_path_factory.mktemp("history"))
    with store.serve("--empty", "--shapes", "none") as client:
        for number in range(1, COUNT + 1):
            text = f"DELETE DATA {{ <urn:s> <urn:p> {number - 1} }} ; INSERT DATA {{ <urn:s> <urn:p> {number} }}"
            update(client, text, WHY if number == 2 else "")
        yield World(store, client, str(client.base_url).rstrip("/") + "/")


def graph(world: World, address: str) -> Graph:
    answer = world.client.get(address, headers=TURTLE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/turtle; charset=utf-8"), answer.text
    return Graph().parse(data=answer.text, format="turtle")


# --- One change -------------------------------------------------------------------------------------------------------


def test_a_change_tells_who_when_why_and_what_in_the_words_of_prov(world: World):
    told, change = graph(world, "/changes/2"), URIRef(f"{world.url}changes/2")
    recorded = Changes(world.store.folder)[2]
    assert (change, RDF.type, PROV.Activity) in told
    assert told.value(change, PROV.endedAtTime).toPython() == recorded.when  # type: ignore[union-attr]
    assert told.value(told.value(change, PROV.wasAssociatedWith), FOAF.name) == Literal("kari@example.org")
    assert told.value(change, DCTERMS.description) == Literal(WHY)
    before = told.value(change, PROV.used)
    (made,) = told.subjects(PROV.wasRevisionOf, before)
    assert (change, PROV.generated, made) in told
    names = (told.value(before, DCTERMS.identifier), told.value(made, DCTERMS.identifier))
    assert names == (Literal(recorded.previous), Literal(recorded.revision))
    added, removed = (URIRef(f"{change}#{name}") for name in ("added", "removed"))
    assert {(change, PROV.generated, added), (change, PROV.invalidated, removed)} <= set(told)
    integer = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    assert (told.value(added, VOID.triples), told.value(removed, VOID.triples)) == (Literal(1), Literal(1))
    assert str(told.value(added, PROV.value)) == f'<urn:s> <urn:p> "2"{integer} .\n'
    # What it used is what the change before it made.
    assert (URIRef(f"{world.url}changes/1"), PROV.generated, before) in graph(world, "/changes/1")


def test_a_change_is_told_in_every_format_the_same(world: World):
    triples = set(graph(world, "/changes/2"))
    for suffix, name in (("nt", "nt"), ("rdf", "xml"), ("ttl", "turtle")):
        answer = world.client.get(f"/changes/2.{suffix}")
        assert set(Graph().parse(data=answer.text, format=name)) == triples, suffix
    told = world.client.get("/changes/2.jsonld").json()
    assert {item["id"] for item in told["@graph"]} == {str(subject) for subject, _, _ in triples}


def test_the_patch_of_a_change_is_what_the_journal_recorded(world: World):
    answer = world.client.get("/changes/2.rdfp")
    recorded = Changes(world.store.folder)[2]
    assert answer.headers["content-type"] == "application/rdf-patch"
    assert "immutable" in answer.headers["cache-control"]
    lines = answer.text.splitlines()
    assert lines[:3] == [f'H prev "{recorded.previous}" .', f'H id "{recorded.revision}" .', "TX ."]
    assert sorted(lines[3:-1]) == recorded.text.decode().splitlines()
    assert lines[-1] == "TC ."


@pytest.mark.parametrize("address", ["/changes/0", "/changes/999", "/changes/x", "/changes/2.xyz", "/changes?page=99"])
def test_what_is_not_there_is_not_found(world: World, address: str):
    assert world.client.get(address).status_code == 404


def test_what_is_no_page_is_a_bad_request(world: World):
    assert world.client.get("/changes?page=x").status_code == 400
    assert world.client.get("/changes?revision=0123456789").status_code == 400


# --- The event stream -------------------------------------------------------------------------------------------------


def followed(world: World) -> tuple[list[Graph], list[httpx.Response]]:
    """The pages that a client of TREE finds from the address of the stream alone."""
    stream = graph(world, "/changes")
    collection = URIRef(f"{world.url}changes")
    assert {(collection, RDF.type, LDES.EventStream), (collection, LDES.timestampPath, PROV.endedAtTime)} <= set(stream)
    (node,) = stream.objects(collection, TREE.view)
    pages, answers, waiting = [], [], [node]
    while waiting:
        node = waiting.pop()
        answer = world.client.get(str(node), headers=TURTLE)
        page = Graph().parse(data=answer.text, format="turtle")
        # A page is told by the address it was asked at, and says of which collection it is.
        assert {(node, RDF.type, TREE.Node)} <= set(page)
        assert (collection, TREE.view, URIRef(f"{world.url}changes?page=1")) in page
        pages.append(page)
        answers.append(answer)
        for relation in page.objects(node, TREE.relation):
            assert (relation, RDF.type, TREE.Relation) in page
            waiting += page.objects(relation, TREE.node)
    return pages, answers


def test_who_follows_the_relations_finds_every_change_once_and_whole(world: World):
    pages, _ = followed(world)
    members = [member for page in pages for member in page.objects(None, TREE.member)]
    assert sorted(members) == sorted(URIRef(f"{world.url}changes/{number}") for number in range(1, COUNT + 1))
    assert [len(list(page.objects(None, TREE.member))) for page in pages] == [PAGE, PAGE, 3]
    for page in pages:
        for member in page.objects(None, TREE.member):
            assert page.value(member, PROV.endedAtTime), member
    one = graph(world, "/changes/2")
    assert set(one) <= set(pages[0])


def test_every_page_but_the_newest_is_immutable_and_stays_the_same(world: World):
    pages, before = followed(world)
    kept = ["immutable" in answer.headers["cache-control"] for answer in before]
    assert kept == [True, True, False]
    assert [(None, LDES.immutable, Literal(True)) in page for page in pages] == kept
    update(world.client, "INSERT DATA { <urn:more> <urn:p> 1 }")
    try:
        _, after = followed(world)
        for index in (0, 1):
            assert (after[index].text, after[index].headers["etag"]) == (
                before[index].text,
                before[index].headers["etag"],
            )
        assert after[2].headers["etag"] != before[2].headers["etag"]
        same = world.client.get("/changes?page=1", headers=TURTLE | {"if-none-match": before[0].headers["etag"]})
        assert same.status_code == 304
    finally:
        assert len(Changes(world.store.folder)) > COUNT


# --- The feed and the pages -------------------------------------------------------------------------------------------


def test_the_feed_has_the_newest_changes_first_and_leads_to_the_older_ones(world: World):
    atom = "{http://www.w3.org/2005/Atom}"
    answer = world.client.get("/changes", headers={"accept": "application/atom+xml"})
    assert answer.headers["content-type"] == "application/atom+xml"
    numbers, address = [], "/changes?format=atom"
    while address:
        feed = ElementTree.fromstring(world.client.get(address).content)
        assert feed.tag == f"{atom}feed"
        assert {f"{atom}{name}" for name in ("id", "title", "updated")} <= {child.tag for child in feed}
        for entry in feed.iter(f"{atom}entry"):
            assert entry.find(f"{atom}author/{atom}name").text == "kari@example.org"  # type: ignore[union-attr]
            numbers.append(int(str(entry.findtext(f"{atom}id")).rpartition("/")[2]))
        address = next((link.get("href", "") for link in feed.iter(f"{atom}link") if link.get("rel") == "next"), "")
    assert numbers == sorted(numbers, reverse=True) and len(set(numbers)) == len(numbers) >= COUNT


def test_a_page_of_the_changes_is_a_table_and_leads_to_the_others(world: World):
    numbers, address = list[int](), "/changes?format=csv&page=1"
    while address:
        answer = world.client.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
        listed = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
        assert {row["who"] for row in listed} == {"kari@example.org"}
        assert all(row["change"] == f"{world.url}changes/{row['number']}" for row in listed)
        numbers += [int(row["number"]) for row in listed]
        address = answer.links.get("next", {}).get("url", "")
    assert numbers == sorted(numbers) and len(set(numbers)) == len(numbers) >= COUNT


def test_the_newest_page_of_the_changes_is_a_workbook_and_json(world: World):
    told = world.client.get("/changes?page=1&format=json").json()
    assert (told[1]["why"], told[1]["added"], told[1]["removed"]) == (WHY, 1, 1)
    recorded = Changes(world.store.folder)[2]
    assert (told[1]["revision"], told[1]["when"]) == (recorded.revision, recorded.when.isoformat())
    book = openpyxl.load_workbook(io.BytesIO(world.client.get("/changes?page=1&format=xlsx").content), read_only=True)
    header, *cells = book.worksheets[0].iter_rows(values_only=True)
    assert [dict(zip(header, row, strict=True))["number"] for row in cells] == [row["number"] for row in told]
    assert world.client.get("/changes", headers={"accept": "text/csv"}).headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(("lang", "title"), [("nb", "Endringer"), ("nn", "Endringar"), ("en", "Changes")])
def test_the_pages_tell_the_same_in_three_languages(world: World, lang: str, title: str):
    listed = world.client.get(f"/changes?page=1&lang={lang}", headers=BROWSER)
    assert (listed.status_code, listed.headers["content-language"]) == (200, lang)
    assert title in listed.text and WHY in listed.text and "kari@example.org" in listed.text
    assert f'/changes?page=2&amp;lang={lang}"' in listed.text
    shown = world.client.get(f"/changes/2?lang={lang}", headers=BROWSER)
    for page in (page_of(listed), page_of(shown)):
        assert (page.get("lang"), len(list(page.iter("h1")))) == (lang, 1)
        for table in page.iter("table"):
            assert text_of(table.find("caption")) and all(cell.get("scope") for cell in table.iter("th"))
    assert WHY in shown.text and "urn:s" in shown.text and "changes/1" in shown.text and "changes/3" in shown.text
    (turned,) = (item for item in page_of(shown).iter("nav") if item.get("class") == "turn")
    assert [text_of(link).strip("← →")[-2:] for link in turned.iter("a")] == [" 3", " 1"]


def test_a_server_without_a_journal_says_where_there_is_one(client: httpx.Client):
    for address in ("/changes", "/changes/1"):
        refused = client.get(address)
        assert (refused.status_code, "byregion serve --store" in refused.json()["detail"]) == (404, True)
    assert "/changes" not in client.get("/", headers=BROWSER).text


def test_nothing_that_is_told_can_be_mistaken_for_markup(tmp_path: Path):
    store, why = Store(tmp_path), "<script>alert(1)</script>]]>&\x07"
    with store.serve("--empty", "--shapes", "none") as client:
        update(client, 'INSERT DATA { <urn:s> <urn:p> "<script>alert(2)</script>" . _:b <urn:p> _:c }', why)
        update(client, "CREATE GRAPH <urn:empty>")
        for address in ("/changes", "/changes/1", "/changes/2"):
            text = client.get(address, headers=BROWSER).text
            assert "<script>alert" not in text
        feed = ElementTree.fromstring(client.get("/changes?format=atom").content)
        assert "<script>alert(1)</script>]]>&" in str(feed.findtext(".//{*}entry[2]/{*}summary"))
        assert Graph().parse(data=client.get("/changes/1.ttl").text, format="turtle")
        assert Graph().parse(data=client.get("/changes/1.rdf").text, format="xml")
