"""A revision is its text: kept in a file, it is the same revision with the same answers when it is loaded again."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from byregion.engine import Limits, snapshot
from byregion.engine.launch import serve_snapshot, serve_template
from byregion.engine.store import canonical, load, published, restore
from byregion.errors import DataError
from byregion.iri import INFERRED
from engine_data import AGAIN, JSON, RULES, STATED

FILES = (STATED, AGAIN)
# None has an ORDER BY, and some of the terms are blank nodes.
QUESTIONS = {
    "SELECT * { ?s ?p ?o }": JSON,
    "SELECT * { GRAPH ?graph { ?s ?p ?o } } LIMIT 7": "text/csv",
    "SELECT DISTINCT ?o { ?s ?p ?o }": "text/tab-separated-values",
    "SELECT ?p (COUNT(*) AS ?count) (SAMPLE(?o) AS ?one) { ?s ?p ?o } GROUP BY ?p": JSON,
    "SELECT * { ?s ?p ?o OPTIONAL { ?o ?q ?r } }": JSON,
    "CONSTRUCT { ?o ?p ?s } WHERE { ?s ?p ?o FILTER (!isLITERAL(?o)) }": "application/n-triples",
}


@pytest.fixture
def text() -> bytes:
    return published(FILES, RULES, INFERRED)


def test_the_revision_is_the_hash_of_its_text(text: bytes):
    assert b"_:c14n0" in text
    assert restore(text, INFERRED).revision == hashlib.sha256(text).hexdigest() == load(FILES, RULES, INFERRED).revision


def test_the_text_is_canonical_when_it_is_read_again(text: bytes):
    assert canonical(parse(text, format=RdfFormat.N_QUADS)) == text


def test_a_literal_is_kept_as_it_is_spelled(text: bytes):
    assert b'"01"^^<http://www.w3.org/2001/XMLSchema#integer>' in text


def test_a_snapshot_is_read_as_it_was_written(text: bytes, tmp_path: Path):
    paths = [tmp_path / "one.nq.gz", tmp_path / "another.nq.gz"]
    for path in paths:
        snapshot.write(path, text)
        assert snapshot.read(path, hashlib.sha256(text).hexdigest()) == text
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        pytest.param(lambda packed: packed[:-9], "cannot be read", id="cut off"),
        pytest.param(lambda packed: packed[:40] + b"\0" + packed[41:], "cannot be read", id="a byte changed"),
        pytest.param(lambda packed: b"no gzip", "cannot be read", id="a foreign file"),
        pytest.param(lambda packed: b"", "is damaged", id="empty"),
        pytest.param(lambda packed: gzip.compress(b"<x:s> <x:p> <x:o> <x:g> .\n"), "is damaged", id="other triples"),
    ],
)
def test_a_snapshot_that_holds_anything_else_is_told(text: bytes, tmp_path: Path, damage, told: str):
    path = tmp_path / "damaged.nq.gz"
    snapshot.write(path, text)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=rf"damaged\.nq\.gz: the snapshot {told}"):
        snapshot.read(path, hashlib.sha256(text).hexdigest())


def test_a_snapshot_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(DataError, match=r"absent\.nq\.gz: the snapshot cannot be read"):
        snapshot.read(tmp_path / "absent.nq.gz", "0" * 64)


def test_what_was_kept_answers_byte_for_byte_as_it_did(tmp_path: Path):
    path = tmp_path / "kept.nq.gz"
    with serve_template(FILES, RULES, Limits(), keep=path) as first:
        pool = first.pool()
        answers = {query: pool.query(query, media_type) for query, media_type in QUESTIONS.items()}
        pool.close()
    assert first.unkept == ""
    with serve_snapshot(path, first.revision, Limits()) as again:
        assert (again.revision, again.stated, again.inferred) == (first.revision, first.stated, first.inferred)
        pool = again.pool()
        assert {query: pool.query(query, media_type) for query, media_type in QUESTIONS.items()} == answers
        pool.close()


def test_a_damaged_snapshot_is_not_served(tmp_path: Path):
    path = tmp_path / "damaged.nq.gz"
    path.write_bytes(b"no gzip")
    with pytest.raises(DataError, match=r"damaged\.nq\.gz"), serve_snapshot(path, "0" * 64, Limits()):
        pass


def test_what_cannot_be_kept_is_served_all_the_same(tmp_path: Path):
    with serve_template(FILES, RULES, Limits(), keep=tmp_path / "absent" / "kept.nq.gz") as template:
        assert "cannot be written" in template.unkept
        pool = template.pool()
        assert pool.query("ASK { ?s ?p ?o }", JSON).body
        pool.close()
