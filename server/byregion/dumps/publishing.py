"""What is published, read once, and its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from rdflib import Graph, Literal, URIRef

from byregion import iri
from byregion.assets import folder
from byregion.catalogue import FORMATS, Dump, Format
from byregion.catalogue.names import WHOLE
from byregion.dataset import GraphFile, data_files, ontology_files, read_graph
from byregion.dumps import csvw, jsonld, rdf
from byregion.dumps.rdf import Graphs, merged, tidy
from byregion.errors import DataError, NotFound
from byregion.namespaces import BASE, BR, OA, empty_graph

CHECKSUMS: Final = "SHA256SUMS"
"""The list of the files, as sha256sum writes and reads it."""

_ONTOLOGY: Final = BASE + "graphs/ontology/"
_CONCEPTS: Final = URIRef(_ONTOLOGY + "concepts")


@dataclass(frozen=True, slots=True)
class Published:
    """The graphs of each dataset by its name, of them all as `byregion`; and the words that they are written in."""

    datasets: Mapping[str, Graphs]
    ontology: Graph
    context: Mapping[str, Any]


@dataclass(frozen=True)
class _Given:
    """The graphs of a dataset; their merge is made once for all formats."""

    graphs: Graphs

    @cached_property
    def merge(self) -> Graph:
        return merged(self.graphs)


def published(data: Path, inferred: Graph | None = None, *, source_text: bool = True) -> Published:
    """Return what is published from the folder `data`, the ontology and what was inferred from both.

    The whole holds every dataset, the ontology, the concepts and `inferred`. Without source text the words of stored
    texts are left out (see `_without_source_text`). Raises DataError as `dataset.data_files` and `read_graph` do.
    """
    datasets: dict[str, dict[URIRef, Graph]] = {}
    for item in data_files(data):
        datasets.setdefault(item.path.parent.name, {})[item.graph] = _read(item, source_text)
    if WHOLE in datasets:
        raise DataError("this is the name of all datasets together; call the folder something else", data / WHOLE)
    words = {item.graph: _read(item, source_text) for item in ontology_files()}
    whole = {name: graph for graphs in [words, *datasets.values()] for name, graph in graphs.items()}
    if inferred:
        whole[iri.INFERRED] = tidy(iri.INFERRED, inferred)
    context = json.loads((folder("ontology") / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    return Published(
        {name: dict(sorted(graphs.items())) for name, graphs in sorted({**datasets, WHOLE: whole}.items())},
        merged(words),
        context,
    )


def make(what: Published, name: str, form: Format) -> bytes:
    """Return the dataset `name` in a format; raises NotFound where there is no such dataset.

    Raises DataError where it cannot be written in the format: see `csvw.archive`.
    """
    if name not in what.datasets:
        raise NotFound(f"there is no dataset {name!r}; there are {', '.join(what.datasets)}", tuple(what.datasets))
    return _WRITERS[form.suffix](what, _Given(what.datasets[name]))


def write(target: Path, what: Published) -> list[Dump]:
    """Write every dataset in every format into the folder `target`, with their checksums; return what was written.

    Raises DataError where the folder holds anything else: it would be published with them.
    """
    target.mkdir(parents=True, exist_ok=True)
    ours = {CHECKSUMS} | {f"{name}.{form.suffix}" for name in what.datasets for form in FORMATS}
    strange = sorted({path.name for path in target.iterdir()} - ours)
    if strange:
        raise DataError(f"this is none of the downloads, and would be one: {', '.join(strange)}; remove it", target)
    dumps = []
    for dump, content in make_all(what):
        (target / dump.file).write_bytes(content)
        dumps.append(dump)
    (target / CHECKSUMS).write_bytes(checksums(dumps))
    return dumps


def make_all(what: Published) -> Iterator[tuple[Dump, bytes]]:
    """Yield every dataset in every format with its bytes, one at a time; raises DataError as `make` does."""
    for name, graphs in what.datasets.items():
        given = _Given(graphs)
        for form in FORMATS:
            content = _WRITERS[form.suffix](what, given)
            yield Dump(name, form, len(content), hashlib.sha256(content).hexdigest()), content


def checksums(dumps: Iterable[Dump]) -> bytes:
    """Return the list of some files, as sha256sum writes and reads it."""
    return "".join(f"{dump.sha256}  {dump.file}\n" for dump in dumps).encode()


def _read(item: GraphFile, source_text: bool) -> Graph:
    graph = read_graph(item.path)
    return tidy(item.graph, graph if source_text else _without_source_text(item.graph, graph))


def _without_source_text(name: URIRef, graph: Graph) -> Graph:
    """Return `graph` without the words of stored texts.

    These are what is quoted and what stands around it (oa:exact, oa:prefix, oa:suffix), headings (br:heading), and
    reasons given word for word (br:reason in what is stated, unless it is a paraphrase). Names stay, even where they
    are the source's words, for nothing can be pointed at without one; so do positions, checksums and translations.
    """
    kept = empty_graph()
    for subject, predicate, value in graph:
        verbatim = predicate == BR.reason and name.endswith("/stated")
        paraphrased = (subject, BR.paraphrase, Literal(True)) in graph
        if predicate not in _SOURCE_TEXT and not (verbatim and not paraphrased):
            kept.add((subject, predicate, value))
    return kept


_SOURCE_TEXT: Final = frozenset({OA.exact, OA.prefix, OA.suffix, BR.heading})


def _tabular(graphs: Graphs) -> Graph:
    """Return what goes into tables: things and concepts. Axioms are no rows, and what is inferred is not stated."""
    axioms = {name for name in graphs if name.startswith(_ONTOLOGY) and name != _CONCEPTS}
    return merged({name: graph for name, graph in graphs.items() if name not in axioms | {iri.INFERRED}})


_WRITERS: Final[Mapping[str, Callable[[Published, _Given], bytes]]] = {
    "ttl": lambda what, given: rdf.turtle(given.merge),
    "trig": lambda what, given: rdf.trig(given.graphs),
    "nq": lambda what, given: rdf.n_quads(given.graphs),
    "nt": lambda what, given: rdf.n_triples(given.merge),
    "jsonld": lambda what, given: jsonld.document(given.graphs, what.context),
    "rdf": lambda what, given: rdf.rdf_xml(given.merge),
    "csv.zip": lambda what, given: csvw.archive(_tabular(given.graphs), what.ontology),
}
