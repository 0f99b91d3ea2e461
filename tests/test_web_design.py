"""How pages look and what they load: one style sheet, small islands, nothing from elsewhere; and whole without."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from browser import Visit, picture
from byregion.config import Settings
from byregion.engine.pool import Pool
from byregion.errors import ConfigError
from byregion.web import built, create_app
from web_world import BROWSER, page_of

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 100_000
"""Bytes of HTML, style and script that a page has on first load."""
# Has a coast and a library of its own.
LARGER = ("/map",)
# Each is a whole reference work, too long for a picture.
REFERENCES = ("/def", "/shapes", "/api", "/catalogue")
PAGES = {
    "home": "/",
    "regions": "/doc/region/",
    "region": "/doc/region/midt-troms",
    "map": "/map",
    "compare": "/compare?region=midt-troms&region=haugesundregionen",
    "municipality-asked": "/municipality?name=Lenvik",
    "advice": "/doc/advice/midt-troms-1",
    "municipality": "/doc/municipality/lenvik-1931",
    "county": "/doc/county/troms-19",
    "source": "/doc/source/midt-troms-page",
    "search": "/search?q=plan&kind=goal",
    "questions": "/queries",
    "question": "/queries/participants",
    "sparql": "/sparql",
    "answer": "/sparql?query=SELECT%20*%20%7B%3Fs%20a%20%3Fo%7D%20LIMIT%203&format=html",
    "mistake": "/sparql?query=ASK%20%7B&format=html",
    "ontology": "/def",
    "term": "/def/properties/takesPartIn",
    "shapes": "/shapes",
    "rules": "/shapes/rules/Region",
    "api": "/api",
    "operation": "/api/participants",
    "datasets": "/catalogue",
    "dataset": "/datasets/midt-troms",
    "quality": "/quality",
    "workbook": "/quality/workbook",
    "missing": "/quality/missing",
    "accessibility": "/accessibility",
    "reconciling": "/reconcile",
    "problems": "/problems",
    "nothing": "/nothing",
}
# Of a server that is written to.
HISTORY = {"changes": "/changes", "change": "/changes/2"}


def opened(visit: Visit, request: pytest.FixtureRequest, address: str, **wanted: Any) -> Page:
    """A page of the server that has it."""
    if address in HISTORY.values():
        wanted["server"] = request.getfixturevalue("written")
    return visit(address, **wanted)


def loaded(client: httpx.Client, address: str, language: str) -> list[bytes]:
    """The page, and everything that it is styled by and runs."""
    response = client.get(address, headers=BROWSER | {"accept-language": language})
    page = page_of(response, response.status_code)
    sheets = [link.get("href") or "" for link in page.iter("link") if link.get("rel") == "stylesheet"]
    scripts = [script.get("src") or "" for script in page.iter("script") if script.get("src")]
    return [response.content, *(client.get(file).raise_for_status().content for file in (*sheets, *scripts))]


# --- What is built ----------------------------------------------------------------------------------------------------


def test_what_pages_load_is_built_and_named_after_its_content():
    files = built.read()
    assert {"style.css", "copy.js"} <= set(files), "build what pages load: make ui"
    for file in files.values():
        content = (built.FOLDER.parent / file).read_bytes()
        assert hashlib.sha256(content).hexdigest()[:12] in file
        # A library's script may name its maker; that no page asks for anything elsewhere is seen in the browser.
        if file.endswith(".css"):
            assert not re.search(rb"url\((?![\"']?data:|#)|@import|https?://(?!www\.w3\.org/2000/svg)", content), file


def test_the_licence_of_everything_that_is_shipped_stands_beside_it():
    told = (built.FOLDER / "LICENSES.txt").read_text(encoding="utf-8")
    assert re.search(r"^@digdir/designsystemet-css \d+\.\d+\.\d+ \(MIT\)$", told, re.MULTILINE)
    assert "Permission is hereby granted" in told


def test_every_package_is_of_one_version_and_has_its_hash_and_no_address():
    wanted = json.loads((ROOT / "server/ui/package.json").read_text(encoding="utf-8"))
    exact = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert exact and all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in exact.values())
    lock = json.loads((ROOT / "server/ui/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert {name.removeprefix("node_modules/") for name in packages} >= set(exact)
    assert all(entry["integrity"].startswith("sha512-") and "resolved" not in entry for entry in packages.values())


def test_a_manifest_that_names_what_is_not_there_is_told_of(tmp_path: Path):
    assert built.read(tmp_path) == {}
    (tmp_path / built.MANIFEST).write_text('{"style.css": "style-0.css"}', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"style-0\.css"):
        built.read(tmp_path)


def test_a_built_file_may_be_kept_for_ever_and_says_what_it_is(client: httpx.Client):
    for file in built.read().values():
        headers = client.get(f"/static/{file}").raise_for_status().headers
        assert {"public", "immutable", "max-age=31536000"} == set(headers["cache-control"].split(", "))
        assert headers["content-type"].partition(";")[0] in ("text/css", "text/javascript")


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("address", [*(PAGES | HISTORY).values(), "/def/0.1.0", "/shapes/0.1.0"])
def test_a_page_is_small_with_everything_that_it_loads(
    client: httpx.Client, request: pytest.FixtureRequest, address: str, language: str
):
    if address in HISTORY.values():
        with httpx.Client(base_url=request.getfixturevalue("written")) as other:
            parts = loaded(other, address, language)
    else:
        parts = loaded(client, address, language)
    if address.startswith("/sparql"):
        # Nobody waits for the editor to read the page: its script runs after it.
        editor = next(part for part in parts if b"textarea[data-terms]" in part)
        assert len(gzip.compress(editor, 6)) < 120_000
        parts.remove(editor)
    most = 4 * LIMIT if address in LARGER else LIMIT
    assert sum(len(gzip.compress(part, 6)) for part in parts) < most / 2
    assert sum(map(len, parts)) < most
    assert sum(map(len, parts[1:])) < most * 0.6


# --- Without what is built, and without scripts -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain(engine: Pool, data: Path) -> Flask:
    """The app where nothing was built."""
    app = create_app(Settings(data=data), engine)
    app.extensions["byregion"] = dataclasses.replace(app.extensions["byregion"], built={})
    return app


@pytest.mark.parametrize("address", ["/", "/doc/region/midt-troms", "/queries/participants", "/sparql"])
def test_where_nothing_is_built_pages_have_the_plain_style_sheet_and_no_script(plain: Flask, address: str):
    with httpx.Client(transport=httpx.WSGITransport(app=plain), base_url="http://127.0.0.1:8080") as client:
        page = page_of(client.get(address, headers=BROWSER))
        (sheet,) = (link.get("href") or "" for link in page.iter("link") if link.get("rel") == "stylesheet")
        assert sheet.startswith("/static/byregion.css?v=")
        assert "@layer byregion" in client.get(sheet).raise_for_status().text
        assert not [script for script in page.iter("script") if script.get("src")]


def test_code_can_be_copied_with_a_button_where_scripts_run_and_is_whole_where_they_do_not(visit: Visit):
    page = visit("/queries/participants")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.locator("section", has=page.locator("h2#sparql")).get_by_role("button", name="Kopier")
    button.click()
    button.get_by_text("Kopiert").wait_for()
    assert (
        page.evaluate("navigator.clipboard.readText()") == page.locator("section:has(#sparql) pre").inner_text().strip()
    )
    page = visit("/queries/participants", script=False)
    assert page.get_by_role("main").get_by_role("button").all_inner_texts() == ["Vis svaret"]
    assert "SELECT" in page.locator("section:has(#sparql) pre").inner_text()


# --- In the browser ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES | HISTORY)
def test_a_page_fits_on_the_smallest_screen_and_at_twice_the_size(
    visit: Visit, request: pytest.FixtureRequest, name: str
):
    # 320 px is 1280 px at 400 %: https://www.w3.org/TR/WCAG22/#reflow
    page = opened(visit, request, (PAGES | HISTORY)[name], width=320, script=False)
    for part in ("header.top", "main", "footer"):
        inner = page.locator(part).first.bounding_box()
        assert inner is not None and inner["x"] >= 0 and inner["x"] + inner["width"] <= 320, part
    wide = page.locator("main :is(p, ul, dl, h1, h2, h3, pre, form, .scroll, figure, details)").evaluate_all(
        "elements => elements.filter((it) => it.getBoundingClientRect().right > 321 && !it.closest('.scroll > *'))"
        ".map((it) => it.outerHTML.slice(0, 80))"
    )
    assert not wide


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", [name for name, address in (PAGES | HISTORY).items() if address not in REFERENCES])
def test_a_page_has_its_picture_taken(visit: Visit, request: pytest.FixtureRequest, name: str, width: int):
    page = opened(visit, request, (PAGES | HISTORY)[name], width=width)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert picture(page, f"{name}-{width}-{scheme}").stat().st_size > 5_000


def test_what_is_inline_does_not_run(chromium: Browser, running: str):
    page = chromium.new_page()
    page.goto(running)
    with page.expect_console_message(lambda message: "script-src 'self'" in message.text):
        page.evaluate(
            "document.head.append(Object.assign(document.createElement('script'), { textContent: 'ran = true' }))"
        )
    assert page.evaluate("typeof ran") == "undefined"
    page.close()


def test_who_asks_for_dark_gets_dark_and_who_asks_for_stillness_gets_it(visit: Visit):
    def look(page: Page) -> tuple[int, str]:
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", colour)[:3])), page.evaluate(
            "getComputedStyle(document.documentElement).scrollBehavior"
        )

    light, smooth = look(visit("/"))
    dark, still = look(visit("/", scheme="dark", motion="reduce"))
    assert light > 700 and dark < 150
    assert (smooth, still) == ("smooth", "auto")


def test_the_first_key_leads_past_the_menu(visit: Visit):
    page = visit("/doc/region/midt-troms")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert (page.locator(".skip").bounding_box() or {"x": -1})["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_on_paper_there_is_no_menu_and_links_say_where_they_lead(visit: Visit):
    page = visit("/doc/region/midt-troms")
    page.emulate_media(media="print")
    assert not page.locator(".menu").is_visible()
    assert not page.locator(".crumbs").is_visible()
    page = visit("/datasets/midt-troms")
    page.emulate_media(media="print")
    licence = page.get_by_role("link", name="Creative Commons Attribution 4.0 International")
    assert "http" in licence.evaluate("link => getComputedStyle(link, '::after').content")


@pytest.mark.parametrize("path", ["/queries/advice-with-reasons", "/quality", "/doc/municipality/lenvik-1931"])
def test_a_page_fits_on_paper_and_says_no_address_twice(visit: Visit, path: str):
    # A4 between the margins that a browser gives it.
    page = visit(path, width=718)
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    repeated = page.locator("main a[href^='http']").evaluate_all(
        "links => links.filter((it) => it.innerText.trim() === it.getAttribute('href')"
        " && getComputedStyle(it, '::after').content !== 'none').map((it) => it.outerHTML)"
    )
    assert not repeated


@pytest.mark.parametrize("locale, lang", [("nn-NO", "nn"), ("nb-NO", "nb"), ("en-GB", "en"), ("se", "nb")])
def test_a_page_is_in_the_language_of_the_browser_until_the_reader_chooses(visit: Visit, locale: str, lang: str):
    page = visit("/", locale=locale)
    assert page.locator("html").get_attribute("lang") == lang
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("navigation", name="Main").get_by_role("link").first.click()
    assert page.locator("html").get_attribute("lang") == "en"
