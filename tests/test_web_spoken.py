"""What pages say of what cannot be had, in the language of the reader; and what programs are told, in English."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from flask import Flask
from rdflib import Graph

import excerpt
from byregion import errors, evidence, links
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files, read
from byregion.edition import remarks
from byregion.sentences import ENGLISH, Sentence, say
from byregion.web import create_app, judged, language
from byregion.web.spoken import said
from web_world import BROWSER, Failing, page_of, text_of

WORDS: Final = language.read()
FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
REGION: Final = "/doc/region/midt-troms"
CASES: Final = Path(__file__).parent / "links"


# Where an address is wrong, what programs are told says which sentence it is; where sentences stand in it, it is here.
ASKED: Final[tuple[tuple[str, int, str | Sentence], ...]] = (
    # What is not here.
    ("/nothing", 404, "nothing-at"),
    ("/doc/region/none", 404, "nothing-called"),
    ("/doc/regions/", 404, "no-kind"),
    ("/doc/region/index.csv?page=99", 404, "no-page"),
    ("/doc/region/index.pdf", 404, "no-suffix"),
    ("/datasets/none", 404, "no-dataset"),
    ("/dumps/none", 404, "no-file"),
    ("/catalogue/none", 404, "not-in-catalogue"),
    ("/sitemap-9.xml", 404, "no-site-map-part"),
    ("/def/9.9.9", 404, "no-version"),
    ("/queries/none", 404, "no-named-query"),
    ("/municipality?name=1931x&format=json", 404, "no-municipality"),
    ("/graphs?graph=urn:none", 404, "no-graph"),
    ("/changes", 404, "no-history"),
    ("/timemap/doc/region/midt-troms", 404, "no-earlier"),
    ("/timemap/search", 404, "time-maps-of"),
    (f"{REGION}?revision=00000000", 404, "no-archive"),
    ("/queries/participants?wording=00000000", 404, "worded-otherwise"),
    ("/queries/participants?page=99", 404, "no-page"),
    ("/reconcile/suggest/none?prefix=a", 404, "not-suggested"),
    ("/reconcile/preview?id=none", 404, "no-entity"),
    # What is said wrongly.
    (f"{REGION}?format=pdf", 400, "no-format"),
    (f"{REGION}?lang=xx", 400, "no-language"),
    (f"{REGION}?revision=x", 400, "revision-form"),
    ("/search?q=a&revision=00000000", 400, "only-current"),
    ("/search?q=" + "a" * 300, 400, "search-too-long"),
    ("/search?q=vekst&kind=none", 400, "no-kind"),
    ("/catalogue?profile=none", 400, "no-profile"),
    ("/compare?region=atlantis", 400, "no-region"),
    ("/compare?region=midt-troms&format=json", 400, "too-few-regions"),
    ("/municipality?format=json", 400, "no-municipality-asked"),
    ("/queries/participants?page=0", 400, "number-from-to"),
    ("/queries/participants?regio=x", 400, "no-parameter"),
    (
        "/compare?region=none%20such",
        400,
        say(
            "parameter-value",
            name="region",
            value="https://w3id.org/byregion/id/region/none such",
            why=say("must-be-iri", kind="region", slug="midt-troms"),
        ),
    ),
    ("/graphs?graph=none", 400, "not-absolute"),
    ("/graphs?graph=%FF", 400, say("not-decoded", where=say("the-address"))),
    ("/sparql?query=ASK+%7B%7D&timeout=none", 400, "seconds-above"),
    ("/sparql?query=ASK+%7B%7D&query=ASK+%7B%7D", 400, "several-queries"),
    ("/sparql?query=ASK+%7B%7D&default-graph-uri=none", 400, "not-absolute"),
    (
        "/sparql?query=ASK+%7B%7D&using-graph-uri=urn:x",
        400,
        say("belongs-to", name="using-graph-uri", only=say("an-update")),
    ),
    ("/sparql?update=CLEAR+ALL", 400, "update-in-post"),
    ("/sparql?query=CLEAR+ALL", 403, "is-an-update"),
    ("/sparql?query=ASK+%7B+SERVICE+%3Curn:x%3E+%7B%7D+%7D", 403, "service"),
    ("/sparql?query=ASK+FROM+%3Curn:none%3E+%7B%7D", 403, "graph-unknown"),
    ("/reconcile?queries=none", 400, "no-json"),
    ("/reconcile/preview", 400, "missing-in-address"),
)


def told(response: httpx.Response, status: int, expected: str | Sentence) -> Sentence:
    """The sentence that an envelope tells, with its values."""
    assert response.status_code == status, response.text
    assert response.headers["content-language"] == "en"
    detail = response.json()["detail"]
    found = expected if isinstance(expected, Sentence) else _read(expected, detail)
    assert detail == str(found)
    return found


def _read(key: str, detail: str) -> Sentence:
    """The sentence of `key` that says `detail`: its values are what stands between its words."""
    pieces = re.split(r"\{(\w+)\}", ENGLISH[key])
    pattern = "".join(f"(?P<{it}>.*)" if at % 2 else re.escape(it) for at, it in enumerate(pieces))
    match = re.fullmatch(pattern, detail, re.DOTALL)
    assert match, f"{detail!r} is not the sentence {key!r}"
    return Sentence(key, match.groupdict())


def shows(response: httpx.Response, status: int, sentence: Sentence, tag: str) -> None:
    """Hold a page to saying a sentence in its language, and to saying which that is."""
    page = page_of(response, status)
    assert page.get("lang") == tag
    expected = " ".join(said(sentence, WORDS[tag]).split())
    assert (expected == " ".join(sentence.split())) == (tag == "en")
    spoken = [item.get("lang") for item in page.iter() if item.tag in ("p", "code") and text_of(item) == expected]
    assert spoken and set(spoken) <= {tag, None}, (expected, text_of(page.find(".//main")))


@pytest.mark.parametrize(("address", "status", "expected"), ASKED, ids=[address[:60] for address, *_ in ASKED])
def test_what_cannot_be_had_is_said_in_the_language_of_the_reader(
    client: httpx.Client, address: str, status: int, expected: str | Sentence
):
    sentence = told(client.get(address, headers={"accept": "application/json"}), status, expected)
    for tag in WORDS:
        shows(client.get(address, headers=BROWSER | {"accept-language": tag}), status, sentence, tag)


# What only pages have.
SHOWN: Final = (
    ("/doc/region/?page=99", 404, say("no-list-page", kind="region", number=99)),
    ("/map?region=atlantis", 404, say("no-region-on-map", name="atlantis")),
    ("/doc/region/no~such?format=html", 404, say("nothing-called", iri="https://w3id.org/byregion/id/region/no~such")),
)


@pytest.mark.parametrize(("address", "status", "sentence"), SHOWN)
def test_what_no_page_shows_is_said_in_the_language_of_the_reader(
    client: httpx.Client, address: str, status: int, sentence: Sentence
):
    for tag in WORDS:
        shows(client.get(address, headers=BROWSER | {"accept-language": tag}), status, sentence, tag)


SENT: Final[tuple[tuple[str, str, dict[str, Any], int, str | Sentence], ...]] = (
    ("DELETE", "/", {}, 405, "method-not-allowed"),
    ("POST", REGION, {}, 405, "method-not-allowed"),
    (
        "POST",
        "/sparql",
        {},
        415,
        say(
            "query-type",
            what=say("no-content-type"),
            listed=say("either", one=FORM["content-type"], other="application/sparql-query"),
        ),
    ),
    ("POST", "/sparql", {"content": b"", "headers": FORM}, 400, "no-query"),
    ("POST", "/sparql", {"content": b"query=ASK&update=CLEAR+ALL", "headers": FORM}, 400, "query-and-update"),
    ("POST", "/sparql", {"content": b"query=%FF", "headers": FORM}, 400, say("not-decoded", where=say("the-form"))),
    ("POST", "/sparql", {"content": b"query=ASK&revision=00000000", "headers": FORM}, 400, "revision-in-body"),
    (
        "POST",
        "/sparql",
        {"content": b"query=" + b"a" * 100_001, "headers": FORM},
        413,
        say("request-too-large", limit=100_000, unit=say("characters-of-query")),
    ),
    ("POST", "/sparql", {"content": b"update=CLEAR+ALL", "headers": FORM}, 403, "takes-no-updates"),
    (
        "POST",
        "/quality/workbook",
        {"files": {"workbook": ("bok.xlsx", b"x" * 4_000_001)}},
        413,
        say("request-too-large", limit=4_000_000, unit=say("bytes")),
    ),
    ("POST", "/quality/workbook", {"data": {"apply": "perhaps"}}, 400, "said-once-form"),
)


@pytest.mark.parametrize(("method", "address", "sent", "status", "expected"), SENT)
def test_what_is_sent_and_cannot_be_taken_is_said_in_the_language_of_the_reader(
    client: httpx.Client, method: str, address: str, sent: dict[str, Any], status: int, expected: str | Sentence
):
    def answer(**headers: str) -> httpx.Response:
        return client.request(method, address, **sent | {"headers": sent.get("headers", {}) | headers})

    sentence = told(answer(accept="application/json"), status, expected)
    for tag in WORDS:
        shows(answer(**BROWSER, **{"accept-language": tag}), status, sentence, tag)


def test_a_workbook_may_be_larger_than_other_forms(app: Flask, client: httpx.Client):
    assert app.config["MAX_CONTENT_LENGTH"] < 3_000_000
    sent = {"workbook": ("bok.xlsx", b"x" * 3_000_000)}
    answer = client.post("/quality/workbook", files=sent, headers=BROWSER | {"accept-language": "nb"})
    assert "arbeidsbok" in text_of(page_of(answer, 400))


def test_a_format_that_there_is_not_is_said_to_who_reads_pages_as_well(client: httpx.Client):
    address = "/graphs?graph=https://w3id.org/byregion/graphs/midt-troms/stated"
    sentence = told(client.get(address, headers={"accept": "image/png"}), 406, "not-acceptable")
    for tag in WORDS:
        headers = {"accept": "text/html", "accept-language": tag}
        shows(client.get(address, headers=headers), 406, sentence, tag)


@pytest.mark.parametrize("tag", ["nb", "nn", "en"])
def test_the_language_in_the_address_goes_before_that_of_the_browser(client: httpx.Client, tag: str):
    response = client.get(f"/doc/region/none?lang={tag}", headers=BROWSER | {"accept-language": "en, nb;q=0.5"})
    iri = "https://w3id.org/byregion/id/region/none"
    shows(response, 404, say("nothing-called", iri=iri), tag)


# --- An engine that cannot answer -------------------------------------------------------------------------------------


FAILURES: Final[tuple[tuple[errors.ByregionError, int], ...]] = (
    (errors.QueryTimeout(10), 503),
    (errors.QueryTooLarge(say("memory-limit", limit=512, **errors.told_of("query"))), 503),
    (errors.EngineBusy(say("no-worker")), 503),
    (errors.EngineError(say("died-of", what=say("the-query"), signal="SIGKILL")), 503),
    (errors.ServiceTimeout("urn:e", say("service-late", seconds="5")), 504),
    (errors.TooManyRequests(8), 429),
    (errors.Unavailable(say("being-made")), 503),
    (errors.ArchiveError(say("snapshot-damaged", name="0" * 16)), 503),
    (errors.RevisionGone(say("revision-gone", name="0" * 16, kept=20, ago=21), "0" * 64, ()), 410),
)


@pytest.mark.parametrize(("error", "status"), FAILURES, ids=[type(error).__name__ for error, _ in FAILURES])
def test_an_engine_that_cannot_answer_is_told_of_in_the_language_of_the_reader(
    error: errors.ByregionError, status: int
):
    app = create_app(Settings(), Failing(error))
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        assert client.get(f"{REGION}.ttl").json()["detail"] == str(error)
        for tag in WORDS:
            response = client.get(REGION, headers=BROWSER | {"accept-language": tag})
            sentence = errors.sentence(error)
            assert isinstance(sentence, Sentence)
            shows(response, status, sentence, tag)


def test_what_failed_inside_is_not_told_and_that_it_failed_is(client: httpx.Client):
    app = create_app(Settings(), Failing(RuntimeError("the secret is 42")))
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as failing:
        for tag in WORDS:
            shows(failing.get(REGION, headers=BROWSER | {"accept-language": tag}), 500, say("internal"), tag)


# --- What the checks find ---------------------------------------------------------------------------------------------


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Data with two faults of its evidence, and one of its links."""
    data = Path(shutil.copytree(excerpt.data(), tmp_path / "data"))
    text = data / "midt-troms" / "source" / "midt-troms.txt"
    text.write_bytes(text.read_bytes() + b"\nEt tillegg.\n")
    shutil.copy(CASES / "invalid.no-source.ttl", data / "midt-troms" / "links.ttl")
    return data


@pytest.mark.parametrize("tag", ["nb", "nn", "en"])
def test_what_the_checks_find_is_said_in_the_language_of_the_reader(app: Flask, broken: Path, tag: str):
    dataset = read([*ontology_files(), *data_files(broken)])
    findings = [*evidence.check(dataset, broken), *links.check(dataset)]
    assert {finding.check for finding in findings} == {"evidence", "links"}
    assert all(isinstance(finding.message, Sentence) for finding in findings)
    # As the process that makes the edition hands it over.
    kept = {"findings": json.loads(json.dumps(list(remarks.found(findings, dataset, broken))))}
    assert str(broken) not in json.dumps(kept)
    with app.test_request_context("/quality", headers={"Accept-Language": tag}):
        shown = [fault.message for part in judged.faulty(Graph(), kept, []) for fault in part.faults]
        data = judged.faults(Graph(), kept)
    assert len(shown) == len(findings) == len(data) > 1
    assert {text.language for text in shown} == {tag}
    english = {str(finding.message).replace(f"{broken}/", "") for finding in findings}
    assert {item["message"] for item in data} == english
    assert ({text.value for text in shown} == english) == (tag == "en")
