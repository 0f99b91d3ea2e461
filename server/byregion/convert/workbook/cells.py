"""What a cell says: a number, a day, a text or an address as the RDF term that it is, or why it is none.

Excel changes what is typed: `0301` becomes 301, `1-2` a day, a day a number. What can be undone for certain is undone
and told; what cannot is an error that says what to write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from typing import Literal as OneOf

from rdflib import XSD, Literal, URIRef
from rdflib.term import Node

from byregion.convert.workbook.sheets import Column, Kind


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, by the key of its sentence in words/, or what was undone in it (a note)."""

    key: str
    values: dict[str, str] = field(default_factory=dict)
    severity: OneOf["error", "note"] = "error"


Raw = str | int | float | bool | datetime | date | time | timedelta | Fault | None
"""What a spreadsheet gives for a cell; a Fault where it has nothing to give."""

Read = tuple[tuple[Node, ...], tuple[Fault, ...]]

LONGEST: Final = 32_767
"""Characters that a cell can hold."""

# What no XML can hold, and so neither a workbook nor XML results; and half a surrogate pair.
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def is_empty(raw: Raw) -> bool:
    """Whether nothing is in a cell: nothing at all, or only white space."""
    return raw is None or (isinstance(raw, str) and not raw.strip())


def shown(raw: Raw) -> str:
    """Return what a person sees in a cell, near enough to know it again."""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    if isinstance(raw, float):
        return repr(raw).replace(".", ",")
    if isinstance(raw, date):
        return f"{raw.day}.{raw.month}.{raw.year}"
    return "" if raw is None else str(raw).strip()


def read(raw: Raw, column: Column) -> Read:
    """Return the literals (or the address) that a cell holds, and what is to be told of it."""
    if isinstance(raw, Fault):
        return (), (raw,)
    if isinstance(raw, str):
        if len(raw) > LONGEST:
            return (), (Fault("too-long", {"length": str(len(raw)), "limit": str(LONGEST)}),)
        if _CONTROL.search(raw):
            return (), (Fault("control"),)
    reader = _READERS[column.kind]
    terms: list[Node] = []
    faults: list[Fault] = []
    for part in split(raw, column):
        term, fault = reader(part)
        faults += [fault] if fault else []
        if isinstance(term, Literal) and column.language:
            term = Literal(str(term), lang=column.language)
        terms += [term] if term is not None else []
    return tuple(dict.fromkeys(terms)), tuple(faults)


def split(raw: Raw, column: Column) -> list[Raw]:
    """Return the values in a cell: several where the column takes several, apart by semicolons or lines."""
    if not isinstance(raw, str) or not column.many:
        if isinstance(raw, str) and column.kind != "verbatim":
            return [raw.strip()]
        return [raw]
    if column.kind == "address":
        return list(raw.split())
    parts: Iterable[str] = re.split(r"[;\n]" if column.kind == "reference" else r"\n", raw)
    return [part.strip() for part in parts if part.strip()]


# --- Numbers ----------------------------------------------------------------------------------------------------------

_SPACES: Final = "[ \u00a0\u2009\u202f]"
_WHOLE: Final = re.compile(rf"[+-]?(?:[0-9]{{1,18}}|[0-9]{{1,3}}(?:{_SPACES}[0-9]{{3}}){{1,5}})")
_THOUSANDS: Final = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3}){1,5}")
_DECIMAL: Final = re.compile(
    rf"([+-]?(?:[0-9]{{1,18}}|[0-9]{{1,3}}(?:(?:{_SPACES}|\.)[0-9]{{3}}){{1,5}})),([0-9]{{1,18}})"
)
_POINT: Final = re.compile(r"[+-]?[0-9]{1,18}\.[0-9]{1,18}")


