"""What tells Apache and nginx how to serve the copy: media types, headers, and which file answers an address."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final
from urllib.parse import quote

from byregion.config import LANGUAGES
from byregion.mirror.walking import Copied
from byregion.web.formats import GRAPHS, SOLUTIONS

WIDER: Final = [(offer.media_type, offer.made_as) for offer in (*GRAPHS, *SOLUTIONS) if offer.made_as]
"""Media types that clients ask for by a wider name, and what they then get."""

_DEFAULT: Final = LANGUAGES[0]
# mod_negotiation takes en-GB for something else than en; and what a browser calls no is Bokmål here, as in the app.
_ASKED_AS: Final = {"nb": "nb, nb-NO, no, no-NO", "nn": "nn, nn-NO", "en": "en, en-GB, en-US"}
_TAGS: Final = "|".join(LANGUAGES)


def type_map(variants: Iterable[str], types: Mapping[str, str]) -> str:
    """Return the `.var` file of an address: the files that may answer it, the preferred one first, and their types.

    https://httpd.apache.org/docs/2.4/content-negotiation.html#methods. Of what a client likes equally the preferred
    one answers: the source quality falls by the least step that there is, and so counts less than any weight.
    """
    offers = [(file, _bare(types[file])) for file in variants]
    for wider, meant in WIDER:
        # Of several that a wider name may mean, it means the first.
        found = [(file, wider) for file, media_type in offers if media_type == meant]
        offers += found[:1] if wider not in {media_type for _, media_type in offers} else []
    media_types = _unique(media_type for _, media_type in offers)
    blocks = []
    for file, media_type in offers:
        name = file.rpartition("/")[2]
        quality = 1 - media_types.index(media_type) / 1000
        tag = name.split(".")[-2] if name.endswith(".html") else ""
        spoken = f"Content-Language: {_ASKED_AS[tag]}\n" if tag else ""
        blocks.append(f"URI: {name}\nContent-Type: {media_type}; qs={quality:.3f}\n{spoken}")
    return "\n".join(blocks)


def apache(copied: Copied) -> str:
    """Return the `.htaccess` of the copy, which holds wherever the folder is hosted."""
    suffixes, exceptions = _by_suffix(copied.types)
    types = [f'AddType "{content_type}" .{suffix}' for suffix, content_type in suffixes.items()]
    types += [f"AddLanguage {tag} .{tag}" for tag in LANGUAGES]
    for file, content_type in exceptions.items():
        types += [f'<Files "{file.rpartition("/")[2]}">', f'ForceType "{content_type}"', "</Files>"]
    found = [(re.escape(path), quote(to)) for path, to in copied.redirects.items()]
    led = [f'RewriteRule "^{path}$" "%{{ENV:BASE}}{to}" [R=303,L]' for path, to in found]
    gone = [rf'RewriteRule "^{re.escape(path)}(?:\.[a-z-]+)?$" - [G,L]' for path in copied.gone]
    return _filled(
        "htaccess",
        TYPES=types,
        LED=[*led, *gone],
        HEADERS=[f'Header always set {name} "{value}"' for name, value in copied.headers.items()],
        CACHING=[copied.caching],
        LASTING=[copied.lasting],
        COMPRESSED=[" ".join(_compressed(copied.types))],
        DEFAULT=[_DEFAULT],
        LANGUAGES=[_TAGS],
        PRIORITY=[" ".join(LANGUAGES)],
    )


def nginx(copied: Copied, root: str) -> str:
    """Return the configuration of a server block that has the copy at the path `root`."""
    suffixes, exceptions = _by_suffix({file: _bare(kind) for file, kind in copied.types.items()})
    offers = _offers(copied.variants, suffixes)
    data_first = [stem for stem, found in copied.variants.items() if _suffix(found[0]) != "html" and _has_page(found)]
    led = [
        f'location = "{root}{path}" {{ return 303 {root}{quote(to)}$is_args$args; }}'
        for path, to in copied.redirects.items()
    ]
    gone = [rf'location ~ "^{root}{re.escape(path)}(?:\.[a-z-]+)?$" {{ return 410; }}' for path in copied.gone]
    negotiated = _unique(_suffix(file) for found in copied.variants.values() for file in found)
    listed = [
        (kind, [suffix for suffix in suffixes if suffixes[suffix] == kind]) for kind in _unique(suffixes.values())
    ]
    return _filled(
        "nginx.conf",
        TYPES=[f'    "{kind}" {" ".join(of_kind)};' for kind, of_kind in listed],
        # HTML has its charset and is compressed in any case, and may not be named.
        TEXTS=[" ".join(sorted({_bare(kind) for kind in copied.types.values() if "charset=" in kind} - {"text/html"}))],
        LED=[*led, *gone],
        EXCEPTIONS=[
            f'location = "{root}{file}" {{ types {{ }} default_type "{kind}"; }}' for file, kind in exceptions.items()
        ],
        HEADERS=[f'add_header {name} "{value}" always;' for name, value in copied.headers.items()],
        CACHING=[copied.caching],
        LASTING=[copied.lasting],
        COMPRESSED=[" ".join(kind for kind in _compressed(copied.types) if kind != "text/html")],
        LANGUAGES=_languages(),
        ACCEPTED=_accepted(offers),
        OFFERED=_offered(offers),
        DATA_FIRST=["|".join(map(re.escape, data_first)) or "(?!)"],
        CHOSEN=_chosen(),
        ROOT=[root],
        DEFAULT=[_DEFAULT],
        TAGS=[_TAGS],
        SUFFIXES=["|".join(negotiated)],
    )


@dataclass(frozen=True, slots=True)
class _Offer:
    """A media type that an address may be answered in: the name of its variable, and the suffix of the file."""

    name: str
    suffix: str
    media_type: str

    @property
    def main(self) -> str:
        """The part of the media type before the slash."""
        return self.media_type.partition("/")[0]


def _offers(variants: Mapping[str, Sequence[str]], types: Mapping[str, str]) -> list[_Offer]:
    """Return what addresses are answered in: the preferred ones first, and after them by wider names."""
    suffixes = _unique(_suffix(file) for found in variants.values() for file in found)
    # Of two formats of one media type only the first is ever chosen; the other is had by its suffix.
    first = {types[suffix]: suffix for suffix in reversed(suffixes)}
    offers = [_Offer(suffix, suffix, types[suffix]) for suffix in suffixes if first[types[suffix]] == suffix]
    wider = [(offer, name) for name, meant in WIDER for offer in offers if offer.media_type == meant]
    return [*offers, *(_Offer(f"{offer.name}_too", offer.suffix, name) for offer, name in wider)]


# https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2: a weight comes after the parameters, and is 1 where none is.
_BEGIN: Final = r"(?:^|,)\s*"
_PARAMETERS: Final = r"\s*(?:;\s*(?!q=)[^,;]*)*"
_WHOLE: Final = r"(?:;\s*q=1(?:\.0*)?\s*)?(?:,|$)"
# From the least to the greatest: what is set last holds.
_TENTHS: Final = tuple(rf"0?\.{tenth}" for tenth in range(1, 10))


def _languages() -> Iterator[str]:
    named = rf"{_BEGIN}(?<copy_tag>{_TAGS}|no)(?:-[^,;]*)?\s*"
    for weight in (*(rf";\s*q={tenth}" for tenth in _TENTHS), _WHOLE):
        yield f'if ($http_accept_language ~ "{named}{weight}") {{ set $copy_language $copy_tag; }}'


def _accepted(offers: Sequence[_Offer]) -> Iterator[str]:
    yield from _weighed("any", r"\*/\*", "1")
    for main in _unique(offer.main for offer in offers):
        yield f"set $copy_{main} $copy_any;"
        yield from _weighed(main, rf"{main}/\*", "1")
    for offer in offers:
        yield f"set $copy_{offer.name} $copy_{offer.main};"
        yield from _weighed(offer.name, re.escape(offer.media_type), "2")


def _weighed(name: str, media_range: str, most: str) -> Iterator[str]:
    begin = f'if ($http_accept ~* "{_BEGIN}{media_range}{_PARAMETERS}'
    yield rf'{begin};\s*q=0?(?<copy_q>\.?\d?)") {{ set $copy_{name} "0$copy_q"; }}'
    yield f'{begin}{_WHOLE}") {{ set $copy_{name} {most}; }}'


def _offered(offers: Sequence[_Offer]) -> Iterator[str]:
    for offer in offers:
        if offer.suffix != "html":
            added = f'"$copy_data {offer.suffix}=$copy_{offer.name}"'
            yield f"if (-f $request_filename.{offer.suffix}) {{ set $copy_data {added}; }}"


def _chosen() -> Iterator[str]:
    for weight in (*_TENTHS, "1", "2"):
        yield f'if ($copy_offers ~ " (?<copy_name>[a-z-]+)={weight}") {{ set $copy_chosen $copy_name; }}'


# --- What both are made of --------------------------------------------------------------------------------------------


def _filled(template: str, **parts: Iterable[str]) -> str:
    text = (files("byregion.mirror") / "templates" / template).read_text(encoding="utf-8")
    for name, lines in parts.items():
        text = text.replace(f"@{name}@", "\n".join(lines))
    return text


def _by_suffix(types: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the type that most files of each suffix have, and the files that have another."""
    counts = Counter((_suffix(file), kind) for file, kind in types.items())
    suffixes = {suffix: kind for (suffix, kind), _ in sorted(counts.items(), key=lambda item: item[1]) if suffix}
    exceptions = {file: kind for file, kind in types.items() if suffixes.get(_suffix(file)) != kind}
    return dict(sorted(suffixes.items())), exceptions


def _suffix(file: str) -> str:
    name = file.rpartition("/")[2]
    return name.rpartition(".")[2] if "." in name else ""


def _has_page(variants: Iterable[str]) -> bool:
    return any(file.endswith(".html") for file in variants)


def _bare(content_type: str) -> str:
    return content_type.partition(";")[0]


def _compressed(types: Mapping[str, str]) -> list[str]:
    # What is packed already would only grow.
    return sorted({_bare(kind) for kind in types.values() if not re.search(r"zip|openxml", kind)})


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
