"""The copy that `byregion build` makes: whole, no link leads nowhere, and the same site behind real servers."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import httpx
import pytest
from flask import Flask
from rdflib import DCAT, RDF, Graph

import excerpt
from byregion import infer, queries
from byregion.assets import folder
from byregion.catalogue import harvest
from byregion.catalogue.fetch import Answer
from byregion.config import LANGUAGES, Settings
from byregion.dataset import data_files, ontology_files, read_graph
from byregion.engine.memory import MemoryEngine
from byregion.iri import INFERRED
from byregion.mirror import MANIFEST, NEEDS_SERVER, client, pages
from byregion.namespaces import BASE
from byregion.web import built, create_app
from web_servers import SERVERS, Site, path_of

ROOT = "/sub/byregion/"
URL = f"https://data.example.org{ROOT}"
RETIRED = Path(__file__).parent / "data" / "web" / "retired.ttl"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def work() -> Iterator[Path]:
    """A folder that a server may read that was started by root and works as somebody else."""
    with tempfile.TemporaryDirectory(prefix="byregion-") as name:
        path = Path(name).resolve()
        path.chmod(0o755)
        yield path


@pytest.fixture(scope="module")
def data(work: Path) -> Path:
    """What is published, and an IRI that was given up."""
    shutil.copytree(excerpt.data(), work / "data")
    shutil.copy(RETIRED, work / "data" / "midt-troms" / "retired.ttl")
    return work / "data"


@pytest.fixture(scope="module")
def app(data: Path) -> Flask:
    """The app that the copy is of, in this process, where sets have another order than in the command's."""
    engine = MemoryEngine.of([*ontology_files(), *data_files(data)], infer.UPDATES)
    made = create_app(Settings(data=data, public_url=URL, query_seconds=60), engine, is_copy=True)
    made.extensions["byregion"].edition.begin()
    return made


@pytest.fixture(scope="module")
def live(app: Flask) -> Iterator[httpx.Client]:
    """A client of that app, which says nothing of what it accepts."""
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="https://data.example.org") as made:
        del made.headers["accept"]
        yield made


@pytest.fixture(scope="module")
def copy(work: Path, data: Path, app: Flask) -> Path:
    """The copy, where a server has it below the path of its address."""
    target = work / "www" / ROOT.strip("/")
    target.parent.mkdir(parents=True)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("BYREGION_")}
    environ |= {"BYREGION_DATA": str(data), "PYTHONHASHSEED": "1"}
    command = [Path(sys.executable).with_name("byregion"), "build", target, "--public-url", URL]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert re.fullmatch(rf"{target}: \d+ files, \d+ bytes\n", done.stderr)
    return target


@pytest.fixture(scope="module", params=list(SERVERS))
def site(request: pytest.FixtureRequest, work: Path, copy: Path) -> Iterator[Site]:
    """The copy behind a real server, told of it as its README says."""
    own = work / request.param
    own.mkdir()
    within = {"apache": "AllowOverride FileInfo Indexes", "nginx": f"include {copy}/nginx.conf;"}[request.param]
    with SERVERS[request.param](work / "www", own, within) as running:
        yield running


def files(copy: Path, pattern: str) -> list[Path]:
    found = sorted(copy.rglob(pattern))
    assert found, f"no file is called {pattern}"
    return found


# --- The folder -------------------------------------------------------------------------------------------------------


def test_the_list_of_checksums_is_of_everything(copy: Path):
    listed = dict(reversed(line.split("  ", 1)) for line in (copy / MANIFEST).read_text().splitlines())
    there = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()} - {MANIFEST}
    assert set(listed) == there
    for name, checksum in listed.items():
        assert hashlib.sha256((copy / name).read_bytes()).hexdigest() == checksum, name


def test_every_page_is_there_in_every_language(copy: Path):
    stems = {re.sub(r"\.(nb|nn|en)\.html$", "", str(path)) for path in files(copy, "*.html")}
    assert len(stems) > 300
    for stem in stems:
        for language in LANGUAGES:
            assert f'<html lang="{language}"' in Path(f"{stem}.{language}.html").read_text(encoding="utf-8")


