"""The Secure QR of UIDAI: a long decimal number that holds packed, signed bytes.

After unpacking, fields end with the byte 255, in ISO-8859-1; a photo and hashes follow, and the
last 256 bytes are an RSA signature (PKCS #1 v1.5, SHA-256) of all before it. The newer form begins
with its version (V2 and later) and has the last digits of the mobile after the fields.

The order of the fields is that of UIDAI's manual of 2019, as several public readers have it. No
document of UIDAI was found for the newer form: it is as those readers have it.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from fieldkit.scan.card import Card, Unreadable
from fieldkit.scan.keys import LONGEST
from fieldkit.scan.signature import check
from fieldkit.scan.values import card_of

_SHORTEST = 400
_UNPACKED = 64 * 1024
"""Bytes that a card unpacks to at most; a real one has some 3,000."""
_SIGNATURE = 256
_PIECE = 4_000
"""Digits that Python turns into a number at once: it refuses more than 4,300."""
_FIELDS = (
    *("contact", "reference", "name", "dob", "gender", "care", "district", "landmark", "house"),
    *("location", "pin", "office", "state", "street", "tehsil", "vtc"),
)


def read_secure(digits: str, certificates: Path) -> Card:
    """Return what a Secure QR says.

    Raises:
        Unreadable: it is damaged, is none, or its signature fits no certificate here.
    """
    if not re.fullmatch(r"[0-9]+", digits):
        raise Unreadable("This is not the code of an Aadhaar card.")
    if len(digits) > LONGEST:
        raise Unreadable("This code is longer than that of an Aadhaar card. Nothing was filled.")
    if len(digits) < _SHORTEST:
        raise Unreadable("This is too short for the code of an Aadhaar card. Scan it again.")
    data = _unpack(_bytes(digits))
    signed, signature = data[:-_SIGNATURE], data[-_SIGNATURE:]
    values = _fields(signed)
    return card_of(values, values["reference"][:4], check(signed, signature, certificates))


def _bytes(digits: str) -> bytes:
    number = 0
    for start in range(0, len(digits), _PIECE):
        piece = digits[start : start + _PIECE]
        number = number * 10 ** len(piece) + int(piece)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _unpack(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj(zlib.MAX_WBITS + 32)  # gzip, or zlib
    try:
        data = unpacking.decompress(packed, _UNPACKED)
    except zlib.error:
        raise Unreadable(
            "This is not the code of an Aadhaar card, or a part of it is wrong. Scan it again."
        ) from None
    if not unpacking.eof:
        if len(data) >= _UNPACKED:
            raise Unreadable("This code unpacks to more than a card holds. Nothing was filled.")
        raise Unreadable("The end of this code is missing. Scan the card again.")
    return data


def _fields(signed: bytes) -> dict[str, str]:
    parts = signed.split(b"\xff", len(_FIELDS) + 1)
    if re.fullmatch(rb"V[0-9]{1,2}", parts[0]):
        del parts[0]
    if len(parts) <= len(_FIELDS):
        raise Unreadable("This code does not hold what an Aadhaar card says. Type it by hand.")
    return {name: part.decode("latin-1") for name, part in zip(_FIELDS, parts, strict=False)}
