"""`byregion query`: a named query, a file or standard input, asked of the published data."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from rdflib import Literal, URIRef
from rdflib.term import Node

from byregion import queries, results
from byregion.assets import folder
from byregion.cli.screen import common, screen
from byregion.config import LANGUAGES, Settings
from byregion.dataset import data_files, ontology_files
from byregion.engine import Limits, syntax
from byregion.engine.memory import MemoryEngine
from byregion.engine.pointing import point
from byregion.errors import NotFound, ParameterError, QuerySyntaxError
from byregion.infer import RULES
from byregion.queries import Parameter
from byregion.terms import shorten

TABLE = "table"
FORMATS = (TABLE, *(item.name for item in results.FORMATS))


def _pairs(ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE", ctx, option)
        values.setdefault(name, []).append(value)
    return values


@click.command("query")
@click.argument("query", required=False)
@click.option("--param", "values", multiple=True, metavar="NAME=VALUE", callback=_pairs, help="May be repeated.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: a table, or Turtle for a graph.")
@click.option("--list", "listing", is_flag=True, help="List the named queries with their parameters.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the list.")
@common
def command(query: str | None, values: dict[str, list[str]], form: str | None, listing: bool, lang: str) -> None:
    """Ask QUERY: the name of a query in queries/, a file with SPARQL, or - for standard input.

    The dataset is the published data, the ontology, and what is inferred from them.
    """
    if listing == (query is not None):
        raise click.UsageError("give a query or --list")
    if query is None:
        _list(lang)
        return
    text = _text(query, values)
    try:
        _tell(text, form)
    except QuerySyntaxError as error:
        if pointed := point(text, error):
            screen().point(pointed.line, pointed.text, pointed.carets)
        raise


def _tell(text: str, form: str | None) -> None:
    kind = results.kind(syntax.form(text))
    offered = {item.name: item.media_type for item in results.formats(kind)}
    form = form or (TABLE if kind == "solutions" else next(iter(offered)))
    if form == TABLE and kind == "solutions":
        _show(results.read_solutions(_answer(text, results.JSON)))
    elif form in offered:
        sys.stdout.buffer.write(_answer(text, offered[form]))
    else:
        names = [TABLE, *offered] if kind == "solutions" else [*offered]
        raise click.UsageError(f"the answer to {syntax.form(text)} cannot be {form}; it can be {', '.join(names)}")


def _text(query: str, values: dict[str, list[str]]) -> str:
    path = Path(query)
    if query != "-" and path.name == query and not path.suffix:
        return queries.prepare(queries.find(queries.read_all(folder("queries")), query), values)
    if query != "-" and not path.is_file():
        raise NotFound(f"there is no file {query}")
    text = _decoded(sys.stdin.buffer.read() if query == "-" else path.read_bytes(), query)
    if text.startswith("#+") and query != "-":
        return queries.prepare(queries.read(path), values)
    if values:
        name = next(iter(values))
        raise ParameterError(f"{query} is no named query, so it has no parameter {name!r}", name)
    return text


def _decoded(body: bytes, where: str) -> str:
    try:
        return body.decode("utf-8-sig")  # editors on Windows write a byte order mark
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise QuerySyntaxError(f"{where} is not UTF-8; save it as UTF-8", line, 1) from error


def _answer(text: str, media_type: str) -> bytes:
    settings = Settings.from_env(os.environ)
    with screen().working("asking"):
        files = [*ontology_files(), *data_files(settings.data)]
        engine = MemoryEngine.of(files, [rule.update for rule in RULES], Limits.of(settings))
        return engine.query(text, media_type).body


def _show(answer: results.Solutions | bool) -> None:
    if isinstance(answer, bool):
        screen().say("true" if answer else "false")
        return
    rows = [[_cell(binding.get(name)) for name in answer.variables] for binding in answer.bindings]
    screen().table([str(name) for name in answer.variables], rows)
    screen().tell(f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}", "dim")


def _cell(term: Node | None) -> str:
    if term is None:
        return ""
    return shorten(term) if isinstance(term, URIRef) else str(term) if isinstance(term, Literal) else term.n3()


def _list(lang: str) -> None:
    named = queries.read_all(folder("queries"))
    rows = [[item.name, item.titles[lang], " ".join(map(_signature, item.parameters))] for item in named]
    screen().table(["name", "title", "parameters"], rows)


def _signature(parameter: Parameter) -> str:
    written = f"{parameter.name}={parameter.kind}"
    return written if parameter.required else f"[{written}]"
