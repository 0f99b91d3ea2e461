"""What changed, as a draft for the changelog."""

from __future__ import annotations

from byregion.changes import Change
from byregion.namespaces import BRSH
from byregion.terms import shorten


def draft(changes: tuple[Change, ...]) -> str:
    """Return the sections Ontology and Shapes of the changelog in Markdown, those that `changes` have something for."""
    sections = []
    for heading, is_shape in (("Ontology", False), ("Shapes", True)):
        own = [change for change in changes if (change.term in BRSH) == is_shape]
        lines = [f"- {sentence(change)}" for change in own if change.impact != "patch"]
        reworded = sorted({f"`{shorten(change.term)}`" for change in own if change.impact == "patch"})
        if reworded:
            lines.append(f"- Reworded {', '.join(reworded)}.")
        if lines:
            sections.append("\n".join([f"### {heading}", "", *lines, ""]))
    return "\n".join(sections)


def sentence(change: Change) -> str:
    """Return a change as a sentence."""
    term = f"`{shorten(change.term)}`"
    match change.kind:
        case "added" | "removed":
            return f"{change.kind.capitalize()} the {change.what} {term}."
        case "deprecated":
            return f"Deprecated {term}: {change.what}."
        case "changed":
            return f"Changed {term}: {change.what}."
