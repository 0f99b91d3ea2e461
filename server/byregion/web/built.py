"""What `server/ui` is built into: style sheets and scripts whose names change with their content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from byregion.errors import ConfigError

FOLDER: Final = Path(__file__).parent / "static" / "built"
MANIFEST: Final = "manifest.json"


def read(folder: Path = FOLDER) -> Mapping[str, str]:
    """Return the built files by the name of what they are made of, below `static/`: none where nothing was built.

    `style.css` is `built/style-<hash>.css`. Raises ConfigError for a manifest that names what is not there.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return {}
    named: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    missing = sorted(file for file in named.values() if not (folder / file).is_file())
    if missing:
        raise ConfigError(f"{manifest} names {', '.join(missing)}, which is not there; build the browser side again")
    return {name: f"{folder.name}/{file}" for name, file in named.items()}
