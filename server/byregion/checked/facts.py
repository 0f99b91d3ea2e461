"""Of a dataset, what tells whether a judgement still holds: a digest of each subject, and what it refers to."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rdflib import OWL, RDF, RDFS, BNode, URIRef

from byregion.checked.memory import Memory, key
from byregion.dataset import GraphFile, ntriples
from byregion.engine.turtle import Reader


@dataclass(frozen=True, slots=True)
class Facts:
    """The files of a dataset, and what is said in them, in short.

    `subjects` has for each subject a digest of what is said of it, with the graphs where, and the IRIs that it refers
    to; `predicates` has for each predicate the first graph that uses it, and `properties` what is declared as one. A
    dataset is not `plain` where no digest says all: its blank nodes have other names each time, and a class hierarchy
    of its own reaches everything.
    """

    files: tuple[GraphFile, ...]
    subjects: dict[str, tuple[str, list[str]]]
    predicates: dict[str, str]
    properties: list[str]
    plain: bool


def by_dataset(files: Iterable[GraphFile], reader: Reader, memory: Memory) -> dict[Path, Facts]:
    """Return the facts of each dataset by its folder; a dataset that is known is not parsed."""
    groups: defaultdict[Path, list[GraphFile]] = defaultdict(list)
    for item in files:
        groups[item.path.parent].append(item)
    return {folder: _facts(tuple(group), reader, memory) for folder, group in groups.items()}


def _facts(files: tuple[GraphFile, ...], reader: Reader, memory: Memory) -> Facts:
    contents = [part for item in files for part in (item.graph, reader.content(item.path))]
    found = memory.get(key("facts", *contents), lambda: _made(files, reader))
    return Facts(files, **found)


def _made(files: tuple[GraphFile, ...], reader: Reader) -> dict[str, Any]:
    said: defaultdict[str, list[str]] = defaultdict(list)
    referred: defaultdict[str, set[str]] = defaultdict(set)
    predicates: dict[str, str] = {}
    properties: set[str] = set()
    plain = True
    for item in sorted(files, key=lambda item: item.graph):
        triples = reader.triples(item.path)
        for (subject, predicate, value), line in zip(triples, ntriples(triples).split("\n"), strict=False):
            said[str(subject)].append(f"{item.graph} {line}\n")
            predicates.setdefault(str(predicate), str(item.graph))
            if predicate == RDF.type and value in (OWL.ObjectProperty, OWL.DatatypeProperty):
                properties.add(str(subject))
            if isinstance(value, URIRef | BNode):
                referred[str(subject)].add(str(value))
            plain = plain and predicate != RDFS.subClassOf and not isinstance(subject, BNode)
    subjects = {subject: (_digest(lines), sorted(referred[subject])) for subject, lines in said.items()}
    return {"subjects": subjects, "predicates": predicates, "properties": sorted(properties), "plain": plain}


def _digest(lines: list[str]) -> str:
    return hashlib.blake2b("".join(sorted(lines)).encode(), digest_size=16).hexdigest()
