"""Where a change stands on its way to the server."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a record's last change stands."""

    QUEUED = "queued"
    SENT = "sent"
    ON_SERVER = "on the server"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    LATE = "late"
    """Meant for an area that this laptop no longer has: a supervisor decides (rule 34)."""
    WAITING = "waiting"
    """Its record is not on the server yet (rule 43)."""


RETURNED = frozenset({State.CONFLICT, State.REJECTED})
"""States in which a person has to look at the change."""
UNSETTLED = frozenset({State.LATE, State.WAITING})
"""States in which the server may yet take the change."""
UNMERGED = UNSETTLED | {State.REJECTED}
"""States in which the server's row lacks the change."""


def state_of(seq: int, verdict: str | None, sent_seq: int, acked_seq: int) -> State:
    """Return where a change stands: verdicts are stored, the rest follows from two numbers."""
    if verdict is not None:
        return State(verdict)
    if seq <= acked_seq:
        return State.ON_SERVER
    return State.SENT if seq <= sent_seq else State.QUEUED