def test_every_link_of_every_page_leads_to_a_file_and_to_a_place_in_it(copy: Path):
    names: dict[Path, set[str]] = {}
    checked = 0
    for page in files(copy, "*.html"):
        for link in pages.links(page.read_text(encoding="utf-8")):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = page if not parts.path else Path(os.path.normpath(page.parent / unquote(parts.path)))
            assert target.is_relative_to(copy), f"{page}: {link}"
            if target not in names:
                assert target.is_file(), f"{page}: {link}"
                text = target.read_text(encoding="utf-8") if target.suffix == ".html" else ""
                names[target] = set(re.findall(r'\sid="([^"]*)"', text))
            assert not parts.fragment or unquote(parts.fragment) in names[target], f"{page}: {link}"
            checked += 1
    assert checked > 10_000


@pytest.mark.parametrize("stem", ["doc/advice/index", "catalogue", "queries", "quality", "def", "shapes", "problems"])
def test_a_list_is_there_in_the_language_of_each_page_that_leads_to_it(copy: Path, live: httpx.Client, stem: str):
    for suffix in ("csv", "xlsx", "excel-csv", "json"):
        for tag, marked in (("nb", ""), ("nn", ".nn"), ("en", ".en")):
            file = copy / f"{stem}{marked}.{suffix}"
            wanted = live.get(f"{ROOT}{stem}.{suffix}", params={"lang": tag})
            if suffix != "xlsx":
                assert file.read_bytes() == wanted.content, file
            page = (copy / f"{stem}.{tag}.html").read_text(encoding="utf-8")
            assert f'href="{file.name}"' in page
    assert (copy / f"{stem}.csv").read_bytes() != b""


def test_a_list_in_nynorsk_has_the_words_of_nynorsk(copy: Path):
    bokmål, nynorsk = ((copy / "doc" / "advice" / f"index{tag}.csv").read_text("utf-8") for tag in ("", ".nn"))
    assert "Unge må høres og ha reell medvirkning!" in bokmål
    assert "Unge må bli høyrde og ha reell medverknad!" in nynorsk


def test_the_counts_of_a_copy_lead_to_the_part_of_the_regions_page(copy: Path):
    page = (copy / "index.nb.html").read_text(encoding="utf-8")
    assert 'href="doc/region/midt-troms.nb.html#advice">3</a>' in page
    assert 'href="doc/region/midt-troms.nb.html#participants">8</a>' in page


