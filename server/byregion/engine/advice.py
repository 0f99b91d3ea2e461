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
from byregion.sparql import Token

# What other languages call what SPARQL calls otherwise; what is no terminal is told wherever the word stands.
_ELSEWHERE: Final = {
    "AND": "&&",
    "AVERAGE": "AVG",
    "BINDINGS": "VALUES",
    "ENDSWITH": "STRENDS",
    "IFNULL": "COALESCE",
    "IS": "BOUND(?name), !BOUND(?name) or =",
    "ISNULL": "!BOUND(?name)",
    "LEN": "STRLEN",
    "LENGTH": "STRLEN",
    "LIKE": "CONTAINS(?name, …) or REGEX(?name, …)",
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
    "&": "and is written &&",
    "`": "a text stands in ' or \"",
    "\\": "a backslash stands only inside a text",
    "$": "a variable is written ?name",
    "@": 'a language tag has letters, and follows its text at once: "…"@nb',
    "%": "SPARQL has no remainder of a division",
}
_COMPARING: Final = ("=", "!=", "<", ">", "<=", ">=", "&&", "||", "+", "-", "*", "/", "IN", "NOT")
# Keywords that are forgotten between others; not those that begin something or are a value.
_BETWEEN: Final = ("AS", "BY", "DATA", "EXISTS", "IN", "SEPARATOR", "TO", "WHERE")
_UPDATES: Final = ("ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH")
_PATTERNS: Final = ("BIND", "FILTER", "MINUS", "OPTIONAL", "SERVICE", "UNION", "VALUES")
_MODIFIERS: Final = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET")
_LAST: Final = "what follows the last } stands in this order: GROUP BY, HAVING, ORDER BY, LIMIT and OFFSET, VALUES"
_LOCAL: Final = re.compile(r"[^\W\d]\w*")


def hint(fault: Fault) -> str:
    """Return what would mend the query at `fault`, empty where nothing can be said."""
    return next((found for advise in _ADVICE if (found := advise(fault))), "")


def unreadable(character: str) -> str:
    """Return what would do where a token cannot begin with `character`."""
    if character in "“”„«»‘’‚‹›″′":
        return "a text stands in straight quotation marks: \" or '"
    if character.isspace() or unicodedata.category(character) == "Cf":
        return f"this is U+{ord(character):04X} ({unicodedata.name(character, 'no name')}); write an ordinary space"
    if character in "–—−":
        return "minus is written with a hyphen: -"
    return {"≤": "write <=", "≥": "write >=", "≠": "write !="}.get(character) or _UNREADABLE.get(character, "")


def _update(fault: Fault) -> str:
    if "LOAD" in fault.expected and fault.terminal in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"):
        return "this is a query; send it as query, not as update"
    if "SELECT" in fault.expected and "PREFIX" in fault.expected and fault.terminal in _UPDATES:
        return "this is an update; send it as update, not as query"
    return ""


def _prologue(fault: Fault) -> str:
    text, last = fault.token.text, fault.previous()
    if text.lower() in ("@prefix", "@base"):
        return f"SPARQL writes {text[1:].upper()} without @, and no . after the IRI"
    if last == "PREFIX":
        name = f"{text}:" if fault.token.kind == "word" else "name:"
        return f"write PREFIX {name} <…>"
    if fault.previous(2) == "PREFIX" or last == "BASE":
        return "the IRI stands in angle brackets: <http://…>"
    if text in (".", ";") and last.startswith("<") and (fault.previous(2) == "BASE" or fault.previous(3) == "PREFIX"):
        return f"no {text} follows PREFIX or BASE in SPARQL; leave it out"
    return ""


