"""Revisions to keep: texts made up, files published, and a rule that infers something of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rdflib import URIRef

from byregion.archive import Archive, Publication
from byregion.dataset import GraphFile
from byregion.engine import snapshot
from byregion.engine.store import published
from byregion.iri import INFERRED

DATA = Path(__file__).parent / "data" / "archive"
GRAPH = "http://x.test/graphs/goals/stated"
FIRST = GraphFile(DATA / "first.ttl", URIRef(GRAPH))
SECOND = GraphFile(DATA / "second.ttl", URIRef(GRAPH))
RULES = ((DATA / "quoted.ru").read_text(encoding="utf-8"),)
DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)


def text(number: int) -> bytes:
    """The text of a small revision, another for each number."""
    return b'<http://x.test/id/goal> <http://x.test/order> "%d" <http://x.test/graphs/numbers> .\n' % number


def of_file(file: GraphFile) -> bytes:
    """The text of the revision that a file and the rule make."""
    return published([file], RULES, INFERRED)


def record(archive: Archive, revision: bytes, at: datetime = DAY) -> Publication:
    """Publish a revision by its text, and return what the archive says of it."""
    with archive.incoming() as path:
        snapshot.write(path, revision)
        return archive.record(snapshot.revision(revision), path, at)
