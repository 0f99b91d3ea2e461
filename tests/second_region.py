"""The second region that model, shapes and queries must hold for unchanged: a dataset for tests only."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from byregion import iri
from byregion.dataset import GraphFile

FOLDER = Path(__file__).parent / "data" / "haugesundregionen"
FILES = tuple(
    GraphFile(path, iri.graph(PurePosixPath(FOLDER.name, path.name))) for path in sorted(FOLDER.glob("*.ttl"))
)
assert {item.path.name for item in FILES} >= {"stated.ttl", "readings.ttl"}, f"{FOLDER} holds no dataset"
