"""The catalogue: how a national portal, a search engine and a program find the datasets and learn what they are.

`data/catalogue.ttl` is what is said of them, `build` the DCAT graph that is harvested, `void` what is counted in the
data, `quality` what was measured of it, and `score` the portal's own marks for a catalogue that is being served.
"""

from byregion.catalogue.dcat import PROFILES, Profile, build
from byregion.catalogue.dumps import FORMATS, Dump, Format, dumps_of
from byregion.catalogue.quality import Checked, quality
from byregion.catalogue.said import Missing, missing, names, read, reference_terms
from byregion.catalogue.void import void
from byregion.catalogue.written import MEDIA_TYPES, written

__all__ = [
    "FORMATS",
    "MEDIA_TYPES",
    "PROFILES",
    "Checked",
    "Dump",
    "Format",
    "Missing",
    "Profile",
    "build",
    "dumps_of",
    "missing",
    "names",
    "quality",
    "read",
    "reference_terms",
    "void",
    "written",
]
