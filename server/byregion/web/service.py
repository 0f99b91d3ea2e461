"""The SPARQL endpoint's answers that are data, without a web framework: Flask's route and the front give the same."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from byregion import sparql
from byregion.config import Settings
from byregion.dataset_clause import DatasetDescription
from byregion.engine import syntax
from byregion.web import formats
from byregion.web.negotiate import HTML, Offer, representation
from byregion.web.protocol import Query


def offers(form: sparql.Form) -> tuple[Offer, ...]:
    """Return what the answer to a query of this form can be had as, the preferred one first."""
    return {"SELECT": formats.TABLES, "ASK": formats.SOLUTIONS}.get(form, formats.GRAPHS)


def offer(query: Query, accept: str | None) -> Offer:
    """Return what to answer `query` with; raises QueryError where it is no query, and what `representation` raises."""
    return _offer(syntax.form(query.text), accept, query.format)


# Clients send a few headers again and again: reading one takes as long as a light query.
@lru_cache(maxsize=1024)
def _offer(form: sparql.Form, accept: str | None, named: str | None) -> Offer:
    # A browser gets a page, a client that takes anything gets data: JSON or Turtle.
    return representation(accept, named, (*offers(form), HTML, formats.CSL))


def is_plain(chosen: Offer) -> bool:
    """Tell whether the answer is what the engine writes, in no language of ours."""
    return chosen not in (HTML, formats.CSL, formats.XLSX, formats.EXCEL_CSV)


def headers(query: Query, chosen: Offer, settings: Settings, entity_tag: str) -> list[tuple[str, str]]:
    """Return the headers that are the plain answer's own: its type and tag, how long it holds, what it was held to.

    `entity_tag` is that of what the answer depends on besides the request; where two runs differ, it has none.
    """
    told = [("Content-Type", chosen.content_type), ("Byregion-Limits", limits(settings))]
    if query.format is None:
        told.append(("Vary", "Accept"))
    if sparql.volatile(query.text):
        told.append(("Cache-Control", "no-store"))
    else:
        told.append(("ETag", f'"{entity_tag}"'))
    return told


def tag(revision: str, code: str, query: Query, chosen: Offer) -> str:
    """Return the entity tag of a plain answer: revision, code, query, dataset and media type say it byte for byte."""
    dataset = query.dataset or DatasetDescription()
    parts = (revision, code, query.text, *dataset.default_graphs, "", *dataset.named_graphs, "", chosen.media_type)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def limits(settings: Settings) -> str:
    """Return what a query is held to, as a dictionary of structured fields.

    https://www.rfc-editor.org/rfc/rfc8941#section-3.2
    """
    told = (
        ("seconds", settings.query_seconds),
        ("memory-mb", settings.query_memory_mb),
        ("rows", settings.max_rows),
        ("bytes", settings.max_bytes),
        ("characters", settings.max_query_length),
        ("depth", settings.max_query_depth),
    )
    return ", ".join(f"{name}={value}" for name, value in told)
