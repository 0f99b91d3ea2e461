"""A write done on a copy of the store, to see what it changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, cast

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse, serialize

from byregion import using_clause
from byregion.engine import published, reversal, spelling, syntax
from byregion.engine.delta import Delta, quads, together
from byregion.engine.evaluate import failure
from byregion.engine.guarded import Staged, guarded
from byregion.engine.store import LoadedStore
from byregion.engine.write import (
    TYPES,
    Conditions,
    GraphWrite,
    GraphWrites,
    Update,
    What,
    Write,
    state,
    state_of,
)
from byregion.errors import (
    BadRequest,
    Conflict,
    NotFound,
    OutOfScope,
    PreconditionFailed,
    QueryRefused,
    QueryTooLarge,
    RdfSyntaxError,
    TooManyTriples,
    told_of,
)
from byregion.sentences import Sentence, say


def stage(loaded: LoadedStore, write: Write) -> Staged:
    """Return what `write` changes in a store, which may be changed or half changed afterwards: it is a copy.

    Raises QuerySyntaxError, QueryRefused, RdfSyntaxError, NotFound, Conflict, PreconditionFailed and OutOfScope for
    what cannot be done; TooManyTriples for what would be too much; QueryTooLarge and EngineError for what fails on the
    way. Whether the result may be is said by what is returned.

    An update costs time in proportion to the store, since all of it is compared: 0.1 s for 100,000 triples, 1 s for a
    million. An operation on a graph costs time in proportion to that graph and to what is sent.
    """
    store = loaded.store
    try:
        delta, target = _worked_out(loaded, write.what)
        _refuse_foreign(delta)
        if write.within:
            _refuse_outside(delta.graphs() | target, write.within)
        if loaded.is_merged:
            published.refuse_unwritable(store, delta)
        _refuse_more(loaded, delta)
        if loaded.guard and not isinstance(write.what, Update):
            # An update has been done; of everything else it was only worked out what it changes.
            delta.apply(store)
        return guarded(loaded, delta)
    except MemoryError as error:
        raise QueryTooLarge(say("memory-short", **told_of("write"))) from error
    except (OSError, RuntimeError) as error:
        # As Oxigraph says of CREATE, DROP and the like, which fail where their graph is there, or is not.
        if match := _GRAPH_FAULT.search(str(error)):
            key = "graph-there" if match[2] == "already exists" else "graph-not-there"
            raise Conflict(say(key, graph=match[1])) from error
        raise failure(say("the-write"), error) from error


_GRAPH_FAULT: Final = re.compile(r"The graph (\S+) (already exists|does not exist)")


def _worked_out(loaded: LoadedStore, what: What) -> tuple[Delta, set[str]]:
    """Return what a write changes, and the graphs that it names; an update is done for it."""
    if isinstance(what, GraphWrite):
        return _graph_writes(loaded, (what,))
    _require(what.conditions, state_of(loaded.revision), say("what-is-held"))
    if isinstance(what, GraphWrites):
        return _graph_writes(loaded, what.writes)
    delta = _update(loaded.store, what) if isinstance(what, Update) else reversal.possible(loaded.store, what)
    published.refuse_made(delta.graphs())
    return delta, set()


def _refuse_more(loaded: LoadedStore, delta: Delta) -> None:
    """Raise TooManyTriples for what would grow the store beyond its bound; whoever is beyond it may still remove.

    What will follow from the change is not in it yet. In a plain dataset no graph holds what follows from others.
    """
    growth = len(delta.added) - len(delta.removed)
    held = loaded.stated if loaded.is_merged else loaded.stated + loaded.inferred
    if loaded.most is not None and growth > 0 and held + growth > loaded.most:
        raise TooManyTriples(held + growth, loaded.most)


def _refuse_outside(graphs: Iterable[str], within: tuple[str, ...]) -> None:
    for graph in sorted(graphs):
        if not graph.startswith(within):
            if graph:
                raise OutOfScope(say("outside-graph", graph=graph), f"graph:{graph}")
            raise OutOfScope(say("outside-default"), "write")


# --- Updates ----------------------------------------------------------------------------------------------------------


def _update(store: Store, update: Update) -> Delta:
    before, graphs = _dump(store), _graphs(store)
    _run(store, update)
    added, removed = difference(before, _dump(store))
    now = _graphs(store)
    return Delta(added, removed, now - graphs, graphs - now)


def _run(store: Store, update: Update) -> None:
    text = using_clause.add(update.text, update.dataset) if update.dataset else update.text
    try:
        store.update(text, base_iri=update.base or None)
    except SyntaxError as error:
        raise syntax.explain(update.text, error.msg, "UpdateUnit", has_base=bool(update.base)) from error


def _dump(store: Store) -> bytes:
    return store.dump(format=RdfFormat.N_QUADS) or b""


def _graphs(store: Store) -> frozenset[str]:
    return frozenset(graph.value for graph in store.named_graphs())


def difference(before: bytes, after: bytes) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """Return the lines that only `after` has, and those that only `before` has.

    A store writes what stays in the order in which it did, so most of a small change is told by comparing memory.
    """
    start = before.rfind(b"\n", 0, _common(before, after)) + 1
    end = _common(before[start:], after[start:], from_end=True)
    whole = before.find(b"\n", len(before) - end)
    end = len(before) - whole - 1 if whole >= 0 else 0
    old = set(before[start : len(before) - end].split(b"\n"))
    new = set(after[start : len(after) - end].split(b"\n"))
    return frozenset(new - old - {b""}), frozenset(old - new - {b""})


def _common(one: bytes, other: bytes, *, from_end: bool = False) -> int:
    """Return how many bytes the two have in common at their beginning, or at their end."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if from_end:
            same = one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]
        else:
            same = one[low:middle] == other[low:middle]
        low, high = (middle, high) if same else (low, middle - 1)
    return low


