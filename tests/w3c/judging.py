"""What the suites ask of each kind of test: each function returns where the server is right, and else raises Wrong."""

from __future__ import annotations

from typing import Final

from rdflib import Graph
from rdflib.compare import isomorphic

from . import answers, exchanges
from .endpoint import Endpoint, OtherForm, Wrong, told
from .suite import Dataset, Entry, Suite

MALFORMED: Final = 400
NO_ANSWER: Final = frozenset({408, 413, 429, 502, 503, 504})
"""The statuses that say nothing of a query: the server is busy or gone, or it took too long."""


def judge(entry: Entry, suite: Suite, endpoint: Endpoint) -> None:
    """Judge one test of any kind. Raises Wrong with the request, the answer, and what was expected."""
    match entry.kind:
        case "PositiveSyntaxTest" | "PositiveSyntaxTest11" | "PositiveUpdateSyntaxTest11":
            _accepts(entry, suite, endpoint)
        case "NegativeSyntaxTest" | "NegativeSyntaxTest11" | "NegativeUpdateSyntaxTest11":
            _refuses(entry, suite, endpoint)
        case "QueryEvaluationTest" | "CSVResultFormatTest":
            _answers(entry, suite, endpoint)
        case "UpdateEvaluationTest":
            _changes(entry, suite, endpoint)
        case _:
            exchanges.judge(entry, endpoint)


def _accepts(entry: Entry, suite: Suite, endpoint: Endpoint) -> None:
    """Right syntax is no bad request. It may be refused for what it wants: to fetch, or a function that nobody has."""
    text = suite.documents[entry.asked]
    endpoint.hold({}, suite)
    answer = endpoint.update(text) if "Update" in entry.kind else endpoint.query(text, "*/*")
    if answer.status_code in NO_ANSWER | {MALFORMED}:
        raise Wrong(f"right syntax was refused as malformed, or not answered: {told(answer)}")


def _refuses(entry: Entry, suite: Suite, endpoint: Endpoint) -> None:
    """Wrong syntax is a bad request: https://www.w3.org/TR/sparql11-protocol/#query-failure."""
    text = suite.documents[entry.asked]
    endpoint.hold({}, suite)
    # Some updates that must not be accepted are named as queries in the manifests: they end in .ru all the same.
    update = "Update" in entry.kind or entry.asked.endswith(".ru")
    answer = endpoint.update(text) if update else endpoint.query(text, "*/*")
    if answer.status_code != MALFORMED:
        raise Wrong(f"wrong syntax was not refused with {MALFORMED}: {told(answer)}")


def _based(entry: Entry, suite: Suite) -> bytes:
    """A query or an update as the suites mean it: its relative IRIs are relative to its own document."""
    return f"BASE <{entry.asked}>\n".encode() + suite.documents[entry.asked]


def _answers(entry: Entry, suite: Suite, endpoint: Endpoint) -> None:
    """A query is answered in the format of the expected answer, and with the same answer."""
    assert isinstance(entry.expected, str)
    media_type = answers.MEDIA_TYPES[entry.expected.rpartition(".")[2]]
    expected = answers.read(suite.documents[entry.expected], media_type, entry.expected)
    if isinstance(expected, Graph):
        expected = answers.result_set(expected)
    if not isinstance(expected, Graph) and media_type in {"text/turtle", "application/rdf+xml"}:
        media_type = answers.MEDIA_TYPES["srj"]  # Result sets were once written as graphs; no server answers so.
    endpoint.hold(entry.held, suite)
    answer = endpoint.query(_based(entry, suite), media_type)
    if not answer.is_success:
        raise Wrong(f"a right query was refused: {told(answer)}")
    if answer.headers["content-type"].partition(";")[0] != media_type:
        raise Wrong(f"not in the format that was asked for: {told(answer)}")
    try:
        given = answers.read(answer.content, media_type, entry.asked)
    except (ValueError, KeyError) as error:
        raise Wrong(f"the answer cannot be read ({error}): {told(answer)}") from error
    if not answers.same(expected, given, lax=entry.lax):
        alike = answers.same(answers.by_value(expected), answers.by_value(given), lax=entry.lax)
        kind, what = (OtherForm, "the same values in other forms") if alike else (Wrong, "another answer")
        raise kind(f"{what}: {told(answer)}\nexpected:\n{suite.documents[entry.expected].decode()[:2000]}")


def _changes(entry: Entry, suite: Suite, endpoint: Endpoint) -> None:
    """An update leaves exactly the expected dataset. A graph without triples may be kept or not: none is compared."""
    assert not isinstance(entry.expected, str)
    endpoint.hold(entry.held, suite)
    answer = endpoint.update(_based(entry, suite))
    if not answer.is_success:
        raise Wrong(f"a right update was refused: {told(answer)}")
    expected, given = _graphs(entry.expected, suite), {name: each for name, each in endpoint.dataset().items() if each}
    if expected.keys() != given.keys() or any(not isomorphic(expected[name], given[name]) for name in expected):
        raise Wrong(f"another dataset: {told(answer)}\nexpected:\n{_shown(expected)}\nthere:\n{_shown(given)}")


def _graphs(dataset: Dataset, suite: Suite) -> dict[str, Graph]:
    """The graphs that a dataset of the suite says, those without triples left out."""
    made = {}
    for name, documents in dataset.items():
        made[name] = Graph()
        for document in documents:
            made[name] += answers.graph(suite.documents[document], "text/turtle", document)
    return {name: each for name, each in made.items() if each}


def _shown(dataset: dict[str, Graph]) -> str:
    return "\n".join(f"{name or 'default'}: {each.serialize(format='nt')}" for name, each in sorted(dataset.items()))
