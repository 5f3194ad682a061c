"""The server's routes: the messages of ``/v1``, and probes for the administrator."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Lock

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fieldkit.protocol.messages import (
    EnrolAnswer,
    EnrolRequest,
    HistoryAnswer,
    HistoryRequest,
    Problem,
    ReceiptAnswer,
    ReceiptRequest,
    SyncAnswer,
    SyncRequest,
)
from fieldkit.protocol.shapes import Message
from fieldkit.server.database.connection import Unusable, reading, writing
from fieldkit.server.database.migrate import is_migrated, open_database
from fieldkit.server.devices.attempts import CodeAttempts
from fieldkit.server.devices.authentication import (
    AuthenticatedDevice,
    authenticate,
    confirm_device,
    note_seen,
    rotate_token,
)
from fieldkit.server.devices.enrolment import enrol
from fieldkit.server.feed.history import history
from fieldkit.server.feed.positions import start
from fieldkit.server.feed.receipt import receipt
from fieldkit.server.http.caller import Caller, Network, identify_caller
from fieldkit.server.http.envelope import (
    message_response,
    problem_response,
    read_body,
    read_message,
)
from fieldkit.server.http.metrics import Metrics
from fieldkit.server.http.middleware import RequestMiddleware, log_details
from fieldkit.server.http.openapi import openapi_document
from fieldkit.server.ingest.sync import sync
from fieldkit.server.problems import Refusal, refusal
from fieldkit.server.request_log import log_event

_ROUTES = {
    "/v1/sync": "sync",
    "/v1/enrol": "enrol",
    "/v1/receipt": "receipt",
    "/v1/history": "history",
    "/healthz": "healthz",
    "/readyz": "readyz",
    "/metrics": "metrics",
    "/openapi.json": "openapi",
}
_WORKERS = 12
"""Requests worked on at once; with the probes, no more than the connection pool holds."""
_PROBE_WORKERS = 2


@dataclass(frozen=True, slots=True)
class _Service:
    """What all routes share."""

    engine: Engine
    trusted: tuple[Network, ...]
    clock: Callable[[], float]
    metrics: Metrics
    attempts: CodeAttempts = field(default_factory=CodeAttempts)
    workers: CapacityLimiter = field(default_factory=partial(CapacityLimiter, _WORKERS))
    probe_workers: CapacityLimiter = field(default_factory=partial(CapacityLimiter, _PROBE_WORKERS))

    started: Event = field(default_factory=Event)
    starting: Lock = field(default_factory=Lock)

    def now(self) -> int:
        return int(self.clock())

    def start_once(self) -> None:
        """Record the server's start in the database, at the first sync.

        Not earlier, because the database may be unwritable while the process starts.
        """
        if self.started.is_set():
            return
        with self.starting:
            if not self.started.is_set():
                with writing(self.engine) as connection:
                    start(connection, self.now())
                self.started.set()


@dataclass(frozen=True, slots=True)
class _Call:
    """A request to a route of ``/v1``, with its body."""

    request: Request
    caller: Caller
    body: bytes
    authenticated: AuthenticatedDevice | None = None

    @property
    def sender(self) -> AuthenticatedDevice:
        """The device that sent the request; every route but ``enrol`` has one."""
        assert self.authenticated is not None
        return self.authenticated

    def log(self, **details: str | int) -> None:
        """Add details to the request's log line."""
        log_details(self.request.scope).update(details)


Handler = Callable[[_Service, _Call], Message]


