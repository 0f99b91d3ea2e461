"""What is decided about a query by its tokens, held to the parsers of rdflib and Oxigraph, which read the same text."""

from __future__ import annotations

import contextlib
import re
import time
from random import Random
from typing import Any

import pyoxigraph
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyparsing import ParseException
from rdflib import XSD, Graph, Literal, URIRef, Variable
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

import sparql_grammar as grammar
from byregion import sparql
from byregion.errors import ParameterError, QueryRefused, QuerySyntaxError

# The same cases on every machine and at every run: what was found once is written down as a case below.
REPEATABLE = settings(max_examples=150, deadline=None, database=None, derandomize=True)
LIMITS = {"max_length": 100_000, "max_depth": 200}
NOWHERE = "<http://127.0.0.1:1/>"
ONE = "SELECT ?x WHERE { VALUES ?x { 1 } }"
BASED = "BASE <http://x.test/a/b> " + ONE


# --- Tokens -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("?s $o", "variable variable"),
        ("<http://x.test/a#b>", "iri"),
        ("?a<?b", "variable symbol variable"),
        ("?a<=?b", "variable symbol variable"),
        ("x:a :a x: :", "name name name name"),
        ("x:a.b. x:a-1 x:%41 x:a\\'b x:æ", "name symbol name name name name"),
        ("_:b _:b.c.", "blank blank symbol"),
        ("'a' \"a\" '''a'b''' \"\"\"a\"b\"\"\" '' \"\"", "string string string string string string"),
        ("'a'@nb-NO \"a\"^^x:a", "string language string symbol name"),
        ("1 1.0 .5 1e1 1.e1 -1", "number number number number number symbol number"),
        ("true.OPTIONAL{}", "word symbol word symbol symbol"),
        ("1SERVICE", "number word"),
        ("a/^x:b|!(a)*", "word symbol symbol name symbol symbol symbol word symbol symbol"),
        ("# a 'comment'\r?s # another", "variable"),
    ],
)
def test_text_is_read_as_the_terminals_of_the_grammar(text: str, kinds: str) -> None:
    assert [token.kind for token in sparql.tokens(text)] == kinds.split()


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("ASK {\n  ?s ?p 'open }", 2, 9, "string"),
        ('ASK {\n\n?s ?p "a\nb" }', 3, 7, "string"),
        ("ASK { ?s ?p '''open' }", 1, 13, "string"),
        ("ASK {\n  <http://x.test/a b> ?p ?o }", 2, 3, "IRI"),
        ("ASK { ?s <http://x.test/a", 1, 10, "IRI"),
        ("ASK { ?s ?p `a` }", 1, 13, "'`'"),
        ("ASK { ?s ?p \\u003F }", 1, 13, "begins with"),
    ],
)
def test_what_cannot_be_read_is_told_with_line_and_column(text: str, line: int, column: int, said: str) -> None:
    with pytest.raises(QuerySyntaxError, match=re.escape(said)) as caught:
        list(sparql.tokens(text))
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "piece", ["a.", "a-", "x:a.", "_:b.", "<a", "?a", "'a'", "1.", "((", "\\'x:", ":\\-", "@a-", "''"]
)
def test_reading_takes_time_in_proportion_to_the_text(piece: str) -> None:
    text = "ASK { " + piece * (300_000 // len(piece))
    started = time.process_time()
    with contextlib.suppress(QuerySyntaxError):
        assert list(sparql.tokens(text))[-1].end == len(text)
    assert time.process_time() - started < 5


@REPEATABLE
@given(grammar.queries(grammar.services))
def test_every_query_that_rdflib_parses_is_read_whole(query: tuple[str, str]) -> None:
    text = query[1]
    if _rdflib_reads(text):
        at = 0
        for token in sparql.tokens(text):
            assert _only_space(text[at : token.start])
            assert text[token.start : token.end] == token.text
            at = token.end
        assert _only_space(text[at:])


def _only_space(text: str) -> bool:
    return re.fullmatch(r"(?:[ \t\r\n]|#[^\r\n]*)*", text) is not None


def _rdflib_reads(text: str) -> bool:
    try:
        parseQuery(text)
    except ParseException:
        return False
    return True


# --- Form -------------------------------------------------------------------------------------------------------------


@REPEATABLE
@given(grammar.queries())
def test_the_form_is_the_one_that_rdflib_finds(query: tuple[str, str]) -> None:
    form, text = query
    assert sparql.form(text) == form
    if _rdflib_reads(text):
        assert parseQuery(text)[1].name == f"{form.title()}Query"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("BASE <http://x.test/> PREFIX x: <ASK> # SELECT\nprefix SELECT: <a:> DESCRIBE SELECT:a", "DESCRIBE"),
        ("PREFIX:<http://x.test/>ASK{}", "ASK"),
        ("PREFIXx:<http://x.test/>DESCRIBEx:a", "DESCRIBE"),
        ("SELECTDISTINCT?s{?s ?p ?o}", "SELECT"),
        ("ASKWHERE{?s ?p ?o}", "ASK"),
        ("VERSION '1.2' constructWHERE{?s ?p ?o}", "CONSTRUCT"),
    ],
)
def test_the_form_is_found_where_oxigraph_finds_it(text: str, form: str) -> None:
    assert sparql.form(text) == form
    assert isinstance(pyoxigraph.Store().query(text.replace("<ASK>", "<a:ASK>")), _ANSWERS[form])


