"""The option of the verbs that are about a store on disk."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from byregion.config import Settings
from byregion.engine.journal import layout
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


def existing(store: str | None) -> Path:
    """Return the folder of the store that the option or the settings name; raises ConfigError where it holds none."""
    _, folder = settings(store)
    if not folder.is_dir() or not layout.segments(folder):
        raise ConfigError(f"there is no store in {folder}; say with --store where it is")
    return folder
