"""What is said of a query that the engine refuses: where the first wrong token stands, and what would do."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import pyoxigraph
import pytest
from hypothesis import given, settings

import sparql_grammar
from byregion import sparql
from byregion.engine import grammar, reading, syntax, wire
from byregion.engine.grammar import END, Rule, Symbol, Unit
from byregion.errors import QuerySyntaxError
from byregion.namespaces import PREFIXES
from byregion.sentences import ENGLISH, Sentence, say
from byregion.sparql import Token
from byregion.web.language import read as read_words
from byregion.web.spoken import said
from engine_data import DATA

ROOT: Final = Path(__file__).parent.parent
MISTAKES: Final = tomllib.loads((DATA / "mistakes.toml").read_text(encoding="utf-8"))
QUERIES: Final = sorted((ROOT / "queries").glob("*.rq"))
UPDATES: Final = sorted(DATA.glob("*.ru"))
LANGUAGES: Final = read_words()
STORE: Final = pyoxigraph.Store()
REPEATABLE = settings(max_examples=150, deadline=None, database=None, derandomize=True)


def refused(text: str, unit: Unit = "QueryUnit") -> QuerySyntaxError | None:
    """What is said of a text that the engine refuses, None where it does not."""
    try:
        if unit == "QueryUnit":
            STORE.query(text)
        else:
            pyoxigraph.Store().update(text)
    except SyntaxError as error:
        return syntax.explain(text, error.msg, unit)
    except RuntimeError:
        return None  # it was read, and failed
    return None


# --- Mistakes ---------------------------------------------------------------------------------------------------------


def test_there_are_enough_mistakes_to_judge_by() -> None:
    assert len(MISTAKES["query"]) > 100
    assert len(MISTAKES["update"]) > 10
    texts = [entry["text"] for kind in MISTAKES.values() for entry in kind]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("unit", "entry"),
    [("QueryUnit", entry) for entry in MISTAKES["query"]] + [("UpdateUnit", entry) for entry in MISTAKES["update"]],
    ids=lambda value: value["text"].replace("\n", " ")[:60] if isinstance(value, dict) else value,
)
def test_a_mistake_is_told_with_its_place_its_token_and_what_would_do(unit: Unit, entry: dict[str, Any]) -> None:
    error = refused(entry["text"], unit)
    assert error is not None
    assert [error.line, error.column] == entry["at"]
    assert (error.token, error.message, error.hint) == (entry["token"], entry["message"], entry["hint"])
    line = entry["text"].split("\n")[error.line - 1]
    assert line[error.column - 1 :].startswith(error.token.split("\n")[0])
    assert str(error) == f"line {error.line}, column {error.column}: {error.message}" + (
        f"; {error.hint}" if error.hint else ""
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mistake_is_told_in_every_language_with_what_it_names(language: str) -> None:
    told = 0
    for kind, unit in (("query", "QueryUnit"), ("update", "UpdateUnit")):
        for entry in MISTAKES[kind]:
            error = refused(entry["text"], unit)  # type: ignore[arg-type]
            assert error is not None
            for text in (error.message, error.hint):
                if text:
                    assert isinstance(text, Sentence), text
                    words = said(text, LANGUAGES[language])
                    assert all(value in words for value in leaves(text))
                    assert (words == text) == (language == "en" or text.key == "pair")
                    told += 1
    assert told > 300


def leaves(text: Sentence) -> Iterator[str]:
    """The values in a sentence, and in those within it, that are the same in every language."""
    for value in text.values.values():
        yield from leaves(value) if isinstance(value, Sentence) else [value]


def test_every_sentence_is_in_the_words_of_the_pages_and_english_is_the_same() -> None:
    for language, words in LANGUAGES.items():
        strings = words.strings.items()
        sentences = {key.removeprefix("mistakes."): text for key, text in strings if key.startswith("mistakes.")}
        assert sentences.keys() == ENGLISH.keys()
        assert language != "en" or sentences == ENGLISH


def test_most_mistakes_have_a_hint() -> None:
    entries = [entry for kind in MISTAKES.values() for entry in kind]
    assert sum(bool(entry["hint"]) for entry in entries) > 0.75 * len(entries)


def test_every_hint_that_declares_a_prefix_makes_the_query_one() -> None:
    tried = 0
    for prefix in PREFIXES:
        query = f"ASK {{ ?s {prefix}:x ?o }}"
        error = refused(query)
        assert error is not None
        line = error.hint.removeprefix("put before the query: ")
        assert line == f"PREFIX {prefix}: <{PREFIXES[prefix]}>"
        assert refused(f"{line}\n{query}") is None
        tried += 1
    assert tried > 30


@pytest.mark.parametrize(
    ("query", "token"),
    [
        ("ASK {{ ?s {} ?o }}", '"' + "x" * 5000 + '"'),
        ("ASK {{ ?s ?p {} }}", "x" * 5000),
        ("SELECT {} {{ ?s ?p ?o }}", "x" * 5000),
        ("ASK {{ ?s {} ?o }}", "x" * 5000 + ":a"),
        ("SELECT ?s {} {{ ?s ?p ?o }} GROUP BY ?s", "?" + "x" * 5000),
    ],
)
def test_a_long_token_is_cut_in_the_sentence_and_whole_beside_it(query: str, token: str) -> None:
    error = refused(query.format(token))
    assert error is not None
    assert error.token == token
    assert len(str(error)) < 700


def test_an_error_of_a_worker_comes_through_the_wire_whole() -> None:
    error = QuerySyntaxError(say("no-word", shown="'FILTR'"), 2, 3, "FILTR", say("expected", this=say("a-list")))
    back = wire._read(wire._written(error))
    assert isinstance(back, QuerySyntaxError)
    assert vars(back) == vars(error)
    assert isinstance(back.message, Sentence) and isinstance(back.hint, Sentence)
    assert back.hint.values["this"].key == "a-list"  # type: ignore[attr-defined]


def test_what_is_wrong_before_the_engine_is_asked_is_explained_too() -> None:
    assert syntax.form("ASK {}") == "ASK"
    with pytest.raises(QuerySyntaxError) as caught:
        syntax.form("SELCT * { ?s ?p ?o }")
    assert caught.value.hint == "write SELECT"


def test_where_the_grammar_finds_nothing_the_first_error_stays() -> None:
    first = QuerySyntaxError("as it was", 1, 1)
    assert syntax.explain_early("ASK {}", first) is first


@pytest.mark.parametrize("query", ["ASK { << ?s ?p ?o >> ?x }", "ASK { ?s ?p ?o {| ?a |} }", "ASK { LATERAL ?x }"])
def test_what_the_engine_reads_beyond_the_grammar_is_not_taken_for_the_mistake(query: str) -> None:
    error = refused(query)
    assert error is not None
    assert error.hint == ""
    assert "cannot stand here" not in error.message


def test_what_the_engine_says_without_a_place_is_told_as_it_is() -> None:
    error = syntax.explain("ASK {}", "something else")
    assert (str(error), error.line, error.token) == ("something else", 0, "")


# --- The grammar ------------------------------------------------------------------------------------------------------


def parts(choice: tuple[Symbol, ...]) -> frozenset[str]:
    """The terminals that what a rule may be read as can begin with."""
    found: set[str] = set()
    for part in choice:
        if isinstance(part, str):
            return frozenset(found | {part})
        found |= part.first.keys()
        if part.otherwise is None:
            break
    return frozenset(found)


def followers(rules: list[Rule]) -> dict[int, set[str]]:
    """The terminals that can follow each rule."""
    found: dict[int, set[str]] = {id(rule): set() for rule in rules}
    for unit in ("QueryUnit", "UpdateUnit"):
        found[id(grammar.RULES[unit])].add(END)
    before = -1
    while before != (before := sum(map(len, found.values()))):
        for rule in rules:
            for choice in rule.choices:
                for index, part in enumerate(choice):
                    if isinstance(part, Rule):
                        rest = choice[index + 1 :]
                        found[id(part)] |= parts(rest)
                        if all(isinstance(item, Rule) and item.otherwise is not None for item in rest):
                            found[id(part)] |= found[id(rule)]
    return found


def test_the_grammar_is_ll1() -> None:
    rules = grammar.every(grammar.RULES)
    follow = followers(rules)
    assert len(rules) > 200
    for rule in rules:
        firsts = [terminal for choice in rule.choices for terminal in parts(choice)]
        assert len(firsts) == len(set(firsts)), rule.choices
        assert rule.otherwise is None or not set(rule.first) & follow[id(rule)], rule.choices


def test_a_fault_can_be_written_out() -> None:
    assert len(repr(reading.read("ASK {{{{ FILTER((((1 }", "QueryUnit").fault)) < 100_000


def test_every_production_is_reached() -> None:
    rules = grammar.RULES
    reached = {id(rule) for rule in grammar.every({unit: rules[unit] for unit in ("QueryUnit", "UpdateUnit")})}
    assert [name for name, rule in rules.items() if id(rule) not in reached] == []


@pytest.mark.parametrize("path", [*QUERIES, *UPDATES], ids=lambda path: path.stem)
def test_every_query_that_is_right_is_read_to_its_end(path: Path) -> None:
    unit: Unit = "UpdateUnit" if path.suffix == ".ru" else "QueryUnit"
    text = path.read_text(encoding="utf-8")
    assert reading.read(text, unit).fault is None
    assert [token for token in reading.read(text, unit).tokens if token.text == ""] == []


@REPEATABLE
@given(sparql_grammar.queries())
def test_what_the_engine_reads_is_read_to_its_end(query: tuple[str, str]) -> None:
    text = query[1]
    if refused(text) is None:
        assert reading.read(text, "QueryUnit").fault is None


# --- One edit ---------------------------------------------------------------------------------------------------------


def edits(text: str, others: list[str], count: int) -> Iterator[tuple[str, int, str]]:
    """Texts that differ in one token, with the offset of the edit and what it was."""
    random = Random(text)
    stream = list(sparql.tokens(text))
    for _ in range(count):
        token: Token = random.choice(stream)
        other = random.choice(others)
        yield f"{text[: token.start]} {text[token.end :]}", token.start, f"without {token.text}"
        yield f"{text[: token.start]} {other} {text[token.start :]}", token.start, f"{other} before {token.text}"
        yield f"{text[: token.start]} {other} {text[token.end :]}", token.start, f"{other} for {token.text}"


@pytest.mark.parametrize("path", [*QUERIES, *UPDATES], ids=lambda path: path.stem)
def test_no_fault_is_told_before_the_token_that_was_changed(path: Path) -> None:
    unit: Unit = "UpdateUnit" if path.suffix == ".ru" else "QueryUnit"
    text = path.read_text(encoding="utf-8")
    others = [*sorted(grammar.WORDS), *"{}()[].,;=<>*/|^!?+-", "a", "?x", "'x'", "@nb", "<urn:x>", "_:b", "1", "word"]
    stream = list(sparql.tokens(text))
    told = 0
    for changed, offset, what in edits(text, others, 20):
        error = refused(changed, unit)
        if error is None:
            continue
        told += 1
        assert error.line, what
        at = sum(len(line) + 1 for line in changed.split("\n")[: error.line - 1]) + error.column - 1
        # The end is told where the last token ends, which may be before the space in front of what was changed.
        first = offset if error.token else max((token.end for token in stream if token.end <= offset), default=0)
        if reading.read(changed, unit).fault:
            assert at >= first, f"{what}: {error}"
        assert changed.startswith(error.token, at), what
    assert told > 10


# --- Time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece",
    [
        "?s ?p 'x', 1 ; <urn:a> (1 2 [?p ?o]) . FILTER(?a + 1 * 3 > 2)\n",
        "FILTER(1<2)",
        "BIND(1 AS ?x)",
        "VALUES (?a ?b) { (1 2) }",
        "{ SELECT (COUNT(?s) AS ?n) { ?s ?p ?o } GROUP BY ?p }",
        "_:b ?p 'a\\\\q' .",
        "x:a ?p ?o .",
        "((((",
        "{",
    ],
)
def test_a_mistake_is_found_in_time_in_proportion_to_the_query(piece: str) -> None:
    text = "SELECT * {" + piece * (100_000 // len(piece)) + " ] >"
    started = time.process_time()
    assert syntax.explain(text, "error at 1:1: expected [_]").line
    assert time.process_time() - started < 5


@pytest.mark.parametrize("piece", ["BIND(1 AS ?x)", "VALUES (?a ?b) { (1 2) }", "{ SELECT (1 AS ?n) { ?s ?p ?o } }"])
def test_what_the_grammar_allows_is_searched_in_time_in_proportion_to_the_query(piece: str) -> None:
    text = "SELECT * {" + piece * (100_000 // len(piece)) + "}"
    started = time.process_time()
    assert syntax.explain(text, "error at 1:1: expected [_]")
    assert time.process_time() - started < 5
