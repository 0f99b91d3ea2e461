"""Writing through the web: who may, and the one place from which the engine is told to.

https://www.rfc-editor.org/rfc/rfc6750
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import unquote

from flask import request
from werkzeug.datastructures import ETags

from byregion.config import Settings
from byregion.engine.write import Conditions, What, Writable, Write, Written
from byregion.errors import BadRequest, OutOfScope, QueryRefused, Unauthorized
from byregion.sentences import say
from byregion.tokens import Token, Tokens
from byregion.web import trials
from byregion.web.site import site

REALM: Final = "byregion"


def tokens(settings: Settings) -> Tokens | None:
    """Return the tokens that let somebody write, None where nobody may."""
    return Tokens(Path(settings.token_file)) if settings.takes_writes else None


def body_limit(settings: Settings) -> int:
    """Return how many bytes a request may hold that writes; 0 where nobody writes."""
    return settings.max_write_bytes if settings.takes_writes else 0


def permitted(in_form: str = "") -> Token:
    """Return the token of the request, which is asked before anything else of it is looked at.

    It is taken from the header Authorization, and where a person sends a form of ours, from that (`in_form`).
    Raises QueryRefused where nobody may write, Unauthorized where there is no token or not a valid one, BadRequest
    where there are two.
    """
    known = site().tokens
    if known is None:
        raise QueryRefused(say("takes-no-updates"))
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    in_header = given.strip() if scheme.lower() == "bearer" else ""
    if in_header and in_form:
        # https://www.rfc-editor.org/rfc/rfc6750#section-2 "Clients MUST NOT use more than one method to transmit the
        # token in each request."
        raise BadRequest(say("two-tokens"))
    if not in_header and not in_form:
        raise Unauthorized(say("needs-token"))
    return known.check(in_header or in_form)


def carry_out(what: What, token: Token, seconds: float | None = None, *, why: str = "") -> Written:
    """Have the engine do a write as the one whose token this is, or try it out where the address asks for that.

    Raises what `Writable.write` does.

    `seconds` lowers the time that it may take; `why` is what a form says, where no header does.
    """
    engine = site().engine
    if not isinstance(engine, Writable):
        raise QueryRefused(say("takes-no-updates"))
    return engine.write(Write(what, token.within, token.name, _reason() or _short(why), trials.is_asked()), seconds)


REASON: Final = "Byregion-Reason"
"""The header that says why somebody writes."""
_LONGEST: Final = 1000


def _reason() -> str:
    """Return why, as the request says it, "" where it does not; raises BadRequest where that cannot be read.

    What is not ASCII comes as the percent-encoding of its UTF-8, as in an address: headers hold nothing else.
    """
    try:
        given = unquote(request.headers.get(REASON, ""), errors="strict")
    except UnicodeDecodeError as error:
        raise BadRequest(say("not-decoded", where=REASON)) from error
    return _short(given)


def _short(why: str) -> str:
    if len(why) > _LONGEST:
        raise BadRequest(say("reason-too-long", name=REASON, count=len(why), limit=_LONGEST))
    return why.strip()


def conditions() -> Conditions:
    """Return what the request says must be true for its write to be done.

    A tag is that of a representation, and begins with the name of the state. If-Match compares strongly, so that a
    weak tag matches nothing; If-None-Match compares weakly. https://www.rfc-editor.org/rfc/rfc9110#section-13.1
    """
    return Conditions(
        _states(request.if_match, weak=False) if "If-Match" in request.headers else None,
        _states(request.if_none_match, weak=True) if "If-None-Match" in request.headers else None,
    )


def _states(tags: ETags, *, weak: bool) -> tuple[str, ...]:
    if tags.star_tag:
        return ("*",)
    return tuple(sorted(tag.partition("-")[0] for tag in tags.as_set(include_weak=weak)))


def request_headers() -> str:
    """Return the headers that scripts of other origins may send, besides those that they always may."""
    read = "Accept, Accept-Datetime, Accept-Language, Content-Type, If-None-Match"
    return f"{read}, Authorization, If-Match, {REASON}" if site().tokens else read


def challenge(error: Exception) -> dict[str, str]:
    """Return the header that tells the client which token would do; none for other errors."""
    told = f'Bearer realm="{REALM}"'
    match error:
        case Unauthorized(is_invalid=True):
            return {"WWW-Authenticate": f'{told}, error="invalid_token"'}
        case Unauthorized():
            return {"WWW-Authenticate": told}
        case OutOfScope(scope=scope):
            return {"WWW-Authenticate": f'{told}, error="insufficient_scope", scope="{scope}"'}
    return {}
