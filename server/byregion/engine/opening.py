"""A store on disk, opened: what it holds and its journal, or why what it holds cannot be published now."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from rdflib import OWL, URIRef

from byregion.dataset import GraphFile
from byregion.engine.delta import quads
from byregion.engine.journal import Beginning, Content, Journal
from byregion.engine.store import LoadedStore, canonical, merged, published
from byregion.errors import DataError, StoreError
from byregion.iri import INFERRED, ONTOLOGY
from byregion.namespaces import BASE

_ONTOLOGY: Final = URIRef(f"{BASE}graphs/ontology/byregion")
_VERSION: Final = NamedNode(OWL.versionInfo)
_PLAIN: Final = Beginning("plain")


@dataclass(frozen=True, slots=True)
class Source:
    """What is published: files, and what rules infer from them."""

    files: Sequence[GraphFile]
    rules: Sequence[str]

    def ontology(self) -> str:
        """Return the version of the ontology, as it says it itself; raises DataError where it does not."""
        for file in self.files:
            if file.graph != _ONTOLOGY:
                continue
            for quad in parse(path=file.path, format=RdfFormat.TURTLE):
                if (
                    quad.subject == NamedNode(ONTOLOGY)
                    and quad.predicate == _VERSION
                    and isinstance(quad.object, Literal)
                ):
                    return quad.object.value
        raise DataError("no file of the ontology states its owl:versionInfo")

    def text(self) -> bytes:
        """Return it as `store.published` does, which this raises the errors of."""
        return published(self.files, self.rules, INFERRED)

    def sha256(self) -> str:
        """Return the SHA-256 of the files and rules; raises DataError for a file that cannot be read."""
        digest = hashlib.sha256()
        for file in sorted(self.files, key=lambda file: file.graph):
            try:
                content = hashlib.sha256(file.path.read_bytes()).hexdigest()
            except OSError as error:
                raise DataError(f"the file cannot be read: {error}", file.path) from error
            digest.update(f"{file.graph} {content}\n".encode())
        for rule in self.rules:
            digest.update(rule.encode())
        return digest.hexdigest()


def opened(folder: Path, source: Source | None) -> tuple[LoadedStore, Journal]:
    """Return what the store in `folder` holds, and its journal; where there is none, it begins.

    It begins with `source`, or with nothing where that is None. Raises what `Journal` does, DataError, and StoreError
    where files have changed since, and what has been written does not stand in them.
    """
    journal = Journal(folder, beginning(source))
    try:
        if journal.cut:
            what = f"cut {journal.cut} bytes off the journal in {folder}"
            print(f"{what}: a write that was never finished, and so never acknowledged", file=sys.stderr)
        content = Content(folder)
        if source and journal.head.source != source.sha256():
            _follow_files(journal, content, source)
        return loaded(content), journal
    except BaseException:
        journal.close()
        raise


def loaded(content: Content) -> LoadedStore:
    """Return the store of some content."""
    store = content.store()
    if content.kind == "published":
        return merged(store, content.revision, INFERRED)
    return LoadedStore(store, content.revision, len(store), 0, is_merged=False)


def beginning(source: Source | None) -> Beginning:
    """Return what a store begins with; raises DataError."""
    return Beginning("published", source.ontology(), source.sha256(), source.text) if source else _PLAIN


def _follow_files(journal: Journal, content: Content, source: Source) -> None:
    """Let the journal go on where files have changed and say what the store holds: as after `byregion export`."""
    here = canonical(quads(frozenset(content.lines())))
    if source.text() != here:
        there, held = set(source.text().splitlines()), set(here.splitlines())
        what = f"the files say {len(there - held)} statements that the store in {journal.folder} does not hold"
        otherwise = f"{what}, and not {len(held - there)} that it holds"
        raise StoreError(f"{otherwise}; {TAKE_OVER.format(journal.folder)}")
    journal.rotate(replace(journal.head, source=source.sha256(), step=journal.number))


TAKE_OVER: Final = "byregion migrate --store {} takes over what the files say of graphs that nobody has written to"
