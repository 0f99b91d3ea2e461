"""Sentences about mistakes in a query: in English, and known by a key, so that pages say them in other languages.

The words of the pages have the same keys, under `mistakes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

ENGLISH: Final = {
    "either": "{one} or {other}",
    "elsewhere": "SPARQL writes {other}",
    "and": "and is written &&",
    "quotes": "a text stands in ' or \"",
    "straight": "a text stands in straight quotation marks: \" or '",
    "backslash": "a backslash stands only inside a text",
    "variable": "a variable is written ?name",
    "language": 'a language tag has letters, and follows its text at once: "…"@nb',
    "remainder": "SPARQL has no remainder of a division",
    "space": "this is {code} ({name}); write an ordinary space",
    "minus": "minus is written with a hyphen: -",
    "write": "write {this}",
    "is-query": "this is a query; send it as query, not as update",
    "is-update": "this is an update; send it as update, not as query",
    "turtle": "SPARQL writes {word} without @, and no . after the IRI",
    "angle": "the IRI stands in angle brackets: {this}",
    "an-angle": "an IRI stands in angle brackets: {this}",
    "no-dot": "no {mark} follows PREFIX or BASE in SPARQL; leave it out",
    "comma-variables": "nothing stands between the variables of {clause} but spaces; leave the comma out",
    "limit-offset": "write LIMIT and OFFSET, each with its number",
    "bare-variable": "write {variable} without parentheses, or ({variable} AS ?name)",
    "name-result": "name the result: AS ?name before the )",
    "as-before": "write AS before the name",
    "parentheses": "put it in parentheses: {this}",
    "parentheses-named": "put it in parentheses and name it: {this}",
    "name-variables-or-all": "name the variables, or write SELECT *",
    "condition-parentheses": "put the condition in parentheses: {word} (…)",
    "sorts": "{word} stands before what it sorts by: {word}({by})",
    "whole-number": "a whole number follows {word}",
    "values-parentheses": "put the values in parentheses: IN (…)",
    "braces": "put the pattern in braces: {{ … }}",
    "union": "UNION stands between two groups in braces: {{ … }} UNION {{ … }}",
    "comment": "a comment begins with #",
    "or": "SPARQL writes || for or",
    "datatype": "two ^ stand between a text and its datatype: ^^",
    "hyphen": "the name of a variable holds no hyphen; write _ instead",
    "variable-name": "a variable has a name: ?name",
    "lower-a": "write a in lower case",
    "no-function": "there is no function {name}",
    "text-or-variable": 'put a text in quotation marks: "{word}"; a variable begins with ?',
    "question-mark": "a variable begins with ?: ?{word}",
    "text-marks": 'put the text in quotation marks: "{word}"',
    "least-one": "{name} takes at least one value",
    "no-more": "{name} takes no more values",
    "takes-more": "{name} takes more values",
    "close": "close it with {closing}",
    "write-to-close": "write {closing} to close {opening}",
    "close-before": "close {opening} with {closing} before it",
    "opening": "the {mark} of line {line}, column {column}",
    "put-mark": "put a {mark} before it, {why}",
    "another-subject": "where another subject begins",
    "subject-goes-on": "where the subject goes on",
    "two-operations": "between the two operations",
    "between-values": "between the values",
    "write-before": "write {word} before it",
    "after-pattern": "{name} stands after the }} that closes the pattern",
    "last": "what follows the last }} stands in this order: GROUP BY, HAVING, ORDER BY, LIMIT and OFFSET, VALUES",
    "in-pattern": "{word} stands in the pattern after WHERE, not among triples to be made or deleted",
    "subquery": "a query within the query has braces of its own: {{ SELECT … }}",
    "no-semicolon": "no ; ends a query; leave it out",
    "leave-out": "leave it out",
    "write-opening": "write the {{ that it closes",
    "filter-or-bind": "a condition stands in FILTER (…), a value in BIND (… AS ?name)",
    "all-parentheses": "put all of it in parentheses: {clause} (…)",
    "repeated-path": "a path is repeated by ?, * or +; SPARQL 1.1 has no {{n}}",
    "comma-triple": "nothing stands between subject, property and value but spaces; leave the comma out",
    "path": "a path is made of IRIs and a, not of variables",
    "expected": "{this} is expected",
    "put-before": "put before the query: PREFIX {prefix}: <{iri}>",
    "write-and-put": "write {prefix}:, and put before the query: PREFIX {prefix}: <{iri}>",
    "declare": "put PREFIX {prefix}: <…> before the query",
    "in-full": "write it in full, or put BASE <…> before the query",
    "double-backslash": "a backslash itself is written \\\\",
    "smaller": "leave it out, or write a smaller one",
    "undef": "write UNDEF where a variable has no value",
    "other-name": "choose another name, or compare the two in a FILTER",
    "other-label": "use a variable, or another label",
    "no-data": "leave DATA out, and bind the variable in WHERE",
    "bind-where": "use a variable, and bind it in WHERE",
    "having": "a condition on it stands in HAVING, after GROUP BY",
    "name-variables": "name the variables",
    "one-out": "leave one out, or give it another name",
    "name-after-as": "choose another name after AS",
    "group-or-sample": "add {name} to GROUP BY, or take one of its values: (SAMPLE({name}) AS ?one)",
    "undeclared": "the prefix {prefix}: is not declared",
    "early": "the query ends too early",
    "unclosed": "the query ends, and '{mark}' of line {line}, column {column} is not closed",
    "closes-nothing": "{shown} closes nothing",
    "stands-where": "{shown} stands where '{closing}' is expected",
    "no-word": "{shown} is no word of SPARQL",
    "cannot-stand": "{shown} cannot stand here",
    "value-missing": "{message}; a value is missing",
    "possible": "{message}; possible here: {listed}",
    "a-variable": "a variable",
    "an-iri": "an IRI or a prefixed name",
    "a-literal": "a literal",
    "a-blank-node": "a blank node",
    "a-list": "a list",
    "a-language-tag": "a language tag",
    "the-end": "the end",
    "pair": "{one}, {other}",
    "relative": "this IRI is relative",
    "iri-malformed": "an IRI is malformed",
    "language-malformed": "a language tag is malformed",
    "not-possible": "{shown} is not possible here, or what stands before is wrong",
    "ends-here": "the query ends here, and something before is missing or wrong",
    "no-escape": "{escape} is no escape in a text",
    "too-great": "{word} is too great a number",
    "row-length": "this row of VALUES is {count} long where {variables} variables are named",
    "lower-only": "the engine reads {word} in lower case only",
    "no-space": "the engine reads no space between {word} and (",
    "bound-before": "{name} has a value before this BIND gives it one",
    "label-twice": "the blank node {label} stands in two groups, or on both sides of one",
    "variable-in-data": "no variable stands in {word} DATA",
    "blank-deleted": "no blank node stands in what is deleted",
    "aggregate": "{word} cannot stand in {clause}",
    "star-grouped": "SELECT * cannot be used with GROUP BY",
    "twice": "{name} stands twice in SELECT",
    "has-values": "{name} already has its values from the pattern",
    "not-grouped": "SELECT names {name}, which GROUP BY does not",
    "open-string": "this string does not end; close it with the quotes it began with",
    "open-iri": "this IRI does not end, or holds a character that IRIs cannot hold; a space is written %20",
    "no-part": "no part of SPARQL begins with {shown}",
    "form-expected": "{shown} stands where SELECT, ASK, CONSTRUCT or DESCRIBE is expected",
    "empty": "the query is empty; it needs SELECT, ASK, CONSTRUCT or DESCRIBE",
    "no-keyword": "{shown} is no keyword of an update",
    "placed": "line {line}, column {column}: {said}",
    "with-hint": "{message}; {hint}",
}
"""What each sentence says, `{name}` filled in with what is given beside the key; {{ and }} are braces."""


class Sentence(str):
    """Words in English that know which sentence they are: its `key`, and the `values` that are filled in."""

    key: str
    values: Mapping[str, str]

    def __new__(cls, key: str, values: Mapping[str, str]) -> Sentence:
        """Return the sentence of `key`; a value may be a sentence. Raises KeyError where there is none of that key."""
        made = super().__new__(cls, ENGLISH[key].format(**values))
        made.key, made.values = key, values
        return made

    def with_values(self, change: Callable[[str], str]) -> Sentence:
        """Return the sentence with each value that is no sentence changed."""
        changed = {
            name: value.with_values(change) if isinstance(value, Sentence) else change(value)
            for name, value in self.values.items()
        }
        return Sentence(self.key, changed)


def say(key: str, **values: str | int) -> Sentence:
    """Return the sentence of `key` with its values; raises KeyError where there is none of that key."""
    return Sentence(key, {name: value if isinstance(value, str) else str(value) for name, value in values.items()})


def packed(text: str) -> Any:
    """Return a text as JSON holds it, a sentence with its key and values."""
    if not isinstance(text, Sentence):
        return text
    return [text.key, {name: packed(value) for name, value in text.values.items()}]


def unpacked(told: Any) -> Any:
    """Return the text that was packed; what is no text stays as it is."""
    if not isinstance(told, list):
        return told
    key, values = told
    return Sentence(key, {name: unpacked(value) for name, value in values.items()})
