"""The files below `data/` that are made of tables: which, and what they are to be, byte for byte."""

from __future__ import annotations

from pathlib import Path

from byregion.convert import municipalities, regions
from byregion.dataset import layout


def files(data: Path) -> dict[Path, bytes]:
    """Return what each file of the folder `data` is to be that tables there make; raises DataError as `tables.read`."""
    made: dict[Path, bytes] = {}
    if (data / "municipalities" / "source").is_dir():
        parts = municipalities.parts(data / "municipalities" / "source")
        made |= {data / "municipalities" / name: layout(graph).encode() for name, graph in parts.files().items()}
    if (data / "programme" / "source").is_dir():
        for slug, parts in regions.parts(data).items():
            made |= {data / slug / name: layout(graph).encode() for name, graph in parts.files().items()}
    return made


def rewrite(data: Path) -> list[Path]:
    """Write each of these files anew that is another; return those that were."""
    changed = {path: text for path, text in files(data).items() if not path.is_file() or path.read_bytes() != text}
    for path, text in changed.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text)
    return list(changed)
