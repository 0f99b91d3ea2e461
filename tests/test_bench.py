"""The benchmark still runs, on data that is valid: a figure that nobody can measure again is worth nothing."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from rdflib import RDF, URIRef
from tests.bench import client, http, made, mix, regions, report, scale

from byregion import evidence, infer, validate
from byregion.dataset import data_files, ontology_files, read
from byregion.engine.memory import MemoryEngine
from byregion.namespaces import BR

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def two_regions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return regions.write(tmp_path_factory.mktemp("regions"), 2)


# --- Made-up regions --------------------------------------------------------------------------------------------------


def test_made_up_regions_are_valid(two_regions: Path):
    graph = validate.merge(read([*ontology_files(), *data_files(two_regions)]))
    assert len(set(graph.subjects(RDF.type, BR.Region))) == 2
    report = validate.report(graph, validate.read_shapes())
    assert report.conforms, validate.to_text(report)


def test_every_quote_of_a_made_up_region_stands_in_its_text(two_regions: Path):
    dataset = read([*ontology_files(), *data_files(two_regions)])
    assert evidence.check(dataset, two_regions) == []


def test_a_made_up_region_is_as_large_as_a_published_one(two_regions: Path):
    for number in (1, 2):
        stated = [item for item in data_files(two_regions) if item.path.parent.name == f"region-{number}"]
        assert 2300 <= len(read(stated)) <= 2600


def test_a_made_up_region_is_the_same_whatever_else_is_made(two_regions: Path, tmp_path: Path):
    one = regions.write(tmp_path, 1) / "region-1"
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert len(files) == 5
    for name in files:
        assert (one / name).read_bytes() == (two_regions / "region-1" / name).read_bytes()


def test_nothing_made_up_has_an_iri_that_could_be_published(two_regions: Path):
    graph = validate.merge(read(data_files(two_regions)))
    assert {subject for subject in graph.subjects() if not subject.startswith(made.BASE)} == set()


def test_every_query_of_the_mix_has_an_answer_in_the_made_up_data(two_regions: Path):
    engine = MemoryEngine.of([*ontology_files(), *data_files(two_regions)], infer.UPDATES)
    names = [query.name for query in mix.mix()]
    assert len(names) == len(set(names))
    for query in mix.mix():
        found = query.rows(engine.query(query.text, query.accept).body)
        assert found > 0, f"{query.name}: let tests/bench/mix.py ask for something that is there, or region.yaml say it"


def test_what_is_asked_for_instead_of_an_example_is_in_the_made_up_data(two_regions: Path):
    graph = validate.merge(read(data_files(two_regions)))
    for kind, slug in mix._SLUGS.items():
        assert (URIRef(f"{made.BASE}id/{kind}/{slug}"), RDF.type, None) in graph


# --- The client -------------------------------------------------------------------------------------------------------


def test_a_chunked_answer_is_whole_when_its_last_chunk_is_there():
    whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    for cut in range(len(whole)):
        answer = client.Answer()
        assert not answer.feed(whole[:cut])
        assert answer.feed(whole[cut:])
        assert answer.status == 200
        assert answer.body() == b"hello world"


def test_an_answer_of_a_stated_length_is_whole_when_that_is_there():
    whole = b"HTTP/1.1 503 Busy\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
    for cut in range(len(whole)):
        answer = client.Answer()
        assert not answer.feed(whole[:cut])
        assert answer.feed(whole[cut:])
        assert (answer.status, answer.closes, answer.body()) == (503, True, b"hello")


@pytest.fixture
def parrot() -> Iterator[int]:
    """The port of a server that answers each request with its path, closes after every third, and cuts off `/half`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=answer_all, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


def answer_all(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=answer_three, args=(connection,), daemon=True).start()


def answer_three(connection: socket.socket) -> None:
    with connection, connection.makefile("rb") as lines:
        for _ in range(3):
            path = lines.readline().split(b" ")[1:2]
            while lines.readline() not in (b"\r\n", b""):
                continue
            if not path:
                return
            length = len(path[0]) + (path[0] == b"/half")
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (length, path[0]))
            if path[0] == b"/half":
                return


