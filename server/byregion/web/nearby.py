"""What a reader may have meant who asked for something that is not there."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, Final

from flask import current_app, request, url_for

from byregion import iri
from byregion.web import blank, listing
from byregion.web.links import href
from byregion.web.site import select, site

_MOST: Final = 5


def things(name: str) -> tuple[str, ...]:
    """Return the IRIs of entities whose names are near a wrong one, which is a kind and what follows it."""
    wrong, _, slug = name.partition("/")
    kind = next(iter(listing.kinds(wrong)), None)
    if kind is None or not slug:
        return ()
    prefix = f"{site().settings.base}id/{kind}/"
    rows = select("names", **{"class": (listing.CLASSES[kind],)})
    names = sorted(str(row["entity"]).removeprefix(prefix) for row in rows if str(row["entity"]).startswith(prefix))
    wanted = iri.slug(slug)[:80]
    holding = [found for found in names if wanted and wanted in found]
    return tuple(prefix + found for found in dict.fromkeys((*holding, *get_close_matches(wanted, names, 3))))[:_MOST]


def addresses(path: str) -> tuple[str, ...]:
    """Return what is nearest to an address at which there is nothing: things and addresses of this site."""
    parts = path.strip("/").split("/")
    there = [rule for rule in current_app.url_map.iter_rules() if not rule.arguments and blank.has(rule.endpoint)]
    rules = {rule.rule: rule.endpoint for rule in there}
    near = [url_for(rules[rule]) for rule in get_close_matches(path.lower(), rules, 3, 0.6)]
    if not blank.has("listing.show"):
        return tuple(dict.fromkeys(near))
    listed = [url_for("listing.show", kind=kind) for part in parts for kind in listing.kinds(part)]
    return tuple(dict.fromkeys((*things("/".join(parts[-2:])), *near, *listed)))[:_MOST]


def link(suggestion: str) -> str | None:
    """Return where a page links to for a suggestion: an IRI, an address, or a name in the place of the wrong one."""
    if suggestion.startswith("/"):
        return suggestion
    values: dict[str, Any] = {
        name: suggestion for name in ("name", "version", "kind") if name in (request.view_args or {})
    }
    if (found := href(suggestion)) or not values or request.endpoint is None:
        return found
    return url_for(request.endpoint, **(request.view_args or {}) | values)
