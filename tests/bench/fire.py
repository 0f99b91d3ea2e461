"""A light query beside four that never end by themselves: what each server makes of them, under a deadline."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Final

from .client import Job, Request, Told
from .http import PATIENCE, ask, percentiles
from .mix import Query
from .peers import US, Server

DEADLINE: Final = 2
"""Seconds that a killer has; of us it is asked in each request, Oxigraph's server is started with it."""
ENDS_WITHIN: Final = DEADLINE + 0.5
GIVEN_UP_AFTER: Final = 20.0
"""Seconds after which a killer is not waited for any longer."""
_JOBS: Final = count()


@dataclass(frozen=True, slots=True)
class Burn:
    """One round: the light query alone, then beside the killers; times in milliseconds."""

    server: str
    alone_rps: float
    alone_p99: float
    rps: float
    p50: float
    p99: float
    light: dict[str, int]
    wrong: int
    killers: dict[str, int]
    longest_killer: float


def burn(server: Server, light: Query, killers: tuple[Query, ...], seconds: float) -> Burn:
    """Ask the light query for `seconds`, then again while each killer is asked again and again."""
    status, body = server.get(light, PATIENCE)
    if status != 200:
        raise RuntimeError(f"{server.name} answered the light query with status {status}")
    digest = hashlib.sha256(body).hexdigest()

    def right() -> list[Request]:
        # No request is like one of an earlier job or round, whose answer a cache would have.
        return [Request(f"{server.address(light)}{next(_JOBS)}-", light.accept, digest)]

    alone = ask(Job(server.port, right(), vary=True, seconds=seconds))
    # Our deadline is a parameter of the request; to Oxigraph it would mean nothing.
    more = f"timeout={DEADLINE}&" if server.name == US else ""
    fire = [Request(server.address(killer, more), killer.accept) for killer in killers]
    # They burn before the first light query and after the last.
    kill = Job(server.port, fire, vary=True, connections=len(fire), seconds=1.5 * seconds, patience=GIVEN_UP_AFTER)
    with ThreadPoolExecutor(1) as other:
        burning = other.submit(ask, kill)
        ask(Job(server.port, right(), vary=True, connections=1, seconds=seconds / 4))
        beside = ask(Job(server.port, right(), vary=True, seconds=seconds))
        killed = burning.result()
    return _told(server, alone, beside, killed)


def _told(server: Server, alone: Told, beside: Told, killed: Told) -> Burn:
    p50, p99 = percentiles(beside.latencies)
    return Burn(
        server.name,
        len(alone.latencies) / alone.seconds,
        percentiles(alone.latencies)[1],
        len(beside.latencies) / beside.seconds,
        p50,
        p99,
        dict(beside.statuses),
        alone.wrong + beside.wrong,
        dict(killed.statuses),
        max(killed.latencies),
    )
