"""Settings that go together: what may be written to, what may be lost, and who may be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from byregion.config import Settings
from byregion.errors import ConfigError

BLANK: dict[str, Any] = {"empty": True, "shapes": "none", "token_file": "tokens.json"}


def test_who_has_tokens_takes_writes():
    assert Settings(**BLANK).takes_writes
    assert Settings(token_file="tokens.json", volatile=True).takes_writes
    assert not Settings().takes_writes


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"token_file": "t"}, "are lost when the server ends; volatile"),
        ({"token_file": "t", "store": "http://127.0.0.1:9/sparql"}, "is written to by other means"),
        (BLANK | {"shapes": ""}, "say shapes 'none', or name a folder"),
        (BLANK | {"shapes": "all"}, "shapes is 'all'"),
        (BLANK | {"token_file": ""}, "it needs a token_file"),
        (BLANK | {"store": "http://127.0.0.1:9/sparql"}, "token_file needs"),
        (BLANK | {"archive": "a"}, "archive empty"),
        (BLANK | {"archive": "kept"}, "archive empty"),
        ({"store": "memroy"}, r"a new one is \./memroy"),
        ({"store": "./store", "archive": "kept"}, "archive must be empty"),
        (BLANK | {"max_write_bytes": 0}, "max_write_bytes is 0"),
        ({"service": "http://e.test/sparql", "store": "http://127.0.0.1:9/sparql"}, "service needs store 'memory'"),
        ({"service": "http://e.test/sparql ftp://e.test/"}, "service is 'ftp://e.test/'"),
        ({"service": "http://me:secret@e.test/sparql"}, "other endpoints are told none"),
        ({"service": "http://e.test/sp\u00e5rql"}, "in ASCII"),
        ({"service": "http://e.test/a>b"}, "service is 'http://e.test/a>b'"),
        ({"service_calls": 0}, "service_calls is 0"),
    ],
)
def test_what_does_not_go_together_is_told(given: dict[str, Any], said: str):
    with pytest.raises(ConfigError, match=said):
        Settings(**given)


def test_endpoints_are_told_with_spaces_between_them():
    assert Settings(service=" http://a.test/ \n http://b.test/sparql").services == (
        "http://a.test/",
        "http://b.test/sparql",
    )
    assert Settings().services == ()


def test_they_come_from_the_environment_and_go_to_that_of_a_child():
    settings = Settings(**BLANK)
    assert Settings.from_env(settings.to_env()) == settings
    with pytest.raises(ConfigError, match="BYREGION_EMPTY"):
        Settings.from_env({"BYREGION_EMPTY": "perhaps"})


def test_a_store_is_memory_a_folder_or_an_address(tmp_path: Path):
    assert Settings().store_folder is None
    assert Settings(store=str(tmp_path / "new")).store_folder == tmp_path / "new"
    assert Settings(store="./new").store_folder == Path("new")
    remote = Settings(store="http://127.0.0.1:9/sparql")
    assert (remote.is_remote, remote.store_folder) == (True, None)
    with pytest.raises(ConfigError, match="must be 'memory', a folder or an http"):
        Settings(store="ftp://example.org/")
