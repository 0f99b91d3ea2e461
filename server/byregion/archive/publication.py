"""What the log of an archive says of one publication: a line of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar


@dataclass(frozen=True, slots=True)
class Counts:
    """How many triples a graph holds, and how many came and went; None where there was nothing to compare with."""

    triples: int
    added: int | None
    removed: int | None


@dataclass(frozen=True, slots=True)
class Publication:
    """A revision that became the current one, when (UTC), and what it changed in the one `previous` to it ("" in none).

    `changed` are the first of the entities of which other triples are said than before, sorted; `more` is how many
    entities there are besides.
    """

    revision: str
    published: datetime
    previous: str
    graphs: Mapping[str, Counts]
    changed: tuple[str, ...]
    more: int

    @property
    def total(self) -> Counts:
        """The counts of all graphs together."""
        held = self.graphs.values()
        added, removed = [item.added for item in held], [item.removed for item in held]
        return Counts(sum(item.triples for item in held), _sum(added), _sum(removed))

    def to_json(self) -> str:
        """Return the line of the log, without its end."""
        told = {
            "revision": self.revision,
            "published": self.published.strftime(_TIME),
            "previous": self.previous,
            "graphs": {name: asdict(self.graphs[name]) for name in sorted(self.graphs)},
            "changed": list(self.changed),
            "more": self.more,
        }
        return json.dumps(told, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str | bytes) -> Publication:
        """Return what a line of the log says; raises ValueError where it says something else."""
        told: Any = json.loads(line)
        try:
            return cls(
                revision=_typed(told["revision"], str),
                published=datetime.strptime(told["published"], _TIME).replace(tzinfo=UTC),
                previous=_typed(told["previous"], str),
                graphs={name: _counts(counts) for name, counts in told["graphs"].items()},
                changed=tuple(_typed(iri, str) for iri in told["changed"]),
                more=_typed(told["more"], int),
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"it is no publication ({error!r})") from error


_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_T = TypeVar("_T")


def _sum(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _counts(told: dict[str, Any]) -> Counts:
    added, removed = (told[name] if told[name] is None else _typed(told[name], int) for name in ("added", "removed"))
    return Counts(_typed(told["triples"], int), added, removed)


def _typed(value: Any, kind: type[_T]) -> _T:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is not of the kind {kind.__name__}")
    return value
