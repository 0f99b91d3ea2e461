"""The benchmark still runs: a figure that nobody can measure again is worth nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_a_smoke_run_measures_everything_once_and_writes_nothing():
    results = ROOT / "tests" / "bench" / "results"
    before = sorted(results.glob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--smoke"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    for name in ("validate, shacl", "validate, pyshacl", "load and infer", "light query", "to the first answer"):
        assert name in done.stdout
    assert sorted(results.glob("*")) == before
