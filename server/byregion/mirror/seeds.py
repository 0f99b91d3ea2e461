"""What data names and no page links to: graphs, the things of the catalogue, and what was given up."""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import Graph, URIRef

from byregion.catalogue.names import CATALOGUE
from byregion.namespaces import BASE


def named(graphs: Iterable[URIRef], catalogue: Graph, retired: Iterable[Graph], base: str) -> list[str]:
    """Return the paths at which their IRIs are answered, below the address of the site.

    `graphs` are the names of graphs, `retired` tells what was given up; the IRIs of entities begin with `base`.
    """
    things = (str(subject) for subject in set(catalogue.subjects()) if isinstance(subject, URIRef))
    listed = (iri for iri in things if iri.startswith(f"{CATALOGUE}/"))
    entities = base + "id/"
    gone = (str(subject) for graph in retired for subject in set(graph.subjects()))
    return sorted(
        {
            *(iri.removeprefix(BASE) for iri in (*graphs, *listed)),
            *("doc/" + iri.removeprefix(entities) for iri in gone if iri.startswith(entities)),
        }
    )
