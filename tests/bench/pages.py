"""What a page costs to make: one request for each type of page, in this process, with nothing kept from before."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from byregion.config import Settings
from byregion.dataset import data_files, ontology_files
from byregion.engine.memory import MemoryEngine
from byregion.infer import UPDATES
from byregion.web import create_app

from .local import Measure, measure

# One page of each type, by what it is called here; who makes a type of page adds it.
PAGES: Final = {
    "home": "/",
    "list": "/doc/goal/",
    "map": "/map",
    "compare": "/compare?region=midt-troms&region=haugesundregionen",
    "question": "/queries/participants",
    "region": "/doc/region/midt-troms",
    "municipality": "/doc/municipality/lenvik-1931",
    "municipality number": "/doc/municipality-number/1931",
    "county": "/doc/county/troms-19",
    "goal": "/doc/goal/midt-troms-naeringsfokus",
    "measure group": "/doc/measure-group/midt-troms-naeringsplan",
    "advice": "/doc/advice/midt-troms-2",
    "result": "/doc/result/midt-troms-tillit",
    "plan": "/doc/plan/midt-troms-naeringsplan",
    "theme": "/doc/concept/business",
    "source with its text": "/doc/source/midt-troms-page",
    "source of a table": "/doc/source/kommunekoder",
    "quote": "/doc/quote/midt-troms-areal",
    "reading": "/doc/reading/midt-troms-alle-kommuner",
    "participation": "/doc/participation/midt-troms-lenvik",
    "observation": "/doc/observation/midt-troms-population",
}


def run(data: Path, *, once: bool) -> list[Measure]:
    """Return what each page takes over the data in a folder; `once` is to see that it is there."""
    print("\npages, made in this process")
    engine = MemoryEngine.of([*ontology_files(), *data_files(data)], UPDATES)
    client = create_app(Settings(data=data), engine).test_client()

    def asked(address: str) -> None:
        response = client.get(address, headers={"accept": "text/html"})
        if response.status_code != 200:
            raise RuntimeError(f"{address} was answered with {response.status_code}")

    return [measure(f"page: {name}", 1 if once else 20, lambda at=at: asked(at)) for name, at in PAGES.items()]  # type: ignore[misc]
