"""Queries of SPARQL 1.1 at random, written as people and as attackers write them: for tests of what reads tokens."""

from __future__ import annotations

from hypothesis import strategies as st

PROLOGUE = "PREFIX x: <http://x.test/>\nPREFIX : <http://x.test/empty#>\n"
ENDPOINT = "<http://127.0.0.1:1/>"

spaces = st.sampled_from(["", "", " ", "\n", "\t", "#c\n", "# '\n", '#"\r', "# > SERVICE\n"])
between = st.sampled_from([" ", "\n", "\t", " #c\n", " # '\r\n"])


def joined(*parts: str | st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The parts one after the other."""
    return st.tuples(*(st.just(part) if isinstance(part, str) else part for part in parts)).map("".join)


def many(part: st.SearchStrategy[str], separator: str = " ", least: int = 1) -> st.SearchStrategy[str]:
    return st.lists(part, min_size=least, max_size=3).map(separator.join)


inside = st.sampled_from(["", "x", ">#", "# no comment", "\\'", '\\"', "\\\\", "SERVICE", "<http://", "}", ")", "æøå"])
strings = st.builds(
    lambda quotes, text: quotes + text + quotes,
    st.sampled_from(["'", '"', "'''", '"""']),
    inside,
)
iris = st.sampled_from(
    ["<http://x.test/a>", "<http://x.test/a#b>", "<http://x.test/(a)>", "<http://x.test/'>", "<urn:SERVICE>"]
)
names = st.sampled_from(["x:a", ":a", ":", "x:a.b", "x:a-1", "x:%41", "x:a\\'b", "x:a\\#b", "x:service", "x:æ"])
variables = st.sampled_from(["?s", "?p", "?o", "$s", "?service", "?from", "?1"])
numbers = st.sampled_from(["1", "1.0", ".5", "1e1", "1.5E-3", "-1", "+2.0"])
literals = st.one_of(
    strings,
    joined(strings, "@nb"),
    joined(strings, "@en-GB"),
    joined(strings, "^^", names.filter(lambda name: name != ":")),
    numbers,
    st.sampled_from(["true", "false"]),
)
terms = st.one_of(variables, iris, names)
calls = st.sampled_from(["STR({})", "isIRI({})", "LCASE( {} )", "COALESCE({}, 1)", "IF({},1,2)", "!({})", "({})"])
expressions = st.recursive(
    st.one_of(variables, literals, iris, names),
    lambda part: st.one_of(
        st.builds(
            lambda left, operator, right: f"({left}{operator}{right})",
            part,
            st.sampled_from(["<", " < ", ">", " > ", "<=", " = ", "!=", "&&", " || ", " + ", " - ", "*", "/"]),
            part,
        ),
        st.builds(lambda call, value: call.format(value), calls, part),
        st.builds(lambda value, other: f"({value} IN ({other}, 1))", part, part),
    ),
    max_leaves=5,
)
paths = st.recursive(
    st.one_of(iris, names, st.just("a")),
    lambda part: st.one_of(
        st.builds(lambda one, other: f"({one}/{other})", part, part),
        st.builds(lambda one, other: f"({one}|^{other})", part, part),
        st.builds(lambda one, times: f"({one}){times}", part, st.sampled_from("?*+")),
    ),
    max_leaves=3,
)
objects = st.one_of(terms, literals, st.sampled_from(["[]", "()", "_:b", "[ x:p 1 ]", "( 1 ?s <http://x.test/a#b> )"]))
triples = joined(terms, between, st.one_of(variables, paths), between, objects, between)
services = joined("SERVICE", spaces, st.sampled_from(["", "SILENT "]), ENDPOINT, spaces, "{", triples, "}")


def groups(*more: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Groups of graph patterns, with `more` kinds of elements."""
    simple = st.one_of(
        joined(triples, "."),
        joined("FILTER", spaces, "(", spaces, expressions, spaces, ")"),
        joined("FILTER EXISTS {", triples, "}"),
        joined("VALUES ?v {", spaces, st.one_of(iris, literals), spaces, "}"),
        joined("VALUES (?v ?w) { (", literals, " ", iris, ") }"),
        *more,
    )
    return st.recursive(
        many(simple, "\n"),
        lambda group: st.one_of(
            joined("{", group, "}"),
            joined("OPTIONAL", spaces, "{", group, "}"),
            joined("{", group, "} UNION {", group, "}"),
            joined("GRAPH ?g {", group, "}"),
            joined("MINUS {", spaces, group, "}"),
        ),
        max_leaves=3,
    )


def queries(*more: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, str]]:
    """Pairs of a form and a query of that form, with `more` kinds of elements in its groups."""
    group = joined("{", spaces, groups(*more), spaces, "}")
    heads = st.sampled_from(
        [
            ("SELECT", "SELECT * WHERE"),
            ("SELECT", "select DISTINCT ?s"),
            ("SELECT", "SELECT (?s AS ?t) ?o WHERE"),
            ("ASK", "ASK"),
            ("ASK", "Ask WHERE"),
            ("CONSTRUCT", "CONSTRUCT { ?s ?p 'SELECT' } WHERE"),
            ("DESCRIBE", "DESCRIBE ?s WHERE"),
            ("DESCRIBE", "describe x:SELECT"),
        ]
    )
    return st.builds(
        lambda space, head, body: (head[0], f"{space}{PROLOGUE}{space}{head[1]} {body}"), spaces, heads, group
    )
