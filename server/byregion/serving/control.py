"""The socket by which `byregion reload` speaks to a running `byregion serve` of the same user on the same machine."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from byregion.errors import ConfigError, EngineError

Change = Callable[[Callable[[str], None]], str]
"""Publishes what the files say now; is given whom to tell how far it is, and returns the name of the revision."""


def address(port: int) -> Path:
    """Return where the server on `port` listens to its user."""
    run = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(run) / "byregion" if run else Path(tempfile.gettempdir()) / f"byregion-{os.getuid()}"
    return folder / f"{port}.socket"


@contextlib.contextmanager
def listening(port: int, change: Change) -> Iterator[None]:
    """Do what is asked for as long as this is entered; raises ConfigError where the folder is somebody else's."""
    path = address(port)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = path.parent.stat()
    if owner.st_uid != os.getuid() or owner.st_mode & 0o077:
        raise ConfigError(f"{path.parent} is not a folder of yours alone; set XDG_RUNTIME_DIR to one that is")
    # The port is ours, so a socket that lies there is what a server left that was killed.
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(4)
        threading.Thread(target=_accept, args=(server, change), name="control", daemon=True).start()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _accept(server: socket.socket, change: Change) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_serve, args=(connection, change), daemon=True).start()


def _serve(connection: socket.socket, change: Change) -> None:
    # Who asked may have gone; what was asked is done all the same.
    with connection, contextlib.suppress(OSError), connection.makefile("rw", encoding="utf-8") as peer:
        if peer.readline() != "reload\n":
            return

        def tell(**message: str) -> None:
            with contextlib.suppress(OSError):
                peer.write(json.dumps(message) + "\n")
                peer.flush()

        try:
            tell(revision=change(lambda step: tell(step=step)))
        except Exception as error:  # it is told to who asked, whatever it was
            tell(error=str(error) or type(error).__name__)


def reload(port: int, tell: Callable[[str], None]) -> str:
    """Have the server on `port` publish what its files say now; returns the name of the revision.

    Raises ConfigError where no server of this user is there, and EngineError where it could not.
    """
    path = address(port)
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError as error:
            raise ConfigError(f"no byregion serve of yours runs on port {port}; say which with --port") from error
        with connection.makefile("rw", encoding="utf-8") as peer:
            peer.write("reload\n")
            peer.flush()
            for line in peer:
                message = json.loads(line)
                if "revision" in message:
                    return str(message["revision"])
                if "error" in message:
                    raise EngineError(message["error"])
                tell(message["step"])
    raise EngineError("the server ended before it published anything")
