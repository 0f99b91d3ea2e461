"""nginx in front of `byregion serve`, as deploy/nginx.conf has it: a real nginx, asked over HTTPS and HTTP/2."""

from __future__ import annotations

import re
import ssl
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from byregion.namespaces import BASE
from serving import served
from web_servers import free_port, nginx_with, program

CONFIGURATION = Path(__file__).parent.parent / "deploy" / "nginx.conf"
REGION = "/doc/region/midt-troms"
HEAVY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a != ?l) }"
AT_A_TIME, BURST = 4, 20
"""What the configuration allows one reader: queries at a time, and queries in a row before a rate counts."""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def certificate(work: Path) -> tuple[Path, Path]:
    """A certificate of our own for this machine, and its key."""
    found, key = work / "certificate.pem", work / "key.pem"
    command = [
        program("openssl"),
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    told = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    subprocess.run([*command, *told, "-out", found, "-keyout", key], check=True, capture_output=True, timeout=20)
    return found, key


@pytest.fixture(scope="module")
def plain_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def address(work: Path, certificate: tuple[Path, Path], plain_port: int) -> Iterator[str]:
    """The address of nginx with the configuration, in which only ports and the certificate are others."""
    port, behind, beside = free_port(), free_port(), free_port()
    text = CONFIGURATION.read_text(encoding="utf-8")
    for pattern, instead in (
        (r"( *)server 127\.0\.0\.1:8080(.*;)", rf"\1server 127.0.0.1:{behind}\2\n\1server 127.0.0.1:{beside}\2"),
        (r"listen 443 ", f"listen 127.0.0.1:{port} "),
        (r"listen 80;", f"listen 127.0.0.1:{plain_port};"),
        (r"listen \[::\]:.*;", ""),
        (r"ssl_certificate .*;", f"ssl_certificate {certificate[0]};"),
        (r"ssl_certificate_key .*;", f"ssl_certificate_key {certificate[1]};"),
    ):
        text, times = re.subn(pattern, instead, text)
        assert times, f"{CONFIGURATION} has no {pattern}"
    public = f"https://127.0.0.1:{port}/"
    own = dict(re.findall(r"#   (BYREGION_\w+)=(\S+)", text))
    settings = own | {"BYREGION_PUBLIC_URL": public, "BYREGION_QUERY_SECONDS": "2"}
    assert f"proxy_set_header {own['BYREGION_CLIENT_HEADER']} $remote_addr;" in text
    with (
        served("--port", str(behind), **settings) as (_, told),
        served("--port", str(beside), **settings) as (other, _),
        nginx_with(text, port, work),
    ):
        assert told == public
        OTHER["process"] = other
        yield public


OTHER: dict[str, subprocess.Popen[str]] = {}


@pytest.fixture
def readers(address: str, certificate: tuple[Path, Path]) -> Callable[[], httpx.Client]:
    """Makes clients that speak HTTP/2 and trust the certificate."""
    trusted = ssl.create_default_context(cafile=str(certificate[0]))
    plain = {"accept-encoding": "identity"}
    return lambda: httpx.Client(
        base_url=address, verify=trusted, headers=plain, http2=True, timeout=20, trust_env=False
    )


@pytest.fixture
def site(readers: Callable[[], httpx.Client]) -> Iterator[httpx.Client]:
    """A client of nginx."""
    with readers() as client:
        yield client


def ask(site: httpx.Client, query: str = "ASK {}") -> httpx.Response:
    return site.post("/sparql", data={"query": query}, headers={"accept": "application/sparql-results+json"})


def test_an_answer_comes_over_http_2_with_its_headers(site: httpx.Client):
    answer = site.get(REGION, headers={"accept": "text/turtle;q=0.9, text/html;q=0.1"})
    assert (answer.status_code, answer.http_version) == (200, "HTTP/2")
    assert "br:Region" in answer.text
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    assert answer.headers["content-location"] == f"{REGION}.ttl"
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    assert "Accept" in answer.headers["vary"]
    assert len(answer.headers.get_list("link")) > 3
    assert site.head(REGION, headers={"accept": "text/turtle"}).status_code == 200


def test_without_https_a_reader_is_led_to_it(address: str, plain_port: int):
    assert address.startswith("https://")
    answer = httpx.get(f"http://127.0.0.1:{plain_port}{REGION}?lang=nn", trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://byregion.example.org{REGION}?lang=nn")


def test_addresses_in_the_data_are_the_public_ones(site: httpx.Client, address: str):
    service = site.get("/sparql", headers={"accept": "application/n-triples"}).text
    assert f"<http://www.w3.org/ns/sparql-service-description#endpoint> <{address}sparql>" in service
    assert "http://127.0.0.1" not in service


def test_a_redirect_stays_on_the_host_that_was_asked(site: httpx.Client):
    answer = site.get("/id/region/midt-troms?lang=nn")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{REGION}?lang=nn")


def test_an_answer_is_compressed_for_who_asks_and_asked_again_by_its_tag(site: httpx.Client):
    plain = site.get(f"{REGION}.ttl")
    assert "content-encoding" not in plain.headers
    packed = site.get(f"{REGION}.ttl", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.num_bytes_downloaded < plain.num_bytes_downloaded / 2
    assert packed.content == plain.content
    assert "Accept-Encoding" in packed.headers["vary"]
    assert plain.headers["etag"] != packed.headers["etag"]
    for answer, encoding in ((plain, "identity"), (packed, "gzip")):
        # Strong: https://www.rfc-editor.org/rfc/rfc9110#section-8.8.1
        assert answer.headers["etag"].startswith('"')
        asked = {"accept-encoding": encoding, "if-none-match": answer.headers["etag"]}
        again = site.get(f"{REGION}.ttl", headers=asked)
        assert (again.status_code, again.content) == (304, b"")


def test_the_counts_are_not_for_everybody(site: httpx.Client):
    assert site.get("/metrics").status_code == 404
    assert site.get("/health").status_code == 200


def test_a_query_may_be_as_long_as_byregion_allows(site: httpx.Client):
    # Each of these characters is nine when it is percent-encoded.
    longest = "ASK {} #" + "☃" * (100_000 - len("ASK {} #"))
    assert ask(site, longest).json()["boolean"] is True
    refused = ask(site, longest + "☃")
    # It is byregion that says no, and tells why.
    assert refused.status_code == 413
    assert refused.json()["type"].startswith("https://w3id.org/byregion/problems#")


def test_who_asks_many_things_at_a_time_is_told_to_wait(readers: Callable[[], httpx.Client]):
    def ask_heavily(_: int) -> int:
        with readers() as site:
            return ask(site, HEAVY).status_code

    with ThreadPoolExecutor(3 * AT_A_TIME) as threads:
        answers = list(threads.map(ask_heavily, range(3 * AT_A_TIME)))
    assert len([status for status in answers if status != 429]) == AT_A_TIME
    # The others were not asked for; these were, and each met a limit of byregion.
    assert set(answers) - {429} <= {503, 504}


def test_who_asks_without_pause_is_told_to_wait_and_pages_are_still_read(site: httpx.Client):
    answers = [ask(site) for _ in range(3 * BURST)]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert 0 < len(refused) < len(answers)
    answer = refused[-1]
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["access-control-allow-origin"] == "*"
    told = answer.json()
    assert told["status"] == 429
    document, _, kind = told["type"].partition("#")
    assert f'id="{kind}"' in site.get("/" + document.removeprefix(BASE), headers={"accept": "text/html"}).text
    assert all(site.get(f"{REGION}.ttl").status_code == 200 for _ in range(3 * BURST))


def test_where_one_of_two_ends_its_readers_are_answered_by_the_other(site: httpx.Client):
    tags = {site.get(REGION).headers["etag"] for _ in range(6)}
    assert len(tags) == 1
    OTHER["process"].kill()
    for number in range(20):
        assert site.get(f"/doc/region/midt-troms.ttl?again={number}").status_code == 200
    assert OTHER["process"].wait(20) != 0
