"""The W3C's tests of SERVICE, asked of blank servers that may ask each other; failing.toml has them without that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

import pytest
from rdflib import Graph

from . import report
from .endpoint import Endpoint, Wrong, byregion
from .judging import judge
from .suite import MF, QT, Dataset, Entry, Suite, archive

SUITE = Suite(archive())
ENTRIES = [entry for entry in report.all_entries(SUITE) if entry.manifest == "sparql11/service"]
# Its query has a variable in the place of the endpoint.
REFUSED = "sparql11/service#service5"
NOBODY = "http://127.0.0.1:1/sparql"


def endpoints(entry: Entry) -> dict[str, Dataset]:
    """What the manifest says that each endpoint holds, by the endpoint's address in the suite."""
    manifest = f"{entry.asked.rpartition('/')[0]}/manifest.ttl"
    graph = Graph().parse(data=SUITE.documents[manifest], format="turtle", publicID=manifest)
    (action,) = (action for node, action in graph.subject_objects(MF.action) if str(node).endswith(f"#{entry.name}"))
    return {
        str(graph.value(told, QT.endpoint)): {"": (str(graph.value(told, QT.data)),)}
        for told in sorted(graph.objects(action, QT.serviceData), key=lambda told: str(graph.value(told, QT.endpoint)))
    }


@dataclass(frozen=True, slots=True)
class Servers:
    """`asked` may ask `others`, and the first of these the second: so may a clause within another one."""

    asked: Endpoint
    others: tuple[Endpoint, Endpoint]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with (
        byregion(tmp_path_factory.mktemp("second")) as second,
        byregion(tmp_path_factory.mktemp("first"), NOBODY, second.query_url) as first,
        byregion(tmp_path_factory.mktemp("asked"), NOBODY, first.query_url, second.query_url) as asked,
    ):
        yield Servers(asked, (first, second))


def judged(entry: Entry, servers: Servers) -> None:
    """Judge a test whose query names the servers in the places of the suite's addresses; raises Wrong."""
    addresses = {}
    for server, (address, dataset) in zip(servers.others, endpoints(entry).items(), strict=False):
        server.hold(dataset, SUITE)
        addresses[address] = server.query_url
    text = SUITE.documents[entry.asked].decode()
    mapped = re.sub(
        r"(SERVICE\s+(?:SILENT\s+)?<)([^>]*)>", lambda found: f"{found[1]}{addresses.get(found[2], NOBODY)}>", text
    )
    suite = copy(SUITE)
    suite.documents = SUITE.documents | {entry.asked: mapped.encode()}
    judge(entry, suite, servers.asked)


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.id != REFUSED], ids=lambda entry: entry.id)
def test_a_query_asks_the_listed_endpoints_as_the_suite_says(entry: Entry, servers: Servers):
    judged(entry, servers)


def test_a_variable_in_the_place_of_an_endpoint_is_refused(servers: Servers):
    (entry,) = (entry for entry in ENTRIES if entry.id == REFUSED)
    with pytest.raises(Wrong, match="=> 403"):
        judged(entry, servers)


def test_every_test_of_service_is_asked():
    assert len(ENTRIES) == 7
    assert {address for entry in ENTRIES for address in endpoints(entry)} == {
        "http://example.org/sparql",
        "http://example1.org/sparql",
        "http://example2.org/sparql",
    }
