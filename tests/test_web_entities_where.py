"""The map on the page of a region, a municipality and a county: what is on it, where it leads, what no source says."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

import httpx
import pytest

from browser import Visit
from byregion import iri
from byregion.config import Settings
from byregion.dataset import GraphFile, ontology_files
from byregion.engine.memory import MemoryEngine
from byregion.engine.pool import Pool
from byregion.web import coast, create_app, pinned
from byregion.web.naming import Text
from byregion.web.pinned import Frame, Place
from web_world import BROWSER, page_of, text_of

SVG = "{http://www.w3.org/2000/svg}"
POINTS = Path(__file__).parent / "data" / "web" / "points.ttl"
NO_POINTS = """
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX wgs84: <http://www.w3.org/2003/01/geo/wgs84_pos#>
SELECT DISTINCT ?municipality WHERE {
  ?number br:county <https://w3id.org/byregion/id/county/troms-19> ; br:numberOf ?municipality .
  ?municipality wgs84:lat ?lat ; wgs84:long ?long .
}
"""


@pytest.fixture(scope="module")
def sea(data: Path) -> Iterator[httpx.Client]:
    """The app over eight regions that are made up, some of whose municipalities have no point."""
    files = [*ontology_files(), GraphFile(POINTS, iri.graph(PurePosixPath("points/stated.ttl")))]
    transport = httpx.WSGITransport(app=create_app(Settings(data=data), MemoryEngine.of(files, [])))
    with httpx.Client(transport=transport, base_url="http://127.0.0.1:8080", headers=BROWSER) as made:
        yield made


def shown(client: httpx.Client, path: str, lang: str = "nb") -> Element:
    return page_of(client.get(f"/doc/{path}.html", params={"lang": lang}, headers=BROWSER))


def section(page: Element, name: str) -> Element:
    (found,) = (part for part in page.iter("section") if part.get("aria-labelledby") == name)
    return found


def drawing(page: Element) -> Element | None:
    return next((it for it in page.iter(f"{SVG}svg") if "near" in (it.get("class") or "").split()), None)


def points(page: Element) -> dict[str, str]:
    """Where each point leads, by the words that are heard."""
    drawn = drawing(page)
    assert drawn is not None, "there is no map"
    return {
        it.get("aria-label") or text_of(it): (it.get("href") or "").partition("?")[0].removeprefix("/doc/")
        for it in drawn.iter(f"{SVG}a")
    }


def names(page: Element) -> list[str]:
    drawn = drawing(page)
    assert drawn is not None, "there is no map"
    return [text_of(it) for it in drawn.iter(f"{SVG}text")]


# --- A region ---------------------------------------------------------------------------------------------------------


def test_a_region_has_its_municipalities_on_a_map_above_the_table_that_has_them_all(client: httpx.Client):
    part = section(shown(client, "region/midt-troms"), "participants")
    listed = [link.get("href") or "" for row in part.findall(".//tbody/tr") for link in row.findall("th/a")]
    assert sorted(points(part).values()) == sorted(href.partition("?")[0].removeprefix("/doc/") for href in listed)
    assert len(points(part)) == 8
    assert sorted(names(part)) == sorted(text_of(it) for it in part.findall(".//tbody/tr/th"))
    drawn = drawing(part)
    assert drawn is not None and drawn.get("role") == "group"
    told = part.find(f".//*[@id='{drawn.get('aria-labelledby')}']")
    assert text_of(told).startswith("8 av 8 kommuner er på kartet.")
    tags = [it.tag for it in part.iter()]
    assert tags.index("figure") < tags.index("table")


def test_a_region_leads_from_its_map_to_the_large_one(client: httpx.Client):
    part = section(shown(client, "region/midt-troms", "en"), "participants")
    (large,) = (it.get("href") or "" for it in part.iter("a") if text_of(it) == "Show on the large map")
    page = page_of(client.get(large, headers=BROWSER))
    assert "near" in large or page.find(".//figure[@data-near='midt-troms']") is not None


def test_points_are_sized_by_people_and_said_with_their_number(sea: httpx.Client):
    page = shown(sea, "region/sea-1")
    assert points(page) == {
        "Stor: 60\u00a0000 innbyggere": "municipality/sea-large",
        "Liten: 10 innbyggere": "municipality/sea-small",
        "Ukjent": "municipality/sea-unknown",
    }
    drawn = drawing(page)
    assert drawn is not None
    circles = {text_of(it.find(f"{SVG}text")): it.find(f"{SVG}circle") for it in drawn.iter(f"{SVG}a")}
    radii = {name: float(it.get("r") or "") for name, it in circles.items() if it is not None}
    assert radii["Stor"] > radii["Ukjent"] > radii["Liten"]
    assert "Et punkt er større jo flere som bor i kommunen" in text_of(page.find(".//figcaption"))


def test_what_no_source_says_the_place_of_is_named_beside_the_map(sea: httpx.Client):
    part = section(shown(sea, "region/sea-1", "en"), "participants")
    assert text_of(part.find("figure/figcaption/p")).startswith("3 of 4 municipalities are on the map.")
    absent = [text_of(it) for it in part.iter("p") if it.get("class") == "absent"]
    assert absent == ["Not on the map, because the place is not stated in the source (1): Ingensteds Bokmål"]
    # What is outside the map has a place, and a region of which nothing is known has none.
    for name in ("sea-2", "sea-3"):
        page = shown(sea, f"region/{name}")
        assert drawing(page) is None
        assert not [it for it in page.iter("p") if it.get("class") == "absent"]


# --- A municipality ---------------------------------------------------------------------------------------------------


def test_a_municipality_is_on_a_map_with_the_others_of_its_region_around_it_quietly(client: httpx.Client):
    part = section(shown(client, "municipality/lenvik-1931"), "where")
    assert text_of(part.find("h2")) == "Hvor kommunen ligger"
    assert "municipality/lenvik-1931" not in points(part).values()
    assert len(points(part)) == 7
    drawn = drawing(part)
    assert drawn is not None
    assert {it.get("class") for it in drawn.iter(f"{SVG}a")} == {"at quiet"}
    # Its own point is drawn last, over all others, and it has its name whatever others have.
    marks = [text_of(it.find(f"{SVG}title")) for it in drawn.iter(f"{SVG}circle")]
    assert marks[-1].startswith("Lenvik: ")
    assert names(part)[-1] == "Lenvik"
    links = {text_of(it): it.get("href") or "" for it in part.iter("a")}
    assert links["Midt-Troms"].startswith("/doc/region/midt-troms")
    assert links["Belegg i kilden"] == "#evidence"
    assert section(shown(client, "municipality/lenvik-1931"), "evidence") is not None


def test_a_municipality_of_no_region_is_on_a_map_alone(client: httpx.Client, sea: httpx.Client):
    for page in (shown(client, "municipality/senja-5421"), shown(sea, "municipality/sea-last")):
        assert points(page) == {}
        assert len(names(page)) == 1
        drawn = drawing(page)
        assert drawn is not None and drawn.get("role") == "img"
        assert "svakere" not in text_of(page.find(".//figcaption"))


def test_where_a_municipality_is_is_said_not_to_be_stated_where_no_source_says_it(sea: httpx.Client):
    for lang, said in (("nb", "Ikke oppgitt i kilden"), ("nn", "Ikkje oppgjeve i kjelda"), ("en", "Not stated")):
        page = shown(sea, "municipality/sea-nowhere", lang)
        assert drawing(page) is None
        assert text_of(section(page, "where").find("p")).startswith(said)
    # A place that is outside the map is stated, among what is said.
    outside = shown(sea, "municipality/sea-outside")
    assert not [it for it in outside.iter("section") if it.get("aria-labelledby") == "where"]


def test_names_are_text_whatever_stands_in_them(sea: httpx.Client):
    response = sea.get("/doc/region/sea-8.html")
    assert list(points(page_of(response)).values()) == ["municipality/sea-last"]
    assert "<script>alert" not in response.text


# --- A county ---------------------------------------------------------------------------------------------------------


def test_a_county_has_the_municipalities_that_had_a_number_in_it(client: httpx.Client):
    answer = client.get("/sparql", params={"query": NO_POINTS, "format": "json"}).json()["results"]["bindings"]
    located = {row["municipality"]["value"].partition("/id/")[2] for row in answer}
    page = shown(client, "county/troms-19")
    assert set(points(section(page, "numbers")).values()) == located
    assert len(located) > 5
    # People are counted in few of them, so all points are of one size and nothing is said of it.
    assert "større" not in text_of(page.find(".//figcaption"))


# --- Where nothing is built, and how it is drawn ----------------------------------------------------------------------


def test_where_no_coast_was_built_pages_are_whole_without_a_map(engine: Pool, data: Path):
    app = create_app(Settings(data=data), engine)
    app.extensions["byregion"] = dataclasses.replace(app.extensions["byregion"], built={})
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        for path in ("region/midt-troms", "municipality/lenvik-1931", "county/troms-19"):
            page = shown(client, path)
            assert drawing(page) is None
            assert "where" not in {it.get("aria-labelledby") for it in page.iter("section")}


def test_what_is_far_from_a_part_of_the_coast_changes_nothing_in_it():
    whole = coast.read("fine")
    assert whole is not None, "build what pages load: make ui"

    def area(ring: list[coast.At]) -> float:
        return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], *ring[:1]], strict=True)) / 2

    seen = 0
    for box in ((1900.0, 700.0, 2400.0, 1200.0), (200.0, 3000.0, 700.0, 3400.0), (0.0, 0.0, 4000.0, 4654.0)):
        for path in (whole.norway, whole.around):
            for ring, runs in zip(coast._rings(path), coast._runs(path), strict=True):
                cut = area(coast._cut(ring, box))
                assert area(coast._cut(coast._near(runs, box), box)) == pytest.approx(cut, abs=1e-3)
                seen += bool(cut)
    assert seen > 30


def test_what_a_map_is_about_has_its_name_and_stands_on_top_however_many_are_at_its_place():
    ground = coast.read("fine")
    assert ground is not None, "build what pages load: make ui"
    crowd = [
        Place(Text(f"Nabokommune {place}"), (2000.0, 1000.0), iri=iri.graph(PurePosixPath("x"))) for place in range(60)
    ]
    drawn = pinned.pinned(ground, [Place(Text("Selve kommunen"), (2000.0, 1000.0)), *crowd], Frame(first=1))
    assert drawn.pins[-1].place.name.value == "Selve kommunen"
    assert drawn.pins[-1].spot is not None and drawn.pins[-1].spot.line is None
    assert None in {pin.spot for pin in drawn.pins}


def test_the_inset_shows_which_part_of_the_country_a_map_is_of():
    ground = coast.read("fine")
    assert ground is not None, "build what pages load: make ui"
    drawn = pinned.pinned(ground, [Place(Text("Her"), (2000.0, 1000.0))], Frame())
    inset = pinned.inset(drawn)
    assert inset is not None
    left, top, width, height = inset.part
    # Its middle is where the place is, and the outline is a small file.
    assert (left + width / 2) / inset.width == pytest.approx(2000 / ground.width, abs=0.002)
    assert (top + height / 2) / inset.height == pytest.approx(1000 / ground.height, abs=0.002)
    assert 500 < len(inset.norway) < 3000


# --- In the browser ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", ["region/midt-troms", "municipality/lenvik-1931", "county/troms-19"])
def test_names_can_be_read_stand_within_the_map_and_lead_to_their_pages_by_keyboard(
    visit: Visit, path: str, width: int
):
    page = visit(f"/doc/{path}", width=width, script=False, locale="nb-NO")
    box = page.locator("svg.near").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    for name in page.locator("svg.near text").all():
        inner = name.bounding_box()
        assert inner is not None and inner["height"] >= 10
        assert box["x"] - 1 <= inner["x"] and inner["x"] + inner["width"] <= box["x"] + box["width"] + 1
        assert box["y"] - 1 <= inner["y"] and inner["y"] + inner["height"] <= box["y"] + box["height"] + 1
    link = page.locator("svg.near").get_by_role("link", name="Bardu")
    link.focus()
    assert link.evaluate("link => link.matches(':focus-visible') || link === document.activeElement")
    page.keyboard.press("Enter")
    page.wait_for_url("**/doc/municipality/bardu-1922*")
    assert page.locator("h1").inner_text() == "Bardu"


def test_names_stand_out_from_the_land_where_the_reader_has_colours_of_her_own(visit: Visit):
    page = visit("/doc/municipality/lenvik-1931")
    page.emulate_media(forced_colors="active")
    land, *others = page.locator("svg.near").evaluate(
        "svg => ['.norway', '.quiet text', 'g > text, svg > text', 'g > circle'].map("
        "(it) => getComputedStyle(svg.querySelector(it)).fill)"
    )
    assert land not in others
