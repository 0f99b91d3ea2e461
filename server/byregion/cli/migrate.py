"""`byregion migrate`: a store on disk taken over to the ontology and the files of today."""

from __future__ import annotations

from pathlib import Path

import click

from byregion.cli.screen import common, screen
from byregion.cli.stores import settings, store_option
from byregion.dataset import data_files, ontology_files
from byregion.engine.migrating import Migration, planned
from byregion.engine.opening import Source
from byregion.infer import RULES
from byregion.validate import read_shapes, report, to_text


@click.command("migrate")
@click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
@store_option
@common
def command(store: str | None, dry_run: bool) -> None:
    """Take a store on disk over to what the ontology and the files of the data say now.

    A graph that was written to stays as it was written; of every other, it is what the files say. The server must have
    ended. What comes of it is validated; exit status 1 says that it does not conform, and that nothing was changed.
    """
    found, folder = settings(store)
    with screen().working("reading the store and the files"):
        files = [*ontology_files(), *data_files(found.data)]
        plan = planned(folder, Source(files, [rule.update for rule in RULES]))
    if found.shapes != "none":
        with screen().working("judging by the shapes"):
            others = sorted(Path(found.shapes).glob("*.ttl")) if found.shapes else None
            judged = report(plan.graph(), read_shapes(others))
        if not judged.conforms:
            click.echo(to_text(judged), nl=False)
            screen().warn("nothing was changed; mend the store with the server of before, or the files")
            click.get_current_context().exit(1)
    _tell(plan)
    if not dry_run:
        plan.carry_out()
        screen().say(f"{folder} holds the revision {plan.journal.revision}")


def _tell(plan: Migration) -> None:
    was, now = plan.journal.head.ontology, plan.source.ontology()
    screen().tell(f"ontology {was} → {now}: {len(plan.delta.added)} statements come and {len(plan.delta.removed)} go")
    for graph in plan.kept:
        screen().tell(f"<{graph}> stays as it was written, though its file says otherwise")
