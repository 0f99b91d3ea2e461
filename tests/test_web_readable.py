"""The answers of the named queries as a person reads them: things by their names, columns by what they are."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

import httpx
import pytest

from byregion import queries
from byregion.assets import folder
from byregion.web import language
from byregion.web.readable import names
from web_world import BROWSER, page_of, text_of

ANSWERS = sorted((Path(__file__).parent / "queries").glob("*.tsv"))
QUERIES = queries.read_all(folder("queries"))
WORDS = language.read()


def selected(path: Path) -> list[str]:
    """The variables of an answer."""
    header, _, _ = path.read_text(encoding="utf-8").partition("\n")
    return [name.removeprefix("?") for name in header.split("\t")]


def table(client: httpx.Client, address: str) -> tuple[list[str], list[list[Element]]]:
    """The headings and the rows of the answer on a page."""
    page = page_of(client.get(address, headers=BROWSER))
    (found,) = (item for item in page.iter("table") if any(it.get("id") == "rows" for it in item.iter("caption")))
    return [text_of(item) for item in found.findall("thead/tr/th")], [list(row) for row in found.findall("tbody/tr")]


def test_a_thing_is_named_by_the_column_that_the_query_says_is_its_name():
    said = "?municipality skos:prefLabel ?name FILTER(LANG(?name) = ?language)"
    assert names(said, ["municipality", "name"]) == {"municipality": "name"}
    assert names("", ["role", "roleLabel", "county", "countyName"]) == {"role": "roleLabel", "county": "countyName"}
    assert names(said, ["name", "unitLabel"]) == {}


@pytest.mark.parametrize("lang", WORDS)
def test_every_column_of_every_question_is_called_something_in_every_language(lang: str):
    assert len(ANSWERS) > 50
    called = {key.removeprefix("variables.") for key in WORDS[lang].strings if key.startswith("variables.")}
    left = set()
    for path in ANSWERS:
        variables = selected(path)
        left |= set(variables) - set(names(queries.find(QUERIES, path.stem).text, variables).values())
    assert called == left


def test_an_answer_names_things_and_columns_and_writes_numbers_as_its_reader_does(client: httpx.Client):
    headings, rows = table(client, "/queries/participants?lang=nb")
    assert headings == ["Rolle", "Kommune", "Breddegrad", "Lengdegrad"]
    first = [text_of(cell) for cell in rows[0]]
    assert first == ["søkerkommune", "Lenvik", "69,3813", "17,8147"]
    links = [link.get("href") for cell in rows[0] for link in cell.iter("a")]
    assert links == ["/doc/concept/applicant?lang=nb", "/doc/municipality/lenvik-1931?lang=nb"]
    assert not [item for cell in rows[0] for item in cell.iter("span") if item.get("class") == "tag"]
    assert [cell.get("class") for cell in rows[0]] == [None, None, "number", "number"]


def test_names_in_another_language_than_the_page_are_marked(client: httpx.Client):
    _, rows = table(client, "/queries/participants?lang=en&region=region:midt-troms&language=nn")
    assert text_of(rows[0][0]) == "søkjarkommune Nynorsk"
    (name,) = rows[0][0].iter("bdi")
    assert name.get("lang") == "nn"


def test_what_no_column_names_is_named_by_the_data(client: httpx.Client):
    headings, rows = table(client, "/queries/advice-with-reasons?lang=nb")
    assert headings[:3] == ["Nr. på listen", "Råd", "Begrunnelse"]
    assert text_of(rows[0][headings.index("Kilde")]) == "Distriktssenterets side om Midt-Troms"


def test_the_data_keeps_its_variables(client: httpx.Client):
    header, _, _ = client.get("/queries/participants.csv").text.partition("\r\n")
    assert header.split(",") == ["role", "roleLabel", "municipality", "name", "lat", "long"]


def test_a_chart_says_what_it_shows_in_words(client: httpx.Client):
    page = page_of(client.get("/queries/themes-across-regions?lang=nb", headers=BROWSER))
    (caption,) = (item for item in page.iter("figcaption") if item.get("id") == "chart")
    assert text_of(caption).startswith("Byregioner for hver rad, etter tema")
