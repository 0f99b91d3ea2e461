"""The reconciliation API as OpenRefine asks it, request by request, of a real server; its own schemas judge it.

https://reconciliation-api.github.io/specs/0.2/
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from byregion.assets import folder
from byregion.reconcile import BATCH
from catalogue_world import STANDARDS
from serving import WITHIN, served
from web_world import BROWSER, page_of, text_of

SCHEMAS = {path.stem: json.loads(path.read_text("utf-8")) for path in (STANDARDS / "reconciliation").glob("*.json")}
REGISTRY: Registry[Any] = Registry().with_resources(
    [(schema["$id"], DRAFT7.create_resource(schema)) for schema in SCHEMAS.values()]
)
LENVIK, SENJA = "municipality/lenvik-1931", "municipality/senja-5421"


def valid(name: str, told: Any) -> Any:
    """What was told, which the schema of that name must allow."""
    Draft7Validator(SCHEMAS[name], registry=REGISTRY).validate(told)
    return told


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A client of a server of everything that is published; like OpenRefine it asks for JSON or anything."""
    # Beside other tests an answer of the engine may take long.
    with served(BYREGION_DATA=str(folder("data")), BYREGION_QUERY_SECONDS="60") as (_, address):
        headers = {"accept": "application/json, */*;q=0.8", "accept-language": "nb"}
        with httpx.Client(base_url=address, timeout=WITHIN, headers=headers) as made:
            yield made


