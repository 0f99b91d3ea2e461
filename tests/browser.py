"""A real server and Debian's Chromium for tests of pages, with and without scripts.

`visit("/doc/region/midt-troms", width=390, scheme="dark", script=False)` opens a page of the server and returns it as
Playwright's Page (https://playwright.dev/python/docs/api/class-page). When the test ends, it fails where a page asked
for anything outside the server, broke its Content-Security-Policy, wrote an error to the console or set a cookie.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, sync_playwright

from history_world import NOTE, READINGS, REGION, Store, update
from serving import WITHIN, served

PICTURES = Path(__file__).resolve().parent.parent / "build" / "screenshots"
"""Where pictures of pages are kept: a result of the tests, and not in git."""


class Visit(Protocol):
    """Opens a page of the server in a window of its own."""

    def __call__(self, path: str, **wanted: Any) -> Page:
        """`wanted`: width, height, scheme (light, dark), script, locale, motion (reduce, no-preference); and `server`,
        the address of another one."""


@dataclass
class Watched:
    """What went wrong in the pages that one test opened."""

    origins: set[str]
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", self._error)

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" not in self.origins:
            self.complaints.append(f"a page asked for {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        # A page that tells of an error has its status; a policy that is broken is an error in the console too.
        if message.type == "error" and not message.text.startswith("Failed to load resource: the server responded"):
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def _error(self, error: Error) -> None:
        self.complaints.append(f"a script failed: {error}")

    def close(self) -> None:
        for context in self.contexts:
            self.complaints += [f"a page set the cookie {cookie.get('name')}" for cookie in context.cookies()]
            context.close()


@pytest.fixture(scope="session")
def running(data: Path) -> Iterator[str]:
    """The address of a server of the data that tests share, without a slash at its end."""
    with served(BYREGION_DATA=str(data)) as (_, address):
        until = time.monotonic() + WITHIN
        while httpx.get(f"{address}catalogue", headers={"accept": "text/html"}, timeout=WITHIN).status_code == 503:
            assert time.monotonic() < until, "what the server makes from the files is not made"
            time.sleep(0.1)
        yield address.rstrip("/")


@pytest.fixture(scope="session")
def written(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of a store on disk that begins with the same data, and was written to twice."""
    with Store(tmp_path_factory.mktemp("written"), data).serve() as client:
        for note, why in (("prøvd", ""), ("prøvd igjen", "Kjelda seier noko anna, «i går»")):
            triple = f"GRAPH <{READINGS}> {{ <{REGION}> {NOTE}"
            update(client, f'DELETE WHERE {{ {triple} ?note }} }} ; INSERT DATA {{ {triple} "{note}"@nb }} }}', why)
        yield str(client.base_url).rstrip("/")


# Of one module only: a browser that is driven is an event loop of its own, in which other tests could start none.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    program = shutil.which("chromium")
    assert program is not None, "there is no Chromium; as root, run: make system"
    # Chromium's own sandbox needs a user; what it opens here is ours.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, running: str) -> Iterator[Visit]:
    """Opens pages of the server; fails after the test where one of them did what no page may."""
    watched = Watched({running})

    def opened(
        path: str,
        *,
        width: int = 1280,
        height: int = 900,
        scheme: str = "light",
        script: bool = True,
        locale: str = "nb-NO",
        motion: str = "no-preference",
        server: str = running,
    ) -> Page:
        watched.origins.add(server)
        context = chromium.new_context(
            base_url=server,
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=script,
            locale=locale,
            reduced_motion=motion,  # type: ignore[arg-type]
        )
        watched.contexts.append(context)
        context.set_default_timeout(WITHIN * 1000)
        page = context.new_page()
        watched.watch(page)
        page.goto(path)
        return page

    yield opened
    watched.close()
    assert not watched.complaints, "\n".join(watched.complaints)


def picture(page: Page, name: str) -> Path:
    """Keep a picture of the whole page; return its file."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path