_ANSWERS: dict[str, Any] = {
    "SELECT": pyoxigraph.QuerySolutions,
    "ASK": pyoxigraph.QueryBoolean,
    "CONSTRUCT": pyoxigraph.QueryTriples,
    "DESCRIBE": pyoxigraph.QueryTriples,
}


@pytest.mark.parametrize("text", ["", " \n", "# SELECT * {}", "PREFIX x: <http://x.test/>", "FROM x", "{}", "'SELECT'"])
def test_what_has_no_form_is_no_query(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="SELECT, ASK, CONSTRUCT or DESCRIBE"):
        sparql.form(text)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:> <a:> 1 }",
        "PREFIX x: <http://x.test/> delete where { ?s ?p ?o }",
        "LOAD <http://127.0.0.1:1/>",
        "LOAD<http://127.0.0.1:1/>",
        "CLEAR ALL",
        "DROP ALL",
        "WITH <a:> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_an_update_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused, match="update"):
        sparql.check(text, **LIMITS)


# --- What is refused --------------------------------------------------------------------------------------------------

PREFIXES = f"PREFIX x:<http://x.test/>PREFIX :{NOWHERE}PREFIX s:{NOWHERE}PREFIX SERVICE:{NOWHERE}\n"


@pytest.mark.parametrize(
    "group",
    [
        "SERVICE <http://127.0.0.1:1/> { ?a ?b ?c }",
        "SERVICE<http://127.0.0.1:1/>{}",
        "SeRvIcE SILENT ?s {}",
        "SERVICE:{}",
        "SERVICE:x{}",
        "SERVICEs:{}",
        "SERVICESILENT:{}",
        "?s ?p trueSERVICE:{}",
        "?s ?p trueSERVICE<http://127.0.0.1:1/>{}",
        "?s ?p 1SERVICE<http://127.0.0.1:1/>{}",
        "?s ?p 1.0e1SERVICE<http://127.0.0.1:1/>{}",
        "?s ?p 1.SERVICE<http://127.0.0.1:1/>{}",
        "?s ?p 'a'@en--ltrSERVICE<http://127.0.0.1:1/>{}",
        "?s ?p ?o #'\rSERVICE<http://127.0.0.1:1/>{}",
        "?s ?p x:b#SERVICE<a:>{}\nSERVICE<http://127.0.0.1:1/>{}",
        "FILTER(1<2)SERVICE#>\n<http://127.0.0.1:1/>{}",
        "FILTER(?o<'>#')SERVICE<http://127.0.0.1:1/>{}#'",
        "FILTER(?o<1#>'''\n)SERVICE<http://127.0.0.1:1/>{}#'''",
        "FILTER(1<2||'>'='>')SERVICE<http://127.0.0.1:1/>{}",
        "VALUES ?x { '' } SERVICE<http://127.0.0.1:1/>{}",
        "GRAPH ?g { OPTIONAL { SERVICE<http://127.0.0.1:1/>{} } }",
        "{ SELECT * { SERVICE <http://127.0.0.1:1/> {} } }",
    ],
)
def test_service_is_refused_however_it_is_written(group: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE"):
        sparql.check(PREFIXES + "SELECT * {" + group + "}", **LIMITS)


def test_service_is_refused_where_only_escapes_spell_it() -> None:
    with pytest.raises(QueryRefused, match="SERVICE"):
        sparql.check("SELECT * { \\u0053ERVIC\\U00000045 <http://127.0.0.1:1/> {} }", **LIMITS)


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?service ?p 'SERVICE <http://127.0.0.1:1/> {}' } # SERVICE <a:> {}",
        "ASK { <http://x.test/SERVICE> ?p '''\nSERVICE\n''' }",
        "PREFIX x: <http://x.test/> ASK { x:SERVICE x:service x:a.SERVICE }",
        "PREFIX service: <http://x.test/service#> ASK { service:a ?p service:b . _:SERVICE ?p $from }",
        "ASK { FILTER(?a < 1 && ?b IN (<http://x.test/a#b>, <http://x.test/(service)>)) }",
        "PREFIX from: <http://x.test/from#> ASK { ?s from:a 'FROM' }",
    ],
)
def test_the_word_in_a_text_a_name_or_a_comment_is_no_service(query: str) -> None:
    assert sparql.check(query, **LIMITS) == "ASK"


