"""Round every door: room for so many at once, one line of the log each, figures, no bare fault."""

from __future__ import annotations

import asyncio
import time
from collections.abc import MutableMapping

from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fieldkit.server.http.envelope import Gone, refused
from fieldkit.server.http.metrics import Metrics
from fieldkit.server.journal import Detail, fault, note
from fieldkit.server.problems import Refusal, refusal

MOST_OPEN = 512
"""Requests open at once; each holds a message of at most 1 MB."""
PROBES = frozenset({"healthz", "readyz", "metrics"})
"""Doors asked all day long: never turned away, and logged only when something is wrong."""
_DRAINED_SECONDS = 10
_DRAINED_BYTES = 256 << 20
_NO_ANSWER = 499
"""The status told of a request whose other end went away."""
_TOLD = "fieldkit.told"


def told(scope: MutableMapping[str, object]) -> dict[str, Detail]:
    """Return what the line of the log will say of this request beside its figures."""
    details = scope.setdefault(_TOLD, {})
    assert isinstance(details, dict)
    return details


class Watch:
    """The layer of the application that sees every request; ``doors`` names paths."""

    def __init__(self, app: ASGIApp, metrics: Metrics, doors: dict[str, str]) -> None:
        self._app = app
        self._metrics = metrics
        self._doors = doors
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through and tell of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        door = self._doors.get(scope["path"], "other")
        traffic = _Traffic(receive, send)
        began = time.perf_counter()
        self._open += 1
        self._metrics.open.inc()
        try:
            await self._through(scope, traffic, door)
        finally:
            self._open -= 1
            self._metrics.open.dec()
            self._tell(door, traffic, time.perf_counter() - began, told(scope))

    async def _through(self, scope: Scope, traffic: _Traffic, door: str) -> None:
        """Let the door answer, and answer for it where it does not."""
        try:
            if self._open > MOST_OPEN and door not in PROBES:
                raise refusal("busy", 503, "Too many at once.", "Sync later.", retry_after=10)
            await self._app(scope, traffic.receive, traffic.send)
            return
        except Gone:
            return
        except Refusal as error:
            problem = error
        except (DBAPIError, PoolTimeout) as error:
            problem = _of_database(error, door)
        except Exception as error:
            fault(door, error)
            problem = _fault()
        told(scope)["problem"] = problem.word
        self._metrics.problems.labels(problem.word).inc()
        if not traffic.status:
            if problem.problem.status != 408:
                await traffic.drain(Headers(scope=scope))
            await refused(problem)(scope, traffic.receive, traffic.send)

    def _tell(self, door: str, traffic: _Traffic, seconds: float, more: dict[str, Detail]) -> None:
        status = traffic.status or _NO_ANSWER
        self._metrics.requests.labels(door, str(status)).inc()
        self._metrics.seconds.labels(door).observe(seconds)
        self._metrics.bytes.labels("in").inc(traffic.bytes_in)
        self._metrics.bytes.labels("out").inc(traffic.bytes_out)
        if door in PROBES and status < 400:
            return
        note(
            "request",
            door=door,
            status=status,
            ms=round(seconds * 1000),
            bytes_in=traffic.bytes_in,
            bytes_out=traffic.bytes_out,
            **more,
        )


def _of_database(error: DBAPIError | PoolTimeout, door: str) -> Refusal:
    """Tell a database that cannot keep changes now from a fault; never the text, it quotes data."""
    if isinstance(error, DBAPIError):
        passing = isinstance(error, OperationalError | InternalError)
        if not passing and not error.connection_invalidated:
            fault(door, error)
            return _fault()
        cause = error.orig
        name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
        note("database", door=door, error=type(cause).__name__, code=name)
    else:
        note("database", door=door, error=type(error).__name__)
    return refusal(
        "unable", 503, "The server cannot keep changes now.", "Sync later.", retry_after=30
    )


def _fault() -> Refusal:
    return refusal("fault", 500, "The server has a fault.", "Sync later.")


class _Traffic:
    """What passes in and out of one request."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._ended = False
        self.bytes_in = self.bytes_out = self.status = 0

    async def receive(self) -> Message:
        """Pass on what comes."""
        message = await self._receive()
        self.bytes_in += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Pass on what goes."""
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
        self.bytes_out += len(message.get("body", b""))
        await self._send(message)

    async def drain(self, headers: Headers) -> None:
        """Take in and forget what still comes of a refused body, within bounds.

        A connection closed while its other end still writes is reset, and the answer is lost with
        it. Who waits to be told to go on (``Expect``) needs none of that.
        """
        if "expect" in headers:
            return
        before = self.bytes_in
        try:
            async with asyncio.timeout(_DRAINED_SECONDS):
                while not self._ended and self.bytes_in - before <= _DRAINED_BYTES:
                    await self.receive()
        except TimeoutError:
            return
