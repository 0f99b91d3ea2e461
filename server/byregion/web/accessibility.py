"""The accessibility statement: what the pages are held to, how that was tried, and what is known to be lacking.

It is of the software. Who runs a server for a public body gives a statement of its own at uustatus.no.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from flask import Blueprint, Response

from byregion.web import respond

blueprint = Blueprint("accessibility", __name__)

AXE: Final = "4.14.1"
"""The version of axe-core that every kind of page is tried with: that of server/ui/package-lock.json."""
TRIED: Final = ("axe", "keys", "small", "paper", "scripts")
LACKING: Final = ("people", "automatic", "map", "wide", "languages")


@blueprint.get("/accessibility")
def show() -> Response:
    """Return the statement."""
    told = {"axe": AXE, "version": version("byregion"), "tried": TRIED, "lacking": LACKING}
    return respond.html_only("accessibility/accessibility.html", lambda: dict(told))
