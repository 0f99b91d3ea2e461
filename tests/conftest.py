"""The worlds that tests share: the published data and the second region behind the real engine and the real app."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from flask import Flask

from byregion.assets import folder
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files
from byregion.engine import Limits
from byregion.engine.launch import Template, serve_template
from byregion.engine.pool import Pool
from byregion.infer import UPDATES
from byregion.web import create_app
from second_region import FILES as SECOND_REGION


@pytest.fixture(scope="session")
def template() -> Iterator[Template]:
    """A template process over everything that is published, and the second region."""
    files = [*ontology_files(), *data_files(folder("data")), *SECOND_REGION]
    with serve_template(files, UPDATES, Limits()) as started:
        yield started


@pytest.fixture(scope="session")
def engine(template: Template) -> Iterator[Pool]:
    """The engine of the server: two workers, forked from the template."""
    pool = template.pool(2)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def app(engine: Pool) -> Flask:
    """The app as `byregion serve` makes it."""
    return create_app(Settings(), engine)


@pytest.fixture
def client(app: Flask) -> Iterator[httpx.Client]:
    """A client that says nothing of what it accepts, and follows no redirect."""
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as made:
        del made.headers["accept"]
        yield made
