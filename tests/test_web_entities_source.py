"""The page of a source: its text, what was made of each quote in it, and what nothing quotes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

import httpx
import pytest

from byregion import iri
from byregion.config import Settings
from byregion.dataset import GraphFile, ontology_files
from byregion.engine.memory import MemoryEngine
from byregion.infer import UPDATES
from byregion.web import create_app
from serving import served
from web_world import BROWSER, page_of, text_of

STRANGE = Path(__file__).parent / "data" / "strange" / "strange"
PATHS = (
    "region/strange",
    "region/silent",
    "advice/strange",
    "measure/strange",
    "goal/circle-1",
    "goal/own",
    "municipality/whole",
    "municipality-number/0001",
    "source/strange",
    "source/table",
    "quote/crossing",
    "observation/strange",
    "change-event/split",
)


@pytest.fixture(scope="module")
def strange() -> Iterator[httpx.Client]:
    """The app over a dataset that is hard to show."""
    files = [*ontology_files(), GraphFile(STRANGE / "stated.ttl", iri.graph(PurePosixPath("strange/stated.ttl")))]
    app = create_app(Settings(data=STRANGE.parent, contact="feil@byregion.test"), MemoryEngine.of(files, UPDATES))
    transport = httpx.WSGITransport(app=app)
    with httpx.Client(transport=transport, base_url="http://127.0.0.1:8080", headers=BROWSER) as client:
        yield client


def section(page: Element, name: str) -> Element:
    return next(part for part in page.iter("section") if part.get("aria-labelledby") == name)


def bare(element: Element) -> str:
    """The words of the source without our numbers between them."""
    parts = [element.text or ""]
    for child in element:
        parts += ["" if child.tag == "sup" else bare(child), child.tail or ""]
    return "".join(parts)


def lines(page: Element) -> list[Element]:
    return [item for item in page.iter("p") if "words" in (item.get("class") or "").split()]


# --- The text ---------------------------------------------------------------------------------------------------------


def test_the_whole_text_is_there_as_it_is_stored(client: httpx.Client, data: Path):
    page = page_of(client.get("/doc/source/midt-troms-page.html"))
    stored = (data / "midt-troms" / "source" / "midt-troms.txt").read_text(encoding="utf-8")
    assert [bare(line) for line in lines(page)] == [line for line in stored.split("\n") if line.strip()]
    assert {line.get("lang") for line in lines(page)} == {"no"}


def test_every_quote_has_a_place_of_its_own_and_leads_to_what_was_made_of_it_and_back(client: httpx.Client):
    page = page_of(client.get("/doc/source/midt-troms-page.html", params={"lang": "nb"}))
    text = section(page, "text")
    places = {item.get("id"): item for item in text.iter("span") if (item.get("id") or "").startswith("char=")}
    notes = {item.get("id"): item for item in text.iter("li")}
    assert len(places) == len(notes) == 68
    assert bare(places["char=1132,1170"]) == "Unge må høres og ha reell medvirkning!"
    for note in notes.values():
        back = next(link.get("href") or "" for link in note.iter("a") if link.get("class") == "back")
        assert back.removeprefix("#") in places
    within = {link.get("href", "").removeprefix("#") for line in lines(page) for link in line.iter("a")}
    assert within <= set(notes)
    advice = next(note for note in notes.values() if "Unge må høres" in text_of(note))
    assert {link.get("href") for link in advice.iter("a")} >= {"/doc/advice/midt-troms-2?lang=nb"}


def test_the_evidence_of_a_thing_leads_to_the_place_in_the_source_and_that_back_to_the_thing(client: httpx.Client):
    page = page_of(client.get("/doc/result/midt-troms-modell.html"))
    there = next(link.get("href") or "" for link in page.iter("a") if "#char=" in (link.get("href") or ""))
    address, _, fragment = there.partition("#")
    source = page_of(client.get(address, headers=BROWSER))
    (place,) = (item for item in source.iter() if item.get("id") == fragment)
    assert "Midt-Troms- modell" in bare(place)
    assert "/doc/result/midt-troms-modell" in {link.get("href") for link in source.iter("a")}


def test_quotes_within_and_across_each_other_are_each_whole_and_the_text_is_there_once(strange: httpx.Client):
    page = page_of(strange.get("/doc/source/strange"))
    sentence = lines(page)[1]
    assert bare(sentence) == " • Den <b>første</b> setningen & resten. Den andre setningen overlapper."
    outer = next(item for item in sentence.iter("span") if item.get("id") == "char=15,52")
    inner = [item for item in outer.iter("span") if item.get("id") == "char=19,32"]
    assert [bare(item) for item in inner] == ["<b>første</b>"]
    assert bare(outer) == "Den <b>første</b> setningen & resten."
    # What crosses the end of the first begins inside it and goes on after it.
    crossing = [item for item in sentence.iter("span") if bare(item) in ("resten.", " Den andre")]
    assert [item.get("id") for item in crossing] == ["char=45,62", None]


def test_what_nothing_quotes_has_no_line_under_it_and_its_share_is_said(strange: httpx.Client):
    page = page_of(strange.get("/doc/source/strange", params={"lang": "nb"}))
    plain = lines(page)[2]
    assert text_of(plain) == "Noe som ingen siterer."
    assert not list(plain.iter("a"))
    # All but «setningen overlapper.» and the last line: 52 of 91 characters that say something.
    assert "er det 57,1 % av tegnene" in text_of(section(page, "text"))
    whole = page_of(strange.get("/doc/source/table", params={"lang": "nb"}))
    assert "Teksten er ikke lagret her." in text_of(section(whole, "text"))


def test_what_nothing_quotes_is_marked_and_listed_and_every_character_stands_once_in_its_order(strange: httpx.Client):
    page = page_of(strange.get("/doc/source/strange", params={"lang": "nb"}))
    stored = (STRANGE / "source" / "strange.txt").read_text(encoding="utf-8")
    assert [bare(line) for line in lines(page)] == [line for line in stored.split("\n") if line.strip()]
    assert [text for line in lines(page) for text in covered_or_not(line)] == [
        ("Overskrift", ""),
        (" • ", ""),
        ("Den <b>første</b> setningen & resten. Den andre", "passage"),
        (" ", ""),
        ("setningen overlapper.", "rest"),
        ("Noe som ingen siterer.", "rest"),
    ]
    marked = [item for line in lines(page) for item in line.iter("span") if item.get("class") == "rest"]
    assert not [item for item in marked if list(item)]
    spans = [(stored.index(bare(item)), bare(item)) for item in marked]
    assert [item.get("id") for item in marked] == [f"char={start},{start + len(text)}" for start, text in spans]
    listed = section(page, "text").find("details")
    assert listed is not None
    assert text_of(listed.find("summary")) == "2 steder i teksten er ikke brukt til noe"
    assert [(link.get("href"), text_of(link)) for link in listed.iter("a")] == [
        (f"#{item.get('id')}", bare(item)) for item in marked
    ]


def covered_or_not(line: Element) -> Iterator[tuple[str, str]]:
    """The characters of a line in their order, with the class of the outermost element that they stand in."""
    runs = [(line.text or "", "")]
    for child in line:
        runs += [("" if child.tag == "sup" else bare(child), child.get("class") or ""), (child.tail or "", "")]
    for kind, parts in groupby((run for run in runs if run[0]), key=lambda run: run[1]):
        yield "".join(text for text, _ in parts), kind


def test_where_everything_is_quoted_nothing_is_listed_as_left(client: httpx.Client, data: Path):
    page = page_of(client.get("/doc/source/midt-troms-page.html"))
    assert not [item for item in page.iter("span") if item.get("class") == "rest"]
    assert section(page, "text").find("details") is None


def test_a_text_that_is_another_than_was_quoted_from_is_not_shown(tmp_path: Path):
    folder = tmp_path / "strange"
    (folder / "source").mkdir(parents=True)
    (folder / "source" / "strange.txt").write_text("Noe helt annet.", encoding="utf-8")
    files = [*ontology_files(), GraphFile(STRANGE / "stated.ttl", iri.graph(PurePosixPath("strange/stated.ttl")))]
    app = create_app(Settings(data=tmp_path), MemoryEngine.of(files, []))
    response = app.test_client().get("/doc/source/strange", headers=BROWSER)
    assert response.status_code == 200
    assert "Noe helt annet" not in response.get_data(as_text=True)


def test_a_site_without_the_words_of_its_sources_has_no_page_with_them():
    files = [*ontology_files(), GraphFile(STRANGE / "stated.ttl", iri.graph(PurePosixPath("strange/stated.ttl")))]
    engine = MemoryEngine.of(files, [])
    app = create_app(Settings(data=STRANGE.parent), engine, is_copy=True, source_text=False)
    shown = app.test_client().get("/doc/source/strange", headers=BROWSER).get_data(as_text=True)
    assert "ingen siterer" not in shown


# --- Data that is hard to show ----------------------------------------------------------------------------------------


def test_where_the_source_says_nothing_the_page_says_so(strange: httpx.Client):
    page = page_of(strange.get("/doc/region/silent", params={"lang": "nb"}))
    for name in ("goals", "measures", "results", "advice", "participants"):
        assert text_of(section(page, name).find("p")) == "Ikke oppgitt i kilden"
    assert "Listen over kommuner er ufullstendig" in text_of(section(page, "participants"))
    reason = page_of(strange.get("/doc/measure/strange", params={"lang": "nb"}))
    assert "status Ikke oppgitt i kilden" in text_of(section(reason, "said"))


def test_goals_in_a_circle_are_each_shown_once(strange: httpx.Client):
    goals = section(page_of(strange.get("/doc/region/strange", params={"lang": "nb"})), "goals")
    assert sorted(text_of(item) for item in goals.iter("li")) == ["Ring 1", "Ring 2", "Seg selv"]


def test_a_municipality_that_was_split_is_uncertain_and_said_to_be(strange: httpx.Client):
    page = page_of(strange.get("/doc/municipality/whole", params={"lang": "nb"}))
    timeline = text_of(section(page, "timeline"))
    assert "Finnes ikke lenger. Det som er der i dag, er en del av: Den ene, Den andre." in timeline
    assert "Hvilken av dem et sted hører til i dag, sier kilden ikke." in timeline
    assert "Delt: ingen av dem er hele det som var før" in timeline
    region = page_of(strange.get("/doc/region/strange", params={"lang": "nb"}))
    assert "er kommunen delt" in text_of(section(region, "participants"))


def test_a_figure_that_does_not_fit_its_list_has_its_note(strange: httpx.Client):
    page = page_of(strange.get("/doc/municipality/whole", params={"lang": "nb"}))
    (row,) = list(section(page, "figures").iter("tr"))[1:]
    assert [text_of(cell) for cell in row] == [
        "folketall",
        "17",
        "Ikke oppgitt i kilden",
        "Tallet passer ikke med listen.",
    ]


def test_an_error_is_reported_with_the_address_and_the_revision(strange: httpx.Client, client: httpx.Client):
    page = page_of(strange.get("/doc/region/silent", params={"lang": "nb"}))
    link = next(link.get("href") or "" for link in page.iter("a") if text_of(link).startswith("Meld fra"))
    url = httpx.URL(link)
    assert (url.scheme, url.path) == ("mailto", "feil@byregion.test")
    assert url.params["subject"] == "Feil om Den tause"
    revision = strange.get("/doc/region/silent").headers["byregion-revision"].strip('"')
    assert "https://w3id.org/byregion/id/region/silent" in url.params["body"]
    assert revision[:16] in url.params["body"]
    unasked = page_of(client.get("/doc/region/midt-troms.html", params={"lang": "nb"}))
    assert not [link for link in unasked.iter("a") if text_of(link).startswith("Meld fra")]


def test_names_that_mean_harm_do_none_on_a_real_server():
    with served(BYREGION_DATA=str(STRANGE.parent)) as (_, address), httpx.Client(base_url=address) as client:
        for path in PATHS:
            page = page_of(client.get(f"/doc/{path}", headers=BROWSER))
            scripts = [item for item in page.iter("script") if item.get("type") != "application/ld+json"]
            assert all((item.get("src") or "").startswith("/static/") for item in scripts)
            assert not [item for item in page.iter() if any(name.startswith("on") for name in item.attrib)]
            assert all((image.get("src") or "").startswith("/static/") for image in page.iter("img"))
            assert text_of(page.find(".//h1"))
            for link in page.iter("a"):
                assert text_of(link), link.get("href")
        text = client.get("/doc/region/strange", headers=BROWSER).text
        assert "{{ 7 * 7 }} {region} {count} %s" in text
