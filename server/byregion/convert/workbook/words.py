"""The words of a workbook in one language: names of sheets, headings, what they mean, and what is wrong with a cell."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from rdflib import RDFS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.config import LANGUAGES
from byregion.convert.workbook.sheets import Column, Sheet
from byregion.errors import ConfigError
from byregion.terms import best, shorten

OWN: Final = ("guide", "columns", "examples", "left", "lists")
"""The sheets that a workbook has for its reader: how to, what columns are, examples, what is left out, and lists."""
GUIDE, COLUMNS, EXAMPLES, LEFT, LISTS = OWN
ID: Final = "id"
REMARK: Final = "#"
"""What begins with this is its writer's own and is not read."""


@cache
def _told(language: str) -> Mapping[str, Any]:
    if language not in LANGUAGES:
        raise ConfigError(f"there is no workbook in {language!r}; there are {', '.join(LANGUAGES)}")
    text = (files(__package__) / "words" / f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def file_message(language: str, key: str, values: Mapping[str, object]) -> str:
    """Return the sentence about a file that cannot be read."""
    return str(_told(language)["files"][key]).format_map({"save": _told(language)["files"]["save"], **values})


class Words:
    """What a workbook says in `language`; the ontology names its own terms, files in words/ everything else."""

    def __init__(self, language: str, ontology: Graph) -> None:
        """Take the labels and definitions of `ontology`; raises ConfigError for a language there are no words in."""
        self.language = language
        self._told = _told(language)
        self._ontology = ontology

    def sheet(self, sheet: Sheet) -> str:
        """Return the name of a sheet."""
        return str(self._told["sheets"][sheet.kind])

    def own(self, name: str) -> str:
        """Return the name of a sheet or a column that every workbook has."""
        return str(self._told["own"][name])

    def heading(self, column: Column) -> str:
        """Return the heading of a column."""
        label = self._term(column.predicate, RDFS.label, 0)
        named = label[:1].upper() + label[1:]
        return f"{named} ({column.language})" if column.language else named

    def definition(self, column: Column) -> str:
        """Return what a column holds."""
        return self._term(column.predicate, SKOS.definition, 1)

    def what(self, column: Column) -> str:
        """Return what to write in a column's cells."""
        key = column.kind if column.kind != "reference" else "concept" if column.schemes else "thing"
        said = str(self._told["what"][key])
        several = "several" if column.kind == "reference" else "lines"
        return f"{said} {self._told['what'][several]}" if column.many else said

    def message(self, key: str, values: Mapping[str, str]) -> str:
        """Return the sentence about a cell."""
        return str(self._told["messages"][key]).format_map(values)

    def done(self, key: str, **values: object) -> str:
        """Return the sentence about what was done."""
        return str(self._told["done"][key]).format_map(values)

    def guide(self, key: str) -> str:
        """Return a text of the sheet that tells how to fill in the others."""
        return str(self._told["guide"][key])

    def _term(self, term: URIRef, predicate: URIRef, at: int) -> str:
        own = self._told["terms"].get(shorten(term))
        if own is not None:
            return str(own[at])
        return str(label(self._ontology, term, self.language, predicate) or shorten(term))


def label(graph: Graph, term: Node, language: str, predicate: URIRef = SKOS.prefLabel) -> Literal | None:
    """Return the name of something in a language, or in the nearest there is."""
    return best((item for item in graph.objects(term, predicate) if isinstance(item, Literal)), (language,))
