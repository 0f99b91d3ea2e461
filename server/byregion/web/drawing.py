"""Charts as SVG, made on the server: bars with their labels and numbers, told apart without colours.

What they return goes into `ui.figure(…)`, whose caption names the drawing and whose table holds the same numbers. Text
keeps its size on every screen, and only the bars grow with it. Nothing is styled inline, which the policy forbids.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from byregion.web.language import Words
from byregion.web.naming import Text

Number = int | Decimal
Label = str | Text

_LINE: Final = 22
_BAR: Final = 14
_GAP: Final = 12
_TEXT: Final = 15
"""Pixels: of a line of text, a bar, what is between rows, and from the top of a line to where its letters stand."""
_LONGEST: Final = Decimal(80)
_LONGEST_OF_SEVERAL: Final = Decimal(46)
"""How much of the width the longest bar takes, in per cent; behind it stands its number, and whose it is."""
_LOOKS: Final = (
    Markup('fill="currentColor"'),
    Markup('fill="currentColor" fill-opacity=".3" stroke="currentColor"'),
    Markup('fill="none" stroke="currentColor" stroke-dasharray="3 2"'),
)


def bars(caption: str, rows: Sequence[tuple[Label, Number | None]], words: Words) -> Markup:
    """Return a bar for each row, None being what the source does not state; `caption` is the id of what names it."""
    most = _most(value for _, value in rows)
    parts: list[Markup] = []
    top = 0
    for label, value in rows:
        parts.append(_label(label, top))
        parts.append(_bar(value, "", _share(value, most, _LONGEST), top + _LINE, 0, words))
        top += 2 * _LINE + _GAP
    return _svg(caption, top, parts, words)


def grouped_bars(
    caption: str, series: Sequence[Label], rows: Sequence[tuple[Label, Sequence[Number | None]]], words: Words
) -> Markup:
    """Return for each row a bar of each of at most three `series`, whose name stands behind it."""
    most = _most(value for _, values in rows for value in values)
    parts: list[Markup] = []
    top = 0
    for label, values in rows:
        parts.append(_label(label, top))
        for place, (name, value) in enumerate(zip(series, values, strict=True)):
            top += _LINE
            parts.append(_bar(value, name, _share(value, most, _LONGEST_OF_SEVERAL), top, place, words))
        top += _LINE + _GAP
    return _svg(caption, top, parts, words)


def _most(values: object) -> Number:
    return max((value for value in values if value is not None), default=0)  # type: ignore[attr-defined]


def _share(value: Number | None, most: Number, longest: Decimal) -> Decimal:
    return (Decimal(value or 0) / Decimal(most) * longest).quantize(Decimal("0.01")) if most else Decimal(0)


def _label(label: Label, top: int) -> Markup:
    return Markup('<text y="{}" font-weight="600"{}>{}</text>').format(top + _TEXT, _language(label), _words(label))


def _bar(value: Number | None, name: Label, share: Decimal, top: int, look: int, words: Words) -> Markup:
    number = words("values.unstated") if value is None else words.number(value)
    told = Markup("{} {}").format(number, Markup("<tspan{}>{}</tspan>").format(_language(name), _words(name)))
    text = Markup('<text x="{}%" dx="8" y="{}">{}</text>').format(share, top + _TEXT, told if name else number)
    if not share:
        return text
    drawn = Markup('<rect class="bar look-{}" x="1" y="{}" width="{}%" height="{}" rx="1.5" {}/>')
    return drawn.format(look, top + (_LINE - _BAR) // 2, share, _BAR, _LOOKS[look]) + text


def _words(label: Label) -> str:
    return label if isinstance(label, str) else label.value


def _language(label: Label) -> Markup:
    language = "" if isinstance(label, str) else label.language
    return Markup(' lang="{}"').format(language) if language else Markup("")


def _svg(caption: str, height: int, parts: Sequence[Markup], words: Words) -> Markup:
    drawing = Markup(
        '<div class="chart"><svg role="img" aria-labelledby="{caption}" aria-describedby="{caption}-told"'
        ' width="100%" height="{height}" font-size="15" fill="currentColor">'
        '<desc id="{caption}-told">{told}</desc>{parts}</svg></div>'
    )
    told = words("figure.beside")
    return drawing.format(caption=caption, height=max(height - _GAP, 1), told=told, parts=Markup("").join(parts))
