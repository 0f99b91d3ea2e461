"""The way through the site: from where it begins to everything that links lead to."""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree

from byregion.config import LANGUAGES
from byregion.errors import CopyError
from byregion.mirror import client, pages
from byregion.mirror.places import Place, Places, relative

_OF_EVERY_ANSWER: Final = (
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Content-Security-Policy",
    "Cross-Origin-Resource-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
)
# https://www.sitemaps.org/protocol.html
_LOCATION: Final = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied.

    `types` has the Content-Type of each file; `variants` the files that an address without a suffix is answered with,
    the preferred one first, by what their names begin with. `redirects` has where an address leads, `gone` what was
    given up, as paths below the root. `headers` is what every answer carries, `caching` and `lasting` its
    Cache-Control: of what changes, and of files whose addresses change with them.
    """

    types: Mapping[str, str]
    variants: Mapping[str, Sequence[str]]
    redirects: Mapping[str, str]
    gone: Sequence[str]
    headers: Mapping[str, str]
    caching: str
    lasting: str


class Walk:
    """A walk through the site of `app`, which writes what it finds into a folder."""

    def __init__(self, app: client.App, places: Places, into: Path, step: Callable[[int], None]) -> None:
        """Stand at the start; `step` is told how many files there are by now."""
        self._app = app
        self._places = places
        self._into = into
        self._step = step
        self._files: dict[Place, str] = {}
        self._types: dict[str, str] = {}
        self._variants: dict[str, list[Place]] = {}
        self._redirects: dict[str, str] = {}
        self._gone: list[str] = []
        # What has no file of its own is led to where an answer is.
        self._instead: dict[Place, Place] = {}
        self._lasting = ""

    def run(self, seeds: Iterable[str]) -> Copied:
        """Copy everything from `seeds` on, then let the links of the pages lead to files.

        Raises CopyError where something cannot be copied, or a page would lead nowhere.
        """
        ahead = deque(Place(path) for path in seeds)
        while ahead:
            place = ahead.popleft()
            if not self._is_known(place):
                ahead.extend(self._take(place))
        for place, file in sorted(self._files.items()):
            if file.endswith(".html"):
                self._relink(place, file)
        variants = {stem: [self._files[place] for place in found] for stem, found in sorted(self._variants.items())}
        front = self._ask(Place("", LANGUAGES[0])).headers
        return Copied(
            types=dict(sorted(self._types.items())),
            variants=variants,
            redirects=dict(sorted(self._redirects.items())),
            gone=sorted(self._gone),
            headers={name: value for name in _OF_EVERY_ANSWER if (value := front.get(name)) is not None},
            caching=front.get("Cache-Control") or "",
            lasting=self._lasting,
        )

    def _is_known(self, place: Place) -> bool:
        # A page is taken in every language at once; of what is spoken each language is a file of its own.
        return place in self._files or (not place.is_spoken and replace(place, language="") in self._files)

    def _take(self, place: Place) -> Iterator[Place]:
        """Copy what is at a place, and yield the places that it leads to."""
        # Should it be a page, this is the first language of three.
        first = place if place.is_spoken else replace(place, language=place.language or LANGUAGES[0])
        answer = client.ask(self._app, self._places.address(first), client.ANYTHING)
        bare = place if place.is_spoken else replace(place, language="")
        kept_in = self._places.of(answer.headers.get("Content-Location") or "", place) or place
        if answer.status in (301, 302, 303, 307, 308):
            self._files[bare] = ""
            yield from self._take_redirect(bare)
        elif answer.status == 410:
            self._files[bare] = ""
            self._gone.append(place.path)
        elif answer.is_page:
            yield from self._take_page(place, {first.language: _checked(answer, place)}, [])
        elif kept_in.path != place.path:
            # What takes anything gets data: the address is negotiated among files, the first of which is this.
            others = self._others(_checked(answer, place), place)
            # Data that is no answer has one file, whatever language it was asked for in.
            data = [other if other.is_spoken else replace(other, language="") for other in (kept_in, *others)]
            yield from data
            if any(map(_is_page, answer.links("alternate"))):
                yield from self._take_page(place, {}, data)
            else:
                self._files[bare] = ""
                self._instead[bare] = kept_in
                self._variants[place.stem] = data
        else:
            self._write(bare, bare.data_file, _checked(answer, place))
            if answer.content_type.startswith("application/xml") and "sitemap" in place.path:
                yield from self._mapped(answer, place)

    def _take_page(self, place: Place, known: dict[str, client.Answer], data: Sequence[Place]) -> Iterator[Place]:
        """Copy a page in every language, some of which are known; `data` is what is preferred to it."""
        self._files[replace(place, language="")] = ""
        others: dict[Place, None] = {}
        for language in LANGUAGES:
            own = replace(place, language=language)
            answer = known.get(language) or self._ask(own)
            self._write(own, own.page_file, answer)
            found = self._others(answer, own)
            others |= dict.fromkeys(other for other in found if not other.language)
            yield from found
            yield from self._linked(answer.body.decode("utf-8"), own)
        spoken = [replace(place, language=tag) for tag in LANGUAGES]
        if place.page == 1:
            self._variants[place.stem] = list(dict.fromkeys([*data, *spoken, *others]))

    def _take_redirect(self, place: Place) -> Iterator[Place]:
        answer = client.ask(self._app, self._places.address(place), client.ANYTHING)
        location = answer.headers.get("Location") or ""
        found = self._places.of(location, place)
        if found is None:
            raise CopyError(f"/{place.path} leads to {location}, which is no part of the site")
        self._redirects[place.path] = location.removeprefix(self._places.root)
        self._instead[place] = found
        yield found

    def _ask(self, place: Place) -> client.Answer:
        return _checked(client.ask(self._app, self._places.address(place), client.PAGE), place)

    def _write(self, place: Place, file: str, answer: client.Answer) -> None:
        target = self._into / file
        # What the data calls things must not lead out of the folder, nor to a file that is there.
        if posixpath.normpath(file) != file or file.startswith(("/", "../")) or target.exists():
            raise CopyError(f"/{place.path} would be the file {file!r}, which it cannot be; call it something else")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(answer.body)
        self._files[place] = file
        self._types[file] = answer.content_type
        if place.path.startswith("static/"):
            self._lasting = answer.headers.get("Cache-Control") or ""
        self._step(len(self._types))

    def _others(self, answer: client.Answer, source: Place) -> list[Place]:
        """Return the data that is to be had at the address of an answer."""
        links = (*answer.links("alternate"), *answer.links("describedby"))
        found = (self._places.of(link, source) for link in links if not _is_page(link))
        return list(dict.fromkeys(place for place in found if place is not None))

    def _linked(self, page: str, source: Place) -> Iterator[Place]:
        for link in pages.links(page):
            if (found := self._places.of(link, source)) is not None:
                yield found

    def _mapped(self, answer: client.Answer, source: Place) -> Iterator[Place]:
        """Yield the places that a site map names (https://www.sitemaps.org/protocol.html)."""
        for entry in ElementTree.fromstring(answer.body).iter(_LOCATION):
            if (found := self._places.of((entry.text or "").strip(), source)) is not None:
                yield found

    def _relink(self, place: Place, file: str) -> None:
        def lead(link: str) -> str:
            found = self._places.of(link, place)
            if found is None:
                return link
            target = self._file(found, place.language)
            parts = urlsplit(link)
            query = f"?{parts.query}" if found.path.startswith("static/") else ""
            same = target == file and parts.fragment
            return ("" if same else relative(target, file) + query) + (f"#{parts.fragment}" if parts.fragment else "")

        target = self._into / file
        # As bytes: where a line ends is part of what the server would send.
        target.write_bytes(pages.relinked(target.read_bytes().decode("utf-8"), lead).encode("utf-8"))

    def _file(self, place: Place, language: str) -> str:
        """Return the file that a link to a place leads to, from a page in `language`."""
        bare = replace(place, language="")
        if bare in self._instead:
            return self._file(self._instead[bare], language)
        spoken = replace(place, language=language)
        return self._files.get(place) or self._files.get(spoken) or self._files[bare]


def _checked(answer: client.Answer, place: Place) -> client.Answer:
    if answer.status != 200:
        raise CopyError(f"/{place.path} is part of the site and answers {answer.status}")
    return answer


def _is_page(link: str) -> bool:
    return urlsplit(link).path.endswith(".html")
