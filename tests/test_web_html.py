"""Every page: well-formed, its links lead somewhere, a screen reader finds its way, and hostile data does no harm."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path, PurePosixPath
from urllib.parse import urldefrag, urlsplit
from xml.etree.ElementTree import Element

import httpx
import pytest
from flask import Flask
from rdflib import SKOS, Literal, URIRef

import byregion.web
from byregion import iri
from byregion.config import Settings
from byregion.dataset import GraphFile, ontology_files, read_graph
from byregion.engine.memory import MemoryEngine
from byregion.namespaces import ID
from byregion.web import create_app
from web_world import BROWSER, page_of, text_of

HOSTILE = Path(__file__).parent / "data" / "web" / "hostile.ttl"
STATIC = Path(byregion.web.__file__).parent / "static"
PAGES = (
    "/",
    "/doc/region/",
    "/doc/quote/?page=1",
    "/doc/region/midt-troms",
    "/doc/plan/midt-troms-naeringsplan",
    "/doc/measure-group/midt-troms-naeringsplan",
    "/doc/municipality/lenvik-1931",
    "/doc/county/troms-19",
    "/doc/quote/midt-troms-areal",
    "/doc/reading/midt-troms-alle-kommuner",
    "/doc/source/midt-troms-page",
    "/doc/concept/partner",
    "/search",
    "/search?q=plan&kind=goal&theme=concept:business",
    "/search?q=lenvk",
    "/queries",
    "/queries/participants",
    "/queries/participants?region=none",
    "/queries/everything-about-municipality",
    "/sparql",
    "/sparql?query=SELECT%20*%20%7B%3Fs%20a%20%3Fo%7D%20LIMIT%203&format=html",
    "/sparql?query=ASK%20%7B",
    "/def",
    "/def/0.1.0",
    "/def/classes/Goal",
    "/def/0.1.0/properties/region",
    "/shapes",
    "/shapes/0.1.0",
    "/shapes/rules/Region",
    "/shapes/0.1.0/rules/Goal",
    "/api",
    "/api/participants",
    "/catalogue",
    "/datasets/midt-troms",
    "/datasets/haugesundregionen",
    "/quality",
    "/quality/missing",
    "/quality/missing?dataset=midt-troms&of=br:Goal&unsaid=br:order",
    "/quality/workbook",
    "/accessibility",
    "/problems",
    "/map",
    "/map?region=midt-troms",
    "/compare",
    "/compare?region=midt-troms",
    "/compare?region=midt-troms&region=haugesundregionen",
    "/municipality?name=Senja",
    "/municipality?name=lenvk",
    "/nothing",
)


def hrefs(page: Element) -> Iterator[str]:
    for name in ("a", "link", "img", "form"):
        for element in page.iter(name):
            yield element.get("href") or element.get("src") or element.get("action") or ""


def only_ours(page: Element) -> None:
    """Hold what is called a script to be a file of ours or data: https://html.spec.whatwg.org/multipage/scripting.html#data-block"""
    for block in page.iter("script"):
        if block.get("src"):
            assert set(block.attrib) == {"type", "src"}
            assert (block.get("src") or "").startswith("/static/built/")
            continue
        assert block.attrib == {"type": "application/ld+json"}
        assert json.loads(block.text or "")["@context"] == "https://schema.org"


# --- One page at a time -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_well_formed_and_says_where_one_is(client: httpx.Client, address: str, lang: str):
    response = client.get(address, params={"lang": lang} | dict(httpx.URL(address).params), headers=BROWSER)
    page = page_of(response, response.status_code)
    assert page.get("lang") == lang
    assert len(list(page.iter("h1"))) == 1
    assert text_of(page.find("head/title")).endswith("– byregion")
    assert len(list(page.iter("main"))) == 1
    first = next(page.iter("a"))
    assert (first.get("class"), first.get("href")) == ("skip", "#main")
    assert next(page.iter("main")).get("id") == "main"
    levels = [int(item.tag[1]) for item in page.iter() if re.fullmatch("h[1-6]", str(item.tag))]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/doc/region/", "/doc/region/midt-troms", "/doc/quote/midt-troms-areal", "/map", "/compare"),
        *("/search", "/queries", "/queries/participants", "/sparql", "/catalogue", "/datasets/midt-troms"),
        *(
            "/quality",
            "/quality/missing",
            "/quality/workbook",
            "/accessibility",
            "/municipality?name=Senja",
            "/reconcile",
        ),
    ],
)
def test_a_page_tells_who_lists_it_in_short_what_it_tells_who_reads_it_first(client: httpx.Client, address: str):
    page = page_of(client.get(address, headers=BROWSER))
    (told,) = (item.get("content") for item in page.iter("meta") if item.get("name") == "description")
    lead = next(item for item in page.iter("p") if "lead" in (item.get("class") or "").split())
    assert told and told == text_of(lead)


