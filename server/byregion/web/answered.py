"""What the front page answers by itself: the key figures of the programme, and three of the named queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import url_for
from rdflib import Literal, URIRef
from rdflib.term import Node

from byregion import queries, terms
from byregion.web import answers, drawing
from byregion.web.links import count, href
from byregion.web.naming import Naming, Text, Value, read_labels, shortened
from byregion.web.site import select, site, words

_MOST: Final = 8
"""Rows of an answer that the front page shows."""
_QUOTES: Final = 3

Row = Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a source states: of what it is, and the source."""

    value: str
    unit: Text | None
    measured: Text
    of: Value
    source: Value | None
    note: Text | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A row of an answer: what it is about, and a sentence that says it or gives the reason.

    `is_quoted` tells that the sentence stands word for word in the source.
    """

    thing: Value
    sentence: Text | None
    source: Value | None
    is_quoted: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """A named query, what it is asked of, the address of its page, and the beginning of its answer."""

    title: Text
    of: Text | None
    address: str
    pieces: tuple[Piece, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    drawing: object = ""


def of_home() -> dict[str, object]:
    """Return the key figures and the questions with their answers; what this dataset lacks is left out."""
    advice, sentences, themes = (_rows(name) for name in (_ADVICE, _SENTENCES, _THEMES))
    figures = _by_observation(select("programmes"))
    # What things are called stands in the answers, all but the sources and the region that is asked about.
    region = URIRef(terms.parse("iri", _example(_ADVICE, "region"), "region"))
    sources = [row["document"] for row in (*advice, *sentences) if "document" in row]
    naming = Naming(words(), read_labels([[region, *sources], *(rows[0].values() for rows in figures)]))
    found = (
        _told(_ADVICE, naming.name(region), _advice(advice, naming)),
        _told(_SENTENCES, Text(f"«{_example(_SENTENCES, 'words')}»", "nb"), _sentences(sentences, naming)),
        _drawn(themes, naming),
    )
    return {
        "figures": [_figure(rows, naming) for rows in figures],
        "answers": [question for question in found if question.pieces or question.rows],
    }


_ADVICE: Final = "advice-with-reasons"
_SENTENCES: Final = "sentences-with-words"
_THEMES: Final = "themes-across-regions"


def _example(name: str, parameter: str) -> str:
    """Return the value that a named query is asked with where nobody gives another, as a person would write it."""
    return queries.find(site().queries, name).examples[parameter][0]


def _rows(name: str) -> list[Row]:
    """Return the answer of a named query to its example, in the language of the request."""
    query = queries.find(site().queries, name)
    spoken = {item.name: [words().language] for item in query.parameters if item.kind == "language"}
    text = queries.prepare(query, {key: list(values) for key, values in query.examples.items()} | spoken)
    return [{str(key): term for key, term in row.items()} for row in answers.solutions(text).bindings]


def _text(term: Node | None, naming: Naming) -> Text | None:
    return naming.literal(term) if isinstance(term, Literal) else None


def _thing(row: Row, name: str, label: str, naming: Naming) -> Value:
    """Return a thing of an answer with the name that the answer gives it."""
    text = _text(row.get(label), naming)
    iri = URIRef(str(row[name]))
    return Value(shortened(text), iri) if text else naming.value(iri)


def _by_observation(rows: list[dict[str, Node]]) -> list[list[Row]]:
    """Return the rows of each observation, which has one for each wording of its note and each source."""
    found: dict[Node, list[Row]] = {}
    for row in rows:
        found.setdefault(row["observation"], []).append(row)
    return list(found.values())


def _figure(rows: list[Row], naming: Naming) -> Figure:
    first = rows[0]
    notes = dict.fromkeys(row["note"] for row in rows if "note" in row)
    return Figure(
        naming.value(first["value"]).text.value,
        naming.value(first["unit"]).text if "unit" in first else None,
        naming.value(first["measured"]).text,
        naming.value(first["programme"]),
        naming.value(first["document"]) if "document" in first else None,
        naming.pick(note for note in notes if isinstance(note, Literal)),
    )


def _advice(rows: list[Row], naming: Naming) -> list[Piece]:
    """Return each piece of advice with its reason, or with the sentence that it stands in."""
    pieces: dict[Node, Piece] = {}
    # A reason in the reader's language may be our translation.
    quoted = {str(row["quote"]) for row in rows if "quote" in row}
    for row in rows:
        sentence = row.get("reason") or row.get("quote")
        source = naming.value(row["document"]) if "document" in row else None
        thing = _thing(row, "advice", "label", naming)
        is_quoted = _is_made_of(quoted, str(sentence))
        pieces.setdefault(row["advice"], Piece(thing, _text(sentence, naming), source, is_quoted))
    return list(pieces.values())


def _is_made_of(quoted: Collection[str], text: str) -> bool:
    for quote in sorted(quoted, key=len, reverse=True):
        text = text.replace(quote, "")
    return not text.strip()


def _sentences(rows: list[Row], naming: Naming) -> list[Piece]:
    """Return each sentence once, with the first thing that rests on it."""
    pieces: dict[Node, Piece] = {}
    for row in rows:
        thing = _thing(row, "entity", "label", naming)
        piece = Piece(thing, _text(row["quote"], naming), naming.value(row["document"]))
        pieces.setdefault(row["quote"], piece)
    return list(pieces.values())


def _told(name: str, of: Text, pieces: list[Piece]) -> Question:
    return Question(_title(name), of, _address(name), tuple(pieces[:_QUOTES]))


def _drawn(rows: list[Row], naming: Naming) -> Question:
    counted = [(_thing(row, "theme", "label", naming), int(str(row["regions"]))) for row in rows[:_MOST]]
    chart = drawing.bars("themes-drawn", [(theme.text, number) for theme, number in counted], words())
    told = tuple((theme.text.value, count(number, _regions(theme.iri))) for theme, number in counted)
    return Question(_title(_THEMES), None, _address(_THEMES), rows=told, drawing=chart)


def _regions(theme: URIRef | None) -> str | None:
    """Return where the regions of a theme are listed; a copy has no answer of this query but that to its example."""
    if theme is None or site().is_copy:
        return theme and f"{href(theme)}#regions-of-theme"
    return url_for("queries.show", name="regions-by-theme", theme=terms.shorten(theme))


def _title(name: str) -> Text:
    return Text(queries.find(site().queries, name).titles[words().language], words().language)


def _address(name: str) -> str:
    return url_for("queries.show", name=name)
