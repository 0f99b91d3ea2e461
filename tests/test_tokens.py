"""Who may write: tokens are made once, kept as hashes, and known to a server as soon as they change."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from byregion import tokens
from byregion.errors import ConfigError, Unauthorized, Unavailable
from byregion.tokens import Tokens

BYREGION = Path(sys.executable).with_name("byregion")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BYREGION_")}
    command = [str(BYREGION), "token", *arguments]
    return subprocess.run(command, env=kept | environ, capture_output=True, text=True, timeout=30)


def test_a_token_is_known_by_its_hash_alone(path: Path):
    made = tokens.create(path, "me")
    assert re.fullmatch(r"byregion_[A-Za-z0-9_-]{43}", made)
    assert made not in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600
    token = Tokens(path).check(made)
    assert (token.name, token.scopes, token.within) == ("me", ("write",), ())
    assert tokens.create(path, "you") != made
    assert [token.name for token in tokens.read(path)] == ["me", "you"]


@pytest.mark.parametrize("given", ["", "x", "byregion_", "é"])
def test_another_is_not(path: Path, given: str):
    made = tokens.create(path, "me")
    for wrong in (given, made[:-1], made + "x", made.upper()):
        with pytest.raises(Unauthorized) as error:
            Tokens(path).check(wrong)
        assert error.value.is_invalid


def test_what_changes_in_the_file_is_known_at_once(path: Path):
    known = Tokens(path)
    first = tokens.create(path, "first")
    assert known.check(first).name == "first"
    second = tokens.create(path, "second")
    assert known.check(second).name == "second"
    tokens.revoke(path, "first")
    with pytest.raises(Unauthorized):
        known.check(first)
    assert known.check(second).name == "second"


def test_a_token_is_valid_until_it_expires(path: Path):
    now = datetime.now(UTC)
    past = tokens.create(path, "past", expires=now - timedelta(seconds=1))
    future = tokens.create(path, "future", expires=now + timedelta(days=1))
    with pytest.raises(Unauthorized):
        Tokens(path).check(past)
    assert Tokens(path).check(future).name == "future"


def test_where_the_file_cannot_be_read_nobody_writes(path: Path, caplog: pytest.LogCaptureFixture):
    known, made = Tokens(path), tokens.create(path, "me")
    assert known.check(made)
    for spoil in (lambda: path.write_text("{", encoding="utf-8"), path.unlink):
        spoil()
        with pytest.raises(Unavailable, match="log"):
            known.check(made)
    assert made not in caplog.text


def test_the_scopes_of_a_token_are_graphs_by_what_their_iris_begin_with(path: Path):
    made = tokens.create(path, "me", ["graph:https://example.org/a/", "graph:urn:x:"])
    assert Tokens(path).check(made).within == ("https://example.org/a/", "urn:x:")
    for scope in ("", "read", "graph:", "graph:a", "graph:http://a b", "WRITE"):
        with pytest.raises(ConfigError, match="scope"):
            tokens.create(path, "other", [scope])


@pytest.mark.parametrize("name", ["", "a b", "é", "-a", "a" * 65, "a\nb"])
def test_a_name_is_a_word(path: Path, name: str):
    with pytest.raises(ConfigError, match="name"):
        tokens.create(path, name)
    assert not path.exists()


def test_a_name_is_taken_once_and_revoked_once(path: Path):
    tokens.create(path, "me")
    with pytest.raises(ConfigError, match="already"):
        tokens.create(path, "me")
    tokens.revoke(path, "me")
    with pytest.raises(ConfigError, match="there are none"):
        tokens.revoke(path, "me")


@pytest.mark.parametrize("text", ["", "[]", '{"tokens": [{}]}', '{"tokens": [{"name": "x"}]}', '{"tokens": 1}'])
def test_what_is_no_file_of_tokens_is_told(path: Path, text: str):
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="no file of tokens"):
        tokens.read(path)


# --- The command ------------------------------------------------------------------------------------------------------


def test_create_prints_the_token_alone_on_its_last_line(path: Path):
    done = run("create", "--token-file", str(path), "--name", "me", "--expires", "2999-01-01")
    made = done.stdout.splitlines()[-1]
    assert done.returncode == 0
    assert Tokens(path).check(made).expires == "2999-01-01T00:00:00+00:00"
    assert made not in done.stderr


def test_list_tells_everything_but_the_token_and_revoke_forgets_it(path: Path):
    made = run("create", "--token-file", str(path), "--name", "me", "--scope", "graph:urn:x:").stdout.split()[-1]
    listed = run("list", BYREGION_TOKEN_FILE=str(path))
    assert re.fullmatch(r"me  graph:urn:x:  since \S+  until revoked\n", listed.stdout)
    (kept,) = json.loads(path.read_text(encoding="utf-8"))["tokens"]
    assert kept["sha256"] not in listed.stdout
    assert run("revoke", "--token-file", str(path), "--name", "me").returncode == 0
    assert run("list", "--token-file", str(path)).stdout == ""
    with pytest.raises(Unauthorized):
        Tokens(path).check(made)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "--name", "me", "--expires", "tomorrow"), "2027-01-31"),
        (("create", "--name", "me", "--expires", "2020-01-01"), "past"),
        (("create", "--name", "me", "--scope", "all"), "scope"),
        (("revoke", "--name", "me"), "cannot be read"),
        (("list",), "cannot be read"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(path: Path, arguments: tuple[str, ...], said: str):
    done = run(*arguments, "--token-file", str(path))
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
