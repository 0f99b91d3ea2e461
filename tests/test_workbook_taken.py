"""A workbook taken in through the page: one guarded write, told by sheet and cell, and a token that stays secret."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from rdflib import SKOS, Graph, Literal, URIRef

from browser import Visit
from byregion import tokens
from byregion.assets import folder
from byregion.config import LANGUAGES
from byregion.dataset import read_graph
from byregion.engine.journal import changes
from byregion.namespaces import BASE
from processes import descendants
from serving import BYREGION, WITHIN, served
from test_web_accessible import COLOURS, EVERY, LOCALES, violations
from web_world import BROWSER, graph_of, page_of, text_of
from workbook_world import REGION, SOURCE, saved, table

AT = "/quality/workbook"
GOALS = ["Id", "Navn (nb)", "Rekkefølge", "Kilde"]
EXTRA = Path(__file__).parent / "data" / "workbooks" / "order.ttl"
"""A shape that the importer does not know of: what has an order has one below 50."""
JSON = {"accept": "application/json"}
TURTLE = {"content-type": "text/turtle"}


@dataclass
class World:
    """A server with a store on disk, whose shapes are those of the project and one more."""

    url: str
    pid: int
    folder: Path
    token: str
    heard: list[str] = field(default_factory=list)
    """Everything that the server answered."""

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=120, headers=headers, event_hooks={"response": [self._hear]})

    def _hear(self, response: httpx.Response) -> None:
        self.heard.append(f"{response.url} {response.headers} {response.read().decode('utf-8', 'replace')}")

    def send(self, *paths: Path, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        """Send a workbook, with the token in the header where no other headers are given."""
        files = [("workbook", (path.name, path.read_bytes())) for path in paths]
        asked = fields.pop("asked", "")
        given = {"authorization": f"Bearer {self.token}"} if headers is None else headers
        with self.client() as client:
            return client.post(AT + asked, files=files, data=fields, headers=JSON | given)

    def take(self, path: Path, dataset: str, **fields: str) -> httpx.Response:
        return self.send(path, apply="true", dataset=dataset, **fields)

    def graph(self, name: str) -> Graph:
        with self.client() as client:
            return graph_of(client.get("/graphs", params={"graph": f"{BASE}graphs/{name}"}))

    def revision(self) -> str:
        with self.client() as client:
            return client.get("/health").json()["revision"]


@pytest.fixture(scope="module")
def world(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    kept = tmp_path_factory.mktemp("taken")
    shapes = kept / "shapes"
    shutil.copytree(folder("shapes"), shapes)
    shutil.copy(EXTRA, shapes)
    token = tokens.create(kept / "tokens.json", "Kari")
    options = ["--store", str(kept / "store"), "--token-file", str(kept / "tokens.json"), "--shapes", str(shapes)]
    settings = {"BYREGION_DATA": str(data), "BYREGION_ACCESS_LOG": str(kept / "access.log")}
    with served(*options, **settings) as (process, url):
        yield World(url.rstrip("/"), process.pid, kept, token)


@pytest.fixture(scope="module")
def running(world: World) -> str:
    """The server that the browser of this module visits."""
    return world.url


def workbook(path: Path, region: str, *goals: tuple[str, object]) -> Path:
    """A workbook of a region with goals, each a name and an order, that no row has an id in."""
    (_, headings), (_, (_, _, *rest)) = REGION.rows
    rows = (["", name, order, "Side"] for name, order in goals)
    return saved(path, table("Regioner", headings, ["", region, *rest]), SOURCE, table("Mål", GOALS, *rows))


def goal(region: str, name: str) -> str:
    return f"{BASE}id/goal/{region}-{name}"


# --- What becomes of it -----------------------------------------------------------------------------------------------


def test_it_becomes_what_the_command_would_make_of_it_in_one_change_that_says_why(
    world: World, data: Path, tmp_path: Path
):
    path = workbook(tmp_path / "bok.xlsx", "Midt-Én", ("Flere i arbeid", 1), ("Mer areal: 8206,50", 2))
    out = tmp_path / "midt-en"
    command = [str(BYREGION), "import", str(path), "--out", str(out)]
    subprocess.run(command, env={"BYREGION_DATA": str(data)}, capture_output=True, check=True, timeout=WITHIN)
    before = len(list(changes(world.folder / "store")))
    taken = world.take(path, "midt-en", why="Møtet «i går»")
    assert (taken.status_code, taken.headers["cache-control"]) == (200, "no-store"), taken.text
    told = taken.json()
    assert set(world.graph("midt-en/stated")) == set(read_graph(out / "stated.ttl"))
    assert (told["dataset"], told["conforms"], told["made"]["Mål"]) == ("midt-en", True, 2)
    assert told["ids"]["Mål!A2"] == "midt-en-flere-i-arbeid"
    written = told["written"]
    count = sum(len(read_graph(item)) for item in out.glob("*.ttl"))
    assert (written["added"], written["removed"]) == (count, 0)
    assert f"{BASE}graphs/midt-en/stated" in written["created"]
    found = list(changes(world.folder / "store"))
    assert (len(found), found[-1].who, found[-1].why) == (before + 1, "Kari", "Møtet «i går»")
    assert written["change"] == f"{world.url}/changes/{found[-1].number}"
    with world.client() as client:
        assert client.get("/doc/region/midt-en", headers=BROWSER).status_code == 200
        assert "«i går»" in client.get(written["change"], headers=BROWSER).text


def test_a_workbook_that_says_nothing_new_changes_nothing(world: World, tmp_path: Path):
    path = workbook(tmp_path / "bok.xlsx", "Midt-To", ("Flere i arbeid", 1))
    assert world.take(path, "midt-to").json()["written"]["added"] > 0
    revision = world.revision()
    again = world.take(path, "midt-to").json()["written"]
    assert (again["added"], again["removed"], again["change"], again["revision"]) == (0, 0, None, revision)
    assert world.revision() == revision
    page = page_of(world.send(path, apply="1", dataset="midt-to", headers=_accepting(world)))
    assert "sa det samme fra før: 0 utsagn lagt til, 0 tatt bort" in text_of(page)


def _accepting(world: World) -> dict[str, str]:
    return BROWSER | {"authorization": f"Bearer {world.token}", "accept-language": "nb"}


def test_what_no_workbook_can_say_and_the_other_graphs_of_the_dataset_stay(world: World, tmp_path: Path):
    path = workbook(tmp_path / "bok.xlsx", "Midt-Tre", ("Flere i arbeid", 1))
    assert world.take(path, "midt-tre").status_code == 200
    thing, stated = URIRef(goal("midt-tre", "flere-i-arbeid")), f"{BASE}graphs/midt-tre/stated"
    alias = (thing, SKOS.altLabel, Literal("Arbeid til flere", lang="nb"))
    readings = _readings(thing)
    with world.client(authorization=f"Bearer {world.token}") as client:
        for graph, text in ((stated, " ".join(term.n3() for term in alias) + " ."), *readings):
            done = client.post("/graphs", params={"graph": graph}, content=text, headers=TURTLE)
            assert done.status_code in (201, 204), done.text
    path = workbook(tmp_path / "bok.xlsx", "Midt-Tre", ("Flere i arbeid", 2))
    assert world.take(path, "midt-tre").json()["written"]["removed"] == 1
    assert alias in world.graph("midt-tre/stated")
    assert len(world.graph("midt-tre/readings")) > 1


def _readings(thing: URIRef) -> list[tuple[str, str]]:
    """A reading of ours of a thing, as a graph of its dataset."""
    dataset = str(thing).rpartition("/")[2].partition("-flere")[0]
    text = (Path(__file__).parent / "data" / "workbooks" / "reading.ttl").read_text(encoding="utf-8")
    return [(f"{BASE}graphs/{dataset}/readings", text.replace("urn:thing", str(thing)).replace("DATASET", dataset))]


def test_what_would_go_is_named_and_goes_only_where_somebody_says_so(world: World, tmp_path: Path):
    path = workbook(tmp_path / "bok.xlsx", "Midt-Fire", ("Flere i arbeid", 1), ("Flere barn", 2))
    assert world.take(path, "midt-fire").status_code == 200
    path = workbook(tmp_path / "bok.xlsx", "Midt-Fire", ("Flere i arbeid", 1))
    revision = world.revision()
    refused = world.take(path, "midt-fire")
    assert (refused.status_code, "goal:midt-fire-flere-barn" in refused.json()["detail"]) == (400, True), refused.text
    assert world.send(path, dataset="midt-fire").json()["gone"] == ["goal:midt-fire-flere-barn"]
    assert world.revision() == revision
    assert world.take(path, "midt-fire", replace="true").json()["written"]["removed"] > 0
    assert not [s for s in world.graph("midt-fire/stated").subjects() if "flere-barn" in str(s)]


def test_a_dataset_that_nobody_names_must_be_known(world: World, tmp_path: Path):
    path = workbook(tmp_path / "bok.xlsx", "Midt-Fem", ("Flere i arbeid", 1))
    revision = world.revision()
    for name, said in (("", "which dataset"), ("Midt Fem", "midt-fem")):
        refused = world.send(path, apply="true", dataset=name, asked="?lang=en")
        assert (refused.status_code, said in refused.json()["detail"]) == (400, True), refused.text
    page = page_of(world.send(path, apply="true", dataset="Midt Fem", headers=_accepting(world)), 400)
    (wrong,) = (item for item in page.iter("input") if item.get("aria-invalid") == "true")
    assert (wrong.get("name"), wrong.get("value")) == ("dataset", "Midt Fem")
    assert world.revision() == revision


# --- What is refused --------------------------------------------------------------------------------------------------


def test_an_error_in_a_cell_is_told_as_in_a_trial_and_nothing_changes(world: World, tmp_path: Path):
    path = workbook(tmp_path / "bok.xlsx", "Midt-Seks", ("Flere i arbeid", "to"))
    revision, tried = world.revision(), world.send(path, dataset="midt-seks").json()
    refused = world.take(path, "midt-seks")
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    told = refused.json()
    assert tried.items() <= told.items()
    assert (told["type"].rpartition("#")[2], told["status"]) == ("not-conforming", 422)
    assert [item["where"] for item in told["findings"]] == ["Mål!C2"]
    page = page_of(world.send(path, apply="true", dataset="midt-seks", headers=_accepting(world)), 422)
    assert "«to» er ikke et tall" in text_of(page) and "ingenting er endret" in text_of(page)
    assert world.revision() == revision


def test_what_the_guard_refuses_is_told_by_the_cell_of_the_row_that_it_is_about(world: World, tmp_path: Path):
    path = workbook(tmp_path / "bok.xlsx", "Midt-Sju", ("Flere i arbeid", 1), ("Flere barn", 77))
    revision = world.revision()
    assert world.send(path, dataset="midt-sju").json()["conforms"] is True
    refused = world.take(path, "midt-sju")
    assert (refused.status_code, refused.json()["conforms"]) == (422, False), refused.text
    (finding,) = (item for item in refused.json()["findings"] if item["severity"] == "error")
    assert (finding["where"], finding["sheet"]) == ("Mål!C3", "Mål")
    assert finding["message"] == "En rekkefølge er under 50."
    (result,) = refused.json()["report"]["results"]
    assert result["focusNode"]["value"] == goal("midt-sju", "flere-barn")
    tried = world.take(path, "midt-sju", asked="?dry-run")
    assert (tried.status_code, tried.json()["findings"][0]) == (200, finding)
    assert tried.json()["trial"]["conforms"] is False
    assert world.revision() == revision


def test_what_is_in_no_row_is_told_by_its_name(world: World, tmp_path: Path):
    path = workbook(tmp_path / "bok.xlsx", "Midt-Atte", ("Flere i arbeid", 1), ("Flere barn", 2))
    assert world.take(path, "midt-atte").status_code == 200
    ((graph, text),) = _readings(URIRef(goal("midt-atte", "flere-i-arbeid")))
    with world.client(authorization=f"Bearer {world.token}") as client:
        done = client.put("/graphs", params={"graph": graph}, content=text, headers=TURTLE)
        assert done.status_code == 201, done.text
    revision = world.revision()
    path = workbook(tmp_path / "bok.xlsx", "Midt-Atte", ("Flere barn", 2))
    refused = world.take(path, "midt-atte", replace="true")
    assert refused.status_code == 422, refused.text
    places = {item["where"] for item in refused.json()["findings"] if item["severity"] == "error"}
    assert "reading:midt-atte-tema" in places
    assert world.revision() == revision


def test_who_writes_meanwhile_is_not_written_over(world: World, tmp_path: Path):
    path = workbook(tmp_path / "bok.xlsx", "Midt-Ni", ("Flere i arbeid", 1))
    assert world.take(path, "midt-ni").status_code == 200
    path = workbook(tmp_path / "bok.xlsx", "Midt-Ni", ("Flere i arbeid", 2))
    answers: list[httpx.Response] = []
    sender = threading.Thread(target=lambda: answers.append(world.take(path, "midt-ni")))
    sender.start()
    until = time.monotonic() + WITHIN
    while not _reads(world.pid):
        assert time.monotonic() < until and not answers
        time.sleep(0.01)
    note = f'<{goal("midt-ni", "flere-i-arbeid")}> <{SKOS.editorialNote}> "Fra møtet"@nb .'
    with world.client(authorization=f"Bearer {world.token}") as client:
        target = {"graph": f"{BASE}graphs/midt-ni/stated"}
        assert client.post("/graphs", params=target, content=note, headers=TURTLE).is_success
    sender.join()
    assert (answers[0].status_code, answers[0].json()["type"].rpartition("#")[2]) == (409, "conflict"), answers[0].text
    assert "Fra møtet" in {str(text) for text in world.graph("midt-ni/stated").objects(None, SKOS.editorialNote)}


def _reads(pid: int) -> bool:
    """Whether a process reads a workbook: what is held has been told to it."""
    lines = []
    for one in descendants(pid):
        try:
            lines.append(Path(f"/proc/{one}/cmdline").read_bytes())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return any(b"byregion.convert.workbook.trying" in line for line in lines)


def test_if_match_takes_the_tag_of_what_is_held(world: World, tmp_path: Path):
    path = workbook(tmp_path / "bok.xlsx", "Midt-Ti", ("Flere i arbeid", 1))
    with world.client() as client:
        tag = client.get("/sparql", headers={"accept": "text/turtle"}).headers["etag"]
    given = {"authorization": f"Bearer {world.token}"}
    stale = world.send(path, apply="true", dataset="midt-ti", headers=given | {"if-match": '"0123"'})
    assert (stale.status_code, stale.json()["type"].rpartition("#")[2]) == (412, "precondition-failed")
    assert world.send(path, apply="true", dataset="midt-ti", headers=given | {"if-match": tag}).status_code == 200


def test_a_write_that_is_only_worked_out_changes_nothing(world: World, tmp_path: Path):
    path = workbook(tmp_path / "bok.xlsx", "Midt-Elleve", ("Flere i arbeid", 1))
    revision = world.revision()
    tried = world.take(path, "midt-elleve", asked="?dry-run").json()
    assert (tried["conforms"], tried["trial"]["revision"]) == (True, revision)
    assert tried["trial"]["added"]["count"] > 5 and "written" not in tried
    page = page_of(world.send(path, apply="true", dataset="midt-elleve", asked="?dry-run", headers=_accepting(world)))
    assert "midt-elleve-flere-i-arbeid" in text_of(page)
    assert world.revision() == revision


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_a_token_is_taken_from_the_header_or_the_form_and_from_nowhere_else(world: World, tmp_path: Path):
    path = workbook(tmp_path / "bok.xlsx", "Midt-Tolv", ("Flere i arbeid", 1))
    revision, in_header = world.revision(), {"authorization": f"Bearer {world.token}"}
    none = world.send(path, apply="true", dataset="midt-tolv", headers={})
    assert (none.status_code, none.headers["www-authenticate"]) == (401, 'Bearer realm="byregion"')
    wrong = world.send(path, apply="true", dataset="midt-tolv", token="byregion_none", headers={})
    assert (wrong.status_code, 'error="invalid_token"' in wrong.headers["www-authenticate"]) == (401, True)
    both = world.send(path, apply="true", dataset="midt-tolv", token=world.token, headers=in_header)
    assert (both.status_code, "two" in both.text or "another in its form" in both.text) == (400, True)
    secret = tokens.create(world.folder / "tokens.json", "in-address")
    in_address = world.send(path, apply="true", dataset="midt-tolv", asked=f"?token={secret}", headers={})
    assert in_address.status_code == 401
    with world.client() as client:
        update = {"update": "DROP ALL", "token": world.token}
        assert client.post("/sparql", data=update).status_code == 401
        files = {"a": ("a.ttl", b"", "text/turtle")}
        graph = {"graph": f"{BASE}graphs/midt-tolv/stated"}
        assert client.post("/graphs", params=graph, files=files, data={"token": world.token}).status_code == 401
    assert world.revision() == revision


def test_a_token_of_other_graphs_does_not_do(world: World, tmp_path: Path):
    path = workbook(tmp_path / "bok.xlsx", "Midt-Tretten", ("Flere i arbeid", 1))
    within = tokens.create(world.folder / "tokens.json", "some", (f"graph:{BASE}graphs/midt-tretten/",))
    other = world.send(path, apply="true", dataset="midt-fjorten", token=within, headers={})
    assert (other.status_code, "insufficient_scope" in other.headers["www-authenticate"]) == (403, True)
    assert world.send(path, apply="true", dataset="midt-tretten", token=within, headers={}).status_code == 200


def test_curl_takes_a_workbook_in_as_the_documents_say(world: World, tmp_path: Path):
    path = workbook(tmp_path / "region.xlsx", "Midt-Femten", ("Flere i arbeid", 1))
    document = (Path(__file__).resolve().parent.parent / "docs" / "writing.md").read_text(encoding="utf-8")
    (line,) = (line for line in document.splitlines() if "-F apply=true" in line)
    line = line.replace("http://127.0.0.1:8080", world.url).replace("curl ", "curl --silent --fail-with-body ", 1)
    done = subprocess.run(
        ["sh", "-c", line], cwd=path.parent, env={"TOKEN": world.token}, capture_output=True, text=True, timeout=WITHIN
    )
    assert done.returncode == 0, done.stdout
    assert '"added"' in done.stdout


def test_where_nobody_writes_nothing_is_offered_and_nothing_done(client: httpx.Client, tmp_path: Path):
    path = workbook(tmp_path / "bok.xlsx", "Midt-Test", ("Flere i arbeid", 1))
    for at in (AT, "/quality"):
        page = client.get(at, headers=BROWSER)
        assert "password" not in page.text and 'name="apply"' not in page.text
    files, fields = {"workbook": (path.name, path.read_bytes())}, {"apply": "true", "dataset": "x", "token": "t"}
    refused = client.post(AT, files=files, data=fields, headers=JSON)
    assert (refused.status_code, refused.json()["type"].rpartition("#")[2]) == (403, "query-refused")
    assert client.post(AT, files=files, data=fields, headers=BROWSER).status_code == 403


# --- A person, who has a browser --------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_an_officer_takes_her_workbook_in(world: World, visit: Visit, tmp_path: Path, script: bool):
    name = "Vest-Med" if script else "Vest-Uten"
    path = workbook(tmp_path / "bok.xlsx", name, ("Flere i arbeid", 1))
    page = visit(AT, script=script, locale="nb-NO", width=390)

    def fill(token: str) -> None:
        page.get_by_label("Arbeidsbok (XLSX), eller CSV-filer").set_input_files(path)
        page.get_by_label("Datasett", exact=True).fill(name.lower())
        page.get_by_label("Hvorfor").fill("Fra møtet i Bodø")
        page.get_by_label("Nøkkel", exact=True).fill(token)
        page.get_by_role("button", name="Ta inn").click()

    fill("byregion_feil")
    page.get_by_text("Nøkkelen mangler, eller gjelder ikke.").first.wait_for()
    field = page.get_by_label("Nøkkel", exact=True)
    told = [field.get_attribute(item) for item in ("type", "autocomplete", "value", "aria-invalid")]
    assert told == ["password", "off", None, "true"]
    assert page.get_by_label("Datasett", exact=True).input_value() == name.lower()
    fill(world.token)
    page.get_by_role("heading", name="Arbeidsboken er tatt inn").wait_for()
    assert world.token not in page.url and world.token not in page.content()
    assert f"{name.lower()}-flere-i-arbeid" in page.get_by_role("table", name="Id-er som ble laget").inner_text()
    change = page.get_by_role("link", name=re.compile("^Endring [0-9]+$")).get_attribute("href") or ""
    page.get_by_role("link", name=f"Se {name.lower()}").click()
    page.get_by_role("heading", name=name).first.wait_for()
    page.goto(change)
    page.get_by_text("Fra møtet i Bodø").wait_for()


# No rule of WCAG is broken by what only a server that is written to shows, in either colour scheme: see
# test_web_accessible.py.
@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_can_use_the_form_what_it_refuses_and_what_comes_of_it(
    world: World, visit: Visit, tmp_path: Path, language: str
):
    name = f"tilgjengelig-{language}"
    page = visit(AT, locale=LOCALES[language])
    found: list[str] = []

    def look(what: str) -> None:
        assert page.locator("html").get_attribute("lang") == language
        found.extend(f"{what}: {it}" for it in violations(page, EVERY))
        page.emulate_media(color_scheme="dark")
        found.extend(f"{what}, dark: {it}" for it in violations(page, COLOURS))
        page.emulate_media(color_scheme="light")

    def take(token: str, order: object) -> None:
        path = workbook(tmp_path / "bok.xlsx", name.capitalize(), ("Flere i arbeid", order))
        page.locator("#workbook").set_input_files(path)
        page.locator("#dataset").fill(name)
        page.locator("#token").fill(token)
        page.locator("button[name=apply]").click()

    look("the form")
    take("byregion_feil", 1)
    page.locator("#token[aria-invalid=true]").wait_for()
    look("without a token")
    take(world.token, "to")
    page.locator("#cells").wait_for()
    assert page.locator("table:has(#cells) tbody th").all_inner_texts() == ["Mål!C2"]
    look("errors by cell")
    take(world.token, 1)
    page.locator("#ids").wait_for()
    look("taken in")
    assert not found, "\n".join(found)


# After the others: it looks at all that they did.
def test_the_token_is_in_no_log_no_answer_and_no_file(world: World, tmp_path: Path):
    path = workbook(tmp_path / "bok.xlsx", "Midt-Sist", ("Flere i arbeid", 1))
    assert world.send(path, apply="true", dataset="midt-sist", token=world.token, headers={}).status_code == 200
    assert not [text for text in world.heard if world.token in text]
    log = (world.folder / "access.log").read_text(encoding="utf-8")
    assert '"/quality/workbook"' in log and "byregion_" not in log
    for file in world.folder.rglob("*"):
        assert not file.is_file() or world.token.encode() not in file.read_bytes(), file
