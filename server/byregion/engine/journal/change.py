"""A change as it is recorded: who changed what, when and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from byregion.engine.delta import Delta


@dataclass(frozen=True, slots=True)
class Change:
    """A change of what a store holds, which led from the revision `previous` to `revision`.

    Changes are numbered from 1 on. `who` is the name of the token, `why` what was told with the request, or "".
    `text` is what was added and removed, as `Delta.text` tells it: lines of N-Quads, marked A or D, sorted.
    """

    number: int
    when: datetime
    who: str
    why: str
    previous: str
    revision: str
    text: bytes

    @property
    def delta(self) -> Delta:
        """The statements and the graphs that were added and removed."""
        return Delta.of_text(self.text)

    def packed(self) -> bytes:
        """Return the change as bytes, which `unpacked` reads."""
        told = {
            "change": self.number,
            "when": self.when.isoformat(timespec="microseconds"),
            "who": self.who,
            "why": self.why,
            "previous": self.previous,
            "revision": self.revision,
        }
        return json.dumps(told, ensure_ascii=False).encode() + b"\n" + self.text

    @classmethod
    def unpacked(cls, packed: bytes) -> Change:
        """Return the change that `packed` returned; raises ValueError for anything else."""
        head, _, text = packed.partition(b"\n")
        told = json.loads(head)
        try:
            when = datetime.fromisoformat(told["when"])
            return cls(told["change"], when, told["who"], told["why"], told["previous"], told["revision"], text)
        except KeyError as error:
            raise ValueError(f"a change does not say its {error}") from error
