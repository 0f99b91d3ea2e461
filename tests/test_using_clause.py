"""The dataset that the protocol describes for an update, as its USING clauses.

https://www.w3.org/TR/sparql11-protocol/#update-dataset
"""

from __future__ import annotations

import re

import pytest

from byregion import using_clause
from byregion.dataset_clause import DatasetDescription
from byregion.errors import BadRequest, ParameterError, QuerySyntaxError

BOTH = DatasetDescription(("x:d",), ("x:n",))
USING = "USING <x:d> USING NAMED <x:n>"


def added(update: str) -> str:
    return re.sub(r"\s+", " ", using_clause.add(update, BOTH)).strip()


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ("INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }", f"INSERT {{ ?s ?p ?o }} {USING} WHERE {{ ?s ?p ?o }}"),
        (
            "PREFIX x: <x:> DELETE { ?s ?p ?o } INSERT { x:where ?p ?o }"
            " where { ?s ?p ?o { SELECT * WHERE { ?s ?p ?o } } }",
            f"PREFIX x: <x:> DELETE {{ ?s ?p ?o }} INSERT {{ x:where ?p ?o }} {USING} where"
            " { ?s ?p ?o { SELECT * WHERE { ?s ?p ?o } } }",
        ),
        ("DELETE WHERE { ?s ?p ?o }", f"DELETE {{ ?s ?p ?o }} {USING} WHERE {{ ?s ?p ?o }}"),
        ("INSERT DATA { <x:a> <x:b> 'WHERE' } ; CLEAR ALL", "INSERT DATA { <x:a> <x:b> 'WHERE' } ; CLEAR ALL"),
        (
            "INSERT { } WHERE { } ; DELETE WHERE { GRAPH ?g { ?s ?p ?o } }",
            f"INSERT {{ }} {USING} WHERE {{ }} ; DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} {USING}"
            " WHERE { GRAPH ?g { ?s ?p ?o } }",
        ),
    ],
)
def test_each_operation_with_a_pattern_gets_them(update: str, expected: str):
    assert added(update) == expected


@pytest.mark.parametrize(
    "update",
    [
        "WITH <x:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DELETE { ?s ?p ?o } USING <x:g> WHERE { ?s ?p ?o }",
        "CLEAR ALL ; insert { ?s ?p ?o } using named <x:g> where { ?s ?p ?o }",
    ],
)
def test_both_is_a_bad_request(update: str):
    with pytest.raises(BadRequest):
        using_clause.add(update, BOTH)


def test_a_keyword_run_into_another_is_not_passed_over():
    """Oxigraph's grammar has no word boundaries: it would read DELETEWHERE, and match it against everything."""
    with pytest.raises(QuerySyntaxError, match="DELETEWHERE"):
        using_clause.add("DELETEWHERE { ?s ?p ?o }", BOTH)


@pytest.mark.parametrize("iri", ["x:a> WHERE { } #", "a", "", "x:a b", "x:\u0000"])
def test_what_is_no_iri_never_becomes_text_of_an_update(iri: str):
    with pytest.raises(ParameterError):
        using_clause.add("INSERT { } WHERE { }", DatasetDescription((iri,)))
