"""What `data/catalogue.ttl` says, for answers that do not wait for the edition: licence, publisher, titles."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Final

from rdflib import DCTERMS, Graph, URIRef

from byregion import catalogue
from byregion.catalogue.names import CATALOGUE, LICENCE
from byregion.errors import DataError
from byregion.namespaces import empty_graph
from byregion.web.site import site

LICENCES: Final = {
    LICENCE.CC_BY_4_0: "https://creativecommons.org/licenses/by/4.0/",
    LICENCE.CC0: "https://creativecommons.org/publicdomain/zero/1.0/",
    LICENCE.NLOD_2_0: "https://data.norge.no/nlod/no/2.0",
}
"""The texts of the licences that the portal counts as open, as search engines know them."""

_log = logging.getLogger(__name__)


def graph() -> Graph:
    """Return what was said of the catalogue when the server first needed it; nothing where the file cannot be read."""
    return _read(site().settings.data)


def licence() -> str | None:
    """Return the address of the licence, where it is one of `LICENCES`."""
    told = graph().objects(CATALOGUE, DCTERMS.license)
    return next((LICENCES[iri] for iri in told if isinstance(iri, URIRef) and iri in LICENCES), None)


@cache
def _read(data: Path) -> Graph:
    try:
        return catalogue.read(data)
    except DataError as error:
        _log.warning("pages say nothing of publisher, licence and catalogue: %s", error)
        return empty_graph()
