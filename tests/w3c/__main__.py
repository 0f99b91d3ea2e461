"""Ask a server the W3C's suites and print what it passes: `python -m tests.w3c --server oxigraph`.

Oxigraph follows SERVICE and LOAD to wherever they lead: ask it where there is no network, as behind `unshare -rn`.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import tempfile
import time
from pathlib import Path

from . import endpoint, report
from .endpoint import Endpoint, Wrong
from .judging import judge
from .suite import Suite, archive


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.w3c", description=__doc__)
    parser.add_argument("tests", nargs="*", help="the tests to ask, by the start of their names; all by default")
    parser.add_argument("--server", choices=("byregion", "oxigraph"), default="byregion", help="the server to start")
    parser.add_argument(
        "--at", nargs=3, metavar=("QUERY", "UPDATE", "GRAPHS"), help="ask the server at these addresses"
    )
    parser.add_argument("--token", default="", help="the token that the server at these addresses wants")
    parser.add_argument("--tell", action="store_true", help="print the request and the answer of each test that fails")
    parser.add_argument("--write", action="store_true", help="write docs/conformance.md, and ask nothing")
    return parser.parse_args()


def started(asked: argparse.Namespace, stack: contextlib.ExitStack) -> Endpoint:
    """The server that is asked for, running until the stack is left."""
    if asked.at:
        return Endpoint(*asked.at, token=asked.token)
    if asked.server == "oxigraph":
        return stack.enter_context(endpoint.oxigraph())
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    return stack.enter_context(endpoint.byregion(Path(folder)))


def main() -> None:
    asked = arguments()
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)  # Ill-typed literals are what some tests are about.
    suite = Suite(archive())
    if asked.write:
        report.DOCUMENT.write_text(report.document(suite, report.failing()), encoding="utf-8")
        return
    entries = [entry for entry in report.all_entries(suite) if entry.id.startswith(tuple(asked.tests) or "")]
    # failing.toml is of byregion; of another server nothing is expected.
    ours = asked.server == "byregion" and not asked.at
    listed = {name for group in report.failing() for name in group.tests} if ours else set()
    wrong: dict[str, Wrong] = {}
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        server = started(asked, stack)
        for entry in entries:
            try:
                judge(entry, suite, server)
            except Wrong as error:
                wrong[entry.id] = error
    print("\n".join(report.table(entries, wrong)))
    for name, error in wrong.items():
        known = " (not in failing.toml)" if ours and name not in listed else ""
        print(f"\n{name}{known}: {error if asked.tell else str(error).partition(': ')[0]}")
    for name in sorted({entry.id for entry in entries} & listed - wrong.keys()):
        print(f"\n{name} passes, and is in failing.toml")
    print(f"\n{len(entries)} tests, {len(wrong)} not passed, {time.monotonic() - begun:.1f} s")


main()
