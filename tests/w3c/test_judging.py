"""The judge finds faults: Oxigraph's own server has some, and they are known."""

from __future__ import annotations

from .endpoint import Wrong, oxigraph
from .exchanges import judge
from .report import EXCHANGES, all_entries
from .suite import Suite, archive


def test_the_exchanges_tell_what_oxigraph_does_not_do():
    entries = [entry for entry in all_entries(Suite(archive())) if entry.manifest in EXCHANGES]
    wrong = {}
    with oxigraph() as server:
        for entry in entries:
            try:
                judge(entry, server)
            except Wrong as error:
                wrong[entry.name] = str(error).partition(": ")[0].partition(" (")[0]
    assert len(entries) == 50
    assert wrong == {
        "bad_update_get": "not a client error",
        "post_get_post_get": "not [200, 204]",
        "post_get_post_get_indirect": "not [200, 204]",
        "head_existing": "not text/turtle",
        "head_existing_indirect": "not text/turtle",
        "head_non_existing": "an answer to HEAD has a body",
        "head_non_existing_indirect": "an answer to HEAD has a body",
    }
