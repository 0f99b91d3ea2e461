"""What Virtuoso writes otherwise than the standard for results in JSON has it."""

from __future__ import annotations

import re
from typing import Final

# Quotes within a text of JSON are written \", so that these can only be terms.
_BLANK: Final = re.compile(rb'("type"\s*:\s*"bnode"\s*,\s*"value"\s*:\s*)"nodeID://([^"\\]*)"')
_BOOLEAN: Final = re.compile(
    rb'("datatype"\s*:\s*"http://www\.w3\.org/2001/XMLSchema#boolean"\s*,\s*"value"\s*:\s*)"([01])"'
)
_BOOLEANS: Final = {b"0": b'"false"', b"1": b'"true"'}


def mended(body: bytes) -> bytes:
    """Return results in JSON with the labels of blank nodes and the truth values of Virtuoso as others write them.

    https://www.w3.org/TR/sparql11-results-json/#select-encode-terms
    """
    if b'"nodeID://' in body:
        body = _BLANK.sub(rb'\1"\2"', body)
    if b"XMLSchema#boolean" in body:
        body = _BOOLEAN.sub(lambda match: match[1] + _BOOLEANS[match[2]], body)
    return body
