"""The server's routes: the messages of ``/v1``, and probes for the administrator."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, TypeVar

from anyio import sleep
from anyio.to_thread import run_sync
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from fieldkit.plain_text import shown
from fieldkit.protocol.messages.keys import RecoverAnswer, RecoverRequest
from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.sync import (
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
from fieldkit.server.acts import Act
from fieldkit.server.database.connection import reading, writing
from fieldkit.server.database.migrate import open_database
from fieldkit.server.devices import routes as own
from fieldkit.server.devices.attempts import refuse_wrong_code
from fieldkit.server.devices.authentication import (
    AuthenticatedDevice,
    Report,
    confirm_device,
    note_seen,
    rotate_token,
)
from fieldkit.server.devices.enrolment import enrol, is_code
from fieldkit.server.devices.recovery import is_recovery_code, recover
from fieldkit.server.feed.history import history
from fieldkit.server.feed.receipt import receipt
from fieldkit.server.http.caller import Caller, Network
from fieldkit.server.http.envelope import (
    DEVICE_LIMITS,
    STRANGER_LIMITS,
    LargeMessage,
    message_response,
    problem_response,
    read_body,
    read_message,
)
from fieldkit.server.http.files import answer_bundle, answer_sealed
from fieldkit.server.http.metrics import Metrics
from fieldkit.server.http.middleware import RequestMiddleware, caller_of, log_details
from fieldkit.server.http.probes import add_probes
from fieldkit.server.http.sender import check_private, find_sender
from fieldkit.server.http.service import Service, in_turn
from fieldkit.server.ingest.sync import sync
from fieldkit.server.problems import Refusal
from fieldkit.server.request_log import log_event
from fieldkit.server.supervision import routes as supervision

T = TypeVar("T")
_ACTS = {**own.ROUTES, **supervision.ROUTES}
_ROUTES = {
    "/v1/sync": "sync",
    "/v1/enrol": "enrol",
    "/v1/recover": "recover",
    "/v1/receipt": "receipt",
    "/v1/history": "history",
    "/v1/bundle": "bundle",
    "/v1/sealed": "sealed",
    "/healthz": "healthz",
    "/readyz": "readyz",
    "/metrics": "metrics",
    "/openapi.json": "openapi",
    **{f"/v1/{name}": name for name in _ACTS},
}
LATE_SECONDS = 2
"""The wait before a wrong code beyond the limit is answered: 32 guesses a second at most, with the
requests of strangers that may be open; to find one of 50 random bits takes a million years."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A request to a route of ``/v1``, with its body."""

    request: Request
    caller: Caller
    body: bytes
    authenticated: AuthenticatedDevice | None = None

    @property
    def sender(self) -> AuthenticatedDevice:
        """The device that sent the request; every route but ``enrol`` and ``recover`` has one."""
        assert self.authenticated is not None
        return self.authenticated

    def log(self, **details: str | int) -> None:
        """Add details to the request's log line."""
        log_details(self.request.scope).update(details)


Handler: TypeAlias = Callable[[Service, _Call, M], Message]


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
        service.large_worker.shutdown()
        engine.dispose()
        log_event("stopped")

    metrics = Metrics(engine)
    service = Service(engine, tuple(trusted), clock, metrics)
    app = FastAPI(openapi_url=None, redirect_slashes=False, lifespan=lifespan)
    _add_message_routes(app, service)
    add_probes(app, engine, metrics, service.shares)
    app.add_exception_handler(HTTPException, _no_route)
    app.add_middleware(
        RequestMiddleware,
        metrics=metrics,
        shares=service.shares,
        trusted=service.trusted,
        routes=_ROUTES,
    )
    return app


def _add_message_routes(app: FastAPI, service: Service) -> None:
    @app.post("/v1/sync")
    async def sync_route(request: Request) -> Response:
        return await _answer_device(service, request, SyncRequest, _sync)

    @app.post("/v1/receipt")
    async def receipt_route(request: Request) -> Response:
        return await _answer_device(service, request, ReceiptRequest, _receipt)

    @app.post("/v1/history")
    async def history_route(request: Request) -> Response:
        return await _answer_device(service, request, HistoryRequest, _history)

    @app.post("/v1/enrol")
    async def enrol_route(request: Request) -> Response:
        return await _answer_stranger(service, request, EnrolRequest, _enrol)

    @app.post("/v1/recover")
    async def recover_route(request: Request) -> Response:
        return await _answer_stranger(service, request, RecoverRequest, _recover)

    @app.post("/v1/bundle")
    async def bundle_route(request: Request) -> Response:
        return await answer_bundle(service, request)

    @app.post("/v1/sealed")
    async def sealed_route(request: Request) -> Response:
        return await answer_sealed(service, request)

    for name, act in _ACTS.items():
        app.add_api_route(f"/v1/{name}", _route_of(service, act), methods=["POST"])


