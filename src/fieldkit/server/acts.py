"""Routes whose work is one function of the database, the sender and its message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.server.scope import Device


@dataclass(frozen=True, slots=True)
class Act:
    """One route: its messages, what it does in words, and the function that does it."""

    request: type[Message]
    answer: type[Message]
    summary: str
    run: Callable[[Engine, Device, Message, int], Message]
    """Called with the database, the device that sent the request, the request, and the time."""


def act(
    request: type[M],
    answer: type[Message],
    summary: str,
    run: Callable[[Engine, Device, M, int], Message],
) -> Act:
    """Make a route of a function that takes one sort of message."""

    def run_typed(engine: Engine, sender: Device, message: Message, now: int) -> Message:
        assert isinstance(message, request)
        return run(engine, sender, message, now)

    return Act(request, answer, summary, run_typed)
