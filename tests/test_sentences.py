"""What is said of mistakes: each sentence once, said somewhere, the same after a journey, and in no other way."""

from __future__ import annotations

import ast
import copy
import inspect
import json
import pickle
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import byregion
from byregion import errors
from byregion.sentences import ENGLISH, PARTS, Sentence, packed, say, unpacked
from byregion.web.language import read as read_words
from byregion.web.problem import KINDS
from byregion.web.spoken import said

PACKAGE: Final = Path(byregion.__file__).parent
LANGUAGES: Final = read_words()
TOLD: Final = {cls.__name__: cls for cls in KINDS}
"""The errors whose messages are told to who asks; of every other error only that the server failed."""

PLAIN: Final = {
    "dumps/publishing.py make": "is told to who runs byregion dump",
    "edition/shelf.py _print": "stands in the log alone",
    "engine/launch.py _begin": "is told to who starts the server",
    "engine/store.py _close": "is told to who starts the server",
    "links/reviewing.py _find": "is told to who runs byregion link",
}
"""Where an error is raised in words of its own, and why no page can say them."""


# --- The sentences ----------------------------------------------------------------------------------------------------


def test_a_sentence_stands_in_one_part() -> None:
    assert sum(map(len, PARTS)) == len(ENGLISH) > 400


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def test_every_sentence_is_said_somewhere() -> None:
    modules = [path for path in PACKAGE.rglob("*.py") if path.parent.name != "sentences"]
    written = {node.value for path in modules for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)}
    assert ENGLISH.keys() - written == set()


def test_a_sentence_in_a_sentence_is_said_in_the_language_of_the_page() -> None:
    sentence = say("parameter-value", name="date", value="i går", why=say("must-be-day"))
    assert sentence == "parameter date is 'i går': it must be a day as year-month-day, such as 2015-01-01"
    assert said(sentence, LANGUAGES["nb"]) == (
        "Parameteren date er «i går». Det må være en dag skrevet år-måned-dag, for eksempel 2015-01-01"
    )
    assert said(sentence, LANGUAGES["nn"]) == (
        "Parameteren date er «i går». Det må vere ein dag skriven år-månad-dag, til dømes 2015-01-01"
    )


def test_what_cannot_be_shown_in_a_value_stands_there_as_its_escape() -> None:
    assert say("no-region", name="a\ud800\0\nå").startswith(r"there is no region 'a\ud800\x00\nå'")


def test_a_sentence_is_the_same_after_every_journey() -> None:
    sentence = say("service-failed", endpoint="urn:e", why=say("service-late", seconds="2"))
    for copied in (
        copy.deepcopy(sentence),
        pickle.loads(pickle.dumps(sentence)),
        unpacked(json.loads(json.dumps(packed(sentence)))),
    ):
        assert (copied, copied.key, copied.values["why"].key) == (sentence, "service-failed", "service-late")


# --- The errors that say them -----------------------------------------------------------------------------------------


def reached() -> list[Path]:
    """The modules that a page can come by: those of the web layer and the front, and what they import."""
    found: dict[Path, None] = {}
    left = [*sorted((PACKAGE / "web").glob("*.py")), *sorted((PACKAGE / "front").glob("*.py"))]
    while left:
        path = left.pop()
        if path not in found:
            found[path] = None
            left += imported(path)
    return list(found)


