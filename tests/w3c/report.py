"""What is told of the suites: docs/conformance.md, from the entries and failing.toml, and the table of one run."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .exchanges import graph_store_entries
from .suite import ROOT, Entry, Suite

DOCUMENT: Final = ROOT / "docs" / "conformance.md"
EXCHANGES: Final = ("sparql11/protocol", "sparql11/http-rdf-update", "sparql11/service-description")
"""The manifests whose tests are exchanges over HTTP, rather than queries and updates."""
TOGETHER: Final = "**all of these**"

_HERE: Final = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Failing:
    """Tests that are not passed for one cause: in a title, and in full; `same_values` as in failing.toml."""

    title: str
    cause: str
    tests: tuple[str, ...]
    same_values: bool


def failing() -> tuple[Failing, ...]:
    """What failing.toml lists. Raises ValueError where it lists a test twice."""
    read = tomllib.loads((_HERE / "failing.toml").read_text(encoding="utf-8"))["failing"]
    groups = tuple(
        Failing(each["title"], each["cause"].strip(), tuple(each["tests"]), each.get("same_values", False))
        for each in read
    )
    twice = [name for name, times in Counter(name for group in groups for name in group.tests).items() if times > 1]
    if twice:
        raise ValueError(f"failing.toml lists twice: {', '.join(twice)}")
    return groups


def all_entries(suite: Suite) -> tuple[Entry, ...]:
    """Every test that a server is asked."""
    return (*suite.entries, *graph_store_entries())


def table(entries: Iterable[Entry], wrong: Iterable[str]) -> list[str]:
    """The tests and those passed, a row a manifest, as lines of a Markdown table."""
    tests, passed, faults = Counter[str](), Counter[str](), set(wrong)
    for entry in entries:
        for name in (entry.manifest, "" if entry.manifest in EXCHANGES else TOGETHER):
            tests[name] += 1
            passed[name] += entry.id not in faults
    ordered = [*sorted(name for name in tests if "/" in name and name not in EXCHANGES), TOGETHER, *EXCHANGES]
    rows = [f"| {name} | {tests[name]} | {passed[name]} |" for name in ordered if tests[name]]
    return ["| manifest | tests | passed |", "|---|--:|--:|", *rows]


def document(suite: Suite, groups: Iterable[Failing]) -> str:
    """docs/conformance.md as it has to be."""
    entries, groups = all_entries(suite), tuple(groups)
    facts: Mapping[str, object] = {
        "query_tests": sum(entry.manifest not in EXCHANGES for entry in entries),
        "failing_tests": sum(len(group.tests) for group in groups),
        "same_values": sum(len(group.tests) for group in groups if group.same_values),
        "table": "\n".join(table(entries, (name for group in groups for name in group.tests))),
        "failing": "\n\n".join(_section(group) for group in groups),
        "entailment": len(suite.elsewhere),
        "withdrawn": len(suite.withdrawn),
    }
    return (_HERE / "conformance.md").read_text(encoding="utf-8").format(**facts)


def _section(group: Failing) -> str:
    tests = "\n".join(f"- `{name}`" for name in group.tests)
    return f"### {group.title}\n\n{group.cause}\n\n{tests}"
