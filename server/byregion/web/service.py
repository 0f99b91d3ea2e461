"""The SPARQL endpoint's answers that are data, without a web framework: Flask's route and the front give the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
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
    told = [("Content-Type", chosen.content_type), *_limits(settings)]
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


@dataclass(frozen=True, slots=True)
class Limit:
    """What a query is held to: the name of the limit, its value and unit, and the kind of problem over it."""

    name: str
    value: float
    unit: str
    problem: str


def limits(settings: Settings) -> tuple[Limit, ...]:
    """Return what `settings` hold every query to, and every write where somebody may write."""
    writes = (Limit("stated-triples", settings.max_triples, "triples", "too-many-triples"),)
    others = (
        Limit("service-seconds", settings.service_seconds, "s", "service-timeout"),
        Limit("service-bytes", settings.service_bytes, "bytes", "service-failed"),
        Limit("service-calls", settings.service_calls, "SERVICE clauses", "query-refused"),
    )
    return (
        Limit("seconds", settings.query_seconds, "s", "query-timeout"),
        Limit("memory-mb", settings.query_memory_mb, "MiB", "query-too-large"),
        Limit("rows", settings.max_rows, "bindings or triples", "query-too-large"),
        Limit("bytes", settings.max_bytes, "bytes", "query-too-large"),
        Limit("characters", settings.max_query_length, "characters", "request-too-large"),
        Limit("depth", settings.max_query_depth, "brackets open at once", "query-refused"),
        *(others if settings.services else ()),
        *(writes if settings.takes_writes else ()),
    )


def limit_iri(settings: Settings, limit: Limit) -> str:
    """Return the IRI of a limit, which the description of the service tells of."""
    return f"{settings.url}sparql#limit-{limit.name}"


@lru_cache(maxsize=8)
def _limits(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return the limits as a dictionary of structured fields, and where they are described.

    https://www.rfc-editor.org/rfc/rfc8941#section-3.2
    """
    told = ", ".join(f"{limit.name}={limit.value}" for limit in limits(settings))
    return ("Byregion-Limits", told), ("Link", f'<{settings.url}sparql#limits>; rel="describedby"; type="text/turtle"')