def _select(fault: Fault) -> str:
    """What goes wrong in SELECT before WHERE."""
    clause, expected, text = _clause(fault), fault.expected, fault.token.text
    if text == "," and "VAR" in expected and clause in ("SELECT", "GROUP", "ORDER", "DESCRIBE"):
        return f"nothing stands between the variables of {clause} but spaces; leave the comma out"
    if text == "," and fault.previous(2) == "LIMIT":
        return "write LIMIT and OFFSET, each with its number"
    if fault.opened and "AS" in expected and fault.terminal != "AS" and _before_opened(fault) in ("SELECT", "BIND"):
        if text == ")" and fault.previous(2) == "(" and fault.before[-1].kind == "variable":
            return f"write {fault.before[-1].text} without parentheses, or ({fault.before[-1].text} AS ?name)"
        if text == ")":
            return "name the result: AS ?name before the )"
        return "write AS before the name" if fault.terminal == "VAR" else ""
    if clause != "SELECT" or "VAR" not in expected:
        return ""
    if fault.terminal == "AS":
        return f"put it in parentheses: ({fault.before[-1].text} AS ?name)"
    if fault.token.kind == "word" and fault.after and fault.after[0][0] in ("(", "NIL"):
        return f"put it in parentheses and name it: ({text}(…) AS ?name)"
    if "*" in expected and fault.terminal in ("WHERE", "{", "FROM"):
        return "name the variables, or write SELECT *"
    return ""


def _keyword(fault: Fault) -> str:
    """A word that is nearly one that can stand here, or that is called otherwise in SPARQL."""
    token = fault.token
    word = token.text.upper()
    if token.kind != "word":
        return ""
    can = [item for item in fault.expected if item.isupper() and item in grammar.WORDS]
    if other := _ELSEWHERE.get(word):
        return f"SPARQL writes {other}" if other in fault.expected or "(" in other else ""
    if fault.terminal != UNKNOWN:
        return ""
    if start := next((item for item in can if word.startswith(item) and word[len(item) :] in grammar.WORDS), None):
        return f"write {start} {word[len(start) :]}"
    if near := get_close_matches(word, sorted(can), 1, 0.76):
        return f"write {near[0]}"
    return ""


def _condition(fault: Fault) -> str:
    """What follows a keyword that takes brackets."""
    last, expected = fault.previous(), fault.expected
    if last in ("FILTER", "HAVING") and "(" in expected:
        return f"put the condition in parentheses: {last} (…)"
    if last == "BIND":
        return "put it in parentheses: BIND (… AS ?name)"
    if last in ("DESC", "ASC") and "(" in expected:
        by = fault.previous(2).startswith(("?", "$")) and fault.before[-2].text
        return f"{last} stands before what it sorts by: {last}({by or '?name'})"
    if last in ("NOW", "RAND", "UUID", "STRUUID") and expected == {"NIL"}:
        return f"write {last}()"
    if last in ("LIMIT", "OFFSET"):
        return f"a whole number follows {last}"
    if last == "IN" and "(" in expected:
        return "put the values in parentheses: IN (…)"
    if "{" in expected and fault.terminal not in ("{", END) and _is_pattern(fault):
        return "put the pattern in braces: { … }"
    if fault.terminal == "UNION":
        return "UNION stands between two groups in braces: { … } UNION { … }"
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
        return "a comment begins with #"
    touching = last.end == token.start
    if touching and (other := _OPERATORS.get(last.text + token.text)):
        return f"SPARQL writes {other}"
    if token.text == "|" and "||" in fault.expected:
        return "SPARQL writes || for or"
    if token.text == "^" and last.kind == "string":
        return "two ^ stand between a text and its datatype: ^^"
    if token.text == "-" and last.kind == "variable" and touching:
        return "the name of a variable holds no hyphen; write _ instead"
    return ""


def _term(fault: Fault) -> str:
    """A word where a term is expected."""
    token, expected = fault.token, fault.expected
    if token.text == "?" and "VAR" in expected:
        return "a variable has a name: ?name"
    if token.kind == "language" and "STRING" in expected:
        return f'write "{token.text[1:]}"'
    if token.text == "A" and "a" in expected:
        return "write a in lower case"
    if fault.terminal != UNKNOWN or not _LOCAL.fullmatch(token.text):
        return ""
    if "STR" in expected and fault.after and fault.after[0][0] in ("(", "NIL"):
        return f"there is no function {token.text}"
    if "STRING" in expected and fault.previous() not in (".", "{", "}"):
        return f'put a text in quotation marks: "{token.text}"; a variable begins with ?'
    if "VAR" in expected:
        return f"a variable begins with ?: ?{token.text}"
    return f'put the text in quotation marks: "{token.text}"' if "STRING" in expected else ""


