"""The loop of the template: it forks a process for each connection, buries it, and makes the changes that writers tell.

All is done in one thread, so that what a fork gets is whole: the state before a change or the state after it.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, NoReturn

from byregion.engine import wire, worker, writer
from byregion.engine.board import Board
from byregion.engine.delta import Delta, revision
from byregion.engine.journal import Journal
from byregion.engine.journal.writing import compact
from byregion.engine.store import LoadedStore, compacted
from byregion.engine.write import Written
from byregion.errors import EngineError, StoreError, sentence
from byregion.sentences import packed

_DEAD: Final = 10_000
"""Removed statements, whose memory the store keeps, after which it is made anew; where it holds more, so many."""


class State:
    """What the template holds, and what a fork of it may add: `spare` bytes of memory and a `stack`."""

    def __init__(
        self, loaded: LoadedStore, board: Board, *, spare: int, stack: int, journal: Journal | None = None
    ) -> None:
        """Hold a store whose revision is on the board, and the journal that its changes are recorded in, if any."""
        self.journal = journal
        self.loaded = loaded
        self.stack = stack
        self._board = board
        self._spare = spare
        self._dead = 0
        self.memory = worker.memory_held() + spare

    def commit(self, told: bytes) -> Written:
        """Make the change that a writer told, and return what it did; it is in the journal, on the disk, before.

        This is the one place where what is held changes. Raises EngineError and StoreError, having changed nothing.
        """
        signature, _, text = told.partition(b"\n")
        delta = Delta.of_text(text)
        name = revision(self.loaded.revision, text)
        apply = delta.applier()
        if self.journal and delta:
            self.journal.append(text, **json.loads(signature))
        apply(self.loaded.store, self.loaded.is_merged)
        stated, follows = delta.stated, delta.inferences
        self._dead += len(delta.removed)
        store = self.loaded.store
        # Counting what a store holds takes 0.1 s for a million.
        if self._dead > max(_DEAD, self.loaded.stated + self.loaded.inferred):
            store, self._dead = compacted(store), 0
        self.loaded = replace(
            self.loaded,
            store=store,
            revision=name,
            stated=self.loaded.stated + len(stated.added) - len(stated.removed),
            inferred=self.loaded.inferred + len(follows.added) - len(follows.removed),
        )
        self.memory = worker.memory_held() + self._spare
        self._board.post(name)
        return Written(name, len(stated.added), len(stated.removed), tuple(sorted(delta.created)))


@dataclass(frozen=True, slots=True)
class _Child:
    """A forked process as its parent sees it, and the pipe that tells the pool how it ended.

    A writer has something to tell, a query worker has not.
    """

    pid: int
    process: int
    fate: int
    told: writer.Told | None


@dataclass(slots=True)
class Forks:
    """The processes forked from a state: query workers for connections to `queries`, writers for those to `writes`."""

    state: State
    queries: socket.socket
    writes: socket.socket | None = None
    _pid: int = field(default_factory=os.getpid)
    _children: dict[int, _Child] = field(default_factory=dict)
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _compacting: int = 0

    def serve(self) -> None:
        """Fork for every connection and bury every child, until standard input closes."""
        self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        self._on(self.queries, self._fork_worker)
        if self.writes:
            self._on(self.writes, self._fork_writer)
        self._tidy()
        try:
            while True:
                for key, _ in self._selector.select():
                    # What was done for another may have ended this one.
                    if self._selector.get_map().get(key.fileobj) is not key:
                        continue
                    if key.data is None:
                        return
                    key.data()
        finally:
            for child in list(self._children.values()):
                signal.pidfd_send_signal(child.process, signal.SIGKILL)
                self._bury(child)
            if self._compacting:
                # What is not whole yet is taken away when the store is opened.
                os.kill(self._compacting, signal.SIGKILL)
                os.waitpid(self._compacting, 0)

    def _on(self, source: int | socket.socket, act: Callable[[], None]) -> None:
        self._selector.register(source, selectors.EVENT_READ, act)

    def _fork_worker(self) -> None:
        self._fork(self.queries, None)

    def _fork_writer(self) -> None:
        """Fork a writer for the next connection; until it has ended, there is no other."""
        if self.writes is None:
            return
        pipe, told = os.pipe()
        os.set_blocking(pipe, False)
        child = self._fork(self.writes, writer.Told(pipe), told)
        os.close(told)
        if child is None:
            os.close(pipe)
        else:
            self._selector.unregister(self.writes)
            self._on(pipe, partial(self._hear, child))

    def _fork(self, listener: socket.socket, hears: writer.Told | None, told: int = -1) -> _Child | None:
        """Fork a child for the next connection, and send the pool what ends it and what tells of its end.

        Returns None where that failed: the pool sees its connection close and says so to whoever asks.
        """
        try:
            connection, _ = listener.accept()
        except OSError as error:
            print(f"no connection to a query worker could be made: {error}", file=sys.stderr)
            return None
        with connection:
            try:
                ended, fate = os.pipe()
                pid = os.fork()
            except OSError as error:
                print(f"no query worker could be started: {error}", file=sys.stderr)
                return None
            if pid == 0:
                self._be(connection, told)
            child = _Child(pid, os.pidfd_open(pid), fate, hears)
            self._children[pid] = child
            self._on(child.process, partial(self._bury, child))
            # A pool that has closed already leaves a worker that reads the end of its connection, and ends.
            with contextlib.suppress(OSError):
                said = wire.FORKED.pack(pid, bytes.fromhex(self.state.loaded.revision))
                socket.send_fds(connection, [said], [child.process, ended])
            os.close(ended)
        return child

    def _be(self, connection: socket.socket, told: int) -> None:
        limits = {"template": self._pid, "memory": self.state.memory, "stack": self.state.stack}
        if told < 0:
            worker.run(connection, self.state.loaded, **limits)
        else:
            writer.run(connection, self.state.loaded, told=told, **limits)

    def _hear(self, child: _Child) -> None:
        if child.told and not child.told.read():
            self._selector.unregister(child.told.pipe)

    def _bury(self, child: _Child) -> None:
        """Wait for a child that has ended or is about to, and tell the pool by which signal (0 where by none).

        Of a writer that has done its work the pool is told what has changed instead.
        """
        _, status = os.waitpid(child.pid, 0)
        del self._children[child.pid]
        self._selector.unregister(child.process)
        os.close(child.process)
        said = bytes([os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0])
        if child.told:
            said = self._heard(child.told, status) or said
        # A pool that ended the worker itself does not ask.
        with contextlib.suppress(BrokenPipeError):
            os.write(child.fate, said)
        os.close(child.fate)

    def _heard(self, told: writer.Told, status: int) -> bytes:
        """Make the change that a writer told, if it ended by itself; return what the pool is told of it."""
        if told.pipe in self._selector.get_map():
            told.read()
            self._selector.unregister(told.pipe)
        os.close(told.pipe)
        if self.writes:
            self._on(self.writes, self._fork_writer)
        if status != 0 or told.text is None:
            return b""
        try:
            written = self.state.commit(told.text)
        except (EngineError, StoreError) as error:
            return json.dumps({"error": packed(sentence(error)), "kind": type(error).__name__}).encode()
        self._tidy()
        return json.dumps(written.told()).encode()

    def _tidy(self) -> None:
        """Have a process of its own make a snapshot where the journal has grown long."""
        journal = self.state.journal
        if journal is None or self._compacting or not journal.is_long:
            return
        try:
            journal.rotate()
            pid = os.fork()
        except OSError as error:
            print(f"no snapshot of the store on disk could be made: {error}", file=sys.stderr)
            return
        if pid == 0:
            _compact(journal, self._pid)
        self._compacting, process = pid, os.pidfd_open(pid)
        self._on(process, partial(self._compacted, process))

    def _compacted(self, process: int) -> None:
        os.waitpid(self._compacting, 0)
        self._selector.unregister(process)
        os.close(process)
        self._compacting = 0


def _compact(journal: Journal, template: int) -> NoReturn:
    """Be the process that makes a snapshot of what the journal ended with when its last segment began."""
    status = 1
    try:
        worker.end_with(template)
        os.nice(10)
        compact(journal.folder, journal.head.after)
        status = 0
    except (OSError, StoreError) as error:
        print(f"no snapshot of the store on disk could be made: {error}", file=sys.stderr, flush=True)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
