"""The W3C's suites, a test an entry, asked of `byregion serve --empty`; failing.toml lists what fails, and why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from . import report
from .endpoint import Endpoint, OtherForm, Wrong, byregion
from .judging import judge
from .suite import Entry, Suite, archive

SUITE = Suite(archive())
ENTRIES = report.all_entries(SUITE)
GROUPS = report.failing()
LISTED = {name: group for group in GROUPS for name in group.tests}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    with byregion(tmp_path_factory.mktemp("w3c")) as server:
        yield server


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_entry(entry: Entry, endpoint: Endpoint):
    listed = LISTED.get(entry.id)
    try:
        judge(entry, SUITE, endpoint)
    except Wrong as wrong:
        if listed is None:
            raise
        assert isinstance(wrong, OtherForm) == listed.same_values, f"not as failing.toml has it: {wrong}"
    else:
        assert listed is None, f"passes now: take it out of failing.toml, from {listed.title!r}"


def test_the_document_is_what_the_suites_and_the_list_make():
    assert report.DOCUMENT.read_text(encoding="utf-8") == report.document(SUITE, GROUPS), "python -m tests.w3c --write"


def test_nothing_is_listed_that_is_not_asked():
    assert LISTED.keys() <= {entry.id for entry in ENTRIES}
