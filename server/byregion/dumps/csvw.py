"""Tables as CSV files in a ZIP file, described by CSV on the Web.

The description (https://www.w3.org/TR/tabular-metadata/) says what each column is, so that the triples can be made from
the tables again as https://www.w3.org/TR/csv2rdf/ has it (minimal mode). That standard makes one IRI of a cell that
holds several; so the triples of such a column are told by a table of links, and the column itself is for the reader. It
also writes letters outside ASCII in an IRI as %C3%A5 does; the tables have them as they are.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rdflib import RDF, RDFS, SKOS, XSD, Graph, Literal, URIRef

from byregion.dumps.tables import LINKS, Column, Table, tables

METADATA: Final = "csv-metadata.json"
"""The name that https://www.w3.org/TR/tabular-data-model/#standard-file-metadata looks for the description under."""

_DIALECT: Final = {
    "encoding": "utf-8",
    "delimiter": ",",
    "quoteChar": '"',
    "doubleQuote": True,
    "header": True,
    "lineTerminators": ["\r\n"],
    "trim": False,
}


def archive(graph: Graph, words: Graph) -> bytes:
    """Return the ZIP file with the tables of `graph` and their description; `words` has the labels of their columns.

    Raises DataError as `tables` does.
    """
    found = tables(graph)
    files = {f"{table.name}.csv": _csv(table) for table in found}
    links = [link for table in found for link in table.links()]
    if links:
        files[f"{LINKS}.csv"] = _rows([("subject", "predicate", "object"), *links])
    metadata = _metadata(found, bool(links), words)
    files[METADATA] = (json.dumps(metadata, ensure_ascii=False, indent=1) + "\n").encode()
    return _zip(files)


def _csv(table: Table) -> bytes:
    header = ("id", *(column.name for column in table.columns))
    return _rows(
        [header, *((subject, *(column.cell(subject) for column in table.columns)) for subject in table.subjects)]
    )


def _rows(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _zip(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(files):
            # The date and the system would otherwise be those of the making: the same tables are the same bytes.
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name])
    return packed.getvalue()


# --- Their description ------------------------------------------------------------------------------------------------


def _metadata(found: Iterable[Table], has_links: bool, words: Graph) -> dict[str, Any]:
    described = [_described(table, words) for table in found]
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dialect": _DIALECT,
        "tables": [*described, *([_LINKS_TABLE] if has_links else [])],
    }


def _described(table: Table, words: Graph) -> dict[str, Any]:
    columns: list[dict[str, Any]] = [{**_field("id"), "required": True, "suppressOutput": True}]
    columns += [_described_column(column, words) for column in table.columns]
    if table.kind:
        columns.append({"name": "class", "virtual": True, "propertyUrl": str(RDF.type), "valueUrl": str(table.kind)})
    return {
        "url": f"{table.name}.csv",
        **(_words(table.kind, words) if table.kind else {}),
        "tableSchema": {"aboutUrl": "{+id}", "primaryKey": "id", "columns": columns},
    }


def _described_column(column: Column, words: Graph) -> dict[str, Any]:
    described = {**_field(column.name), **_words(column.predicate, words), "propertyUrl": str(column.predicate)}
    if column.is_of_links:
        described |= {"datatype": "anyURI", "suppressOutput": True}
    elif column.kind.is_iri:
        described |= {"valueUrl": f"{{+{column.name}}}"}
    elif column.kind.language:
        described |= {"lang": column.kind.language}
    else:
        described |= {"datatype": _datatype(column.kind.datatype or XSD.string)}
    if column.separator:
        described |= {"separator": column.separator}
    if column.null:
        described |= {"null": column.null}
    return described


def _field(name: str) -> dict[str, Any]:
    return {"name": name, "titles": name}


def _words(term: URIRef, words: Graph) -> dict[str, Any]:
    """Return how people call a term, and what it means, in every language that the ontology says it in."""
    said = {
        "dc:title": words.objects(term, RDFS.label),
        "dc:description": words.objects(term, SKOS.definition),
    }
    texts = {key: sorted(item for item in items if isinstance(item, Literal)) for key, items in said.items()}
    return {
        key: [{"@value": str(item), "@language": item.language} for item in items]
        for key, items in texts.items()
        if items
    }


def _datatype(datatype: URIRef) -> str | dict[str, str]:
    # https://www.w3.org/TR/tabular-metadata/#built-in-datatypes: those of XML Schema, by their names there.
    if datatype.startswith(str(XSD)):
        return datatype.removeprefix(str(XSD))
    return {"@id": str(datatype), "base": "string"}


_LINKS_TABLE: Final[dict[str, Any]] = {
    "url": f"{LINKS}.csv",
    "dc:title": [
        {"@value": "hver verdi i kolonnene med flere IRI-er", "@language": "nb"},
        {"@value": "kvar verdi i kolonnane med fleire IRI-ar", "@language": "nn"},
        {"@value": "each value of the columns with several IRIs", "@language": "en"},
    ],
    "tableSchema": {
        "aboutUrl": "{+subject}",
        "primaryKey": ["subject", "predicate", "object"],
        "columns": [
            {**_field("subject"), "required": True, "suppressOutput": True},
            {**_field("predicate"), "required": True, "suppressOutput": True},
            {**_field("object"), "required": True, "propertyUrl": "{+predicate}", "valueUrl": "{+object}"},
        ],
    },
}
