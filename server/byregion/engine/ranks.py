"""Ranks: how much of the processor a thread has beside others that want it too, and whether it can get it back."""

from __future__ import annotations

import os
import re
import resource
from functools import cache
from pathlib import Path
from typing import Final

BACK: Final = 10
"""How much nicer a thread is that steps back: of two that want all there is, it has a tenth of the time."""
_CAP_SYS_NICE: Final = 1 << 23
_NICEST: Final = 20


def step_back(thread: int) -> None:
    """Let a thread have little of the time that others want; as all here it raises OSError where it has ended."""
    os.setpriority(os.PRIO_PROCESS, thread, _own() + BACK)


def give_way(thread: int) -> None:
    """Let a thread have only the time that no other wants."""
    os.sched_setscheduler(thread, os.SCHED_IDLE, os.sched_param(0))


def come_back(thread: int) -> None:
    """Give a thread the rank of this process."""
    os.setpriority(os.PRIO_PROCESS, thread, _own())
    os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))


@cache
def may_return() -> bool:
    """Tell whether this process may give another of its user back what it has taken.

    By CAP_SYS_NICE or RLIMIT_NICE: https://man7.org/linux/man-pages/man7/sched.7.html
    """
    held = re.search(rb"^CapEff:\s*([0-9a-f]+)$", Path("/proc/self/status").read_bytes(), re.MULTILINE)
    may_all = held is not None and bool(int(held[1], 16) & _CAP_SYS_NICE)
    return may_all or resource.getrlimit(resource.RLIMIT_NICE)[0] >= _NICEST - _own()


def _own() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)
