"""The option of the verbs that are about a store on disk."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from byregion.config import Settings
from byregion.errors import ConfigError

store_option = click.option("--store", metavar="PATH", help="Folder of the store; by default BYREGION_STORE.")
"""Adds `--store` to a verb."""


def settings(store: str | None) -> tuple[Settings, Path]:
    """Return the settings of a verb, and the folder that they or its option name; raises ConfigError for no folder."""
    found = Settings.from_env(os.environ)
    found = replace(found, store=store or found.store)
    if found.store_folder is None:
        raise ConfigError(f"store is {found.store!r}, which is no store on disk; give its folder with --store")
    return found, found.store_folder
