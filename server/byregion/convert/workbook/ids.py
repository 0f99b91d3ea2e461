"""The ids of entities: read from a cell, or made once from the words of their row."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Final

from rdflib import URIRef

from byregion import iri
from byregion.convert.workbook.cells import Fault, Raw, shown
from byregion.convert.workbook.names import by_iri
from byregion.namespaces import ID

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST: Final = 48


def read(raw: Raw, kind: str) -> URIRef | Fault:
    """Return the IRI that an id is: a slug, or an IRI of that kind, in full or short."""
    if isinstance(raw, Fault):
        return raw
    text = shown(raw)
    if _SLUG.fullmatch(text):
        return iri.entity(kind, text)
    given = by_iri(text)
    slug = given.removeprefix(f"{ID}{kind}/") if given else ""
    if given and _SLUG.fullmatch(slug):
        return given
    example = iri.slug(text.rpartition(":")[2].rpartition("/")[2]) or "midt-troms"
    return Fault("bad-id", {"value": text[:100], "example": example})


def make(kind: str, words: str, region: str, taken: Container[URIRef], tried: dict[URIRef, int]) -> URIRef:
    """Return an IRI that nothing in `taken` has: the region's slug and the words, and a number where that is taken.

    `tried` remembers how far each has been counted, so that many rows of the same words do not count from 1 each time.
    """
    slug = _short(iri.slug(words)) or kind
    if region and slug != region and not slug.startswith(f"{region}-"):
        slug = f"{region}-{slug}"
    first = made = iri.entity(kind, slug)
    number = tried.get(first, 1)
    while made in taken:
        number += 1
        made = iri.entity(kind, f"{slug}-{number}")
    tried[first] = number
    return made


def _short(slug: str) -> str:
    """Return as many whole words of a slug as an id should hold."""
    return slug if len(slug) <= _LONGEST else slug[: _LONGEST + 1].rpartition("-")[0] or slug[:_LONGEST]
