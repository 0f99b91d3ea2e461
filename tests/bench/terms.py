"""Terms as N-Triples writes them: made by the million, which is why they are no rdflib terms.

https://www.w3.org/TR/n-triples/
"""

from __future__ import annotations

from typing import NewType

Ref = NewType("Ref", str)
"""An IRI or a literal, written."""

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def ref(address: str) -> Ref:
    """Return an IRI; it must hold no character that IRIs do not."""
    return Ref(f"<{address}>")


def iri(base: str, kind: str, slug: str) -> Ref:
    """Return the IRI of an entity."""
    return ref(f"{base}id/{kind}/{slug}")


def plain(words: str) -> Ref:
    """Return a string."""
    return Ref(f'"{words.translate(_ESCAPES)}"')


def text(words: str, language: str) -> Ref:
    """Return a text in a language."""
    return Ref(f'"{words.translate(_ESCAPES)}"@{language}')


def typed(value: object, datatype: str) -> Ref:
    """Return a value of a datatype, spelled as Python spells it."""
    return Ref(f'"{value}"^^<{datatype}>')