@REPEATABLE
@given(grammar.queries(grammar.services))
def test_every_service_that_rdflib_finds_is_refused(query: tuple[str, str]) -> None:
    text = query[1]
    if _rdflib_reads(text) and "ServiceGraphPattern" in _names(translateQuery(parseQuery(text)).algebra):
        with pytest.raises(QueryRefused, match="SERVICE"):
            sparql.check(text, **LIMITS)


def _names(part: object) -> set[str]:
    """The names of all operators in a query as rdflib translates it."""
    if isinstance(part, CompValue):
        return {part.name}.union(*(_names(value) for value in part.values()))
    if isinstance(part, list | tuple | set):
        return set().union(*(_names(value) for value in part))
    return set()


def test_no_query_that_passes_lets_oxigraph_ask_another_endpoint() -> None:
    """Queries with SERVICE, each changed at random places: whichever Oxigraph follows outside, the check refuses."""
    term = pyoxigraph.NamedNode("http://x.test/a")
    store = pyoxigraph.Store()
    store.extend([pyoxigraph.Quad(term, term, term, term), pyoxigraph.Quad(term, term, term)])
    reached = 0

    @settings(REPEATABLE, max_examples=300)
    @given(grammar.queries(grammar.services, grammar.services), st.integers())
    def attack(query: tuple[str, str], seed: int) -> None:
        nonlocal reached
        random = Random(seed)
        for _ in range(60):
            text = _changed(query[1], random)
            if _reaches_out(store, text):
                reached += 1
                with pytest.raises((QueryRefused, QuerySyntaxError)):
                    sparql.check(text, **LIMITS)

    attack()
    assert reached > 200


def _changed(text: str, random: Random) -> str:
    pieces = ["'", '"', "#", "<", ">", "(", ")", "\n", "\\", " ", "?", "@en", "--ltr", "1", "true", ".", ":", "{", "}"]
    for _ in range(random.choice([0, 1, 1, 2, 3])):
        start = random.randrange(len(grammar.PROLOGUE), len(text))
        end = start + random.choice([0, 0, 1, 1, 5])
        text = text[:start] + random.choice([*pieces, "", ""]) + text[end:]
    return text


def _reaches_out(store: pyoxigraph.Store, text: str) -> bool:
    try:
        answer = store.query(text)
        if not isinstance(answer, pyoxigraph.QueryBoolean):
            for _ in answer:
                pass
    except (SyntaxError, RuntimeError):
        return False
    except OSError:
        # Nobody listens there: that it is told so shows that it asked.
        return True
    return False


@pytest.mark.parametrize("opening", ["{", "(", "[", "{[(", "OPTIONAL {", "STR(", "EXISTS{"])
def test_more_brackets_than_may_be_open_are_refused_with_their_place(opening: str) -> None:
    with pytest.raises(QueryRefused, match=r"200 brackets are open at once \(line 2, column \d+\)"):
        sparql.check("ASK {\n" + opening * 200, **LIMITS)


