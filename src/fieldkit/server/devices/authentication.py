"""Finding the device behind a token, and replacing tokens; tokens are stored as SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection, Engine, Row, or_, select, update

from fieldkit.protocol.messages.scope import Scope
from fieldkit.server.database.connection import writing
from fieldkit.server.database.tables import DEVICE, SCOPE
from fieldkit.server.problems import Refusal, refusal
from fieldkit.server.scope import Device, Term

TOKEN_SECONDS = 30 * 86_400
"""A token older than this is replaced at the next sync."""
_SEEN_SECONDS = 60
"""A device's last visit and clock skew are stored to this precision."""
DatabaseRow: TypeAlias = Row[tuple[object, ...]]


class WrongInput(Exception):
    """The place, role or device does not exist; the text says what to do."""


@dataclass(frozen=True, slots=True)
class AuthenticatedDevice:
    """The device that sent a request, with the columns of its row that a sync may change."""

    device: Device
    token_at: int
    last_seen: int | None
    skew: int | None
    program: str | None = None
    unsent: int | None = None


class Report(NamedTuple):
    """What a device says of itself in a sync; None: it does not say."""

    skew: int | None = None
    program: str | None = None
    unsent: int | None = None


def authenticate(engine: Engine, authorization: str) -> AuthenticatedDevice:
    """Find the device of an ``Authorization`` header.

    The first use of a replacement token ends the old one.

    Raises:
        Refusal: 401, the token is unknown; 403, the device was revoked.
    """
    with engine.connect() as connection:
        row = device_of_token(connection, authorization)
        if row is None:
            raise unauthorised()
        if row.revoked_at is not None:
            raise revoked()
        device = device_from_row(connection, row)
    token_hash = hash_secret(_bearer_token(authorization))
    if row.next_token_hash == token_hash:
        with writing(engine) as connection:
            connection.execute(
                update(DEVICE)
                .where(DEVICE.c.id == row.id, DEVICE.c.next_token_hash == token_hash)
                .values(token_hash=token_hash, next_token_hash=None)
            )
    return AuthenticatedDevice(
        device, row.token_at, row.last_seen, row.skew, row.program, row.unsent
    )


def authenticate_revoked(engine: Engine, authorization: str) -> Device:
    """Find the revoked device of an ``Authorization`` header, which may hand in sealed work alone.

    Raises:
        Refusal: 401, the token is unknown; 409, the device may sync.
    """
    with engine.connect() as connection:
        row = device_of_token(connection, authorization)
        if row is None:
            raise unauthorised()
        if row.revoked_at is None:
            raise refusal("not-revoked", 409, "This laptop may sync.", "Sync again.")
        return device_from_row(connection, row)


def device_when_revoked(connection: Connection, device: int) -> Device:
    """Return a revoked device as it was then: for work that a supervisor admits."""
    return replace(device_of(connection, device), admitted=True)


def confirm_device(connection: Connection, device: Device) -> None:
    """Check again that a device may do what it asked, before its work is committed or answered.

    A body may take minutes to arrive, and a batch may wait for others.

    Raises:
        Refusal: 403, it was revoked meanwhile; 503, its role or area changed, so that the request
            has to be judged again.
    """
    columns = DEVICE.c.revoked_at, DEVICE.c.role, DEVICE.c.epoch
    row = connection.execute(select(*columns).where(DEVICE.c.id == device.id)).one_or_none()
    if row is None:
        raise unauthorised()
    if row.revoked_at is not None and not device.admitted:
        raise revoked()
    if (row.role, row.epoch) != (device.scope.role, device.epoch):
        raise refusal("busy", 503, "This laptop was given another role or area.", retry_after=1)


def unauthorised() -> Refusal:
    """Return the refusal of a request without a token of this server."""
    return refusal(
        "unauthorised", 401, "This laptop is not enrolled here.", "Enrol it, then sync again."
    )


def revoked() -> Refusal:
    """Return the refusal of a device whose access was ended."""
    return refusal(
        "revoked",
        403,
        "This laptop may not sync any more.",
        "What is on it stays there. Ask your supervisor.",
    )


