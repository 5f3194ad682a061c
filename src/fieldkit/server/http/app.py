"""The server's doors: the messages of ``/v1``, and those for who looks after the server."""

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
from fieldkit.server.database import Unusable, reading, writing
from fieldkit.server.devices.enrolment import Sender, Tries, enrol, rotated, seen, sender
from fieldkit.server.feed.history import history
from fieldkit.server.feed.positions import start
from fieldkit.server.feed.receipt import receipt
from fieldkit.server.http.caller import Caller, Network, caller
from fieldkit.server.http.envelope import read, refused, whole_body, written
from fieldkit.server.http.metrics import Metrics
from fieldkit.server.http.middleware import Watch, told
from fieldkit.server.http.openapi import description
from fieldkit.server.ingest.sync import sync
from fieldkit.server.journal import note
from fieldkit.server.operation.migrate import is_migrated, open_database
from fieldkit.server.problems import Refusal, refusal

_DOORS = {
    "/v1/sync": "sync",
    "/v1/enrol": "enrol",
    "/v1/receipt": "receipt",
    "/v1/history": "history",
    "/healthz": "healthz",
    "/readyz": "readyz",
    "/metrics": "metrics",
    "/openapi.json": "openapi",
}
_AT_WORK = 12
"""Requests at work at once; with the probes no more than the pool of connections holds."""
_PROBING = 2