def test_no_page_asks_for_a_server(copy: Path):
    for page in files(copy, "*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<form" not in text, page
        outside = [link for link in pages.links(text) if link.startswith(URL)]
        assert outside == re.findall(rf'<link rel="canonical" href="({URL}[^"]*)"', text), page


def test_maps_are_in_the_copy_as_they_are_on_the_server(copy: Path):
    drawn = re.compile(r'<svg class="map (\w+)".*?</svg>', re.DOTALL)
    asked = [query.name for query in queries.read_all(folder("queries")) if query.map]
    assert asked
    for name in asked:
        rows = json.loads((copy / f"queries/{name}.json").read_text(encoding="utf-8"))["results"]["bindings"]
        placed = {(row["name"]["value"], row["lat"]["value"]) for row in rows if "lat" in row}
        for language in LANGUAGES:
            found = drawn.search((copy / f"queries/{name}.{language}.html").read_text(encoding="utf-8"))
            assert (found[0].count('class="point"') if found else 0) == len(placed), (name, language)
    region = drawn.search((copy / "doc/region/midt-troms.nn.html").read_text(encoding="utf-8"))
    assert region is not None and region[1] == "near"
    assert "../municipality/lenvik-1931.nn.html" in pages.links(region[0])


def test_everything_that_is_described_is_there_in_every_format(copy: Path, data: Path):
    graphs = [read_graph(item.path) for item in (*ontology_files(), *data_files(data))]
    things = {str(iri) for graph in graphs for iri in graph.subjects(RDF.type) if "#" not in iri}
    entities = sorted(iri.removeprefix(BASE + "id/") for iri in things if iri.startswith(BASE + "id/"))
    assert len(entities) > 300
    for name in entities:
        for suffix in ("nb.html", "nn.html", "en.html", "ttl", "nt", "rdf", "jsonld", "csl", "var"):
            assert (copy / "doc" / f"{name}.{suffix}").is_file(), f"{name}.{suffix}"


def test_every_route_of_the_app_is_in_the_copy_or_said_to_need_a_server(copy: Path, app: Flask):
    adapter = app.url_map.bind("", "/")
    told = (copy / "README.md").read_text(encoding="utf-8")
    for path in NEEDS_SERVER:
        assert f"- `/{path}`: " in told
    configured = (copy / "nginx.conf").read_text(encoding="utf-8")
    redirected = [path.removeprefix(ROOT) for path in re.findall(r'location = "([^"]+)" { return 303', configured)]
    there = [path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()]
    addresses = [re.sub(r"(^|/)index$", r"\1", re.sub(r"(\.(nb|nn|en)\.html|\.var)$", "", name)) for name in there]
    reached = set()
    for address in [*addresses, *redirected, "id/region/midt-troms", *NEEDS_SERVER]:
        if address not in ("README.md", "nginx.conf", ".htaccess", MANIFEST):
            reached.add(adapter.match(f"/{address}")[0])
    # Both are at one address: the form, and what is sent from it.
    assert reached | {"workbooks.tried"} == set(app.view_functions)


def test_the_same_data_gives_the_same_bytes_in_another_process(copy: Path, app: Flask):
    def without_links(page: bytes) -> str:
        return pages.relinked(page.decode("utf-8"), lambda link: "")

    data_files_ = ["def.ttl", "catalogue.ttl", "catalogue.jsonld", ".well-known/void.ttl", "quality.nt", "queries.rdf"]
    data_files_ += [path.relative_to(copy).as_posix() for path in files(copy, "doc/re*/midt-troms*.*")]
    data_files_ += [f"dumps/byregion.{suffix}" for suffix in ("trig", "jsonld", "csv.zip")]
    for name in data_files_:
        if not name.endswith((".html", ".var")) and ".nn." not in name and ".en." not in name:
            assert client.ask(app, ROOT + name, "*/*").body == (copy / name).read_bytes(), name
    for stem in ("index", "doc/region/midt-troms", "queries/participants", "catalogue", "def", "quality", "shapes"):
        address = f"{ROOT}{stem.removesuffix('index')}?lang=nn"
        page = client.ask(app, address, "text/html").body
        assert without_links(page) == without_links((copy / f"{stem}.nn.html").read_bytes()), stem


# --- Behind a server --------------------------------------------------------------------------------------------------


def test_from_the_front_page_a_reader_finds_everything(site: Site, copy: Path):
    ahead, seen = [ROOT], {ROOT}
    while ahead:
        address = ahead.pop()
        answer, body = site.ask(address, accept=BROWSER, accept_language="nn")
        assert answer.status == 200, address
        if answer.headers["Content-Type"] == "text/html; charset=utf-8":
            text = body.decode("utf-8")
            assert '<html lang="nn"' in text or not re.search(r"(^|/)[^.]*$|\.nn\.html$", address), address
            found = {urljoin(address, link).partition("#")[0] for link in pages.links(text) if "://" not in link}
            found = {link for link in found if not link.endswith((".nb.html", ".en.html"))} - seen
            seen |= found
            ahead += sorted(found)
        else:
            # A list of what there is nothing of is an empty file of N-Triples.
            assert body or address.endswith("/index.nt"), address
    there = {path.relative_to(copy).as_posix() for path in files(copy, "*.nn.html")}
    # Who makes the ontology is told of in data alone; the site map leads there.
    assert there - {path.removeprefix(ROOT) for path in seen} <= {"index.nn.html", "doc/organisation/byregion.nn.html"}


def test_a_frozen_version_of_the_ontology_is_there_as_it_was_frozen(site: Site, copy: Path):
    frozen = folder("ontology") / "releases" / "0.1.0"
    assert (copy / "def" / "0.1.0.ttl").read_bytes() == (frozen / "ontology" / "byregion.ttl").read_bytes()
    answer, body = site.ask(f"{ROOT}def/0.1.0", accept="text/turtle")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/turtle; charset=utf-8")
    assert body == (frozen / "ontology" / "byregion.ttl").read_bytes()
    _, body = site.ask(f"{ROOT}shapes/0.1.0.nt")
    shapes = [read_graph(path) for path in files(frozen / "shapes", "*.ttl")]
    assert len(Graph().parse(data=body, format="nt")) == sum(map(len, shapes))
    for address in ("def/0.1.0", "shapes/0.1.0"):
        answer, page = site.ask(ROOT + address, accept=BROWSER, accept_language="en")
        assert answer.status == 200 and "Version 0.1.0" in page.decode("utf-8")


def test_every_address_of_the_site_map_is_there(site: Site):
    _, body = site.ask(f"{ROOT}sitemap.xml")
    addresses = [entry.text or "" for entry in ElementTree.fromstring(body).iter() if entry.tag.endswith("loc")]
    assert len(addresses) > 300
    for address in addresses:
        assert address.startswith(URL)
        answer, _ = site.ask(path_of(address), "HEAD", accept=BROWSER)
        assert answer.status == 200, address


NEGOTIATED = [
    ("doc/region/midt-troms", accept, language)
    for accept, language in [
        ("", ""),
        ("*/*", ""),
        ("*/*", "nn"),
        (BROWSER, "nn-NO,nn;q=0.9,en;q=0.8"),
        (BROWSER, "nb-NO,nb;q=0.9,no;q=0.8,nn;q=0.7,en;q=0.6"),
        (BROWSER, "no"),
        (BROWSER, "no,nn;q=0.5"),
        (BROWSER, "nn;q=0.4,en-GB;q=0.6"),
        (BROWSER, "sv,da;q=0.5"),
        ("text/turtle", "en"),
        ("text/turtle;q=0.9,text/html;q=0.8", "en"),
        ("text/turtle;q=0.3,application/ld+json;q=0.9", ""),
        ("application/ld+json;q=0.8,application/rdf+xml", ""),
        ("application/n-triples;charset=utf-8", ""),
        ("application/n-triples, */*", ""),
        ("application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5,*/*;q=0.1", ""),
        ("TEXT/TURTLE", ""),
        ("text/html;q=0,*/*", ""),
        ("text/*;q=0.2,application/*;q=0.7", ""),
        ("application/json", ""),
        ("application/vnd.citationstyles.csl+json", ""),
        ("image/png", ""),
        ("text/html;q=0.1,text/turtle;q=0.05", "en"),
    ]
] + [
    ("", BROWSER, "en"),
    ("doc/region/", BROWSER, "nn"),
    ("def", BROWSER, "nn"),
    ("def", "text/turtle", ""),
    ("queries", BROWSER, ""),
    ("queries/participants", "*/*", ""),
    ("queries/participants", "text/csv", ""),
    ("queries/participants", "application/sparql-results+json", ""),
    ("queries/participants", "application/json", ""),
    ("queries/participants", "application/xml", ""),
    ("queries/participants", "text/tab-separated-values;q=0.5,application/sparql-results+xml;q=0.4", ""),
    ("queries/everything-about-municipality", "text/turtle", ""),
    ("queries/participants/about", "application/ld+json", ""),
    ("catalogue", "*/*", ""),
    ("catalogue", "application/rdf+xml", ""),
    ("catalogue", BROWSER, "en"),
    ("datasets/midt-troms", "text/turtle", ""),
    (".well-known/void", "*/*", ""),
    (".well-known/void", "application/ld+json", ""),
    ("quality", "application/n-triples", ""),
    ("shapes", "text/turtle", ""),
]


@pytest.mark.parametrize(("address", "accept", "language"), NEGOTIATED)
def test_an_address_is_negotiated_as_the_app_does(
    site: Site, live: httpx.Client, address: str, accept: str, language: str
):
    headers = {"Accept": accept, "Accept-Language": language}
    wanted = live.get(ROOT + address, headers={name: text for name, text in headers.items() if text})
    answer, body = site.ask(ROOT + address, **{name.replace("-", "_"): text for name, text in headers.items() if text})
    assert answer.status == wanted.status_code
    if answer.status == 200:
        kind = wanted.headers["Content-Type"].partition(";")[0]
        # What is asked for by a wider name has its own here.
        own = {
            "application/json": {"application/ld+json", "application/sparql-results+json"},
            "application/xml": {"application/sparql-results+xml"},
        }
        types = own.get(kind, {wanted.headers["Content-Type"]})
        assert answer.headers["Content-Type"] in types
        if kind == "text/html":
            assert answer.headers["Content-Language"] == wanted.headers["Content-Language"]
        place = urljoin(ROOT + address, answer.headers["Content-Location"])
        assert site.ask(place)[1] == body
        assert {"accept", "accept-language"} & {
            name.strip().lower() for value in answer.headers.get_all("Vary") for name in value.split(",")
        }


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("doc/region/midt-troms?lang=nn", "doc/region/midt-troms.nn.html"),
        ("doc/region/midt-troms.html?lang=en", "doc/region/midt-troms.en.html"),
        ("doc/region/midt-troms.html", "doc/region/midt-troms.nn.html"),
        ("doc/region/midt-troms?format=ttl", "doc/region/midt-troms.ttl"),
        ("doc/region/midt-troms?format=html&lang=en", "doc/region/midt-troms.en.html"),
        ("doc/region/?lang=en", "doc/region/index.en.html"),
        ("?lang=en", "index.en.html"),
        ("catalogue.html", "catalogue.nn.html"),
        ("catalogue.ttl?profile=dcat-ap-no-3", "catalogue.dcat-ap-no-3.ttl"),
        ("doc/region/index.csv?lang=nn", "doc/region/index.nn.csv"),
        ("doc/region/index.csv?lang=nb", "doc/region/index.csv"),
        ("doc/region/index.xlsx?lang=en", "doc/region/index.en.xlsx"),
        ("def.json?lang=en", "def.en.json"),
        ("queries/participants.csv?lang=nn", "queries/participants.csv"),
        ("queries/participants.csv?language=nn", "queries/participants.nn.csv"),
        ("queries/participants.csv?language=nb", "queries/participants.csv"),
        ("queries/participants?format=xlsx", "queries/participants.xlsx"),
        ("queries/participants?format=excel-csv", "queries/participants.excel-csv"),
        ("static/mark.svg?v=1", "static/mark.svg"),
        ("doc/region/midt-troms?utm_source=x", "doc/region/midt-troms.nn.html"),
    ],
)
def test_what_the_address_names_goes_before_what_the_headers_say(site: Site, copy: Path, address: str, file: str):
    answer, body = site.ask(ROOT + address, accept=BROWSER, accept_language="nn, en;q=0.5")
    assert answer.status == 200
    assert body == (copy / file).read_bytes()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("queries/participants.csv?region=region:haugesundregionen", 404),
        ("queries/participants?region=region:haugesundregionen&format=csv", 404),
        ("queries/participants?language=nn", 404),
        ("catalogue?profile=dcat-ap-no-3", 404),
        ("doc/region/midt-troms?revision=0123456789abcdef", 404),
        ("doc/quote/?page=2", 404),
        ("doc/region/nowhere", 404),
        ("doc/region/nowhere.ttl", 404),
        ("sparql?query=ASK%20%7B%7D", 404),
        (".htaccess", 404),
        ("doc/region/byregion-finnsnes", 410),
        ("doc/region/byregion-finnsnes.ttl", 410),
        ("doc/region/ingensteds?lang=nn", 410),
    ],
)
def test_what_a_copy_cannot_answer_is_not_answered_with_something_else(site: Site, address: str, status: int):
    assert site.ask(ROOT + address, accept="*/*")[0].status == status


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("id/region/midt-troms", "doc/region/midt-troms"),
        ("id/region/midt-troms?lang=nn", "doc/region/midt-troms?lang=nn"),
        ("id/region/nowhere", "doc/region/nowhere"),
        ("graphs/midt-troms/stated", "datasets/midt-troms"),
        ("graphs/inferred", "datasets/byregion"),
        ("catalogue/midt-troms", "datasets/midt-troms"),
        ("catalogue/midt-troms/ttl", "datasets/midt-troms"),
        ("dumps/", "catalogue.html"),
    ],
)
def test_a_name_leads_to_what_tells_of_it(site: Site, address: str, target: str):
    answer, _ = site.ask(ROOT + address, accept="text/turtle")
    assert answer.status == 303
    assert path_of(urljoin(ROOT + address, answer.headers["Location"])) == ROOT + target
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_every_graph_and_everything_in_the_catalogue_leads_somewhere(site: Site, copy: Path, data: Path):
    catalogue = Graph().parse(copy / "catalogue.ttl")
    names = {str(item.graph) for item in (*ontology_files(), *data_files(data))} | {str(INFERRED)}
    names |= {str(iri) for iri in catalogue.subjects() if str(iri).startswith(f"{BASE}catalogue") and "#" not in iri}
    assert len(names) > 50
    for name in sorted(names):
        address = ROOT + name.removeprefix(BASE)
        answer, _ = site.ask(address, accept=BROWSER)
        if answer.status == 303:
            answer, _ = site.ask(path_of(urljoin(address, answer.headers["Location"])), accept=BROWSER)
        assert answer.status == 200, name


