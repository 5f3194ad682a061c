"""Messages to bytes and back: packed JSON, compressed, bounded in every direction.

:func:`encode` and :func:`decode` do the work; :func:`choose_coding` is for the server's answers.
A laptop sends ``dcz``, with ``Accept-Encoding`` and ``Available-Dictionary`` as the constants here
say. On :class:`UnknownCoding` the server answers 415, and the laptop falls back to gzip, which
every version reads.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, cast

from pydantic import ValidationError

from fieldkit.protocol.change import Json, canonical
from fieldkit.protocol.limits import LARGEST_CHANGE
from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.sync import LARGEST_MESSAGE, VERSION
from fieldkit.protocol.wire import dictionary, packed_messages
from fieldkit.protocol.wire.bounds import check_structure
from fieldkit.protocol.wire.errors import OtherVersion, TooLarge, UnknownCoding, Unreadable

if TYPE_CHECKING:
    import zstandard

__all__ = [
    "ACCEPT_ENCODING",
    "AVAILABLE_DICTIONARY",
    "CODINGS",
    "MOST_VALUES",
    "OtherVersion",
    "TooLarge",
    "UnknownCoding",
    "Unreadable",
    "chain",
    "choose_coding",
    "decode",
    "decompress",
    "encode",
]

CODINGS = ("dcz", "gzip", "identity")
"""The codings of a message (``Content-Encoding``), best first."""
ACCEPT_ENCODING = "dcz, gzip"
"""The header by which a laptop says what it reads, with ``Available-Dictionary``."""
AVAILABLE_DICTIONARY = dictionary.as_header(dictionary.CURRENT)
"""The value of that header: the hash of the laptop's dictionary."""
_DCZ = bytes.fromhex("5e2a4d1820000000")
"""The start of a ``dcz`` body (RFC 9842); the dictionary's SHA-256 and a zstd frame follow."""
MOST_VALUES = LARGEST_MESSAGE // 8
"""Most values of a message: more than the largest page of rows can have."""
_LARGEST_FORM = 4 * LARGEST_CHANGE
"""Bytes beyond which a change is not read at all. One that is a little too large is stored and
rejected by itself; eight megabytes of a single text would be stored for eight kilobytes sent."""
_LEVEL = 19
"""zstd's level: 3 ms for a batch of 200; at level 9 the result is a tenth larger."""


def encode(
    message: Message, coding: str = "gzip", dictionary_name: str = dictionary.CURRENT
) -> bytes:
    """Return the message in one of :data:`CODINGS`; equal messages give equal bytes.

    ``dictionary_name``: the dictionary for ``dcz``, one of ``dictionary.names()``.
    """
    plain = canonical(packed_messages.pack(message))
    if coding == "dcz":
        return _DCZ + bytes.fromhex(dictionary_name) + _compress(plain, dictionary_name)
    return gzip.compress(plain, mtime=0) if coding == "gzip" else plain


def choose_coding(accept_encoding: str, available_dictionary: str) -> tuple[str, str]:
    """Return the best coding that a client with these headers reads, and the dictionary for it."""
    accepted = {
        name.strip().lower()
        for name, _, weight in (part.partition(";") for part in accept_encoding.split(","))
        if weight.replace(" ", "").rstrip("0") not in {"q=", "q=0."}
    }
    available = dictionary.from_header(available_dictionary)
    if "dcz" in accepted and available:
        return "dcz", available
    return ("gzip" if "gzip" in accepted else "identity"), dictionary.CURRENT


