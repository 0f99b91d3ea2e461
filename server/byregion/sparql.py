"""SPARQL text as tokens: what can be decided about a query before it is evaluated.

The tokens are the terminals of SPARQL 1.1 (https://www.w3.org/TR/sparql11-query/#sparqlGrammar, section 19.8). Nothing
is parsed beyond them: the engine is the judge of the grammar. What is decided here is the form, what the service
refuses, whether an answer may be kept, and where the terms of parameters stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

import rdflib
from rdflib import URIRef

from byregion.errors import ParameterError, QueryRefused, QuerySyntaxError
from byregion.iri import is_absolute
from byregion.sentences import say

Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]
Kind = Literal["iri", "string", "language", "variable", "blank", "name", "number", "word", "symbol"]


class Token(NamedTuple):
    """A terminal: its kind, its text as written, and the offset where it starts.

    A `name` is a prefixed name or a prefix with its colon, a `word` a keyword or the name of a function.
    """

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset after its last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the terms of a `VALUES ?name { … }` block stand: the offsets after `{` and at `}`."""

    start: int
    end: int


_BASE: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_U: Final = f"{_BASE}_"
_MORE: Final = "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_CHARS: Final = f"{_U}{_MORE}\\-"
_PLX: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_PREFIX: Final = rf"[{_BASE}](?>(?:\.*+[{_CHARS}]++)*)"
# Nothing is given back: whatever the text is, reading it takes time in proportion to its length. A group is repeated
# as (?>(?:…)*) and not as (?:…)*+, which before Python 3.11.5 goes on where a last, failed repeat ended.
_TOKEN: Final = re.compile(
    rf"""
    (?P<space>[ \t\r\n]++|\#[^\r\n]*+)
  | (?P<iri><(?>(?:[^\x00-\x20<>"{{}}|^`\\]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*)>)
  | (?P<string>\"\"\"(?>(?:[^"\\]|\\.|"(?!""))*)\"\"\" | '''(?>(?:[^'\\]|\\.|'(?!''))*)'''
      | "(?!"")(?>(?:[^"\\\r\n]|\\[^\r\n])*)" | '(?!'')(?>(?:[^'\\\r\n]|\\[^\r\n])*)')
  | (?P<language>@[A-Za-z]++(?>(?:-[A-Za-z0-9]++)*))
  | (?P<variable>[?$][{_U}0-9][{_U}{_MORE}]*+)
  | (?P<blank>_:[{_U}0-9](?>(?:\.*+[{_CHARS}]++)*))
  | (?P<name>(?>(?:{_PREFIX})?):(?>(?:(?:[{_U}:0-9]|{_PLX})(?>(?:\.*+(?>(?:[{_CHARS}:]|{_PLX})+))*))?))
  | (?P<number>(?:[0-9]++\.?[0-9]*+|\.[0-9]++)[eE][+-]?[0-9]++|[0-9]*+\.[0-9]++|[0-9]++)
  | (?P<word>{_PREFIX}|_++)
  | (?P<symbol>\^\^|\|\||&&|[!<>]=|[{{}}()\[\].,;=<>+\-*/!|^?~])
    """,
    re.VERBOSE | re.DOTALL,
)
_PIECE: Final = re.compile(r"[.-]|[^.-]+")
_BROKEN_IRI: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*+:/")


def tokens(query: str, start: int = 0) -> Iterator[Token]:
    """Yield the tokens of `query` from the offset `start` on, without white space and comments.

    Raises QuerySyntaxError with line and column for a string or IRI that does not end and for a character that no
    terminal begins with.
    """
    at = start
    while at < len(query):
        match = _TOKEN.match(query, at)
        if match is None or (match.group() == "<" and _BROKEN_IRI.match(query, at)):
            raise _unreadable(query, at)
        kind, text = match.lastgroup, match.group()
        if kind == "word":
            # `true.OPTIONAL` was read as one because a prefix may hold dots and hyphens; a word holds none.
            for piece in _PIECE.finditer(text):
                yield Token("symbol" if piece[0] in ".-" else "word", piece[0], at + piece.start())
        elif kind != "space":
            yield Token(kind, text, at)  # type: ignore[arg-type]  # the names of the groups are the kinds
        at = match.end()


