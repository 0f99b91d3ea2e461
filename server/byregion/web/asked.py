"""A named query with the values that a request asks it with, and where its answer is to be had."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

from flask import request, url_for

from byregion import executable, paging, queries
from byregion.errors import NotFound
from byregion.queries import NamedQuery
from byregion.sentences import say
from byregion.web import answers, citation, revisions
from byregion.web.citation import Citation
from byregion.web.formats import CSL
from byregion.web.naming import Text
from byregion.web.negotiate import HTML, Offer
from byregion.web.pages import Page
from byregion.web.site import site, words

RESERVED: Final = ("format", "lang", "page", "page-size", "revision", "wording")
"""What the address says besides the values of parameters; no query may call a parameter so."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query and the values of each of its parameters, as people write them."""

    query: NamedQuery
    values: dict[str, list[str]]

    @classmethod
    def of_request(cls, query: NamedQuery, *, is_page: bool) -> Asked:
        """Return `query` with the values of the request, the examples where it gives none.

        A reader is answered in her language, a program as the file says.
        """
        values = {name: list(examples) for name, examples in query.examples.items()}
        if is_page:
            values |= {item.name: [words().language] for item in query.parameters if item.kind == "language"}
        sent = {name: request.args.getlist(name) for name in request.args if name not in RESERVED}
        # A form sends what was left empty too; alone it says that there is to be no value, not even the example.
        given = {name: [value for value in found if value.strip()] or [""] for name, found in sent.items()}
        return cls(query, values | given)

    def pin(self) -> None:
        """Have the permalink of the request hold every value, and how the question is worded.

        Raises NotFound where the address says another wording: its answer cannot be given by this one.
        """
        body = queries.body(self.query.text)
        wording = hashlib.sha256(body.encode()).hexdigest()[:8]
        if request.args.get("wording", wording) != wording:
            raise NotFound(say("worded-otherwise", name=self.query.name), (executable.iri(self.query.name),))
        revisions.pin(self.values | {"wording": wording})

    def text(self, page: Page | None = None) -> str:
        """Return the SPARQL that is asked, for one page of its answer or all; raises ParameterError."""
        text = queries.prepare(self.query, self.values)
        return paging.page(text, page.number, page.size) if page else text

    def citation(self) -> Citation:
        """Return how to cite the answer: by the title of the question and the values that it was asked with."""
        kinds = {item.name: item.kind for item in self.query.parameters}
        values = [value for name, given in self.values.items() if kinds.get(name) != "language" for value in given]
        title = self.query.titles[words().language] + (f" ({', '.join(values)})" if any(values) else "")
        iri = executable.iri(self.query.name)
        return citation.cite("dataset", Text(title, words().language), iri, name=self.query.name)

    def address(self, offer: Offer, page: Page | None = None) -> str:
        """Return where the answer, or one page of it, is to be had as `offer`."""
        known = {parameter.name for parameter in self.query.parameters}
        given: dict[str, Any] = {name: values for name, values in self.values.items() if name in known}
        if site().is_copy:
            # Of a file there is one, with the values of the example and at most another language.
            given = {name: values for name, values in given.items() if tuple(values) != self.query.examples.get(name)}
        if page:
            given |= {"page": page.number, "page-size": page.size}
        if "wording" in request.args:
            given["wording"] = request.args["wording"]
        if offer == CSL or (offer == HTML and "lang" in request.args):
            given["lang"] = words().language
        return url_for("queries.show", name=f"{self.query.name}.{offer.suffix}", **given)

    def links(self, offer: Offer, page: Page | None) -> list[tuple[str, dict[str, str]]]:
        """Return the links to the other pages (https://www.rfc-editor.org/rfc/rfc8288)."""
        others = page.others() if page else {}
        return [(self.address(offer, other), {"rel": relation}) for relation, other in others.items()]

    def cover(self, offer: Offer, page: Page | None) -> answers.Cover:
        """Return what the answer says of itself where it is a file."""
        language = words().language
        values = [(words().get(f"parameters.{name}") or name, ", ".join(given)) for name, given in self.values.items()]
        return answers.Cover(
            self.query.name,
            (
                (words()("sheet.question"), self.query.titles[language]),
                (words()("sheet.description"), self.query.descriptions[language]),
                *values,
                (words()("sheet.address"), urljoin(site().settings.url, self.address(offer, page))),
            ),
        )
