"""A change taken back: a write as any other, which the shapes judge, with a change of its own in the history.

Registered only where somebody may write; elsewhere there is nothing at this address.
"""

from __future__ import annotations

from flask import Blueprint, Response

from byregion.engine.reverting import reversal
from byregion.errors import NotFound
from byregion.history import described
from byregion.sentences import say
from byregion.web import trials, updates, writes
from byregion.web.site import site

blueprint = Blueprint("reverts", __name__)


@blueprint.post("/changes/<int:number>/revert")
def revert(number: int) -> Response:
    """Take a change back, and tell the change that does so: 201 with its address.

    Raises NotFound for a number that there is not, Conflict where later changes changed the same statements, and as
    `writes.permitted` and `writes.carry_out` do; nothing is changed then.
    """
    token, history = writes.permitted(), site().history
    if history is None:
        raise NotFound(say("no-history"))
    written = writes.carry_out(reversal(history.change(number), writes.conditions()), token)
    if written.trial:
        return trials.answer(written, written.trial)
    response = updates.done(written, 201)
    response.headers["Location"] = str(described.iri(site().settings.url, history.number(written.revision)))
    return response
