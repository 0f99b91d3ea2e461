"""The versions of the ontology: the one that is worked on and those that are frozen, each with its shapes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from rdflib import OWL, Graph, URIRef

from byregion.assets import folder
from byregion.dataset import read_graph
from byregion.dumps.rdf import tidy
from byregion.errors import NotFound
from byregion.infer import AXIOMS
from byregion.iri import ONTOLOGY
from byregion.namespaces import BASE, BRSH, empty_graph
from byregion.release import Vocabulary, releases
from byregion.sentences import say
from byregion.web import graphs

SHAPES: Final = URIRef(str(BRSH).rstrip("#"))
"""The IRI of the shapes, all together."""

_FILE: Final = "byregion.ttl"


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """A version of the ontology with its shapes; `tag` tells it from every other, also from itself as it was before."""

    number: str
    ontology: Graph
    shapes: Graph
    turtle: bytes
    tag: str
    _written: dict[tuple[URIRef, str], bytes] = field(default_factory=dict)

    def written(self, iri: URIRef, media_type: str) -> bytes:
        """Return the ontology or the shapes, by their IRI, in a media type."""
        if (iri, media_type) == (ONTOLOGY, "text/turtle"):
            # As it was written, with its comments and in its order.
            return self.turtle
        key = (iri, media_type)
        if key not in self._written:
            self._written[key] = graphs.written(self.ontology if iri == ONTOLOGY else self.shapes, media_type)
        return self._written[key]


@cache
def current() -> Version:
    """Return the version that is worked on."""
    return read(Vocabulary.current())


def find(number: str) -> Version:
    """Return a version: the frozen one where there is one, else the one that is worked on; raises NotFound."""
    if number in (frozen := _frozen()):
        return _read(frozen[number])
    if number == current().number:
        return current()
    known = sorted({*frozen, current().number})
    raise NotFound(say("no-version", name=number, listed=", ".join(known)), tuple(known))


def numbers() -> tuple[str, ...]:
    """Return the numbers of all versions, the newest first."""
    frozen = [str(item.version) for item in reversed(releases(folder("ontology") / "releases"))]
    return (*([current().number] if current().number not in frozen else []), *frozen)


def is_frozen(number: str) -> bool:
    """Whether a version stays as it is; the one that is worked on may change every day."""
    return number in _frozen()


def read(vocabulary: Vocabulary) -> Version:
    """Return the version that is in the files of `vocabulary`; raises DataError as `dataset.read_graph` does."""
    path = vocabulary.ontology / _FILE
    turtle, ontology = path.read_bytes(), read_graph(path)
    shapes = empty_graph()
    for name, file in vocabulary.turtle().items():
        if name.startswith("shapes/"):
            shapes += read_graph(file)
    shapes = tidy(URIRef(f"{BASE}graphs/shapes"), shapes)
    number = str(ontology.value(ONTOLOGY, OWL.versionInfo))
    tag = hashlib.sha256(turtle + shapes.serialize(format="nt").encode()).hexdigest()
    return Version(number, tidy(AXIOMS, ontology), shapes, turtle, tag)


def _frozen() -> dict[str, Path]:
    return {str(item.version): item.folder for item in releases(folder("ontology") / "releases")}


@cache
def _read(root: Path) -> Version:
    return read(Vocabulary(root / "ontology", root / "shapes"))
