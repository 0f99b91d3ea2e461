"""How a program asks a named query: the same request in four languages, to be copied from the page as it stands.

A value is written as the language writes a text, so that whatever it holds, it is a value and never code.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import urljoin

from flask import url_for
from jinja2 import Environment, PackageLoader, StrictUndefined

from byregion.web.asked import Asked
from byregion.web.site import site

LANGUAGES: Final = {"curl": "curl", "python": "Python", "r": "R", "javascript": "JavaScript"}
"""What each snippet is written in, by the name of its template."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """The request in one language."""

    language: str
    code: str


def snippets(asked: Asked) -> tuple[Snippet, ...]:
    """Return how `asked` is asked, in every language."""
    is_table = asked.query.form in ("SELECT", "ASK")

    def address(of_table: str, of_graph: str) -> str:
        suffix = of_table if is_table else of_graph
        return urljoin(site().settings.url, url_for("queries.show", name=f"{asked.query.name}.{suffix}", lang=None))

    pairs = [(name, value) for name, values in asked.values.items() for value in values]
    return tuple(
        Snippet(
            language,
            _written(template, address=address, pairs=pairs, is_table=is_table, is_get=True, options=()),
        )
        for template, language in LANGUAGES.items()
    )


def curl(address: str, pairs: Sequence[tuple[str, str]], *, is_get: bool, options: Sequence[str] = ()) -> str:
    """Return how curl asks for an address with `pairs` of names and values, or sends them as a form.

    `options` are what it is told besides, each as a shell reads it.
    """
    return _written("curl", address=lambda *_: address, pairs=pairs, is_get=is_get, options=options)


def _written(template: str, **context: object) -> str:
    return _templates().get_template(f"{template}.txt").render(context)


@cache
def _templates() -> Environment:
    loader = PackageLoader("byregion.web", "templates/queries/snippets")
    # What is made here is code and no HTML; the page that shows it escapes it.
    made = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
    made.filters |= _QUOTED
    return made


_R_SPECIAL: Final = re.compile(r'[\\"\x00-\x1f\x7f]')
_R_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _r(text: str) -> str:
    # https://cran.r-project.org/doc/manuals/r-release/R-lang.html#Literal-constants
    return '"' + _R_SPECIAL.sub(lambda match: _R_ESCAPES.get(match[0], f"\\u{ord(match[0]):04x}"), text) + '"'


def _javascript(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_QUOTED: Final[dict[str, Callable[[str], str]]] = {
    "shell": shlex.quote,
    "python": repr,
    "r": _r,
    "javascript": _javascript,
}