def rotate_token(engine: Engine, sender: AuthenticatedDevice, now: int) -> str | None:
    """Return a new token if the device's is old; the old one works until the new one is used.

    Compares ``token_at``, so that of two deliveries of one request only one gets a token, and a
    token that may be on its way is not replaced.
    """
    if now - sender.token_at < TOKEN_SECONDS:
        return None
    token = secrets.token_urlsafe(32)
    with writing(engine) as connection:
        updated = connection.execute(
            update(DEVICE)
            .where(DEVICE.c.id == sender.device.id, DEVICE.c.token_at == sender.token_at)
            .values(next_token_hash=hash_secret(token), token_at=now)
        )
        return token if updated.rowcount == 1 else None


def note_seen(engine: Engine, sender: AuthenticatedDevice, now: int, said: Report) -> None:
    """Store when a device was last seen and what it said of itself.

    At most once a minute, but for what tells: another version, another clock, nothing left.
    """
    recent = sender.last_seen is not None and 0 <= now - sender.last_seen < _SEEN_SECONDS
    same_skew = said.skew is None or (
        sender.skew is not None and abs(said.skew - sender.skew) < _SEEN_SECONDS
    )
    same_program = said.program in {None, sender.program}
    finished = said.unsent == 0 and sender.unsent != 0
    if recent and same_skew and same_program and not finished:
        return
    known = {name: value for name, value in said._asdict().items() if value is not None}
    with writing(engine) as connection:
        connection.execute(
            update(DEVICE).where(DEVICE.c.id == sender.device.id).values(last_seen=now, **known)
        )


def device_of(connection: Connection, device: int) -> Device:
    """Return an enrolled device.

    Raises:
        WrongInput: there is no device of this number.
    """
    return device_from_row(connection, lock_device(connection, device))


def device_numbered(connection: Connection, device: int) -> Device:
    """Return a device, without locking it; nothing that a revoked one had counts any more."""
    row = connection.execute(select(DEVICE).where(DEVICE.c.id == device)).one()
    found = device_from_row(connection, row)
    if row.revoked_at is None:
        return found
    terms = [
        replace(one, ended_at=one.ended_at or row.revoked_at, closed=True) for one in found.terms
    ]
    return replace(found, terms=tuple(terms))


def device_of_token(
    connection: Connection, authorization: str, *, lock: bool = False
) -> DatabaseRow | None:
    """Return the row of the device whose present or replacement token this is.

    ``lock``: lock the row until the transaction ends.
    """
    token = _bearer_token(authorization)
    if not token:
        return None
    token_hash = hash_secret(token)
    matches = or_(DEVICE.c.token_hash == token_hash, DEVICE.c.next_token_hash == token_hash)
    query = select(DEVICE).where(matches)
    return connection.execute(query.with_for_update() if lock else query).one_or_none()


def lock_device(connection: Connection, device: int) -> DatabaseRow:
    """Return the row of a device, locked until the transaction ends.

    Raises:
        WrongInput: there is no device of this number.
    """
    row = connection.execute(
        select(DEVICE).where(DEVICE.c.id == device).with_for_update()
    ).one_or_none()
    if row is None:
        raise WrongInput(f"There is no device {device}. `fieldkit server devices` lists them.")
    return row


def device_from_row(connection: Connection, row: DatabaseRow) -> Device:
    """Return a device with its scopes."""
    scopes = connection.execute(
        select(SCOPE).where(SCOPE.c.device == row.id).order_by(SCOPE.c.epoch)
    )
    return Device(
        row.id,
        row.epoch,
        tuple(
            Term(
                Scope(role=row.role, district=one.district, block=one.block, epoch=one.epoch),
                one.began_at,
                one.ended_at,
                closed=one.closed_at is not None,
            )
            for one in scopes
        ),
        row.proves_until or 0,
    )


def hash_secret(text: str) -> bytes:
    """Return the SHA-256 by which a code or token is stored."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _bearer_token(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
