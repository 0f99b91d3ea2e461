"""A file is read as what it is said to be, and what is wrong with it is told."""

from __future__ import annotations

import json

import pytest

from byregion.catalogue import FORMATS, Format
from byregion.catalogue.filetypes import FILE_TYPES, check, known
from byregion.errors import DataError
from catalogue_world import table, written, zipped


def kind(code: str):
    found = known(f"http://publications.europa.eu/resource/authority/file-type/{code}")
    assert found is not None
    return found


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.suffix)
def test_every_format_of_dumps_is_a_known_type_that_can_be_read(form: Format):
    found = known(str(form.file_type_iri))
    assert found is not None
    assert found.open
    assert found.structured
    assert form.media_type in found.media_types
    check(found, written(form), zipped=bool(form.package))


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.suffix)
def test_half_a_file_is_none(form: Format):
    found = known(str(form.file_type_iri))
    assert found is not None
    half = written(form)[: len(written(form)) // 2]
    with pytest.raises(DataError):
        check(found, half, zipped=bool(form.package))


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("RDF_TURTLE", b"<urn:a> <urn:b> ."),
        ("RDF_N_QUADS", b"<urn:a> <urn:b> <urn:c> <urn:d> <urn:e> ."),
        ("RDF_XML", b"<html><p></html>"),
        ("JSON_LD", b"{"),
        ("JSON", b"[1,]"),
        ("CSV", b"a,b\n1,2,3\n"),
        ("CSV", b""),
        ("TSV", b"a\tb\n1\n"),
        ("RDF_TURTLE", "\u00e6".encode("latin-1")),
    ],
)
def test_what_is_no_such_file_is_told(code: str, content: bytes):
    with pytest.raises(DataError):
        check(kind(code), content, zipped=False)


def test_a_zip_is_judged_by_the_files_of_the_type_in_it():
    check(kind("CSV"), zipped({"a.csv": table(), "b.json": b"{"}), zipped=True)
    with pytest.raises(DataError, match="columns"):
        check(kind("CSV"), zipped({"a.csv": table(), "b.csv": b"a,b\n1\n"}), zipped=True)
    with pytest.raises(DataError, match=r"no file that ends in \.csv"):
        check(kind("CSV"), zipped({"a.txt": table()}), zipped=True)
    with pytest.raises(DataError):
        check(kind("CSV"), table(), zipped=True)


def test_a_context_elsewhere_is_not_fetched():
    named = {"@context": "http://127.0.0.1:9/context.jsonld", "@id": "urn:a", "title": "x"}
    for content in (named, {"@graph": [named]}, {"@context": [{"@import": "http://127.0.0.1:9/"}]}):
        check(kind("JSON_LD"), json.dumps(content).encode(), zipped=False)


def test_an_iri_counts_with_http_and_with_https():
    assert known("https://publications.europa.eu/resource/authority/file-type/CSV") is FILE_TYPES["CSV"]
    assert known("http://publications.europa.eu/resource/authority/file-type/NO_SUCH") is None


def test_what_is_only_shown_is_told_from_data_and_what_is_owned_from_what_is_not():
    assert not kind("PDF").structured
    assert not kind("XLS").open
    with pytest.raises(DataError, match="not read here"):
        check(kind("PDF"), b"%PDF", zipped=False)
