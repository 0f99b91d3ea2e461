"""What the checks found in the data, and what of each stored text is quoted: as JSON, for pages to tell in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from rdflib import RDF, Dataset, URIRef

from byregion.evidence import stored_texts, uncovered
from byregion.findings import Finding
from byregion.namespaces import BASE, OA
from byregion.sentences import Sentence, packed


def found(findings: Sequence[Finding], published: Dataset, data: Path) -> Iterator[dict[str, Any]]:
    """Yield findings, each with the dataset that it is about, "" where that is none; `data` is told to nobody.

    A message is there as `sentences.packed` has it.
    """
    folders = (f"{data.resolve()}/", f"{data}/")
    for finding in findings:
        where = _without(finding.where, folders)
        inside = where.partition("/")[0] if where != finding.where else _dataset(published, URIRef(finding.where))
        yield {
            "check": finding.check,
            "severity": finding.severity,
            "dataset": inside,
            "where": where,
            "message": packed(_without(finding.message, folders)),
        }


def texts(published: Dataset, data: Path) -> Iterator[dict[str, Any]]:
    """Yield each stored text: its source and dataset, how much of it is quoted, and where the rest stands.

    White space and the marks of list items are not counted. Raises SourceError as `evidence.stored_texts` does.
    """
    for stored in stored_texts(published, data):
        left = uncovered(published, stored)
        characters, rest = _length(stored.text), sum(_length(gap.text) for gap in left)
        yield {
            "source": str(stored.source),
            "dataset": _dataset(published, stored.source),
            "quotes": len(set(published.subjects(OA.hasSource, stored.source))),
            "characters": characters,
            "covered": str(1 - Decimal(rest) / characters) if characters else "1",
            "left": [[gap.start, gap.start + len(gap.text)] for gap in left],
        }


def _without(text: str, folders: Sequence[str]) -> str:
    if isinstance(text, Sentence):
        return text.with_values(partial(_without, folders=folders))
    for folder in folders:
        text = text.replace(folder, "")
    return text


def _dataset(published: Dataset, thing: URIRef) -> str:
    """Return the name of the dataset that says what a thing is, or ""."""
    graphs = sorted(str(graph) for *_, graph in published.quads((thing, RDF.type, None, None)))
    return graphs[0].removeprefix(f"{BASE}graphs/").partition("/")[0] if graphs else ""


def _length(text: str) -> int:
    return len("".join(text.split()))
