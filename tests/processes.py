"""What runs, as the kernel tells it: no other program is needed to look."""

from __future__ import annotations

import os
from pathlib import Path


def parent(pid: int) -> int | None:
    """The process that started another, or None where that has ended by now."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def descendants(pid: int) -> set[int]:
    """The processes that a process started, and those that they did."""
    found, wave = set(), {pid}
    everyone = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    while wave:
        wave = {other for other in everyone if parent(other) in wave}
        found |= wave
    return found


def cpu_ms(pid: int) -> float:
    """The milliseconds of CPU that a process and all that it started have used, in steps of 10."""
    ticks = 0
    for one in (pid, *descendants(pid)):
        try:
            fields = Path(f"/proc/{one}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            # What it used is counted with its parent's children from now on.
            continue
        # utime, stime, and those of the children that were waited for: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
        ticks += sum(map(int, fields[11:15]))
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def peak_memory_mb(pid: int) -> float:
    """The most memory that a process has had in RAM, in MiB; pages that it shares with others count in each."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"/proc/{pid}/status has no VmHWM")
