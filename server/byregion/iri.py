"""How IRIs are made and taken apart: entities, their documents, graphs.

Source: DESIGN of the identifiers in docs/decisions/0002-identifiers.md.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

from rdflib import URIRef

from byregion.namespaces import BASE

ONTOLOGY: Final = URIRef(BASE + "def")
INFERRED: Final = URIRef(BASE + "graphs/inferred")
CHANGES: Final = URIRef(BASE + "graphs/changes")
"""The graph of what was written to a store on disk: made for the queries that name it, and held nowhere."""
RETIRED: Final = "retired"
"""The part of a dataset that tells which IRIs were given up, and what replaced them."""
PARTS: Final = ("stated", "readings", "translations", "links", RETIRED)

# https://www.rfc-editor.org/rfc/rfc3987#section-2.2, without the hosts that are IPv6 addresses.
_UCS: Final = (
    "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14))
    + "\U000e1000-\U000efffd"
)
_PRIVATE: Final = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_PCHAR: Final = rf"[A-Za-z0-9\-._~!$&'()*+,;={_UCS}]|%[0-9A-Fa-f]{{2}}"
_IRI: Final = re.compile(
    rf"""
    [A-Za-z][A-Za-z0-9+.\-]*+ :
    (?: // (?:(?:{_PCHAR}|:)*@)? (?>(?:{_PCHAR})*) (?: :[0-9]*+ )? (?=[/?\#]|$) | (?!//) )
    (?>(?: {_PCHAR}|[:@/] )*)
    (?: \? (?>(?: {_PCHAR}|[:@/?{_PRIVATE}] )*) )?
    (?: \# (?>(?: {_PCHAR}|[:@/?] )*) )?
    """,
    re.VERBOSE,
)
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "đ": "d", "ŋ": "n", "ŧ": "t", "ß": "ss"})


def slug(words: str) -> str:
    """Return `words` as a slug of lower-case ASCII letters, digits and hyphens: "Økt vekst" → "okt-vekst"."""
    lowered = unicodedata.normalize("NFC", words).lower().translate(_LETTERS)
    ascii_only = unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")


def entity(kind: str, name: str, base: str = BASE) -> URIRef:
    """Return the IRI of an entity: `entity("region", "midt-troms")` is `…/id/region/midt-troms`."""
    return URIRef(f"{base}id/{kind}/{name}")


def graph(path: PurePosixPath) -> URIRef:
    """Return the name of the graph that a file holds, by its path below `data/` or `ontology/`'s parent.

    `midt-troms/stated.ttl` is the graph `…/graphs/midt-troms/stated`.
    """
    return URIRef(f"{BASE}graphs/{path.with_suffix('')}")


def document(iri: URIRef, base: str = BASE) -> URIRef | None:
    """Return the IRI of the document about an entity (`…/doc/x` for `…/id/x`), or None for other IRIs."""
    prefix = base + "id/"
    if not iri.startswith(prefix):
        return None
    return URIRef(base + "doc/" + iri[len(prefix) :].partition("#")[0])


def is_absolute(text: str) -> bool:
    """Tell whether `text` is an absolute IRI, with or without a fragment."""
    return _IRI.fullmatch(text) is not None
