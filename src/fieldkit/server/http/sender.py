"""The device that sent a request, by its token."""

from __future__ import annotations

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from sqlalchemy import Engine
from starlette.requests import Request

from fieldkit.server.devices.authentication import (
    AuthenticatedDevice,
    authenticate,
    unauthorised,
)
from fieldkit.server.http.middleware import caller_of, log_details
from fieldkit.server.problems import refusal


async def find_sender(
    request: Request, engine: Engine, limiter: CapacityLimiter
) -> AuthenticatedDevice:
    """Return the device that sent a request; ``limiter``: of the threads that ask the database.

    Raises:
        Refusal: 401, it is not enrolled; 403, it was revoked, or others can read its token.
    """
    authorization = authorization_of(request)
    sender = await run_sync(authenticate, engine, authorization, limiter=limiter)
    log_details(request.scope)["device"] = sender.device.id
    return sender


def authorization_of(request: Request) -> str:
    """Return the header that names the sender.

    Raises:
        Refusal: 401, there is none; 403, others can read it.
    """
    check_private(request)
    authorization = request.headers.get("authorization", "")
    if not authorization:
        raise unauthorised()
    return authorization


def check_private(request: Request) -> None:
    """Check that nobody on the way can read the code or token of a request.

    Raises:
        Refusal: 403, somebody can.
    """
    if not caller_of(request.scope).private:
        raise refusal(
            "insecure", 403, "Codes and tokens are accepted only over https.", "Use https."
        )