def decode(
    data: bytes,
    kind: type[M],
    coding: str = "gzip",
    most: int = LARGEST_MESSAGE,
    most_values: int = MOST_VALUES,
) -> M:
    """Read a message of ``kind`` sent in ``coding``.

    Raises:
        UnknownCoding: the coding, or its dictionary, is not known here.
        Unreadable: this is not such a message (OtherVersion: it may be one of another version).
        TooLarge: it is larger than ``most`` bytes, has more than ``most_values`` values, or a list
            in it is too long.
    """
    value = _parse(decompress(data, coding, most), most, most_values)
    if isinstance(value, dict) and value.get("v", VERSION) != VERSION:
        raise OtherVersion("This message is of another version.")
    try:
        return kind.model_validate(packed_messages.unpack(value, kind, most))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        if first["type"] == "too_long":
            raise TooLarge("Too many changes in one message.") from None
        place = ".".join(str(part) for part in first["loc"]) or "message"
        raise Unreadable(f"{place}: {first['type']}") from None


def decompress(data: bytes, coding: str = "gzip", most: int = LARGEST_MESSAGE) -> bytes:
    """Undo a coding, giving up once the result would exceed ``most`` bytes."""
    if coding == "dcz":
        return _decompress_dcz(data, most)
    if coding == "gzip":
        return _decompress_gzip(data, most)
    if coding == "identity":
        return data
    raise UnknownCoding("This is compressed in a way not known here.")


def _decompress_gzip(data: bytes, most: int) -> bytes:
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


def _decompress_dcz(data: bytes, most: int) -> bytes:
    magic, name, frame = data[:8], data[8:40].hex(), data[40:]
    if magic != _DCZ or len(data) < 40:
        raise Unreadable("This is not compressed as it says.")
    if name not in dictionary.names():
        raise UnknownCoding("This is compressed with a dictionary not known here.")
    import zstandard  # imported late to start faster

    content = _load(name)
    reader = zstandard.ZstdDecompressor(dict_data=content, max_window_size=LARGEST_MESSAGE)
    try:
        size = zstandard.get_frame_parameters(frame).content_size
        if size == zstandard.CONTENTSIZE_UNKNOWN:
            with reader.stream_reader(frame) as stream:
                size = len(stream.read(most + 1))
        if size > most:
            raise TooLarge("This message is too large once decompressed.")
        # Raises if the frame is longer than it declares, truncated, or followed by other data.
        return reader.decompress(frame, max_output_size=max(size, 1), allow_extra_data=False)
    except zstandard.ZstdError:
        raise Unreadable("This message did not arrive whole.") from None


def _compress(plain: bytes, name: str) -> bytes:
    import zstandard

    content = _load(name)
    parameters = zstandard.ZstdCompressionParameters.from_level(
        _LEVEL,
        source_size=len(plain),
        dict_size=len(content),
        write_dict_id=False,
        write_checksum=False,
    )
    compressor = zstandard.ZstdCompressor(dict_data=content, compression_params=parameters)
    return compressor.compress(plain)


@cache
def _load(name: str) -> zstandard.ZstdCompressionDict:
    """Load a dictionary of the package as raw content, the only kind that RFC 9842 allows."""
    import zstandard

    content = dictionary.path(name).read_bytes()
    return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _parse(data: bytes, most: int, most_values: int) -> object:
    if len(data) > most:
        raise TooLarge("This message is too large.")
    check_structure(data, most_values)
    try:
        text = data.decode("utf-8", "surrogatepass")
        del data
        value: object = json.loads(text, parse_constant=_refuse_constant)
    except ValueError:
        raise Unreadable("This is not JSON.") from None
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def chain(before: bytes, changes: Sequence[object]) -> list[tuple[bytes, bytes]]:
    """Return (canonical form, head after it) of each change of a batch, valid or not.

    ``before``: the head before the first change.

    Raises:
        Unreadable: a change has no canonical form, or a longer one than any laptop logs.
    """
    links: list[tuple[bytes, bytes]] = []
    for change in changes:
        try:
            form = canonical(cast(Json, change))
        except (ValueError, RecursionError):
            raise Unreadable("A change has no canonical form.") from None
        if len(form) > _LARGEST_FORM:
            raise Unreadable("A change is larger than any that a laptop logs.")
        before = hashlib.sha256(before + form).digest()
        links.append((form, before))
    return links