def _unreadable(query: str, at: int) -> QuerySyntaxError:
    open_string = say("open-string")
    what = {
        '"': open_string,
        "'": open_string,
        "<": say("open-iri"),
    }.get(query[at], say("no-part", shown=repr(query[at])))
    return QuerySyntaxError(what, *position(query, at))


def position(query: str, offset: int) -> tuple[int, int]:
    """Return line and column of an offset, both counted from 1."""
    return query.count("\n", 0, offset) + 1, offset - query.rfind("\n", 0, offset)


def _where(query: str, offset: int) -> dict[str, int]:
    line, column = position(query, offset)
    return {"line": line, "column": column}


_FORMS: Final[tuple[Form, ...]] = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES: Final = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")


# One request asks two or three times.
@lru_cache(maxsize=16)
def form(query: str) -> Form:
    """Return the form of `query`: its first keyword after the prologue.

    Raises QueryRefused for an update and QuerySyntaxError where no form follows.
    """
    stream = tokens(query)
    for token in stream:
        # Oxigraph's grammar knows no word boundaries: `ASKFROM<g>{}`, `DESCRIBE:a` and `PREFIX:<…>` are all read.
        word = token.text.upper()
        if word.startswith(("BASE", "PREFIX")):
            _skip_past(stream, "iri")
        elif word.startswith("VERSION"):
            _skip_past(stream, "string")
        elif found := next((item for item in _FORMS if word.startswith(item)), None):
            return found
        elif word.startswith(_UPDATES):
            raise QueryRefused(say("is-an-update"))
        else:
            what = say("form-expected", shown=repr(token.text))
            raise QuerySyntaxError(what, *position(query, token.start))
    raise QuerySyntaxError(say("empty"), *position(query, 0))


def _skip_past(stream: Iterator[Token], kind: Kind) -> None:
    next((token for token in stream if token.kind == kind), None)


_NEVER: Final = re.compile(r"[\x00\ud800-\udfff]|\\u0000|\\U00000000")
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
SERVICE: Final = re.compile("SERVICE", re.IGNORECASE)
_LOAD: Final = re.compile("LOAD", re.IGNORECASE)
_VOLATILE: Final = re.compile("NOW|RAND|UUID|SERVICE", re.IGNORECASE)
_CLOSES: Final = {"(": ")", "{": "}", "[": "]"}


def check(query: str, *, max_length: int, max_depth: int, federated: bool = False) -> Form:
    """Return the form of `query`, once it is none that this service does not evaluate.

    Raises QueryRefused for SERVICE (unless somebody else decides about that: `federated`), LOAD and every other update,
    for more than `max_length` characters or `max_depth` brackets open at once, and for U+0000, which some result
    formats cannot hold; QuerySyntaxError where tokens cannot be told.

    It is a filter, and the first of two walls: a query worker can open no connection whatever it is asked.
    """
    _refuse_text(query, max_length)
    found = form(query)
    if not federated:
        _refuse_service(query)
    _refuse_depth(query, max_depth)
    return found


def check_update(update: str, *, max_length: int, max_depth: int) -> None:
    """Refuse an `update` that this service does not evaluate, as `check` does a query.

    Raises QueryRefused for SERVICE, and for LOAD unless it is LOAD SILENT, which loads nothing and says nothing.
    """
    _refuse_text(update, max_length)
    _refuse_service(update)
    for reading in dict.fromkeys((update, unescape(update))):
        if token := _loads(reading):
            raise QueryRefused(say("load", **_where(reading, token.start)))
    _refuse_depth(update, max_depth)


