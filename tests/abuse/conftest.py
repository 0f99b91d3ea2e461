"""One server for a module, started as `byregion serve` is by default, and an address that nobody may be led to ask."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from abuse.world import Attacked
from serving import served


@pytest.fixture(scope="module")
def server() -> Iterator[Attacked]:
    with served() as (process, address):
        yield Attacked(process.pid, address)


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[int]]]:
    """An address on loopback, and the list of the connections that were made to it."""
    reached: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, address = listening.accept()
                    reached.append(address[1])
                    connection.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/", reached
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)
