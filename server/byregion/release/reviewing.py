"""Whether the version that is worked on may be released as the number it says it is, and the release itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rdflib import DCTERMS, OWL, Graph, Literal
from rdflib.compare import isomorphic
from rdflib.term import Node

from byregion import iri
from byregion.changes import Change, between, worst
from byregion.dataset import read_graph
from byregion.errors import ReleaseError
from byregion.namespaces import empty_graph
from byregion.release.changelog import sentence
from byregion.release.frozen import Release, Version, Vocabulary, altered, releases, write
from byregion.terms import shorten

MIGRATION: Final = ("migrate.ru", "report.rq", "before.ttl", "after.ttl")
"""What a major release brings: the update of a user's data, the query for what of it is still in the old words, and an
example before and after, by which both are tried."""


@dataclass(frozen=True, slots=True)
class Review:
    """What was found of the version that is worked on.

    `faults` are wrong at any time; what is `due` is asked only of what is to be released, for work goes on until then.
    """

    stated: Version
    last: Release | None
    changes: tuple[Change, ...]
    faults: tuple[str, ...]
    due: tuple[str, ...]

    @property
    def least(self) -> Version | None:
        """The least version that will do; None before the first release, when any will."""
        return _least(self.last, self.changes)

    def require(self) -> None:
        """Raise ReleaseError, with what is wrong or due and the changes that are more than wording, if anything is."""
        if self.faults or self.due:
            told = [f"  {change.impact}: {sentence(change)}" for change in self.changes if change.impact != "patch"]
            since = [f"changed since {self.last.version}:"] if self.last and told else []
            raise ReleaseError("\n".join([*self.faults, *self.due, *since, *told]), self.changes)


def review(current: Vocabulary, root: Path) -> Review:
    """Return what changed since the last version frozen in `root`, and whether `current` can be released as it says.

    Raises ReleaseError where a frozen version was altered or `current` states no version, DataError as
    `dataset.read_graph` does.
    """
    frozen = releases(root)
    spoilt = [finding for release in frozen for finding in altered(release)]
    if spoilt:
        raise ReleaseError("\n".join(f"{finding.where}: {finding.message}" for finding in spoilt))
    last = frozen[-1] if frozen else None
    old, new = last.vocabulary.graph() if last else empty_graph(), current.graph()
    version = stated(new)
    changes = between(old, new) if last else ()
    too_small = list(_numbering(version, last, changes))
    is_ahead = last is None or version > last.version
    faults = [*([] if is_ahead else too_small), *_header(new, version, frozen)]
    faults += [*_removals(changes, old), *sorted(_deprecations(new))]
    due = too_small if is_ahead else []
    if worst(change.impact for change in changes) == "major":
        due += _migration(root / str(version))
    return Review(version, last, changes, tuple(faults), tuple(due))


def stated(graph: Graph) -> Version:
    """Return the version that an ontology says it is (owl:versionInfo); raises ReleaseError where it says none."""
    values = list(graph.objects(iri.ONTOLOGY, OWL.versionInfo))
    if len(values) != 1:
        raise ReleaseError(f"<{iri.ONTOLOGY}> must state one owl:versionInfo, not {len(values)}")
    return Version.parse(str(values[0]))


def freeze(current: Vocabulary, root: Path, version: Version) -> Release:
    """Freeze `current` as `version` in the folder `root`; raises ReleaseError where it cannot be released so."""
    found = review(current, root)
    if version != found.stated:
        raise ReleaseError(f"the ontology states that it is {found.stated}; to release {version}, state that first")
    found.require()
    if found.last and found.last.version == version:
        raise ReleaseError(f"{version} is frozen already, and nothing has changed since")
    release = Release(version, root / str(version))
    write(release, current)
    return release


def _least(last: Release | None, changes: tuple[Change, ...]) -> Version | None:
    if last is None or not changes:
        return last.version if last else None
    return last.version.after(worst(change.impact for change in changes))


# --- The faults -------------------------------------------------------------------------------------------------------


def _numbering(version: Version, last: Release | None, changes: tuple[Change, ...]) -> Iterator[str]:
    least = _least(last, changes)
    if last and least and version < least:
        impact = worst(change.impact for change in changes)
        why = f"what changed since {last.version} is {impact}" if changes else "it was frozen before"
        yield f"{version} is too small: {why}; state {least} or more in ontology/byregion.ttl"


def _header(new: Graph, version: Version, frozen: Iterable[Release]) -> Iterator[str]:
    """Yield where what the ontology says beside its number does not agree with it."""
    earlier = [release.version for release in frozen if release.version < version]
    for predicate, wanted in ((OWL.versionIRI, [version]), (OWL.priorVersion, earlier[-1:])):
        if set(new.objects(iri.ONTOLOGY, predicate)) != {item.name for item in wanted}:
            what = f"<{wanted[0].name}>" if wanted else "left out: no version is frozen before this one"
            yield f"{shorten(predicate)} of the ontology must be {what}"
    for citation in new.objects(iri.ONTOLOGY, DCTERMS.bibliographicCitation):
        if str(version) not in str(citation):
            yield f"dcterms:bibliographicCitation of the ontology must name {version}: {str(citation)!r}"


def _removals(changes: tuple[Change, ...], old: Graph) -> Iterator[str]:
    for change in changes:
        if change.kind == "removed" and change.impact == "major" and not _is_replaced(old, change.term):
            name = shorten(change.term)
            yield f"{name} is gone but was not deprecated; let a release say so first, and what to use instead"


def _deprecations(new: Graph) -> Iterator[str]:
    for term in new.subjects(OWL.deprecated, Literal(True)):
        if not _is_replaced(new, term):
            yield f"{shorten(str(term))} is deprecated; say with dcterms:isReplacedBy what to use instead"


def _is_replaced(graph: Graph, term: Node) -> bool:
    return (term, OWL.deprecated, Literal(True)) in graph and (term, DCTERMS.isReplacedBy, None) in graph


def _migration(preparing: Path) -> Iterator[str]:
    """Try what a major release brings along: it must make the example after of the example before."""
    missing = [name for name in MIGRATION if not (preparing / name).is_file()]
    if missing:
        yield f"a major release brings along {', '.join(MIGRATION)}; {preparing} lacks {', '.join(missing)}"
        return
    # Without our prefixes: in a user's store they are not known either.
    data = Graph(bind_namespaces="none")
    data += read_graph(preparing / "before.ttl")
    after = read_graph(preparing / "after.ttl")
    update = (preparing / "migrate.ru").read_text(encoding="utf-8")
    report = (preparing / "report.rq").read_text(encoding="utf-8")
    try:
        if not data.query(report):
            yield f"{preparing / 'report.rq'} finds nothing in before.ttl"
        data.update(update)
        if not isomorphic(data, after):
            yield f"{preparing / 'migrate.ru'} does not make after.ttl of before.ttl"
        if data.query(report):
            yield f"{preparing / 'report.rq'} still finds something in what migrate.ru made"
    except Exception as error:  # rdflib has no error of its own for what is not SPARQL
        yield f"{preparing}: migrate.ru or report.rq cannot be run: {error}"
