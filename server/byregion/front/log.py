"""The access log: a line of JSON for each request, which names no client unless the settings say so."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from byregion.front.message import Reply, Request


class AccessLog:
    """Where lines go: standard error for "-", a file that is added to, or nowhere for "". Raises OSError."""

    def __init__(self, target: str, *, clients: bool = False) -> None:
        """Open the target."""
        self._clients = clients
        self._file: TextIO | None = None
        if target == "-":
            self._file = sys.stderr
        elif target:
            self._file = Path(target).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115  # open as long as it runs

    def write(self, request: Request, reply: Reply, seconds: float) -> None:
        """Write the line of a request that was answered; queries are not in it, they may be anything."""
        if self._file is None:
            return
        told = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "request": request.id,
            "method": request.method,
            "path": request.path,
            "resource": reply.label,
            "status": reply.status,
            "bytes": len(reply.body),
            "ms": round(seconds * 1000, 2),
            "cached": reply.cached,
        }
        if self._clients:
            told["client"] = request.client
        self._file.write(json.dumps(told, ensure_ascii=False) + "\n")
