"""A workbook taken in: the graphs that `byregion import` would make of it, written as one guarded write."""

from __future__ import annotations

from typing import Any, Final

from flask import request

from byregion.engine.write import Body, Conditions, GraphWrite, GraphWrites, Written, state
from byregion.errors import BadRequest, Conflict, PreconditionFailed, RequestTooLarge, ValidationError, sentence
from byregion.namespaces import BASE
from byregion.sentences import say
from byregion.tokens import Token
from byregion.web import stored, writes
from byregion.web.site import site, words
from byregion.web.trying import Refused, Trial, reading

APPLY: Final = "apply"
"""The field of the form that says that the workbook is to be taken in."""
_NTRIPLES: Final = "application/n-triples"


class NotTaken(ValidationError):
    """A workbook that is not taken in; `told` is what came of it, by sheet and cell, as a trial tells it."""

    def __init__(self, message: str, told: dict[str, Any], report: str = "") -> None:
        """Carry it beside the message, with the report of the shapes where they refused the write."""
        self.told = told
        super().__init__(message, report)


def is_asked() -> bool:
    """Tell whether the form of the request asks for more than a trial; raises BadRequest where it says neither."""
    return _is_said(APPLY)


# What a button and a box that is ticked say, and what a program does.
_TOLD: Final = {"": True, "on": True, "true": True, "1": True, "false": False, "0": False}


def _is_said(name: str) -> bool:
    given = request.form.getlist(name)
    if len(given) > 1 or not _TOLD.keys() >= set(given):
        raise BadRequest(say("said-once-form", name=name))
    return bool(given) and _TOLD[given[0]]


def taken() -> tuple[dict[str, Any], Written]:
    """Take the workbook of the request in, and return what came of it and what the write has done.

    Raises as `writes.permitted`, `trying.reading` and `writes.carry_out` do, and NotTaken, with everything that is
    wrong by cell, where the workbook or its result does not conform; nothing is changed then. Raises Refused where no
    dataset is named and none known, and where things would go that nobody said may go.
    """
    token = writes.permitted(request.form.get("token", "").strip())
    with reading(request.form.get("dataset", "").strip(), graphs=True) as trial:
        told = trial.told
        if told["errors"]:
            raise NotTaken(say("workbook-errors"), told)
        if not told["dataset"]:
            raise Refused(words()("workbook.which"), "dataset")
        if told["gone"] and not _is_said("replace"):
            listed = ", ".join(told["gone"][:10]) + (" …" if len(told["gone"]) > 10 else "")
            count = len(told["gone"])
            raise Refused(words()("workbook.gone", count=count, number=words().number(count), listed=listed), "replace")
        try:
            written = _written(trial, token)
        except ValidationError as error:
            raise NotTaken(sentence(error), _told(trial, error.report), error.report) from error
        return _told(trial, written.trial.report) if written.trial else told, written


def _told(trial: Trial, report: str) -> dict[str, Any]:
    """Return what came of a workbook, and where the shapes refuse it what they say, by cell."""
    found = trial.refused(report) if report else []
    return trial.told | {"findings": found + trial.told["findings"], "errors": len(found)}


def _written(trial: Trial, token: Token) -> Written:
    operations = []
    for part, text in trial.graphs.items():
        graph = f"{BASE}graphs/{trial.told['dataset']}/{part}"
        before = trial.before(graph)
        if text or before is not None:
            bodies = (Body(text.encode(), _NTRIPLES),) if text else ()
            operations.append(GraphWrite("put" if text else "delete", graph, bodies, "", _unchanged(graph, before)))
    if sum(len(body.data) for one in operations for body in one.bodies) > site().settings.max_write_bytes:
        raise RequestTooLarge(site().settings.max_write_bytes)
    asked = writes.conditions()
    try:
        return writes.carry_out(GraphWrites(tuple(operations), asked), token, why=request.form.get("why", ""))
    except PreconditionFailed as error:
        if asked != Conditions():
            raise
        raise Conflict(say("workbook-conflict")) from error


def _unchanged(graph: str, before: bytes | None) -> Conditions:
    """Return the condition that a graph is still what the workbook was read beside."""
    if before is None and stored.held(graph) is None:
        return Conditions(none_match=("*",))
    return Conditions(match=(state((before or b"").split(b"\n")),))


def change(written: Written) -> int | None:
    """Return the number of the change that a write made, None where it made none or none is kept."""
    history = site().history
    changed = bool(written.added or written.removed or written.created)
    return history.number(written.revision) if history is not None and changed else None