@pytest.mark.parametrize("address", PAGES)
def test_what_one_hears_says_what_it_is(client: httpx.Client, address: str):
    page = page_of(response := client.get(address, headers=BROWSER), response.status_code)
    ids = [item.get("id") for item in page.iter() if item.get("id")]
    assert len(ids) == len(set(ids))
    for item in page.iter():
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert set((item.get(name) or "").split()) <= set(ids)
    labelled = {item.get("for") for item in page.iter("label")}
    for name in ("input", "select", "textarea"):
        for field in page.iter(name):
            assert field.get("id") in labelled or field.get("aria-label") or field.get("type") == "hidden"
    for table in page.iter("table"):
        assert text_of(table.find("caption"))
        assert all(cell.get("scope") in ("col", "row") for cell in table.iter("th"))
    for link in page.iter("a"):
        assert text_of(link), link.get("href")
    names = [item.get("aria-label") for item in page.iter("nav") if item.get("aria-label")]
    assert len(names) == len(set(names))
    assert all(image.get("alt") is not None for image in page.iter("img"))


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_nothing_inline_and_nothing_from_elsewhere(client: httpx.Client, address: str):
    response = client.get(address, headers=BROWSER)
    page = page_of(response, response.status_code)
    only_ours(page)
    assert not list(page.iter("style"))
    assert not list(page.iter("iframe"))
    assert not [item for item in page.iter() if any(name == "style" or name.startswith("on") for name in item.attrib)]
    loaded = [item.get("href") for item in page.iter("link") if item.get("rel") in ("stylesheet", "icon")]
    loaded += [item.get("src") for item in page.iter("img")]
    assert all((address or "").startswith("/static/") for address in loaded)
    assert "set-cookie" not in response.headers


def test_the_style_sheet_is_small_and_loads_nothing():
    text = (STATIC / "byregion.css").read_text(encoding="utf-8")
    assert len(text.encode()) < 14_000
    assert "url(" not in text
    assert "@import" not in text


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_everything_written_stands_out_from_what_it_is_written_on(scheme: int):
    blocks = re.findall(r":root \{(.*?)\}", (STATIC / "byregion.css").read_text(encoding="utf-8"), re.DOTALL)
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", blocks[scheme]))
    for name in ("ink", "soft", "link", "visited", "reading", "inferred", "alarm"):
        for ground in ("paper", "sheet"):
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    assert contrast(colours["ink"], colours["quoted"]) >= 4.5
    # https://www.w3.org/TR/WCAG22/#non-text-contrast: the edge of a field, and the mark of where one is.
    for name in ("focus", "strong"):
        assert contrast(colours[name], colours["paper"]) >= 3, name


# --- All pages together -----------------------------------------------------------------------------------------------

EACH = 2
"""Pages that are read of each kind of entity or term, in every format; of the others, only that they are there."""


class Reader(HTMLParser):
    """Reads the links and the anchors of a page, ten times as fast as the parser that finds its mistakes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "action"):
                self.links.add(value or "")
            if name == "id":
                self.anchors.add(value or "")


def kind(path: str) -> str:
    parts = PurePosixPath(path).parts
    if parts[1:2] in [("def",), ("shapes",), ("api",)]:
        return PurePosixPath(path).parent.as_posix() if len(parts) > 2 else path
    return "/".join(parts[:3]) if parts[1:2] == ("doc",) and len(parts) > 3 else path


def entities(client: httpx.Client) -> set[str]:
    """The paths of all documents about entities."""
    rows = client.get("/sparql", params={"query": "SELECT DISTINCT ?s WHERE { ?s a ?class }", "format": "json"}).json()
    found = (row["s"]["value"] for row in rows["results"]["bindings"])
    return {"/doc/" + item.removeprefix(ID) for item in found if item.startswith(ID) and "#" not in item}


def test_every_link_on_every_page_leads_somewhere(client: httpx.Client):
    there = entities(client)
    waiting, known, read = ["/"], {"/"}, dict[str, int]()
    anchors, pointed = set[str](), set[str]()
    while waiting:
        address = waiting.pop()
        path = urlsplit(address).path
        if read.get(kind(path), 0) >= EACH and path in there:
            continue
        # The name of a graph leads to the dataset that it is part of.
        response = client.get(address, headers=BROWSER, follow_redirects=address.startswith("/graphs/"))
        assert response.status_code == 200, address
        if response.headers["content-type"] != "text/html; charset=utf-8":
            continue
        read[kind(path)] = read.get(kind(path), 0) + 1
        page = Reader(response.text)
        anchors |= {f"{path}#{name}" for name in page.anchors}
        for target in page.links:
            found, fragment = urldefrag(target)
            pointed |= {f"{found or path}#{fragment}"} if fragment and not found.startswith("http") else set()
            # Another language is another address of the same page, and tested above.
            if found.startswith("/") and "lang=" not in found and found not in known:
                known.add(found)
                waiting.append(found)
    assert len(known) > 400
    assert sum(read.values()) > 60
    assert {target for target in pointed if urlsplit(target).path in read} <= anchors
    assert "/problems" in read and "/def" in read


def test_every_term_that_a_page_links_to_is_on_the_page_of_the_ontology(client: httpx.Client):
    ontology = page_of(client.get("/def", headers=BROWSER))
    there = {item.get("id") for item in ontology.iter() if item.get("id")}
    for address in PAGES[3:11]:
        linked = {link for link in hrefs(page_of(client.get(address, headers=BROWSER))) if link.startswith("/def#")}
        assert linked or address == "/doc/concept/partner"
        assert {link.removeprefix("/def#") for link in linked} <= there


# --- Hostile data -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The app over a dataset that means harm."""
    folder = tmp_path_factory.mktemp("data")
    graph = read_graph(HOSTILE)
    graph.add((URIRef(ID + "goal/long"), URIRef(iri.ONTOLOGY + "#region"), URIRef(ID + "region/hostile")))
    graph.add((URIRef(ID + "goal/long"), SKOS.prefLabel, Literal("lang " * 20_000, lang="nb")))
    path = folder / "hostile.ttl"
    path.write_text(graph.serialize(format="turtle"), encoding="utf-8")
    engine = MemoryEngine.of([*ontology_files(), GraphFile(path, iri.graph(PurePosixPath("hostile/stated.ttl")))], [])
    app = create_app(Settings(data=folder), engine)
    transport = httpx.WSGITransport(app=app)
    with httpx.Client(transport=transport, base_url="http://127.0.0.1:8080", headers=BROWSER) as client:
        yield client


