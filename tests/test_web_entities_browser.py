"""The way of somebody who reads, checks and cites, with keys alone, in a real browser."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page

from browser import Visit

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
