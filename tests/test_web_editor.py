"""The SPARQL editor in a browser: who writes is helped, shown where the fault is, led to the answer, never trapped."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from browser import Visit
from byregion.web import built, language

FAULTY = (
    "PREFIX br: <https://w3id.org/byregion/def#>\n"
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
    "SELECT ?region ?name WHERE {\n"
    "  ?region a br:Region ; skos:prefLabel ?name\n"
    '  FILTER LANG(?name) = "nb"\n'
    "}\n"
    "ORDER BY ?name"
)
WORDS = language.read()
LOCALES = {"nb": "nb-NO", "en": "en-GB"}
FAULT_AT = {"nb": "Linje 5, kolonne 22", "en": "line 5, column 22"}
MENDED = FAULTY.replace('LANG(?name) = "nb"', '(LANG(?name) = "nb")')


def editor(page: Page) -> Locator:
    """What is written in, where scripts run."""
    return page.get_by_role("textbox", name=re.compile("^(Spørring|Query)"))


def write(page: Page, text: str) -> None:
    """Replace what is written, as one that pastes does: no bracket is closed for her."""
    editor(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def written(page: Page) -> str:
    """What the form would send."""
    return page.locator("textarea[name=query]").input_value()


def ask(page: Page, lang: str = "nb") -> None:
    page.get_by_role("button", name=WORDS[lang]("sparql.run"), exact=True).click()
    page.wait_for_url("**/sparql?query=*")


def downloaded(page: Page) -> list[list[str]]:
    """The rows of the file that the page offers as CSV."""
    with page.expect_download() as download:
        page.evaluate("document.querySelector('#main .formats a[href*=\"format=csv\"]').setAttribute('download', '')")
        page.get_by_role("link", name="CSV", exact=True).click()
    return list(csv.reader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))


# --- A researcher's task ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LOCALES)
def test_a_researcher_mends_a_query_at_its_fault_and_takes_the_answer_home(visit: Visit, lang: str):
    page = visit("/sparql", locale=LOCALES[lang])
    write(page, FAULTY)
    ask(page, lang)
    assert FAULT_AT[lang] in page.get_by_role("alert").inner_text()
    expect(editor(page)).to_have_attribute("aria-invalid", "true")
    assert page.locator(".wrong").inner_text() == "="
    assert {"nb": "parenteser", "en": "parentheses"}[lang] in page.locator(".said").inner_text()
    page.get_by_role("link", name=WORDS[lang]("sparql.to_fault")).click()
    page.keyboard.press("Home")
    for _ in range(len("FILTER ")):
        page.keyboard.press("ArrowRight")
    page.keyboard.insert_text("(")
    page.keyboard.press("End")
    page.keyboard.insert_text(")")
    expect(page.locator(".said")).to_have_count(0)
    assert written(page) == MENDED
    page.keyboard.press("Control+Enter")
    page.locator("main table").wait_for()
    shown = page.locator("main table tbody tr").count()
    assert shown > 1
    header, *rows = downloaded(page)
    assert (header, len(rows)) == (["region", "name"], shown)


@pytest.mark.parametrize("lang", LOCALES)
def test_without_scripts_the_same_is_done_in_a_plain_field(visit: Visit, lang: str):
    page = visit("/sparql", script=False, width=390, locale=LOCALES[lang])
    field = page.get_by_label(WORDS[lang]("sparql.query"), exact=True)
    field.fill(FAULTY)
    ask(page, lang)
    assert FAULT_AT[lang] in page.get_by_role("alert").inner_text()
    assert page.locator(".fault mark").inner_text() == "="
    field.fill(MENDED)
    ask(page, lang)
    shown = page.locator("main table tbody tr").count()
    assert shown > 1
    address = page.get_by_role("link", name="CSV", exact=True).get_attribute("href") or ""
    rows = list(csv.reader(io.StringIO(page.request.get(address).text())))
    assert (rows[0], len(rows) - 1) == (["region", "name"], shown)


def test_the_address_of_an_answer_is_a_link_to_it(visit: Visit):
    page = visit("/sparql")
    write(page, MENDED)
    ask(page)
    asked = parse_qs(urlsplit(page.url).query)["query"][0]
    assert asked.splitlines() == MENDED.splitlines()
    table = page.locator("main table").inner_text()
    again = visit(page.url.removeprefix(f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}"))
    assert again.locator("main table").inner_text() == table
    assert written(again).splitlines() == MENDED.splitlines()


def test_one_begins_with_a_prepared_question(visit: Visit):
    page = visit("/sparql")
    page.get_by_label("Begynn med et ferdig spørsmål").select_option("measures-by-theme")
    page.get_by_role("button", name="Hent spørsmålet").click()
    assert "br:theme ?theme" in editor(page).inner_text()
    ask(page)
    page.get_by_role("link", name="Diagram").click()
    assert page.locator("figure.drawn svg").is_visible()


# --- Completion -------------------------------------------------------------------------------------------------------


def complete(page: Page, text: str) -> Locator:
    """Write `text` at the end, and return what is offered."""
    with page.expect_response("**/sparql/terms*"):
        editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)
    options = page.locator("[role=option]")
    options.first.wait_for()
    return options


@pytest.mark.parametrize(("text", "name", "what"), [("br:Reg", "br:Region", "klasse"), ("råd", "br:Advice", "råd")])
def test_terms_are_offered_by_name_and_by_what_they_are_called_with_their_definition(
    visit: Visit, text: str, name: str, what: str
):
    page = visit("/sparql")
    offered = complete(page, f"\n{text}").filter(has_text=name).filter(has_text=what)
    assert offered.first.is_visible()
    page.keyboard.press("ArrowDown")
    assert len(page.locator(".cm-completionInfo").inner_text()) > 20


def test_the_prefix_of_what_is_chosen_is_declared(visit: Visit):
    page = visit("/sparql")
    complete(page, "\nmidt-tr").filter(has_text="region:midt-troms").first.click()
    lines = written(page).splitlines()
    assert lines[0] == "PREFIX region: <https://w3id.org/byregion/id/region/>"
    assert lines[-1] == "region:midt-troms"


def test_variables_of_the_query_are_offered(visit: Visit):
    page = visit("/sparql")
    assert complete(page, "\n?n").all_inner_texts() == ["?name"]
    # Keys that follow at once are taken for writing on.
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    assert written(page).endswith("\n?name")


def test_nothing_is_offered_inside_a_text(visit: Visit):
    page = visit("/sparql")
    assert complete(page, "\nbr:Reg").count() > 0
    page.keyboard.press("Escape")
    page.keyboard.insert_text('\n"a text of br:')
    page.keyboard.type("Reg")
    page.wait_for_timeout(300)
    assert page.locator("[role=option]").count() == 0


# --- Keys, and what is kept -------------------------------------------------------------------------------------------


def test_tab_leads_into_the_editor_and_out_of_it_again(visit: Visit):
    page = visit("/sparql")
    page.get_by_role("link", name="Alle de ferdige spørsmålene").focus()
    page.keyboard.press("Tab")
    expect(editor(page)).to_be_focused()
    before = written(page)
    page.keyboard.press("Tab")
    expect(page.get_by_label("Svar som")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(editor(page)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("link", name="Alle de ferdige spørsmålene")).to_be_focused()
    assert written(page) == before
    assert "Tab går videre" in page.locator("main").inner_text()


def test_escape_closes_what_is_offered_and_nothing_else(visit: Visit):
    page = visit("/sparql")
    complete(page, "\nbr:Reg")
    page.keyboard.press("Escape")
    page.locator("[role=option]").first.wait_for(state="detached")
    expect(editor(page)).to_be_focused()


def test_nothing_that_is_written_is_kept_in_the_browser(visit: Visit):
    page = visit("/sparql")
    write(page, MENDED)
    ask(page)
    stores = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    assert json.loads(page.evaluate(stores)) == [{}, {}, ""]
    assert page.evaluate("indexedDB.databases()") == []


def test_only_the_page_of_the_editor_loads_it(visit: Visit):
    file = built.read()["editor.js"]
    assert visit("/sparql").locator(f"script[src*='{Path(file).name}']").count() == 1
    for address in ("/", "/queries", "/queries/participants"):
        assert visit(address).locator(f"script[src*='{Path(file).name}']").count() == 0
