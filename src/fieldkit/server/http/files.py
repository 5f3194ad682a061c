"""The routes whose messages are files: bundles, and what revoked laptops sealed."""

from __future__ import annotations

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from fieldkit.server.devices.authentication import authenticate_revoked
from fieldkit.server.http.envelope import BUNDLE_LIMITS, read_body
from fieldkit.server.http.middleware import log_details
from fieldkit.server.http.sender import authorization_of, find_sender
from fieldkit.server.http.service import Service, in_turn
from fieldkit.server.ingest.bundles.carried import apply_bundle
from fieldkit.server.ingest.bundles.sealed import hand_in

_FILE = "application/octet-stream"


async def answer_bundle(service: Service, request: Request) -> Response:
    """Apply the bundle that a device brings, which may be another's; answer with a file."""
    carrier = await find_sender(request, service.engine, service.workers)

    def respond() -> Response:
        service.start_once()
        applied = apply_bundle(service.engine, body, service.now())
        log_details(request.scope).update(changes=applied.changes, rows=applied.rows)
        return Response(applied.answer, media_type=_FILE)

    with service.shares.device(carrier.device.id) as turn:
        body = await read_body(request, BUNDLE_LIMITS)
        async with turn:
            return await in_turn(service, respond)


async def answer_sealed(service: Service, request: Request) -> Response:
    """Keep what a revoked device sealed; answer with its digest."""
    authorization = authorization_of(request)
    device = await run_sync(
        authenticate_revoked, service.engine, authorization, limiter=service.workers
    )
    log_details(request.scope)["device"] = device.id

    def respond() -> Response:
        digest = hand_in(service.engine, device, body, service.now())
        return Response(digest.encode(), media_type=_FILE)

    with service.shares.device(device.id) as turn:
        body = await read_body(request, BUNDLE_LIMITS)
        async with turn:
            return await in_turn(service, respond)
