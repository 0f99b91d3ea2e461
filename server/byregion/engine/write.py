"""What can be written to a store: an update, operations on graphs, or a change back; what is said when it is done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, Protocol, runtime_checkable

from byregion.dataset_clause import DatasetDescription

Method = Literal["put", "post", "delete", "patch"]

TYPES: Final = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")
"""The media types that a graph is read in."""


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a graph, as it was sent, and its media type: one of `TYPES`."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must be true for a write to be done: the names of states that what it is about has, or has not.

    The name of a graph's state is what `state` gives, that of all that is held is `state_of` its revision; "*" is any
    state of what exists; () is no state, and None is no condition.
    https://www.rfc-editor.org/rfc/rfc9110#section-13.1
    """

    match: tuple[str, ...] | None = None
    none_match: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """A SPARQL update, the dataset that the protocol describes for it, and the base of its relative IRIs.

    Its `conditions` are about all that is held. https://www.w3.org/TR/sparql11-protocol/#update-operation
    """

    text: str
    dataset: DatasetDescription | None = None
    base: str = ""
    conditions: Conditions = Conditions()


@dataclass(frozen=True, slots=True)
class GraphWrite:
    """An operation of the Graph Store Protocol on a graph; `graph` "" is the default graph.

    `bodies` are what is put or posted; of a patch, the one is an update of that graph alone. Relative IRIs are resolved
    against `base`. https://www.w3.org/TR/sparql11-http-rdf-update/
    """

    method: Method
    graph: str
    bodies: tuple[Body, ...] = ()
    base: str = ""
    conditions: Conditions = Conditions()


@dataclass(frozen=True, slots=True)
class GraphWrites:
    """Operations on several graphs, each on another one, that are done together or not at all.

    Each is held to its own conditions; those here are about all that is held.
    """

    writes: tuple[GraphWrite, ...]
    conditions: Conditions = Conditions()


@dataclass(frozen=True, slots=True)
class Reversal:
    """A change of a store on disk taken back: its number, and what does that, as `Delta.text` tells it.

    Its conditions are about all that is held.
    """

    number: int
    text: bytes
    conditions: Conditions = Conditions()


What = Update | GraphWrite | GraphWrites | Reversal
"""Everything that can be written."""


@dataclass(frozen=True, slots=True)
class Write:
    """What is to be written, and the beginnings of the IRIs of the graphs that may change; () is any graph.

    `who` is the name of the token, and `why` what was told with the request. A write that `is_trial` is only worked
    out: nothing changes.
    """

    what: What
    within: tuple[str, ...] = ()
    who: str = ""
    why: str = ""
    is_trial: bool = False

    @property
    def reason(self) -> str:
        """Why, as the journal has it: what takes a change back says which one, too."""
        if not isinstance(self.what, Reversal):
            return self.why
        said = f"takes back change {self.what.number}"
        return f"{said}: {self.why}" if self.why else said

    def packed(self) -> bytes:
        """Return the write as bytes, which `unpacked` reads."""
        told, bodies = asdict(self), []
        for one in told["what"].get("writes", [told["what"]]):
            for body in one.get("bodies", ()):
                bodies.append(body["data"])
                body["data"] = len(body["data"])
        if isinstance(self.what, Reversal):
            bodies.append(told["what"].pop("text"))
        head = json.dumps([type(self.what).__name__, told]).encode()
        return b"".join((len(head).to_bytes(8, "big"), head, *bodies))

    @classmethod
    def unpacked(cls, packed: bytes) -> Write:
        """Return the write that `packed` returned."""
        end = 8 + int.from_bytes(packed[:8], "big")
        kind, told = json.loads(packed[8:end])
        what, within = told["what"], tuple(told["within"])
        rest = {name: told[name] for name in ("who", "why", "is_trial")}
        conditions = _conditions(what)
        if kind == "Update":
            return cls(Update(what["text"], _dataset(what["dataset"]), what["base"], conditions), within, **rest)
        if kind == "Reversal":
            return cls(Reversal(what["number"], packed[end:], conditions), within, **rest)
        writes = tuple(_graph_writes(what.get("writes", [what]), packed[end:]))
        return cls(GraphWrites(writes, conditions) if kind == "GraphWrites" else writes[0], within, **rest)


def _conditions(what: dict[str, Any]) -> Conditions:
    told = what["conditions"].items()
    return Conditions(**{name: None if names is None else tuple(names) for name, names in told})


def _graph_writes(told: Iterable[dict[str, Any]], data: bytes) -> Iterator[GraphWrite]:
    """Yield operations, whose bodies follow each other in `data`."""
    at = 0
    for what in told:
        bodies = []
        for body in what["bodies"]:
            bodies.append(Body(data[at : at + body["data"]], body["media_type"]))
            at += body["data"]
        yield GraphWrite(what["method"], what["graph"], tuple(bodies), what["base"], _conditions(what))


def _dataset(told: dict[str, Any] | None) -> DatasetDescription | None:
    return DatasetDescription(**{name: tuple(graphs) for name, graphs in told.items()}) if told else None


@dataclass(frozen=True, slots=True)
class Trial:
    """What a write would do: statements added and removed, the inferences among them apart, each a line of N-Quads.

    Of each kind the first ones are told; `inferred` is how many inferences are added and removed. `report` is the
    sh:ValidationReport of what would not conform, as N-Triples, "" where all would.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    inferences_added: tuple[str, ...] = ()
    inferences_removed: tuple[str, ...] = ()
    inferred: tuple[int, int] = (0, 0)
    dropped: tuple[str, ...] = ()
    report: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What a write has done: the revision that there is now, and how many statements it added and removed.

    `created` are the graphs that there were not before. Of a write that was only worked out there is a `trial`, and the
    revision is the one that there was and is.
    """

    revision: str
    added: int = 0
    removed: int = 0
    created: tuple[str, ...] = ()
    trial: Trial | None = None

    def told(self) -> dict[str, object]:
        """Return what is said of it, as JSON can."""
        return asdict(self)

    @classmethod
    def of_told(cls, told: dict[str, Any]) -> Written:
        """Return what `told` returned."""
        trial = told["trial"] and Trial(**{name: _tuple(value) for name, value in told["trial"].items()})
        return cls(told["revision"], told["added"], told["removed"], tuple(told["created"]), trial)


def _tuple(value: object) -> Any:
    return tuple(value) if isinstance(value, list) else value


@runtime_checkable
class Writable(Protocol):
    """An engine that can be written to."""

    def write(self, write: Write, seconds: float | None = None) -> Written:
        """Do `write` as a whole, and return what it has done; a query that begins after that finds it done.

        `seconds` lowers the time that it may take.
        Raises QuerySyntaxError, QueryRefused, RdfSyntaxError, NotFound, Conflict, PreconditionFailed and OutOfScope for
        what cannot be done, ValidationError where its result would not conform, TooManyTriples, QueryTimeout,
        QueryTooLarge, EngineBusy and EngineError; nothing is changed then.
        """
        ...


_STATE: Final = 32


def state(lines: Iterable[bytes]) -> str:
    """Return the name of the state of a graph: of the lines of its N-Triples, in whatever order."""
    return hashlib.sha256(b"\n".join(sorted(line for line in lines if line))).hexdigest()[:_STATE]


def state_of(revision: str) -> str:
    """Return the name of the state of all that is held in a revision."""
    return revision[:_STATE]
