"""What a store holds of a revision, counted from its text."""

from __future__ import annotations

import pyoxigraph
from rdflib import URIRef

from byregion.engine import snapshot
from byregion.engine.deposit import PART, _parts
from byregion.engine.holding import MARKER, MERGED, Holding, graphs, quads
from byregion.iri import INFERRED

G = "http://x.test/graphs/"
# A literal may hold anything, and look like a graph or a blank node.
TEXT = f"""<urn:a> <urn:b> "ends in <urn:g> ." <{G}one> .
<urn:a> <urn:b> "ends in <urn:g> ." <{G}two> .
<urn:a> <urn:b> "æ _:x \\" \\n" <{G}one> .
<urn:a> <urn:b> <urn:c> <{INFERRED}> .
_:c14n0 <urn:b> _:c14n1 <{G}two> .
""".encode()


def test_triples_are_counted_by_graph_and_once_in_the_merge():
    assert Holding.of(TEXT) == Holding(snapshot.revision(TEXT), {f"{G}one": 2, f"{G}two": 2, str(INFERRED): 1}, 4)
    assert (Holding.of(TEXT).stated, Holding.of(TEXT).inferred) == (4, 1)


def test_nothing_is_a_revision_too():
    assert Holding.of(b"") == Holding(snapshot.revision(b""), {}, 0)


def test_the_graphs_are_those_of_the_text_and_their_merge_last():
    found = dict(graphs(TEXT))
    assert list(found) == [URIRef(f"{G}one"), URIRef(f"{G}two"), INFERRED, MERGED]
    assert len(found[URIRef(f"{G}one")]) == 2
    assert len(found[MERGED]) == len(set(found[MERGED])) == 4


def test_what_a_bulk_loader_gets_is_n_quads_with_the_marker_last():
    lines = list(quads(TEXT))
    parsed = list(pyoxigraph.parse(b"".join(lines), format=pyoxigraph.RdfFormat.N_QUADS))
    assert len(parsed) == 5 + 4 + 1
    assert parsed[-1].graph_name.value == str(MARKER)
    assert parsed[-1].object.value == snapshot.revision(TEXT)
    names = {quad.graph_name.value for quad in parsed}
    assert names == {f"{G}one", f"{G}two", str(INFERRED), str(MERGED), str(MARKER)}


def test_lines_with_blank_nodes_are_sent_together():
    lines = [b"<urn:a> <urn:b> <urn:%d> .\n" % number for number in range(2 * PART)]
    blank = b"_:c14n0 <urn:b> <urn:c> .\n"
    first, *others = _parts([*lines, blank])
    assert first.startswith(blank)
    assert first.count(b"\n") == PART
    assert sorted(b"".join([first, *others]).splitlines(keepends=True)) == sorted([*lines, blank])
    assert list(_parts([blank] * (PART + 1))) == [blank * (PART + 1)]
