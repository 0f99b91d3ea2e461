"""`byregion serve`: the published data on the web, until it is told to end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from byregion.cli.screen import Screen, common, screen
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files
from byregion.engine import Engine, snapshot
from byregion.engine.store import published
from byregion.errors import ArchiveError, ConfigError, EngineError
from byregion.infer import RULES
from byregion.iri import INFERRED

if TYPE_CHECKING:
    from granian.server import MPServer

STARTS_WITHIN: Final = 20.0
"""Seconds in which the HTTP server must answer."""
ENDS_WITHIN: Final = 5
"""Seconds that requests at work have when the server is told to end."""
TOGETHER: Final = 0.3
"""Seconds within which a signal to the whole group has reached each of its processes."""


@click.command("serve")
@click.option("--host", help="Address to listen on; 127.0.0.1 by default.")
@click.option("--port", type=int, help="TCP port to listen on; 8080 by default, 0 takes a free one.")
@click.option("--store", help="Where the dataset is asked: memory, or the address of an endpoint that holds it.")
@click.option("--archive", metavar="DIR", help="Folder that earlier revisions are kept in, to be asked later.")
@click.option("--open", "opening", is_flag=True, help="Show the front page in the browser.")
@common
def command(host: str | None, port: int | None, store: str | None, archive: str | None, opening: bool) -> None:
    """Publish the data: pages, documents, named queries and a SPARQL endpoint.

    It runs until it is interrupted (Ctrl-C) or ended (SIGTERM), and then ends everything it started.
    """
    if os.name == "nt":
        raise ConfigError("byregion serve needs fork, which Windows does not have; run it in WSL or on a server")
    given: dict[str, Any] = {"host": host, "port": port, "store": store, "archive": archive}
    given = {name: value for name, value in given.items() if value is not None}
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

    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import MPServer

    # A forked HTTP server would hold the template's standard input open, and so keep it from ending with this process.
    multiprocessing.set_start_method("spawn", force=True)
    # Being told to end means leaving in order, from here on. Granian sets a handler of its own when it starts.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with _incoming(settings, screen()) as keep, _held(settings, keep) as held:
        if keep:
            _record(settings, held, keep, screen())
        server = MPServer(
            "byregion",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.WSGI,
            blocking_threads=settings.http_threads,
            workers_kill_timeout=ENDS_WITHIN,
            log_level=LogLevels.error,
        )
        watch = _Watch(settings, held, server, screen())
        threading.Thread(target=watch.run, args=(opening,), name="watch", daemon=True).start()
        try:
            server.serve(target_loader=partial(_app, settings, held.engine), wrap_loader=False)
        except SystemExit as error:
            raise EngineError("the HTTP server ended; what it said stands above") from error
        if watch.failure:
            raise EngineError(watch.failure)


@dataclass(frozen=True, slots=True)
class _Held:
    """A revision that can be asked: `engine` makes what asks it, in another process; `process` must live, if any."""

    revision: str
    stated: int
    inferred: int
    unkept: str
    engine: Callable[[], Engine]
    process: subprocess.Popen[str] | None = None


@contextmanager
def _held(settings: Settings, keep: Path | None) -> Iterator[_Held]:
    """Give the revision that the files make, in a template process or in the store that `settings` name."""
    from byregion.engine import Limits
    from byregion.engine.launch import serve_template

    files = [*ontology_files(), *data_files(settings.data)]
    rules = [rule.update for rule in RULES]
    if settings.store != "memory":
        yield _remote(settings, published(files, rules, INFERRED), keep)
        return
    with serve_template(files, rules, Limits.of(settings), keep=keep) as found:
        engine = partial(_pool, settings, found.socket, found.revision)
        yield _Held(found.revision, found.stated, found.inferred, found.unkept, engine, found.process)


def _remote(settings: Settings, text: bytes, keep: Path | None) -> _Held:
    from byregion.engine.remote import RemoteEngine, connect

    with screen().working("checking that the store holds the revision"), closing(connect(settings, text)) as checked:
        holding = checked.holding
    unkept = ""
    if keep:
        try:
            snapshot.write(keep, text)
        except OSError as error:
            unkept = f"the snapshot of the revision cannot be written: {error}"
    engine = partial(RemoteEngine.of, settings, holding)
    return _Held(holding.revision, holding.stated, holding.inferred, unkept, engine)


def _pool(settings: Settings, address: Path, revision: str) -> Engine:
    from byregion.engine import Limits
    from byregion.engine.lanes import Width
    from byregion.engine.pool import Pool

    return Pool(address, revision, limits=Limits.of(settings), width=Width.of(settings), base=f"{settings.url}sparql")


@contextmanager
def _incoming(settings: Settings, shown: Screen) -> Iterator[Path | None]:
    """Give where the archive wants a snapshot; None where there is no archive, or none that can be written to.

    What can be published is published: an archive that fails costs a warning, and the permalinks of this revision.
    """
    from byregion.archive import Archive

    with ExitStack() as stack:
        keep = None
        if settings.archive:
            try:
                keep = stack.enter_context(Archive(Path(settings.archive)).incoming())
            except ArchiveError as error:
                _unkept(settings, error, shown)
        yield keep


def _record(settings: Settings, held: _Held, keep: Path, shown: Screen) -> None:
    from byregion.archive import Archive

    try:
        if held.unkept:
            raise ArchiveError(held.unkept)
        Archive(Path(settings.archive)).record(held.revision, keep)
    except ArchiveError as error:
        _unkept(settings, error, shown)


def _unkept(settings: Settings, error: ArchiveError, shown: Screen) -> None:
    shown.warn(f"this revision is not kept in the archive {settings.archive}: {error}")


class _Watch:
    """Tells when the server answers, and ends it where it never does or where the template process dies."""

    def __init__(self, settings: Settings, held: _Held, server: MPServer, shown: Screen) -> None:
        self.settings = settings
        self.held = held
        self.server = server
        self.screen = shown
        self.failure = ""

    def run(self, opening: bool) -> None:
        """Wait for the first answer, say where it is, and then wait for the end of the template."""
        if not self._answers():
            return self._fail(f"the HTTP server did not answer within {STARTS_WITHIN:g} s")
        held = self.held
        self.screen.say(f"byregion is at {self.settings.url}", "bold green")
        self.screen.tell(f"revision {held.revision[:16]}: {held.stated} triples stated, {held.inferred} inferred")
        if opening:
            webbrowser.open(self.settings.url)
        if held.process is None:
            return
        status = held.process.wait()
        # Who ends us may end the template in the same breath; that is no failure of its own.
        time.sleep(TOGETHER)
        if not self.server.interrupt_signal:
            self._fail(f"the template process ended (exit status {status}), so no query can be answered; start again")

    def _fail(self, why: str) -> None:
        self.failure = why
        self.server.signal_handler_interrupt()  # type: ignore[no-untyped-call]

    def _answers(self) -> bool:
        until = time.monotonic() + STARTS_WITHIN
        process = self.held.process
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


def _app(settings: Settings, make: Callable[[], Engine]) -> Any:
    """Return the WSGI app, in the HTTP server's own process, which ends where this command was killed."""
    from multiprocessing import parent_process

    from byregion.archive import Archive, Revisions
    from byregion.archive.rooms import Rooms
    from byregion.engine import Limits
    from byregion.web.app import create_app

    def follow() -> None:
        if parent := parent_process():
            parent.join()
            os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=follow, name="follow", daemon=True).start()
    engine = make()
    # Half of the threads at most work on earlier revisions.
    rooms = Rooms(Limits.of(settings), askers=max(1, settings.http_threads // 2))
    archive = Archive(Path(settings.archive)) if settings.archive else None
    app = create_app(settings, engine, Revisions(engine, archive, rooms))
    # Catalogue and downloads take some seconds to make; so they are there when somebody asks.
    app.extensions["byregion"].edition.begin()
    return app
