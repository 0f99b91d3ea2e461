"""Two servers with bases and datasets of their own are joined: by SERVICE from one of them, and from outside."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from rdflib import DCTERMS, Graph, Namespace, URIRef

import excerpt
import second_region
from byregion.namespaces import BASE
from peer import peer, say, silence
from serving import served

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
JSON = "application/sparql-results+json"
COMUNICA = Path(__file__).parent / "comunica" / "node_modules" / ".bin" / "comunica-sparql"
NOBODY = "http://127.0.0.1:1/sparql"
OTHER = "https://haugesundregionen.example/"
"""The base of the second region's own server, which has its own names for all but what `SHARED` says."""
SHARED = ("municipality", "municipality-number", "county", "change-event", "concept", "programme")
PREFIXES = """\
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
JOINED = """
SELECT DISTINCT ?region ?name ?now WHERE {
  SERVICE <OTHER> {
    ?participation br:region ?region ; br:municipality ?municipality .
    ?region a br:Region .
  }
  ?municipality skos:prefLabel ?name .
  ?entry br:numberOf ?municipality ; br:number ?now .
  FILTER(LANG(?name) = "nb")
  FILTER NOT EXISTS { ?entry br:validBefore ?end }
}
ORDER BY ?now ?region
"""
HAUGESUND, SUNNHORDLAND = f"{OTHER}id/region/haugesundregionen", f"{OTHER}id/region/sunnhordland"
# Etne and Sveio were in two regions, and have new numbers since 2020.
EXPECTED = [
    (HAUGESUND, "Haugesund", "1106"),
    (HAUGESUND, "Suldal", "1134"),
    (HAUGESUND, "Sauda", "1135"),
    (HAUGESUND, "Bokn", "1145"),
    (HAUGESUND, "Tysvær", "1146"),
    (HAUGESUND, "Karmøy", "1149"),
    (HAUGESUND, "Vindafjord", "1160"),
    (HAUGESUND, "Etne", "4611"),
    (SUNNHORDLAND, "Etne", "4611"),
    (HAUGESUND, "Sveio", "4612"),
    (SUNNHORDLAND, "Sveio", "4612"),
]


@dataclass(frozen=True, slots=True)
class World:
    """The addresses of two servers: `ours`, and that of the second region, `other`, which ours may ask.

    Of the `listed` endpoints one is not there, one is `slow`, and one `leads` elsewhere.
    """

    ours: str
    other: str
    slow: str
    leads: str

    @property
    def listed(self) -> tuple[str, ...]:
        return (f"{self.other}sparql", NOBODY, self.slow, self.leads)

    def ask(self, query: str, accept: str = JSON, **fields: str) -> httpx.Response:
        """Our answer to a query in which OTHER stands for the other endpoint."""
        text = PREFIXES + query.replace("OTHER", f"{self.other}sparql")
        return httpx.get(f"{self.ours}sparql", params={"query": text, **fields}, headers={"Accept": accept}, timeout=30)


def rows(text: str) -> list[tuple[str, ...]]:
    """The solutions of `JOINED` in an answer."""
    found = json.loads(text)["results"]["bindings"]
    return [tuple(row[name]["value"] for name in ("region", "name", "now")) for row in found]


def with_other_base(folder: Path) -> Path:
    """The second region's dataset under its own base: its prefixes but for `SHARED` lead there."""
    target = folder / "data" / second_region.FOLDER.name
    target.mkdir(parents=True)
    for item in second_region.FILES:
        text = item.path.read_text(encoding="utf-8").replace(f"{BASE}id/", f"{OTHER}id/")
        for kind in SHARED:
            text = text.replace(f"{OTHER}id/{kind}/", f"{BASE}id/{kind}/")
        (target / item.path.name).write_text(text, encoding="utf-8")
    return target.parent


def with_numbers_of_the_second_region(folder: Path) -> Path:
    """Our data with everything that is known of municipalities, and nothing of the second region.

    Without a catalogue, neither that nor downloads are made: nobody asks for them here.
    """
    data = folder / "data"
    shutil.copytree(excerpt.data(), data, ignore=shutil.ignore_patterns("catalogue.ttl"))
    whole = Path(second_region.__file__).parent.parent / "data" / "municipalities"
    for path in whole.glob("*.ttl"):
        shutil.copy(path, data / "municipalities")
    return data


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    theirs = with_other_base(tmp_path_factory.mktemp("other"))
    ours = with_numbers_of_the_second_region(tmp_path_factory.mktemp("ours"))
    with (
        peer(silence(20)) as slow,
        peer(say(307, b"", "Location: http://127.0.0.1:1/")) as leads,
        served(BYREGION_BASE=OTHER, BYREGION_DATA=str(theirs)) as (_, other),
    ):
        found = World("", other, slow.url, leads.url)
        options = [part for url in found.listed for part in ("--service", url)]
        with served(*options, BYREGION_DATA=str(ours)) as (_, address):
            yield replace(found, ours=address)


