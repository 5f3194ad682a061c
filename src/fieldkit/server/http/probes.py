"""The routes for monitoring, and for the description of the API."""

from __future__ import annotations

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fieldkit.server.database.connection import Unusable
from fieldkit.server.database.migrate import is_migrated
from fieldkit.server.http.metrics import Metrics
from fieldkit.server.http.middleware import caller_of
from fieldkit.server.http.openapi import openapi_document
from fieldkit.server.http.sender import find_sender
from fieldkit.server.http.shares import Shares
from fieldkit.server.problems import refusal

_WORKERS = 2
"""Threads for these routes; with those for messages, no more than the connection pool holds."""


def add_probes(app: FastAPI, engine: Engine, metrics: Metrics, shares: Shares) -> None:
    """Add the routes to the application."""
    workers = CapacityLimiter(_WORKERS)

    async def admit(request: Request) -> None:
        """Admit this machine, and devices of administrators.

        Raises:
            Refusal: somebody else asks.
        """
        caller = caller_of(request.scope)
        if caller.local:
            return
        with shares.stranger(caller.address):
            sender = await find_sender(request, engine, workers)
        if sender.device.scope.role != "administrator":
            raise refusal("not-allowed", 403, "This is for administrators.", "Use their token.")

    @app.get("/healthz")
    async def health_route() -> dict[str, bool]:
        return {"alive": True}

    @app.get("/readyz")
    async def ready_route(request: Request) -> dict[str, bool]:
        with shares.stranger(caller_of(request.scope).address):
            if not await run_sync(_is_ready, engine, limiter=workers):
                raise refusal("not-ready", 503, "The database is not migrated.", retry_after=60)
        return {"ready": True}

    @app.get("/metrics")
    async def metrics_route(request: Request) -> Response:
        await admit(request)
        text = await run_sync(metrics.text, limiter=workers)
        return Response(text, media_type="text/plain; version=0.0.4")

    @app.get("/openapi.json")
    async def openapi_route(request: Request) -> Response:
        await admit(request)
        return JSONResponse(openapi_document())


def _is_ready(engine: Engine) -> bool:
    try:
        return is_migrated(engine)
    except Unusable:
        return False
