"""Themes of others' data that are close to ours: concepts of the same name, or of a name that is a synonym here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from rdflib import RDF, SKOS, Graph, Literal, URIRef

from byregion.links.matters import Matters
from byregion.links.proposing import SAME_NAME, Proposal
from byregion.links.wording import stems
from byregion.namespaces import ID

SCHEMES: Final = (URIRef(ID + "scheme/themes"), URIRef(ID + "scheme/industries"))
"""The schemes of ours that others' concepts are compared with."""

_BY_NAME: Final = Decimal("0.95")
_BY_SYNONYM: Final = Decimal("0.7")
_WHY: Final = {
    "nb": "Begge heter «{}».",
    "nn": "Begge heiter «{}».",
    "en": "Both are called “{}”.",
}
_WHY_SYNONYM: Final = {
    "nb": "«{}» er et synonym for «{}» her, og det hører inn under temaet.",
    "nn": "«{}» er eit synonym for «{}» her, og det høyrer inn under temaet.",
    "en": "“{}” is a synonym of “{}” here, which is a part of the theme.",
}


def close(ours: Graph, theirs: Graph, matters: Matters) -> Iterator[Proposal]:
    """Yield a proposal for each concept of `theirs` with the name of a theme or industry of `ours`, or a synonym."""
    own = {item for scheme in SCHEMES for item in ours.subjects(SKOS.inScheme, scheme)}
    named: defaultdict[tuple[str, frozenset[str]], set[URIRef]] = defaultdict(set)
    for theme in own:
        for key in _names(ours, theme):
            named[key].add(URIRef(str(theme)))
    for concept in sorted(set(theirs.subjects(RDF.type, SKOS.Concept)), key=str):
        if not isinstance(concept, URIRef) or (concept, SKOS.inScheme, None) in ours:
            continue
        found: dict[URIRef, Proposal] = {}
        for (language, words), name in sorted(_names(theirs, concept).items(), key=lambda item: (item[1], item[0][0])):
            for theme in sorted(named.get((language, words), ())):
                why = tuple((spoken, said.format(name)) for spoken, said in _WHY.items())
                found.setdefault(theme, Proposal(theme, SKOS.closeMatch, concept, _BY_NAME, SAME_NAME, why))
        yield from (found or _by_synonym(ours, theirs, concept, matters)).values()


def _by_synonym(ours: Graph, theirs: Graph, concept: URIRef, matters: Matters) -> dict[URIRef, Proposal]:
    found: dict[URIRef, Proposal] = {}
    for (language, words), name in sorted(_names(theirs, concept).items(), key=lambda item: (item[1], item[0][0])):
        matter = matters.synonyms.get(words) if language in ("nb", "nn") else None
        for theme in sorted({matter, *ours.objects(matter, SKOS.broader)}, key=str) if matter is not None else ():
            if matter is not None and isinstance(theme, URIRef) and _is_theme(ours, theme):
                label = matters.names[matter]
                why = tuple((spoken, said.format(name, label[spoken])) for spoken, said in _WHY_SYNONYM.items())
                found.setdefault(theme, Proposal(theme, SKOS.closeMatch, concept, _BY_SYNONYM, SAME_NAME, why))
    return found


def _is_theme(ours: Graph, concept: URIRef) -> bool:
    return any((concept, SKOS.inScheme, scheme) in ours for scheme in SCHEMES)


def _names(graph: Graph, concept: object) -> dict[tuple[str, frozenset[str]], str]:
    """Return the names of a concept by language and stems; in English they are compared as they are written."""
    found = {}
    for predicate in (SKOS.prefLabel, SKOS.altLabel):
        for name in graph.objects(concept, predicate):  # type: ignore[arg-type]
            if isinstance(name, Literal) and name.language:
                norwegian = name.language in ("nb", "nn", "no")
                words = stems(str(name)) if norwegian else frozenset({str(name).casefold()})
                found[("nb" if name.language == "no" else name.language, words)] = str(name)
    return found
