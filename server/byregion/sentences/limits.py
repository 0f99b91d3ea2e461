"""What takes too long or too much, and what cannot answer now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LIMITS: Final[Mapping[str, str]] = {
    "the-query": "the query",
    "the-write": "the write",
    "ask-less": "ask for less, or in parts",
    "write-less": "write less, or in parts",
    "time-limit": "{what} was ended at its time limit of {seconds} s; {less}",
    "memory-limit": "{what} needed more than {limit} MiB of working memory; {less}",
    "memory-short": "{what} needed more memory than it may take; {less}",
    "nested": "{what} is nested too deeply for the engine; write it flatter",
    "died": "the process of {what} died without saying why; ask again",
    "died-of": "the process of {what} died of {signal}; ask again",
    "failed": "{what} failed: {why}",
    "client-gone": "the client has gone, so the query was ended",
    "too-many-rows": "the answer has more than {limit} rows; ask for less, or in parts with LIMIT",
    "too-many-bytes": "the answer has more than {limit} bytes; ask for less, or in parts with LIMIT",
    "too-many-triples-answered": "the answer has more than {limit} triples; ask for less, or in parts with LIMIT",
    "too-large-to-show": (
        "a page or a spreadsheet is made of {limit} bytes at most, and the answer has {size}; take it in one "
        "of the other formats, such as CSV, or ask for less"
    ),
    "request-too-large": "the request holds more than {limit} {unit}; ask for less, or in parts",
    "bytes": "bytes",
    "files": "files",
    "characters-of-query": "characters of query",
    "characters-in": "characters in {where}",
    "queries-in-batch": "queries in a batch",
    "entities-to-extend": "entities to extend",
    "request-timeout": "the body of the request was not whole after {seconds} s; send it again, in one go",
    "too-many-requests": "{limit} requests from your address are being worked on already; wait for their answers",
    "requests-busy": "{count} requests are being worked on; ask again later",
    "taking-busy": "{count} bytes of answers wait to be taken already; ask again later",
    "queries-wait": "{count} queries wait already; ask again later",
    "no-worker": "no query worker was free in time; ask again later",
    "writes-wait": "{count} writes wait already; write again later",
    "writes-busy": "other writes took all the time there was; write again later",
    "past-busy": "too many questions at once to archived revisions; ask again later",
    "past-others": "other archived revisions are being asked; ask again later",
    "workbooks-busy": "other workbooks are being tried out; send it again in a moment",
    "workbook-process": "the process that reads the workbook cannot be asked",
    "workbook-late": "the workbook was not read within {seconds} seconds; try again, or in parts",
    "engine-closed": "the engine is closed",
    "no-worker-started": "no query worker could be started: {why}",
    "template-silent": "the template does not answer",
    "query-truth": "the query {name} was answered with a truth value",
    "select-truth": "a SELECT was answered with a truth value",
    "answer-unreadable": "the engine's answer is not SPARQL Query Results JSON: {why}",
    "index-being-made": "the index of words is still being made; ask again in a moment",
    "being-made": "this is still being made, from the files; ask again in a moment",
    "not-made": "this cannot be made from the files; the server's log says why",
    "archive-unreadable": "{file} cannot be read: {why}",
    "archive-line": "{file}, line {number}: {why}; restore the file, or give another folder",
    "snapshot-damaged": "the snapshot of the revision {name} is damaged",
    "revision-not-made": "the revision {name} cannot be made of the journal now",
    "changes-untold": "the changes that led to {name} cannot be told: {why}",
    "light-only": (
        "the query takes longer than {seconds} s, and all that may take long are being worked on; ask again later"
    ),
    "index-not-made": "the index of words cannot be made; the server's log says why",
    "too-many-cells": "a workbook is made of {limit} cells at most; take the answer as CSV, or in pages",
    "cell-too-long": "a text of {count} characters is more than a cell's {limit}; take CSV",
    "archive-foreign": "the folder holds '{name}', which is none of its files; give another folder",
    "archive-closed": "the folder cannot be written to: {why}",
    "archive-unrecorded": "the revision cannot be recorded: {why}",
    "archive-headless": "the folder holds snapshots and no {file}; restore that file, or give another folder",
    "archive-busy": "another process has been recording for {seconds} s",
}
