"""Fire at a running server: `python -m tests.abuse http://127.0.0.1:8080/ [seconds]`, 20 seconds by default."""

from __future__ import annotations

import sys

from .load import fire

for line in fire(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 20.0).lines():
    print(line)
