"""The media types of answers, and solutions read as RDF terms."""

from __future__ import annotations

import json

import pytest
from rdflib import XSD, BNode, Literal, URIRef, Variable

from byregion import results, sparql
from byregion.errors import EngineError
from byregion.results import FORMATS, JSON, Solutions, read_solutions


def document(*bindings: dict[str, dict[str, str]]) -> bytes:
    return json.dumps({"head": {"vars": ["s", "o"]}, "results": {"bindings": list(bindings)}}).encode()


def test_every_format_has_its_own_name_media_type_and_suffix() -> None:
    for field in ("name", "media_type", "suffix"):
        assert len({getattr(item, field) for item in FORMATS}) == len(FORMATS)


def test_the_preferred_formats_are_sparql_json_and_turtle() -> None:
    assert results.formats("solutions")[0].media_type == JSON
    assert results.formats("graph")[0].media_type == "text/turtle"
    assert {item.kind for item in FORMATS} == {"solutions", "graph"}


@pytest.mark.parametrize(
    ("form", "kind"), [("SELECT", "solutions"), ("ASK", "solutions"), ("CONSTRUCT", "graph"), ("DESCRIBE", "graph")]
)
def test_the_form_tells_the_kind_of_answer(form: sparql.Form, kind: results.Kind) -> None:
    assert results.kind(form) == kind


def test_the_charset_is_told_where_the_media_type_is_a_text() -> None:
    told = {item.name: item.content_type for item in FORMATS}
    assert told["csv"] == "text/csv; charset=utf-8"
    assert told["turtle"] == "text/turtle; charset=utf-8"
    assert told["json"] == JSON
    assert told["rdfxml"] == "application/rdf+xml"


def test_solutions_are_read_as_terms() -> None:
    found = read_solutions(
        document(
            {
                "s": {"type": "uri", "value": "http://x.test/å"},
                "o": {"type": "literal", "value": "Mål", "xml:lang": "nb"},
            },
            {
                "s": {"type": "bnode", "value": "b0"},
                "o": {"type": "literal", "value": "01", "datatype": str(XSD.integer)},
            },
            {"o": {"type": "literal", "value": ""}},
            {},
        )
    )
    s, o = Variable("s"), Variable("o")
    assert isinstance(found, Solutions)
    assert found.variables == (s, o)
    assert found.bindings == (
        {s: URIRef("http://x.test/å"), o: Literal("Mål", lang="nb")},
        {s: BNode("b0"), o: Literal("01", datatype=XSD.integer, normalize=False)},
        {o: Literal("")},
        {},
    )


def test_a_number_keeps_the_spelling_that_the_engine_gave_it() -> None:
    found = read_solutions(document({"o": {"type": "literal", "value": "01", "datatype": str(XSD.integer)}}))
    assert isinstance(found, Solutions)
    assert str(found.bindings[0][Variable("o")]) == "01"


@pytest.mark.parametrize("answer", [True, False])
def test_the_answer_of_ask_is_read_as_a_truth_value(answer: bool) -> None:
    assert read_solutions(json.dumps({"head": {}, "boolean": answer}).encode()) is answer


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"head":{"vars":["n"]},"results":{"bindings":[',
        document({"s": {"type": "graph", "value": ""}}),
    ],
)
def test_what_is_no_such_document_is_an_error(body: bytes) -> None:
    with pytest.raises(EngineError, match="not SPARQL Query Results JSON"):
        read_solutions(body)
