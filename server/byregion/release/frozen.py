"""Versions and their files: the one that is worked on, and those that are frozen."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rdflib import Graph, URIRef

from byregion import iri
from byregion.assets import folder
from byregion.changes import Impact
from byregion.dataset import read_graph
from byregion.errors import DataError, ReleaseError
from byregion.findings import Finding
from byregion.namespaces import empty_graph

CHECKSUMS: Final = "SHA256SUMS"
"""The list of a release's files, as sha256sum writes and reads it."""


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A semantic version."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """Return the version that is written `text`; raises ReleaseError where it is none."""
        if not re.fullmatch(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}", text):
            raise ReleaseError(f"{text!r} is no version; write three numbers, such as 0.1.0")
        return cls(*map(int, text.split(".")))

    def __str__(self) -> str:
        """As it is written: 0.1.0."""
        return f"{self.major}.{self.minor}.{self.patch}"

    def after(self, impact: Impact) -> Version:
        """Return the least version that a change of this impact may be released as."""
        match impact:
            case "major":
                return Version(self.major + 1, 0, 0)
            case "minor":
                return Version(self.major, self.minor + 1, 0)
            case "patch":
                return Version(self.major, self.minor, self.patch + 1)

    @property
    def name(self) -> URIRef:
        """The IRI of the ontology in this version."""
        return URIRef(f"{iri.ONTOLOGY}/{self}")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The files of one version: those of an ontology and of the shapes for it."""

    ontology: Path
    shapes: Path

    @classmethod
    def current(cls) -> Vocabulary:
        """Return the one that is worked on."""
        return cls(folder("ontology"), folder("shapes"))

    def turtle(self) -> dict[str, Path]:
        """Return the Turtle files by their names in a release; raises DataError where a folder has none."""
        found: dict[str, Path] = {}
        for place, root in (("ontology", self.ontology), ("shapes", self.shapes)):
            paths = sorted(root.glob("*.ttl"))
            if not paths:
                raise DataError("there is no Turtle file to read here", root)
            found |= {f"{place}/{path.name}": path for path in paths}
        return found

    def files(self) -> dict[str, Path]:
        """Return everything that is released, by its name in a release: the Turtle files and the JSON-LD context."""
        return self.turtle() | {f"ontology/{path.name}": path for path in sorted(self.ontology.glob("*.jsonld"))}

    def graph(self) -> Graph:
        """Return the merge of the Turtle files; raises DataError as `dataset.read_graph` does."""
        merged = empty_graph()
        for path in self.turtle().values():
            merged += read_graph(path)
        return merged


@dataclass(frozen=True, slots=True)
class Release:
    """A frozen version and the folder that holds it."""

    version: Version
    folder: Path

    @property
    def vocabulary(self) -> Vocabulary:
        """The files as they were."""
        return Vocabulary(self.folder / "ontology", self.folder / "shapes")


def releases(root: Path) -> tuple[Release, ...]:
    """Return the versions that are frozen in the folder `root`, the newest last.

    A folder without checksums is in preparation and is none. Raises ReleaseError where one is not named by a version.
    """
    folders = [path.parent for path in root.glob(f"*/{CHECKSUMS}")]
    return tuple(sorted((Release(Version.parse(path.name), path) for path in folders), key=lambda item: item.version))


def altered(release: Release) -> list[Finding]:
    """Return an error for every file of a frozen version that is not as it was frozen, is missing or was added."""
    lines = (release.folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    frozen = {name: checksum for checksum, _, name in (line.partition("  ") for line in lines)}
    there = _checksums(release.folder)
    return [
        Finding("releases", "error", str(release.folder / name), f"a frozen version stays as it is; this file {what}")
        for name in sorted(frozen.keys() | there.keys())
        for what in _difference(frozen.get(name), there.get(name))
    ]


def write(release: Release, vocabulary: Vocabulary) -> None:
    """Write the files of `vocabulary` into the release's folder, beside what it holds, and the checksums of it all."""
    for part in ("ontology", "shapes"):
        # What an earlier attempt that was cut off may have left behind.
        shutil.rmtree(release.folder / part, ignore_errors=True)
    for name, path in vocabulary.files().items():
        target = release.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    lines = [f"{checksum}  {name}\n" for name, checksum in sorted(_checksums(release.folder).items())]
    # Last, for it is what makes a folder a release.
    (release.folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def _checksums(root: Path) -> dict[str, str]:
    paths = (path for path in root.rglob("*") if path.is_file() and path != root / CHECKSUMS)
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def _difference(frozen: str | None, there: str | None) -> Iterator[str]:
    if frozen != there:
        yield "was added" if frozen is None else "is missing" if there is None else "differs from its checksum"
