"""The ways of somebody who reads, checks and cites, in a real browser: from a word to a sentence, and by keys alone."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page

from browser import Visit
from byregion.web import language

ADVICE = "Unge må høres og ha reell medvirkning!"
KEYS = 120
"""Presses of the tabulator that one is willing to do from where one is to a link."""


def follow(page: Page, name: str, nth: int = 1) -> None:
    """Go with the tabulator to the `nth` link or button from here that is called `name`, and press Enter."""
    for _ in range(KEYS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText.trim()") == name:
            nth -= 1
            if not nth:
                page.keyboard.press("Enter")
                page.wait_for_load_state()
                return
    raise AssertionError(f"there is no {name!r} within {KEYS} keys on {page.url}")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_a_journalist_goes_from_region_to_advice_to_the_sentence_in_its_source_and_back_to_cite_it(
    visit: Visit, script: bool
):
    page = visit("/doc/region/midt-troms", script=script, width=390, motion="reduce")
    follow(page, "Råd")
    page.wait_for_url("**#advice")
    follow(page, ADVICE)
    page.wait_for_url("**/doc/advice/midt-troms-2")
    assert page.locator("h1").inner_text() == ADVICE

    follow(page, "Les det i kilden", nth=2)
    page.wait_for_url("**/doc/source/midt-troms-page#char=*")
    sentence = page.locator(":target")
    assert ADVICE in sentence.inner_text()
    assert sentence.evaluate("element => getComputedStyle(element).backgroundColor") != "rgba(0, 0, 0, 0)"
    box = sentence.bounding_box()
    assert box is not None and 0 <= box["y"] <= 900
    follow(page, ADVICE)
    page.wait_for_url("**#made-*")
    follow(page, ADVICE)
    page.wait_for_url("**/doc/advice/midt-troms-2")

    cited = page.locator("section", has=page.locator("#citing")).inner_text()
    assert ADVICE in cited
    assert "https://w3id.org/byregion/id/advice/midt-troms-2" in cited
    address = page.get_by_role("link", name="Henvisningen som CSL-JSON").get_attribute("href")
    (item,) = json.loads(page.request.get(address or "").text())
    assert item["title"] == ADVICE


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize(("locale", "sought"), [("nb-NO", "unge"), ("en-GB", "young")])
def test_a_journalist_finds_which_regions_advised_to_let_young_people_take_part_and_cites_the_sentence(
    visit: Visit, locale: str, sought: str, script: bool
):
    words = language.read()[locale[:2]]
    page = visit("/", script=script, locale=locale, width=390, motion="reduce")
    page.get_by_label(words("nav.search")).fill(sought)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*")
    page.get_by_role("checkbox", name=re.compile(f"^{words('kinds.advice')} ", re.IGNORECASE)).check()
    page.get_by_role("button", name=words("search.apply"), exact=True).click()
    page.wait_for_url("**kind=advice*")
    first = page.locator("ol.results > li").filter(has=page.locator("a[href*='/doc/advice/midt-troms-2']"))
    assert "Midt-Troms" in first.locator(".kind").inner_text()
    title = first.locator("h3 a")
    called = title.inner_text()
    title.click()
    page.wait_for_url("**/doc/advice/midt-troms-2*")
    assert called in page.locator("h1").inner_text()
    page.get_by_role("link", name=words("entity.in_source")).nth(1).click()
    page.wait_for_url("**/doc/source/midt-troms-page*#char=*")
    assert ADVICE in page.locator(":target").inner_text()
    page.go_back()
    page.wait_for_url("**/doc/advice/midt-troms-2*")
    cited = page.locator("section", has=page.locator("#citing")).inner_text()
    assert called in cited and "https://w3id.org/byregion/id/advice/midt-troms-2" in cited
