"""Run the verbs where nothing of Unix can be imported, as on Windows; every one can at least say what it is."""

import sys

UNIX = ("granian", "resource", "fcntl", "byregion.engine.launch", "byregion.engine.pool", "byregion.engine.template")
sys.modules.update(dict.fromkeys(UNIX))

from byregion.cli import VERBS, main  # noqa: E402

WORK = [["check"], ["validate"], ["infer"], ["evidence"], ["query", "counts-by-class"]]

for words in [*WORK, *([verb, "--help"] for verb in VERBS)]:
    stdout = sys.stdout
    with open("/dev/null", "w", encoding="utf-8") as sys.stdout:
        try:
            main(words)
        except SystemExit as end:
            status = end.code
    sys.stdout = stdout
    if status:
        sys.exit(status)
    print(words[0])
