"""The command `byregion`: one module a verb, each read only when it is called."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module

import click

from byregion.cli.screen import nearest, screen
from byregion.errors import ByregionError

VERBS = (
    *("backup", "build", "catalogue", "check", "diff", "evidence", "export", "generate", "import", "infer", "link"),
    *("load", "migrate", "municipality", "query", "release", "reload", "restore", "revert", "serve", "template"),
    *("token", "validate"),
)

CONFORMS, DOES_NOT_CONFORM, COULD_NOT_RUN = 0, 1, 2


class _Verbs(click.Group):
    """The verbs by name, and what happens when one cannot do its work."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb; fails with the nearest names where there is no such one."""
        if cmd_name not in VERBS:
            ctx.fail(f"there is no verb {cmd_name!r}{nearest(cmd_name, VERBS)}")
        command: click.Command = import_module(f"byregion.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb; an error that byregion or the file system raises on purpose ends it with a sentence."""
        try:
            if sys.stdout is None:  # as after >&- in a shell
                raise OSError("standard output is closed, so nobody would see the answer")
            done = super().invoke(ctx)
            sys.stdout.flush()
            return done
        except BrokenPipeError:
            # click would end with 1, which says here that something does not conform.
            _let_go_of_pipes()
            ctx.exit(COULD_NOT_RUN)
        except (ByregionError, OSError) as error:
            if screen(ctx).debug:
                raise
            screen(ctx).error(str(error))
            ctx.exit(COULD_NOT_RUN)
        except KeyboardInterrupt:
            ctx.exit(COULD_NOT_RUN)


def _let_go_of_pipes() -> None:
    """Send what is still to be written nowhere, so that the interpreter is silent about it when it ends.

    Source: https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="byregion", message="%(prog)s %(version)s")
def main() -> None:
    """Norway's city-region programme as linked open data.

    Exit status: 0 it conforms or is done, 1 it does not conform, 2 it could not be run. Settings are environment
    variables that begin with BYREGION_; docs/settings.md names them.
    """
    # A name like Leaŋgáviika must not end in an error where the locale's encoding lacks its letters.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