@dataclass(frozen=True, slots=True)
class _Service:
    """What all doors share."""

    engine: Engine
    trusted: tuple[Network, ...]
    clock: Callable[[], float]
    metrics: Metrics
    tries: Tries = field(default_factory=Tries)
    work: CapacityLimiter = field(default_factory=partial(CapacityLimiter, _AT_WORK))
    probing: CapacityLimiter = field(default_factory=partial(CapacityLimiter, _PROBING))

    begun: Event = field(default_factory=Event)
    beginning: Lock = field(default_factory=Lock)

    def now(self) -> int:
        return int(self.clock())

    def begin(self) -> None:
        """Start, with the first sync: before, the database may not be there to be written."""
        if self.begun.is_set():
            return
        with self.beginning:
            if not self.begun.is_set():
                with writing(self.engine) as connection:
                    start(connection, self.now())
                self.begun.set()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request to a door of ``/v1``, with its body."""

    request: Request
    caller: Caller
    body: bytes
    found: Sender | None = None

    @property
    def sender(self) -> Sender:
        """The device that asks."""
        assert self.found is not None
        return self.found

    def tell(self, **details: str | int) -> None:
        """Add to the line of the log."""
        told(self.request.scope).update(details)


Work = Callable[[_Service, _Asked], Message]


def create_app(
    database_url: str,
    *,
    trusted: Sequence[Network] = (),
    clock: Callable[[], float] = time.time,
) -> FastAPI:
    """Open the database and return the server over it; ``trusted`` are proxies to be believed.

    Raises:
        Unusable: the database cannot be opened, or is not migrated.
    """
    engine = open_database(database_url)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        yield
        engine.dispose()
        note("stopped")

    metrics = Metrics(engine)
    service = _Service(engine, tuple(trusted), clock, metrics)
    app = FastAPI(openapi_url=None, redirect_slashes=False, lifespan=life)
    _add_doors(app, service)
    _add_probes(app, service)
    app.add_exception_handler(HTTPException, _no_door)
    app.add_middleware(Watch, metrics=metrics, doors=_DOORS)
    return app


def _add_doors(app: FastAPI, service: _Service) -> None:
    @app.post("/v1/sync")
    async def sync_door(request: Request) -> Response:
        return await _answer(service, request, _sync)

    @app.post("/v1/receipt")
    async def receipt_door(request: Request) -> Response:
        return await _answer(service, request, _receipt)

    @app.post("/v1/history")
    async def history_door(request: Request) -> Response:
        return await _answer(service, request, _history)

    @app.post("/v1/enrol")
    async def enrol_door(request: Request) -> Response:
        return await _answer(service, request, _enrol, enrolled=False)


def _add_probes(app: FastAPI, service: _Service) -> None:
    """Add the doors for who looks after the server."""

    @app.get("/healthz")
    async def health_door() -> dict[str, bool]:
        return {"alive": True}

    @app.get("/readyz")
    async def ready_door() -> dict[str, bool]:
        if not await run_sync(_is_ready, service.engine, limiter=service.probing):
            raise refusal("not-ready", 503, "The database is not migrated.", retry_after=60)
        return {"ready": True}

    @app.get("/metrics")
    async def metrics_door() -> Response:
        text = await run_sync(service.metrics.text, limiter=service.probing)
        return Response(text, media_type="text/plain; version=0.0.4")

    @app.get("/openapi.json")
    async def openapi_door() -> Response:
        return JSONResponse(description())


def _is_ready(engine: Engine) -> bool:
    try:
        return is_migrated(engine)
    except Unusable:
        return False


async def _answer(
    service: _Service, request: Request, work: Work, *, enrolled: bool = True
) -> Response:
    """Know the sender before any of the body is taken in, then let ``work`` answer in a thread."""
    who = caller(request, service.trusted)
    if not who.private:
        raise refusal("insecure", 403, "Codes and tokens are taken over https alone.", "Use https.")
    found = None
    if enrolled:
        authorization = request.headers.get("authorization", "")
        found = await run_sync(sender, service.engine, authorization, limiter=service.work)
        told(request.scope)["device"] = found.device.id
    else:
        service.tries.check(who.address, service.now())
    asked = _Asked(request, who, await whole_body(request), found)

    def answer() -> Response:
        return written(request, work(service, asked))

    return await run_sync(answer, limiter=service.work)


def _sync(service: _Service, asked: _Asked) -> SyncAnswer:
    message = read(asked.request, asked.body, SyncRequest)
    asked.tell(origin=message.origin)
    now = service.now()
    service.begin()
    seen(service.engine, asked.sender, now, message.now - now if message.now else None)
    answer = sync(service.engine, asked.sender.device, message, now)
    _count(service, asked, answer)
    token = rotated(service.engine, asked.sender, now)
    return answer.model_copy(update={"token": token}) if token else answer


def _count(service: _Service, asked: _Asked, answer: SyncAnswer) -> None:
    """Count the verdicts of the batch, one for each change, and the rows of the page."""
    verdicts = {one.seq: one.verdict for one in answer.verdicts}
    applied = max(len(answer.versions) - len(verdicts), 0)
    service.metrics.verdicts([*verdicts.values(), *("applied" for _ in range(applied))])
    asked.tell(changes=len(answer.versions), applied=applied)
    if answer.page:
        asked.tell(rows=len(answer.page.rows))


def _receipt(service: _Service, asked: _Asked) -> ReceiptAnswer:
    message = read(asked.request, asked.body, ReceiptRequest)
    with service.engine.connect() as connection:
        logs = receipt(connection, asked.sender.device, message.origins)
    for origin in set(message.origins) - {log.origin for log in logs}:
        note("out_of_scope", origin=origin, device=asked.sender.device.id)
    return ReceiptAnswer(now=service.now(), logs=logs)


def _history(service: _Service, asked: _Asked) -> HistoryAnswer:
    message = read(asked.request, asked.body, HistoryRequest)
    with reading(service.engine) as connection:
        return history(connection, asked.sender.device, message)


def _enrol(service: _Service, asked: _Asked) -> EnrolAnswer:
    message = read(asked.request, asked.body, EnrolRequest)
    asked.tell(origin=message.origin)
    authorization, now = asked.request.headers.get("authorization", ""), service.now()
    try:
        with writing(service.engine) as connection:
            return enrol(connection, message, authorization, now)
    except Refusal:
        service.tries.failed(asked.caller.address, now)
        raise


async def _no_door(_request: Request, error: Exception) -> Response:
    """Answer what no door is there for."""
    assert isinstance(error, HTTPException)
    problem = Problem(type="about:blank", title=error.detail, status=error.status_code)
    response = refused(Refusal(problem))
    response.headers.update(error.headers or {})
    return response
