"""What tables described by CSV on the Web say as triples, by the rules of https://www.w3.org/TR/csv2rdf/, minimal mode.

Only as much of it as the descriptions use that are tested, and nothing that they do not say themselves.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from rdflib import XSD, Graph, Literal, URIRef

Values = str | list[str] | None


def read(archive: bytes) -> Graph:
    """Return the triples of the tables in a ZIP file, as its csv-metadata.json describes them."""
    graph = Graph(bind_namespaces="none")
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        metadata = json.loads(files.read("csv-metadata.json"))
        for table in metadata["tables"]:
            text = files.read(table["url"]).decode(metadata["dialect"]["encoding"])
            for triple in triples(table["tableSchema"], text, metadata["dialect"]):
                graph.add(triple)
    return graph


def triples(schema: dict[str, Any], text: str, dialect: dict[str, Any]) -> Iterator[tuple[URIRef, URIRef, Any]]:
    columns = [column for column in schema["columns"] if not column.get("virtual")]
    assert dialect["header"] and not dialect["trim"] and dialect["lineTerminators"] == ["\r\n"]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=dialect["delimiter"], quotechar=dialect["quoteChar"])
    assert next(rows) == [column["titles"] for column in columns]
    for row in rows:
        cells: dict[str, Values] = {
            column["name"]: cell(text, column) for column, text in zip(columns, row, strict=True)
        }
        for column in schema["columns"]:
            about = URIRef(expand(column.get("aboutUrl", schema["aboutUrl"]), cells))
            yield from ((about, *said) for said in about_cell(column, cells))


def cell(text: str, column: dict[str, Any]) -> Values:
    """The value of a cell: https://www.w3.org/TR/tabular-data-model/#parsing-cells."""
    null = column.get("null", "")
    if "separator" in column:
        return [item for item in text.split(column["separator"]) if item != null] if text else []
    return None if text == null else text


def about_cell(column: dict[str, Any], cells: Mapping[str, Values]) -> Iterator[tuple[URIRef, Any]]:
    values = cells.get(column["name"])
    if column.get("suppressOutput") or (values is None and not column.get("virtual")):
        return
    predicate = URIRef(expand(column["propertyUrl"], cells))
    if "valueUrl" in column:
        yield predicate, URIRef(expand(column["valueUrl"], cells))
        return
    for value in values if isinstance(values, list) else [str(values)]:
        datatype = column.get("datatype", "string")
        named = URIRef(datatype["@id"]) if isinstance(datatype, dict) else XSD[datatype]
        if "lang" in column:
            yield predicate, Literal(value, lang=column["lang"])
        else:
            yield predicate, Literal(value, datatype=None if named == XSD.string else named)


def expand(template: str, cells: Mapping[str, Values]) -> str:
    """A URI template: https://www.rfc-editor.org/rfc/rfc6570#section-3.2.3, where a list is joined by commas."""

    def value(match: re.Match[str]) -> str:
        found = cells[match[1]]
        assert found is not None
        text = found if isinstance(found, str) else ",".join(found)
        return quote(text, safe=":/?#[]@!$&'()*+,;=-._~%")

    return re.sub(r"\{\+(\w+)\}", value, template)
