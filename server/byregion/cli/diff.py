"""`byregion diff`: what was stated and taken back between two revisions of a store on disk."""

from __future__ import annotations

import click

from byregion.cli.screen import common, screen
from byregion.cli.stores import existing, store_option
from byregion.history import patch
from byregion.history.ledger import Ledger
from byregion.terms import shorten


@click.command("diff")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "patch")),
    default="text",
    help="For people, graph by graph, or as RDF Patch.",
)
@store_option
@common
def command(a: str, b: str, form: str, store: str | None) -> None:
    """Tell what leads from A to B: each the number of a change, or what the name of a revision begins with.

    After change 0 a store has what it began with. What follows by rule from what is stated is not told.
    """
    ledger = Ledger(existing(store))
    before, after = ledger.number(a), ledger.number(b)
    delta = patch.between(ledger, before, after)
    if form == "patch":
        for line in patch.lines(delta, ledger.revision(before), ledger.revision(after)):
            click.echo(line)
        return
    last = ""
    for graph, mark, statement in patch.told(delta):
        if graph != last:
            click.echo(shorten(graph) if graph else "the default graph")
            last = graph
        click.echo(f"  {mark} {statement}")
    counts = f"{len(delta.added)} statements added, {len(delta.removed)} removed"
    screen().tell(f"from after change {before} until after change {after}: {counts}")
