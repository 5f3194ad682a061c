"""The server's own keys, and the keys by which devices sign."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, select

from fieldkit.keys.sealing import KeyPair, Unreadable, from_text, to_text
from fieldkit.protocol.messages.keys import KeysAnswer, KeysRequest
from fieldkit.server.database.connection import writing
from fieldkit.server.database.statements import insert_missing_rows, upsert_rows
from fieldkit.server.database.tables import DATA_KEY, DEVICE_KEY, SERVER_KEY
from fieldkit.server.devices.authentication import confirm_device
from fieldkit.server.problems import refusal
from fieldkit.server.scope import Device

MOST_KEYS = 50
"""Most keys kept of a device; a further one replaces the oldest."""


@dataclass(frozen=True, slots=True)
class ServerKeys:
    """The keys of this server."""

    sealing: KeyPair
    signing: KeyPair


def server_keys(connection: Connection) -> ServerKeys:
    """Return the keys that were made with the database."""
    row = connection.execute(select(SERVER_KEY)).one()
    return ServerKeys(
        KeyPair(row.sealing_private, row.sealing_public),
        KeyPair(row.signing_private, row.signing_public),
    )


def device_keys(connection: Connection, device: int) -> list[bytes]:
    """Return the public keys by which a device may have signed, the newest first."""
    its = select(DEVICE_KEY.c.key).where(DEVICE_KEY.c.device == device)
    newest = its.order_by(DEVICE_KEY.c.at.desc(), DEVICE_KEY.c.key)
    return list(connection.execute(newest).scalars())


def note_data_key(connection: Connection, device: int, proof: str, now: int) -> None:
    """Note that a device has proved that it holds a data key; the last one that did owns it."""
    upsert_rows(connection, DATA_KEY, [{"proof": proof, "device": device, "at": now}])


def exchange_keys(engine: Engine, sender: Device, request: KeysRequest, now: int) -> KeysAnswer:
    """Keep the key by which a device signs, and tell it the server's keys.

    Raises:
        Refusal: 400, it is no key.
    """
    try:
        key = from_text(request.signing)
    except Unreadable:
        raise refusal("unreadable", 400, "This message cannot be read.", "No key.") from None
    with writing(engine) as connection:
        confirm_device(connection, sender)
        insert_missing_rows(connection, DEVICE_KEY, [{"device": sender.id, "key": key, "at": now}])
        for old in device_keys(connection, sender.id)[MOST_KEYS:]:
            its = (DEVICE_KEY.c.device == sender.id, DEVICE_KEY.c.key == old)
            connection.execute(delete(DEVICE_KEY).where(*its))
        if request.data_key is not None:
            note_data_key(connection, sender.id, request.data_key, now)
        own = server_keys(connection)
    return KeysAnswer(
        now=now, sealing=to_text(own.sealing.public), signing=to_text(own.signing.public)
    )