def _refuse_text(query: str, max_length: int) -> None:
    if len(query) > max_length:
        raise QueryRefused(say("query-too-long", count=len(query), limit=max_length))
    if match := _NEVER.search(query):
        raise QueryRefused(say("query-never", **_where(query, match.start())))


def _refuse_service(query: str) -> None:
    # SPARQL 1.1 expands \u0053 before it reads the grammar (19.2), Oxigraph does not: a query must pass either way.
    for reading in dict.fromkeys((query, unescape(query))):
        if token := keyword(reading, SERVICE):
            raise QueryRefused(say("service", **_where(reading, token.start)))


def _loads(update: str) -> Token | None:
    """Return a token that may be read as LOAD where an operation begins, and not as LOAD SILENT."""
    if not _LOAD.search(update):
        return None
    stream = list(tokens(update))
    before: Token | None = None
    for index, token in enumerate(stream):
        begins = before is None or before.text in (";", "}") or before.kind == "iri"
        is_name = token.kind == "name" and _LOAD.match(token.text.partition(":")[0]) is not None
        if (token.kind == "word" and _LOAD.search(token.text)) or (is_name and begins):
            follows = stream[index + 1].text.upper() if index + 1 < len(stream) else ""
            if (token.text.upper(), follows) != ("LOAD", "SILENT"):
                return token
        before = token
    return None


def volatile(query: str) -> bool:
    """Tell whether the answer may differ from one moment to the next: by NOW, RAND, UUID, STRUUID or SERVICE.

    Raises QuerySyntaxError where tokens cannot be told.
    """
    return keyword(query, _VOLATILE) is not None


def unescape(text: str) -> str:
    """Return `text` with its codepoint escapes expanded (https://www.w3.org/TR/sparql11-query/#codepointEscape)."""
    return _ESCAPE.sub(_unescape, text)


