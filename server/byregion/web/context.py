"""The JSON-LD context: what JSON-LD of ours calls things, for everyone who writes such documents of her own."""

from __future__ import annotations

import hashlib
from typing import Final

from flask import Blueprint, Response

from byregion.web import graphs, respond

blueprint = Blueprint("context", __name__)

KEPT: Final = 604_800
"""Seconds for which whoever has the context need not ask again: a week."""


@blueprint.get("/context.jsonld")
def show() -> Response:
    """Return the context; programs everywhere read it again and again, so they may keep it."""
    text = graphs.context_text()
    tag = respond.tag("context", hashlib.sha256(text).hexdigest())
    response = respond.conditional(tag, lambda: Response(text, content_type="application/ld+json"))
    response.headers["Cache-Control"] = f"public, max-age={KEPT}"
    return response
