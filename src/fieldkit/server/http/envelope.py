"""Reading the body of a request as a message, within bounds, and writing answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from fieldkit.protocol.bundle import LARGEST_FILE
from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.sync import LARGEST_BODY, LARGEST_MESSAGE, SyncRequest
from fieldkit.protocol.wire.codec import (
    ACCEPT_ENCODING,
    OtherVersion,
    TooLarge,
    UnknownCoding,
    Unreadable,
    choose_coding,
    decode,
    encode,
)
from fieldkit.server.problems import Refusal, refusal

LARGEST_PLAIN = 16 << 10
"""Most bytes, decompressed, of any message but a sync's."""
LARGEST_LIGHT = 256 << 10
"""Most bytes, decompressed, of messages that are read beside each other. A full batch has fewer,
unless somebody writes pages into every record. Larger ones take turns, because twelve of the
largest at once would fill the memory."""
BYTES_A_VALUE = 16
"""A message may have one value for so many of the bytes that it may have. A laptop cannot pack a
batch with as many; an object with one member, the largest for its text, takes 250 bytes."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How large a body may be, and how long it may take."""

    most: int
    """Most bytes as sent."""
    quiet_seconds: float
    """Longest wait for the next part."""
    seconds: float
    """Longest wait for the whole."""


DEVICE_LIMITS = BodyLimits(LARGEST_BODY, 30, 180)
BUNDLE_LIMITS = BodyLimits(LARGEST_FILE, 30, 600)
STRANGER_LIMITS = BodyLimits(LARGEST_PLAIN + (1 << 10), 10, 20)
"""Of a message that needs no token: a kilobyte, which fits into two packets."""


async def read_body(request: Request, limits: BodyLimits) -> bytes:
    """Receive the whole body.

    Raises:
        Refusal: 413, it is too large, by its declared length if it has one; 408, it did not
            arrive in time.
        ClientDisconnected: the client closed the connection.
    """
    if int(request.headers.get("content-length", "0")) > limits.most:
        raise _too_large("This message is too large.")
    body = bytearray()
    try:
        async with asyncio.timeout(limits.seconds):
            async for part in _parts(request, limits.quiet_seconds):
                body += part
                if len(body) > limits.most:
                    raise _too_large("This message is too large.")
    except TimeoutError:
        raise refusal("slow", 408, "This message did not arrive whole.", "Send it again.") from None
    return bytes(body)


async def _parts(request: Request, quiet_seconds: float) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await asyncio.wait_for(request.receive(), quiet_seconds)
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        more = bool(message.get("more_body", False))
        yield message.get("body", b"")


class ClientDisconnected(Exception):
    """The client closed the connection and does not wait for an answer."""


def _too_large(title: str) -> Refusal:
    return refusal("too-large", 413, title, "Send smaller batches.")


def read_message(request: Request, body: bytes, kind: type[M], *, large: bool = False) -> M:
    """Decode a body as a message; ``large``: the caller lets only one such be read at once.

    Raises:
        LargeMessage: it may be read only as a large one.
        Refusal: 415, its coding is not known here; 413, it is too large when decompressed; 400,
            it is not a message of this kind or version.
    """
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    may_be_large = issubclass(kind, SyncRequest)
    most = (LARGEST_MESSAGE if large else LARGEST_LIGHT) if may_be_large else LARGEST_PLAIN
    try:
        return decode(body, kind, coding, most, most // BYTES_A_VALUE)
    except UnknownCoding:
        raise refusal(
            "encoding", 415, "This message is compressed in a way not read here.", "Use gzip."
        ) from None
    except TooLarge as error:
        if may_be_large and not large:
            raise LargeMessage from None
        raise _too_large(str(error)) from None
    except OtherVersion as error:
        raise refusal("version", 400, str(error), "Update the older side.") from None
    except Unreadable as error:
        raise refusal("unreadable", 400, "This message cannot be read.", str(error)) from None


class LargeMessage(Exception):
    """What a message builds may fill the memory, if several such are read at once."""


def message_response(request: Request, message: Message) -> Response:
    """Encode an answer in the best coding that the client reads."""
    coding, dictionary = choose_coding(
        request.headers.get("accept-encoding", ""),
        request.headers.get("available-dictionary", ""),
    )
    headers = {} if coding == "identity" else {"content-encoding": coding}
    content = encode(message, coding, dictionary)
    return Response(content, media_type="application/json", headers=headers)


def problem_response(error: Refusal) -> Response:
    """Encode a refusal as problem details."""
    problem = error.problem
    headers = {"www-authenticate": "Bearer"} if problem.status == 401 else {}
    if problem.status == 415:
        headers["accept-encoding"] = ACCEPT_ENCODING
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    content = problem.model_dump_json(exclude_none=True).encode()
    return Response(content, problem.status, headers, media_type="application/problem+json")
