"""What became of proposed links: three files in `data/links/`, and how a proposal goes from one to another.

`proposed.ttl` holds what nobody has decided, and `rejected.ttl` what is not to be proposed again; neither is published.
`links.ttl` holds what was accepted: the link, and beside it the reading that says why. A decision is made by name, or
in the text of `proposed.ttl`, where `adms:status concept:proposed` becomes `concept:accepted` or `concept:rejected`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from rdflib import DCTERMS, PROV, RDF, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.dataset import LINKS, layout, read_graph
from byregion.errors import DataError, NotFound
from byregion.iri import entity
from byregion.links import proposing
from byregion.links.proposing import ACCEPTED, PROPOSED, REJECTED, Link, Proposal
from byregion.namespaces import ADMS, BR, ID, empty_graph
from byregion.terms import shorten

_READINGS: Final = f"{ID}reading/"
_SYMMETRIC: Final = BR.similarTo


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reviewer says of a decision: why, in a language; the document that bears it out; who they are, if told."""

    text: str = ""
    language: str = "nb"
    by: URIRef | None = None
    source: URIRef | None = None


@dataclass(slots=True)
class Review:
    """The links that are proposed, accepted and rejected, each as the graph of its file."""

    proposed: Graph
    accepted: Graph
    rejected: Graph

    @classmethod
    def read(cls, data: Path) -> Review:
        """Return what the files in `data/links/` hold, nothing for one that is not there.

        Raises DataError as `dataset.read_graph` does.
        """
        return cls(*(read_graph(path) if path.exists() else empty_graph() for path in _paths(data)))

    def write(self, data: Path) -> list[Path]:
        """Write the files that change, and return them; a graph without a triple has no file."""
        changed = []
        for path, graph in zip(_paths(data), (self.proposed, self.accepted, self.rejected), strict=True):
            text = layout(graph).encode() if len(graph) else None
            if text == (path.read_bytes() if path.exists() else None):
                continue
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(text)
            changed.append(path)
        return changed

    def decided(self) -> set[Link]:
        """Return the links that were accepted or rejected, in either direction where they have two."""
        found: set[Link] = set()
        for graph in (self.accepted, self.rejected):
            for subject, predicate, value in (link_of(reading, graph) for reading in _readings(graph)):
                found.add((subject, predicate, value))
                if predicate == _SYMMETRIC:
                    found.add((value, predicate, subject))
        return found

    def propose(self, proposals: Iterable[Proposal], sources: Graph | None = None) -> list[Proposal]:
        """Put `proposals` in the place of what was proposed, without what was decided; return those left, in order.

        `sources` describes the documents that they were found in.
        """
        decided = self.decided()
        left = [proposal for proposal in sorted(proposals, key=proposing.order) if proposal.link not in decided]
        names = [proposal.id for proposal in left]
        if len(set(names)) < len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise DataError(f"two proposed links would both be called {', '.join(twice)}")
        self.proposed = proposing.graph(left)
        for source in {source for proposal in left for source in proposal.sources}:
            for triple in (sources or empty_graph()).triples((source, None, None)):
                self.proposed.add(triple)
        return left

    def settle(self, remark: Remark | None = None) -> dict[URIRef, list[str]]:
        """Carry out what was decided in the text of the proposals; return the names of what was, by decision.

        Raises DataError where a status is none of the three.
        """
        found: dict[URIRef, list[str]] = {ACCEPTED: [], REJECTED: []}
        for reading in _readings(self.proposed):
            status = self.proposed.value(reading, ADMS.status)
            if isinstance(status, URIRef) and status in found:
                self._move(reading, status, remark or Remark())
                found[status].append(name_of(reading))
            elif status != PROPOSED:
                said = shorten(status) if isinstance(status, URIRef) else status
                words = ", ".join(shorten(item) for item in (PROPOSED, ACCEPTED, REJECTED))
                raise DataError(f"the status of {name_of(reading)} is {said}; write one of {words}")
        return found

    def decide(self, names: Iterable[str], decision: URIRef, remark: Remark | None = None) -> list[str]:
        """Accept or reject proposals by their names; return these.

        Raises NotFound, with the nearest names, where one is not proposed; then nothing is decided.
        """
        wanted = [self._find(name) for name in names]
        for reading in dict.fromkeys(wanted):
            self._move(reading, decision, remark or Remark())
        return [name_of(reading) for reading in dict.fromkeys(wanted)]

    def _find(self, name: str) -> URIRef:
        reading = entity("reading", name.removeprefix(_READINGS).removeprefix("reading:").removeprefix("reading/"))
        if (reading, RDF.type, BR.Reading) in self.proposed:
            return reading
        for graph, word in ((self.accepted, "accepted"), (self.rejected, "rejected")):
            if (reading, RDF.type, BR.Reading) in graph:
                raise NotFound(f"{name} was {word} before; take it out of data/links/ to have it proposed again")
        near = get_close_matches(name_of(reading), [name_of(item) for item in _readings(self.proposed)], 3, 0.6)
        advice = f"; did you mean {' or '.join(near)}?" if near else "; byregion link proposes"
        raise NotFound(f"there is no proposed link {name}{advice}")

    def _move(self, reading: URIRef, decision: Node, remark: Remark) -> None:
        target = self.accepted if decision == ACCEPTED else self.rejected
        link = link_of(reading, self.proposed)
        if decision == ACCEPTED:
            sourced = remark.source or self.proposed.value(reading, DCTERMS.source)
            # A similar statement of others is proposed with its source; every other kind leads to the outside.
            if not sourced and link[1] != BR.similarTo:
                raise DataError(f"{name_of(reading)} leads to the outside; say with --source where it was looked up")
            target.add(link)
        for triple in list(self.proposed.triples((reading, None, None))):
            self.proposed.remove(triple)
            if triple[1] != ADMS.status:
                target.add(triple)
        if remark.text:
            target.add((reading, SKOS.note, Literal(remark.text, lang=remark.language)))
        if remark.by is not None:
            target.add((reading, PROV.wasAttributedTo, remark.by))
        if remark.source is not None:
            target.add((reading, DCTERMS.source, remark.source))
        for source in list(target.objects(reading, DCTERMS.source)):
            for triple in list(self.proposed.triples((source, None, None))):
                target.add(triple)
                if (None, DCTERMS.source, source) not in self.proposed:
                    self.proposed.remove(triple)


def link_of(reading: Node, graph: Graph) -> Link:
    """Return the link that a reading is of; raises DataError where the reading does not name one."""
    parts = [graph.value(reading, part) for part in (RDF.subject, RDF.predicate, RDF.object)]
    subject, predicate, value = parts
    if isinstance(subject, URIRef) and isinstance(predicate, URIRef) and isinstance(value, URIRef):
        return subject, predicate, value
    raise DataError(f"{name_of(reading)} lacks its rdf:subject, rdf:predicate or rdf:object")


def name_of(reading: Node) -> str:
    """Return the name of a proposal, by which it is accepted or rejected."""
    return str(reading).removeprefix(_READINGS)


def _readings(graph: Graph) -> list[URIRef]:
    return sorted(item for item in graph.subjects(RDF.type, BR.Reading) if isinstance(item, URIRef))


def _paths(data: Path) -> tuple[Path, Path, Path]:
    folder = data / LINKS
    return folder / "proposed.ttl", folder / "links.ttl", folder / "rejected.ttl"