def test_brackets_one_after_the_other_and_in_texts_are_not_open_at_once() -> None:
    assert sparql.check("ASK {" + "{} ('(((') " * 300 + "'" + "(" * 300 + "' }", **LIMITS) == "ASK"


def test_a_query_longer_than_may_be_is_refused() -> None:
    query = "ASK {} #"
    assert sparql.check(query, max_length=8, max_depth=1) == "ASK"
    with pytest.raises(QueryRefused, match="9 characters; at most 8"):
        sparql.check(query + "#", max_length=8, max_depth=1)


@pytest.mark.parametrize("character", ["\0", "\\u0000", "\\U00000000", "\ud800"])
def test_a_character_that_no_answer_can_hold_is_refused(character: str) -> None:
    with pytest.raises(QueryRefused, match="line 2, column 13"):
        sparql.check(f"SELECT *\n{{ BIND('text{character}' AS ?x) }}", **LIMITS)


@pytest.mark.parametrize(
    ("query", "volatile"),
    [
        ("SELECT (NOW() AS ?now) {}", True),
        ("SELECT * { FILTER(?x<RAND()&&?y>2) }", True),
        ("SELECT * {FILTERRAND()}", True),
        ("SELECT (strUUID() AS ?x) {}", True),
        ("SELECT (uuid() AS ?x) {}", True),
        ("SELECT ?now ?rand { ?now <http://x.test/UUID> 'NOW()' } # RAND()", False),
        ("PREFIX now: <a:> SELECT * { ?x now:rand now:uuid }", False),
    ],
)
def test_a_query_that_asks_for_time_or_chance_is_volatile(query: str, volatile: bool) -> None:
    assert sparql.volatile(query) is volatile


# --- Places of parameters ---------------------------------------------------------------------------------------------


def test_a_values_block_of_one_variable_is_a_place() -> None:
    query = """
    SELECT * WHERE {
      VALUES ?region { <http://x.test/a> "}" }  # VALUES ?no { 1 }
      values $date{UNDEF}
      VALUES (?both ?not) { (1 2) }
      ?s ?p "VALUES ?neither { 1 }" .
    }
    """
    places = sparql.places(query)
    assert {name: query[place.start : place.end].strip() for name, place in places.items()} == {
        "region": '<http://x.test/a> "}"',
        "date": "UNDEF",
    }


def test_two_places_of_one_name_are_an_error() -> None:
    with pytest.raises(QuerySyntaxError, match=r"line 2, column 1: VALUES \?x stands twice"):
        sparql.places("SELECT * { VALUES ?x { 1 }\nVALUES ?x { 2 } }")


def test_a_place_that_is_not_closed_is_an_error() -> None:
    with pytest.raises(QuerySyntaxError, match=r"VALUES \?x has no closing brace"):
        sparql.places("SELECT * { VALUES ?x { 1 ")


def test_what_is_bound_stands_between_the_braces_and_nowhere_else() -> None:
    query = "SELECT * { VALUES ?a { 1 } VALUES ?b { <http://x.test/b> } VALUES ?c { 'kept' } }"
    bound = sparql.bind(query, {"b": (), "a": (URIRef("http://x.test/1"), Literal("to", lang="nb"))})
    expected = "SELECT * { VALUES ?a { <http://x.test/1> \"to\"@nb } VALUES ?b { UNDEF } VALUES ?c { 'kept' } }"
    assert re.sub(r"\s+", " ", bound) == expected


def test_a_name_without_a_place_cannot_be_bound() -> None:
    with pytest.raises(ParameterError, match="no parameter 'y'; it has x") as caught:
        sparql.bind(ONE, {"y": (Literal("a"),)})
    assert caught.value.name == "y"


texts = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))),
    st.lists(
        st.sampled_from(
            ["\\", "u", "U", "0041", "00000041", "'", '"', "\n", "\r", "\t", "}", ">", "#", "?x", "SERVICE <"]
        )
    ).map("".join),
)
iris = st.one_of(
    st.builds("http://x.test/{}".format, st.text(st.characters(exclude_categories=("Cs",)))),
    st.builds(
        "{}:{}".format, st.sampled_from(["urn", "a+b", "http", "1", ""]), st.text("ab/?#[]@:%20.æ ø>\"'\\{}|^`<")
    ),
).map(URIRef)
literals = st.one_of(
    st.builds(Literal, texts),
    st.builds(Literal, texts, lang=st.sampled_from(["nb", "en-GB", "x-abc"])),
    st.builds(Literal, texts, datatype=st.sampled_from([XSD.string, URIRef("http://x.test/type")])),
)


