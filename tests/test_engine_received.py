"""A store's answer is whole and what was asked for, or an error; and it is written as our own answers are."""

from __future__ import annotations

import pytest

from byregion import results
from byregion.engine.exchange import Reply
from byregion.engine.received import answer, refuse_failure
from byregion.errors import EngineBusy, EngineError, QueryTooLarge
from byregion.sparql import Form
from engine_data import DATA

ONE = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"uri","value":"urn:a"}}]}}'
TRUE = b'{"head":{},"boolean":true}'
TRIPLE = b"<urn:a> <urn:b> <urn:c> .\n"


def reply(body: bytes, media_type: str = results.JSON, **headers: str) -> Reply:
    told = {"content-type": media_type, "content-length": str(len(body))}
    return Reply(200, told | {name.replace("_", "-"): value for name, value in headers.items()}, body)


def read(
    found: Reply, form: Form = "SELECT", media_type: str = results.JSON, rows: int = 10, size: int = 1000
) -> bytes:
    return answer(found, form, media_type, rows=rows, size=size).body


# --- Whole ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [*range(1, len(ONE), 7), len(ONE) - 1])
@pytest.mark.parametrize("media_type", [results.JSON, "text/csv"])
def test_solutions_that_are_cut_anywhere_are_an_error(cut: int, media_type: str):
    with pytest.raises(EngineError, match="is not whole, or no application/sparql-results"):
        read(reply(ONE[:cut]), media_type=media_type)


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b'{"head":{"vars":["n"]},"results":{"bindings":[The SPARQL operation has been cancelled', "SELECT"),
        (ONE + b"The SPARQL operation has been cancelled", "SELECT"),
        (TRUE + b"The SPARQL operation has been cancelled", "ASK"),
        (b"", "SELECT"),
        (b"\xff" + ONE, "SELECT"),
        (ONE.replace(b"urn:a", b"not an iri"), "SELECT"),
    ],
)
def test_what_is_no_document_of_results_is_an_error(body: bytes, form: Form):
    with pytest.raises(EngineError, match="it ends in"):
        read(reply(body), form)


@pytest.mark.parametrize("end", [b"The SPARQL operation has been cancelled", b"<urn:a> <urn:b", b"\xff"])
def test_a_graph_that_ends_in_something_else_is_an_error(end: bytes):
    with pytest.raises(EngineError, match="is not whole, or no application/n-triples"):
        read(reply(TRIPLE + end, "application/n-triples"), "CONSTRUCT", "text/turtle")


def test_a_graph_is_taken_only_where_its_length_is_known():
    cut = Reply(200, {"content-type": "application/n-triples"}, TRIPLE)
    with pytest.raises(EngineError, match="nobody knows whether it is whole"):
        read(cut, "CONSTRUCT", "text/turtle")
    chunked = Reply(200, {"content-type": "application/n-triples", "transfer-encoding": "chunked"}, TRIPLE)
    assert read(chunked, "CONSTRUCT", "application/n-triples") == TRIPLE


def test_an_answer_that_virtuoso_calls_incomplete_is_an_error():
    with pytest.raises(EngineError, match="in part: S1TAT RC: Returning incomplete results"):
        read(reply(ONE, x_sql_state="S1TAT", x_sql_message="RC: Returning incomplete results"))


def test_an_answer_that_virtuoso_may_have_cut_is_an_error():
    with pytest.raises(QueryTooLarge, match="no more than 1 rows"):
        read(reply(ONE, x_sparql_maxrows="1"))


# --- What was asked for -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("media_type", ["text/html", "application/sparql-results+xml", "text/plain", ""])
def test_another_media_type_than_was_asked_for_is_an_error(media_type: str):
    with pytest.raises(EngineError, match="and was asked for application/sparql-results"):
        read(reply(ONE, media_type))


def test_another_form_than_was_asked_for_is_an_error():
    with pytest.raises(EngineError, match="another question than SELECT"):
        read(reply(TRUE))


@pytest.mark.parametrize("rows", [0, 1])
def test_more_rows_or_triples_than_may_be_are_an_error(rows: int):
    for found, form, media_type in (
        (reply(ONE), "SELECT", results.JSON),
        (reply(TRIPLE, "application/n-triples"), "CONSTRUCT", "text/turtle"),
    ):
        if rows:
            assert read(found, form, media_type, rows=rows)
        else:
            with pytest.raises(QueryTooLarge, match="more than 0"):
                read(found, form, media_type, rows=rows)


def test_more_bytes_than_may_be_are_an_error():
    with pytest.raises(QueryTooLarge, match="more than 10 bytes"):
        read(reply(ONE), size=10)


# --- In our words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        (results.JSON, ONE),
        ("text/csv", b"x\r\nurn:a\r\n"),
        ("text/tab-separated-values", b"?x\n<urn:a>\n"),
    ],
)
def test_solutions_are_written_in_what_was_asked_for(media_type: str, body: bytes):
    assert read(reply(ONE), media_type=media_type) == body


def test_virtuosos_json_is_read_as_it_is_meant():
    body = (DATA / "virtuoso.srj").read_bytes()
    found = results.read_solutions(read(reply(body), size=10_000))
    assert isinstance(found, results.Solutions)
    (row,) = found.bindings
    assert [term.n3() for term in row.values()] == [
        "_:b10034",
        '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>',
        r""""\"type\": \"bnode\", \"value\": \"nodeID://b1\" æ😀"@nb""",
        '"1"^^<http://www.w3.org/2001/XMLSchema#integer>',
    ]


@pytest.mark.parametrize(
    ("rows", "truth"),
    [
        (b"", b"false"),
        (b'{"__ASK_RETVAL":{"type":"literal","value":"1"}}', b"true"),
    ],
)
def test_an_ask_that_is_answered_with_a_row_or_none_is_yes_or_no(rows: bytes, truth: bytes):
    body = b'{"head":{"vars":["__ASK_RETVAL"]},"results":{"bindings":[%b]}}' % rows
    assert read(reply(body), "ASK") == b'{"head":{},"boolean":%b}' % truth
    assert read(reply(body), "ASK", "text/csv") == truth


# --- Failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "what"),
    [
        (301, EngineError, "leads elsewhere, which is not followed"),
        (401, EngineError, "does not let byregion in: why; see BYREGION_STORE_AUTH_FILE"),
        (403, EngineError, "does not let byregion in: why; see BYREGION_STORE_AUTH_FILE"),
        (404, EngineError, "status 404: why"),
        (429, EngineBusy, "since it is busy: why; ask again later"),
        (500, EngineError, "status 500: why"),
        (502, EngineError, "status 502: why"),
        (503, EngineBusy, "since it is busy: why; ask again later"),
        (504, EngineError, "status 504: why"),
    ],
)
def test_a_failure_is_told_as_what_it_means_to_who_asked(status: int, kind: type[Exception], what: str):
    with pytest.raises(kind, match=f"^the store S answers with status {status}") as error:
        refuse_failure(Reply(status, {"content-type": "text/plain"}, b"why"), "the store S")
    assert what in str(error.value)


def test_a_success_is_no_failure():
    refuse_failure(Reply(204, {}, b""), "the store S")
