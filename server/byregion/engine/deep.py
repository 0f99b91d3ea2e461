"""Calls with more stack than a thread has by itself, for an evaluator that works by recursion."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Final, TypeVar

_T = TypeVar("_T")
# The size of the stack of new threads is a setting of the whole process.
_SETTING: Final = threading.Lock()


def call(function: Callable[[], _T], stack: int) -> _T:
    """Return what `function` returns, called in another thread with `stack` bytes of stack; raises what it raises.

    Waiting for it can be interrupted from the keyboard, which Oxigraph's evaluation cannot. The thread is kept for the
    next call: to begin one, with memory of its own for Oxigraph, takes longer than most queries.
    """
    done: SimpleQueue[tuple[list[_T], BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            done.put(([function()], None))
        except BaseException as error:  # it is raised again, in the thread that waits
            _let_go(error)
            done.put(([], error))

    caller = _free(stack)
    caller.work.put(run)
    returned, raised = done.get()
    _FREE[stack].append(caller)
    if raised:
        raise raised
    return returned[0]


class _Caller:
    """A thread that calls what it is given, one after another."""

    def __init__(self, stack: int) -> None:
        self.work: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.thread = threading.Thread(target=_serve, args=(self.work,), name="query", daemon=True)
        with _SETTING:
            before = threading.stack_size(stack)
            try:
                self.thread.start()
            finally:
                threading.stack_size(before)


def _serve(work: SimpleQueue[Callable[[], None]]) -> None:
    while True:
        work.get()()


_FREE: Final[dict[int, list[_Caller]]] = {}
"""The threads that wait for work, by their stack."""


def _free(stack: int) -> _Caller:
    waiting = _FREE.setdefault(stack, [])
    with suppress(IndexError):  # none is left
        while not (caller := waiting.pop()).thread.is_alive():
            pass  # it is of the process that this one was forked from
        return caller
    return _Caller(stack)


def _let_go(error: BaseException | None) -> None:
    """Forget what the frames that an error went through held: what Oxigraph made must be dropped in its own thread."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
