"""Who may talk to the server: codes for tokens, tokens for devices, and what each may see.

Codes and tokens are kept as their SHA-256 alone.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection, Engine, Row, delete, insert, or_, select, update

from fieldkit.plain_text import shown
from fieldkit.protocol.identity import CROCKFORD
from fieldkit.protocol.messages import EnrolAnswer, EnrolRequest
from fieldkit.protocol.scope import Scope
from fieldkit.reference import district_of, option
from fieldkit.server.database import writing
from fieldkit.server.devices.scope import Device
from fieldkit.server.problems import refusal
from fieldkit.server.tables import CODE, DEVICE, SCOPE, SERVER

ROLES = ("registrar", "operator", "supervisor", "administrator")
CODE_MINUTES = 24 * 60
"""How long a code is good for, unless told otherwise."""
TOKEN_SECONDS = 30 * 86_400
"""A token older than this is replaced at the next sync."""
_CODES_KEPT = 90 * 86_400
"""Seconds a code is remembered after it expired, so that who types it is told what is wrong."""
_Found: TypeAlias = Row[tuple[object, ...]]
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": None, " ": None})


class WrongInput(Exception):
    """A place or device that is none; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Sender:
    """The device behind a request, and what its row said."""

    device: Device
    token_at: int
    last_seen: int | None
    skew: int | None


def make_code(
    connection: Connection,
    role: str,
    district: int | None,
    block: int | None,
    now: int,
    minutes: int = CODE_MINUTES,
) -> str:
    """Make a one-time code: ten characters (50 random bits) in two groups, to be read out.

    Neither district nor block: the whole territory; a block alone brings its district along.

    Raises:
        WrongInput: there is no such role, district or block.
    """
    if role not in ROLES:
        raise WrongInput(f"There is no role {role!r}. The roles: {', '.join(ROLES)}.")
    if minutes < 1:
        raise WrongInput("A code is good for at least one minute.")
    district = checked_district(district, block)
    connection.execute(delete(CODE).where(CODE.c.expires_at < now - _CODES_KEPT))
    code = "".join(secrets.choice(CROCKFORD) for _ in range(10))
    connection.execute(
        insert(CODE).values(
            hash=_hashed(code),
            role=role,
            district=district,
            block=block,
            expires_at=now + 60 * minutes,
        )
    )
    return f"{code[:5]}-{code[5:]}"


def checked_district(district: int | None, block: int | None) -> int | None:
    """Return the district of a scope, a block's own if only the block is told.

    Raises:
        WrongInput: there is no such district, or the block lies elsewhere.
    """
    if district is not None and option("district", district) is None:
        raise WrongInput(f"There is no district {district}. Districts go by their LGD code.")
    if block is None:
        return district
    within = district_of(block)
    if within is None:
        raise WrongInput(f"There is no block {block}. Blocks go by their LGD code.")
    if district not in {None, within}:
        raise WrongInput(f"Block {block} lies in district {within}, not in {district}.")
    return within


def enrol(
    connection: Connection, request: EnrolRequest, authorization: str, now: int
) -> EnrolAnswer:
    """Exchange a code for a token, in the caller's transaction.

    With the device's old token in ``authorization`` the device stays the same, in a new epoch; its
    old token holds until the new one is used, so that a lost answer locks nobody out. Whoever used
    a code and lost the answer may use it again from the same origin.

    Raises:
        Refusal: the code is unknown, used or expired.
    """
    code = _code(connection, request.code)
    token = secrets.token_urlsafe(32)
    before = _holder(connection, authorization, lock=True)
    if code.used_by is None and code.expires_at <= now:
        raise refusal("code-expired", 410, "This code is too old.", "Ask for a new one.")
    if code.used_by is None:
        device = _enrolled(connection, request, code, before, token, now)
    else:
        device = _enrolled_before(connection, request, code, before, token, now)
    incarnation: str = connection.execute(select(SERVER.c.incarnation)).scalar_one()
    return EnrolAnswer(
        token=token,
        scope=device.scope,
        epoch=device.epoch,
        incarnation=incarnation,
        now=now,
    )


