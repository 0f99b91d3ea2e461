"""The judge itself: what it takes for the same answer, and what not."""

from __future__ import annotations

import pytest

from .answers import MEDIA_TYPES, Solutions, by_value, read, result_set, same

INTEGER = "http://www.w3.org/2001/XMLSchema#integer"


def solutions(*rows: str, ordered: bool = False) -> Solutions:
    """Solutions from lines of TSV, the first with the variables."""
    made = read("\n".join(rows).encode(), MEDIA_TYPES["tsv"])
    assert isinstance(made, Solutions)
    return Solutions(made.variables, made.rows, ordered)


def test_a_number_in_another_form_is_another_term_of_the_same_value():
    one, other = solutions("?x", "1"), solutions("?x", f'"01"^^<{INTEGER}>')
    assert not same(one, other)
    assert same(by_value(one), by_value(other))
    assert not same(by_value(one), by_value(solutions("?x", "1.0"))), "another datatype"


def test_a_literal_without_a_datatype_is_a_string():
    assert same(solutions("?x", '"a"'), solutions("?x", '"a"^^<http://www.w3.org/2001/XMLSchema#string>'))
    assert not same(solutions("?x", '"a"'), solutions("?x", '"a"@en'))


def test_solutions_are_a_multiset_and_in_order_only_where_that_is_asked():
    assert same(solutions("?x", "1", "2"), solutions("?x", "2", "1"))
    assert not same(solutions("?x", "1", "2", ordered=True), solutions("?x", "2", "1"))
    assert not same(solutions("?x", "1", "1", "2"), solutions("?x", "1", "2", "2"))


def test_blank_nodes_are_renamed_one_to_one_over_all_solutions():
    expected = solutions("?x\t?y", "_:a\t_:b", "_:b\t_:a")
    assert same(expected, solutions("?x\t?y", "_:1\t_:2", "_:2\t_:1"))
    assert not same(expected, solutions("?x\t?y", "_:1\t_:2", "_:1\t_:2"))
    assert not same(expected, solutions("?x\t?y", "_:1\t_:1", "_:1\t_:1"))
    assert not same(expected, solutions("?x\t?y", "_:1\t_:2", "_:2\t<urn:a>"))


def test_reduced_may_drop_duplicates_and_nothing_else():
    expected = solutions("?x", "1", "1", "2")
    assert same(expected, solutions("?x", "1", "2"), lax=True)
    assert not same(expected, solutions("?x", "1"), lax=True)
    assert not same(expected, solutions("?x", "1", "2", "2"), lax=True)


def test_what_is_not_bound_is_not_an_empty_text():
    assert not same(solutions("?x\t?y", "1\t"), solutions("?x\t?y", '1\t""'))
    assert not same(solutions("?x\t?y", "1\t"), solutions("?x", "1"))


@pytest.mark.parametrize(
    ("suffix", "body"),
    [
        ("srj", b'{"head": {"vars": ["x"]}, "results": {"bindings": ['),
        ("srx", b'<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head/>'),
        ("ttl", b"<urn:s> <urn:p>"),
        ("csv", b'x\r\n"'),
        ("tsv", b"?x\n<urn:a"),
    ],
)
def test_a_body_that_is_cut_short_is_no_answer(suffix: str, body: bytes):
    with pytest.raises(ValueError):
        read(body, MEDIA_TYPES[suffix])


def test_a_graph_may_describe_a_result_set_or_be_the_answer():
    vocabulary = "@prefix rs: <http://www.w3.org/2001/sw/DataAccess/tests/result-set#> ."
    described = f'{vocabulary} [] rs:resultVariable "x" ; rs:solution [ rs:binding [ rs:variable "x" ; rs:value 1 ] ] .'
    expected = result_set(read(described.encode(), MEDIA_TYPES["ttl"]))
    assert same(expected, solutions("?x", "1"))
    assert result_set(read(f"{vocabulary} [] rs:boolean true .".encode(), MEDIA_TYPES["ttl"])) is True
    graph = read(b"<urn:s> <urn:p> 1 .", MEDIA_TYPES["ttl"])
    assert result_set(graph) is graph
