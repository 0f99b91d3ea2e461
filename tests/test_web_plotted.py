"""Answers of queries on a map: a point for each row that has one, a list of those that have none, and the table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

import httpx
import pytest
from rdflib import Literal, URIRef, Variable

from browser import Visit
from byregion import iri, queries
from byregion.assets import folder
from byregion.config import Settings
from byregion.dataset import GraphFile, ontology_files
from byregion.engine.memory import MemoryEngine
from byregion.queries import Places
from byregion.results import Solutions
from byregion.web import coast, create_app, language, plotted
from byregion.web.table import Table
from web_world import BROWSER, page_of, text_of

SVG = "{http://www.w3.org/2000/svg}"
WORDS = language.read()
MAPPED = [query for query in queries.read_all(folder("queries")) if query.map]
SEA = Path(__file__).parent / "data" / "web" / "points.ttl"
PREFIXES = "PREFIX br: <https://w3id.org/byregion/def#> PREFIX wgs84: <http://www.w3.org/2003/01/geo/wgs84_pos#> "


@pytest.fixture(scope="module")
def sea(data: Path) -> Iterator[httpx.Client]:
    """The app over eight regions that are made up, some of whose municipalities have no point."""
    files = [*ontology_files(), GraphFile(SEA, iri.graph(PurePosixPath("points/stated.ttl")))]
    app = create_app(Settings(data=data), MemoryEngine.of(files, []))
    transport = httpx.WSGITransport(app=app)
    with httpx.Client(transport=transport, base_url="http://127.0.0.1:8080", headers=BROWSER) as client:
        yield client


def drawing(page: Element) -> Element | None:
    return next((it for it in page.iter(f"{SVG}svg") if "map" in (it.get("class") or "").split()), None)


def pins(page: Element) -> list[str]:
    """The names of the points, as they are told."""
    drawn = drawing(page)
    assert drawn is not None, "there is no map"
    return [text_of(it.find(f"{SVG}title")) for it in drawn.iter(f"{SVG}circle") if it.get("class") == "point"]


def test_three_questions_ask_for_a_map():
    assert {query.name for query in MAPPED} == {
        "participants",
        "municipalities-in-several-regions",
        "municipality-today",
    }


@pytest.mark.parametrize("query", MAPPED, ids=lambda query: query.name)
def test_the_points_are_the_rows_with_a_place_and_the_table_holds_all(client: httpx.Client, query: queries.NamedQuery):
    rows = client.get(f"/queries/{query.name}.json").json()["results"]["bindings"]
    page = page_of(client.get(f"/queries/{query.name}", headers=BROWSER))
    placed = {(row["name"]["value"], row["lat"]["value"], row["long"]["value"]) for row in rows if "lat" in row}
    assert len(page.findall(".//section[@aria-labelledby='answer']//tbody/tr")) == len(rows)
    if not placed:
        # Of the municipalities that the tests have a part of, none of two regions has a point.
        assert query.name == "municipalities-in-several-regions" and drawing(page) is None
        return
    assert sorted(pins(page)) == sorted(name for name, _, _ in placed)
    told = text_of(page.find(".//figure[@class='drawn']/figcaption"))
    assert told.startswith(str(len(placed))) and "tabellen" in told


def test_what_has_no_place_is_listed_and_what_is_outside_the_map_too(sea: httpx.Client):
    page = page_of(sea.get("/queries/participants?region=region/sea-1&lang=en"))
    assert sorted(pins(page)) == ["Liten", "Stor", "Ukjent"]
    absent = [text_of(it) for it in page.iter("p") if it.get("class") == "absent"]
    assert absent == ["Not on the map, because the place is not stated in the source (1): Ingensteds"]
    nowhere = page_of(sea.get("/queries/participants?region=region/sea-2&lang=en"))
    assert drawing(nowhere) is None


def test_names_are_text_whatever_stands_in_them(sea: httpx.Client):
    query = 'SELECT ?name ?lat ?long { VALUES (?name ?lat ?long) { ("<script>alert(1)</script>" 66.0 10.0) } }'
    response = sea.get("/sparql", params={"query": query, "format": "html"})
    assert pins(page_of(response)) == ["<script>alert(1)</script>"]
    assert "<script>alert" not in response.text


def test_the_editor_draws_an_answer_that_has_a_latitude_and_a_longitude(client: httpx.Client):
    query = PREFIXES + "SELECT ?m ?lat ?long { ?m br:takesPartIn ?r ; wgs84:lat ?lat ; wgs84:long ?long } LIMIT 7"
    page = page_of(client.get("/sparql", params={"query": query, "format": "html"}, headers=BROWSER))
    assert len(pins(page)) == len(set(pins(page))) > 0
    assert "#plot" in {link.get("href") for link in page.iter("a")}
    assert "plot" in {it.get("id") for it in page.iter("figure")}
    plain = page_of(
        client.get(
            "/sparql", params={"query": PREFIXES + "SELECT ?m { ?m a br:Region }", "format": "html"}, headers=BROWSER
        )
    )
    assert drawing(plain) is None and "#plot" not in {link.get("href") for link in plain.iter("a")}


def table(*rows: tuple[object, ...], names: tuple[str, ...] = ("place", "name", "lat", "long")) -> Table:
    variables = tuple(map(Variable, names))
    bindings = tuple(
        {key: value for key, value in zip(variables, row, strict=True) if value is not None} for row in rows
    )
    return Table.of(Solutions(variables, bindings))  # type: ignore[arg-type]


def test_columns_are_found_by_their_names_and_the_label_is_the_last_text():
    place = URIRef("https://w3id.org/byregion/id/municipality/x")
    row = (place, Literal("Her", lang="nb"), Literal(60.5), Literal(10.5))
    assert plotted._found(table(row)) == Places("name", "lat", "long")
    assert plotted._found(table((place, Literal(60.5), Literal(10.5)), names=("place", "latitude", "lon"))) == Places(
        "place", "latitude", "lon"
    )
    assert plotted._found(table((place, Literal("x"), Literal(1), Literal(2)), names=("a", "b", "c", "d"))) is None
    assert plotted._found(None) is None


# --- The part of the coast behind it ----------------------------------------------------------------------------------


def test_a_part_of_the_coast_lies_in_its_box_and_is_much_smaller():
    whole = coast.read("fine")
    assert whole is not None, "build what pages load: make ui"
    box = (2000.0, 400.0, 2600.0, 1100.0)
    part = whole.within(box, 1.0)
    corners = [at for path in (part.norway, part.around) for ring in coast._rings(path) for at in ring]
    assert corners
    for x, y in corners:
        assert 1995 <= x <= 2605 and 395 <= y <= 1105
    assert len(part.norway) < len(whole.norway) / 4
    # Where nothing is cut and no step is too short, it is what it was.
    assert whole.within((-1e5, -1e5, 1e5, 1e5), 0.0).norway == whole.norway
    # Larger steps make a smaller file.
    assert len(whole.within((0.0, 0.0, 4000.0, 4654.0), 7.0).norway) < len(whole.norway) * 2 / 3


# --- In the browser ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [390, 1280])
def test_the_map_of_an_answer_is_seen_without_scripts_and_its_names_stand_within_it(visit: Visit, width: int):
    page = visit("/queries/participants", width=width, script=False, locale="nb-NO")
    box = page.locator("svg.map").bounding_box()
    assert box is not None and box["width"] > 300 and box["height"] > 200
    names = page.locator("svg.map text")
    assert names.count() > 0
    for place in range(names.count()):
        name = names.nth(place).bounding_box()
        assert name is not None
        assert box["x"] - 1 <= name["x"] and name["x"] + name["width"] <= box["x"] + box["width"] + 1
