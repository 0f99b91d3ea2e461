"""The W3C's queries and updates as the grammar reads them: what is right to its end, what is wrong to its place."""

from __future__ import annotations

import pyoxigraph
import pytest

from byregion.engine import reading, syntax
from byregion.engine.grammar import Unit

from .suite import Entry, Suite, archive

SUITE = Suite(archive())
ASKED = [entry for entry in SUITE.entries if entry.asked.endswith((".rq", ".ru"))]
# SPARQL 1.0 read `123.` as a number and escapes everywhere; SPARQL 1.1 and the engine do not.
OF_OLD = {
    "sparql10/basic#term-7",
    "sparql10/syntax-sparql1#syntax-lit-08",
    "sparql10/syntax-sparql2#syntax-esc-04",
    "sparql10/syntax-sparql2#syntax-esc-05",
}
RIGHT = [entry for entry in ASKED if not entry.kind.startswith("Negative") and entry.id not in OF_OLD]
WRONG = [entry for entry in ASKED if entry.kind.startswith("Negative")]
assert len(RIGHT) > 700 and len(WRONG) > 80, "hardly anything is read"


def unit_of(entry: Entry) -> Unit:
    return "UpdateUnit" if "Update" in entry.kind else "QueryUnit"


def is_read(entry: Entry) -> bool:
    return reading.read(SUITE.documents[entry.asked].decode(), unit_of(entry)).fault is None


@pytest.mark.parametrize("entry", RIGHT, ids=lambda entry: entry.id)
def test_what_is_right_is_read_to_its_end(entry: Entry):
    assert is_read(entry)


@pytest.mark.parametrize("entry", WRONG, ids=lambda entry: entry.id)
def test_what_is_wrong_is_told_with_its_place(entry: Entry):
    text = SUITE.documents[entry.asked].decode()
    store = pyoxigraph.Store()
    evaluate = store.update if unit_of(entry) == "UpdateUnit" else store.query
    try:
        evaluate(text, base_iri=entry.asked)
    except SyntaxError as error:
        told = syntax.explain(text, error.msg, unit_of(entry), has_base=True)
        assert told.line > 0
        assert "not possible here, or" not in told.message
        assert "something before" not in told.message
    else:
        assert is_read(entry), "the engine lets it through, and the grammar does not"
