"""Counts for Prometheus, of all HTTP processes together (https://prometheus.io/docs/instrumenting/exposition_formats/)."""

from __future__ import annotations

import os
from functools import cache
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from byregion.front.cache import Counts
from byregion.front.message import Reply

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable that names the folder where the processes write their counts."""
_SECONDS: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


class Metrics:
    """What is counted in this process; the text is of all processes that share a folder."""

    def __init__(self) -> None:
        """Start from zero."""
        registry = CollectorRegistry()
        self._own = registry
        self._requests = Counter(
            "byregion_requests", "Requests answered.", ("resource", "status", "cached"), registry=registry
        )
        self._seconds = Histogram(
            "byregion_request_seconds", "Time to an answer.", ("resource",), buckets=_SECONDS, registry=registry
        )
        self._ended = Counter(
            "byregion_queries_ended", "Queries that ended without an answer, by why.", ("why",), registry=registry
        )
        self._lanes = Gauge(
            "byregion_queries", "Queries now, by lane.", ("lane",), registry=registry, multiprocess_mode="livesum"
        )
        self._cached = Gauge(
            "byregion_cache_entries", "Answers that are known.", registry=registry, multiprocess_mode="livesum"
        )
        self._bytes = Gauge(
            "byregion_cache_bytes", "Bytes that they take.", registry=registry, multiprocess_mode="livesum"
        )
        self._request = cache(lambda *labels: self._requests.labels(*labels))
        self._time = cache(lambda label: self._seconds.labels(label))

    def answered(self, reply: Reply, seconds: float) -> None:
        """Count a request that was answered in `seconds`."""
        label = reply.label or "none"
        self._request(label, str(reply.status), "yes" if reply.cached else "no").inc()
        self._time(label).observe(seconds)

    def ended(self, why: str) -> None:
        """Count a query that ended without an answer: `why` is the name of the kind of problem."""
        self._ended.labels(why).inc()

    def text(self, lanes: tuple[int, int, int], cached: Counts) -> bytes:
        """Return the counts as text; `lanes` are how many queries are light, heavy and waiting."""
        for name, count in zip(("light", "heavy", "waiting"), lanes, strict=True):
            self._lanes.labels(name).set(count)
        self._cached.set(cached.entries)
        self._bytes.set(cached.size)
        if FOLDER not in os.environ:
            return generate_latest(self._own)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)
