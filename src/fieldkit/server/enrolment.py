"""Who may talk to the server: codes for tokens, tokens for a sender.

Any code is taken for now, and only from the server's own machine.
"""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import Connection, insert, select

from fieldkit.server.apply import Sender
from fieldkit.server.database import DEVICE
from fieldkit.server.problems import refusal
from fieldkit.sync.messages import EnrolAnswer, EnrolRequest


def enrol(connection: Connection, request: EnrolRequest, now: int) -> EnrolAnswer:
    """Give a new device its token, and keep nothing of it but its SHA-256."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(DEVICE).values(
            token_hash=_hashed(token),
            district=request.district,
            block=request.block,
            enrolled_at=now,
        )
    )
    return EnrolAnswer(token=token)


def sender(connection: Connection, authorization: str) -> Sender:
    """Find the device of an ``Authorization`` header.

    Raises:
        Refusal: 401, it is none of ours.
    """
    scheme, _, token = authorization.partition(" ")
    row = None
    if scheme.lower() == "bearer" and token:
        row = connection.execute(
            select(DEVICE.c.id, DEVICE.c.district).where(DEVICE.c.token_hash == _hashed(token))
        ).one_or_none()
    if row is None:
        raise refusal(
            "unauthorised", 401, "This laptop is not enrolled here.", "Enrol it, then sync again."
        )
    return Sender(row.id, row.district)


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
