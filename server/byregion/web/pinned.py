"""A map of places by their names: the part of the coast behind them, a point for each, and where its name stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rdflib import URIRef

from byregion.web import charted, coast, lettering
from byregion.web.charted import View
from byregion.web.coast import At, Coast
from byregion.web.lettering import Name, Spot
from byregion.web.naming import Text

_STEP: Final = 7.0
"""How short the ways of the outline are that tells which part of the country a map shows, in units of that coast."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is somewhere: its name, where that is, the radius of its point, and where it leads, if anywhere.

    `told` is what is heard of it. What is `quiet` is only there to show where the others are.
    """

    name: Text
    at: At
    size: float = charted.ONE
    iri: URIRef | None = None
    told: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Pin:
    """A place on a map: the radius of its point, and where its name stands; None where there is no room for it."""

    place: Place
    radius: float
    spot: Spot | None

    @property
    def told(self) -> str:
        """What is to be told of it beside the name that stands there, if anything."""
        said = self.place.told or self.place.name.value
        return "" if self.spot and said == self.place.name.value else said


@dataclass(frozen=True, slots=True)
class Pinned:
    """A map: the part of the coast that it shows, how large the letters are, and its pins in the order of drawing."""

    coast: Coast
    view: View
    letters: float
    pins: tuple[Pin, ...]

    @property
    def view_box(self) -> str:
        """The view as SVG has it."""
        return charted.view_box(self.view)

    @property
    def leads(self) -> bool:
        """Whether a pin leads anywhere."""
        return any(pin.place.iri for pin in self.pins)


@dataclass(frozen=True, slots=True)
class Frame:
    """How a map is laid out: as wide as `across` pixels, `room` times as wide as its points, `form` as high for that.

    No way along the coast is shorter than `step` pixels. The names of the `first` places choose where they stand before
    all others; of more than `crowd` places only those are named that have room for it right beside their points.
    """

    across: float = charted.ACROSS
    room: float = 1.7
    form: float = 0.8
    step: float = 1.0
    first: int = 0
    crowd: int = 40


def pinned(ground: Coast, places: Sequence[Place], frame: Frame) -> Pinned:
    """Return the map of some places, of which there must be one."""
    view = charted.around([place.at for place in places], ground, frame.room, frame.form)
    unit = view[2] / frame.across
    letters = charted.LETTERS * unit
    names = tuple(Name(place.name.value, ((*place.at, place.size * unit),)) for place in places)
    left, top, width, height = view
    box = (left, top, left + width, top + height)
    spots = lettering.spots(names, box, letters, frame.first, close=len(names) > frame.crowd)
    pins = [Pin(place, place.size * unit, spot) for place, spot in zip(places, spots, strict=True)]
    # What leads nowhere is what the page is about: it stands on top.
    pins.sort(key=lambda pin: (pin.place.iri is None, not pin.place.quiet))
    return Pinned(ground.within(box, frame.step * unit), view, letters, tuple(pins))


@dataclass(frozen=True, slots=True)
class Inset:
    """The whole country, small, and which part of it a map shows: left, top, width and height."""

    norway: str
    width: int
    height: int
    part: View


def inset(shown: Pinned) -> Inset | None:
    """Return which part of the country a map shows; None where no coast was built."""
    whole = coast.read("coarse")
    if whole is None:
        return None
    scale = whole.width / shown.coast.width
    left, top, width, height = (round(value * scale, 1) for value in shown.view)
    outline = whole.within((0.0, 0.0, float(whole.width), float(whole.height)), _STEP)
    return Inset(outline.norway, whole.width, whole.height, (left, top, width, height))
