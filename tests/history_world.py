"""A store of published data on disk, served and written to, for tests of what becomes of its changes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx

from byregion import tokens
from byregion.namespaces import BASE
from serving import BYREGION, WITHIN, served

TRANSLATIONS = f"{BASE}graphs/midt-troms/translations"
READINGS = f"{BASE}graphs/midt-troms/readings"
REGION = f"{BASE}id/region/midt-troms"
PREF_LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
NOTE = "<http://www.w3.org/2004/02/skos/core#editorialNote>"


class Store:
    """The folder of a store that begins with the data in another, and a token to write to it."""

    def __init__(self, folder: Path, data: Path | None = None) -> None:
        self.folder, self.data = folder / "store", data
        self.token_file = folder / "tokens.json"
        self.token = tokens.create(self.token_file, "kari@example.org")
        self.environ = {"BYREGION_DATA": str(data)} if data else {}

    @contextmanager
    def serve(self, *options: str) -> Iterator[httpx.Client]:
        given = ("--store", str(self.folder), "--token-file", str(self.token_file), *options)
        headers = {"authorization": f"Bearer {self.token}"}
        with (
            served(*given, **self.environ) as (_, url),
            httpx.Client(base_url=url, timeout=30, headers=headers) as client,
        ):
            yield client

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a verb of the command."""
        command = [str(BYREGION), *map(str, words)]
        return subprocess.run(
            command, env=self.environ, capture_output=True, text=True, timeout=WITHIN * 2, check=False
        )


def update(client: httpx.Client, text: str, why: str = "") -> httpx.Response:
    """Do an update, which must succeed."""
    headers = {"content-type": "application/sparql-update"} | ({"byregion-reason": quote(why)} if why else {})
    done = client.post("/sparql", content=text.encode(), headers=headers)
    assert done.status_code == 204, done.text
    return done


def contents(folder: Path) -> dict[str, bytes]:
    """The files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