def _unescape(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    # No character has the number of a surrogate or one beyond Unicode: such an escape stays, for the engine to refuse.
    return chr(code) if code < 0xD800 or 0xDFFF < code <= 0x10FFFF else match[0]


def keyword(query: str, word: re.Pattern[str]) -> Token | None:
    """Return a token that holds `word` where the engine may read it as one, or None.

    Oxigraph reads `1SERVICE<…>`, `trueSERVICE<…>` and `SERVICE:x{…}`, so the word is looked for inside words and
    prefixes too. A false alarm is accepted, a miss is not.
    """
    if not word.search(query):
        return None
    brackets: list[str] = []
    previous: Token | None = None
    for token in tokens(query):
        if token.kind == "word" and word.search(token.text):
            return token
        # SERVICE:x is a prefixed name, unless a group follows.
        if token.text == "{" and previous and _prefix_holds(previous, word):
            return previous
        if _may_be_less_than(token, previous, brackets) and word.search(query, token.start):
            return token
        if token.text in _CLOSES:
            brackets.append(token.text)
        elif token.text in _CLOSES.values() and brackets:
            brackets.pop()
        previous = token
    return None


def _prefix_holds(token: Token, word: re.Pattern[str]) -> bool:
    return token.kind == "name" and word.search(token.text.partition(":")[0]) is not None


def _may_be_less_than(token: Token, previous: Token | None, brackets: list[str]) -> bool:
    """Tell whether an IRI may be read as `<` and an operand, so that everything after it may be read otherwise.

    `FILTER(1<2)SERVICE#>` and `FILTER(?o<'>#')` hold an IRI by the longest match, and none for a parser that knows it
    is inside an expression. It takes an operand before and, to end elsewhere than the IRI does, one of `'#()[]` inside.
    """
    if token.kind != "iri" or previous is None or not brackets or brackets[-1] != "(":
        return False
    operand = previous.kind != "symbol" or previous.text in _CLOSES.values()
    return operand and any(character in token.text for character in "'#()[]")


def _refuse_depth(query: str, max_depth: int) -> None:
    if sum(query.count(bracket) for bracket in _CLOSES) <= max_depth:
        return
    depth = 0
    for token in tokens(query):
        if token.text in _CLOSES:
            depth += 1
        elif token.text in _CLOSES.values():
            depth -= 1
        if depth > max_depth:
            raise QueryRefused(say("too-deep", limit=max_depth, **_where(query, token.start)))


def limit(query: str, rows: int) -> str:
    """Return `query`, a SELECT that ends in its pattern, for at most `rows` solutions."""
    return f"{query}\nLIMIT {rows:d}"


# The same files are asked again and again: this was a tenth of what a page costs.
@lru_cache(maxsize=256)
def places(query: str) -> Mapping[str, Place]:
    """Return where the terms of each `VALUES ?name { … }` block of one variable stand, by the variable's name.

    Raises QuerySyntaxError where two blocks have one name, and where tokens cannot be told.
    """
    found: dict[str, Place] = {}
    stream = list(tokens(query))
    for index in range(len(stream) - 2):
        keyword, variable, opening = stream[index : index + 3]
        if keyword.text.upper() != "VALUES" or variable.kind != "variable" or opening.text != "{":
            continue
        closing = next((token for token in stream[index + 3 :] if token.text == "}"), None)
        name = variable.text[1:]
        if closing is None:
            raise QuerySyntaxError(say("block-open", name=name), *position(query, keyword.start))
        if name in found:
            raise QuerySyntaxError(say("block-twice", name=name), *position(query, keyword.start))
        found[name] = Place(opening.end, closing.start)
    return MappingProxyType(found)


def bind(query: str, values: Mapping[str, tuple[URIRef | rdflib.Literal, ...]]) -> str:
    """Return `query` with the terms of its VALUES blocks replaced by `values`; no terms means UNDEF.

    This is the one place where a term becomes query text. Raises ParameterError for a name that the query has no block
    for and for a term that SPARQL cannot write.
    """
    found = places(query)
    for name in values:
        if name not in found:
            known = ", ".join(sorted(found))
            what = say("no-block", name=name, listed=known) if known else say("no-blocks", name=name)
            raise ParameterError(what, name)
    for name, place in sorted(found.items(), key=lambda item: item[1].start, reverse=True):
        if name in values:
            terms = " ".join(_written(name, term) for term in values[name]) or "UNDEF"
            query = f"{query[: place.start]} {terms} {query[place.end :]}"
    return query


# A backslash before u would be read as an escape by a processor that expands those first, as SPARQL 1.1 says (19.2);
# a tab is widened by rdflib before it parses. Eight digits, so that none after them is taken for more.
_WRITTEN: Final = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\\u": "\\\\\\U00000075",
    "\\U": "\\\\\\U00000055",
}
_SPECIAL: Final = re.compile(r'\\[uU]|[\\"\n\r\t]')
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


def _written(name: str, term: URIRef | rdflib.Literal) -> str:
    """Return `term` in the syntax of N-Triples, which is SPARQL's too.

    https://www.w3.org/TR/n-triples/#grammar-production-STRING_LITERAL_QUOTE
    """
    if isinstance(term, URIRef):
        return written_iri(name, term)
    if not isinstance(term, rdflib.Literal):
        raise ParameterError(say("neither-term", term=repr(term)), name)
    if re.search(r"[\x00\ud800-\udfff]", term):
        raise ParameterError(say("text-never"), name, str(term))
    text = f'"{_SPECIAL.sub(lambda match: _WRITTEN[match[0]], term)}"'
    if term.language:
        if not _LANGUAGE.fullmatch(term.language):
            raise ParameterError(say("no-tag", tag=term.language), name, str(term))
        return f"{text}@{term.language}"
    return f"{text}^^{written_iri(name, term.datatype)}" if term.datatype else text


def written_iri(name: str, iri: str) -> str:
    """Return an IRI as SPARQL writes it; raises ParameterError about the parameter `name` where it is none."""
    if not is_absolute(iri):
        raise ParameterError(say("no-absolute", iri=iri), name, str(iri))
    return f"<{iri}>"
