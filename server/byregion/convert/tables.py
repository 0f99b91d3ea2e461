"""Tables of facts in `data/<dataset>/source/`, and what is made of them: the parts of a dataset, thing by thing."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rdflib import DCTERMS, FOAF, RDF, SKOS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from byregion import iri
from byregion.errors import DataError
from byregion.namespaces import BR, CONCEPT, ID, empty_graph

Row = Mapping[str, str]
Texts = Mapping[str, str]
"""A text by its language."""


def read(path: Path, columns: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows of a table: CSV in UTF-8 with a line of names first.

    Raises DataError where the file is not there, has other columns than `columns`, no row, or a row of another length.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file, strict=True))
    except (FileNotFoundError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"this is no table that can be read: {error}", path) from error
    if not lines or lines[0] != list(columns):
        raise DataError(f"the columns of this table must be {', '.join(columns)}", path, 1)
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(columns):
            raise DataError(f"this row has {len(line)} cells, and the table {len(columns)} columns", path, number)
    if len(lines) == 1:
        raise DataError("this table has no row", path, 1)
    return tuple(dict(zip(columns, line, strict=True)) for line in lines[1:])


SOURCES: Final = (
    "source",
    *("label_nb", "label_nn", "label_en"),
    *("page", "identifier"),
    *("note_nb", "note_nn", "note_en"),
)
"""The columns of a table of source documents."""


def texts(row: Row, column: str) -> dict[str, str]:
    """Return the texts in the columns `<column>_nb`, `_nn` and `_en`, those that are not empty."""
    return {language: row[f"{column}_{language}"] for language in ("nb", "nn", "en") if row[f"{column}_{language}"]}


def day(text: str) -> Literal:
    """Return a date such as 2020-01-01."""
    return Literal(text, datatype=XSD.date)


@dataclass(slots=True)
class Parts:
    """The graphs of a dataset in the making."""

    stated: Graph = field(default_factory=empty_graph)
    readings: Graph = field(default_factory=empty_graph)
    translations: Graph = field(default_factory=empty_graph)
    retired: Graph = field(default_factory=empty_graph)

    def thing(
        self, subject: URIRef, kind: URIRef, label: str, sources: Iterable[str], **values: Node | Iterable[Node] | None
    ) -> None:
        """State a thing of the class `kind`: its name in Bokmål, its sources by slug, and values of our properties."""
        add = self.stated.add
        add((subject, RDF.type, kind))
        add((subject, SKOS.prefLabel, Literal(label, "nb")))
        for slug in sources:
            add((subject, DCTERMS.source, iri.entity("source", slug)))
        for name, value in values.items():
            for term in [value] if isinstance(value, Node) else value or ():
                add((subject, BR[name], term))

    def translate(self, subject: URIRef, label: Texts) -> None:
        """Say the names of a thing that are our translations."""
        for language, text in label.items():
            if language != "nb":
                self.translations.add((subject, SKOS.prefLabel, Literal(text, language)))
                self.translations.add((subject, BR.translatedInto, Literal(language)))

    def note(self, subject: URIRef, note: Texts) -> None:
        """State a remark of ours on a thing."""
        for language, text in note.items():
            self.stated.add((subject, SKOS.editorialNote, Literal(text, language)))

    def reading(self, slug: str, subject: URIRef, predicate: URIRef, values: Iterable[Node], why: Texts) -> None:
        """Say triples that are our reading, with the reason."""
        add, reading = self.readings.add, iri.entity("reading", slug)
        add((reading, RDF.type, BR.Reading))
        add((reading, RDF.subject, subject))
        add((reading, RDF.predicate, predicate))
        for value in values:
            add((reading, RDF.object, value))
            add((subject, predicate, value))
        for language, text in why.items():
            add((reading, SKOS.editorialNote, Literal(text, language)))

    def source(self, row: Row) -> None:
        """State a source document, known by an excerpt, from a row with the columns of SOURCES."""
        subject = iri.entity("source", row["source"])
        label = texts(row, "label")
        self.thing(subject, BR.SourceDocument, label["nb"], (), knownBy=CONCEPT.excerpt)
        self.translate(subject, label)
        self.note(subject, texts(row, "note"))
        if row["page"]:
            self.stated.add((subject, FOAF.page, URIRef(row["page"])))
        if row["identifier"]:
            self.stated.add((subject, DCTERMS.identifier, Literal(row["identifier"])))

    def files(self) -> dict[str, Graph]:
        """Return the graphs that hold something, by the names of their files."""
        graphs = {name: getattr(self, name) for name in ("stated", "readings", "translations", "retired")}
        return {f"{name}.ttl": graph for name, graph in graphs.items() if len(graph)}


def concept(slug: str) -> URIRef:
    """Return the IRI of a concept."""
    return URIRef(f"{ID}concept/{slug}")


_ALPHABET: Final = str.maketrans("æøå", "{|}")  # what follows z in Unicode


def alphabetical(names: Iterable[str]) -> list[str]:
    """Return names in the order of the Norwegian alphabet, which ends in æ, ø, å."""
    return sorted(names, key=lambda name: (name.lower().translate(_ALPHABET), name))


def listed(names: Sequence[str], word: str) -> str:
    """Return names as a list in a sentence: "Berg, Lenvik og Tranøy"."""
    return " ".join([", ".join(names[:-1]), word, names[-1]]) if len(names) > 1 else names[0]