# --- Graphs -----------------------------------------------------------------------------------------------------------

_Graph = NamedNode | DefaultGraph


def _graph_writes(loaded: LoadedStore, writes: tuple[GraphWrite, ...]) -> tuple[Delta, set[str]]:
    target = {one.graph for one in writes}
    published.refuse_made(target)
    if loaded.is_merged and "" in target:
        raise published.refuse_merged()
    return together(_graph_write(loaded.store, one) for one in writes), target


def _graph_write(store: Store, write: GraphWrite) -> Delta:
    graph = _named(write.graph)
    exists = isinstance(graph, DefaultGraph) or store.contains_named_graph(graph)
    before = _triples(store, graph)
    _require(write.conditions, state(before) if exists else None, say("the-graph"))
    if write.method in ("delete", "patch") and not exists:
        raise NotFound(say("no-graph", iri=write.graph))
    after = _spelled(_after(write, before), before)
    named = frozenset({write.graph} - {""})
    return Delta(
        _quads(after - before, write.graph),
        _quads(before - after, write.graph),
        frozenset() if exists or write.method == "delete" else named,
        named if write.method == "delete" else frozenset(),
    )


def _named(iri: str) -> _Graph:
    try:
        return NamedNode(iri) if iri else DefaultGraph()
    except ValueError as error:
        raise BadRequest(say("not-absolute", name="graph", value=iri)) from error


def _triples(store: Store, graph: _Graph) -> frozenset[bytes]:
    """Return the triples of a graph, each a line of N-Triples."""
    return _lines(store.dump(format=RdfFormat.N_TRIPLES, from_graph=graph))


def _lines(text: bytes | None) -> frozenset[bytes]:
    return frozenset((text or b"").split(b"\n")) - {b""}


# What a store may write otherwise than it was sent: numbers, days and truth values.
_TYPED: Final = b"^^<http://www.w3.org/2001/XMLSchema#"


def _spelled(after: frozenset[bytes], before: frozenset[bytes]) -> frozenset[bytes]:
    """Return the lines of a graph as the store spells them, so that what says the same as before is no change."""
    suspects = frozenset(line for line in after - before if _TYPED in line)
    return (after - suspects) | spelling.spelled(suspects) if suspects else after


