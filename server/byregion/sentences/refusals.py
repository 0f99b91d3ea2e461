"""Queries that the grammar allows and that are not evaluated here; other endpoints and the store that is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REFUSALS: Final[Mapping[str, str]] = {
    "is-an-update": "this is an update; only SELECT, ASK, CONSTRUCT and DESCRIBE are answered here",
    "load": "LOAD (line {line}, column {column}) is not done here: this server fetches no document; send it yourself",
    "query-too-long": "the query has {count} characters; at most {limit} are read",
    "query-never": "the query holds U+0000 or half a surrogate pair (line {line}, column {column}); leave it out",
    "service": "SERVICE (line {line}, column {column}) is not evaluated here: this server asks no other endpoint",
    "too-deep": "more than {limit} brackets are open at once (line {line}, column {column}); write the query flatter",
    "block-open": "VALUES ?{name} has no closing brace",
    "block-twice": "VALUES ?{name} stands twice; a parameter has one",
    "unknown-function": "there is no function {name} here",
    "graph-unknown": "there is no graph {graph} in the dataset, and no other document is read",
    "graph-malformed": "'{iri}' is no absolute IRI, so it is no name of a graph: {why}",
    "not-evaluated": "the query cannot be evaluated",
    "not-offered": (
        "{name} (line {line}, column {column}) is not offered here: of functions that are called by an IRI "
        "there are those of XSD, such as xsd:integer(…)"
    ),
    "not-sparql": "this is not SPARQL 1.1, and the store is sent nothing else",
    "store-takes-not": "the store does not take it: {why}",
    "beyond-sparql": "a query that asks elsewhere must be SPARQL 1.1 as the standard has it, and this goes beyond that",
    "not-asked": "{name} (line {line}, column {column}) is not asked here; written in full, these are: {listed}",
    "too-many-services": "the query asks {count} times elsewhere; at most {limit} times is possible",
    "services-busy": "{count} queries ask other endpoints already; ask again later",
    "service-failed": "the endpoint <{endpoint}> {why}; with SERVICE SILENT the query goes on without it",
    "service-strange": "is not one of those that may be asked",
    "service-large": "answers with more than {limit} bytes",
    "service-unreached": "cannot be asked ({why})",
    "service-late": "did not answer within {seconds} s",
    "service-leads": "answers with status {status} and leads elsewhere, which is not followed",
    "service-status": "answers with status {status}",
    "service-says": "answers with status {status}: {said}",
    "service-type": "answers with {what}, not with {listed}",
    "no-media-type": "something without a media type",
    "service-packed": "packs its answer, and was asked not to",
    "service-endless": "answers with something that ends with its connection, so that nobody knows whether it is whole",
    "service-unreadable": "answers with something that is no {type}: {why}",
    "store-busy-here": "as many queries as may be are with the store already; ask again later",
    "store-unreached": "the store {address} cannot be asked ({why}); see that it runs",
    "store-cut": "the store's answer is not whole, or no {type}: it ends in '{end}'",
    "store-closed": (
        "{store} answers with status {status}, so it does not let byregion in{said}; see BYREGION_STORE_AUTH_FILE"
    ),
    "store-leads": (
        "{store} answers with status {status} and leads elsewhere, which is not followed; give the address "
        "that it leads to"
    ),
    "store-busy": "{store} answers with status {status}, since it is busy{said}; ask again later",
    "store-status": "{store} answers with status {status}{said}",
    "store-named": "the store {address}",
    "store-type": "the store answered with {what}, and was asked for {type}",
    "store-endless": "the store's answer ends with its connection, and so nobody knows whether it is whole",
    "store-part": "the store answered in part: {why}",
    "store-rows": "the store gives no more than {limit} rows; ask for less, or in parts with LIMIT",
    "store-other": "the store answered another question than {form}",
    "store-moved": "the store holds another revision by now, or half of one; once it is whole, run byregion reload",
}
