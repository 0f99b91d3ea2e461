"""Many clients at once, with heavy queries among them: what they are answered, and how long light queries take."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

REGION = "https://w3id.org/byregion/id/region/midt-troms"
LIGHT = (
    "ASK {{ <{region}> ?p ?o }} # {number}",
    "SELECT ?p ?o {{ <{region}> ?p ?o }} ORDER BY ?p ?o LIMIT 5 # {number}",
    "SELECT ?s {{ ?s a <https://w3id.org/byregion/def#Goal> }} LIMIT 20 # {number}",
)
HEAVY = (
    "SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }} # {number}",
    "SELECT * {{ ?a ?b ?c . ?d ?e ?f }} ORDER BY ?f ?c LIMIT 1 # {number}",
    "SELECT (COUNT(*) AS ?n) {{ ?a (<a:a>|!<a:a>)* ?b . ?c (<a:a>|^!<a:a>)+ ?d }} # {number}",
    "SELECT (GROUP_CONCAT(?a) AS ?x) {{ ?a ?b ?c . ?d ?e ?f }} # {number}",
)
PAGES = ("queries", "doc/region/midt-troms", "doc/region/midt-troms.ttl", "queries/participants?format=xlsx")
WITHIN = 60.0
"""Seconds that an answer may take."""
PAUSE = 0.05
"""Seconds for which a client that was told to come back later waits, which is sooner than it was told."""


@dataclass(slots=True)
class Told:
    """What the clients were answered: how often each status and kind of problem, and the seconds of light queries."""

    answers: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def quantile(self, part: float) -> float:
        """The seconds within which `part` of the light queries were answered."""
        return sorted(self.seconds)[min(int(len(self.seconds) * part), len(self.seconds) - 1)]

    def lines(self) -> Iterator[str]:
        """The figures, as people read them."""
        for (what, status, kind), count in sorted(self.answers.items()):
            yield f"{what:6} {status} {kind:18} {count}"
        yield f"light queries: {len(self.seconds)}, p50 {self.quantile(0.5):.3f} s, p99 {self.quantile(0.99):.3f} s"


def fire(address: str, seconds: float, clients: int = 50) -> Told:
    """Let `clients` ask the server at `address` for some time: one in five what is heavy, one in ten for pages."""
    return asyncio.run(_fire(address, seconds, clients))


async def _fire(address: str, seconds: float, clients: int) -> Told:
    told, numbers, until = Told(), itertools.count(), asyncio.get_running_loop().time() + seconds
    await asyncio.gather(*(_ask(address, told, numbers, until, _kind(number)) for number in range(clients)))
    return told


def _kind(number: int) -> str:
    return "heavy" if number % 5 == 0 else "page" if number % 10 == 1 else "light"


async def _ask(address: str, told: Told, numbers: Iterator[int], until: float, kind: str) -> None:
    clock = asyncio.get_running_loop().time
    while clock() < until:
        number, began = next(numbers), clock()
        chance = random.Random(number)
        if kind == "page":
            target = chance.choice(PAGES)
        else:
            query = chance.choice(LIGHT if kind == "light" else HEAVY).format(region=REGION, number=f"{number} {began}")
            target = f"sparql?timeout=2&query={quote(query)}"
        status, head, body = await _answer(address, target)
        problem = json.loads(body) if status >= 400 else {}
        told.answers[kind, status, problem.get("type", "").rpartition("#")[2]] += 1
        if status in (429, 503):
            if b"retry-after: " not in head:
                told.wrong.append(f"{status} does not say when to come back")
            await asyncio.sleep(PAUSE)
        elif kind == "light":
            told.seconds.append(clock() - began)
            if not (status == 200 and _is_right(body)):
                told.wrong.append(f"{status} {body[:200]!r}")


async def _answer(address: str, target: str) -> tuple[int, bytes, bytes]:
    """The status, the head and the body that are answered; a client of httpx would take more time than the server."""
    parts = urlsplit(address)
    async with asyncio.timeout(WITHIN):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            writer.write(f"GET /{target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
        finally:
            writer.close()
    return int(head.split(b" ", 2)[1]), head.lower(), body


def _is_right(body: bytes) -> bool:
    found = json.loads(body)
    return found["boolean"] is True if "boolean" in found else len(found["results"]["bindings"]) >= 4