def _number(raw: Raw) -> tuple[Node | None, Fault | None]:
    """Return an integer or a decimal; thousands apart by spaces or points, decimals after a comma."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None, Fault("not-number", {"value": shown(raw)})
    if isinstance(raw, int | float):
        text = format(Decimal(repr(raw)), "f")
        whole = text.removesuffix(".0")
        return (_decimal(text), None) if "." in whole else (_integer(whole), None)
    text = raw.strip().replace("\u2212", "-")
    if _WHOLE.fullmatch(text):
        return _integer(_digits(text)), None
    if _THOUSANDS.fullmatch(text):
        better = _digits(text)
        return _integer(better), Fault("thousands", {"value": text, "better": better}, "note")
    if found := _DECIMAL.fullmatch(text):
        better = f"{_digits(found[1])}.{found[2]}"
        told = Fault("decimals", {"value": text, "better": better.replace(".", ",")}, "note")
        return _decimal(better), told if len(found[2]) == 3 else None
    if _POINT.fullmatch(text):
        return None, Fault("decimal-point", {"value": text, "better": text.replace(".", ",")})
    return None, Fault("not-number", {"value": text[:100]})


def _whole(raw: Raw) -> tuple[Node | None, Fault | None]:
    term, fault = _number(raw)
    if isinstance(term, Literal) and term.datatype != XSD.integer:
        return None, Fault("not-whole", {"value": shown(raw)})
    return term, fault


def _digits(text: str) -> str:
    return re.sub(rf"{_SPACES}|\.", "", text)


def _integer(digits: str) -> Literal:
    return Literal(str(int(digits)), datatype=XSD.integer)


def _decimal(digits: str) -> Literal:
    return Literal(digits.removeprefix("+"), datatype=XSD.decimal, normalize=False)


# --- Days -------------------------------------------------------------------------------------------------------------

_MONTHS: Final = (
    *("januar", "februar", "mars", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "desember"),
)
_ENGLISH: Final = {
    "january": 1,
    "february": 2,
    "march": 3,
    "may": 5,
    "june": 6,
    "july": 7,
    "october": 10,
    "december": 12,
}
_MONTH: Final = {name: number for number, name in enumerate(_MONTHS, 1)} | _ENGLISH
_POINTED: Final = re.compile(r"([0-9]{1,2})\s*[./]\s*([0-9]{1,2})\s*[./]\s*([0-9]{2}|[0-9]{4})")
_WORDED: Final = re.compile(r"([0-9]{1,2})\.?\s+([a-zæøå]+)\.?,?\s+([0-9]{4})", re.IGNORECASE)
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
# https://support.microsoft.com/en-us/office/date-systems-in-excel-e7fe7167-48a9-4b96-bb53-5612a800b487
_DAY_ZERO: Final = date(1899, 12, 30)
_SERIAL: Final = range(10_000, 100_000)


def _date(raw: Raw) -> tuple[Node | None, Fault | None]:
    if isinstance(raw, datetime):
        if raw.time() != time():
            return None, Fault("date-time", {"value": str(raw), "better": shown(raw.date())})
        raw = raw.date()
    if isinstance(raw, date):
        return _day(raw), None
    if isinstance(raw, int | float) and not isinstance(raw, bool) and raw in _SERIAL:
        better = shown(_DAY_ZERO + timedelta(days=int(raw)))
        return None, Fault("date-number", {"value": shown(raw), "better": better})
    text = shown(raw)
    for pattern, order in ((_POINTED, (3, 2, 1)), (_WORDED, (3, 2, 1)), (_ISO, (1, 2, 3))):
        if found := pattern.fullmatch(text):
            year, month, day = (found[at] for at in order)
            if len(year) == 2:
                return None, Fault("short-year", {"value": text})
            number = _MONTH.get(month.lower(), 0) if month.isalpha() else int(month)
            try:
                return _day(date(int(year), number, int(day))), None
            except ValueError:
                break
    return None, Fault("not-date", {"value": text[:100]})


def _day(day: date) -> Literal:
    return Literal(day.isoformat(), datatype=XSD.date)


# --- Texts, truth, addresses ------------------------------------------------------------------------------------------


def _text(raw: Raw) -> tuple[Node | None, Fault | None]:
    if isinstance(raw, date | time | timedelta):
        return None, Fault("became-date", {"value": shown(raw)})
    if isinstance(raw, bool):
        return None, Fault("became-truth")
    return Literal(shown(raw)), None


def _verbatim(raw: Raw) -> tuple[Node | None, Fault | None]:
    return (Literal(raw), None) if isinstance(raw, str) else _text(raw)


_YES: Final = frozenset({"ja", "yes", "x", "sann", "true", "1"})
_NO: Final = frozenset({"nei", "no", "usann", "false", "0"})


def _flag(raw: Raw) -> tuple[Node | None, Fault | None]:
    """Return true, or nothing: what is not so is not stated."""
    text = shown(raw).lower()
    if text in _YES:
        return Literal(True), None
    return None, None if text in _NO else Fault("not-flag", {"value": shown(raw)[:100]})


_ADDRESS: Final = re.compile(r"https?://[^\s<>\"{}|^`\\/]+\.[^\s<>\"{}|^`\\]+")


def _address(raw: Raw) -> tuple[Node | None, Fault | None]:
    text = shown(raw)
    if _ADDRESS.fullmatch(text):
        return URIRef(text), None
    guess = f"https://{text}"
    is_near = "://" not in text and _ADDRESS.fullmatch(guess)
    return None, Fault("not-address", {"value": text[:200], "near": guess if is_near else ""})


_READERS: Final[dict[Kind, Callable[[Raw], tuple[Node | None, Fault | None]]]] = {
    "text": _text,
    "plain": _text,
    "verbatim": _verbatim,
    "integer": _whole,
    "number": _number,
    "date": _date,
    "flag": _flag,
    "address": _address,
}
