"""Templates by the dozen, for tests that kill them: forked from one process that has imported everything.

Run as `python template_killer.py <descriptor>`: for each message on that socket, which brings a standard input and
output, it forks a template, and sends back the number of its process. It is the template that `byregion serve` starts,
but for the time that Python takes to begin. Snapshots are made often, so that some are being made when it is killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from byregion.engine import Limits, template
from byregion.engine.journal import writing

LIMITS = Limits(seconds=10, memory_mb=256)


def main() -> None:
    writing.LEAST = 30_000  # type: ignore[misc]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    asked = socket.socket(fileno=int(sys.argv[1]))
    while True:
        _, descriptors, _, _ = socket.recv_fds(asked, 1, 2)
        if not descriptors:
            return
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asked.close()
            for standard, descriptor in enumerate(descriptors):
                os.dup2(descriptor, standard)
                os.close(descriptor)
            os._exit(template.main())
        for descriptor in descriptors:
            os.close(descriptor)
        asked.send(pid.to_bytes(4, "big"))


class Templates:
    """Starts templates over the store in a folder."""

    def __init__(self, asking: socket.socket, folder: Path) -> None:
        self._asking = asking
        self._task = json.dumps(
            {"empty": True, "writes": True, "store": str(folder), "memory_mb": LIMITS.memory_mb, "stack": LIMITS.stack}
        )

    @contextlib.contextmanager
    def start(self) -> Iterator[tuple[int, int]]:
        """The process, and a descriptor that tells that it is ready; it ends on leaving, if it has not."""
        read, task = os.pipe()
        told, write = os.pipe()
        socket.send_fds(self._asking, [b"x"], [read, write])
        for descriptor in (read, write):
            os.close(descriptor)
        pid = int.from_bytes(self._asking.recv(4), "big")
        os.write(task, self._task.encode() + b"\n")
        try:
            yield pid, told
        finally:
            os.close(task)
            # Once it has ended, and nobody that it forked is left.
            while os.read(told, 1 << 16):
                pass
            os.close(told)


@contextlib.contextmanager
def templates(folder: Path, scratch: Path) -> Iterator[Templates]:
    """What starts templates over the store in `folder`; what they leave behind when they are killed is in `scratch`."""
    asking, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, __file__, str(asked.fileno())]
    with subprocess.Popen(command, pass_fds=[asked.fileno()], env=os.environ | {"TMPDIR": str(scratch)}):
        asked.close()
        with asking:
            yield Templates(asking, folder)


def ready(told: int) -> tuple[Path, str]:
    """The socket and the revision of a template, once it has loaded."""
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(told, 1 << 16) or b"{}\n"
    said = json.loads(line)
    return Path(said["socket"]), said["revision"]


if __name__ == "__main__":
    main()
