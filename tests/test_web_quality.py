"""What publishers are told: how good their data is, what it lacks, and what is wrong with a workbook by its cells."""

from __future__ import annotations

import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask

from browser import Visit
from byregion.config import LANGUAGES
from byregion.web import language, trying
from web_world import BROWSER, page_of, text_of, wait_for_edition
from workbook_world import REGION, SOURCE, saved, table

AT = "/quality/workbook"
GOALS = ["Id", "Navn (nb)", "Rekkefølge", "Kilde"]


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with a number that is none, and a source that there is none of."""
    rows = (["", "Flere i arbeid", "to", "Side"], ["", "Flere barn", 2, "Sida"])
    return saved(tmp_path_factory.mktemp("wrong") / "bok.xlsx", REGION, SOURCE, table("Mål", GOALS, *rows))


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = (["", "Flere i arbeid", 1, "Side"], ["", "Flere barn", 2, "Side"])
    return saved(tmp_path_factory.mktemp("mended") / "bok.xlsx", REGION, SOURCE, table("Mål", GOALS, *rows))


def sent(client: httpx.Client, *paths: Path, **asked: Any) -> httpx.Response:
    files = [("workbook", (path.name, path.read_bytes())) for path in paths]
    return client.post(AT, files=files, timeout=120, **asked)


# --- What is missing --------------------------------------------------------------------------------------------------


def test_what_a_dataset_has_not_said_is_counted_by_kind_and_property(app: Flask, client: httpx.Client):
    wait_for_edition(app)
    page = page_of(client.get("/quality/missing?dataset=midt-troms&lang=nb", headers=BROWSER))
    (chosen,) = (item for item in page.iter("option") if item.get("selected") is not None)
    assert "Ingenting av dette er oppgitt: tiltak." in text_of(page).replace(" .", ".")
    rows = {(text_of(row.find("td")), text_of(row.find("th"))): row for row in page.iterfind(".//tbody/tr")}
    of_order = rows["mål", "rekkefølge"]
    assert (chosen.get("value"), text_of(of_order.findall("td")[1])) == ("midt-troms", "1 av 5")
    # The goals all have themes; where a quote or a source would do, neither is asked for.
    assert not {("mål", "tema"), ("mål", "kilde"), ("mål", "sitat")} & rows.keys()
    (link,) = of_order.iter("a")
    which = page_of(client.get(link.get("href") or "", headers=BROWSER))
    (section,) = (part for part in which.iter("section") if part.get("aria-labelledby") == "which")
    (goal,) = section.iter("a")
    assert goal.get("href") == "/doc/goal/midt-troms-vekstkraft?lang=nb"


def test_a_dataset_that_is_not_there_is_told_with_those_that_are(app: Flask, client: httpx.Client):
    wait_for_edition(app)
    response = client.get("/quality/missing", params={"dataset": "none"}, headers={"accept": "application/json"})
    assert (response.status_code, response.json()["parameter"]) == (400, "dataset")
    assert "midt-troms" in response.json()["detail"]


# --- A workbook -------------------------------------------------------------------------------------------------------


def test_without_a_dataset_what_is_missing_is_of_the_same_one_in_every_language(client: httpx.Client):
    told = {client.get("/quality/missing.json", params={"lang": each}).json()["dataset"] for each in LANGUAGES}
    assert told == {"haugesundregionen"}


def test_every_error_is_told_by_sheet_and_cell_and_nothing_is_left(
    client: httpx.Client, wrong: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    response = sent(client, wrong, params={"lang": "nb"})
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    told = response.json()
    assert (told["conforms"], told["errors"], told["dataset"]) == (False, 2, "")
    number, source = told["findings"]
    assert number == {
        "severity": "error",
        "where": "Mål!C2",
        "sheet": "Mål",
        "message": "«to» er ikke et tall. Skriv bare tallet, for eksempel 8206 eller 8206,5.",
    }
    assert source["where"] == "Mål!D3" and "mente du" in source["message"]
    assert told["made"] == {"Regioner": 1, "Kilder": 1, "Mål": 2}
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("lang", "right"), [("nn", "Arbeidsboka kan takast inn"), ("en", "The workbook can be taken")])
def test_a_workbook_without_errors_is_told_so_on_a_page_in_every_language(
    client: httpx.Client, mended: Path, lang: str, right: str
):
    page = page_of(sent(client, mended, params={"lang": lang}, headers=BROWSER))
    assert right in text_of(page)
    (made,) = (item for item in page.iter("table"))
    assert [text_of(row) for row in made.iterfind("tbody/tr")] == ["Regioner1", "Kilder1", "Mål2"]
    assert [link.get("href") for link in page.iter("a") if link.get("hreflang") == lang] == [f"{AT}?lang={lang}"]


def test_csv_files_are_sheets_named_as_they_are(client: httpx.Client, tmp_path: Path):
    (tmp_path / "Mål.csv").write_text("Id;Navn (nb);Rekkefølge;Kilde\n;Flere i arbeid;to;Side\n", encoding="utf-8")
    told = sent(client, tmp_path / "Mål.csv").json()
    assert "Mål!C2" in {found["where"] for found in told["findings"]}
    assert told["made"] == {"Mål": 1}


def bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b" " * 50_000_000)
    return path


def test_what_is_no_workbook_or_one_that_does_harm_is_refused_with_a_sentence(
    client: httpx.Client, tmp_path: Path, wrong: Path
):
    (tmp_path / "note.xlsx").write_text("hei", encoding="utf-8")
    for path in (tmp_path / "note.xlsx", bomb(tmp_path / "bomb.xlsx")):
        response = sent(client, path)
        assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
        assert str(tmp_path) not in response.text and "/tmp" not in response.text
        page = page_of(sent(client, path, headers=BROWSER), 400)
        (field,) = (item for item in page.iter("input") if item.get("type") == "file")
        (error,) = (item for item in page.iter("p") if item.get("id") == "workbook-error")
        assert field.get("aria-invalid") == "true" and "workbook-error" in (field.get("aria-describedby") or "")
        assert text_of(error) == next(text_of(item.find("p")) for item in page.iter("div") if item.get("role"))
    assert sent(client, wrong, wrong).status_code == 400
    assert client.post(AT, data={"workbook": "none"}).status_code == 400
    assert client.post(AT, content=b"x" * (trying.LARGEST + 1)).status_code == 413


def test_who_comes_when_others_are_tried_out_is_told_to_come_back(
    client: httpx.Client, mended: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(trying, "_room", threading.BoundedSemaphore(1))
    with trying._room:
        response = sent(client, mended)
    assert response.status_code == 503 and int(response.headers["retry-after"]) > 0
    assert sent(client, mended).status_code == 200


def test_a_workbook_that_takes_too_much_is_ended(client: httpx.Client, mended: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trying, "MEMORY", 100 << 20)
    response = sent(client, mended, params={"lang": "en"})
    assert response.status_code == 400
    assert response.json()["detail"].startswith("The workbook took too much time or memory.")
    monkeypatch.setattr(trying, "WITHIN", 0.1)
    response = sent(client, mended, params={"lang": "en"})
    assert response.status_code == 503
    assert "was not read within 0.1 seconds" in response.json()["detail"]


# --- An officer -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "row", "why", "script"),
    [
        ("nb-NO", "mål rekkefølge 1 av 5", "«to» er ikke et tall", True),
        ("nb-NO", "mål rekkefølge 1 av 5", "«to» er ikke et tall", False),
        ("en-GB", "goal order 1 of 5", '"to" is no number', True),
        ("en-GB", "goal order 1 of 5", '"to" is no number', False),
    ],
    ids=["nb, with scripts", "nb, without", "en, with scripts", "en, without"],
)
def test_an_officer_sees_what_is_missing_and_mends_her_workbook(
    visit: Visit, wrong: Path, mended: Path, locale: str, row: str, why: str, script: bool
):
    words = language.read()[locale[:2]]
    page = visit("/quality", script=script, locale=locale, width=390)
    page.get_by_role("link", name=words("quality.missing_lead")).click()
    page.get_by_label(words("dataset.kind")).select_option("midt-troms")
    page.get_by_role("button", name=words("quality.choose")).click()
    missing = page.get_by_role("table", name=words("quality.not_said", title=""))
    missing.get_by_role("row", name=row).get_by_role("link").click()
    assert page.locator("main a[href^='/doc/goal/midt-troms-vekstkraft']").count()
    crumbs = page.get_by_role("navigation", name=words("nav.crumbs"))
    crumbs.get_by_role("link", name=words("quality.heading")).click()
    page.get_by_label(words("workbook.file")).set_input_files(wrong)
    page.get_by_role("button", name=words("workbook.submit"), exact=True).click()
    cells = page.get_by_role("table", name=words("workbook.cells"))
    assert cells.get_by_role("rowheader").all_inner_texts() == ["Mål!C2", "Mål!D3"]
    assert why in cells.inner_text()
    page.get_by_label(words("workbook.file")).set_input_files(mended)
    page.get_by_role("button", name=words("workbook.submit"), exact=True).click()
    page.get_by_text(words("workbook.right")).wait_for()
    assert not page.get_by_role("table", name=words("workbook.cells")).count()
