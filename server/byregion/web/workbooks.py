"""A workbook is tried out: what is wrong with it by sheet and cell, and what would be made of it. Nothing is kept."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.datastructures import FileStorage

from byregion.errors import BadRequest, EngineBusy, RequestTooLarge, Unavailable
from byregion.web import respond
from byregion.web.negotiate import HTML, Offer, representation
from byregion.web.site import site, words

blueprint = Blueprint("workbooks", __name__)

LARGEST: Final = 4_000_000
"""Bytes that a workbook may have, or all the CSV files together."""
FIELD: Final = "workbook"
AT_ONCE: Final = 2
"""Workbooks that one HTTP process has tried out at once."""
SECONDS: Final = 30
"""Seconds of processor time that a workbook may take."""
WITHIN: Final = 90.0
"""Seconds that it may take, however busy the machine is."""
MEMORY: Final = 2 << 30
"""Bytes of memory that it may take."""
FILES: Final = 40
"""CSV files that may come at once: there is one for each sheet."""

_JSON: Final = Offer((), "application/json")
_room = threading.BoundedSemaphore(AT_ONCE)
# What the name of a sheet may hold as the name of a file, on any system.
_STRANGE: Final = re.compile(r"[^\w .()-]")


class _Refused(BadRequest):
    """A file that cannot be tried out, in the words of the page."""


@blueprint.get("/quality/workbook")
def show() -> Response:
    """Return the page that a workbook is given to."""
    return respond.html_only("quality/workbook.html", lambda: {"tried": None, "refused": "", "largest": LARGEST})


@blueprint.post("/quality/workbook")
def tried() -> Response:
    """Return what is wrong with a workbook, and what would be made of it: a page, or JSON for programs.

    Raises BadRequest for what is no workbook, RequestTooLarge, EngineBusy, and Unavailable where it takes too long.
    """
    offer = representation(request.headers.get("Accept"), request.args.get("format"), (_JSON, HTML))
    try:
        response = _answer(offer, _tried(_files()))
    except _Refused as error:
        if offer != HTML:
            raise
        response = respond.page("quality/workbook.html", tried=None, refused=str(error), largest=LARGEST)
        response.status_code = 400
    response.headers["Cache-Control"] = "no-store"
    respond.vary(response, by_format=True, by_language=True)
    return response


def _answer(offer: Offer, told: dict[str, object]) -> Response:
    if told["refused"]:
        raise _Refused(str(told["refused"]))
    if offer == HTML:
        return respond.page("quality/workbook.html", tried=told, refused="", largest=LARGEST)
    made = {"conforms": not told["errors"]} | {name: value for name, value in told.items() if name != "refused"}
    made["made"] = dict(told["made"])  # type: ignore[call-overload]
    response = Response(json.dumps(made, ensure_ascii=False, indent=1) + "\n", content_type=offer.media_type)
    response.headers["Content-Language"] = words().language
    return response


def _files() -> Sequence[FileStorage]:
    request.max_content_length = LARGEST
    if (request.content_length or 0) > LARGEST:
        raise RequestTooLarge(LARGEST)
    files = [file for file in request.files.getlist(FIELD) if file.filename]
    if not files:
        raise _Refused(words()("workbook.none"))
    if len(files) > 1 and not all(_is_csv(file) for file in files):
        raise _Refused(words()("workbook.several"))
    if len(files) > FILES:
        raise RequestTooLarge(FILES, "files")
    return files


def _is_csv(file: FileStorage) -> bool:
    return (file.filename or "").lower().endswith(".csv")


def _tried(files: Sequence[FileStorage]) -> dict[str, object]:
    """Return what a process of its own tells of the files, which lie in a folder as long as that runs."""
    if not _room.acquire(blocking=False):
        raise EngineBusy("other workbooks are being tried out; send it again in a moment")
    try:
        with tempfile.TemporaryDirectory(prefix="byregion-") as folder:
            path = Path(folder)
            for file in files:
                file.save(path / _name(file))
            return _asked(path if _is_csv(files[0]) else path / _name(files[0]))
    finally:
        _room.release()


def _name(file: FileStorage) -> str:
    if not _is_csv(file):
        return "workbook.xlsx"
    name = PurePosixPath((file.filename or "").replace("\\", "/")).stem
    return f"{_STRANGE.sub('_', name)[:60]}.csv"


def _asked(path: Path) -> dict[str, object]:
    settings = site().settings
    asked = {"data": str(settings.data), "path": str(path), "language": words().language}
    task = json.dumps(asked | {"memory": MEMORY, "seconds": SECONDS}) + "\n"
    # Without -P a file json.py where the server was started would be imported in place of the library's.
    command = [sys.executable, "-P", "-m", "byregion.convert.workbook.trying"]
    try:
        done = subprocess.run(command, input=task, capture_output=True, text=True, timeout=WITHIN, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"the workbook was not read within {WITHIN:g} seconds; try again, or in parts") from error
    if done.returncode:
        # Its memory or its time was up: that is told, and not what of its own stands on standard error.
        raise _Refused(words()("workbook.too_much"))
    told: dict[str, object] = json.loads(done.stdout)
    return told
