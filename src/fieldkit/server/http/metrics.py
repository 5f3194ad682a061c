"""Figures for Prometheus: about doors, bytes, verdicts and what waits; never about a person."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from fieldkit.server.tables import CONFLICT, DEVICE, FINDING

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_VERDICTS = frozenset({"applied", "conflict", "rejected"})
_KEPT = 30
"""Seconds for which figures read from the database are told again."""


class Metrics:
    """The figures of one server."""

    def __init__(self, engine: Engine) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "fieldkit_requests",
            "Requests answered, by door and status.",
            ["door", "status"],
            registry=self._registry,
        )
        self.seconds = Histogram(
            "fieldkit_request_seconds",
            "Seconds from the head of a request to the end of its answer being ready.",
            ["door"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.bytes = Counter(
            "fieldkit_bytes", "Bytes of bodies.", ["direction"], registry=self._registry
        )
        self.open = Gauge("fieldkit_requests_open", "Requests open.", registry=self._registry)
        self.problems = Counter(
            "fieldkit_problems",
            "Requests refused, by the word of the problem.",
            ["problem"],
            registry=self._registry,
        )
        self.changes = Counter(
            "fieldkit_changes",
            "Changes answered, by verdict; those sent again count again.",
            ["verdict"],
            registry=self._registry,
        )
        self._registry.register(_Held(engine))

    def verdicts(self, words: Iterable[str]) -> None:
        """Count the verdicts of a batch."""
        for word in words:
            self.changes.labels(word if word in _VERDICTS else "other").inc()

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self._registry)


class _Held(Collector):
    """Figures that stand in the database, read when asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._read_at: float | None = None
        self._found: dict[str, int] = {}

    def collect(self) -> Iterable[Metric]:
        """Give what can be read; of a database that does not answer, nothing."""
        with self._lock:
            now = time.monotonic()
            if self._read_at is None or now - self._read_at >= _KEPT:
                self._found = self._figures()
                self._read_at = now
        for name, value in self._found.items():
            yield GaugeMetricFamily(name, _ASKED[name], value=value)

    def _figures(self) -> dict[str, int]:
        day_ago = int(time.time()) - 86_400
        live = select(func.count()).select_from(DEVICE).where(DEVICE.c.revoked_at.is_(None))
        queries: dict[str, Select[int]] = {
            "fieldkit_conflicts_open": select(func.count()).select_from(CONFLICT),
            "fieldkit_findings_open": select(func.count()).select_from(FINDING),
            "fieldkit_devices": live,
            "fieldkit_devices_seen_today": live.where(DEVICE.c.last_seen >= day_ago),
        }
        try:
            with self._engine.connect() as connection:
                return {
                    name: connection.execute(query).scalar_one() for name, query in queries.items()
                }
        except SQLAlchemyError:
            return {}

    def describe(self) -> Iterable[Metric]:
        """Name what :meth:`collect` gives without a look at the database."""
        return [GaugeMetricFamily(name, told) for name, told in _ASKED.items()]


_ASKED = {
    "fieldkit_conflicts_open": "Conflicts nobody has decided.",
    "fieldkit_findings_open": "Findings nobody has settled.",
    "fieldkit_devices": "Devices enrolled and not revoked.",
    "fieldkit_devices_seen_today": "Of these, seen in the last 24 hours.",
}
