"""Recovery: with a supervisor's one-time code, a locked laptop gets its data key back.

The laptop keeps its data key sealed to the server's public key. A code is made for one device and
opens that device's key alone: laptops prove at a sync which data key they hold.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from fieldkit.keys.proof import proof_of
from fieldkit.keys.sealing import Unreadable, from_text, open_sealed, seal, to_text
from fieldkit.protocol.messages.keys import RecoverAnswer, RecoverRequest
from fieldkit.server.database.tables import DATA_KEY, RECOVERY_CODE
from fieldkit.server.devices.authentication import DatabaseRow, WrongInput, lock_device
from fieldkit.server.devices.bindings import share_a_log
from fieldkit.server.devices.codes import draw_code, hash_typed
from fieldkit.server.devices.keys import note_data_key, server_keys
from fieldkit.server.problems import Refusal, refusal
from fieldkit.server.request_log import log_event

RECOVERY_MINUTES = 4 * 60
"""How long a recovery code is valid by default: it is read out to somebody who waits for it."""
_KEY_BYTES = 32
_EXPIRED_KEPT = 90 * 86_400
"""Seconds an expired code is remembered, so that the refusal can say that it expired."""


def make_recovery_code(
    connection: Connection, device: int, now: int, minutes: int = RECOVERY_MINUTES
) -> str:
    """Make a one-time code that unlocks a device; it ends those made for it before.

    The device may be revoked: then its unsent work can be looked at and sent again.

    Raises:
        WrongInput: there is no device of this number.
    """
    if minutes < 1:
        raise WrongInput("A code must be valid for at least one minute.")
    lock_device(connection, device)
    old = RECOVERY_CODE.c.expires_at < now - _EXPIRED_KEPT
    unused = (RECOVERY_CODE.c.device == device) & RECOVERY_CODE.c.used_for.is_(None)
    connection.execute(delete(RECOVERY_CODE).where(old | unused))
    code = draw_code()
    row = {"hash": code.hash, "device": device, "expires_at": now + 60 * minutes}
    connection.execute(insert(RECOVERY_CODE).values(row))
    return code.shown


def is_recovery_code(connection: Connection, typed: str) -> bool:
    """Say whether a typed code exists, used or not; locks nothing, so that guesses cost little."""
    query = select(RECOVERY_CODE.c.hash).where(RECOVERY_CODE.c.hash == hash_typed(typed))
    return connection.execute(query).first() is not None


def recover(connection: Connection, request: RecoverRequest, now: int) -> RecoverAnswer:
    """Open a laptop's data key, and seal it to the key of the request.

    A request that is repeated, because its answer was lost, is answered again.

    Raises:
        Refusal: the code is unknown, used or expired, or the key is not that device's.
    """
    code = _lock_code(connection, request.code)
    public = from_text(request.public)
    if code.expires_at <= now:
        raise refusal("code-expired", 410, "This code has expired.", "Ask for a new one.")
    if code.used_for not in {None, public}:
        raise refusal("code-used", 409, "This code was already used.", "Ask for a new one.")
    data_key = _opened(connection, request.sealed)
    _check_owner(connection, code.device, proof_of(data_key), now)
    connection.execute(
        update(RECOVERY_CODE).where(RECOVERY_CODE.c.hash == code.hash).values(used_for=public)
    )
    log_event("recovered", device=code.device)
    return RecoverAnswer(now=now, sealed=to_text(seal(data_key, public)))


def _lock_code(connection: Connection, typed: str) -> DatabaseRow:
    query = select(RECOVERY_CODE).where(RECOVERY_CODE.c.hash == hash_typed(typed))
    row = connection.execute(query.with_for_update()).one_or_none()
    if row is None:  # a newer code replaced it meanwhile
        raise refusal(
            "code-unknown", 403, "The server does not know this code.", "Ask for a new one."
        )
    return row


def _opened(connection: Connection, sealed: str) -> bytes:
    """Return the data key that a laptop sealed to this server."""
    try:
        data_key = open_sealed(from_text(sealed), server_keys(connection).sealing.private)
    except Unreadable:
        raise _other_key() from None
    if len(data_key) != _KEY_BYTES:
        raise _other_key()
    return data_key


def _check_owner(connection: Connection, device: int, proof: str, now: int) -> None:
    """Check that a data key is that of a device, by what it has proved.

    One that nobody has proved may be of a device that proved none: it was encrypted after its last
    sync. One that a copy of the laptop proved since, as from a backup, is this laptop's as well.
    """
    owner = connection.execute(
        select(DATA_KEY.c.device).where(DATA_KEY.c.proof == proof)
    ).scalar_one_or_none()
    has_proved = select(DATA_KEY.c.proof).where(DATA_KEY.c.device == device)
    unknown = owner is None and connection.execute(has_proved).first() is None
    copied = owner is not None and share_a_log(connection, owner, device)
    if owner != device and not unknown and not copied:
        log_event("recovery_refused", device=device, owner=owner)
        raise refusal(
            "other-laptop",
            403,
            "This code was made for another laptop.",
            "Ask for a code for this one.",
        )
    note_data_key(connection, device, proof, now)


def _other_key() -> Refusal:
    return refusal(
        "other-server",
        400,
        "The key of this laptop was made for another server.",
        "Inform the server administrator.",
    )
