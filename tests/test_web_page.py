"""What a page about an entity says: in the reader's language, with what is ours marked, and the words of the source."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import httpx
import pytest

from byregion.namespaces import ID
from web_world import page_of, text_of

ADVICE = "/doc/advice/midt-troms-2.html"
PLAN = "/doc/plan/midt-troms-naeringsplan.html"
GOAL = "/doc/goal/midt-troms-naeringsfokus.html"


def facts(page: Element) -> dict[str, Element]:
    """The rows of the statements, by the words for their property."""
    return {text_of(row.find("dt")): row for row in page.iter("div") if row.find("dt") is not None}


def section(page: Element, name: str) -> Element:
    found = [part for part in page.iter("section") if part.get("aria-labelledby") == name]
    assert len(found) == 1, name
    return found[0]


def tags(element: Element) -> list[str]:
    return [text_of(item) for item in element.iter("span") if (item.get("class") or "").split()[:1] == ["tag"]]


def test_the_heading_is_the_name_below_the_class(client: httpx.Client):
    page = page_of(client.get(ADVICE, params={"lang": "nb"}))
    assert text_of(page.find(".//h1")) == "Unge må høres og ha reell medvirkning!"
    assert [text_of(item) for item in page.iter("p") if item.get("class") == "kind capital"] == ["råd"]
    assert ID + "advice/midt-troms-2" in text_of(page.find(".//main"))


@pytest.mark.parametrize(
    ("lang", "words"), [("nb", "gjelder region"), ("nn", "gjeld region"), ("en", "concerns region")]
)
def test_properties_are_named_in_the_readers_language(client: httpx.Client, lang: str, words: str):
    page = page_of(client.get(GOAL, params={"lang": lang}))
    assert page.get("lang") == lang
    row = facts(page)[words]
    assert text_of(row.find("dd")) == "Midt-Troms"
    link = row.find("dd//a")
    assert link is not None
    assert link.get("href") == f"/doc/region/midt-troms?lang={lang}"


def test_the_language_is_that_of_accept_language_where_the_address_names_none(client: httpx.Client):
    response = client.get(GOAL, headers={"accept-language": "nn, en;q=0.5"})
    assert page_of(response).get("lang") == "nn"
    assert response.headers["content-language"] == "nn"
    assert response.headers["content-location"] == f"{GOAL}?lang=nn"
    assert "Accept-Language" in response.headers["vary"]


def test_a_chosen_language_goes_along_with_every_link_to_a_page_of_ours(client: httpx.Client):
    page = page_of(client.get(GOAL, params={"lang": "en"}))
    links = [link.get("href") or "" for link in page.iter("a")]
    others = ("lang=nb", "lang=nn", ".ttl", ".nt", ".rdf", ".jsonld")
    pages = [link for link in links if link.startswith("/") and not link.endswith(others)]
    assert len(pages) > 10
    assert [link for link in pages if "lang=en" not in link] == []


def test_a_translation_of_ours_is_marked_and_shown_with_the_words_of_the_source(client: httpx.Client):
    page = page_of(client.get(GOAL, params={"lang": "en"}))
    head = page.find(".//article/header")
    assert head is not None
    assert "our translation" in tags(head)
    assert "In the source: Tydelig næringsfokus Bokmål" in text_of(head)
    # The page says its own language once.
    assert page.get("lang") == "en"
    assert [item.get("lang") for item in head.iter("bdi")][:3] == [None, None, "nb"]
    original = page_of(client.get(GOAL, params={"lang": "nb"})).find(".//article/header")
    assert original is not None
    assert tags(original) == []


@pytest.mark.parametrize("lang", ["nn", "en"])
def test_a_name_that_stays_as_the_source_has_it_is_not_called_a_translation(client: httpx.Client, lang: str):
    head = page_of(client.get("/doc/region/midt-troms.html", params={"lang": lang})).find(".//article/header")
    assert head is not None
    assert text_of(head.find(".//h1")) == "Midt-Troms"
    assert tags(head) == []


def test_a_text_in_another_language_than_was_asked_for_is_marked_with_it(client: httpx.Client):
    page = page_of(client.get("/doc/municipality/bardu-1922.html", params={"lang": "en"}))
    other = facts(page)["also called"]
    assert [(item.get("lang"), text_of(item)) for item in other.iter("bdi") if item.get("lang") == "se"]
    assert "Northern Sámi" in tags(other)


def test_numbers_and_dates_are_written_as_the_language_writes_them(client: httpx.Client):
    address = "/doc/observation/midt-troms-population.html"
    nb, en = (facts(page_of(client.get(address, params={"lang": lang}))) for lang in ("nb", "en"))
    assert text_of(nb["verdi"].find("dd")) == "30 244"
    assert text_of(nb["dato"].find("dd")) == "1. januar 2015"
    assert text_of(en["value"].find("dd")) == "30,244"
    assert text_of(en["date"].find("dd")) == "1 January 2015"


def test_a_reading_is_marked_and_says_why(client: httpx.Client):
    rows = facts(page_of(client.get(PLAN, params={"lang": "en"})))
    row = rows["adopted by reading"]
    why = [item for item in row.iter("p") if item.get("class") == "why"]
    assert len(why) == 1
    assert text_of(why[0]).startswith('Our reading: The page says that the plan was adopted in "alle 8 kommuner"')
    link = why[0].find("a")
    assert link is not None
    assert link.get("href") == "/doc/reading/midt-troms-alle-kommuner?lang=en"
    assert len(list(row.iter("li"))) == 8


def test_a_link_to_the_outside_says_why_it_is_made(client: httpx.Client):
    rows = facts(page_of(client.get("/doc/municipality/bardu-1922.html", params={"lang": "nb"})))
    row = rows["det samme som"]
    links = [item for item in row.iter("li") if "http" in text_of(item)]
    assert len(links) > 1
    assert all("Hvorfor:" in text_of(item) for item in links)


def test_what_is_inferred_is_marked(client: httpx.Client):
    rows = facts(page_of(client.get("/doc/municipality/lenvik-1931.html", params={"lang": "nb"})))
    assert "deltar i utledet" in rows
    rows = facts(page_of(client.get(GOAL, params={"lang": "nb"})))
    assert text_of(rows["er et utledet"].find("dd")) == "utsagn"
    assert "gjelder region" in rows


def test_what_points_to_an_entity_and_is_in_no_section_is_grouped_by_class_and_property(client: httpx.Client):
    page = page_of(client.get("/doc/concept/adopted.html", params={"lang": "nb"}))
    incoming = section(page, "incoming")
    headings = [text_of(item) for item in incoming.iter("h3")]
    assert headings == ["gruppe av tiltak status … 1", "plan status … 1"]
    assert [text_of(item) for item in incoming.iter("li")] == [
        "Regionale tiltak i næringsplanen, ikke navngitt i kilden",
        "Regional næringsplan for Midt-Troms",
    ]


def test_the_quoted_sentences_stand_in_their_source_as_they_are_written_there(client: httpx.Client):
    evidence = section(page_of(client.get(ADVICE, params={"lang": "en"})), "evidence")
    quotes = list(evidence.iter("blockquote"))
    assert {item.get("lang") for item in quotes} == {"no"}
    marked = ["".join(item.itertext()) for item in evidence.iter("mark")]
    assert marked[:2] == [
        "Midt-Troms sine råd for samarbeid om regional utvikling",
        "Unge må høres og ha reell medvirkning!",
    ]
    # The no-break space of the source is part of the sentence.
    assert any("Skal\u00a0 en lykkes" in item for item in marked)
    assert "The page of Distriktssenteret on Midt-Troms" in text_of(evidence)
    addresses = [link.get("href") or "" for link in evidence.iter("a")]
    assert "https://distriktssenteret.no/artikkel/byregionen-finnsnes-samspill-mellom-by-og-bygd/" in addresses
    assert "/doc/quote/midt-troms-rad-2?lang=en" in addresses
    assert "/doc/source/midt-troms-page?lang=en#char=1132,1170" in addresses


def test_the_page_of_a_quote_shows_the_sentence_in_its_line(client: httpx.Client):
    page = page_of(client.get("/doc/quote/midt-troms-vel-50-tiltak.html", params={"lang": "nb"}))
    quotes = list(page.iter("blockquote"))
    assert len(quotes) == 1
    assert "".join(quotes[0].itertext()).startswith("Gjennom ny kunnskap og samhandling i Byregionprogrammet")
    assert "vel 50 regionale tiltak" in text_of(quotes[0].find(".//mark"))
    assert text_of(page.find(".//h1")).startswith("«")
    assert "begynner på tegn" in text_of(page.find(".//main"))


def test_an_excerpt_names_the_document_that_it_is_from(client: httpx.Client):
    evidence = section(page_of(client.get("/doc/conclusion/midt-troms-2.html", params={"lang": "nb"})), "evidence")
    captions = [text_of(item) for item in evidence.iter("figcaption")]
    assert any("utdrag fra Byregion Finnsnes sin søknad" in caption for caption in captions)


def test_what_is_told_in_other_words_than_the_source_says_so(client: httpx.Client):
    page = page_of(client.get("/doc/statement/byregion-laeringsnettverk.html", params={"lang": "nb"}))
    evidence = section(page, "evidence")
    assert "Gjengitt med andre ord enn kildens." in text_of(evidence)
    assert "https://distriktssenteret.no/byregionprogrammet/" in [link.get("href") for link in evidence.iter("a")]


@pytest.mark.parametrize("address", ["/doc/region/midt-troms.html", PLAN])
def test_measures_that_the_source_does_not_name_are_said_to_have_no_names(client: httpx.Client, address: str):
    for lang, words in (
        ("nb", "ikke navngitt i kilden"),
        ("nn", "ikkje namngjevne i kjelda"),
        ("en", "does not name the measures"),
    ):
        assert words in text_of(page_of(client.get(address, params={"lang": lang})).find(".//article"))


def test_a_region_whose_measures_have_names_says_nothing_of_the_kind(client: httpx.Client):
    page = page_of(client.get("/doc/region/haugesundregionen.html", params={"lang": "nb"}))
    assert "ikke navngitt i kilden." not in text_of(page.find(".//article"))


def test_a_reading_without_a_name_is_called_by_what_it_is_about(client: httpx.Client):
    page = page_of(client.get("/doc/reading/link-bardu-1922-geonames.html", params={"lang": "nb"}))
    assert text_of(page.find(".//h1")).startswith("Bardu – ")


def test_every_page_leads_to_the_same_as_data(client: httpx.Client):
    page = page_of(client.get(GOAL))
    links = {text_of(link): link.get("href") for link in section(page, "data").iter("a")}
    assert links == {
        "Turtle": "/doc/goal/midt-troms-naeringsfokus.ttl",
        "N-Triples": "/doc/goal/midt-troms-naeringsfokus.nt",
        "RDF/XML": "/doc/goal/midt-troms-naeringsfokus.rdf",
        "JSON-LD": "/doc/goal/midt-troms-naeringsfokus.jsonld",
    }


def test_the_page_of_a_reading_shows_the_sentences_that_were_read(client: httpx.Client):
    page = page_of(client.get("/doc/reading/midt-troms-alle-kommuner.html", params={"lang": "nb"}))
    marked = " ".join("".join(item.itertext()) for item in section(page, "evidence").iter("mark"))
    assert "politiske vedtak i alle 8 kommuner" in marked
