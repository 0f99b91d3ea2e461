"""Which representation, and which language, a request is answered in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import Accept, MIMEAccept
from werkzeug.http import dump_options_header, parse_accept_header, parse_options_header

from byregion.errors import BadRequest, NotAcceptable
from byregion.sentences import say
from byregion.terms import FALLBACK


@dataclass(frozen=True, slots=True)
class Offer:
    """A representation that can be had.

    `names` are what `?format=` calls it, first the one that links use and that is the suffix of its address.
    `media_type` is what it is sent as and `made_as` what it is asked of the engine as, where the two differ; what has
    no name of its own lies at the address of what has that `suffix`.
    """

    names: tuple[str, ...]
    media_type: str
    made_as: str = ""
    suffix: str = ""

    def __post_init__(self) -> None:
        """Take the first name for the suffix where none is given."""
        if not self.suffix and self.names:
            object.__setattr__(self, "suffix", self.names[0])

    @property
    def engine_type(self) -> str:
        """The media type to ask of the engine."""
        return self.made_as or self.media_type

    @property
    def content_type(self) -> str:
        """The value of Content-Type: text is always UTF-8, and says so."""
        is_text = self.media_type.startswith("text/")
        return f"{self.media_type}; charset=utf-8" if is_text else self.media_type


HTML = Offer(("html",), "text/html")


def representation(accept: str | None, named: str | None, offers: Sequence[Offer]) -> Offer:
    """Return the one of `offers` that the client likes best; `named` (`?format=`) goes before the header `accept`.

    Of equally liked ones the more specifically named goes first, then the one that is offered first.
    Raises BadRequest for a name that is none of the offers', NotAcceptable where the header allows none of them.
    """
    if named is not None:
        return by_name(named, offers)
    types = [offer.media_type for offer in offers]
    # https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1-14 "A request without any Accept header field implies that
    # the user agent will accept any media type in response."
    best = _media_ranges(accept).best_match(types) if accept and accept.strip() else types[0]
    if best is None:
        raise NotAcceptable(tuple(types))
    return offers[types.index(best)]


def by_name(name: str, offers: Sequence[Offer]) -> Offer:
    """Return the offer called `name`, as `?format=` and suffixes do; raises BadRequest where there is none."""
    for offer in offers:
        if name.lower() in offer.names:
            return offer
    known = ", ".join(offer.names[0] for offer in offers if offer.names)
    raise BadRequest(say("no-format", name=name, listed=known))


# What clients add to a type that every representation has anyway; it must not keep the type from matching.
_HARMLESS = ("charset", "profile")


def _media_ranges(accept: str) -> MIMEAccept:
    plain = []
    for media_range, quality in parse_accept_header(accept, MIMEAccept):
        media_type, parameters = parse_options_header(media_range)
        kept = {name: value for name, value in parameters.items() if name not in _HARMLESS}
        plain.append((dump_options_header(media_type, kept), quality))
    return MIMEAccept(plain)


def prefers_html(accept: str | None) -> bool:
    """Whether a client would rather have a page than data: a browser, but not one that takes anything (`*/*`)."""
    ranges = _media_ranges(accept or "")
    return ranges.best_match(["application/json", "text/html"]) == "text/html"


def language(accept: str | None, named: str | None, offered: Sequence[str] = FALLBACK) -> str:
    """Return the one of the `offered` languages to answer in; `named` (`?lang=`) goes before Accept-Language.

    A language is known by its first subtag, and `no` is Bokmål. Where the header allows none, the first offered one:
    a page in another language is more use than none.
    Raises BadRequest for a `named` language that is not offered.
    """
    if named is not None:
        if (tag := _primary(named)) not in offered:
            raise BadRequest(say("no-language", name=named, listed=", ".join(offered)))
        return tag
    wanted = [(_primary(tag), quality) for tag, quality in parse_accept_header(accept, Accept)]
    others = [tag for tag in offered if tag not in dict(wanted)]
    for tag, quality in sorted(wanted, key=lambda item: -item[1]):
        if quality > 0 and tag in offered:
            return tag
        if quality > 0 and tag == "*" and others:
            return others[0]
    return offered[0]


def _primary(tag: str) -> str:
    primary = tag.strip().lower().partition("-")[0]
    return "nb" if primary == "no" else primary
