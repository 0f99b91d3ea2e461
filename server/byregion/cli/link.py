"""`byregion link`: propose links, and keep what was decided of them."""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import click
from rdflib import FOAF, RDF, SKOS, Graph, Literal, URIRef

from byregion import iri, links
from byregion.cli.screen import common, screen
from byregion.config import LANGUAGES, Settings
from byregion.convert import municipalities
from byregion.dataset import data_files, ontology_files, read_graph
from byregion.links import ACCEPTED, KINDS, REJECTED, Asked, Others, Proposal, Remark, Review, Table
from byregion.namespaces import BR, CONCEPT, empty_graph
from byregion.terms import parse as term

NUMBERS = "municipalities/source/numbers.csv"
"""The table in `data/` that states identifiers for municipality numbers."""
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("link")
@click.argument("file", nargs=-1, type=_FILE)
@click.option("--from", "address", metavar="URL", help="Where the files of others were got.")
@click.option("--date", "day", type=_DAY, metavar="DATE", help="The day that undated numbers of others are for.")
@click.option("--only", "kinds", multiple=True, type=click.Choice(KINDS), help="Propose this kind; repeat it for more.")
@click.option("--least", type=click.FloatRange(0, 1), default=0.4, help="The score from which a link is proposed.")
@click.option("--most", type=click.IntRange(1), default=1000, help="The most to propose of each kind at a time.")
@click.option("--accept", multiple=True, metavar="ID", help="Accept a proposed link; repeat it for more.")
@click.option("--reject", multiple=True, metavar="ID", help="Reject a proposed link for good; repeat it for more.")
@click.option("--note", default="", metavar="TEXT", help="Why it was accepted or rejected, in the language of --lang.")
@click.option("--by", metavar="IRI", help="Who decided, where they want it told.")
@click.option("--source", metavar="IRI", help="The document that a link to the outside was looked up in.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="nb", help="Language of --note and of the reasons shown.")
@common
def command(
    file: tuple[Path, ...],
    address: str | None,
    day: datetime | None,
    kinds: tuple[str, ...],
    least: float,
    most: int,
    accept: tuple[str, ...],
    reject: tuple[str, ...],
    note: str,
    by: str | None,
    source: str | None,
    lang: str,
) -> None:
    """Propose links among the datasets, and to others' data in FILEs, in data/links/proposed.ttl for review.

    A link is accepted or rejected by its ID, or in the text of that file by its adms:status, which is carried out
    first. Accepted links are published; rejected ones are not proposed again.
    """
    if bool(file) != bool(address):
        raise click.UsageError("--from says where the FILEs of others were got: one goes with the other")
    data = Settings.from_env(os.environ).data
    remark = Remark(note, lang, _iri(by, "--by"), _iri(source, "--source"))
    review = Review.read(data)
    decided = review.settle(remark)
    decided[ACCEPTED] += review.decide(accept, ACCEPTED, remark)
    decided[REJECTED] += review.decide(reject, REJECTED, remark)
    if not (accept or reject):
        asked = Asked(kinds or KINDS, least, day.date() if day else None, _tables(data), most, review.decided())
        with screen().working("comparing"):
            proposals, left_out = _propose(review, data, asked, *_read(file, address))
        _show(proposals, left_out, lang)
    for path in review.write(data):
        screen().tell(f"{path}: written")
    for decision, word in ((ACCEPTED, "accepted"), (REJECTED, "rejected")):
        for name in decided[decision]:
            screen().say(f"{word} {name}")


def _iri(text: str | None, option: str) -> URIRef | None:
    return URIRef(term("iri", text, option)) if text else None


def _tables(data: Path) -> tuple[Table, ...]:
    if not (data / NUMBERS).is_file():
        return ()
    return (Table(municipalities.geonames((data / NUMBERS).parent), f"data/{NUMBERS}"),)


def _read(others: tuple[Path, ...], address: str | None) -> tuple[Others, Graph]:
    """Return the data of others, and the description of the document that they are."""
    described = empty_graph()
    if address is None:
        return Others(), described
    page = URIRef(term("iri", address, "--from"))
    parts = urlsplit(page)
    source = iri.entity("source", iri.slug(f"{parts.netloc} {parts.path}"))
    described.add((source, RDF.type, BR.SourceDocument))
    described.add((source, BR.knownBy, CONCEPT["full-text"]))
    described.add((source, FOAF.page, page))
    for language, text in (("nb", "Data fra {}"), ("nn", "Data frå {}"), ("en", "Data from {}")):
        described.add((source, SKOS.prefLabel, Literal(text.format(page), lang=language)))
    graph = empty_graph()
    for path in others:
        graph += read_graph(path)
    return Others(graph, source), described


def _propose(review: Review, data: Path, asked: Asked, others: Others, described: Graph) -> tuple[list[Proposal], int]:
    ours = empty_graph()
    for item in (*ontology_files(), *data_files(data)):
        ours += read_graph(item.path)
    proposals, left_out = links.proposals(ours, asked, others)
    return review.propose(proposals, described), left_out


def _show(proposals: list[Proposal], left_out: int, lang: str) -> None:
    rows = [[f"{item.score:.2f}", item.id, dict(item.why)[lang]] for item in proposals]
    if rows:
        screen().table(["score", "id", "why"], rows)
    counted = Counter(item.method for item in proposals)
    said = ", ".join(f"{number} by {method.rpartition('/')[2]}" for method, number in sorted(counted.items()))
    screen().tell(f"{len(rows)} links are proposed" + (f": {said}" if said else ""))
    if left_out:
        screen().warn(f"{left_out} more are not given now: decide on these first, or say --most")
