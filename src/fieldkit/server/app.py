"""The server's doors: ``POST /v1/sync``, ``POST /v1/enrol`` and ``GET /v1/health``."""

from __future__ import annotations

import ipaddress
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from fieldkit.server.apply import sync
from fieldkit.server.database import open_database, writing
from fieldkit.server.enrolment import enrol, sender
from fieldkit.server.problems import Refusal, refusal
from fieldkit.sync.codec import OtherVersion, TooLarge, Unreadable, decode, encode, unpack
from fieldkit.sync.messages import (
    LARGEST_BODY,
    EnrolAnswer,
    EnrolRequest,
    M,
    Message,
    Problem,
    SyncAnswer,
    SyncRequest,
)

LOG = logging.getLogger("fieldkit.server")

Work = Callable[[Engine, Request, bytes], Message]


def create_app(database_url: str) -> FastAPI:
    """Open the database and return the server over it.

    Raises:
        Unusable: the database cannot be opened.
    """
    engine = open_database(database_url)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        yield
        engine.dispose()

    app = FastAPI(title="fieldkit", openapi_url=None, lifespan=life)

    @app.post("/v1/sync")
    async def sync_door(request: Request) -> Response:
        return await _answer(engine, request, _sync)

    @app.post("/v1/enrol")
    async def enrol_door(request: Request) -> Response:
        return await _answer(engine, request, _enrol)

    @app.get("/v1/health")
    def health_door() -> Response:
        with engine.connect() as connection:
            connection.execute(select(1))
        return Response(b'{"ok":true}', media_type="application/json")

    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(Exception, _fault)
    return app


def _sync(engine: Engine, request: Request, body: bytes) -> SyncAnswer:
    with engine.connect() as connection:
        found = sender(connection, request.headers.get("authorization", ""))
    message = _read(request, body, SyncRequest)
    with writing(engine) as connection:
        answer = sync(connection, found, message, int(time.time()))
    changes = len(message.batch.changes) if message.batch else 0
    _note("sync", origin=message.origin, changes=changes, rejected=len(answer.verdicts))
    return answer


def _enrol(engine: Engine, request: Request, body: bytes) -> EnrolAnswer:
    if not _from_here(request):
        raise refusal(
            "far", 403, "This server enrols only laptops on its own machine.", "Enrol there."
        )
    message = _read(request, body, EnrolRequest)
    with writing(engine) as connection:
        answer = enrol(connection, message, int(time.time()))
    _note("enrol", origin=message.origin)
    return answer


def _from_here(request: Request) -> bool:
    """Say whether the request comes from this machine, and not through a proxy on it."""
    if "forwarded" in request.headers or "x-forwarded-for" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False


def _read(request: Request, body: bytes, kind: type[M]) -> M:
    """Read the body as a message, or refuse it by the problem it has."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"gzip", "identity"}:
        raise refusal("encoding", 415, "This server reads gzip.")
    try:
        return decode(body, kind, encoding)
    except TooLarge as error:
        raise refusal("too-large", 413, str(error), "Send smaller batches.") from None
    except OtherVersion as error:
        raise refusal("version", 400, str(error), "Update the older side.") from None
    except Unreadable as error:
        raise refusal("unreadable", 400, "This message cannot be read.", str(error)) from None


async def _answer(engine: Engine, request: Request, work: Work) -> Response:
    """Read the body within bounds, let ``work`` answer in a thread, and encode what it says."""
    try:
        body = await _body(request)
        message = await run_in_threadpool(work, engine, request, body)
    except Refusal as refused:
        _note("refused", path=request.url.path, problem=refused.problem.type)
        return _problem(refused.problem)
    except (OperationalError, PoolTimeout) as error:
        LOG.warning("%s", error)
        return _problem(
            refusal("busy", 503, "The server cannot keep changes now.", "Sync later.").problem
        )
    content, headers = encode(message), {"content-encoding": "gzip"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        content, headers = unpack(content), {}
    return Response(content, media_type="application/json", headers=headers)


async def _body(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            raise refusal("too-large", 413, "This message is too large.", "Send smaller batches.")
        parts.append(part)
    return b"".join(parts)


def _problem(problem: Problem) -> Response:
    headers = {"www-authenticate": "Bearer"} if problem.status == 401 else {}
    if problem.status == 415:
        headers = {"accept-encoding": "gzip"}
    content = problem.model_dump_json(exclude_none=True).encode()
    return Response(content, problem.status, headers, media_type="application/problem+json")


async def _http_problem(_request: Request, error: Exception) -> Response:
    """Answer what no door is there for."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    title = error.detail if isinstance(error, HTTPException) else "Fault"
    return _problem(Problem(type="about:blank", title=title, status=status))


async def _fault(_request: Request, _error: Exception) -> Response:
    """Answer a fault of the server's own; the fault itself goes to its log."""
    return _problem(refusal("fault", 500, "The server has a fault.", "Sync later.").problem)


def _note(what: str, **details: str | int) -> None:
    """Write one line of the log: what happened, to which origin; never whose record."""
    LOG.info("%s", json.dumps({"at": int(time.time()), "event": what, **details}))
