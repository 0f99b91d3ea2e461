"""What the verbs for workbooks have in common: what is published around them, and the files of a dataset."""

from __future__ import annotations

import os
from pathlib import Path

from rdflib import Graph

from byregion import iri
from byregion.config import Settings
from byregion.convert.workbook import world
from byregion.convert.workbook.world import World
from byregion.dataset import read_graph
from byregion.errors import ConfigError, DataError

__all__ = ["Published", "World", "new", "parts"]


class Published(world.Published):
    """What is published, as the settings of the environment say."""

    def __init__(self, language: str) -> None:
        """Read everything; what is said is said in `language`."""
        super().__init__(Settings.from_env(os.environ).data, language)


def parts(folder: Path) -> dict[str, Graph]:
    """Return the graphs of a dataset by the names of its parts.

    Raises DataError where the folder is none of a dataset, or a file is not Turtle.
    """
    found = {path.stem: read_graph(path) for path in sorted(folder.glob("*.ttl")) if path.stem in iri.PARTS}
    if not found:
        raise DataError("there is no dataset here; name a folder with stated.ttl, such as data/midt-troms", folder)
    return found


def new(path: Path, force: bool) -> None:
    """Raise ConfigError where a workbook is not to be written: the name is none, or something is there."""
    if path.suffix.lower() != ".xlsx":
        raise ConfigError(f"{path} is no name for an Excel workbook; it ends in .xlsx")
    if path.exists() and not force:
        raise ConfigError(f"{path} is there already; take another name, or --force to write over it")
