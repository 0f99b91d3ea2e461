"""Ranks: what a process says it can take and give back, it can; as root, as nobody, and with a limit of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

# One process tells what it may; it then takes the rank of another, and tries to give it back.
ATTEMPT = """
import contextlib, os, resource, signal, sys
from byregion.engine import ranks

limit, is_nobody = int(sys.argv[1]), sys.argv[2] == "nobody"
if os.geteuid() == 0:
    # Root of a container may not raise it, perhaps.
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_NICE, (limit, limit))
    if is_nobody:
        os.setresuid(65534, 65534, 65534)
other = os.fork()
if other == 0:
    signal.pause()
try:
    ranks.step_back(other)
    assert os.getpriority(os.PRIO_PROCESS, other) == ranks.BACK
    ranks.give_way(other)
    assert os.sched_getscheduler(other) == os.SCHED_IDLE
    try:
        ranks.come_back(other)
    except PermissionError:
        print(ranks.may_return(), False)
    else:
        came_back = (os.getpriority(os.PRIO_PROCESS, other), os.sched_getscheduler(other)) == (0, os.SCHED_OTHER)
        print(ranks.may_return(), came_back)
finally:
    os.kill(other, signal.SIGKILL)
    os.waitpid(other, 0)
"""


@pytest.mark.parametrize("limit", [0, 20])
@pytest.mark.parametrize("user", ["self", "nobody"])
def test_a_process_may_give_a_rank_back_where_it_says_so(limit: int, user: str):
    told = subprocess.run(
        [sys.executable, "-c", ATTEMPT, str(limit), user], capture_output=True, text=True, timeout=30, check=False
    )
    assert told.stdout in ("True True\n", "False False\n"), told.stderr