@settings(REPEATABLE, max_examples=600)
@given(st.lists(literals, min_size=1, max_size=3))
def test_a_bound_literal_comes_back_as_the_same_term(terms: list[Literal]) -> None:
    for query in (ONE, BASED):
        bound = sparql.bind(query, {"x": tuple(terms)})
        assert [_of_oxigraph(term) for term in _asked_of_oxigraph(bound)] == [_plain(term) for term in terms]


@REPEATABLE
@example(Literal("\\u0041 \\U00000041 \\u00000041 \\\\u0041 \\n"))
@given(literals)
def test_a_bound_literal_comes_back_from_rdflib_too(term: Literal) -> None:
    assert [_plain(found) for found in _asked_of_rdflib(sparql.bind(ONE, {"x": (term,)}))] == [_plain(term)]


@settings(REPEATABLE, max_examples=1500)
@given(iris)
def test_a_bound_iri_comes_back_as_the_same_term_or_is_refused(iri: URIRef) -> None:
    try:
        bound = sparql.bind(ONE, {"x": (iri,)})
    except ParameterError as error:
        assert error.value == str(iri)
        with pytest.raises(ValueError, match=r"."):
            pyoxigraph.NamedNode(str(iri))
    else:
        assert [term.value for term in _asked_of_oxigraph(bound)] == [str(iri)]
        based = sparql.bind(BASED, {"x": (iri,)})
        assert [term.value for term in _asked_of_oxigraph(based)] == [str(iri)]


@pytest.mark.parametrize(
    "text",
    [
        '" } } SERVICE <http://127.0.0.1:1/> { { { "',
        '\\" } INSERT DATA { <a:> <a:> <a:> } #',
        "\\u0022 } SERVICE <http://127.0.0.1:1/> { ?s ?p \\u0022",
        '"""\n } #\r\n',
        "'''",
        "UNDEF",
        "\\",
    ],
)
def test_an_attempt_to_break_out_stays_a_text(text: str) -> None:
    bound = sparql.bind(ONE, {"x": (Literal(text), Literal(text, lang="nb"), Literal(text, datatype=XSD.anyURI))})
    assert sparql.check(bound, **LIMITS) == "SELECT"
    assert [term.value for term in _asked_of_oxigraph(bound)] == [text] * 3
    assert list(sparql.places(bound)) == ["x"]


@pytest.mark.parametrize(
    "term",
    [
        URIRef("http://x.test/> } #"),
        URIRef("http://x.test/ "),
        URIRef("http://x.test/\\u003E"),
        URIRef("relative"),
        URIRef(""),
        Literal("a\0b"),
        Literal("a\ud800b"),
        Literal("a", datatype=URIRef("x> } #")),
        Variable("x"),
    ],
)
def test_a_term_that_sparql_cannot_write_is_refused(term: Any) -> None:
    with pytest.raises(ParameterError):
        sparql.bind(ONE, {"x": (term,)})


def _asked_of_oxigraph(query: str) -> list[Any]:
    answer = pyoxigraph.Store().query(query)
    assert isinstance(answer, pyoxigraph.QuerySolutions)
    return [solution["x"] for solution in answer]


def _asked_of_rdflib(query: str) -> list[Any]:
    return [solution[0] for solution in Graph().query(query)]


def _of_oxigraph(term: pyoxigraph.Literal) -> tuple[str, str | None, str]:
    return term.value, term.language, term.datatype.value


def _plain(term: Node) -> tuple[str, str | None, str]:
    """What makes a literal the term it is; languages are compared in lower case."""
    assert isinstance(term, Literal)
    language = term.language.lower() if term.language else None
    datatype = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString" if language else str(term.datatype or XSD.string)
    return str(term), language, datatype


def test_a_select_can_be_limited() -> None:
    assert sparql.limit("SELECT * WHERE { ?s ?p ?o }", 5) == "SELECT * WHERE { ?s ?p ?o }\nLIMIT 5"
