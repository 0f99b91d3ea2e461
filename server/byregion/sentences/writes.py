"""What is written, by whom and to what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WRITES: Final[Mapping[str, str]] = {
    "takes-no-updates": "this endpoint takes no updates; the data is changed in its files",
    "takes-no-writes": "what is published here takes no writes; it is changed in its files",
    "needs-token": "writing needs a token, in the header Authorization: Bearer …",
    "two-tokens": "the request has a token in its header and another in its form; send one of them",
    "token-unknown": "the token is not known, or not valid any more; ask for another",
    "tokens-unreadable": "nobody can write now, since the tokens cannot be read; the log says why",
    "outside-graph": "this token does not let you change the graph <{graph}>",
    "outside-default": "this token does not let you change the default graph",
    "reason-too-long": "{name} has {count} characters; say it in {limit}",
    "too-many-triples": (
        "{triples} triples would be stated, and at most {limit} may be; remove what is not needed any more, or "
        "have the limit (max_triples) raised"
    ),
    "graph-there": "The graph {graph} already exists; with SILENT that is no error",
    "graph-not-there": "The graph {graph} does not exist; with SILENT that is no error",
    "what-is-held": "what is held",
    "the-graph": "the graph",
    "not-matched": "{what} is not in the state that If-Match names; get it again, and decide anew",
    "excluded": "{what} is in a state that If-None-Match excludes",
    "patch-alone": (
        "a patch changes the graph of the request alone, which is its default graph; leave GRAPH out, or send "
        "an update to the endpoint"
    ),
    "patch-type": "a patch is an update of the graph: send it as {type}",
    "several-put": "several files are posted, not put; put one graph, or post them",
    "no-files": "the form holds no file; send each graph as a part with a filename",
    "many-graphs": "{type} holds many graphs; send each to its own address, as one of {listed}",
    "graph-type": "{what} is not read here; send a graph as one of {listed}",
    "doctype": "a document type is declared, and entities are not expanded; write the text out",
    "named-graph": "the body holds a named graph, {graph}; send each graph to its own address",
    "context-elsewhere": "a JSON-LD context elsewhere is not fetched; write the context into the document",
    "rdf-12": "triples as terms and the direction of a text are RDF 1.2; this store holds RDF 1.1",
    "text-null": "a text holds U+0000, which no XML can hold; leave it out",
    "merged": (
        "the default graph is the merge of the published graphs and takes no writes of its own; write to {listed}"
    ),
    "merged-states": (
        "the default graph is the merge of the published graphs and takes no writes of its own; write to the "
        "graph that states it, {form}"
    ),
    "or-other": "{one}, or {other}",
    "changes-graph": "<{graph}> tells what was written and by whom; it is made of the journal, and only read",
    "inferred-graph": "<{graph}> holds what is inferred; write what it follows from, to the graph that states it",
    "ontology-graph": "<{graph}> says what the words mean, which changes with a release, in its file",
    "foreign-graph": "<{graph}> is no graph of a dataset; those are {graphs}<dataset>/ and one of {listed}",
    "nothing-stands": "nothing stands of what change {number} did, so nothing can be taken back",
    "gone-since": "{quad} is not there any more",
    "back-since": "{quad} is there again",
    "and-more": "{first}, and {count} more",
    "changed-since": (
        "change {number} cannot be taken back as a whole, since later ones changed the same: {what}; take "
        "those back first, the last one first"
    ),
    "not-conforming": "the result would not conform to the shapes, so nothing was changed: {what}",
    "cannot-read-again": "what the write would change cannot be read again: {why}",
    "disk-full": "the disk is full: nothing was written, and what is held can be read",
    "workbook-errors": "the workbook has errors, so nothing was changed; findings tells them by cell",
    "workbook-conflict": "somebody has written to the dataset since the workbook was read; send it again",
}
