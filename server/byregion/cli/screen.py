"""What a person sees: colour and progress on a terminal, plain lines everywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from difflib import get_close_matches
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

_F = TypeVar("_F", bound=Callable[..., Any])


class _Console(Console):
    """A console that leaves it to the command to end when the reader of a pipe has gone."""

    def on_broken_pipe(self) -> None:
        """Raise the BrokenPipeError that rich is about to make an exit status of its own."""
        raise  # rich calls this where it has just caught the error


class Screen:
    """Where a verb writes: `say` for the answer, `tell` for what is said about it, `error` for why there is none."""

    def __init__(self) -> None:
        """Begin talkative; the options --quiet and --debug change it."""
        self.quiet = False
        self.debug = False

    def _console(self, *, stderr: bool) -> Console:
        # Lines are never broken to a width: what is piped on must stay whole.
        plain = {"force_terminal": False, "no_color": True} if self.quiet else {}
        return _Console(stderr=stderr, soft_wrap=True, highlight=False, **plain)  # type: ignore[arg-type]

    def say(self, line: str, style: str = "") -> None:
        """Write a line to standard output."""
        self._console(stderr=False).print(Text(line, style))

    def tell(self, line: str, style: str = "") -> None:
        """Write a line to standard error, unless quiet."""
        if not self.quiet:
            self._console(stderr=True).print(Text(line, style))

    def warn(self, message: str) -> None:
        """Write what was not done, though the rest was, to standard error."""
        line = Text("warning: ", "bold yellow")
        self._console(stderr=True).print(line.append(message, "not bold default"))

    def error(self, message: str) -> None:
        """Write why something could not be done to standard error."""
        line = Text("error: ", "bold red")
        self._console(stderr=True).print(line.append(message, "not bold default"))

    def point(self, number: int, line: str, carets: str) -> None:
        """Write a line to standard error with its number and with what points at the place of an error below it."""
        margin = " " * len(str(number))
        self._console(stderr=True).print(Text(f"{number} | {line}"))
        self._console(stderr=True).print(Text(f"{margin} | {carets}", "bold red"))

    def working(self, what: str) -> AbstractContextManager[object]:
        """Return a context that shows progress on a terminal, and nothing elsewhere or when quiet."""
        console = self._console(stderr=True)
        return console.status(what) if console.is_terminal and not self.quiet else nullcontext()

    @contextmanager
    def counting(self, what: str) -> Iterator[Callable[[int], None]]:
        """Give what is to be told how many there are by now; a terminal shows it."""
        with self.working(what) as status:

            def step(count: int) -> None:
                if isinstance(status, Status):
                    status.update(status=f"{what}: {count} files")

            yield step

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write rows in columns: within the width of a terminal, and elsewhere as wide as their longest cell."""
        console = self._console(stderr=False)
        if console.is_terminal and not self.quiet:
            table = Table(*header, box=None, pad_edge=False)
            for row in rows:
                table.add_row(*(Text(cell, overflow="fold") for cell in row))
            console.print(table)
            return
        cells = [header, *([" ".join(cell.splitlines()) for cell in row] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for line in cells:
            self.say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def screen(ctx: click.Context | None = None) -> Screen:
    """Return the one screen of this run."""
    root = (ctx or click.get_current_context()).find_root()
    if root.obj is None:
        root.obj = Screen()
    found: Screen = root.obj
    return found


def common(verb: _F) -> _F:
    """Give a verb the options that every verb has: --quiet and --debug."""

    def remember(ctx: click.Context, option: click.Parameter, value: bool) -> None:
        setattr(screen(ctx), str(option.name), value)

    quiet = click.option("-q", "--quiet", is_flag=True, expose_value=False, callback=remember, help="Only the answer.")
    debug = click.option("--debug", is_flag=True, expose_value=False, callback=remember, help="Show a traceback.")
    return quiet(debug(verb))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return what to say after "there is no such name": the nearest ones, or all where none is near."""
    all_of_them = sorted(known)
    close = get_close_matches(name, all_of_them, n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}?" if close else f"; there are {', '.join(all_of_them)}"
