"""What lies beside the socket at which a template forks query workers: all of it goes with the template."""

from __future__ import annotations

from pathlib import Path


def writers(address: Path) -> Path:
    """Return the socket at which it forks writers; there is none where nothing may be written."""
    return address.with_name(f"{address.name}-writers")


def board(address: Path) -> Path:
    """Return the file in which it posts its revision."""
    return address.with_name(f"{address.name}-revision")
