"""The middleware around every route: request limit, log lines, metrics and error responses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import MutableMapping

from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fieldkit.server.http.caller import Caller, Network, identify_caller
from fieldkit.server.http.envelope import ClientDisconnected, problem_response
from fieldkit.server.http.metrics import Metrics
from fieldkit.server.http.shares import Shares
from fieldkit.server.problems import Refusal, refusal
from fieldkit.server.request_log import Detail, log_event, log_fault

PROBES = frozenset({"healthz", "readyz", "metrics"})
"""Routes that monitors call all day: from this machine never refused for load, and logged only on
errors."""
_DRAIN_SECONDS = 10
_DRAIN_BYTES = 256 << 20
_CLIENT_CLOSED = 499
"""The status logged for a request whose client disconnected before the answer."""
_DETAILS = "fieldkit.log_details"
_CALLER = "fieldkit.caller"


def is_of_device(scope: MutableMapping[str, object]) -> bool:
    """Say whether a device has proved to have sent the request."""
    return "device" in log_details(scope)


def caller_of(scope: MutableMapping[str, object]) -> Caller:
    """Return the client of the request."""
    caller = scope[_CALLER]
    assert isinstance(caller, Caller)
    return caller


def log_details(scope: MutableMapping[str, object]) -> dict[str, Detail]:
    """Return the mutable details that the request's log line will contain besides its figures."""
    details = scope.setdefault(_DETAILS, {})
    assert isinstance(details, dict)
    return details


class RequestMiddleware:
    """Limits, measures and logs every request; ``routes`` gives the name of each path."""

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        shares: Shares,
        trusted: tuple[Network, ...],
        routes: dict[str, str],
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._shares = shares
        self._trusted = trusted
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request, then count and log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route = self._routes.get(scope["path"], "other")
        caller = scope[_CALLER] = identify_caller(Request(scope), self._trusted)
        traffic = _Traffic(receive, send)
        began = time.perf_counter()
        self._metrics.open.inc()
        try:
            await self._run(scope, traffic, route, caller)
        finally:
            self._metrics.open.dec()
            self._report(route, traffic, time.perf_counter() - began, log_details(scope))

    async def _run(self, scope: Scope, traffic: _Traffic, route: str, caller: Caller) -> None:
        """Run the route; turn exceptions into problem responses."""
        try:
            with self._shares.request(caller.address, probe=route in PROBES and caller.local):
                problem = await self._problem(scope, traffic, route)
                if problem is not None and not traffic.status and problem.problem.status != 408:
                    await self._drain(scope, traffic, caller)
        except Refusal as error:
            problem = error
        if problem is None:
            return
        log_details(scope)["problem"] = problem.code
        self._metrics.problems.labels(problem.code).inc()
        if not traffic.status:
            await problem_response(problem)(scope, traffic.receive, traffic.send)

    async def _problem(self, scope: Scope, traffic: _Traffic, route: str) -> Refusal | None:
        """Run the route; return the problem that kept it from answering."""
        try:
            await self._app(scope, traffic.receive, traffic.send)
        except ClientDisconnected:
            return None
        except Refusal as error:
            return error
        except (DBAPIError, PoolTimeout) as error:
            return _database_problem(error, route)
        except Exception as error:
            log_fault(route, error)
            return _fault()
        return None

    async def _drain(self, scope: Scope, traffic: _Traffic, caller: Caller) -> None:
        """Receive and discard the rest of a refused body, unless too many such are being read.

        Closing a connection while the client still writes resets it, and the answer is lost. A
        client that waits for permission to send the body (``Expect``) has not begun to.
        """
        if "expect" in Headers(scope=scope) or not self._shares.has_room_for_stranger(
            caller.address
        ):
            return
        with self._shares.stranger(caller.address):
            await traffic.drain()

    def _report(
        self, route: str, traffic: _Traffic, seconds: float, details: dict[str, Detail]
    ) -> None:
        """Count the request and write its log line."""
        status = traffic.status or _CLIENT_CLOSED
        self._metrics.requests.labels(route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        self._metrics.bytes.labels("in").inc(traffic.bytes_in)
        self._metrics.bytes.labels("out").inc(traffic.bytes_out)
        if route in PROBES and status < 400:
            return
        log_event(
            "request",
            route=route,
            status=status,
            ms=round(seconds * 1000),
            bytes_in=traffic.bytes_in,
            bytes_out=traffic.bytes_out,
            **details,
        )


def _database_problem(error: DBAPIError | PoolTimeout, route: str) -> Refusal:
    """Return 503 for a database that is unable at the moment, else 500 for a bug.

    The text of the error is never logged: it quotes data.
    """
    if isinstance(error, DBAPIError):
        passing = isinstance(error, OperationalError | InternalError)
        if not passing and not error.connection_invalidated:
            log_fault(route, error)
            return _fault()
        cause = error.orig
        name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
        log_event("database", route=route, error=type(cause).__name__, code=name)
    else:
        log_event("database", route=route, error=type(error).__name__)
    return refusal(
        "unable", 503, "The server cannot save changes now.", "Sync later.", retry_after=30
    )


def _fault() -> Refusal:
    return refusal("fault", 500, "The server has an error.", "Sync later.")


class _Traffic:
    """Wraps the channels of one request to count bytes and note the status."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._ended = False
        self.bytes_in = self.bytes_out = self.status = 0

    async def receive(self) -> Message:
        """Receive the next message from the client."""
        message = await self._receive()
        self.bytes_in += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Send a message to the client."""
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
        self.bytes_out += len(message.get("body", b""))
        await self._send(message)

    async def drain(self) -> None:
        """Receive and discard the rest of the body, within bounds."""
        before = self.bytes_in
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                while not self._ended and self.bytes_in - before <= _DRAIN_BYTES:
                    await self.receive()
        except TimeoutError:
            return