def test_every_answer_has_the_headers_of_the_app(site: Site, live: httpx.Client):
    wanted = live.get(ROOT).headers
    for address in ("", "doc/region/midt-troms.ttl", "doc/region/nowhere", "static/mark.svg", "id/region/midt-troms"):
        answer, _ = site.ask(ROOT + address)
        for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
            assert answer.headers.get_all(name) == [wanted[name]], address
        assert answer.headers.get_all("Access-Control-Allow-Origin") == ["*"], address
    assert site.ask(ROOT)[0].headers["Cache-Control"] == wanted["Cache-Control"]
    for file in ("mark.svg", built.read()["style.css"]):
        lasting = live.get(f"{ROOT}static/{file}").headers["Cache-Control"]
        assert "immutable" in lasting
        assert site.ask(f"{ROOT}static/{file}")[0].headers["Cache-Control"] == lasting


def test_every_file_has_its_media_type(site: Site, live: httpx.Client, copy: Path):
    by_suffix = {path.name.rpartition(".")[2]: path for path in copy.rglob("*") if path.is_file()}
    by_suffix |= {path.name: path for path in (copy / "sitemap.xml", copy / "dumps" / "SHA256SUMS")}
    ours = {"var", "htaccess", "conf", "md", "sha256"}
    assert len(by_suffix) > 20
    for suffix in by_suffix.keys() - ours:
        path = by_suffix[suffix].relative_to(copy).as_posix()
        asked = re.sub(r"\.(nb|nn|en)\.html$", r".html", re.sub(r"\.(nn|en)(\.(?!html)[a-z-]+)$", r"\2", path))
        asked = re.sub(r"\.(page-\d+|dcat-ap-no-3)\.", ".", re.sub(r"(^|/)index\.html$", r"\1", asked))
        wanted = live.get(ROOT + asked, headers={"Accept": "*/*"})
        assert wanted.status_code == 200, asked
        assert site.ask(ROOT + path)[0].headers["Content-Type"] == wanted.headers["Content-Type"], path


