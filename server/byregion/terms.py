"""RDF terms at the edges: what people write becomes a term, and a term becomes what people read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from rdflib import XSD, Literal, URIRef

from byregion.errors import ParameterError, sentence
from byregion.namespaces import ID, PREFIXES
from byregion.namespaces import KINDS as ENTITIES
from byregion.sentences import say

FALLBACK: Final = ("nb", "nn", "en")
"""The languages that stand in for one that a text is not in, in this order; the queries name the same ones."""

# https://www.w3.org/TR/sparql11-query/#rIRIREF — what may stand between < and >.
_IRI = re.compile(r"(?:[a-z][a-z0-9+.-]*://|urn:)[^\x00-\x20<>\"{}|^`\\\ud800-\udfff]+", re.IGNORECASE)
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
# https://www.rfc-editor.org/rfc/rfc5646#section-2.1 — a primary subtag in use has two or three letters.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_NUMBER = re.compile(r"[0-9]{4}")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# U+0000 and lone surrogates have no place in XML results, and surrogates none in UTF-8 either.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def parse(kind: str, text: str, name: str) -> URIRef | Literal:
    """Return the term that `text` is as a value of the kind `kind`, for the parameter called `name`.

    An `iri` is written in full, as a prefixed name (`region:midt-troms`) or as the path after /id/
    (`region/midt-troms`); a `date` is a day as 2015-01-01; a `number` is a municipality's, with its four digits.
    Raises ParameterError, saying what would do, where `text` is none, and where there is no such kind.
    """
    if kind not in _READERS:
        raise ParameterError(say("parameter-kind", name=name, kind=kind, listed=", ".join(KINDS)), name, text)
    try:
        return _READERS[kind](text.strip() if kind != "string" else text)
    except ValueError as error:
        raise ParameterError(say("parameter-value", name=name, value=text, why=sentence(error)), name, text) from error


def shorten(iri: str) -> str:
    """Return an IRI as a prefixed name of the project, `region:midt-troms`, or unchanged where no prefix fits."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and _LOCAL.fullmatch(local := iri.removeprefix(namespace)):
            return f"{prefix}:{local}"
    return str(iri)


def best(literals: Iterable[Literal], languages: Sequence[str] = ()) -> Literal | None:
    """Return the literal to show a reader of `languages`, most wanted first, or None where there is no literal.

    Where none is in a wanted language, those of `FALLBACK` follow, then a text without language, then the rest by
    their tags: the same literals always give the same answer. A wanted "en-GB" is content with "en".
    """
    ranks = _ranks(tuple(languages))

    def rank(literal: Literal) -> tuple[int, str, str]:
        tag = (literal.language or "").lower()
        return ranks.get(tag, len(ranks)), tag, str(literal)

    return min(literals, key=rank, default=None)


# A page asks for the same few hundreds of times.
@lru_cache(maxsize=64)
def _ranks(languages: tuple[str, ...]) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for tag in (*(form for language in languages for form in _lookup(language)), *FALLBACK, ""):
        ranks.setdefault(tag, len(ranks))
    return ranks


def _lookup(language: str) -> Iterable[str]:
    # https://www.rfc-editor.org/rfc/rfc4647#section-3.4 — "progressively truncated from the end".
    subtags = language.lower().split("-")
    return ("-".join(subtags[:length]) for length in range(len(subtags), 0, -1))


def _iri(text: str) -> URIRef:
    inner = text[1:-1] if text.startswith("<") and text.endswith(">") else text
    if _IRI.fullmatch(inner):
        return URIRef(inner)
    if len(path := inner.split("/")) == 2 and path[0] in ENTITIES and _LOCAL.fullmatch(path[1]):
        return URIRef(ID + inner)
    prefix, colon, local = inner.partition(":")
    if colon and prefix in PREFIXES and _LOCAL.fullmatch(local):
        return URIRef(PREFIXES[prefix] + local)
    near = get_close_matches(re.split("[:/]", inner)[0], ENTITIES, 1)
    kind, slug = (near[0], "…") if near else ("region", "midt-troms")
    raise ValueError(say("must-be-iri", kind=kind, slug=slug))


def _string(text: str) -> Literal:
    if _NO_TEXT.search(text):
        raise ValueError(say("must-be-text"))
    return Literal(text)


def _integer(text: str) -> Literal:
    if not _INTEGER.fullmatch(text):
        raise ValueError(say("must-be-integer"))
    return Literal(str(int(text)), datatype=XSD.integer)


def _date(text: str) -> Literal:
    try:
        day = date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError as error:
        raise ValueError(say("must-be-day")) from error
    return Literal(day.isoformat(), datatype=XSD.date)


def _language(text: str) -> Literal:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(say("must-be-tag", listed=", ".join(FALLBACK)))
    return Literal(text.lower())


def _number(text: str) -> Literal:
    if not _NUMBER.fullmatch(text):
        raise ValueError(say("must-be-number"))
    return Literal(text)


_READERS: Final[dict[str, Callable[[str], URIRef | Literal]]] = {
    "iri": _iri,
    "string": _string,
    "integer": _integer,
    "date": _date,
    "language": _language,
    "number": _number,
}

KINDS: Final = tuple(_READERS)
"""The kinds that a parameter can be of."""
