"""The messages about the work of a revoked laptop, which it seals to the server."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from fieldkit.protocol.bundle import LARGEST_FILE
from fieldkit.protocol.shapes import Message, Seq
from fieldkit.protocol.supervision import DeviceItem, DeviceNumber

MOST_SEALED = 20
"""Most pieces of sealed work of one device that wait for a decision."""
_LONGEST = 4 * (LARGEST_FILE // 3 + 1)
LARGEST_SEALED = _LONGEST + (1 << 10)
"""Most bytes of a message with a bundle."""


class SealedRequest(Message):
    """Hands in what a revoked laptop had not sent; its old token is accepted for this alone."""

    v: Literal[1] = 1
    changes: Seq
    """How many changes the bundle holds."""
    since: Seq | None = None
    """When the first of them was saved, by the laptop's clock."""
    bundle: Annotated[str, StringConstraints(pattern=r"\A[A-Za-z0-9_-]+\z", max_length=_LONGEST)]
    """The bytes of a bundle (:mod:`fieldkit.protocol.bundle`) as base64 of URLs, not padded."""


class SealedAnswer(Message):
    """The server keeps the work until a supervisor has decided."""

    v: Literal[1] = 1
    now: Seq


class DecideSealedRequest(Message):
    """Admits the sealed work of a device as if it had been sent in time, or discards it."""

    v: Literal[1] = 1
    device: DeviceNumber
    numbers: Annotated[list[Seq], Field(min_length=1, max_length=MOST_SEALED)]
    """The pieces of work that the supervisor has seen."""
    admit: bool


class DecideSealedAnswer(Message):
    """What became of the changes, and the device as it is then."""

    v: Literal[1] = 1
    now: Seq
    device: DeviceItem
    verdicts: dict[str, Seq] = {}
    """How many changes got each verdict: ``applied``, ``conflict``, ``rejected``, ``late`` ..."""
    left: Seq = 0
    """Changes that could not be taken, as they do not continue what the server has."""