def imported(path: Path) -> Iterator[Path]:
    for node in ast.walk(tree(path)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            place = PACKAGE.joinpath(*name.split(".")[1:])
            if name.split(".")[0] == "byregion":
                yield from (it for it in (place.with_suffix(".py"), place / "__init__.py") if it.is_file())


def says_itself(cls: type[Exception]) -> bool:
    """Tell whether an error makes its message of what it is given."""
    (maker, *_) = (it for it in cls.__mro__ if "__init__" in vars(it))
    return maker.__module__ == errors.__name__ and "message" not in inspect.signature(maker.__init__).parameters


def in_plain_words(path: Path) -> Iterator[str]:
    """Yield the functions of a module that raise an error that is told, in words that are no sentence."""
    for function in ast.walk(tree(path)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and (cls := TOLD.get(_name(node.func))) and not says_itself(cls):
                # Words that a name stands for are where that name is given a value.
                words = node.args[:1] + [given.value for given in _given(function, node.args[:1])]
                if not node.args or any(_is_plain(word) for word in words):
                    yield function.name


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _given(function: ast.AST, words: list[ast.expr]) -> Iterator[ast.Assign]:
    names = {node.id for word in words if isinstance(word, ast.Name) for node in [word]}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and names & {_name(target) for target in node.targets}:
            yield node


def _is_plain(word: ast.expr) -> bool:
    """Tell whether an expression is a text of its own: not a sentence, nor what hands one on."""
    if isinstance(word, ast.IfExp):
        return _is_plain(word.body) or _is_plain(word.orelse)
    if isinstance(word, ast.Call):
        return _name(word.func) in ("str", "join", "format")
    return isinstance(word, ast.Constant | ast.JoinedStr | ast.BinOp)


def test_every_error_that_a_page_can_tell_is_raised_with_a_sentence() -> None:
    modules = reached()
    assert {PACKAGE / "web" / "compare.py", PACKAGE / "engine" / "stage.py", PACKAGE / "terms.py"} <= set(modules)
    found = {f"{path.relative_to(PACKAGE)} {name}" for path in modules for name in in_plain_words(path)}
    assert found == set(PLAIN)


def test_plain_words_are_found_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "made.py"
    path.write_text(
        """
def named(x):
    what = f"no {x}"
    raise NotFound(what)
def bare():
    raise errors.BadRequest("no")
def without():
    raise EngineBusy()
def said(x):
    raise NotFound(say("no-region", name=x))
def numbered():
    raise QueryTimeout(3)
"""
    )
    assert list(in_plain_words(path)) == ["named", "bare", "without"]


MADE_OF: Final[dict[str, tuple[object, ...]]] = {
    "QueryTimeout": (10, "write"),
    "QueryAbandoned": (),
    "ServiceFailed": ("https://example.org/sparql", say("service-packed")),
    "ServiceTimeout": ("https://example.org/sparql", say("service-late", seconds="5")),
    "NotAcceptable": (("text/turtle", "text/html"),),
    "TooManyTriples": (12, 10),
    "RequestTooLarge": (1000,),
    "RequestTimeout": (30,),
    "TooManyRequests": (8,),
    "RangeNotSatisfiable": (512,),
    "MethodNotAllowed": ("DELETE", ("GET", "HEAD")),
}
"""What the errors that say themselves what they are can be made of."""


def test_every_error_that_makes_its_message_is_tried() -> None:
    assert {name for name, cls in TOLD.items() if says_itself(cls)} == set(MADE_OF)


@pytest.mark.parametrize("name", MADE_OF)
def test_an_error_that_makes_its_message_says_it_in_every_language(name: str) -> None:
    error = TOLD[name](*MADE_OF[name])
    sentence = errors.sentence(error)
    assert isinstance(sentence, Sentence) and sentence == str(error)
    assert len({said(sentence, words) for words in LANGUAGES.values()}) == 3
    for words in LANGUAGES.values():
        assert all(value in said(sentence, words) for value in leaves(sentence))


def leaves(text: Sentence) -> Iterator[str]:
    """The values in a sentence, and in those within it, that are the same in every language."""
    for value in text.values.values():
        yield from leaves(value) if isinstance(value, Sentence) else [value]


def test_every_error_is_told_or_kept_from_who_asks() -> None:
    """A new class of error belongs in the table of problems, or among those of which no more is said."""
    everything = {name for name, cls in vars(errors).items() if isinstance(cls, type) and issubclass(cls, Exception)}
    kept = {"ByregionError", "PlacedError", "ConfigError", "AssetError", "SourceError", "DataError", "ReleaseError"}
    kept |= {"StoreError", "CopyError", "QueryError", "QueryHeaderError", "FetchError"}
    assert everything - TOLD.keys() == kept


@pytest.mark.parametrize("cls", TOLD.values(), ids=TOLD)
def test_an_error_hands_on_the_sentence_that_it_was_raised_with(cls: type[Exception]) -> None:
    if not says_itself(cls):
        sentence = say("no-region", name="Atlantis")
        given = list(inspect.signature(cls.__init__).parameters.values())[2:]
        needed = [it for it in given if it.default is it.empty and it.kind is it.POSITIONAL_OR_KEYWORD]
        error = cls(sentence, *("" for _ in needed))
        assert errors.sentence(error) == str(error) == sentence
        assert errors.sentence(error).key == "no-region"  # type: ignore[attr-defined]
