"""What would mend a query at the place where the grammar refuses it: the mistakes that people make, in plain words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from difflib import get_close_matches
from typing import Final

from byregion import sparql
from byregion.engine import grammar
from byregion.engine.grammar import END
from byregion.engine.reading import CLOSES, UNKNOWN, Fault
from byregion.sentences import say
from byregion.sparql import Token

# What other languages call what SPARQL calls otherwise; what is no terminal is told wherever the word stands.
_ELSEWHERE: Final[dict[str, str]] = {
    "AND": "&&",
    "AVERAGE": "AVG",
    "BINDINGS": "VALUES",
    "ENDSWITH": "STRENDS",
    "IFNULL": "COALESCE",
    "IS": say("either", one="BOUND(?name), !BOUND(?name)", other="="),
    "ISNULL": "!BOUND(?name)",
    "LEN": "STRLEN",
    "LENGTH": "STRLEN",
    "LIKE": say("either", one="CONTAINS(?name, …)", other="REGEX(?name, …)"),
    "LOWER": "LCASE",
    "NULL": "UNDEF",
    "OR": "||",
    "STARTSWITH": "STRSTARTS",
    "SUBSTRING": "SUBSTR",
    "TOLOWER": "LCASE",
    "TOUPPER": "UCASE",
    "UPPER": "UCASE",
}
# The other spelling of an operator, by what is read of it up to the fault.
_OPERATORS: Final = {"==": "=", "!==": "!=", "=>": ">=", "=<": "<=", "<>": "!=", "&&&": "&&", "|||": "||"}
_UNREADABLE: Final = {
    "&": say("and"),
    "`": say("quotes"),
    "\\": say("backslash"),
    "$": say("variable"),
    "@": say("language"),
    "%": say("remainder"),
    "≤": say("write", this="<="),
    "≥": say("write", this=">="),
    "≠": say("write", this="!="),
}
_COMPARING: Final = ("=", "!=", "<", ">", "<=", ">=", "&&", "||", "+", "-", "*", "/", "IN", "NOT")
# Keywords that are forgotten between others; not those that begin something or are a value.
_BETWEEN: Final = ("AS", "BY", "DATA", "EXISTS", "IN", "SEPARATOR", "TO", "WHERE")
_UPDATES: Final = ("ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH")
_PATTERNS: Final = ("BIND", "FILTER", "MINUS", "OPTIONAL", "SERVICE", "UNION", "VALUES")
_MODIFIERS: Final = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET")
_LOCAL: Final = re.compile(r"[^\W\d]\w*")


def hint(fault: Fault) -> str:
    """Return what would mend the query at `fault`, empty where nothing can be said."""
    return next((found for advise in _ADVICE if (found := advise(fault))), "")


def unreadable(character: str) -> str:
    """Return what would do where a token cannot begin with `character`."""
    if character in "“”„«»‘’‚‹›″′":
        return say("straight")
    if character.isspace() or unicodedata.category(character) == "Cf":
        return say("space", code=f"U+{ord(character):04X}", name=unicodedata.name(character, "?"))
    if character in "–—−":
        return say("minus")
    return _UNREADABLE.get(character, "")


def _update(fault: Fault) -> str:
    if "LOAD" in fault.expected and fault.terminal in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"):
        return say("is-query")
    if "SELECT" in fault.expected and "PREFIX" in fault.expected and fault.terminal in _UPDATES:
        return say("is-update")
    return ""


def _prologue(fault: Fault) -> str:
    text, last = fault.token.text, fault.previous()
    if text.lower() in ("@prefix", "@base"):
        return say("turtle", word=text[1:].upper())
    if last == "PREFIX":
        name = f"{text}:" if fault.token.kind == "word" else "name:"
        return say("write", this=f"PREFIX {name} <…>")
    if fault.previous(2) == "PREFIX" or last == "BASE":
        return say("angle", this="<http://…>")
    if text in (".", ";") and last.startswith("<") and (fault.previous(2) == "BASE" or fault.previous(3) == "PREFIX"):
        return say("no-dot", mark=text)
    return ""


def _select(fault: Fault) -> str:
    """What goes wrong in SELECT before WHERE."""
    clause, expected, text = _clause(fault), fault.expected, fault.token.text
    if text == "," and "VAR" in expected and clause in ("SELECT", "GROUP", "ORDER", "DESCRIBE"):
        return say("comma-variables", clause=clause)
    if text == "," and fault.previous(2) == "LIMIT":
        return say("limit-offset")
    if fault.opened and "AS" in expected and fault.terminal != "AS" and _before_opened(fault) in ("SELECT", "BIND"):
        if text == ")" and fault.previous(2) == "(" and fault.before[-1].kind == "variable":
            return say("bare-variable", variable=fault.before[-1].text)
        if text == ")":
            return say("name-result")
        return say("as-before") if fault.terminal == "VAR" else ""
    if clause != "SELECT" or "VAR" not in expected:
        return ""
    if fault.terminal == "AS":
        return say("parentheses", this=f"({fault.before[-1].text} AS ?name)")
    if fault.token.kind == "word" and fault.after and fault.after[0][0] in ("(", "NIL"):
        return say("parentheses-named", this=f"({text}(…) AS ?name)")
    if "*" in expected and fault.terminal in ("WHERE", "{", "FROM"):
        return say("name-variables-or-all")
    return ""


def _keyword(fault: Fault) -> str:
    """A word that is nearly one that can stand here, or that is called otherwise in SPARQL."""
    token = fault.token
    word = token.text.upper()
    if token.kind != "word":
        return ""
    can = [item for item in fault.expected if item.isupper() and item in grammar.WORDS]
    if other := _ELSEWHERE.get(word):
        return say("elsewhere", other=other) if other in fault.expected or "(" in other else ""
    if fault.terminal != UNKNOWN:
        return ""
    if start := next((item for item in can if word.startswith(item) and word[len(item) :] in grammar.WORDS), None):
        return say("write", this=f"{start} {word[len(start) :]}")
    if near := get_close_matches(word, sorted(can), 1, 0.76):
        return say("write", this=near[0])
    return ""


def _condition(fault: Fault) -> str:
    """What follows a keyword that takes brackets."""
    last, expected = fault.previous(), fault.expected
    if last in ("FILTER", "HAVING") and "(" in expected:
        return say("condition-parentheses", word=last)
    if last == "BIND":
        return say("parentheses", this="BIND (… AS ?name)")
    if last in ("DESC", "ASC") and "(" in expected:
        by = fault.previous(2).startswith(("?", "$")) and fault.before[-2].text
        return say("sorts", word=last, by=by or "?name")
    if last in ("NOW", "RAND", "UUID", "STRUUID") and expected == {"NIL"}:
        return say("write", this=f"{last}()")
    if last in ("LIMIT", "OFFSET"):
        return say("whole-number", word=last)
    if last == "IN" and "(" in expected:
        return say("values-parentheses")
    if "{" in expected and fault.terminal not in ("{", END) and _is_pattern(fault):
        return say("braces")
    if fault.terminal == "UNION":
        return say("union")
    return ""


def _is_pattern(fault: Fault) -> bool:
    takes = fault.previous() in ("WHERE", "OPTIONAL", "MINUS", "UNION", "EXISTS", "ASK")
    return takes and (fault.terminal in ("VAR", "PNAME_LN", "IRIREF", "BLANK_NODE_LABEL", "[", "(", "FILTER"))


def _operator(fault: Fault) -> str:
    """Operators and comments of other languages, and one ^ or | for two."""
    token, last = fault.token, fault.before[-1] if fault.before else None
    if token.kind != "symbol" or last is None:
        return ""
    if any(mark in fault.query[token.start - 1 : token.end + 1] for mark in ("//", "--", "/*")):
        return say("comment")
    touching = last.end == token.start
    if touching and (other := _OPERATORS.get(last.text + token.text)):
        return say("elsewhere", other=other)
    if token.text == "|" and "||" in fault.expected:
        return say("or")
    if token.text == "^" and last.kind == "string":
        return say("datatype")
    if token.text == "-" and last.kind == "variable" and touching:
        return say("hyphen")
    return ""


def _term(fault: Fault) -> str:
    """A word where a term is expected."""
    token, expected = fault.token, fault.expected
    if token.text == "?" and "VAR" in expected:
        return say("variable-name")
    if token.kind == "language" and "STRING" in expected:
        return say("write", this=f'"{token.text[1:]}"')
    if token.text == "A" and "a" in expected:
        return say("lower-a")
    if fault.terminal != UNKNOWN or not _LOCAL.fullmatch(token.text):
        return ""
    if "STR" in expected and fault.after and fault.after[0][0] in ("(", "NIL"):
        return say("no-function", name=token.text)
    if "STRING" in expected and fault.previous() not in (".", "{", "}"):
        return say("text-or-variable", word=token.text)
    if "VAR" in expected:
        return say("question-mark", word=token.text)
    return say("text-marks", word=token.text) if "STRING" in expected else ""


def _arguments(fault: Fault) -> str:
    """Too many values for a function, or too few."""
    if not fault.opened or fault.terminal not in (",", ")"):
        return ""
    name = _before_opened(fault)
    if name not in grammar.WORDS or fault.opened[-1].text != "(":
        return ""
    if fault.previous() == "(" and fault.terminal == ")":
        return say("write", this="COUNT(*)") if name == "COUNT" else say("least-one", name=name)
    if fault.terminal == "," and ")" in fault.expected:
        return say("no-more", name=name)
    return say("takes-more", name=name) if fault.terminal == ")" and "," in fault.expected else ""


def _bracket(fault: Fault) -> str:
    """A bracket that was opened and is not closed, or closed by another kind."""
    if not fault.opened:
        return ""
    opening = fault.opened[-1]
    closing = CLOSES[opening.text]
    if closing not in fault.expected:
        return ""
    if fault.terminal == END:
        return say("close", closing=closing)
    if fault.terminal in CLOSES.values() and fault.reads(closing, rest=1):
        return say("write-to-close", closing=closing, opening=_named(fault, opening))
    if fault.reads(closing):
        return say("close-before", closing=closing, opening=_named(fault, opening))
    return ""


def _mark(fault: Fault) -> str:
    """A mark between triples that is missing."""
    between = say("two-operations" if not fault.opened else "subject-goes-on")
    for mark, why in ((".", say("another-subject")), (";", between), (",", say("between-values"))):
        if mark in fault.expected and fault.reads(mark):
            return say("put-mark", mark=mark, why=why)
    return ""


def _missing(fault: Fault) -> str:
    """A keyword between others that is missing."""
    found = (word for word in _BETWEEN if word in fault.expected and fault.reads(word))
    return next((say("write-before", word=word) for word in found), "")


def _place(fault: Fault) -> str:
    """What is right, but elsewhere."""
    if fault.terminal in _MODIFIERS:
        inside = any(token.text == "{" for token in fault.opened)
        name = f"{fault.terminal} BY" if fault.terminal in ("GROUP", "ORDER") else fault.terminal
        return say("after-pattern", name=name) if inside else say("last")
    if fault.terminal in _PATTERNS and fault.opened and "." in fault.expected:
        return say("in-pattern", word=fault.terminal)
    if fault.terminal == "SELECT" and fault.opened:
        return say("subquery")
    if fault.terminal == ";" and END in fault.expected and fault.before:
        return say("no-semicolon")
    if fault.terminal in CLOSES.values() and not fault.opened:
        return say("leave-out" if END in fault.expected else "write-opening")
    if fault.token.kind == "symbol" and fault.terminal != END and fault.reads(rest=1):
        return say("leave-out")
    return ""


def _outside(fault: Fault) -> str:
    """A value or a condition that stands by itself, or goes on after what FILTER or HAVING takes."""
    is_call = bool(fault.after) and fault.after[0][0] in ("(", "NIL")
    if fault.terminal in grammar.WORDS and is_call and "FILTER" in fault.expected:
        return say("filter-or-bind")
    if fault.terminal in _COMPARING and (clause := _last(fault, 0, {"FILTER", "HAVING", "ORDER", "GROUP", "WHERE"})):
        named = f"{clause} BY" if clause == "ORDER" else clause
        return say("all-parentheses", clause=named) if clause != "WHERE" else ""
    return ""


def _triple(fault: Fault) -> str:
    """Commas between the terms of a triple, and variables in a path."""
    last = fault.before[-1] if fault.before else None
    if last is None:
        return ""
    if fault.terminal == "{" and last.end == fault.token.start:
        return say("repeated-path")
    if last.kind != "variable" and fault.terminal != "VAR":
        return ""
    if fault.terminal == "," and "^" in fault.expected:
        return say("comma-triple")
    is_path = last.kind == "variable" and last.end == fault.token.start and fault.terminal in ("*", "+", "/", "|", "?")
    if is_path or (fault.terminal == "VAR" and "^" in fault.expected):
        return say("path")
    return ""


def _only(fault: Fault) -> str:
    """The only keyword or mark that can come."""
    only, *more = fault.expected
    is_name = only.isupper() and only not in grammar.WORDS
    return "" if more or only == END or is_name else say("expected", this=only)


def _clause(fault: Fault) -> str:
    """Return the last keyword that begins a clause at the depth of the fault."""
    return _last(fault, 0, {"SELECT", "WHERE", "ORDER", "HAVING", "GROUP", "VALUES", "FROM", "DESCRIBE", "CONSTRUCT"})


def _before_opened(fault: Fault) -> str:
    """Return the function or the clause that the innermost open bracket belongs to."""
    opening = fault.opened[-1]
    at = next(index for index, token in enumerate(fault.before) if token is opening)
    word = fault.before[at - 1].text.upper() if at else ""
    return word if word in grammar.WORDS and word != "DISTINCT" else _last(fault, 1, {"SELECT", "WHERE", "GROUP"})


def _last(fault: Fault, depth: int, wanted: set[str]) -> str:
    for token in reversed(fault.before):
        if token.text in CLOSES.values():
            depth += 1
        elif token.text in CLOSES:
            depth -= 1
        elif depth == 0 and token.text.upper() in wanted:
            return token.text.upper()
        if depth < 0:
            break
    return ""


def _named(fault: Fault, opening: Token) -> str:
    line, column = sparql.position(fault.query, opening.start)
    return say("opening", mark=opening.text, line=line, column=column)


_ADVICE: Final[tuple[Callable[[Fault], str], ...]] = (
    _update,
    _prologue,
    _select,
    _keyword,
    _condition,
    _triple,
    _operator,
    _outside,
    _term,
    _arguments,
    _bracket,
    _mark,
    _place,
    _missing,
    _only,
)
