"""Messages to bytes and back: JSON, compressed with gzip, bounded in every direction."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Sequence
from typing import cast

from pydantic import ValidationError

from fieldkit.records.change import Json, canonical
from fieldkit.sync.messages import LARGEST_MESSAGE, VERSION, M, Message


class Unreadable(ValueError):
    """The bytes are no message of this kind; the text says where, never what was in them."""


CODINGS = ("gzip", "identity")
"""How messages travel (``Content-Encoding``), best first."""


class OtherVersion(Unreadable):
    """A message of another version of the protocol."""


class UnknownCoding(Unreadable):
    """Its coding, or the dictionary it needs, is not known here: ask for another."""


class TooLarge(ValueError):
    """The message is larger than either side takes."""


def encode(message: Message, coding: str = "gzip") -> bytes:
    """Return the message in one of :data:`CODINGS`; equal messages give equal bytes."""
    plain = canonical(cast(Json, message.model_dump(mode="json")))
    return gzip.compress(plain, mtime=0) if coding == "gzip" else plain


def decode(data: bytes, kind: type[M], coding: str = "gzip") -> M:
    """Read a message of ``kind`` that travelled in ``coding``.

    Raises:
        Unreadable: it is none (OtherVersion: it may be one of another version).
        TooLarge: it is larger than ``LARGEST_MESSAGE``, or a list in it is too long.
    """
    if coding not in CODINGS:
        raise UnknownCoding("This is compressed in a way not known here.")
    value = _parse(unpack(data) if coding == "gzip" else data)
    if isinstance(value, dict) and value.get("v", VERSION) != VERSION:
        raise OtherVersion("This message is of another version.")
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        if first["type"] == "too_long":
            raise TooLarge("Too many changes in one message.") from None
        place = ".".join(str(part) for part in first["loc"]) or "message"
        raise Unreadable(f"{place}: {first['type']}") from None


def unpack(data: bytes, most: int = LARGEST_MESSAGE) -> bytes:
    """Decompress, giving up once the result would exceed ``most`` bytes."""
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = stream.decompress(data, most + 1)
    except zlib.error:
        raise Unreadable("This is not compressed with gzip.") from None
    if len(plain) > most:
        raise TooLarge("This message is too large once decompressed.")
    if not stream.eof or stream.unused_data:
        raise Unreadable("This message did not arrive whole.")
    return plain


def _parse(data: bytes) -> object:
    if len(data) > LARGEST_MESSAGE:
        raise TooLarge("This message is too large.")
    try:
        value: object = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unreadable("This is not JSON.") from None
    return value


def _no_constant(name: str) -> float:
    raise ValueError(name)


def chain(before: bytes, changes: Sequence[object]) -> list[tuple[bytes, bytes]]:
    """Return (canonical form, head after it) of each change of a batch, whatever is in it.

    Raises:
        Unreadable: one has no canonical form: it is nested without end.
    """
    links: list[tuple[bytes, bytes]] = []
    for change in changes:
        try:
            form = canonical(cast(Json, change))
        except (ValueError, RecursionError):
            raise Unreadable("A change has no canonical form.") from None
        before = hashlib.sha256(before + form).digest()
        links.append((form, before))
    return links
