"""Reading the body of a request as a message, within bounds, and writing answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response

from fieldkit.protocol.messages import LARGEST_BODY, LARGEST_MESSAGE, SyncRequest
from fieldkit.protocol.shapes import M, Message
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
"""Most bytes, decompressed, of any message but a sync's. Anyone may send such messages, and parsed
values may take far more memory than their text."""
QUIET_SECONDS = 30
"""Longest wait for the next part of a body."""
BODY_SECONDS = 180
"""Longest wait for a complete body."""


async def read_body(request: Request) -> bytes:
    """Receive the whole body.

    Raises:
        Refusal: 413, it is too large, by its declared length if it has one; 408, it did not
            arrive in time.
        ClientDisconnected: the client closed the connection.
    """
    if int(request.headers.get("content-length", "0")) > LARGEST_BODY:
        raise _too_large()
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in _parts(request):
                size += len(part)
                if size > LARGEST_BODY:
                    raise _too_large()
                parts.append(part)
    except TimeoutError:
        raise refusal("slow", 408, "This message did not arrive whole.", "Send it again.") from None
    return b"".join(parts)


async def _parts(request: Request) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await asyncio.wait_for(request.receive(), QUIET_SECONDS)
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        more = bool(message.get("more_body", False))
        yield message.get("body", b"")


class ClientDisconnected(Exception):
    """The client closed the connection and does not wait for an answer."""


def _too_large() -> Refusal:
    return refusal("too-large", 413, "This message is too large.", "Send smaller batches.")


def read_message(request: Request, body: bytes, kind: type[M]) -> M:
    """Decode a body as a message.

    Raises:
        Refusal: 415, its coding is not known here; 413, it is too large when decompressed; 400,
            it is not a message of this kind or version.
    """
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    most = LARGEST_MESSAGE if issubclass(kind, SyncRequest) else LARGEST_PLAIN
    try:
        return decode(body, kind, coding, most)
    except UnknownCoding:
        raise refusal(
            "encoding", 415, "This message is compressed in a way not read here.", "Use gzip."
        ) from None
    except TooLarge as error:
        raise refusal("too-large", 413, str(error), "Send smaller batches.") from None
    except OtherVersion as error:
        raise refusal("version", 400, str(error), "Update the older side.") from None
    except Unreadable as error:
        raise refusal("unreadable", 400, "This message cannot be read.", str(error)) from None


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
