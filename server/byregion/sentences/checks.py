"""What the checks of evidence and of links find."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CHECKS: Final[Mapping[str, str]] = {
    "source-outside": "br:storedText of <{source}> must name a file in the dataset's folder source/",
    "source-unreadable": "the stored text of <{source}> cannot be read: {why}",
    "source-not-utf8": "this is not UTF-8; store the text as UTF-8",
    "source-mark": "the text begins with a byte order mark; store it as UTF-8 without one (no BOM)",
    "source-unsigned": "br:sha256 of this file is {found}; state that of <{source}>",
    "source-says": "<{source}> says {value}",
    "source-changed": "br:sha256 of this file is {found}, {said}; restore the text that was quoted from",
    "no-selector": "<{quote}> has no oa:hasSelector <{selector}>; fill in the quotes",
    "several-values": "<{subject}> has {count} values of <{predicate}> where it must have one",
    "must-be-position": "<{predicate}> of <{subject}> must be an integer from 0, not {value}",
    "quote-unused": "no entity has this quote as its evidence; say what it bears out, or remove it",
    "quote-of-nothing": "<{source}> has no readable br:storedText to quote from",
    "misquoted": "at {start}–{end} the text has '{text}', not these words; fill anew",
    "misplaced": "oa:prefix or oa:suffix is not what stands around the words; fill anew",
    "quote-too-long": "a quote holds at most one sentence or list item; make several of it",
    "no-heading": "the heading '{heading}' is no line of the text",
    "uncovered": "this is no entity's evidence: '{text}'",
    "reason-own-words": "br:reason is not in the words of the source: '{text}'",
    "untyped": "something is said of this, but not what it is; state its type",
    "dangling": "<{predicate}> refers to <{value}>, which is not there",
    "reading-parts": "a reading has one rdf:subject, one rdf:predicate and an rdf:object or more",
    "reading-why": "a reading says why, in skos:editorialNote",
    "reading-not-stated": "the triple that it explains, with the object {value}, is not in <{graph}>",
    "not-explained": "<{predicate}> {value} is in <{graph}>, where no br:Reading says why",
    "link-misplaced": "the link to <{target}> stands in <{graph}>; move it to links.ttl",
    "reading-of-no-link": "the reading is of a triple that is no link here; remove it or state the link",
    "similar-backwards": (
        "it is written as similar to <{other}>; a link with two directions is written from the first by name"
    ),
    "similar-nothing": "<{statement}> is similar to something, and is no statement of a region here",
    "similar-same-region": (
        "<{other}> is of the same region; only statements of different regions are linked as similar"
    ),
    "same-as": (
        "owl:sameAs <{target}> would make every statement of theirs ours; use skos:exactMatch or skos:closeMatch"
    ),
    "unknown-system": "<{target}> is at none of the systems that are linked to: {listed}",
    "strange-target": "<{target}> is no IRI of {system}; it writes them {form}",
    "link-unexplained": "the link to <{target}> has no br:Reading that says why and from where",
    "link-several-readings": "the link to <{target}> has {count} readings; keep one",
    "link-no-reason": "the link to <{target}> gives no reason; add a skos:editorialNote to <{reading}>",
    "link-no-source": "the link to <{target}> gives no source; add a dcterms:source to <{reading}>",
    "several-exact": "it has {count} exact matches at {host}; at most one can be exact",
    "exact-of-several": "it is the exact match of {listed}; at most one of them can be exact",
    "at-place": "{where}: {message}",
}