def _enrolled(
    connection: Connection,
    request: EnrolRequest,
    code: _Found,
    before: _Found | None,
    token: str,
    now: int,
) -> Device:
    """Use a code up: for the device that asks with its token, or for a new one."""
    hashed = _hashed(token)
    values = {"name": shown(request.name), "role": code.role, "token_at": now}
    if before is not None and before.revoked_at is None:
        device, epoch = before.id, before.epoch + 1
        connection.execute(
            update(DEVICE)
            .where(DEVICE.c.id == device)
            .values(next_token_hash=hashed, epoch=epoch, **values)
        )
    else:
        epoch = 1
        device = connection.execute(
            insert(DEVICE)
            .values(token_hash=hashed, epoch=epoch, enrolled_at=now, **values)
            .returning(DEVICE.c.id)
        ).scalar_one()
    connection.execute(
        insert(SCOPE).values(device=device, epoch=epoch, district=code.district, block=code.block)
    )
    connection.execute(
        update(CODE)
        .where(CODE.c.hash == code.hash)
        .values(used_by=device, used_from=request.origin, token_hash=hashed)
    )
    return device_of(connection, device)


def _enrolled_before(
    connection: Connection,
    request: EnrolRequest,
    code: _Found,
    before: _Found | None,
    token: str,
    now: int,
) -> Device:
    """Give the device that used a code another token, if none it was given by it was ever used.

    What a new device was given first goes on to hold beside it: a request may come twice.

    Raises:
        Refusal: the code is used up.
    """
    row = _row_of(connection, code.used_by)
    fresh = row.token_hash == code.token_hash and row.last_seen is None
    again = row.next_token_hash == code.token_hash and before is not None and before.id == row.id
    lost = (fresh or again) and row.revoked_at is None and code.expires_at > now
    if not lost or code.used_from != request.origin:
        raise refusal("code-used", 409, "This code has been used.", "Ask for a new one.")
    hashed = _hashed(token)
    connection.execute(
        update(DEVICE)
        .where(DEVICE.c.id == row.id)
        .values(next_token_hash=hashed, token_at=now, name=shown(request.name))
    )
    if again:
        connection.execute(update(CODE).where(CODE.c.hash == code.hash).values(token_hash=hashed))
    return _device(connection, row)


def _code(connection: Connection, typed: str) -> _Found:
    """Find the code and keep others from it until the transaction ends."""
    code = typed.strip().upper().translate(_READ_AS)
    row = connection.execute(
        select(CODE).where(CODE.c.hash == _hashed(code)).with_for_update()
    ).one_or_none()
    if row is None:
        raise refusal(
            "code-unknown", 403, "This code is not known here.", "Compare it letter by letter."
        )
    return row


def sender(engine: Engine, authorization: str) -> Sender:
    """Find the device of an ``Authorization`` header; the first use of its next token ends the old.

    Raises:
        Refusal: 401, it is none of ours; 403, it was revoked.
    """
    with engine.connect() as connection:
        row = _holder(connection, authorization)
        if row is None:
            raise refusal(
                "unauthorised",
                401,
                "This laptop is not enrolled here.",
                "Enrol it, then sync again.",
            )
        if row.revoked_at is not None:
            raise refusal(
                "revoked",
                403,
                "This laptop may not sync any more.",
                "What it holds stays on it. Talk to your supervisor.",
            )
        device = _device(connection, row)
    hashed = _hashed(_token(authorization))
    if row.next_token_hash == hashed:
        with writing(engine) as connection:
            connection.execute(
                update(DEVICE)
                .where(DEVICE.c.id == row.id, DEVICE.c.next_token_hash == hashed)
                .values(token_hash=hashed, next_token_hash=None)
            )
    return Sender(device, row.token_at, row.last_seen, row.skew)


def device_of(connection: Connection, device: int) -> Device:
    """Return an enrolled device.

    Raises:
        WrongInput: there is none of this number.
    """
    return _device(connection, _row_of(connection, device))


