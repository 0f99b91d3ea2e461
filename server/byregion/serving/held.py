"""A revision that can be asked: in a template process of our own, or in the store that the settings name."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from byregion.archive import Archive
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files, shape_files
from byregion.engine import Engine, Limits, snapshot
from byregion.engine.store import published
from byregion.errors import ArchiveError
from byregion.history.told import Told
from byregion.infer import RULES
from byregion.iri import INFERRED

Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Held:
    """A revision that can be asked: `engine` makes what asks it, in another process; `process` must live, if any."""

    revision: str
    stated: int
    inferred: int
    unkept: str
    engine: Callable[[], Engine]
    process: subprocess.Popen[str] | None = None


@contextmanager
def held(settings: Settings, warn: Warn) -> Iterator[Held]:
    """Give the revision that the files make now, kept in the archive where the settings name one.

    Raises DataError and EngineError as loading does. What can be published is published: an archive that fails costs a
    warning, and the permalinks of this revision.
    """
    with _incoming(settings, warn) as keep, _held(settings, keep) as found:
        if keep:
            _record(settings, found, keep, warn)
        yield found


@contextmanager
def _held(settings: Settings, keep: Path | None) -> Iterator[Held]:
    from byregion.engine.launch import serve_empty, serve_template

    limits, folder = Limits.of(settings), settings.store_folder
    if settings.empty:
        with serve_empty(limits, shapes=_shapes(settings), store=folder) as blank:
            engine = partial(_pool, settings, blank.socket, blank.revision)
            yield Held(blank.revision, blank.stated, 0, "", engine, blank.process)
        return
    files = [*ontology_files(), *data_files(settings.data)]
    rules = [rule.update for rule in RULES]
    if settings.is_remote:
        yield _remote(settings, published(files, rules, INFERRED), keep)
        return
    shapes = _shapes(settings) if settings.takes_writes else None
    with serve_template(files, rules, limits, keep=keep, shapes=shapes, store=folder) as found:
        engine = partial(_pool, settings, found.socket, found.revision)
        yield Held(found.revision, found.stated, found.inferred, found.unkept, engine, found.process)


def _shapes(settings: Settings) -> tuple[Path, ...]:
    """Return the files that writes are validated against, () for nothing."""
    if settings.shapes == "none":
        return ()
    return tuple(sorted(Path(settings.shapes).glob("*.ttl"))) if settings.shapes else shape_files()


def _remote(settings: Settings, text: bytes, keep: Path | None) -> Held:
    from byregion.engine.remote import RemoteEngine, connect

    with closing(connect(settings, text)) as checked:
        holding = checked.holding
    unkept = ""
    if keep:
        try:
            snapshot.write(keep, text)
        except OSError as error:
            unkept = f"the snapshot of the revision cannot be written: {error}"
    engine = partial(RemoteEngine.of, settings, holding)
    return Held(holding.revision, holding.stated, holding.inferred, unkept, engine)


def _pool(settings: Settings, address: Path, revision: str) -> Engine:
    from byregion.engine.federation import Federation
    from byregion.engine.lanes import Width
    from byregion.engine.pool import Pool

    return Pool(
        address,
        revision,
        limits=Limits.of(settings),
        width=Width.of(settings),
        base=f"{settings.url}sparql",
        federation=Federation.of(settings),
        beside=Told(folder, settings.url) if (folder := settings.store_folder) else None,
    )


@contextmanager
def _incoming(settings: Settings, warn: Warn) -> Iterator[Path | None]:
    """Give where the archive wants a snapshot; None where there is no archive, or none that can be written to."""
    with ExitStack() as stack:
        keep = None
        if settings.archive:
            try:
                keep = stack.enter_context(Archive(Path(settings.archive)).incoming())
            except ArchiveError as error:
                _unkept(settings, error, warn)
        yield keep


def _record(settings: Settings, found: Held, keep: Path, warn: Warn) -> None:
    try:
        if found.unkept:
            raise ArchiveError(found.unkept)
        Archive(Path(settings.archive)).record(found.revision, keep)
    except ArchiveError as error:
        _unkept(settings, error, warn)


def _unkept(settings: Settings, error: ArchiveError, warn: Warn) -> None:
    warn(f"this revision is not kept in the archive {settings.archive}: {error}")
