"""The pages over everything that is published, where other tests of pages read a part (`excerpt`)."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from byregion import infer, queries
from byregion.assets import folder
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files
from byregion.engine.memory import MemoryEngine
from byregion.web import create_app
from test_web_design import LIMIT, loaded
from web_world import BROWSER, page_of, text_of

ACROSS = [
    *("advice-shared-by-regions", "figures-and-sums", "goals-like-this", "incomplete-lists", "joint-plans"),
    *("measures-by-theme", "municipalities-in-several-regions", "nearest-regions-by-theme", "number-at-another-date"),
    *("regions-across-counties", "regions-by-theme", "regions-of-any-number", "regions-that-no-longer-match"),
    *("similar-statements", "themes-across-regions", "two-regions-compared"),
]


@pytest.fixture(scope="module")
def everything() -> Iterator[httpx.Client]:
    engine = MemoryEngine.of([*ontology_files(), *data_files(folder("data"))], infer.UPDATES)
    app = create_app(Settings(query_seconds=60), engine)
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as made:
        yield made


def shown(client: httpx.Client, address: str) -> str:
    """The words of a page."""
    return text_of(page_of(client.get(address, headers=BROWSER, params={"lang": "nb"}, follow_redirects=True)))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/", ["Midt-Troms"]),
        ("/doc/region/", ["Vest-Telemark", "Ålesundregionen", "Ullensaker"]),
        ("/doc/municipality/", ["Aremark"]),
        ("/doc/region/salten.html", ["Politisk forankring", "Beiarn", "Distriktssenterets side om Salten"]),
        ("/doc/region/listerregionen.html", ["ufullstendig liste over kommuner", "ingen kilde sier"]),
        ("/doc/municipality/etne-1211.html", ["Haugesundregionen", "Sunnhordland", "4611"]),
        ("/doc/change-event/snillfjord-2020.html", ["delt mellom Heim, Hitra og Orkland", "ingen av dem hele"]),
        ("/doc/observation/namsosregionen-population.html", ["Snåsa"]),
        ("/doc/concept/tourism.html", ["reiseliv"]),
    ],
)
def test_a_page_tells_what_it_is_about(everything: httpx.Client, address: str, words: list[str]):
    text = shown(everything, address)
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("name", ACROSS)
def test_a_question_across_regions_is_answered_as_a_page(everything: httpx.Client, name: str):
    query = queries.find(queries.read_all(folder("queries")), name)
    text = shown(everything, f"/queries/{name}")
    assert query.titles["nb"] in text
    rows = everything.get(f"/queries/{name}.csv").raise_for_status().text.splitlines()
    assert len(rows) > 1


def test_the_front_page_and_the_page_of_each_region_are_small_with_everything_that_they_load(everything: httpx.Client):
    rows = everything.get("/doc/region/index.json").raise_for_status().json()["results"]["bindings"]
    regions = [f"/doc/region/{row['entity']['value'].rpartition('/')[2]}" for row in rows]
    assert len(regions) > 25
    for address in ("/", *regions):
        size = sum(map(len, loaded(everything, address, "nn")))
        assert size < LIMIT, (address, size)