def rotated(engine: Engine, found: Sender, now: int) -> str | None:
    """Give a device whose token has become old a new one; the old holds until it is used.

    ``token_at`` is when a token was last given out: of two deliveries of one request only one gets
    a token, and neither replaces one that may be on its way.
    """
    if now - found.token_at < TOKEN_SECONDS:
        return None
    token = secrets.token_urlsafe(32)
    with writing(engine) as connection:
        given = connection.execute(
            update(DEVICE)
            .where(DEVICE.c.id == found.device.id, DEVICE.c.token_at == found.token_at)
            .values(next_token_hash=_hashed(token), token_at=now)
        )
        return token if given.rowcount == 1 else None


def seen(engine: Engine, found: Sender, now: int, skew: int | None) -> None:
    """Note that a device was here and how far its clock is ahead, once a minute at most."""
    fresh = found.last_seen is not None and 0 <= now - found.last_seen < 60
    same = skew is None or (found.skew is not None and abs(skew - found.skew) < 60)
    if fresh and same:
        return
    values = {"last_seen": now} if skew is None else {"last_seen": now, "skew": skew}
    with writing(engine) as connection:
        connection.execute(update(DEVICE).where(DEVICE.c.id == found.device.id).values(values))


def revoke(connection: Connection, device: int, now: int) -> None:
    """End a device's access for good; what it sent stays.

    Raises:
        WrongInput: there is none of this number.
    """
    row = _row_of(connection, device)
    if row.revoked_at is None:
        connection.execute(update(DEVICE).where(DEVICE.c.id == device).values(revoked_at=now))


def change_scope(
    connection: Connection, device: int, district: int | None, block: int | None
) -> Device:
    """Give a device another scope from a new epoch on; it learns of it at its next sync.

    Raises:
        WrongInput: there is no such device, district or block.
    """
    district = checked_district(district, block)
    epoch = _row_of(connection, device).epoch + 1
    connection.execute(update(DEVICE).where(DEVICE.c.id == device).values(epoch=epoch))
    connection.execute(
        insert(SCOPE).values(device=device, epoch=epoch, district=district, block=block)
    )
    return device_of(connection, device)


class Tries:
    """Wrong codes by address: after so many in a while, no more are looked at for some time."""

    MOST = 10
    SECONDS = 15 * 60
    ADDRESSES = 10_000
    """Addresses remembered; beyond it the one that was quiet longest is forgotten."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, deque[int]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, address: str, now: int) -> None:
        """Let an address try a code.

        Raises:
            Refusal: 429, it failed too often.
        """
        with self._lock:
            failed = self._failed.get(address, deque())
            while failed and failed[0] <= now - self.SECONDS:
                failed.popleft()
            wait = failed[0] + self.SECONDS - now if len(failed) >= self.MOST else 0
        if wait:
            raise refusal(
                "too-many-tries",
                429,
                "Too many wrong codes came from here.",
                "Try again in a quarter of an hour.",
                retry_after=wait,
            )

    def failed(self, address: str, now: int) -> None:
        """Count a wrong code against its address."""
        with self._lock:
            self._failed.setdefault(address, deque(maxlen=self.MOST)).append(now)
            self._failed.move_to_end(address)
            if len(self._failed) > self.ADDRESSES:
                self._failed.popitem(last=False)


def _holder(connection: Connection, authorization: str, *, lock: bool = False) -> _Found | None:
    """Return the row of the device whose token, or next token, this is; ``lock``: keep it."""
    token = _token(authorization)
    if not token:
        return None
    hashed = _hashed(token)
    held = or_(DEVICE.c.token_hash == hashed, DEVICE.c.next_token_hash == hashed)
    query = select(DEVICE).where(held)
    return connection.execute(query.with_for_update() if lock else query).one_or_none()


def _token(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _row_of(connection: Connection, device: int) -> _Found:
    row = connection.execute(
        select(DEVICE).where(DEVICE.c.id == device).with_for_update()
    ).one_or_none()
    if row is None:
        raise WrongInput(f"There is no device {device}. `fieldkit server devices` lists them.")
    return row


def _device(connection: Connection, row: _Found) -> Device:
    scopes = connection.execute(
        select(SCOPE).where(SCOPE.c.device == row.id).order_by(SCOPE.c.epoch)
    )
    return Device(
        row.id,
        row.epoch,
        tuple(
            Scope(role=row.role, district=one.district, block=one.block, epoch=one.epoch)
            for one in scopes
        ),
    )


def _hashed(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