def _after(write: GraphWrite, before: frozenset[bytes]) -> frozenset[bytes]:
    """Return the triples that the graph holds after the operation, each a line of N-Triples."""
    match write.method:
        case "put":
            return _read(write)
        case "post":
            return before | _read(write)
        case "patch":
            return _patched(write, before)
        case "delete":
            return frozenset()


def _require(conditions: Conditions, now: str | None, what: Sentence) -> None:
    """Hold a write to its conditions: `now` is the state of what it is about, None where there is no such thing.

    https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2
    """
    if conditions.match is not None and not _matches(conditions.match, now):
        raise PreconditionFailed(say("not-matched", what=what))
    if conditions.none_match is not None and _matches(conditions.none_match, now):
        raise PreconditionFailed(say("excluded", what=what))


def _matches(names: tuple[str, ...], now: str | None) -> bool:
    return now is not None and ("*" in names or now in names)


def _quads(lines: frozenset[bytes], graph: str) -> frozenset[bytes]:
    end = f"<{graph}> .".encode()
    return frozenset(line[:-1] + end for line in lines) if graph else lines


def _patched(write: GraphWrite, before: frozenset[bytes]) -> frozenset[bytes]:
    """Return what an update makes of the graph alone, which is the default graph of its dataset."""
    alone = Store()
    alone.bulk_extend(parse(b"\n".join(sorted(before)), format=RdfFormat.N_QUADS))
    for body in write.bodies:
        _run(alone, Update(body.data.decode(), None, write.base))
    if _graphs(alone):
        raise QueryRefused(say("patch-alone"))
    return _triples(alone, DefaultGraph())


# --- Bodies -----------------------------------------------------------------------------------------------------------

_FORMATS: Final = {media_type: cast(RdfFormat, RdfFormat.from_media_type(media_type)) for media_type in TYPES}
_PLACE: Final = re.compile(r"^Parser error (?:at|between) [^:]*: ")
_MARK: Final = b"\xef\xbb\xbf"
# https://www.w3.org/TR/xml/#sec-prolog-dtd: outside of what holds any text.
_TEXT: Final = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_DECLARES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def _read(write: GraphWrite) -> frozenset[bytes]:
    """Return the triples of all bodies, each a line of N-Triples; blank nodes are new ones, apart in each body."""
    lines: frozenset[bytes] = frozenset()
    for body in write.bodies:
        data = body.data.removeprefix(_MARK)
        if body.media_type == "application/rdf+xml" and _DECLARES.search(_TEXT.sub(b"", data)):
            raise RdfSyntaxError(say("doctype"), 1, 1)
        try:
            triples = [_triple(quad) for quad in _parsed(data, body.media_type, write.base)]
        except SyntaxError as error:
            raise _told(error) from error
        lines |= _lines(serialize(triples, format=RdfFormat.N_TRIPLES))
    return lines


def _parsed(data: bytes, media_type: str, base: str) -> Iterator[Quad]:
    return parse(data, format=_FORMATS[media_type], base_iri=base or None, rename_blank_nodes=True)


def _triple(quad: Quad) -> Triple:
    if not isinstance(quad.graph_name, DefaultGraph):
        raise RdfSyntaxError(say("named-graph", graph=quad.graph_name))
    return Triple(quad.subject, quad.predicate, quad.object)


def _told(error: SyntaxError) -> RdfSyntaxError:
    if "LoadDocumentCallback" in error.msg:
        return RdfSyntaxError(say("context-elsewhere"))
    return RdfSyntaxError(say("engine-says", said=_PLACE.sub("", error.msg)), error.lineno or 0, error.offset or 0)


# What RDF 1.1 has not, and U+0000, which some result formats cannot hold; texts may look so, so terms are looked at.
_SUSPECT: Final = re.compile(rb"\\u0000|<<\(|@[A-Za-z0-9-]+--")


def _refuse_foreign(delta: Delta) -> None:
    suspects = frozenset(line for line in delta.added if _SUSPECT.search(line))
    for quad in quads(suspects):
        term = quad.object
        if isinstance(term, Triple) or (isinstance(term, Literal) and term.direction):
            raise QueryRefused(say("rdf-12"))
        if isinstance(term, Literal) and "\0" in term.value:
            raise QueryRefused(say("text-null"))
