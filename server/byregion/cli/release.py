"""`byregion release`: what changed in the ontology, which version that makes, and the release itself."""

from __future__ import annotations

import click

from byregion.assets import folder
from byregion.cli.screen import common, screen
from byregion.errors import ReleaseError
from byregion.release import Review, Version, Vocabulary, draft, freeze, review


@click.command("release")
@click.argument("version", required=False)
@click.option("--check", is_flag=True, help="Write nothing; say only whether the version that is stated will do.")
@common
def command(version: str | None, check: bool) -> None:
    """Freeze ontology and shapes as VERSION; without it, print a draft of the changelog since the last release.

    VERSION is the one that ontology/byregion.ttl states. Exit status 1 says that it cannot be released: it is smaller
    than what changed asks for, a term is gone that was not deprecated, or a frozen version was altered.
    """
    current, root = Vocabulary.current(), folder("ontology") / "releases"
    wanted = Version.parse(version) if version else None
    try:
        if wanted and not check:
            release = freeze(current, root, wanted)
            screen().tell(f"{release.folder}: {wanted} is frozen", "green")
            return
        found = review(current, root)
        if found.changes and not check:
            screen().say(draft(found.changes).rstrip("\n"))
        _verdict(found, wanted)
    except ReleaseError as error:
        screen().error(str(error))
        click.get_current_context().exit(1)


def _verdict(found: Review, wanted: Version | None) -> None:
    found.require()
    if wanted and wanted != found.stated:
        raise ReleaseError(f"the ontology states that it is {found.stated}; to release {wanted}, state that first")
    if found.last is None:
        since = "no version is frozen yet"
    elif found.changes:
        since = f"{len(found.changes)} changes since {found.last.version}, which ask for {found.least} at least"
    else:
        since = f"nothing has changed since {found.last.version}"
    screen().tell(f"{found.stated} will do: {since}", "green")
