"""Graphs as documents: the same graph always gives the same bytes, in every format and every process."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from byregion.assets import folder
from byregion.dataset import read_graph
from byregion.web import formats, graphs

PROGRAMME = folder("data") / "programme" / "stated.ttl"
MEDIA_TYPES = [offer.media_type for offer in formats.named(formats.GRAPHS)]
WRITE = """
import sys
from pathlib import Path
from byregion.dataset import read_graph
from byregion.web import graphs
body = read_graph(Path(sys.argv[1])).serialize(format="nt").encode()
for media_type in sys.argv[2:]:
    sys.stdout.buffer.write(graphs.written(graphs.read(body), media_type))
"""


def written(seed: str) -> bytes:
    """What a process writes whose sets are in another order."""
    command = [sys.executable, "-c", WRITE, str(PROGRAMME), *MEDIA_TYPES]
    environ = os.environ | {"PYTHONHASHSEED": seed}
    return subprocess.run(command, env=environ, capture_output=True, check=True, timeout=60).stdout


def test_every_process_writes_the_same_bytes():
    assert len({written(seed) for seed in ("1", "2")}) == 1


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@pytest.mark.parametrize("path", [PROGRAMME, folder("ontology") / "byregion.ttl"], ids=lambda path: path.stem)
def test_what_is_written_is_the_graph(media_type: str, path: Path):
    graph = read_graph(path)
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # rdflib's JSON-LD warns of itself
        again = Graph().parse(data=graphs.written(graph, media_type), format=media_type)
    assert len(graph) > 50
    assert isomorphic(graph, again)


def test_lists_keep_their_order_in_json_ld():
    data = '{"@id": "http://x.test/a", "http://x.test/p": {"@list": ["z", "a", "m"]}}'
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        graph = Graph().parse(data=data, format="json-ld")
    text = graphs.written(graph, "application/ld+json").decode()
    assert text.index('"z"') < text.index('"a"') < text.index('"m"')
