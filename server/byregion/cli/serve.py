"""`byregion serve`: the published data on the web, until it is told to end."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import threading
import time
import webbrowser
from dataclasses import replace
from functools import partial
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any, Final

import click

from byregion.cli.screen import Screen, common, screen
from byregion.config import Settings
from byregion.errors import ByregionError, ConfigError, EngineError

if TYPE_CHECKING:
    from granian.server import MPServer

    from byregion.serving.publisher import Publisher

STARTS_WITHIN: Final = 60.0
"""Seconds in which the HTTP server must answer."""
ENDS_WITHIN: Final = 5
"""Seconds that requests at work have when the server is told to end."""
TOGETHER: Final = 0.3
"""Seconds within which a signal to the whole group has reached each of its processes."""
HEADERS_WITHIN: Final = 10_000
"""Milliseconds in which the headers of a request must be whole; an idle connection is closed after them too."""
HEADERS_MOST: Final = 64 << 10
"""Bytes that they may have."""
CONNECTIONS: Final = 1000
"""Connections that one HTTP process has at once; more wait until one ends."""


@click.command("serve")
@click.option("--host", help="Address to listen on; 127.0.0.1 by default.")
@click.option("--port", type=int, help="TCP port to listen on; 8080 by default, 0 takes a free one.")
@click.option("--store", help="Where the dataset is asked: memory, an endpoint that holds it, or a folder.")
@click.option("--workers", type=int, help="HTTP processes; 1 by default.")
@click.option("--empty", is_flag=True, default=None, help="Start with nothing, as a blank endpoint to write to.")
@click.option(
    "--shapes", help="What writes are validated against: a folder of shapes, or none; the project's by default."
)
@click.option("--token-file", help="File of the tokens that let somebody write.")
@click.option("--volatile", is_flag=True, default=None, help="Let what is written be lost when the server ends.")
@click.option("--service", metavar="URL", multiple=True, help="SPARQL endpoint that a query may ask with SERVICE.")
@click.option("--archive", metavar="DIR", help="Folder that earlier revisions are kept in, to be asked later.")
@click.option("--open", "opening", is_flag=True, help="Show the front page in the browser.")
@common
def command(opening: bool, service: tuple[str, ...], **options: str | int | bool | None) -> None:
    """Publish the data: pages, documents, named queries and a SPARQL endpoint.

    It runs until it is interrupted (Ctrl-C) or ended (SIGTERM), and then ends everything it started. On SIGHUP, or
    when `byregion reload` says so, it publishes what the files say then.
    """
    if os.name == "nt":
        raise ConfigError("byregion serve needs fork, which Windows does not have; run it in WSL or on a server")
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    if service:
        given["service"] = " ".join(service)
    settings = replace(Settings.from_env(os.environ), **given)
    _serve(replace(settings, port=_free_port(settings)), opening)


def _free_port(settings: Settings) -> int:
    """Return the port to listen on; raises ConfigError where nobody can listen on it."""
    try:
        family, kind, number, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, number) as trial:
            # As the server does: a port that was used a moment ago is free. One that another listens on is not.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            return int(trial.getsockname()[1])
    except OSError as error:
        where = f"port {settings.port} of {settings.host}"
        raise ConfigError(f"cannot listen on {where}: {error.strerror}; give another with --port or --host") from error


def _serve(settings: Settings, opening: bool) -> None:
    # Not at the top: they need what only Unix has, and every other verb runs without.
    import multiprocessing

    from byregion.front.metrics import FOLDER
    from byregion.serving import control
    from byregion.serving.publisher import Publisher

    # A forked HTTP server would hold the template's standard input open, and so keep it from ending with this process.
    multiprocessing.set_start_method("spawn", force=True)
    # Being told to end means leaving in order, from here on. Granian sets a handler of its own when it starts.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    shown = screen()
    with tempfile.TemporaryDirectory(prefix="byregion-counts-") as counts, Publisher(settings, shown.warn) as publisher:
        os.environ[FOLDER] = counts
        with control.listening(settings.port, publisher.change):
            server = _server(settings, publisher, shown)
            watch = _Watch(settings, publisher, server, shown)
            threading.Thread(target=watch.run, args=(opening,), name="watch", daemon=True).start()
            try:
                server.serve(target_loader=partial(_front, settings, publisher.address), wrap_loader=False)
            except SystemExit as error:
                raise EngineError("the HTTP server ended; what it said stands above") from error
            if watch.failure:
                raise EngineError(watch.failure)


def _server(settings: Settings, publisher: Publisher, shown: Screen) -> MPServer:
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server import MPServer

    server = MPServer(
        "byregion",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        workers=settings.workers,
        # A proxy speaks HTTP/2 to clients. Here, its connections could stay idle for ever.
        http=HTTPModes.http1,
        websockets=False,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN, max_buffer_size=HEADERS_MOST),
        workers_kill_timeout=ENDS_WITHIN,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
    )

    def change() -> None:
        try:
            shown.tell(f"revision {publisher.change(shown.tell)[:16]} is published")
        except ByregionError as error:
            shown.warn(f"what was published still is: {error}")

    # Granian would end its processes and start others, and with them the connections.
    server.signal_handler_reload = lambda *_: threading.Thread(target=change, daemon=True).start()  # type: ignore[method-assign]
    return server


def _front(settings: Settings, address: str) -> Any:
    """Return the application, in the HTTP server's own process."""
    from byregion.serving.http_process import front

    return front(settings, address)


class _Watch:
    """Tells when the server answers, and ends it where it never does or where the template process dies."""

    def __init__(self, settings: Settings, publisher: Publisher, server: MPServer, shown: Screen) -> None:
        self.settings = settings
        self.publisher = publisher
        self.server = server
        self.screen = shown
        self.failure = ""

    def run(self, opening: bool) -> None:
        """Wait for the first answer, say where it is, and then wait for the end of the template."""
        if not self._answers():
            return self._fail(f"the HTTP server did not answer within {STARTS_WITHIN:g} s")
        held = self.publisher.held
        if held is None:
            raise RuntimeError("nothing is held")
        self.screen.say(f"byregion is at {self.settings.url}", "bold green")
        self.screen.tell(f"revision {held.revision[:16]}: {held.stated} triples stated, {held.inferred} inferred")
        if opening:
            webbrowser.open(self.settings.url)
        while (current := self.publisher.held) and current.process:
            status = current.process.wait()
            # Who ends us may end the template in the same breath; that is no failure of its own.
            time.sleep(TOGETHER)
            if current is self.publisher.held and not self.server.interrupt_signal:
                why = f"the template process ended (exit status {status}), so no query can be answered; start again"
                return self._fail(why)

    def _fail(self, why: str) -> None:
        self.failure = why
        self.server.signal_handler_interrupt()  # type: ignore[no-untyped-call]

    def _answers(self) -> bool:
        until = time.monotonic() + STARTS_WITHIN
        process = self.publisher.held.process if self.publisher.held else None
        while time.monotonic() < until and (process is None or process.poll() is None):
            connection = HTTPConnection(self.settings.host, self.settings.port, timeout=1)
            try:
                connection.request("GET", "/health")
                return connection.getresponse().status == 200
            except (OSError, HTTPException):
                time.sleep(0.02)
            finally:
                connection.close()
        return False
