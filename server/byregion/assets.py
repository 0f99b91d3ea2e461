"""Where the folders are that come with byregion: ontology, data, shapes, queries."""

from __future__ import annotations

from pathlib import Path

from byregion.errors import AssetError

_PACKAGE = Path(__file__).resolve().parent
FOLDERS = ("ontology", "data", "shapes", "queries")


def folder(name: str) -> Path:
    """Return the path of one of `FOLDERS`: beside the package in a checkout, inside it in a wheel.

    Raises AssetError where neither is there.
    """
    if name not in FOLDERS:
        raise AssetError(f"{name!r} is none of the folders that come with byregion: {', '.join(FOLDERS)}")
    checkout = _PACKAGE.parent.parent / name
    installed = _PACKAGE / "_assets" / name
    # A checkout is known by its pyproject.toml: site-packages may hold a folder called `data` by accident.
    if (_PACKAGE.parent.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    if installed.is_dir():
        return installed
    raise AssetError(f"the folder {name!r} is neither at {checkout} nor at {installed}; reinstall byregion")


def build(name: str) -> str:
    """Return a folder in `build/` of a checkout, for what can be made again; "" where there is no checkout."""
    root = _PACKAGE.parent.parent
    return str(root / "build" / name) if (root / "pyproject.toml").is_file() else ""
