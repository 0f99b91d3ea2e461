"""`byregion reload`: a running server publishes what its files say now, without an answer in between."""

from __future__ import annotations

import os

import click

from byregion.cli.screen import common, screen
from byregion.config import Settings
from byregion.errors import ConfigError


@click.command("reload")
@click.option("--port", type=int, help="TCP port that the server listens on; 8080 by default.")
@common
def command(port: int | None) -> None:
    """Have a running `byregion serve` publish what its files say now.

    It loads them beside what it publishes and changes over when catalogue and downloads are made; no request fails
    meanwhile. Where the files cannot be published, it says why and goes on with what it has.
    """
    if os.name == "nt":
        raise ConfigError("byregion serve needs fork, which Windows does not have; run it in WSL or on a server")
    from byregion.serving import control

    revision = control.reload(port or Settings.from_env(os.environ).port, screen().tell)
    screen().say(f"revision {revision[:16]} is published", "bold green")
