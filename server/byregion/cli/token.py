"""`byregion token`: who may write."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from byregion import tokens
from byregion.cli.screen import common, screen
from byregion.errors import ConfigError

_file = click.option(
    "--token-file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="BYREGION_TOKEN_FILE",
    required=True,
    help="File of the tokens, as `byregion serve` has it.",
)
_name = click.option("--name", required=True, help="Whose the token is.")


@click.group("token")
def command() -> None:
    """Make, list and revoke the tokens that let somebody write.

    A running server knows of each change at once.
    """


@command.command("create")
@_file
@_name
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="SCOPE",
    help="What it allows: write (every graph; the default), or graph: and what the IRIs of the graphs begin with.",
)
@click.option("--expires", metavar="DATE", help="Day, in UTC, from which it is not valid any more; never by default.")
@common
def create(path: Path, name: str, scopes: tuple[str, ...], expires: str | None) -> None:
    """Make a token and print it, once: only its hash is kept."""
    made = tokens.create(path, name, scopes or (tokens.WRITE,), _day(expires))
    screen().tell("keep it well: it cannot be shown again")
    screen().say(made)


def _day(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise ConfigError(f"--expires is {text!r}: it must be a day, such as 2027-01-31") from error
    if day <= datetime.now(UTC):
        raise ConfigError(f"--expires is {text}, which is past")
    return day


@command.command("list")
@_file
@common
def show(path: Path) -> None:
    """List the tokens: name, scopes, from when and until when they are valid."""
    for token in tokens.read(path):
        state = "expired" if token.is_expired(datetime.now(UTC)) else f"until {token.expires or 'revoked'}"
        screen().say(f"{token.name}  {', '.join(token.scopes)}  since {token.created}  {state}")


@command.command("revoke")
@_file
@_name
@common
def revoke(path: Path, name: str) -> None:
    """Forget a token: from now on nobody writes with it."""
    tokens.revoke(path, name)
    screen().tell(f"the token {name} is revoked")
