"""The messages about keys: public ones, a data key that is lost, and work sealed to the server."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from fieldkit.protocol.messages.shapes import Message, Seq

Key = Annotated[str, StringConstraints(pattern=r"\A[A-Za-z0-9_-]{43}\z")]
"""A public key: 32 bytes as base64 of URLs, without padding."""
Proof = Annotated[str, StringConstraints(pattern=r"\A[0-9a-f]{32}\z")]
"""The :func:`~fieldkit.keys.proof.proof_of` a data key."""
SealedKey = Annotated[str, StringConstraints(pattern=r"\A[A-Za-z0-9_-]{107}\z")]
"""A sealed data key: 80 bytes as base64 of URLs, without padding. Nothing longer is opened, so that
no other sealed thing can be had opened."""


class KeysRequest(Message):
    """Tells the server the key by which this laptop signs from now on."""

    v: Literal[1] = 1
    signing: Key
    data_key: Proof | None = None
    """Shows that the laptop holds this data key: a recovery code made for it opens no other. None:
    its data is not encrypted."""


class KeysAnswer(Message):
    """The server's own keys: to which laptops seal, and by which it signs."""

    v: Literal[1] = 1
    now: Seq
    sealing: Key
    signing: Key


class RecoverRequest(Message):
    """Asks for the data key of a locked laptop, with a supervisor's one-time code."""

    v: Literal[1] = 1
    code: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    sealed: SealedKey
    """The data key, sealed to the server's public key."""
    public: Key
    """Drawn for this request: the answer is sealed to it."""


class RecoverAnswer(Message):
    """The data key, sealed to the public key of the request."""

    v: Literal[1] = 1
    now: Seq
    sealed: SealedKey