def test_the_client_sends_a_log_in_order_and_counts_what_is_wrong_or_cut(parrot: int):
    right, wrong = (hashlib.sha256(path).hexdigest() for path in (b"/right", b"/another"))
    asked = [
        client.Request("/right", "*/*", right),
        client.Request("/wrong", "*/*", wrong),
        client.Request("/half", "*/*"),
    ]
    job = client.Job(parrot, asked, order=[0, 0, 1, 0, 1, 2, 0], connections=1, seconds=10)
    done = subprocess.run(
        [sys.executable, "-S", "-m", "tests.bench.client"],
        input=json.dumps(asdict(job)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    told = client.Told(**json.loads(done.stdout))
    assert told.statuses == {"200": 6, "half an answer": 1}
    assert told.wrong == 2
    assert len(told.latencies) == 7


def test_the_client_asks_nothing_twice_where_each_request_is_to_be_new(parrot: int):
    told = client.Client(client.Job(parrot, [client.Request("/", "*/*", "of no body")], vary=True, most=20)).run()
    assert set(told.statuses) == {"200"}
    assert told.wrong >= 20


# --- Logs and ratios --------------------------------------------------------------------------------------------------


def test_of_a_log_seventy_per_cent_of_the_requests_came_before():
    different, order = http.log_of(mix.mix(), 3000, 1)
    assert set(order) == set(range(len(different)))
    assert 0.67 < 1 - len(different) / len(order) < 0.73
    assert http.log_of(mix.mix(), 3000, 1) == (different, order)


def test_logs_of_two_rounds_have_no_request_in_common():
    one, other = (set(http.log_of(mix.mix(), 500, number)[0]) for number in (1, 2))
    assert not one & other


def sample(server: str, query: str, number: int, cpu: float) -> http.Sample:
    return http.Sample(server, query, number, cpu, 1000 / cpu, cpu, cpu, 10, {"200": 10})


def test_a_ratio_is_the_geometric_mean_of_medians_over_what_both_answer_alike():
    queries = tuple(one for one in mix.mix() if one.name in ("participants", "lookup-is-measure", "scan-count-triples"))
    run = report.Run(1, 1, queries, unequal={"oxigraph": {"scan-count-triples": "2 rows, not 1"}})
    cpu = {"participants": (9.0, 4.5), "lookup-is-measure": (1.0, 0.125), "scan-count-triples": (9.0, 1.0)}
    for number in range(3):
        for query, (ours, theirs) in cpu.items():
            run.uncached.append(sample("byregion", query, number, ours + (number - 1) * (query == "participants")))
            run.uncached.append(sample("oxigraph", query, number, theirs))
    found = {one.what: one for one in report.ratios(run)}
    assert found["uncached, all queries"].queries == 2
    assert found["uncached, all queries"].value == pytest.approx((2 * 8) ** 0.5)
    assert found["uncached, lookups"].value == pytest.approx(8)
    assert found["uncached, above 3 ms"].value == pytest.approx(2)
    assert (found["uncached, above 3 ms"].least, found["uncached, above 3 ms"].most) == pytest.approx(
        (8 / 4.5, 10 / 4.5)
    )


def test_an_answer_with_other_rows_is_not_compared():
    checks = [
        http.Check("byregion", "one", 3, 0.1, 1),
        http.Check("oxigraph", "one", 3, 0.1, 1),
        http.Check("virtuoso", "one", 4, 0.1, 1),
        http.Check("byregion", "two", 0, 0.1, 1, "status 503: busy"),
        http.Check("oxigraph", "two", 7, 0.1, 1),
    ]
    assert http.unequal(checks, "byregion") == {
        "virtuoso": {"one": "4 rows, not 3"},
        "byregion": {"two": "status 503: busy"},
    }


def test_growth_is_an_exponent_between_two_sizes():
    costs = [scale.Cost("infer", n, 100 * n, 9.0, cpu, memory) for n, cpu, memory in ((1, 2.0, 50), (10, 20.0, 50))]
    costs += [scale.Cost("infer", 100, 10_000, 9.0, 2000.0, 500)]
    (found,) = scale.growth(costs).values()
    assert found == pytest.approx(
        {"cpu, 1 to 10": 1, "memory, 1 to 10": 0, "cpu, 10 to 100": 2, "memory, 10 to 100": 1}
    )


# --- All of it --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_smoke_run_measures_everything_once_and_writes_nothing():
    results = ROOT / "tests" / "bench" / "results"
    before = sorted(results.glob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--smoke"], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    for name in (
        *("validate, shacl", "validate, pyshacl", "load and infer", "light query", "to the first answer"),
        *("each request new", "the same request again", "a log with 70 % repeats", "beside four killers", "aim"),
        *("oxigraph", "rdflib-endpoint", "memory of byregion", "opened from the snapshot"),
        *("import", "infer", "link", "load", "check, one edit", "owlrl", "pySHACL", "page: region"),
    ):
        assert name in done.stdout
    assert "left out" not in done.stdout
    assert done.stdout.count("the same found") == 2
    assert "NOT the same found" not in done.stdout
    assert sorted(results.glob("*")) == before