def create_app(
    database_url: str,
    *,
    trusted: Sequence[Network] = (),
    clock: Callable[[], float] = time.time,
) -> FastAPI:
    """Open the database and return the application; ``trusted``: proxies whose headers count.

    Raises:
        Unusable: the database cannot be opened, or is not migrated.
    """
    engine = open_database(database_url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        engine.dispose()
        log_event("stopped")

    metrics = Metrics(engine)
    service = _Service(engine, tuple(trusted), clock, metrics)
    app = FastAPI(openapi_url=None, redirect_slashes=False, lifespan=lifespan)
    _add_message_routes(app, service)
    _add_probes(app, service)
    app.add_exception_handler(HTTPException, _no_route)
    app.add_middleware(RequestMiddleware, metrics=metrics, routes=_ROUTES)
    return app


def _add_message_routes(app: FastAPI, service: _Service) -> None:
    @app.post("/v1/sync")
    async def sync_route(request: Request) -> Response:
        return await _answer(service, request, _sync)

    @app.post("/v1/receipt")
    async def receipt_route(request: Request) -> Response:
        return await _answer(service, request, _receipt)

    @app.post("/v1/history")
    async def history_route(request: Request) -> Response:
        return await _answer(service, request, _history)

    @app.post("/v1/enrol")
    async def enrol_route(request: Request) -> Response:
        return await _answer(service, request, _enrol, authenticated=False)


def _add_probes(app: FastAPI, service: _Service) -> None:
    """Add the routes for monitoring and for the API's description."""

    @app.get("/healthz")
    async def health_route() -> dict[str, bool]:
        return {"alive": True}

    @app.get("/readyz")
    async def ready_route() -> dict[str, bool]:
        if not await run_sync(_is_ready, service.engine, limiter=service.probe_workers):
            raise refusal("not-ready", 503, "The database is not migrated.", retry_after=60)
        return {"ready": True}

    @app.get("/metrics")
    async def metrics_route() -> Response:
        text = await run_sync(service.metrics.text, limiter=service.probe_workers)
        return Response(text, media_type="text/plain; version=0.0.4")

    @app.get("/openapi.json")
    async def openapi_route() -> Response:
        return JSONResponse(openapi_document())


def _is_ready(engine: Engine) -> bool:
    try:
        return is_migrated(engine)
    except Unusable:
        return False


async def _answer(
    service: _Service, request: Request, handler: Handler, *, authenticated: bool = True
) -> Response:
    """Authenticate the sender, then read the body and run ``handler`` in a thread."""
    caller = identify_caller(request, service.trusted)
    if not caller.private:
        raise refusal("insecure", 403, "Codes and tokens are taken over https alone.", "Use https.")
    sender = None
    if authenticated:
        authorization = request.headers.get("authorization", "")
        sender = await run_sync(
            authenticate, service.engine, authorization, limiter=service.workers
        )
        log_details(request.scope)["device"] = sender.device.id
    else:
        service.attempts.check(caller.address, service.now())
    call = _Call(request, caller, await read_body(request), sender)

    def respond() -> Response:
        return message_response(request, handler(service, call))

    return await run_sync(respond, limiter=service.workers)


def _sync(service: _Service, call: _Call) -> SyncAnswer:
    message = read_message(call.request, call.body, SyncRequest)
    call.log(origin=message.origin)
    now = service.now()
    service.start_once()
    note_seen(service.engine, call.sender, now, message.now - now if message.now else None)
    answer = sync(service.engine, call.sender.device, message, now)
    _count(service, call, answer)
    token = rotate_token(service.engine, call.sender, now)
    return answer.model_copy(update={"token": token}) if token else answer


def _count(service: _Service, call: _Call, answer: SyncAnswer) -> None:
    """Count and log the verdicts of the batch and the rows of the page."""
    verdicts = {one.seq: one.verdict for one in answer.verdicts}
    applied = max(len(answer.versions) - len(verdicts), 0)
    service.metrics.count_verdicts([*verdicts.values(), *("applied" for _ in range(applied))])
    call.log(changes=len(answer.versions), applied=applied)
    if answer.page:
        call.log(rows=len(answer.page.rows))


def _receipt(service: _Service, call: _Call) -> ReceiptAnswer:
    message = read_message(call.request, call.body, ReceiptRequest)
    with service.engine.connect() as connection:
        confirm_device(connection, call.sender.device)
        logs = receipt(connection, call.sender.device, message.origins, message.salt)
    for origin in set(message.origins) - {log.origin for log in logs}:
        log_event("out_of_scope", origin=origin, device=call.sender.device.id)
    return ReceiptAnswer(now=service.now(), logs=logs)


def _history(service: _Service, call: _Call) -> HistoryAnswer:
    message = read_message(call.request, call.body, HistoryRequest)
    with reading(service.engine) as connection:
        confirm_device(connection, call.sender.device)
        return history(connection, call.sender.device, message)


def _enrol(service: _Service, call: _Call) -> EnrolAnswer:
    message = read_message(call.request, call.body, EnrolRequest)
    call.log(origin=message.origin)
    authorization, now = call.request.headers.get("authorization", ""), service.now()
    try:
        with writing(service.engine) as connection:
            return enrol(connection, message, authorization, now)
    except Refusal:
        service.attempts.count_failure(call.caller.address, now)
        raise


async def _no_route(_request: Request, error: Exception) -> Response:
    """Answer a request that matches no route with a problem."""
    assert isinstance(error, HTTPException)
    problem = Problem(type="about:blank", title=error.detail, status=error.status_code)
    response = problem_response(Refusal(problem))
    response.headers.update(error.headers or {})
    return response
