"""The words of the pages in one language, and how that language writes numbers and dates."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_DOWN, Decimal
from importlib.resources import files
from typing import Final

from markupsafe import Markup
from rdflib import XSD, Literal

from byregion.sentences import ENGLISH
from byregion.terms import FALLBACK

_DECIMAL: Final = {"nb": ",", "nn": ",", "en": "."}
# Språkrådet: spaces in groups of three from five digits on; a no-break one, so that a number stays on its line.
_THOUSANDS: Final = {"nb": "\u00a0", "nn": "\u00a0", "en": ","}
_UNITS: Final = ("byte", "kB", "MB", "GB", "TB")
_NUMBERS: Final = frozenset({XSD.integer, XSD.decimal, XSD.nonNegativeInteger, XSD.positiveInteger, XSD.int, XSD.long})


class Words:
    """The words of one language: `words("home.lead")`, with `{name}` filled in from what is given beside the key."""

    def __init__(self, language: str, strings: Mapping[str, object]) -> None:
        """Keep the strings under their dotted keys."""
        self.language = language
        self.strings = dict(_flat(strings))

    def __call__(self, key: str, **values: object) -> str:
        """Return the words under `key`; raises KeyError where there are none."""
        return self.strings[self._form(key, values)].format(**values)

    def markup(self, key: str, **values: object) -> Markup:
        """Return the words under `key` as HTML, in which values that are no Markup are escaped."""
        return Markup(self.strings[self._form(key, values)]).format(**values)

    def get(self, key: str) -> str | None:
        """Return the words under `key`, or None."""
        return self.strings.get(key)

    def _form(self, key: str, values: Mapping[str, object]) -> str:
        # https://cldr.unicode.org/index/cldr-spec/plural-rules: all three languages have "one" for 1 and "other".
        if key in self.strings:
            return key
        return f"{key}.{'one' if str(values.get('count')) == '1' else 'other'}"

    def number(self, value: int | Decimal) -> str:
        """Return a number as the language writes it: 30 244 and 8,5; 30,244 and 8.5."""
        whole, _, fraction = format(abs(Decimal(value)), "f").partition(".")
        # Four digits are written together in Norwegian: 8206, but 30 244.
        if len(whole) > (3 if self.language == "en" else 4):
            whole = f"{int(whole):,}".replace(",", _THOUSANDS[self.language])
        sign = "\u2212" if value < 0 else ""
        return sign + whole + (_DECIMAL[self.language] + fraction if fraction else "")

    def size(self, size: int) -> str:
        """Return a number of bytes as people read it: 87 kB; 1 kB is 1000 bytes."""
        unit = min((len(str(size)) - 1) // 3, len(_UNITS) - 1)
        # Three figures are enough to tell whether it fits: 1,2 MB, 12 MB, 120 MB.
        scaled = Decimal(size) / 1000**unit
        shown = scaled.quantize(Decimal("0.1")) if unit and scaled < 10 else scaled.quantize(Decimal(1))
        return f"{self.number(shown)}\u00a0{_UNITS[unit]}"

    def share(self, share: Decimal) -> str:
        """Return a share from 0 to 1 as a percentage: 97,5 %; 97.5%. All but everything is never 100."""
        shown = (share * 100).quantize(Decimal("0.1"), ROUND_DOWN)
        number = self.number(int(shown) if shown == int(shown) else shown)
        return f"{number}%" if self.language == "en" else f"{number}\u00a0%"

    def date(self, day: date) -> str:
        """Return a day as the language writes it: 1. januar 2015; 1 January 2015."""
        return self("dates.day", day=day.day, month=self(f"dates.months.{day.month}"), year=day.year)

    def value(self, literal: Literal) -> str:
        """Return a literal as the language writes it; what is no number, date or truth value stays as it is."""
        value = literal.value
        if isinstance(value, bool):
            return self("values.true" if value else "values.false")
        if isinstance(value, int | Decimal) and literal.datatype in _NUMBERS:
            return self.number(value)
        if isinstance(value, date) and literal.datatype == XSD.date:
            return self.date(value)
        return str(literal)


def _flat(strings: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in strings.items():
        if isinstance(value, Mapping):
            pairs += _flat(value, f"{prefix}{key}.")
        else:
            pairs.append((prefix + key, str(value)))
    return pairs


def read() -> dict[str, Words]:
    """Return the words of every language that pages are in, by language."""
    folder = files("byregion.web") / "i18n"
    told = {tag: tomllib.loads((folder / f"{tag}.toml").read_text(encoding="utf-8")) for tag in FALLBACK}
    # In English, what is said of mistakes is what is raised.
    told["en"]["mistakes"] = ENGLISH
    return {tag: Words(tag, strings) for tag, strings in told.items()}


def collation(text: str) -> str:
    """Return a key that sorts words as Norwegian does: æ ø å last, by case only where nothing else differs."""
    return f"{text.lower().translate(_LAST)}\0{text}"


_LAST: Final = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"})
