"""A query worker: a fork of the template that evaluates the queries of one connection and can do nothing else.

It opens no file and no connection whatever it is asked, so SERVICE and LOAD reach nobody; it takes no more memory than
it may; it dies with the template, with its connection, and soon after the deadline that the pool holds.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, NoReturn

from byregion.engine import deep, wire
from byregion.engine.evaluate import evaluate
from byregion.engine.store import LoadedStore
from byregion.errors import ByregionError

GRACE: Final = 0.5
"""Seconds after which a worker ends itself where the pool did not end it at the deadline."""
GROWN: Final = 64 << 20
"""Bytes that a worker may have grown by before a fresh fork takes its place: it keeps what queries worked in."""
COPIED: Final = 64 << 20
"""Bytes of memory touched for the first time after which a worker counts as worn.

A worn worker has pages of its own where it shared the template's. It is quicker than a fresh one, but only few can be
kept: each may take as much memory as the store.
"""
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


def run(connection: socket.socket, loaded: LoadedStore, *, template: int, memory: int, stack: int) -> NoReturn:
    """Be a worker, in a process just forked from the process `template`, until the connection closes; never returns.

    `memory` is the most bytes it may hold, the store's among them but not the `stack` that queries are evaluated on.
    """
    try:
        confine((connection.fileno(),), template=template, memory=memory + stack)
        deep.call(lambda: _serve(connection, loaded), stack)
    except ConnectionError:
        # The pool ended while an answer was on its way, or lay there unread: nobody is left to tell.
        os._exit(0)
    except MemoryError:
        # There was none left to tell it with: end as the store does, which the pool can tell from a fault of ours.
        os.abort()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def end_with(template: int) -> None:
    """End when the process `template` does, from which this one was just forked, and when it is told to."""
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    if _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != template:
        sys.exit("the template ended before its worker began")


def confine(kept: Sequence[int], *, template: int, memory: int) -> None:
    """Keep the descriptors `kept` and lose every other, for good; hold `memory` bytes at most; die with `template`."""
    end_with(template)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    for below, above in pairwise((2, *sorted(kept), os.sysconf("SC_OPEN_MAX"))):
        os.closerange(below + 1, above)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    # A number for a new file or socket must be under this limit, whichever numbers are free.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def memory_held() -> int:
    """Return the bytes of memory that this process holds, as RLIMIT_DATA counts them."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) << 10
    raise OSError("/proc/self/status has no VmData")


def _serve(connection: socket.socket, loaded: LoadedStore) -> None:
    fresh = resource.getrusage(resource.RUSAGE_SELF)
    pages, kilobytes = COPIED // resource.getpagesize(), GROWN >> 10
    leaving = False
    while not leaving and (request := wire.receive_request(connection)):
        # SIGALRM's own action ends the process, even where Oxigraph is deep in a query.
        signal.setitimer(signal.ITIMER_REAL, request.seconds + GRACE)
        result = _answer(loaded, request)
        now = resource.getrusage(resource.RUSAGE_SELF)
        # What was put beside the dataset for one query is nothing for the next.
        leaving = now.ru_maxrss - fresh.ru_maxrss > kilobytes or request.question.beside is not None
        wire.send_reply(connection, wire.Reply(result, leaving, now.ru_minflt - fresh.ru_minflt > pages))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(loaded: LoadedStore, request: wire.Request) -> bytes | Exception:
    try:
        return evaluate(loaded, request.question).body
    except (ByregionError, ValueError) as error:
        return error
