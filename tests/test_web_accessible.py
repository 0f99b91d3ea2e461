"""Whether everybody can use the pages: WCAG 2.2 A and AA as axe-core tells, keys alone, and what the statement says.

https://github.com/dequelabs/axe-core finds what a machine can find; small screens, twice the size, paper and stillness
are in `test_web_design.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask
from playwright.sync_api import Page

from browser import Visit
from byregion.config import LANGUAGES
from byregion.web import accessibility
from test_web_design import HISTORY, PAGES, REFERENCES, opened
from web_world import BROWSER, page_of, text_of

UI = Path(__file__).resolve().parent.parent / "server" / "ui"
AXE = UI / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
LOCALES = {"nb": "nb-NO", "nn": "nn-NO", "en": "en-GB"}
# Shown in other pages, and so without what is around every page of ours.
SHOWN = PAGES | HISTORY | {"preview": "/reconcile/preview?id=region/midt-troms"}

# Points of a map may be as close as the places are: https://www.w3.org/WAI/WCAG22/Understanding/target-size-minimum
# names them as essential, and what they lead to stands in the list beside the map.
RUN = """
options => axe.run(document, options).then(({ violations }) => violations.flatMap(({ id, help, nodes }) => nodes
  .filter(({ target }) => !(id == "target-size" && document.querySelector(target[0])?.closest(".leaflet-pane")))
  .map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")}: ${failureSummary}`)))
"""

EVERY = {"runOnly": {"type": "tag", "values": LEVELS}}
# A language changes no colour, and a scheme nothing else.
WORDS = {**EVERY, "rules": {"color-contrast": {"enabled": False}}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
# A whole reference work is the same parts in another language over and over.
LANGUAGE = {"runOnly": {"type": "rule", "values": ["document-title", "html-has-lang", "html-lang-valid", "valid-lang"]}}


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe-core finds on a page, each with the element and what would do."""
    # The policy of the pages stops a <script>, and not what the browser is told to evaluate.
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN, {"resultTypes": ["violations"], **options})
    return found


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_breaks_no_rule_of_wcag_in_any_language_or_colour_scheme(
    visit: Visit, request: pytest.FixtureRequest, name: str
):
    page = opened(visit, request, SHOWN[name], locale=LOCALES["nb"])
    found = [f"nb: {it}" for it in violations(page, EVERY)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {it}" for it in violations(page, COLOURS)]
    for language in ("nn", "en"):
        page = opened(visit, request, SHOWN[name], locale=LOCALES[language])
        rules = LANGUAGE if SHOWN[name] in REFERENCES else WORDS
        found += [f"{language}: {it}" for it in violations(page, rules)]
    assert not found, "\n".join(found)


def test_what_breaks_a_rule_is_found(visit: Visit):
    page = visit("/problems")
    page.evaluate("document.querySelector('h1').innerHTML = '<a href=\"/x\"></a>'")
    page.evaluate("document.querySelector('main p').setAttribute('lang', 'norsk')")
    assert {it.partition(":")[0] for it in violations(page, EVERY)} >= {"link-name", "valid-lang"}


# --- Every page is among them ----------------------------------------------------------------------------------------

FOR_PROGRAMS = {
    "static": "what pages load",
    "home.health": "JSON",
    "home.ready": "JSON",
    "entities.identify": "leads to the page of a thing",
    "datasets.index": "leads to the catalogue",
    "datasets.identify": "leads to what the catalogue tells of",
    "graph_store.show": "RDF, or leads to the page of what a graph is part of",
    "queries.about": "RDF",
    "context.show": "JSON-LD",
    "memento.show": "a time map",
    "downloads.index": "leads to the catalogue",
    "downloads.show": "files",
    "statistics.show": "RDF",
    "editing.terms": "JSON",
    "openapi.show": "JSON",
    "reconcile.suggest": "JSON",
    "reconcile.flyout": "JSON",
    "reconcile.propose": "JSON",
    "search.suggest": "JSON",
    "search.description": "XML",
    "crawlers.robots": "text",
    "crawlers.sitemap": "XML",
}
"""The views that have no page of their own, and what they have."""


def test_every_view_that_has_a_page_is_tried(app: Flask):
    routes = app.url_map.bind("127.0.0.1")
    tried = {routes.match(path.partition("?")[0])[0] for path in SHOWN.values() if path != SHOWN["nothing"]}
    views = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert views - FOR_PROGRAMS.keys() == tried, "put an address of each among PAGES of test_web_design.py"


@pytest.mark.parametrize(
    "path", ["/health", "/datasets/", "/dumps/", "/.well-known/void", "/context.jsonld", "/search/description.xml"]
)
def test_what_is_for_programs_has_no_page(client: httpx.Client, path: str):
    response = client.get(path, headers=BROWSER)
    assert response.status_code == 303 or not response.headers["content-type"].startswith("text/html")


# --- Keys -------------------------------------------------------------------------------------------------------------

# What every key stop tells of itself; what is hidden from sight until it has the focus is shown then.
STOP = """
() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(it);
  const { width, height } = it.getBoundingClientRect();
  it.dataset.reached = "";
  return [it.outerHTML.slice(0, 90), (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none",
    width > 0 && height > 0];
}
"""
UNREACHED = """
() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
  .filter((it) => it.checkVisibility({ visibilityProperty: true }) && !it.disabled && it.tabIndex >= 0
    && !("reached" in it.dataset) && it.type !== "radio")
  .map((it) => it.outerHTML.slice(0, 90))
"""


@pytest.mark.parametrize("path", ["/", "/search?q=plan", "/quality", "/quality/workbook", "/queries/participants"])
def test_keys_alone_reach_everything_and_what_has_the_focus_is_seen(visit: Visit, path: str):
    page = visit(path)
    for _ in range(400):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            break
        html, is_seen, has_size = stop
        assert is_seen and has_size, html
    assert not page.evaluate(UNREACHED)


# --- The statement ----------------------------------------------------------------------------------------------------


def test_the_statement_names_the_version_that_pages_are_tried_with():
    lock = json.loads((UI / "package-lock.json").read_text(encoding="utf-8"))
    assert lock["packages"]["node_modules/axe-core"]["version"] == accessibility.AXE
    assert accessibility.AXE in AXE.read_text(encoding="utf-8")[:200]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_statement_says_what_was_tried_what_is_lacking_and_whose_it_is(client: httpx.Client, lang: str):
    page = page_of(client.get("/accessibility", params={"lang": lang}, headers=BROWSER))
    parts = {part.get("aria-labelledby"): part for part in page.iter("section")}
    assert accessibility.AXE in text_of(parts["tried"])
    assert len(list(parts["lacking"].iter("li"))) == len(accessibility.LACKING)
    (own,) = parts["rules"].iter("a")
    assert own.get("href") == "https://uustatus.no/"
    (foot,) = (
        link
        for link in page.iter("a")
        if (link.get("href") or "").startswith("/accessibility?lang=") and not link.get("hreflang")
    )
    assert text_of(foot) == text_of(page.find(".//h1"))
