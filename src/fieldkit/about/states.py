"""Where a record stands on its way to the server, in the words of the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldkit.store import Store

_STATES = {
    "queued": "not sent yet",
    "sent": "sent, no answer yet",
    "on the server": "on the server",
    "conflict": "your value, not used yet",
    "rejected": "returned to you",
    "late": "supervisor decides",
    "waiting": "waits for its record",
}


def state_words(state: str) -> str:
    """Return the state of a change in the words of the field."""
    return _STATES.get(state, state)


def record_words(state: str, *, settle: bool, check: bool) -> str:
    """Return the state of a record; what the operator has to do comes first."""
    if settle or state == "conflict":
        return "settle"
    return "to check" if check and state == "on the server" else state_words(state)


def states_in_words(store: Store, ids: Sequence[str]) -> Mapping[str, str]:
    """Return where each of these records stands."""
    states, about = store.states(ids), store.open_about(ids)
    return {
        one: record_words(
            str(states.get(one, "on the server")),
            settle=one in about.settle,
            check=one in about.check,
        )
        for one in ids
    }