def ask(client: httpx.Client, batch: dict[str, Any], **headers: str) -> dict[str, Any]:
    valid("reconciliation-query-batch", batch)
    answer = client.post("/reconcile", data={"queries": json.dumps(batch)}, headers=headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = valid("reconciliation-result-batch", answer.json())
    assert set(told) == set(batch)
    return told


def service(told: dict[str, str]) -> str:
    return told["service_url"] + told["service_path"]


def test_openrefine_finds_what_a_table_means(client: httpx.Client):
    # The address is added as a standard service.
    manifest = valid("manifest", client.get("/reconcile").json())
    assert "0.2" in manifest["versions"]
    assert manifest["identifierSpace"] == "https://w3id.org/byregion/id/"

    # A first batch without types shows which types the rows may be of.
    guess = ask(client, {"q0": {"query": "Lenvik", "limit": 3}, "q1": {"query": "1922", "limit": 3}})
    assert {item["type"][0]["id"] for found in guess.values() for item in found["result"]} == {"Municipality"}

    # The person looks for a type and for the property that a column has.
    types = client.get(service(manifest["suggest"]["type"]), params={"prefix": "komm"}).json()
    (municipality,) = valid("suggest-types-response", types)["result"]
    properties = client.get(service(manifest["suggest"]["property"]), params={"prefix": "dat"}).json()
    (day,) = valid("suggest-properties-response", properties)["result"]
    flown = manifest["suggest"]["property"]["flyout_service_path"].replace("${id}", day["id"])
    assert "2016-01-01" in client.get(flown).json()["html"]

    # The rows in batches, with the type and the property.
    def row(number: str, written: str) -> dict[str, Any]:
        told = [{"pid": day["id"], "p": "Dato", "v": written}]
        properties = [{key: item[key] for key in ("pid", "v")} for item in told]
        return {"query": number, "type": municipality["id"], "type_strict": "should", "properties": properties}

    found = ask(client, {"q0": row("1931", "2016-01-01"), "q1": row("1931", "2026-11-23")})
    (lenvik,) = found["q0"]["result"]
    assert (lenvik["id"], lenvik["name"], lenvik["score"], lenvik["match"]) == (LENVIK, "Lenvik", 100, True)
    assert lenvik["description"] == "kommune, nummer 1931 (1838–2019), Troms"
    successor, before = found["q1"]["result"]
    assert (successor["id"], successor["match"], before["match"]) == (SENJA, False, False)
    assert "1931 Lenvik er blitt 5530 Senja" in successor["description"]
    assert "Fantes ikke 23. november 2026" in before["description"]

    # What was matched is looked at: a preview, and the page behind the link.
    for id in (LENVIK, quote(LENVIK, safe="")):
        shown = client.get(manifest["preview"]["url"].replace("{{id}}", id))
        assert "Midt-Troms" in text_of(page_of(shown))
        assert "frame-ancestors *" in shown.headers["content-security-policy"]
        leads = client.get(manifest["view"]["url"].replace("{{id}}", id))
        assert leads.status_code == 303
        assert client.get(leads.headers["location"]).status_code == 200

    # A row that is not certain is looked for by hand.
    entities = client.get(service(manifest["suggest"]["entity"]), params={"prefix": "Senj"}).json()
    assert valid("suggest-entities-response", entities)["result"][0]["id"] == SENJA
    flown = manifest["suggest"]["entity"]["flyout_service_path"].replace("${id}", quote(SENJA, safe=""))
    assert "Senja" in client.get(flown).json()["html"]

    # Columns are added from the matched rows.
    proposal = service(manifest["extend"]["propose_properties"])
    offered = client.get(proposal, params={"type": municipality["id"], "limit": 50}).json()
    names = {item["id"] for item in valid("data-extension-property-proposal", offered)["properties"]}
    assert {"number", "name", "county", "region", "validFrom", "validBefore", "successor"} <= names
    settings = {item["name"] for item in manifest["extend"]["property_settings"]}
    assert settings == {"date", "language"}
    asked: dict[str, Any] = {"ids": [LENVIK, SENJA], "properties": [{"id": name} for name in sorted(names)]}
    asked["properties"].append({"id": "number", "settings": {"date": "2021-01-01"}})
    valid("data-extension-query", asked)
    told = client.post("/reconcile", data={"extend": json.dumps(asked)}).json()
    rows = valid("data-extension-response", told)["rows"]
    assert rows[LENVIK]["successor"] == [{"id": SENJA, "name": "Senja"}]
    assert rows[LENVIK]["region"] == [{"id": "region/midt-troms", "name": "Midt-Troms"}]
    assert rows[LENVIK]["validBefore"] == [{"date": "2020-01-01T00:00:00"}]
    assert rows[SENJA]["number"] == [{"str": "5421"}]


def test_the_schemas_refuse_what_is_wrong(client: httpx.Client):
    assert len(SCHEMAS) > 8
    manifest = client.get("/reconcile").json()
    for wrong in (manifest | {"versions": ["9"]}, {key: manifest[key] for key in manifest if key != "name"}):
        assert not Draft7Validator(SCHEMAS["manifest"], registry=REGISTRY).is_valid(wrong)
    found = {"q": {"result": [{"id": "x", "name": "x", "score": "high"}]}}
    assert not Draft7Validator(SCHEMAS["reconciliation-result-batch"], registry=REGISTRY).is_valid(found)


def test_get_and_post_answer_a_batch_the_same_and_get_can_be_known_again(client: httpx.Client):
    batch = {"q0": {"query": "Målselv kommune", "type": ["Municipality"]}}
    posted = ask(client, batch)
    got = client.get("/reconcile", params={"queries": json.dumps(batch)})
    assert got.json() == posted
    assert got.headers["access-control-allow-origin"] == "*"
    again = client.get(
        "/reconcile", params={"queries": json.dumps(batch)}, headers={"if-none-match": got.headers["etag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(("language", "said"), [("nb", "er blitt"), ("nn", "har vorte"), ("en", "has become")])
def test_reasons_and_names_are_in_the_language_of_the_request(client: httpx.Client, language: str, said: str):
    batch = {"q": {"query": "Lenvik", "properties": [{"pid": "date", "v": "2024"}]}}
    found = ask(client, batch, **{"accept-language": language})["q"]["result"]
    assert said in found[0]["description"]
    manifest = client.get("/reconcile", headers={"accept-language": language})
    assert manifest.headers["content-language"] == language
    assert len(manifest.json()["defaultTypes"]) == 4


@pytest.mark.parametrize(
    "properties",
    [
        [{"pid": "number", "v": "0301"}, {"pid": "date", "v": "1.1.2021"}],
        [{"pid": "number", "v": "3"}, {"pid": "county", "v": "Viken"}],
        [{"pid": "county", "v": {"id": "county/hedmark-04", "name": "Hedmark"}}],
        [{"pid": "region", "v": "Salten"}, {"pid": "validBefore", "v": "2020-01-01"}],
        [{"pid": "date", "v": "sometime"}],
        [{"pid": name, "v": ["x", 1, True]} for name in ("name", "municipality", "theme", "validFrom", "successor")],
    ],
    ids=lambda told: "-".join(item["pid"] for item in told),
)
@pytest.mark.parametrize("query", ["Våler", "1931", "Troms", "Midt-Troms", "Senja", "1507", "vekst", "Lenvk", ""])
def test_every_answer_is_valid_whatever_is_known(client: httpx.Client, query: str, properties: list[dict[str, Any]]):
    for found in ask(client, {"q": {"query": query, "properties": properties, "limit": 50}})["q"]["result"]:
        assert found["name"]
        assert found["description"]


@pytest.mark.parametrize("type", ["Municipality", "County", "Region", "https://w3id.org/byregion/id/scheme/themes"])
def test_every_type_has_properties_to_fetch_and_every_one_can_be(client: httpx.Client, type: str):
    offered = valid(
        "data-extension-property-proposal", client.get("/reconcile/extend/propose", params={"type": type}).json()
    )
    ids = {"Municipality": LENVIK, "County": "county/troms-19", "Region": "region/midt-troms"}
    asked = {"ids": [ids.get(type, "concept/growth"), "none/none"], "properties": offered["properties"]}
    answer = client.get("/reconcile", params={"extend": json.dumps(asked)}).json()
    valid("data-extension-response", answer)
    assert all(answer["rows"]["none/none"][name["id"]] == [] for name in offered["properties"])
    assert any(answer["rows"][asked["ids"][0]].values())


@pytest.mark.parametrize(
    ("method", "path", "told", "status"),
    [
        ("POST", "/reconcile", {"queries": "{"}, 400),
        ("POST", "/reconcile", {}, 415),
        ("POST", "/reconcile", {"other": "x"}, 400),
        ("POST", "/reconcile", {"queries": "{}", "extend": "{}"}, 400),
        ("POST", "/reconcile", {"extend": "{}"}, 400),
        ("POST", "/reconcile", {"extend": '{"ids": [], "properties": [{"id": "mayor"}]}'}, 400),
        (
            "POST",
            "/reconcile",
            {"extend": '{"ids": [], "properties": [{"id": "number", "settings": {"date": "x"}}]}'},
            400,
        ),
        ("POST", "/reconcile", {"queries": json.dumps({f"q{n}": {"query": "x"} for n in range(BATCH + 1)})}, 413),
        ("GET", "/reconcile/suggest/entity", {}, 400),
        ("GET", "/reconcile/suggest/entity", {"prefix": "x" * 501}, 413),
        ("GET", "/reconcile/suggest/entity", {"prefix": "x", "cursor": "-1"}, 400),
        ("GET", "/reconcile/suggest/mayor", {"prefix": "x"}, 404),
        ("GET", "/reconcile/flyout/type", {"id": "Town"}, 404),
        ("GET", "/reconcile/preview", {"id": "municipality/none-0000"}, 404),
        ("GET", "/reconcile/extend/propose", {"type": "Town"}, 400),
        ("GET", "/reconcile", {"revision": "12345678"}, 400),
    ],
)
def test_what_cannot_be_answered_is_told_in_the_one_envelope(
    client: httpx.Client, method: str, path: str, told: dict[str, str], status: int
):
    given = {"data": told} if method == "POST" else {"params": told}
    answer = client.request(method, path, **given)  # type: ignore[arg-type]
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_a_browser_gets_a_page_that_says_how_to_use_it(client: httpx.Client, language: str):
    page = page_of(client.get("/reconcile", params={"lang": language}, headers=BROWSER))
    assert f"{client.base_url}reconcile" in text_of(page)
    assert "OpenRefine" in text_of(page)
