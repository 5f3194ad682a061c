"""Enrolling devices: making one-time codes, exchanging them for tokens, revoking them.

Codes and tokens are stored as SHA-256.
"""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, delete, insert, select, update

from fieldkit.plain_text import shown
from fieldkit.protocol.messages.scope import ROLES
from fieldkit.protocol.messages.sync import EnrolAnswer, EnrolRequest
from fieldkit.server.database.eras import read_era
from fieldkit.server.database.tables import CODE, DEVICE, RECOVERY_CODE
from fieldkit.server.devices.authentication import (
    DatabaseRow,
    WrongInput,
    device_from_row,
    device_of,
    device_of_token,
    hash_secret,
    lock_device,
)
from fieldkit.server.devices.bindings import bind_shown
from fieldkit.server.devices.codes import draw_code, hash_typed
from fieldkit.server.devices.scopes import begin_scope, checked_district
from fieldkit.server.problems import refusal
from fieldkit.server.scope import Device

CODE_MINUTES = 24 * 60
"""How long a code is valid by default."""
PROVING_SECONDS = 7 * 86_400
"""How long after enrolling an older laptop may prove by its syncs which logs are its own."""
_EXPIRED_CODES_KEPT = 90 * 86_400
"""Seconds an expired code is remembered, so that the refusal can say that it expired."""


def make_code(
    connection: Connection,
    role: str,
    district: int | None,
    block: int | None,
    now: int,
    minutes: int = CODE_MINUTES,
) -> str:
    """Make and store a one-time code.

    Without district and block the code is for the whole territory; a block alone implies its
    district.

    Raises:
        WrongInput: there is no such role, district or block.
    """
    if role not in ROLES:
        raise WrongInput(f"There is no role {role!r}. Choose one of: {', '.join(ROLES)}.")
    if minutes < 1:
        raise WrongInput("A code must be valid for at least one minute.")
    district = checked_district(district, block)
    connection.execute(delete(CODE).where(CODE.c.expires_at < now - _EXPIRED_CODES_KEPT))
    code = draw_code()
    connection.execute(
        insert(CODE).values(
            hash=code.hash,
            role=role,
            district=district,
            block=block,
            expires_at=now + 60 * minutes,
        )
    )
    return code.shown


def enrol(
    connection: Connection, request: EnrolRequest, authorization: str, now: int
) -> EnrolAnswer:
    """Exchange a code for a token, in the caller's transaction.

    If ``authorization`` has the token of an enrolled device, that device gets a new epoch; its old
    token works until the new one is used, so that a lost answer locks nobody out. For the same
    reason a used code may be used again by the same origin. The logs of which the laptop shows
    heads are bound to the device (rule 38).

    Raises:
        Refusal: the code is unknown, used or expired.
    """
    code = _lock_code(connection, request.code)
    token = secrets.token_urlsafe(32)
    before = device_of_token(connection, authorization, lock=True)
    if code.used_by is None and code.expires_at <= now:
        raise refusal("code-expired", 410, "This code has expired.", "Ask for a new one.")
    if code.used_by is None:
        device = _use_code(connection, request, code, before, token, now)
    else:
        device = _reuse_code(connection, request, code, before, token, now)
    bind_shown(connection, request.logs or (), device.id, now)
    return EnrolAnswer(
        token=token,
        scope=device.scope,
        epoch=device.epoch,
        incarnation=read_era(connection).name,
        marks=True,
        now=now,
    )


def _use_code(
    connection: Connection,
    request: EnrolRequest,
    code: DatabaseRow,
    before: DatabaseRow | None,
    token: str,
    now: int,
) -> Device:
    """Use a code for the device whose token came with the request, or else for a new device."""
    token_hash = hash_secret(token)
    values = {
        "name": shown(request.name),
        "role": code.role,
        "token_at": now,
        "proves_until": now + PROVING_SECONDS if request.logs is None else None,
    }
    if before is not None and before.revoked_at is None:
        device, epoch = before.id, before.epoch + 1
        connection.execute(
            update(DEVICE)
            .where(DEVICE.c.id == device)
            .values(next_token_hash=token_hash, epoch=epoch, **values)
        )
    else:
        epoch = 1
        device = connection.execute(
            insert(DEVICE)
            .values(token_hash=token_hash, epoch=epoch, enrolled_at=now, **values)
            .returning(DEVICE.c.id)
        ).scalar_one()
    begin_scope(connection, device, epoch, code.district, code.block, now)
    connection.execute(
        update(CODE)
        .where(CODE.c.hash == code.hash)
        .values(used_by=device, used_from=request.origin, token_hash=token_hash)
    )
    return device_of(connection, device)


def _reuse_code(
    connection: Connection,
    request: EnrolRequest,
    code: DatabaseRow,
    before: DatabaseRow | None,
    token: str,
    now: int,
) -> Device:
    """Give the device that used a code another token, if the token it got was never used.

    That token stays valid, as the request may arrive twice.

    Raises:
        Refusal: the code cannot be used again.
    """
    row = lock_device(connection, code.used_by)
    is_new = row.token_hash == code.token_hash and row.last_seen is None
    is_same = row.next_token_hash == code.token_hash and before is not None and before.id == row.id
    lost = (is_new or is_same) and row.revoked_at is None and code.expires_at > now
    if not lost or code.used_from != request.origin:
        raise refusal("code-used", 409, "This code was already used.", "Ask for a new one.")
    token_hash = hash_secret(token)
    connection.execute(
        update(DEVICE)
        .where(DEVICE.c.id == row.id)
        .values(next_token_hash=token_hash, token_at=now, name=shown(request.name))
    )
    if is_same:
        connection.execute(
            update(CODE).where(CODE.c.hash == code.hash).values(token_hash=token_hash)
        )
    return device_from_row(connection, row)


def is_code(connection: Connection, typed: str) -> bool:
    """Say whether a typed code exists, used or not; locks nothing, so that guesses cost little."""
    found = connection.execute(select(CODE.c.hash).where(CODE.c.hash == hash_typed(typed)))
    return found.first() is not None


def _lock_code(connection: Connection, typed: str) -> DatabaseRow:
    """Find a typed code and lock it until the transaction ends."""
    row = connection.execute(
        select(CODE).where(CODE.c.hash == hash_typed(typed)).with_for_update()
    ).one_or_none()
    if row is None:
        raise refusal(
            "code-unknown", 403, "The server does not know this code.", "Check it letter by letter."
        )
    return row


def revoke(connection: Connection, device: int, now: int) -> None:
    """End a device's access for good; its work stays. Its recovery codes end too.

    Raises:
        WrongInput: there is no device of this number.
    """
    row = lock_device(connection, device)
    if row.revoked_at is None:
        connection.execute(update(DEVICE).where(DEVICE.c.id == device).values(revoked_at=now))
        connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.device == device))
