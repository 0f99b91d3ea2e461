"""How to cite what is here: for people in their language, and as CSL-JSON for what manages references."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

import excerpt
from archive_worlds import DAY
from byregion.archive import Archive, Revisions
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files
from byregion.engine import Limits
from byregion.engine.launch import serve_template
from byregion.infer import UPDATES
from byregion.web import create_app
from web_world import BROWSER, page_of, text_of

CSL = "application/vnd.citationstyles.csl+json"
GOAL = "goal/midt-troms-vekstkraft"
IRI = f"https://w3id.org/byregion/id/{GOAL}"
QUERY = "SELECT ?s WHERE { ?s a <https://w3id.org/byregion/def#Region> } ORDER BY ?s"
PUBLISHER = Path(__file__).parent / "data" / "catalogue" / "publisher.ttl"
# The types and variables of https://docs.citationstyles.org/en/stable/specification.html that are in use here.
TYPES = {"dataset", "entry"}
TEXTS = {"id", "type", "title", "container-title", "publisher", "version", "language", "URL"}


@pytest.fixture(scope="module")
def cited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server with an archive, whose catalogue names a made-up publisher."""
    root = tmp_path_factory.mktemp("cited")
    data = Path(shutil.copytree(excerpt.data(), root / "data"))
    with (data / "catalogue.ttl").open("a", encoding="utf-8") as file:
        file.write(PUBLISHER.read_text(encoding="utf-8"))
    archive = Archive(root / "archive")
    files = [*ontology_files(), *data_files(data)]
    with archive.incoming() as path, serve_template(files, UPDATES, Limits(), keep=path) as template:
        archive.record(template.revision, path, DAY)
        pool = template.pool()
        settings = Settings(data=data, public_url="https://regions.example.org/", query_seconds=60)
        app = create_app(settings, pool, Revisions(pool, archive))
        with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
            yield client
        pool.close()


