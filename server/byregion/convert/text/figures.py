"""Numbers and days as Norwegian texts write them: 30.244, 8 206,5 km², 1.jan 2015, 01.01.2015."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from byregion.convert.text import vocabulary

# A point or a space between thousands, a comma before decimals.
_NUMBER: Final = re.compile(
    r"(?<![\w.,])(?:\d{1,3}(?:(?:\.\d{3}){1,4}|(?:[ \u00a0\u202f]\d{3}){1,4})|\d{1,12})(?:,\d{1,6})?(?!\w|[.,]\d)"
)
_DAY_IN_DIGITS: Final = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_DAY_IN_ISO: Final = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a text states, the day it is of, and its unit; `doubts` are keys of what could not be read."""

    value: Decimal | None
    day: date | None
    unit: str
    doubts: tuple[str, ...]


def read(text: str, *, whole: bool) -> Figure:
    """Return the one number in the value of a line; `whole` says that it counts something.

    A number that is stated as about, or with a unit that is not known, or beside another, is none.
    """
    day, rest, doubts = _day(text)
    found = _numbers(rest)
    unit = next((slug for name, slug in vocabulary.units().items() if _has(rest, name)), "")
    value = found[0] if len(found) == 1 else None
    if len(found) != 1:
        doubts.append("no-number" if not found else "several-numbers")
    elif re.search(vocabulary.any_of("about"), rest, re.IGNORECASE) or re.search(r"\bmill", rest):
        value = None
        doubts.append("about")
    elif whole and value is not None and value != value.to_integral_value():
        value = None
        doubts.append("not-whole")
    elif not whole and not unit:
        value = None
        doubts.append("no-unit")
    return Figure(value, day, unit, tuple(doubts))


def _has(text: str, word: str) -> bool:
    return re.search(rf"(?<![^\W\d]){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None


def _numbers(text: str) -> list[Decimal]:
    return [Decimal(re.sub(r"[. \u00a0\u202f]", "", found[0]).replace(",", ".")) for found in _NUMBER.finditer(text)]


def _day(text: str) -> tuple[date | None, str, list[str]]:
    """Return the day in a text, the text without it, and what could not be read."""
    in_words = re.compile(
        rf"(?<!\d)(\d{{1,2}})\.?\s*({vocabulary.any_number('months')})\.?\s*(\d{{4}})(?!\d)", re.IGNORECASE
    )
    for pattern, order in ((_DAY_IN_DIGITS, "dmy"), (in_words, "dmy"), (_DAY_IN_ISO, "ymd")):
        if match := pattern.search(text):
            rest = f"{text[: match.start()]} ; {text[match.end() :]}"
            parts = dict(zip(order, match.groups(), strict=True))
            month = int(parts["m"]) if parts["m"].isdecimal() else vocabulary.number("months", parts["m"])
            try:
                return date(int(parts["y"]), month, int(parts["d"])), rest, []
            except ValueError:
                return None, rest, ["no-day"]
    year = re.search(r"\(\s*(?:(?:i|per|pr\.?)\s+)?(\d{4})\s*\)", text)
    if year:
        return None, f"{text[: year.start()]} ; {text[year.end() :]}", ["year-only"]
    return None, text, []
