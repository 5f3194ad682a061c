"""The messages by which laptop and server tell each other their public keys."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from fieldkit.protocol.shapes import Message, Seq

Key = Annotated[str, StringConstraints(pattern=r"\A[A-Za-z0-9_-]{43}\z")]
"""A public key: 32 bytes as base64 of URLs, without padding."""


class KeysRequest(Message):
    """Tells the server the key by which this laptop signs from now on."""

    v: Literal[1] = 1
    signing: Key


class KeysAnswer(Message):
    """The server's own keys: to which laptops seal, and by which it signs."""

    v: Literal[1] = 1
    now: Seq
    sealing: Key
    signing: Key