def item(response: httpx.Response) -> dict[str, object]:
    """The one item of a CSL-JSON answer, which holds nothing that CSL does not know."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == CSL
    (found,) = response.json()
    assert set(found) <= TEXTS | {"issued"}
    assert all(isinstance(found[name], str) and found[name] for name in set(found) & TEXTS)
    assert found["type"] in TYPES
    return dict(found)


# --- Things -----------------------------------------------------------------------------------------------------------


def test_a_title_that_ends_with_a_mark_of_its_own_gets_no_full_stop(cited: httpx.Client):
    for name, begins in (
        ("advice/midt-troms-2", "Unge må høres og ha reell medvirkning! Byregionprogrammet"),
        ("region/midt-troms", "Midt-Troms. Byregionprogrammet"),
    ):
        page = page_of(cited.get(f"/doc/{name}?lang=nb", headers=BROWSER))
        (section,) = (part for part in page.iter("section") if part.get("aria-labelledby") == "citing")
        assert text_of(section.find("p")).startswith(begins)


def test_a_thing_is_cited_by_its_iri_its_revision_and_its_permalink(cited: httpx.Client):
    revision = cited.get("/health").json()["revision"]
    assert item(cited.get(f"/doc/{GOAL}?format=csl&lang=nn")) == {
        "id": IRI,
        "type": "entry",
        "title": "Auka vekstkraft",
        "container-title": "Byregionprogrammet som lenkja data",
        "publisher": "Ein oppdikta utgjevar",
        "issued": {"date-parts": [[2026, 1, 1]]},
        "version": revision,
        "language": "nn",
        "URL": f"https://regions.example.org/doc/{GOAL}?revision={revision[:16]}",
    }


@pytest.mark.parametrize("address", [f"/doc/{GOAL}.csl", f"/doc/{GOAL}?format=csl", f"/doc/{GOAL}"])
def test_it_is_had_by_suffix_by_format_and_by_accept(cited: httpx.Client, address: str):
    response = cited.get(address, headers={"accept": CSL})
    assert item(response)["id"] == IRI
    assert response.headers["content-location"] == f"/doc/{GOAL}.csl?lang=nb"
    assert "accept-language" in response.headers["vary"].lower()
    assert cited.get(address, headers={"accept": CSL, "if-none-match": response.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    ("lang", "heading", "title", "rest"),
    [
        (
            "nb",
            "Slik siterer du",
            "Økt vekstkraft. Byregionprogrammet som lenkede data. En oppdiktet utgiver.",
            "Revisjon {0}, publisert 1. januar 2026. {1} Fast lenke: {2}",
        ),
        (
            "nn",
            "Slik siterer du",
            "Auka vekstkraft. Byregionprogrammet som lenkja data. Ein oppdikta utgjevar.",
            "Revisjon {0}, publisert 1. januar 2026. {1} Fast lenkje: {2}",
        ),
        (
            "en",
            "How to cite",
            "Increased power to grow. Norway's city-region programme as linked data. A made-up publisher.",
            "Revision {0}, published 1 January 2026. {1} Permalink: {2}",
        ),
    ],
)
def test_a_page_says_how_to_cite_it_in_the_language_of_the_reader(
    cited: httpx.Client, lang: str, heading: str, title: str, rest: str
):
    page = page_of(cited.get(f"/doc/{GOAL}", headers=BROWSER | {"accept-language": lang}))
    section = next(part for part in page.iter("section") if part.get("aria-labelledby") == "citing")
    assert text_of(section.find("h2")) == heading
    revision = cited.get("/health").json()["revision"][:16]
    permalink = f"https://regions.example.org/doc/{GOAL}?revision={revision}"
    assert text_of(section.find("p")) == f"{title} {rest.format(revision, IRI, permalink)}"
    (link,) = section.findall("p")[1].iter("a")
    assert item(cited.get(link.get("href") or ""))["URL"] == permalink


def test_the_permalink_shows_the_same_and_cites_the_same(cited: httpx.Client):
    told = item(cited.get(f"/doc/{GOAL}.csl"))
    permalink = urlsplit(str(told["URL"]))
    assert item(cited.get(f"{permalink.path}?{permalink.query}&format=csl")) == told


def test_a_citation_is_not_kept_for_good_because_it_says_more_than_the_revision(cited: httpx.Client):
    revision = cited.get("/health").json()["revision"]
    response = cited.get(f"/doc/{GOAL}.csl?revision={revision}")
    assert response.headers["cache-control"] == "public, no-cache"


def test_without_an_archive_and_a_publisher_nothing_is_said_of_them(client: httpx.Client):
    told = item(client.get(f"/doc/{GOAL}?format=csl"))
    assert told == {
        "id": IRI,
        "type": "entry",
        "title": "Økt vekstkraft",
        "container-title": "Byregionprogrammet som lenkede data",
        "version": client.get("/health").json()["revision"],
        "language": "nb",
        "URL": IRI,
    }
    page = page_of(client.get(f"/doc/{GOAL}", headers=BROWSER | {"accept-language": "nb"}))
    section = next(part for part in page.iter("section") if part.get("aria-labelledby") == "citing")
    assert "Fast lenke" not in text_of(section)


def test_a_program_is_led_from_the_document_to_its_citation(cited: httpx.Client):
    told = [link for link in cited.get(f"/doc/{GOAL}").headers.get_list("link") if CSL in link]
    assert told
    assert f'</doc/{GOAL}.csl?lang=nb>; rel="describedby"; type="{CSL}"' in told[0]


def test_what_is_not_there_is_not_cited(cited: httpx.Client):
    assert cited.get("/doc/goal/none.csl").status_code == 404


# --- Datasets ---------------------------------------------------------------------------------------------------------


def test_a_dataset_is_cited_in_the_revision_that_is_published(cited: httpx.Client):
    told = item(cited.get("/datasets/midt-troms?format=csl&lang=nn"))
    assert (told["type"], told["id"]) == ("dataset", "https://w3id.org/byregion/catalogue/midt-troms")
    assert told["version"] == cited.get("/health").json()["revision"]
    assert (told["publisher"], told["issued"]) == ("Ein oppdikta utgjevar", {"date-parts": [[2026, 1, 1]]})
    # Its page is about what is published now, and so it has no permalink.
    assert told["URL"] == told["id"]


def test_the_page_of_a_dataset_says_how_to_cite_it(cited: httpx.Client):
    page = page_of(cited.get("/datasets/midt-troms", headers=BROWSER | {"accept-language": "nb"}))
    section = next(part for part in page.iter("section") if part.get("aria-labelledby") == "citing")
    assert text_of(section.find("p")).startswith(text_of(page.find(".//h1")) + ". Byregionprogrammet som lenkede data.")
    (csl,) = (link.get("href") or "" for link in section.iter("a"))
    assert csl == "/datasets/midt-troms.csl?lang=nb"
    assert item(cited.get(csl))["title"] == text_of(page.find(".//h1"))
    assert cited.get("/datasets/none.csl").status_code == 404


# --- Answers ----------------------------------------------------------------------------------------------------------


def test_the_answer_to_a_question_is_cited_by_its_title_and_values(cited: httpx.Client):
    told = item(cited.get("/queries/participants?region=region:midt-troms&format=csl&lang=en"))
    assert told["type"] == "dataset"
    assert told["title"] == "The municipalities of a region, with their role (region:midt-troms)"
    assert told["id"] == "https://w3id.org/byregion/queries/participants"
    address = urlsplit(str(told["URL"]))
    assert address.path == "/queries/participants"
    asked = parse_qs(address.query)
    assert set(asked) == {"region", "language", "revision", "wording"}
    answers = [cited.get(path, params=asked | {"format": "csv"}) for path in ("/queries/participants", address.path)]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["cache-control"].endswith("immutable")


def test_the_page_of_an_answer_says_how_to_cite_it(cited: httpx.Client):
    page = page_of(cited.get("/queries/participants", headers=BROWSER | {"accept-language": "nb"}))
    section = next(part for part in page.iter("section") if part.get("aria-labelledby") == "citing")
    (permalink, csl) = (link.get("href") or "" for link in section.iter("a"))
    assert item(cited.get(csl))["URL"] == permalink
    assert text_of(section.find("p")).startswith("Kommunene i en region")


def test_what_cannot_be_asked_is_not_cited(cited: httpx.Client):
    assert cited.get("/queries/participants?region=none&format=csl").status_code == 400
    assert cited.get("/sparql?query=SELECT&format=csl").status_code == 400


def test_the_answer_to_a_query_of_ones_own_is_cited_by_its_permalink(cited: httpx.Client):
    told = item(cited.get("/sparql", params={"query": QUERY, "format": "csl", "lang": "nn"}))
    assert (told["type"], told["title"]) == ("dataset", "Svar på ei SPARQL-spørjing")
    assert told["id"] == told["URL"]
    address = urlsplit(str(told["URL"]))
    assert parse_qs(address.query)["query"] == [QUERY]
    csv = [
        cited.get("/sparql", params={"query": QUERY, "format": "csv"}),
        cited.get(f"{address.path}?{address.query}&format=csv"),
    ]
    assert csv[0].content == csv[1].content


def test_where_nothing_is_kept_the_answer_to_a_query_is_cited_by_its_address_and_not_the_one_that_was_claimed(
    client: httpx.Client,
):
    parameters = {"query": QUERY, "format": "csl", "lang": "nb"}
    told = item(client.get("/sparql", params=parameters, headers={"host": "elsewhere.example"}))
    address = urlsplit(str(told["URL"]))
    assert (address.netloc, parse_qs(address.query)) == ("127.0.0.1:8080", {"query": [QUERY]})


def test_the_page_of_an_answer_to_ones_own_query_says_how_to_cite_it(cited: httpx.Client):
    page = page_of(cited.get(f"/sparql?query={quote(QUERY)}", headers=BROWSER | {"accept-language": "en"}))
    section = next(part for part in page.iter("section") if part.get("aria-labelledby") == "citing")
    assert text_of(section.find("p")).startswith("Answer to a SPARQL query. Norway's city-region programme")
    (_, csl) = (link.get("href") or "" for link in section.iter("a"))
    assert item(cited.get(csl))["type"] == "dataset"
    form = page_of(cited.get("/sparql", headers=BROWSER))
    assert not [part for part in form.iter("section") if part.get("aria-labelledby") == "citing"]
