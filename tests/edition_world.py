"""A folder of data that an owner has made complete: the published data, the second region, a made-up publisher."""

from __future__ import annotations

import shutil
from pathlib import Path

import catalogue_world
from byregion import infer
from byregion.dataset import GraphFile, data_files, layout, ontology_files
from byregion.edition.contents import Task
from byregion.engine.memory import MemoryEngine
from second_region import FOLDER as SECOND_REGION

URL = "http://127.0.0.1:8080/"


def owned(folder: Path, *, second_region: bool = True) -> Path:
    """Make the folder of data below `folder`."""
    data = folder / "data"
    shutil.copytree(catalogue_world.DATA, data)
    (data / "catalogue.ttl").write_text(layout(catalogue_world.said()), encoding="utf-8")
    if second_region:
        shutil.copytree(SECOND_REGION, data / SECOND_REGION.name)
    return data


def small(folder: Path) -> Path:
    """Make a folder of data with one dataset below `folder`, for tests of how an edition is made."""
    data = folder / "data"
    shutil.copytree(catalogue_world.DATA / "programme", data / "programme")
    shutil.copy(catalogue_world.DATA / "catalogue.ttl", data)
    return data


def files(data: Path) -> list[GraphFile]:
    """What is published of a folder of data."""
    return [*ontology_files(), *data_files(data)]


def task(data: Path) -> Task:
    """An edition of what a server would read in a folder."""
    return Task(str(data), URL, MemoryEngine.of(files(data), infer.UPDATES).revision)
