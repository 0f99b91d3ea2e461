"""A writer: a fork of the template that does one write on its copy of the store, and tells the template what changes.

It is confined as query workers are. What goes wrong it tells who asked. What changes, and who changes it why, it tells
the template alone, which makes the change or not: a writer that is ended at whatever moment has changed nothing by
itself.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import traceback
from typing import Final, NoReturn

from byregion.engine import deep, wire, worker
from byregion.engine.stage import stage
from byregion.engine.store import LoadedStore
from byregion.engine.write import Write
from byregion.errors import ByregionError, QueryTooLarge, told_of
from byregion.sentences import say

RECEIVES_WITHIN: Final = 10.0
"""Seconds in which the write must be whole."""
_SIZE: Final = 8


def run(
    connection: socket.socket, loaded: LoadedStore, *, template: int, told: int, memory: int, stack: int
) -> NoReturn:
    """Be a writer, in a process just forked from the process `template`, for one write; never returns.

    What changes goes to the pipe `told`, after its length: a line of JSON says who changes it and why, then comes the
    text of the change.
    """
    try:
        worker.confine((connection.fileno(), told), template=template, memory=memory + stack)
        deep.call(lambda: _serve(connection, loaded, told), stack)
    except ConnectionError:
        # Who asked has gone.
        os._exit(0)
    except MemoryError:
        # There was none left to tell it with: end as the store does, which the pool can tell from a fault of ours.
        os.abort()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _serve(connection: socket.socket, loaded: LoadedStore, told: int) -> None:
    # SIGALRM's own action ends the process, even where Oxigraph is deep in an update. No other write begins meanwhile.
    signal.setitimer(signal.ITIMER_REAL, RECEIVES_WITHIN)
    request = wire.receive_write(connection)
    if request is None:
        return
    signal.setitimer(signal.ITIMER_REAL, request.seconds + worker.GRACE)
    result: bytes | Exception
    try:
        result = _result(loaded, request.write)
    except (ByregionError, ValueError) as error:
        result = error
    except MemoryError:
        result = QueryTooLarge(say("memory-short", **told_of("write")))
    if request.write.is_trial or isinstance(result, Exception):
        wire.send_reply(connection, wire.Reply(result, leaving=True))
        return
    rest = memoryview(len(result).to_bytes(_SIZE, "big") + result)
    while rest:
        rest = rest[os.write(told, rest) :]


def _result(loaded: LoadedStore, write: Write) -> bytes:
    """Return what the template is told, or of a write that is only tried out what the pool is told."""
    staged = stage(loaded, write)
    if write.is_trial:
        return json.dumps(staged.tried(loaded.revision).told()).encode()
    return json.dumps({"who": write.who, "why": write.reason}).encode() + b"\n" + staged.checked().text()


class Told:
    """Puts together what a writer tells, which is read without waiting."""

    def __init__(self, pipe: int) -> None:
        """Begin before its first byte."""
        self.pipe = pipe
        self._read = bytearray()

    def read(self) -> bool:
        """Read what has arrived; return whether there may be more."""
        try:
            while data := os.read(self.pipe, 1 << 20):
                self._read += data
        except BlockingIOError:
            return True
        return False

    @property
    def text(self) -> bytes | None:
        """What was told, None where it is not whole."""
        size = _SIZE + int.from_bytes(self._read[:_SIZE], "big")
        return bytes(self._read[_SIZE:]) if _SIZE <= size == len(self._read) else None
