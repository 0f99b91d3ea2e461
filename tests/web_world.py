"""What tests of the web layer share: readers of answers, an unforgiving one of pages; an engine that fails."""

from __future__ import annotations

import time
import warnings
from xml.etree.ElementTree import Element

import html5lib
import httpx
from flask import Flask
from rdflib import Graph

from byregion.engine import Answer

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def graph_of(response: httpx.Response) -> Graph:
    """The graph that a response holds, by its own Content-Type."""
    assert response.status_code == 200, response.text
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # rdflib's JSON-LD warns of itself
        return Graph().parse(data=response.content, format=response.headers["content-type"].partition(";")[0])


def page_of(response: httpx.Response, status: int = 200) -> Element:
    """The document that a response holds; any mistake in its HTML is an error."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parse(response.text)
    return root


def text_of(element: Element | None) -> str:
    """The words in an element, white space as a browser shows it."""
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def wait_for_edition(app: Flask) -> None:
    """Wait until what the server makes from the files is made: catalogue, downloads, statistics."""
    edition, until = app.extensions["byregion"].edition, time.monotonic() + 120
    while not edition.is_made():
        assert time.monotonic() < until, "the edition is not made after two minutes"
        time.sleep(0.05)


class Failing:
    """An engine in which everything fails in the same way."""

    revision = "0" * 64

    def __init__(self, error: Exception) -> None:
        self.error = error

    def query(self, query: str, media_type: str, **asked: object) -> Answer:
        raise self.error

    def close(self) -> None:
        """Nothing to close."""