HARMFUL = (
    "/",
    "/doc/region/",
    "/doc/region/hostile",
    "/doc/goal/hostile",
    "/doc/goal/long",
    "/doc/source/hostile",
    "/doc/quote/hostile",
    "/doc/goal/%3Cscript%3Ealert(1)%3C/script%3E",
    "/queries/participants?region=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "/queries/participants?%3Cscript%3E=1",
    "/sparql?query=%3C/textarea%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "/sparql?format=html&query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%20FILTER(isIRI(%3Fo)%20%26%26%20STRLEN(STR(%3Fo))%20%3C%2090)%7D",
    "/sparql?format=html&query=CONSTRUCT%20WHERE%20%7B%3Chttps://w3id.org/byregion/id/region/hostile%3E%20%3Fp%20%3Fo%7D",
    "/%3Cscript%3Ealert(1)%3C/script%3E",
)


@pytest.mark.parametrize("address", HARMFUL)
def test_hostile_words_are_words_and_hostile_addresses_no_links(hostile: httpx.Client, address: str):
    response = hostile.get(address)
    assert response.status_code < 500
    page = page_of(response, response.status_code)
    only_ours(page)
    assert not [item for item in page.iter() if any(name.startswith("on") for name in item.attrib)]
    assert [image.get("src") for image in page.iter("img")] != ["x"]
    links = list(hrefs(page))
    assert links
    assert [link for link in links if not re.match(r"/|#|https?://", link)] == []


def test_template_code_in_a_label_is_shown_and_not_run(hostile: httpx.Client):
    assert "{{ 7 * 7 }} {count} %s {% raw %}" in hostile.get("/doc/region/hostile").text


def test_letters_that_turn_text_around_are_kept_apart_from_the_rest(hostile: httpx.Client):
    page = page_of(hostile.get("/doc/region/hostile"))
    turned = [item for item in page.iter("bdi") if "\u202e" in "".join(item.itertext())]
    assert len(turned) == 1


def test_a_very_long_label_is_shortened_in_links_and_said_to_be(hostile: httpx.Client):
    page = page_of(hostile.get("/doc/region/hostile"))
    links = [text_of(link) for link in page.iter("a") if (link.get("href") or "") == "/doc/goal/long"]
    assert len(links) == 1
    assert links[0].endswith("lang…")
    assert len(links[0]) < 200


def test_a_file_outside_the_folder_of_sources_is_never_read(hostile: httpx.Client):
    assert "root:" not in hostile.get("/doc/quote/hostile").text


# --- Addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", "/doc/region/midt-troms", "/queries/participants", "/sparql", "/nothing"])
def test_no_address_is_made_from_the_host_header(app: Flask, client: httpx.Client, address: str):
    ours = client.get(address, headers=BROWSER)
    theirs = client.get(address, headers=BROWSER | {"host": "evil.test", "x-forwarded-host": "evil.test"})
    assert theirs.text == ours.text
    assert "evil.test" not in str(theirs.headers)
    described = client.get("/sparql", headers={"host": "evil.test"})
    assert "http://127.0.0.1:8080/sparql" in described.text
