"""The key by which this laptop signs, and the keys of the server that it is enrolled with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from fieldkit.keys.sealing import KeyPair
from fieldkit.store import tables

_ASK_AGAIN = 86_400
"""Seconds after which a server that was too old to have keys is asked again."""
_keys = tables.device_keys


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """What a laptop needs to seal its work to its server and to sign it."""

    signing: KeyPair
    """This laptop's own; the server knows the public one."""
    server_sealing: bytes
    """The public key to which what the server alone may read is sealed."""
    server_signing: bytes
    """The public key of the server's signatures."""


def read_keys(connection: Connection) -> DeviceKeys | None:
    """Return the keys; None before they were exchanged with the server."""
    row = connection.execute(select(_keys)).one_or_none()
    if row is None or row.server_sealing is None:
        return None
    signing = KeyPair(row.signing_private, row.signing_public)
    return DeviceKeys(signing, row.server_sealing, row.server_signing)


def keep_keys(
    connection: Connection, keys: DeviceKeys | None, at: int, proved: str | None = None
) -> None:
    """Keep exchanged keys in place of those before; None: the server is too old to have any.

    ``proved``: the proof of the data key that the server was given with them.
    """
    forget_keys(connection)
    row: dict[str, object] = {"id": 1, "asked_at": at, "proved": proved}
    if keys is not None:
        row |= {
            "signing_private": keys.signing.private,
            "signing_public": keys.signing.public,
            "server_sealing": keys.server_sealing,
            "server_signing": keys.server_signing,
        }
    connection.execute(insert(_keys).values(row))


def forget_keys(connection: Connection) -> None:
    """Drop the keys: the laptop was enrolled, perhaps with another server."""
    connection.execute(delete(_keys))


def wants_keys(connection: Connection, now: int, proof: str | None) -> bool:
    """Say whether keys must be exchanged; ``proof``: of the key that encrypts this data."""
    row = connection.execute(select(_keys)).one_or_none()
    if row is None:
        return True
    if row.server_sealing is None:
        return not 0 <= now - row.asked_at < _ASK_AGAIN
    return proof is not None and row.proved != proof
