"""The index of one revision: an SQLite database in memory with full text (FTS5), and what of it is asked most.

FTS5 knows no Norwegian, and Python reaches no tokenizer of its own: it is given words that are stems already, and
`wording` makes the same of what is asked. The same things give the same database, byte for byte.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import Any, Final

from byregion.search import wording
from byregion.search.things import FACETS, Passage, Thing
from byregion.stemming import Tongue

_SCHEMA: Final = """
CREATE TABLE thing (id INTEGER PRIMARY KEY, iri TEXT NOT NULL, class TEXT NOT NULL, names TEXT NOT NULL);
CREATE INDEX thing_iri ON thing (iri);
CREATE TABLE facet (thing INTEGER, facet TEXT, value TEXT, PRIMARY KEY (thing, facet, value)) WITHOUT ROWID;
CREATE TABLE passage (
  thing INTEGER, place INTEGER, kind TEXT, language TEXT, text TEXT, PRIMARY KEY (thing, place)
) WITHOUT ROWID;
CREATE TABLE whole (key TEXT, thing INTEGER, PRIMARY KEY (key, thing)) WITHOUT ROWID;
CREATE TABLE class (iri TEXT PRIMARY KEY, names TEXT) WITHOUT ROWID;
CREATE TABLE word (word TEXT PRIMARY KEY, count INTEGER, first TEXT, last TEXT) WITHOUT ROWID;
CREATE TABLE name (id INTEGER PRIMARY KEY, thing INTEGER, language TEXT, text TEXT);
CREATE VIRTUAL TABLE words USING fts5(
  names, bare, texts, parts, related, class, content='', tokenize='unicode61 remove_diacritics 0'
);
CREATE VIRTUAL TABLE starts USING fts5(
  name, content='', columnsize=0, detail=none, prefix='1 2 3', tokenize='unicode61 remove_diacritics 0'
);
-- What a word counts in each column: in a name, in one without æøå, in a text, in a compound, in a relation, in what a
-- class is called.
INSERT INTO words (words, rank) VALUES ('rank', 'bm25(8.0, 6.0, 3.0, 1.5, 1.0, 0.5)');
"""
_INSERT: Final = "INSERT INTO words (rowid, names, bare, texts, parts, related, class) VALUES (?, ?, ?, ?, ?, ?, ?)"
_RELATED: Final = frozenset({"participant", "former"})
_SHOWN_NAMES: Final = frozenset({"name", *_RELATED})
# Between two texts, so that no phrase is found across them.
_APART: Final = " 0x "

Row = tuple[Any, ...]


class Index:
    """What can be found in one revision. Many threads may ask at once; they take turns."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Take a database that `build` made."""
        self._database = database
        self._lock = Lock()
        database.execute("PRAGMA query_only = ON")
        self.size: int = self.rows("SELECT count(*) FROM thing")[0][0]

    def rows(self, sql: str, values: Sequence[str | int] = ()) -> list[Row]:
        """Return what the database answers."""
        with self._lock:
            return self._database.execute(sql, values).fetchall()

    def serialize(self) -> bytes:
        """Return the whole database as the bytes of a file."""
        with self._lock:
            return self._database.serialize()

    @cached_property
    def facets(self) -> Mapping[str, Mapping[str, int]]:
        """The things that have each value of each facet: the bit 1 << id is set for each of them."""
        members: dict[str, dict[str, list[int]]] = {facet: defaultdict(list) for facet in FACETS}
        for facet, value, thing in self.rows("SELECT facet, value, thing FROM facet ORDER BY facet, value, thing"):
            members[facet][value].append(thing)
        return {
            facet: {value: self.bits(things) for value, things in values.items()} for facet, values in members.items()
        }

    def bits(self, things: Iterable[int]) -> int:
        """Return a number that has a bit set for each thing."""
        flags = bytearray(self.size // 8 + 1)
        for thing in things:
            flags[thing >> 3] |= 1 << (thing & 7)
        return int.from_bytes(flags, "little")

    @cached_property
    def everything(self) -> int:
        """All things as bits."""
        return (1 << (self.size + 1)) - 2

    @cached_property
    def compounds(self) -> Mapping[str, tuple[str, str]]:
        """The words that are made of two others, with the keys of these."""
        return {word: (first, last) for word, first, last in self.rows("SELECT word, first, last FROM word") if first}

    @cached_property
    def vocabulary(self) -> Mapping[str, int]:
        """Every word, and how many things it is told of."""
        return dict(self.rows("SELECT word, count FROM word ORDER BY word"))


def build(things: Sequence[Thing]) -> Index:
    """Return the index of some things; their order does not matter."""
    database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    database.executescript(_SCHEMA)
    database.execute("BEGIN")
    ordered = sorted(things, key=_order)
    counts = Counter(word for thing in ordered for word in _vocabulary(thing))
    compounds = _compounds(counts)
    write = database.executemany
    write("INSERT INTO word VALUES (?, ?, ?, ?)", _entries(counts, compounds))
    classes = {thing.class_: json.dumps(dict(sorted(thing.classes)), ensure_ascii=False) for thing in ordered}
    write("INSERT INTO class VALUES (?, ?)", sorted(classes.items()))
    for id, thing in enumerate(ordered, 1):
        names = json.dumps(thing.names, ensure_ascii=False, sort_keys=True)
        database.execute("INSERT INTO thing VALUES (?, ?, ?, ?)", (id, thing.iri, thing.class_, names))
        write("INSERT INTO facet VALUES (?, ?, ?)", sorted({(id, facet, value) for facet, value in _values(thing)}))
        rows = ((id, place, item.kind, item.language, item.text) for place, item in enumerate(thing.passages))
        write("INSERT INTO passage VALUES (?, ?, ?, ?, ?)", rows)
        write("INSERT INTO whole VALUES (?, ?)", sorted({(phrase(*name), id) for name in _names(thing)}))
        columns = _columns(thing, compounds)
        database.execute(_INSERT, (id, *columns))
    _write_starts(database, ordered)
    database.execute("INSERT INTO words (words) VALUES ('optimize')")
    database.execute("INSERT INTO starts (starts) VALUES ('optimize')")
    database.execute("COMMIT")
    return Index(database)


def _order(thing: Thing) -> tuple[str, str]:
    """Return what things are listed by where no word tells which fits better: their names, æ ø å last."""
    name = next((thing.names[tag] for tag in ("nb", "nn", "en", "") if tag in thing.names), thing.iri)
    return " ".join(wording.spelled(name)).translate(_LAST), thing.iri


_LAST: Final = str.maketrans({"æ": "{", "ø": "|", "å": "}"})


def phrase(text: str, tongue: Tongue = "norwegian") -> str:
    """Return the keys of the words of a text, in order."""
    return " ".join(wording.key(word, tongue) for word in wording.spelled(text))


def tongue(language: str) -> Tongue:
    """Return whose endings the words of a language have: those of English, and else those of Norwegian."""
    return "english" if language.partition("-")[0] == "en" else "norwegian"


def _values(thing: Thing) -> Iterator[tuple[str, str]]:
    yield "class", thing.class_
    for facet, values in thing.facets.items():
        yield from ((facet, value) for value in values)


def _names(thing: Thing) -> list[tuple[str, Tongue]]:
    told = list(thing.names.items())
    told += [(item.language, item.text) for item in thing.passages if item.kind == "name"]
    # A name in two languages is written "Kárášjohka - Karasjok", and found by either.
    return [(part, tongue(language)) for language, text in told for part in dict.fromkeys((text, *text.split(" - ")))]


def _texts(thing: Thing) -> Iterator[tuple[str, Tongue]]:
    yield from ((text, tongue(language)) for language, text in (*thing.names.items(), *thing.hidden))
    yield from ((item.text, tongue(item.language)) for item in thing.passages)


def _vocabulary(thing: Thing) -> set[str]:
    return {word for text, _ in _texts(thing) for word in wording.spelled(text)}


def _compounds(counts: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    told = [word for word in sorted(counts) if word.isalpha() and word not in wording.empty()]
    known = frozenset(wording.key(word) for word in told)
    made = ((word, wording.parts(word, known)) for word in told)
    return {word: parts for word, parts in made if parts}


def _entries(counts: Mapping[str, int], compounds: Mapping[str, tuple[str, ...]]) -> Iterator[Row]:
    for word in sorted(counts):
        first, last = compounds.get(word, (None, None))
        yield word, counts[word], first, last


def _columns(thing: Thing, compounds: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    names = [*_names(thing), *((text, tongue(language)) for language, text in thing.hidden)]
    texts = [(item.text, tongue(item.language)) for item in thing.passages if item.kind not in _SHOWN_NAMES]
    related = [(item.text, tongue(item.language)) for item in thing.passages if item.kind in _RELATED]
    bare = [" ".join(wording.bare(word) for word in wording.spelled(text)) for text, _ in names]
    parts = {part for text, _ in (*names, *texts) for word in wording.spelled(text) for part in compounds.get(word, ())}
    classes = [(name, tongue(language)) for language, name in thing.classes]
    keys = ([phrase(*told) for told in column] for column in (names, texts, related, classes))
    written = [_APART.join(dict.fromkeys(column)) for column in keys]
    return written[0], _APART.join(dict.fromkeys(bare)), written[1], " ".join(sorted(parts)), *written[2:]


def _write_starts(database: sqlite3.Connection, things: Sequence[Thing]) -> None:
    rows = ((thing, language, text) for thing, item in enumerate(things, 1) for language, text in _suggested(item))
    for id, (thing, language, text) in enumerate(rows, 1):
        words = wording.spelled(text)
        spellings = dict.fromkeys((*words, *map(wording.bare, words)))
        database.execute("INSERT INTO name VALUES (?, ?, ?, ?)", (id, thing, language, text))
        database.execute("INSERT INTO starts (rowid, name) VALUES (?, ?)", (id, " ".join(spellings)))


def _suggested(thing: Thing) -> list[tuple[str, str]]:
    """Return the names that are suggested to somebody who writes: each wording once."""
    told = [*thing.names.items(), *((item.language, item.text) for item in thing.passages if item.kind == "name")]
    return [(language, text) for text, language in {text: language for language, text in reversed(told)}.items()]


def passages(index: Index, things: Sequence[int]) -> dict[int, list[Passage]]:
    """Return the passages of some things, in their order."""
    found: dict[int, list[Passage]] = {thing: [] for thing in things}
    sql = """SELECT thing, kind, language, text FROM passage WHERE thing IN (SELECT value FROM json_each(?))
        ORDER BY thing, place"""
    for thing, kind, language, text in index.rows(sql, [json.dumps(things)]):
        found[thing].append(Passage(kind, language, text))
    return found


def called(index: Index, iris: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the names of some things or classes by language; what is not in the index has none."""
    sql = """SELECT iri, names FROM thing WHERE iri IN (SELECT value FROM json_each(?1))
        UNION ALL SELECT iri, names FROM class WHERE iri IN (SELECT value FROM json_each(?1))"""
    return {iri: json.loads(names) for iri, names in index.rows(sql, [json.dumps(iris)])}