def test_a_query_with_service_joins_two_servers_by_municipality(world: World):
    answer = world.ask(JOINED)
    assert answer.status_code == 200, answer.text
    assert rows(answer.text) == EXPECTED
    nothing = f"ASK {{ ?participation br:region <{HAUGESUND}> }}"
    assert world.ask(nothing).json()["boolean"] is False


def test_comunica_joins_them_from_outside(world: World, tmp_path: Path):
    query = tmp_path / "joined.rq"
    query.write_text(PREFIXES + JOINED.replace("SERVICE <OTHER>", ""), encoding="utf-8")
    sources = [f"sparql@{address}sparql" for address in (world.ours, world.other)]
    command = [str(COMUNICA), *sources, "--file", str(query), "-t", JSON]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found = rows(done.stdout)
    assert [row for row in found if row[0].startswith(OTHER)] == EXPECTED
    assert {name for region, name, _ in found if region.startswith(BASE)} >= {"Bardu", "Målselv"}


@pytest.mark.parametrize("accept", [JSON, "text/csv", "text/html"])
def test_what_others_answered_is_not_kept(world: World, accept: str):
    answer = world.ask("SELECT * { SERVICE <OTHER> { ?region a br:Region } }", accept)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["cache-control"]
    assert "etag" not in answer.headers


def test_the_description_tells_that_service_is_possible_and_whom_it_may_ask(world: World):
    for address, expected in (
        (world.ours, {URIRef(url) for url in world.listed}),
        (world.other, set()),
    ):
        told = Graph()
        told.parse(data=httpx.get(f"{address}sparql", headers={"Accept": "text/turtle"}).text, format="turtle")
        endpoint = URIRef(f"{address}sparql")
        assert ((endpoint, SD.feature, SD.BasicFederatedQuery) in told) is bool(expected)
        assert set(told.objects(endpoint, DCTERMS.references)) == expected
    answer = world.ask("ASK {}")
    assert "service-seconds=5.0, service-bytes=5000000, service-calls=4" in answer.headers["byregion-limits"]


@pytest.mark.parametrize("endpoint", ["<http://127.0.0.1:2/sparql>", "?anybody", "br:Region"])
@pytest.mark.parametrize("silent", ["", "SILENT "])
def test_whoever_is_not_listed_is_refused_and_the_list_told(world: World, endpoint: str, silent: str):
    answer = world.ask(f"ASK {{ SERVICE {silent}{endpoint} {{ ?s ?p ?o }} }}")
    assert answer.status_code == 403
    problem = answer.json()
    assert problem["type"].endswith("#query-refused")
    assert ", ".join(f"<{url}>" for url in world.listed) in problem["detail"]


def test_a_server_without_a_list_asks_nobody(world: World):
    query = f"ASK {{ SERVICE <{world.ours}sparql> {{ ?s ?p ?o }} }}"
    answer = httpx.get(f"{world.other}sparql", params={"query": query})
    assert answer.status_code == 403
    assert "asks no other endpoint" in answer.json()["detail"]


def test_an_endpoint_that_fails_is_told_by_name_and_passed_over_where_it_may_be(world: World):
    answer = world.ask(f"ASK {{ SERVICE <{NOBODY}> {{ ?s ?p ?o }} }}")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "application/problem+json")
    problem = answer.json()
    assert problem["type"].endswith("#service-failed")
    assert problem["endpoint"] == NOBODY
    assert "cannot be asked" in problem["detail"]
    answer = world.ask(f"SELECT * {{ VALUES ?a {{ 1 2 }} SERVICE SILENT <{NOBODY}> {{ ?a ?p ?o }} }}")
    assert [row["a"]["value"] for row in answer.json()["results"]["bindings"]] == ["1", "2"]


def test_a_query_of_an_earlier_revision_asks_nobody(world: World):
    revision = world.ask("ASK {}").headers["byregion-revision"]
    answer = world.ask("ASK { SERVICE <OTHER> { ?s ?p ?o } }", revision="0" * 64)
    assert answer.status_code in (404, 410)
    # The current one by its name is the current one.
    assert world.ask("ASK { SERVICE <OTHER> { ?s ?p ?o } }", revision=revision).json()["boolean"] is True


def test_an_update_asks_nobody(world: World):
    update = f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{world.other}sparql> {{ ?s ?p ?o }} }}"
    answer = httpx.post(f"{world.ours}sparql", data={"update": update})
    assert answer.status_code in (401, 403)


def test_an_endpoint_that_is_slow_or_leads_elsewhere_is_told_so(world: World):
    for url, status, kind in ((world.slow, 504, "service-timeout"), (world.leads, 502, "service-failed")):
        answer = world.ask(f"ASK {{ SERVICE <{url}> {{ ?s ?p ?o }} }}", timeout="0.5")
        assert answer.status_code == status, answer.text
        problem = answer.json()
        assert (problem["type"].partition("#")[2], problem["endpoint"]) == (kind, url)
