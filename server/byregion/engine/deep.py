"""Calls with more stack than a thread has by itself, for an evaluator that works by recursion."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from typing import Final, TypeVar

_T = TypeVar("_T")
# The size of the stack of new threads is a setting of the whole process.
_SETTING: Final = threading.Lock()


def call(function: Callable[[], _T], stack: int) -> _T:
    """Return what `function` returns, called in a thread of its own with `stack` bytes of stack; raises what it raises.

    Waiting for it can be interrupted from the keyboard, which Oxigraph's evaluation cannot.
    """
    returned: list[_T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            returned.append(function())
        except BaseException as error:  # it is raised again, in the thread that waits
            _let_go(error)
            raised.append(error)

    thread = threading.Thread(target=run, name="query", daemon=True)
    with _SETTING:
        before = threading.stack_size(stack)
        try:
            thread.start()
        finally:
            threading.stack_size(before)
    thread.join()
    if raised:
        raise raised[0]
    return returned[0]


def _let_go(error: BaseException | None) -> None:
    """Forget what the frames that an error went through held: what Oxigraph made must be dropped in its own thread."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
