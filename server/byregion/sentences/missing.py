"""What is not here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MISSING: Final[Mapping[str, str]] = {
    "nothing-at": "there is nothing at {path}",
    "nothing-called": "there is nothing called <{iri}>",
    "given-up": "<{iri}> was given up",
    "replaced": "<{iri}> was given up; it was replaced by {listed}",
    "both": "{one} and {other}",
    "no-kind": "there is no kind '{name}'; there are {listed}",
    "no-list-page": "the list of '{kind}' has no page {number}",
    "no-page": "the answer has no page {number}; with {size} rows on each, the last is {last}",
    "no-region": "there is no region '{name}'; /doc/region/ lists those that there are",
    "no-region-on-map": "there is no region '{name}' on the map",
    "no-dataset": "there is no dataset '{name}'; there are {listed}",
    "no-dataset-asked": "there is no dataset '{name}' to ask about; there are {listed}",
    "not-in-catalogue": "the catalogue has nothing called '{name}'",
    "no-graph": "there is no graph <{iri}>",
    "no-file": "there is no file '{name}' to download",
    "no-site-map-part": "the site map has no part {number}",
    "no-version": "there is no version '{name}' of the ontology; there are {listed}",
    "no-term": "there is no term '{name}' here; /def lists those that there are",
    "no-shape": "there are no rules '{name}'; /shapes lists those that there are",
    "no-operation": "there is no operation '{name}'; /api lists those that there are",
    "no-named-query": "there is no query called '{name}'; there is {listed}",
    "no-data-here": "this endpoint publishes no data of its own; ask /sparql, or a graph at /graphs",
    "no-history": "this server keeps no history: that is what a store on disk does (byregion serve --store)",
    "no-changes-page": "the changes have no page {number}; the last is {last}",
    "change-number": "changes have numbers, and '{name}' is none",
    "no-change": "there is no change {number}; there are {count}",
    "no-revision-made": "no change made the revision '{name}'",
    "no-revision-published": "no revision '{name}' was published here",
    "several-revisions": "{count} revisions begin with '{name}'; give more of the name",
    "no-archive": (
        "there is no revision '{name}' here: this server keeps no archive, and the revision that it publishes "
        "is {current}"
    ),
    "no-revision-dated": "no revision is kept here of which it is known when it was published",
    "revision-gone": (
        "the revision {name} is no longer kept: the last {kept} are kept, and it was last published {ago} "
        "publications ago"
    ),
    "no-earlier": "this server keeps no earlier revisions, of which a time map could tell",
    "no-time-map-page": "the time map has no page {number}; the last is {last}",
    "no-time-map": "there is nothing at /{path}, of which a time map could tell",
    "time-maps-of": "time maps tell of documents (/doc/…) and graphs (/graphs/…, or /graphs with graph or default)",
    "not-in-edition": "there is no {name} in the edition",
    "not-suggested": "'{name}' is not suggested; entity, type and property are",
    "no-described": "there is no {what} '{id}'",
    "no-entity": "there is no entity '{id}' to reconcile with; an id is like municipality/lenvik-1931",
    "range": "the file has {size} bytes, and none in the range that was asked for",
    "no-municipality-asked": "as data there is what one municipality took part in; say which as name=",
    "several-municipalities": "'{name}' may mean several municipalities; name one by its number",
    "no-municipality": "no municipality has the name or number '{name}'",
    "nothing-said": "nothing is said of <{iri}>; check the IRI",
}
