"""Metrics for Prometheus: requests, bytes, verdicts, open conflicts; nothing about a person."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from fieldkit.server.database.tables import CONFLICT, DEVICE, FINDING

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_VERDICTS = frozenset({"applied", "conflict", "rejected", "late", "waiting"})
_CACHE_SECONDS = 30
"""Seconds for which figures read from the database are reused."""


class Metrics:
    """The metrics of one server."""

    def __init__(self, engine: Engine) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "fieldkit_requests",
            "Requests answered, by route and status.",
            ["route", "status"],
            registry=self._registry,
        )
        self.seconds = Histogram(
            "fieldkit_request_seconds",
            "Seconds from the head of a request to the end of its answer being ready.",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.bytes = Counter(
            "fieldkit_bytes", "Bytes of bodies.", ["direction"], registry=self._registry
        )
        self.open = Gauge("fieldkit_requests_open", "Requests open.", registry=self._registry)
        self.problems = Counter(
            "fieldkit_problems",
            "Requests refused, by the code of the problem.",
            ["problem"],
            registry=self._registry,
        )
        self.changes = Counter(
            "fieldkit_changes",
            "Changes answered, by verdict; those sent again count again.",
            ["verdict"],
            registry=self._registry,
        )
        self._registry.register(_DatabaseFigures(engine))

    def count_verdicts(self, verdicts: Iterable[str]) -> None:
        """Count the verdicts of a batch."""
        for verdict in verdicts:
            self.changes.labels(verdict if verdict in _VERDICTS else "other").inc()

    def text(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self._registry)


class _DatabaseFigures(Collector):
    """Figures counted in the database when they are collected."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._read_at: float | None = None
        self._figures: dict[str, int] = {}

    def collect(self) -> Iterable[Metric]:
        """Yield the figures; nothing if the database does not answer."""
        with self._lock:
            now = time.monotonic()
            if self._read_at is None or now - self._read_at >= _CACHE_SECONDS:
                self._figures = self._count()
                self._read_at = now
        for name, value in self._figures.items():
            yield GaugeMetricFamily(name, _DESCRIPTIONS[name], value=value)

    def _count(self) -> dict[str, int]:
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
        """Return the metrics without their values, so that no query is needed."""
        return [GaugeMetricFamily(name, text) for name, text in _DESCRIPTIONS.items()]


_DESCRIPTIONS = {
    "fieldkit_conflicts_open": "Conflicts that nobody has decided.",
    "fieldkit_findings_open": "Findings that nobody has settled.",
    "fieldkit_devices": "Devices enrolled and not revoked.",
    "fieldkit_devices_seen_today": "Of these, seen in the last 24 hours.",
}
