"""Named queries: files in `queries/` that say in a `#+` header, in three languages, what they ask and with what.

A file is SPARQL that runs unchanged in any tool. Each parameter is a block `VALUES ?name { example }`; asking with
other values replaces the terms between the braces, as terms and never as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import dropwhile
from pathlib import Path
from typing import Final

import yaml
from rdflib import Literal, URIRef
from rdflib.util import from_n3

from byregion import iri, sparql, terms
from byregion.config import LANGUAGES
from byregion.errors import NotFound, ParameterError, QueryHeaderError, QuerySyntaxError
from byregion.namespaces import empty_graph
from byregion.sentences import say

GROUPS: Final = ("regions", "municipalities", "themes", "statements", "plans", "sources", "data")
"""What a question is about, in the order of lists; without a word in its header, it is about the data as such."""
_NAMESPACES: Final = empty_graph().namespace_manager


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query.

    `kind` is one of `terms.KINDS`, `class_` the class of what an IRI names, where the header says one. Without a value
    a parameter that is not `required` restricts nothing; `several` values may be given where the header says so.
    `examples` are the values that stand in the file, as a person would write them.
    """

    name: str
    kind: str
    required: bool
    several: bool
    class_: URIRef | None
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart of the answer shows: the variable that is a number, and the one that says of what."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Places:
    """What a map of the answer shows: the variables that are the name of a thing, its latitude and its longitude."""

    label: str
    lat: str
    long: str


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query file: its `name` is the file's stem, its `text` the whole file, its titles go by language.

    `group` is one of `GROUPS`: what the question is about, by which lists are divided. `chart` and `map` are there
    where the header asks for them.
    """

    name: str
    text: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    group: str = GROUPS[-1]
    chart: Chart | None = None
    map: Places | None = None

    @property
    def form(self) -> sparql.Form:
        """SELECT, ASK, CONSTRUCT or DESCRIBE."""
        return sparql.form(self.text)

    @property
    def examples(self) -> dict[str, tuple[str, ...]]:
        """The values that stand in the file, by parameter; asking with them asks what the file asks."""
        return {parameter.name: parameter.examples for parameter in self.parameters}


def read_all(folder: Path) -> tuple[NamedQuery, ...]:
    """Return the queries in `folder`, by name.

    Raises QueryHeaderError as `read` does, and where there is no query at all.
    """
    paths = sorted(folder.glob("*.rq"))
    if not paths:
        raise QueryHeaderError("there is no query (.rq) to read here", folder)
    return tuple(read(path) for path in paths)


def find(queries: Sequence[NamedQuery], name: str) -> NamedQuery:
    """Return the query called `name`; raises NotFound with the nearest names where there is none."""
    for query in queries:
        if query.name == name:
            return query
    names = [query.name for query in queries]
    near = tuple(get_close_matches(name, names, 3, 0.5) or names)
    raise NotFound(say("no-named-query", name=name, listed=", ".join(near)), near)


def prepare(query: NamedQuery, values: Mapping[str, str | Sequence[str]]) -> str:
    """Return the text of `query` with `values`, as people write them, bound as terms of the declared kinds.

    An empty value is none, as a form sends it. Raises ParameterError for a parameter that the query does not have,
    that is required and has no value, that has several values and may not, or whose value is of another kind.
    """
    known = {parameter.name: parameter for parameter in query.parameters}
    for name in values:
        if name not in known:
            near = ", ".join(get_close_matches(name, known, 3, 0.5) or known)
            key = "no-parameter" if near else "no-parameters"
            raise ParameterError(say(key, query=query.name, name=name, **({"listed": near} if near else {})), name)
    bound = {name: _terms(query, parameter, values.get(name, ())) for name, parameter in known.items()}
    return sparql.bind(query.text, bound)


def body(text: str) -> str:
    """Return the text of a query without its header, which the titles and parameters already tell."""
    return "".join(dropwhile(lambda line: line.startswith("#+"), text.splitlines(keepends=True)))


def _terms(query: NamedQuery, parameter: Parameter, given: str | Sequence[str]) -> tuple[URIRef | Literal, ...]:
    texts = [text for text in ([given] if isinstance(given, str) else given) if text.strip()]
    if parameter.required and not texts:
        told = {"kind": parameter.kind, "example": " ".join(parameter.examples)}
        missing = say("parameter-missing", name=parameter.name, query=query.name, **told)
        raise ParameterError(missing, parameter.name)
    if len(texts) > 1 and not parameter.several:
        several = say("parameter-several", name=parameter.name, query=query.name, count=len(texts))
        raise ParameterError(several, parameter.name, ", ".join(texts))
    return tuple(terms.parse(parameter.kind, text, parameter.name) for text in texts)


# --- The header -------------------------------------------------------------------------------------------------------

_HEADER: Final = re.compile(r"#\+(?: (.*)|)")
_KEYS: Final = ("title", "description", "group", "chart", "map", "parameters")
_SETTINGS: Final = ("kind", "class", "required", "several")


def read(path: Path) -> NamedQuery:
    """Return the query that a file holds.

    Raises QueryHeaderError, with file and line, for a header that is no YAML, lacks a text in one of the languages,
    has a key that means nothing, or declares other parameters than the query has VALUES blocks.
    """
    if path.stem != iri.slug(path.stem):
        raise QueryHeaderError("a query's file is named in lower case with hyphens, as its address will be", path)
    try:
        text = path.read_text(encoding="utf-8-sig")  # editors on Windows write a byte order mark
    except (OSError, UnicodeDecodeError) as error:
        raise QueryHeaderError(f"the file cannot be read: {error}", path) from error
    header = _Header(path, text)
    return NamedQuery(
        name=path.stem,
        text=text,
        titles=header.texts("title"),
        descriptions=header.texts("description"),
        parameters=tuple(header.parameters()),
        group=header.group(),
        chart=header.chart(),
        map=header.map(),
    )


class _Header:
    """The `#+` lines at the top of a query file, as YAML whose every node knows its line in the file."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text
        lines: list[str] = []
        for line in text.splitlines():
            if not (match := _HEADER.fullmatch(line)):
                break
            lines.append(match[1] or "")
        try:
            root = yaml.compose("\n".join(lines), Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            raise self._error(f"the header is not YAML: {error.problem}", error.problem_mark) from error
        if root is None:
            raise self._error("the file does not begin with a header of #+ lines: title, description, parameters")
        self._keys = self._mapping(root, _KEYS, "the header")

    def texts(self, key: str) -> dict[str, str]:
        """Return the texts under `key` by language; each language has one and no other is there."""
        if key not in self._keys:
            raise self._error(f"{key} is missing; give it in {', '.join(LANGUAGES)}")
        node = self._keys[key]
        found = {tag: self._scalar(item) for tag, item in self._mapping(node, LANGUAGES, key).items()}
        if missing := [tag for tag in LANGUAGES if not found.get(tag, "").strip()]:
            raise self._error(f"{key} is missing in {', '.join(missing)}", node.start_mark)
        return found

    def group(self) -> str:
        """Return what the question is about: one of `GROUPS`, the last where the header does not say."""
        if (node := self._keys.get("group")) is None:
            return GROUPS[-1]
        if (name := self._scalar(node)) not in GROUPS:
            raise self._error(f"there is no group {name!r}; there is {', '.join(GROUPS)}", node.start_mark)
        return name

    def chart(self) -> Chart | None:
        """Return what a chart of the answer shows, where the header asks for one."""
        told = self._variables("chart", ("label", "value"))
        return Chart(**told) if told else None

    def map(self) -> Places | None:
        """Return what a map of the answer shows, where the header asks for one."""
        told = self._variables("map", ("label", "lat", "long"))
        return Places(**told) if told else None

    def _variables(self, what: str, keys: tuple[str, ...]) -> dict[str, str]:
        """Return the variables of the query that a picture shows, by what they are in it; none where none is asked."""
        if (node := self._keys.get(what)) is None:
            return {}
        told = {key: self._scalar(item) for key, item in self._mapping(node, keys, what).items()}
        variables = {token.text for token in sparql.tokens(self._text) if token.kind == "variable"}
        for key in keys:
            if f"?{told.get(key, '')}" not in variables:
                message = f"{key} of the {what} must name a variable of the query; it is {told.get(key, '')!r}"
                raise self._error(message, node.start_mark)
        return told

    def parameters(self) -> Iterator[Parameter]:
        """Yield the parameters in the header's order, each with the examples that stand in the query."""
        declared = self._mapping(self._keys["parameters"], None, "parameters") if "parameters" in self._keys else {}
        try:
            places = sparql.places(self._text)
        except QuerySyntaxError as error:
            raise QueryHeaderError(error.message, self._path, error.line, error.column) from error
        for name, place in places.items():
            if name not in declared:
                line, _ = sparql.position(self._text, place.start)
                message = f"?{name} has a block of values and is not among the header's parameters"
                raise QueryHeaderError(message, self._path, line)
        for name, node in declared.items():
            if name not in places:
                raise self._error(f"the query has no block of values for ?{name}", node.start_mark)
            yield self._parameter(name, node, self._text[places[name].start : places[name].end])

    def _parameter(self, name: str, node: yaml.Node, block: str) -> Parameter:
        settings = {key: self._scalar(item) for key, item in self._mapping(node, _SETTINGS, name).items()}
        kind = settings.get("kind", "")
        if kind not in terms.KINDS:
            raise self._error(f"{name} needs a kind, one of {', '.join(terms.KINDS)}; it has {kind!r}", node.start_mark)
        flags = {key: settings.get(key, "false") for key in ("required", "several")}
        for key, value in flags.items():
            if value not in ("true", "false"):
                raise self._error(f"{key} of {name} is {value!r}; it must be true or false", node.start_mark)
        examples = tuple(self._examples(name, kind, node, block))
        if not examples or (len(examples) > 1 and flags["several"] == "false"):
            how_many = "one example" if examples else "an example"
            raise self._error(f"the block of values for ?{name} must hold {how_many}", node.start_mark)
        return Parameter(
            name=name,
            kind=kind,
            required=flags["required"] == "true",
            several=flags["several"] == "true",
            class_=self._class(name, kind, node, settings.get("class")),
            examples=examples,
        )

    def _class(self, name: str, kind: str, node: yaml.Node, text: str | None) -> URIRef | None:
        if text is None:
            return None
        if kind != "iri":
            raise self._error(f"{name} has a class but is no iri", node.start_mark)
        try:
            return URIRef(terms.parse("iri", text, "class"))
        except ParameterError as error:
            raise self._error(str(error), node.start_mark) from error

    def _examples(self, name: str, kind: str, node: yaml.Node, block: str) -> Iterator[str]:
        """Yield the terms between the braces as people write them; each must be of the declared kind."""
        for term in _written_terms(block):
            if not isinstance(term, URIRef | Literal):
                raise self._error(f"the block of values for ?{name} must hold an IRI or a literal", node.start_mark)
            example = terms.shorten(term) if isinstance(term, URIRef) else str(term)
            try:
                same = terms.parse(kind, example, name) == term
            except ParameterError:
                same = False
            if not same:
                raise self._error(f"{term.n3()} is an example of {name} and not of the kind {kind}", node.start_mark)
            yield example

    def _mapping(self, node: yaml.Node, allowed: tuple[str, ...] | None, what: str) -> dict[str, yaml.Node]:
        """Return a mapping's nodes by key; YAML itself would let a second key of one name replace the first."""
        if not isinstance(node, yaml.MappingNode):
            raise self._error(f"{what} must be a mapping", node.start_mark)
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self._scalar(key)
            if name in found:
                raise self._error(f"{name} stands twice in {what}", key.start_mark)
            if allowed is not None and name not in allowed:
                raise self._error(f"{name} means nothing in {what}; there is {', '.join(allowed)}", key.start_mark)
            found[name] = value
        return found

    def _scalar(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._error("a text is expected here", node.start_mark)
        return str(node.value)

    def _error(self, message: str, mark: yaml.Mark | None = None) -> QueryHeaderError:
        return QueryHeaderError(message, self._path, mark.line + 1 if mark else 1)


def _written_terms(block: str) -> Iterator[object]:
    """Yield the terms of a VALUES block, and something else for what is none, such as UNDEF."""
    pieces: list[str] = []
    for token in sparql.tokens(block):
        if pieces and (token.kind == "language" or token.text == "^^" or pieces[-1].endswith("^^")):
            pieces[-1] += token.text
        else:
            pieces.append(token.text)
    for piece in pieces:
        try:
            yield from_n3(piece, nsm=_NAMESPACES)
        except (KeyError, ValueError):  # a prefix that is not ours, or a literal that is none
            yield None
