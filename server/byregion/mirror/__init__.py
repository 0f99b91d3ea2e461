"""A static copy of the site: what the app answers, as files that Apache or nginx can host.

`Walk` asks the app for everything that it leads to; `hosting` tells web servers which file answers what; `fresh` puts a
folder in place only when it is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path

from byregion.config import Settings
from byregion.mirror import hosting
from byregion.mirror.client import App
from byregion.mirror.folder import MANIFEST, fresh
from byregion.mirror.places import NEEDS_SERVER, Places
from byregion.mirror.seeds import named
from byregion.mirror.walking import Walk
from byregion.queries import NamedQuery

__all__ = ["MANIFEST", "NEEDS_SERVER", "fresh", "named", "write"]


def write(
    into: Path,
    app: App,
    settings: Settings,
    queries: Iterable[NamedQuery],
    *,
    seeds: Iterable[str],
    step: Callable[[int], None] = lambda count: None,
) -> int:
    """Write the site of `app`, whatever `seeds` lead to, into the folder `into`; return how many files it has.

    `seeds` are paths below the address of the site. `step` is told how many files there are by now. Raises CopyError
    where something cannot be copied, or a page would lead nowhere.
    """
    places = Places(settings, tuple(queries))
    copied = Walk(app, places, into, step).run(seeds)
    readme = (files("byregion.mirror") / "templates" / "README.md").read_text(encoding="utf-8")
    needs = "\n".join(f"- `/{path}`: {why}." for path, why in NEEDS_SERVER.items())
    ours = {
        ".htaccess": hosting.apache(copied),
        "nginx.conf": hosting.nginx(copied, places.root),
        "README.md": readme.replace("@URL@", settings.url).replace("@ROOT@", places.root).replace("@NEEDS@", needs),
        **{f"{stem}.var": hosting.type_map(found, copied.types) for stem, found in copied.variants.items()},
    }
    for name, text in ours.items():
        (into / name).write_text(text, encoding="utf-8", newline="\n")
    return len(copied.types) + len(ours)
