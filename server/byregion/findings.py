"""What a check found: one type for every check, so that one report can show them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that a check found.

    `check` is which one (evidence, ontology, shapes, layout, links); `where` is a file with its line, or an IRI; an
    error makes the check fail, a note is for a person to look at; `message` says what is wrong and what would do.
    """

    check: str
    severity: Literal["error", "note"]
    where: str
    message: str
