"""`byregion build`: what can be hosted without byregion."""

from __future__ import annotations

import os
from pathlib import Path

import click

from byregion import dumps, infer
from byregion.cli.screen import common, screen
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files


@click.command("build")
@click.argument("dir", type=click.Path(path_type=Path, file_okay=False))
@click.option("--without-source-text", is_flag=True, help="Leave out the words of stored texts: quotes and reasons.")
@common
def command(dir: Path, without_source_text: bool) -> None:
    """Make the downloads in DIR/dumps: every dataset and the whole, in every format, with checksums."""
    data = Settings.from_env(os.environ).data
    with screen().working("making the downloads"):
        inferred = infer.closure([*ontology_files(), *data_files(data)])
        published = dumps.published(data, inferred, source_text=not without_source_text)
        made = dumps.write(dir / "dumps", published)
    size = sum(dump.size or 0 for dump in made)
    screen().tell(f"{dir / 'dumps'}: {len(made)} files of {len(published.datasets)} datasets, {size} bytes", "green")