def _route_of(
    service: Service, act: Act
) -> Callable[[Request], Coroutine[object, object, Response]]:
    """Return the route of an act of a laptop."""

    def handle(service: Service, call: _Call, message: Message) -> Message:
        return act.run(service.engine, call.sender.device, message, service.now())

    async def route(request: Request) -> Response:
        return await _answer_device(service, request, act.request, handle)

    return route


async def _answer_device(
    service: Service, request: Request, kind: type[M], handler: Handler[M]
) -> Response:
    """Authenticate the sender, then read the message and answer it."""
    sender = await find_sender(request, service.engine, service.workers)
    with service.shares.device(sender.device.id) as turn:
        body = await read_body(request, DEVICE_LIMITS)
        call = _Call(request, caller_of(request.scope), body, sender)
        async with turn:
            return await _work(service, call, kind, handler)


async def _answer_stranger(
    service: Service, request: Request, kind: type[M], handler: Handler[M]
) -> Response:
    """Answer a message that needs no token; late, if it is a guess too many."""
    check_private(request)
    caller = caller_of(request.scope)
    with service.shares.stranger(caller.address):
        call = _Call(request, caller, await read_body(request, STRANGER_LIMITS))
        try:
            return await _work(service, call, kind, handler)
        except Refusal as refused:
            if refused.problem.status == 429:
                await sleep(LATE_SECONDS)
            raise


async def _work(service: Service, call: _Call, kind: type[M], handler: Handler[M]) -> Response:
    """Read the message, run its handler and encode the answer, in a thread; large ones by turns."""

    def respond(*, large: bool) -> Response | None:
        try:
            message = read_message(call.request, call.body, kind, large=large)
        except LargeMessage:
            return None
        return message_response(call.request, handler(service, call, message))

    answer = await run_sync(partial(respond, large=False), limiter=service.workers)
    if answer is None:
        answer = await in_turn(service, partial(respond, large=True))
    assert answer is not None
    return answer


def _sync(service: Service, call: _Call, message: SyncRequest) -> SyncAnswer:
    call.log(origin=message.origin)
    now = service.now()
    service.start_once()
    skew = message.now - now if message.now else None
    said = Report(skew, shown(message.program) or None, message.left)
    note_seen(service.engine, call.sender, now, said)
    answer = sync(service.engine, call.sender.device, message, now)
    _count(service, call, answer)
    token = rotate_token(service.engine, call.sender, now)
    return answer.model_copy(update={"token": token}) if token else answer


def _count(service: Service, call: _Call, answer: SyncAnswer) -> None:
    """Count and log the verdicts of the batch and the rows of the page."""
    verdicts = {one.seq: one.verdict for one in answer.verdicts}
    applied = max(len(answer.versions) - len(verdicts), 0)
    service.metrics.count_verdicts([*verdicts.values(), *("applied" for _ in range(applied))])
    call.log(changes=len(answer.versions), applied=applied)
    if answer.page:
        call.log(rows=len(answer.page.rows))


def _receipt(service: Service, call: _Call, message: ReceiptRequest) -> ReceiptAnswer:
    with service.engine.connect() as connection:
        confirm_device(connection, call.sender.device)
        logs = receipt(connection, call.sender.device, message.origins, message.salt)
    for origin in set(message.origins) - {log.origin for log in logs}:
        log_event("out_of_scope", origin=origin, device=call.sender.device.id)
    return ReceiptAnswer(now=service.now(), logs=logs)


def _history(service: Service, call: _Call, message: HistoryRequest) -> HistoryAnswer:
    with reading(service.engine) as connection:
        confirm_device(connection, call.sender.device)
        return history(connection, call.sender.device, message)


def _enrol(service: Service, call: _Call, message: EnrolRequest) -> EnrolAnswer:
    call.log(origin=message.origin)
    authorization, now = call.request.headers.get("authorization", ""), service.now()
    with service.engine.connect() as connection:
        known = is_code(connection, message.code)
    if not known:
        raise refuse_wrong_code(service.engine, call.caller.address, now)
    with writing(service.engine) as connection:
        return enrol(connection, message, authorization, now)


def _recover(service: Service, call: _Call, message: RecoverRequest) -> RecoverAnswer:
    now = service.now()
    with service.engine.connect() as connection:
        known = is_recovery_code(connection, message.code)
    if not known:
        raise refuse_wrong_code(service.engine, call.caller.address, now)
    with writing(service.engine) as connection:
        return recover(connection, message, now)


async def _no_route(_request: Request, error: Exception) -> Response:
    """Answer a request that matches no route with a problem."""
    assert isinstance(error, HTTPException)
    problem = Problem(type="about:blank", title=error.detail, status=error.status_code)
    response = problem_response(Refusal(problem))
    response.headers.update(error.headers or {})
    return response
