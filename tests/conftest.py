"""The worlds that tests share: the published data and the second region behind the real engine and the real app."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from flask import Flask

import excerpt
from browser import chromium as chromium
from browser import running as running
from browser import visit as visit
from browser import written as written
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files
from byregion.engine import Limits
from byregion.engine.launch import Template, serve_template
from byregion.engine.pool import Pool
from byregion.infer import UPDATES
from byregion.web import create_app
from second_region import FOLDER as SECOND_REGION


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what is published, cut down as `excerpt` says, and the second region."""
    path = tmp_path_factory.mktemp("published") / "data"
    shutil.copytree(excerpt.data(), path)
    shutil.copytree(SECOND_REGION, path / SECOND_REGION.name)
    return path


@pytest.fixture(scope="session")
def template(data: Path) -> Iterator[Template]:
    """A template process over everything in the folder."""
    with serve_template([*ontology_files(), *data_files(data)], UPDATES, Limits()) as started:
        yield started


@pytest.fixture(scope="session")
def engine(template: Template) -> Iterator[Pool]:
    """The engine of the server: two workers, forked from the template."""
    pool = template.pool()
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def app(data: Path, engine: Pool) -> Flask:
    """The app as `byregion serve` makes it."""
    # What is made from the files is waited for, however busy the machine that tests is.
    return create_app(Settings(data=data, query_seconds=60), engine)


@pytest.fixture
def client(app: Flask) -> Iterator[httpx.Client]:
    """A client that says nothing of what it accepts, and follows no redirect."""
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as made:
        del made.headers["accept"]
        yield made
