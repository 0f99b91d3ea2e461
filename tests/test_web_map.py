"""The map: points where a source says them and nowhere else, the same as data, by keyboard, and without scripts."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

import httpx
import openpyxl
import pytest
from rdflib import SKOS, Graph, Literal, URIRef

from browser import Visit
from byregion import iri
from byregion.config import Settings
from byregion.dataset import GraphFile, ontology_files
from byregion.engine.memory import MemoryEngine
from byregion.engine.pool import Pool
from byregion.errors import ConfigError
from byregion.namespaces import BR, ID, WGS84
from byregion.web import charted, coast, create_app
from web_world import BROWSER, graph_of, page_of, text_of

SVG = "{http://www.w3.org/2000/svg}"
POINTS = Path(__file__).parent / "data" / "web" / "points.ttl"
ASKED = """
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX wgs84: <http://www.w3.org/2003/01/geo/wgs84_pos#>
SELECT DISTINCT ?municipality ?lat WHERE {
  ?participation a br:Participation ; br:municipality ?municipality .
  OPTIONAL { ?municipality wgs84:lat ?lat }
}
"""


def drawing(page: Element) -> Element:
    (found,) = (item for item in page.iter(f"{SVG}svg") if "map" in (item.get("class") or "").split())
    return found


def points(page: Element) -> dict[str, Element]:
    """The municipalities on a map, by the words that are heard."""
    links = (item for item in drawing(page).iter(f"{SVG}a") if item.get("class") == "at")
    return {item.get("aria-label") or "": item for item in links}


@pytest.fixture(scope="module")
def sea(data: Path) -> Iterator[httpx.Client]:
    """The app over eight regions that are made up."""
    with served_from(POINTS, data) as client:
        yield client


def served_from(file: Path, data: Path) -> httpx.Client:
    """The app over the ontology and one file."""
    files = [*ontology_files(), GraphFile(file, iri.graph(PurePosixPath("points/stated.ttl")))]
    transport = httpx.WSGITransport(app=create_app(Settings(data=data), MemoryEngine.of(files, [])))
    return httpx.Client(transport=transport, base_url="http://127.0.0.1:8080", headers=BROWSER)


# --- What is on it ----------------------------------------------------------------------------------------------------


def test_what_a_source_says_the_place_of_is_on_the_map_and_all_else_is_counted_and_listed(client: httpx.Client):
    rows = client.get("/sparql", params={"query": ASKED, "format": "json"}).json()["results"]["bindings"]
    placed = {row["municipality"]["value"].removeprefix(ID) for row in rows if "lat" in row}
    page = page_of(client.get("/map?lang=en", headers=BROWSER))
    assert {
        (item.get("href") or "").removeprefix("/doc/").partition("?")[0] for item in points(page).values()
    } == placed
    told = text_of(page.find(".//p[@id='located']"))
    assert told.startswith(f"{len(placed)} of {len(rows)} participating municipalities are on the map.")
    assert len(rows) > len(placed) > 0
    listed = {(link.get("href") or "").partition("?")[0] for link in page.findall(".//details//li/a")}
    assert {f"/doc/{row['municipality']['value'].removeprefix(ID)}" for row in rows} <= listed


def test_what_no_source_says_the_place_of_is_counted_and_listed_as_not_on_the_map(sea: httpx.Client):
    page = page_of(sea.get("/map?lang=en"))
    told = page.find(".//p[@id='located']")
    assert told is not None and told.get("class") == "absent"
    assert text_of(told).startswith("5 of 6 participating municipalities are on the map.")
    assert "Of the others we have no source for where they are." in text_of(told)


def test_a_point_stands_where_its_degrees_are(sea: httpx.Client):
    ground = coast.read("fine")
    assert ground is not None, "build what pages load: make ui"
    west, south, east, north = ground.frame
    assert ground.at(north, west) == (0.0, 0.0)
    assert ground.at(south, east) == pytest.approx((ground.width, ground.height), abs=1)
    assert ground.at(south - 1, east) is None
    # The equator of the projection is that of the globe, and one degree there is as long both ways.
    assert coast._mercator(0) == pytest.approx(0) and coast._mercator(0.001) == pytest.approx(0.001)
    shown = points(page_of(sea.get("/map?lang=nb")))
    found = re.match(r"translate\((\S+) (\S+)\)", shown["Ukjent, Hav 1"].find(f"{SVG}path").get("transform") or "")  # type: ignore[union-attr]
    assert found is not None
    assert (float(found[1]), float(found[2])) == pytest.approx(ground.at(66.02, 6.0), abs=0.1)


def test_points_are_sized_by_population_where_it_is_stated_and_the_legend_says_so(
    sea: httpx.Client, client: httpx.Client, data: Path, tmp_path: Path
):
    page = page_of(sea.get("/map?lang=nb"))
    shown = points(page)
    assert set(shown) == {
        "Liten, Hav 1: 10 innbyggere",
        "Stor, Hav 1: 60\u00a0000 innbyggere",
        "Ukjent, Hav 1",
        "Sist, Hav 8 <script>alert(1)</script>",
    }
    sizes = {name: path_size(item) for name, item in shown.items()}
    assert sizes["Stor, Hav 1: 60\u00a0000 innbyggere"] > sizes["Ukjent, Hav 1"] > sizes["Liten, Hav 1: 10 innbyggere"]
    assert "der folketallet ikke er oppgitt, har de én størrelse" in text_of(page.find(".//figcaption"))
    legend = page.find(".//ul[@aria-labelledby='sizes']")
    assert legend is not None
    assert [text_of(item) for item in legend] == [
        "2000 innbyggere",
        "10 000 innbyggere",
        "50 000 innbyggere",
    ]
    assert [path_size(item) for item in legend] == sorted(path_size(item) for item in legend)
    # Every municipality of the programme has a population by a source.
    assert all("innbyggere" in name for name in points(page_of(client.get("/map?lang=nb", headers=BROWSER))))
    uncounted = tmp_path / "points.ttl"
    lines = POINTS.read_text(encoding="utf-8").splitlines()
    uncounted.write_text("\n".join(line for line in lines if not line.startswith("observation:")), encoding="utf-8")
    with served_from(uncounted, data) as plain:
        page = page_of(plain.get("/map?lang=nb"))
    assert "Alle punktene er like store" in text_of(page.find(".//figcaption"))
    assert page.find(".//ul[@aria-labelledby='sizes']") is None
    assert len({path_size(item) for name, item in points(page).items() if "Hav 1" in name}) == 1


def path_size(point: Element) -> float:
    path = point.find(f".//{SVG}path")
    assert path is not None
    return max(abs(float(number)) for number in re.findall(r"-?\d+\.\d", path.get("d") or ""))


def test_twice_the_people_have_twice_the_area_within_bounds():
    assert charted.radius(40_000) ** 2 * 2 == pytest.approx(charted.radius(80_000) ** 2)
    assert (
        charted.radius(1) == charted.radius(0) < charted.radius(None) < charted.radius(10**9) == charted.radius(80_000)
    )


def test_regions_have_a_shape_a_colour_and_a_name_and_no_two_the_same_of_both(sea: httpx.Client):
    page = page_of(sea.get("/map?lang=nb"))
    first, last = (item for item in drawing(page).iter(f"{SVG}g") if item.get("data-region"))
    assert (first.get("data-region"), last.get("data-region")) == ("sea-1", "sea-8")
    # The eighth has the colour of the first again, and another shape.
    assert first.get("class") == last.get("class")
    shapes = [re.sub(r"[\d. -]+", "", item.find(f".//{SVG}path").get("d") or "") for item in (first, last)]  # type: ignore[union-attr]
    assert shapes == ["Maaz", "Mhvhz"]
    names = [text_of(text) for text in drawing(page).iter(f"{SVG}text")]
    assert names == ["Hav 1", "Hav 8 <script>alert(1)</script>"]
    # Names at one place are written below each other.
    places = [float(text.get("y") or 0) for text in drawing(page).iter(f"{SVG}text")]
    assert abs(places[0] - places[1]) > 50


def test_what_is_outside_the_map_or_has_no_point_is_listed_as_not_on_it(sea: httpx.Client):
    page = page_of(sea.get("/map?lang=nb"))
    told = {text_of(item.find("summary")): text_of(item) for item in page.iter("details")}
    assert "Hav 1 3 av 4 kommuner på kartet" in told
    assert "Ikke på kartet (1) Ingensteds" in told["Hav 1 3 av 4 kommuner på kartet"]
    assert "Hav 3 kommunene er ikke oppgitt i kilden" in told


def test_a_region_is_shown_from_near_by_and_one_that_is_none_is_not_found(client: httpx.Client):
    whole = drawing(page_of(client.get("/map", headers=BROWSER))).get("viewBox") or drawing(
        page_of(client.get("/map", headers=BROWSER))
    ).get("viewbox")
    near = drawing(page_of(client.get("/map?region=midt-troms", headers=BROWSER)))
    widths = [float((box or "").split()[2]) for box in (whole, near.get("viewBox") or near.get("viewbox"))]
    assert widths[0] / 11 <= widths[1] < widths[0] / 4
    assert client.get("/map?region=none", headers=BROWSER).status_code == 404


def test_where_no_coast_was_built_there_is_the_list_alone(tmp_path: Path, engine: Pool, data: Path):
    assert coast.read("fine", tmp_path) is None
    app = create_app(Settings(data=data), engine)
    app.extensions["byregion"] = dataclasses.replace(app.extensions["byregion"], built={})
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        page = page_of(client.get("/map", headers=BROWSER))
        assert not list(page.iter(f"{SVG}path"))
        assert list(page.iter("details"))


# --- As data ----------------------------------------------------------------------------------------------------------


def test_geojson_has_each_municipality_and_no_geometry_where_no_source_has_one(client: httpx.Client, sea: httpx.Client):
    response = client.get("/map.geojson")
    assert response.headers["content-type"] == "application/geo+json"
    told = response.json()
    assert told["type"] == "FeatureCollection"
    placed = [item for item in told["features"] if item["geometry"]]
    assert len(told["features"]) > len(placed) == 8
    (lenvik,) = (item for item in placed if item["properties"]["name"] == "Lenvik")
    assert lenvik["geometry"] == {"type": "Point", "coordinates": [17.8147, 69.3813]}
    assert (lenvik["properties"]["regionName"], lenvik["properties"]["population"]) == ("Midt-Troms", 11697)
    made_up = sea.get("/map.geojson").json()["features"]
    assert [item["properties"]["name"] for item in made_up if not item["geometry"]] == ["Ingensteds"]


def test_the_same_stands_in_the_table_the_workbook_and_the_graph(client: httpx.Client):
    rows = list(csv.DictReader(io.StringIO(client.get("/map.csv").text)))
    features = client.get("/map.geojson").json()["features"]
    assert [row["municipality"] for row in rows] == [item["properties"]["municipality"] for item in features]
    book = openpyxl.load_workbook(io.BytesIO(client.get("/map.xlsx").content))
    assert [cell.value for cell in next(book.worksheets[0].iter_rows())] == list(rows[0])
    for suffix in ("ttl", "nt", "rdf", "jsonld"):
        graph = graph_of(client.get(f"/map.{suffix}"))
        lenvik = URIRef(ID + "municipality/lenvik-1931")
        assert (lenvik, BR.takesPartIn, URIRef(ID + "region/midt-troms")) in graph
        assert (lenvik, SKOS.prefLabel, Literal("Lenvik", lang="nb")) in graph
        assert len(list(graph.subjects(WGS84.lat))) == 8
    assert client.get("/map", headers={"accept": "application/geo+json"}).json()["features"] == features
    assert client.get("/map.pdf").status_code == 404


def test_what_the_map_says_as_data_is_stated_or_inferred(client: httpx.Client):
    graph = graph_of(client.get("/map.nt"))
    whole = Graph().parse(
        data=client.get("/sparql", params={"query": "CONSTRUCT WHERE { ?s ?p ?o }", "format": "nt"}).text, format="nt"
    )
    assert len(graph) > 50
    assert set(graph) <= set(whole)


# --- A tile server ----------------------------------------------------------------------------------------------------


def test_a_tile_server_is_asked_only_where_one_is_set_and_only_by_the_map(engine: Pool, data: Path):
    tiles = "https://tiles.example.test/{z}/{y}/{x}.png"
    app = create_app(Settings(data=data, tiles=tiles, tiles_credit="© Somebody <b>"), engine)
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        shown = client.get("/map", headers=BROWSER)
        assert "img-src 'self' data: https://tiles.example.test;" in shown.headers["content-security-policy"]
        (figure,) = (item for item in page_of(shown).iter("figure") if item.get("data-tiles"))
        assert (figure.get("data-tiles"), figure.get("data-credit")) == (tiles, "© Somebody <b>")
        assert "example.test" not in client.get("/", headers=BROWSER).headers["content-security-policy"]


def test_without_a_setting_no_tile_server_is_named(client: httpx.Client):
    response = client.get("/map", headers=BROWSER)
    assert "img-src 'self' data:;" in response.headers["content-security-policy"]
    assert "data-tiles" not in response.text


@pytest.mark.parametrize(
    "tiles", ["x", "https://a.test/{z}/{x}", "https://a.test; script-src *//{z}/{x}/{y}", "//a/{z}{x}{y}"]
)
def test_a_tile_server_that_cannot_be_asked_is_refused(data: Path, tiles: str):
    with pytest.raises(ConfigError, match="tiles"):
        Settings(data=data, tiles=tiles)


# --- In the browser ---------------------------------------------------------------------------------------------------


def test_the_map_is_moved_and_read_by_keyboard(visit: Visit):
    page = visit("/map", locale="en-GB", motion="reduce")
    page.locator(".moved").focus()
    before = page.locator(".leaflet-map-pane").get_attribute("style")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "before => document.querySelector('.leaflet-map-pane').getAttribute('style') !== before", arg=before
    )
    point = page.get_by_role("button", name="Lenvik, Midt-Troms")
    point.focus()
    page.keyboard.press("Enter")
    link = page.locator(".leaflet-popup").get_by_role("link", name="Lenvik")
    assert (link.get_attribute("href") or "").startswith("/doc/municipality/lenvik-1931")
    assert page.evaluate("document.activeElement.textContent") == "Lenvik"
    page.keyboard.press("Escape")
    page.locator(".leaflet-popup").wait_for(state="detached")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Lenvik, Midt-Troms")
    # The map leads on to what follows it, and no key is caught.
    page.get_by_role("link", name="Show on the map (Midt-Troms)").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className").startswith("moved")
    apart = [page.get_by_role("button", name=f"{name}, Midt-Troms").bounding_box() for name in ("Lenvik", "Bardu")]
    assert apart[0] and apart[1] and abs(apart[0]["y"] - apart[1]["y"]) > 100


def test_who_cannot_use_the_map_is_led_past_it(visit: Visit):
    page = visit("/map", locale="en-GB")
    past = page.get_by_role("link", name="Skip the map and go to the list")
    past.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "list"


@pytest.mark.parametrize("width", [390, 1280])
def test_without_scripts_the_drawing_is_a_map_and_each_point_a_link(visit: Visit, width: int):
    page = visit("/map", width=width, script=False, locale="en-GB")
    svg = page.locator("svg.map")
    box = svg.bounding_box()
    assert box is not None and box["width"] > 300 and box["height"] > 300
    link = page.get_by_role("link", name="Lenvik, Midt-Troms")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/doc/municipality/lenvik-1931*")


def test_the_points_that_move_stand_where_those_of_the_drawing_stand(visit: Visit):
    def share(script: bool) -> tuple[float, float]:
        page = visit("/map", script=script, locale="en-GB")
        coast = page.locator("svg.map .norway, .moved .norway").bounding_box()
        at = (page.locator(".moved .leaflet-marker-icon" if script else "svg.map .at")).first.bounding_box()
        assert coast and at
        x, y = at["x"] + at["width"] / 2 - coast["x"], at["y"] + at["height"] / 2 - coast["y"]
        return x / coast["width"], y / coast["height"]

    assert share(True) == pytest.approx(share(False), abs=0.01)
