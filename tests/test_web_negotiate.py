"""Which representation and which language a request gets: RFC 9110, section 12."""

from __future__ import annotations

import pytest

from byregion.errors import BadRequest, NotAcceptable
from byregion.web.negotiate import HTML, Offer, by_name, language, prefers_html, representation

TURTLE = Offer(("ttl", "turtle"), "text/turtle")
JSONLD = Offer(("jsonld",), "application/ld+json")
ALIAS = Offer((), "application/json", made_as="application/ld+json")
OFFERS = (HTML, TURTLE, JSONLD, ALIAS)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, HTML),
        ("", HTML),
        ("*/*", HTML),
        (BROWSER, HTML),
        ("text/turtle", TURTLE),
        ("TEXT/Turtle", TURTLE),
        ("text/turtle;q=0.5, application/ld+json", JSONLD),
        ("text/turtle;q=0.5, application/ld+json;q=0.4", TURTLE),
        ("application/*", JSONLD),
        ("application/json", ALIAS),
        # "Media ranges can be overridden by more specific media ranges", section 12.5.1.
        ("text/*;q=0.3, text/turtle;q=0.7, */*;q=0.5", TURTLE),
        ("text/html;q=0, */*", TURTLE),
        ("text/html;q=0, text/*, application/ld+json", JSONLD),
        # Of what is liked equally, what was named goes before what was merely not excluded.
        ("application/ld+json, */*", JSONLD),
        ("text/turtle, text/html", HTML),
        ("text/turtle;charset=utf-8", TURTLE),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', JSONLD),
        ("text/turtle;q=0.000, application/ld+json;q=0.001", JSONLD),
        ("image/png, text/turtle;q=0.1", TURTLE),
    ],
)
def test_the_best_liked_representation_is_chosen(accept: str | None, chosen: Offer):
    assert representation(accept, None, OFFERS) == chosen


@pytest.mark.parametrize(
    "accept", ["image/png", "*/*;q=0", "text/turtle;version=9", "text/html;q=0, text/plain", "no type"]
)
def test_what_cannot_be_had_is_refused_with_what_can(accept: str):
    with pytest.raises(NotAcceptable) as raised:
        representation(accept, None, OFFERS)
    assert raised.value.offered == ("text/html", "text/turtle", "application/ld+json", "application/json")


@pytest.mark.parametrize("name", ["ttl", "turtle", "TTL"])
def test_a_named_format_goes_before_the_header(name: str):
    assert representation("text/html", name, OFFERS) == TURTLE


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(BadRequest, match=r"'pdf'.*html, ttl, jsonld"):
        by_name("pdf", OFFERS)


def test_an_alias_is_sent_as_itself_and_made_as_what_it_stands_for():
    assert (ALIAS.content_type, ALIAS.engine_type) == ("application/json", "application/ld+json")
    assert (TURTLE.content_type, TURTLE.engine_type) == ("text/turtle; charset=utf-8", "text/turtle")


@pytest.mark.parametrize(
    ("accept", "preferred"),
    [(BROWSER, True), ("text/html", True), ("*/*", False), (None, False), ("application/json, text/html;q=0.9", False)],
)
def test_only_who_names_html_prefers_it(accept: str | None, preferred: bool):
    assert prefers_html(accept) is preferred


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "nb"),
        ("", "nb"),
        ("nn", "nn"),
        ("no", "nb"),
        ("no-NO, en;q=0.9", "nb"),
        ("nb-NO", "nb"),
        ("en-GB,en;q=0.9,nn;q=0.8", "en"),
        ("de, nn;q=0.3, en;q=0.2", "nn"),
        ("de", "nb"),
        ("nb;q=0.1, en;q=0.9", "en"),
        ("nb;q=0, *", "nn"),
        ("en;q=0", "nb"),
        ("nb;q=0, nn;q=0, en;q=0", "nb"),
        ("*", "nb"),
        ("nn;q=x, en", "en"),
    ],
)
def test_the_best_liked_language_is_chosen(accept: str | None, chosen: str):
    assert language(accept, None) == chosen


@pytest.mark.parametrize(("named", "chosen"), [("en", "en"), ("no", "nb"), ("nn-NO", "nn"), ("EN", "en")])
def test_a_named_language_goes_before_the_header(named: str, chosen: str):
    assert language("nb", named) == chosen


@pytest.mark.parametrize("named", ["se", "", "*"])
def test_a_language_without_pages_is_refused_with_those_that_have_them(named: str):
    with pytest.raises(BadRequest, match="nb, nn, en"):
        language("nb", named)