def test_an_answer_is_compressed_for_who_asks_and_told_apart_by_its_tag(site: Site):
    address = f"{ROOT}doc/region/midt-troms.ttl"
    plain, body = site.ask(address)
    assert "Content-Encoding" not in plain.headers
    packed, less = site.ask(address, accept_encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(less) == body
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert plain.headers["ETag"] != packed.headers["ETag"]
    again, nothing = site.ask(address, if_none_match=plain.headers["ETag"])
    assert (again.status, nothing) == (304, b"")
    negotiated, _ = site.ask(f"{ROOT}doc/region/midt-troms", accept="text/turtle")
    again, _ = site.ask(f"{ROOT}doc/region/midt-troms", accept="text/turtle", if_none_match=negotiated.headers["ETag"])
    assert again.status == 304


def test_the_portal_can_harvest_the_catalogue_and_its_downloads(site: Site):
    answer, body = site.ask(f"{ROOT}catalogue", accept=harvest.ACCEPT)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    graph = harvest.read(Answer(f"{URL}catalogue", answer.status, headers, body))
    assert list(harvest.problems(graph)) == []
    assert (None, RDF.type, DCAT.DataService) not in graph
    downloads = sorted({str(address) for address in graph.objects(None, DCAT.downloadURL)})
    assert len(downloads) > 30
    pages_of = {
        str(page) for predicate in (DCAT.accessURL, DCAT.landingPage) for page in graph.objects(None, predicate)
    }
    for address in [*downloads, *sorted(pages_of)]:
        assert address.startswith(URL)
        assert site.ask(path_of(address), "HEAD")[0].status == 200, address
    _, listed = site.ask(f"{ROOT}dumps/SHA256SUMS")
    for line in listed.decode().splitlines():
        checksum, _, name = line.partition("  ")
        answer, body = site.ask(f"{ROOT}dumps/{name}")
        assert hashlib.sha256(body).hexdigest() == checksum, name
        assert answer.headers["Content-Disposition"] == "attachment"