def _arguments(fault: Fault) -> str:
    """Too many values for a function, or too few."""
    if not fault.opened or fault.terminal not in (",", ")"):
        return ""
    name = _before_opened(fault)
    if name not in grammar.WORDS or fault.opened[-1].text != "(":
        return ""
    if fault.previous() == "(" and fault.terminal == ")":
        return "write COUNT(*)" if name == "COUNT" else f"{name} takes at least one value"
    if fault.terminal == "," and ")" in fault.expected:
        return f"{name} takes no more values"
    return f"{name} takes more values" if fault.terminal == ")" and "," in fault.expected else ""


def _bracket(fault: Fault) -> str:
    """A bracket that was opened and is not closed, or closed by another kind."""
    if not fault.opened:
        return ""
    opening = fault.opened[-1]
    closing = CLOSES[opening.text]
    if closing not in fault.expected:
        return ""
    if fault.terminal == END:
        return f"close it with {closing}"
    if fault.terminal in CLOSES.values() and fault.reads(closing, rest=1):
        return f"write {closing} to close {_named(fault, opening)}"
    if fault.reads(closing):
        return f"close {_named(fault, opening)} with {closing} before it"
    return ""


def _mark(fault: Fault) -> str:
    """A mark between triples that is missing."""
    between = "between the two operations" if not fault.opened else "where the subject goes on"
    for mark, why in ((".", "where another subject begins"), (";", between), (",", "between the values")):
        if mark in fault.expected and fault.reads(mark):
            return f"put a {mark} before it, {why}"
    return ""


def _missing(fault: Fault) -> str:
    """A keyword between others that is missing."""
    found = (word for word in _BETWEEN if word in fault.expected and fault.reads(word))
    return next((f"write {word} before it" for word in found), "")


def _place(fault: Fault) -> str:
    """What is right, but elsewhere."""
    if fault.terminal in _MODIFIERS:
        inside = any(token.text == "{" for token in fault.opened)
        name = f"{fault.terminal} BY" if fault.terminal in ("GROUP", "ORDER") else fault.terminal
        return f"{name} stands after the }} that closes the pattern" if inside else _LAST
    if fault.terminal in _PATTERNS and fault.opened and "." in fault.expected:
        return f"{fault.terminal} stands in the pattern after WHERE, not among triples to be made or deleted"
    if fault.terminal == "SELECT" and fault.opened:
        return "a query within the query has braces of its own: { SELECT … }"
    if fault.terminal == ";" and END in fault.expected and fault.before:
        return "no ; ends a query; leave it out"
    if fault.terminal in CLOSES.values() and not fault.opened:
        return "leave it out" if END in fault.expected else "write the { that it closes"
    if fault.token.kind == "symbol" and fault.terminal != END and fault.reads(rest=1):
        return "leave it out"
    return ""


def _outside(fault: Fault) -> str:
    """A value or a condition that stands by itself, or goes on after what FILTER or HAVING takes."""
    is_call = bool(fault.after) and fault.after[0][0] in ("(", "NIL")
    if fault.terminal in grammar.WORDS and is_call and "FILTER" in fault.expected:
        return "a condition stands in FILTER (…), a value in BIND (… AS ?name)"
    if fault.terminal in _COMPARING and (clause := _last(fault, 0, {"FILTER", "HAVING", "ORDER", "GROUP", "WHERE"})):
        return f"put all of it in parentheses: {clause}{' BY' * (clause == 'ORDER')} (…)" if clause != "WHERE" else ""
    return ""


def _triple(fault: Fault) -> str:
    """Commas between the terms of a triple, and variables in a path."""
    last = fault.before[-1] if fault.before else None
    if last is None:
        return ""
    if fault.terminal == "{" and last.end == fault.token.start:
        return "a path is repeated by ?, * or +; SPARQL 1.1 has no {n}"
    if last.kind != "variable" and fault.terminal != "VAR":
        return ""
    if fault.terminal == "," and "^" in fault.expected:
        return "nothing stands between subject, property and value but spaces; leave the comma out"
    is_path = last.kind == "variable" and last.end == fault.token.start and fault.terminal in ("*", "+", "/", "|", "?")
    if is_path or (fault.terminal == "VAR" and "^" in fault.expected):
        return "a path is made of IRIs and a, not of variables"
    return ""


def _only(fault: Fault) -> str:
    """The only keyword or mark that can come."""
    only, *more = fault.expected
    is_name = only.isupper() and only not in grammar.WORDS
    return "" if more or only == END or is_name else f"{only} is expected"


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
    return f"the {opening.text} of line {line}, column {column}"


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
