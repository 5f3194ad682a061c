"""Where a record stands on its way to the server, in the words of the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldkit.store import OpenAbout, Store

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


SENT_BACK, CORRECTED = "sent back", "corrected"
"""Of a record that a supervisor sent back: nothing was done yet, or it waits to be accepted."""


def record_words(state: str, *, settle: bool, check: bool, sent_back: str = "") -> str:
    """Return the state of a record; what the operator has to do comes first.

    ``state``: empty where it is not said. ``sent_back``: one of the two words of a record that was
    sent back.
    """
    if settle or state == "conflict":
        return "settle"
    here = state in ("on the server", "")
    if sent_back and (here or (sent_back == SENT_BACK and state in ("queued", "sent"))):
        return sent_back
    return "to check" if check and here else state_words(state)


def words_about(state: str, about: OpenAbout, number: str) -> str:
    """Return the state of a record, with what is open about it."""
    return record_words(
        state,
        settle=number in about.settle,
        check=number in about.check,
        sent_back=sent_back_words(about, number),
    )


def states_in_words(store: Store, ids: Sequence[str]) -> Mapping[str, str]:
    """Return where each of these records stands."""
    states, about = store.states(ids), store.review.open_about(ids)
    return {one: words_about(str(states.get(one, "on the server")), about, one) for one in ids}


def sent_back_words(about: OpenAbout, number: str) -> str:
    """Return what is said of a record that was sent back; empty if it was not."""
    if number not in about.sent_back:
        return ""
    return CORRECTED if number in about.corrected else SENT_BACK
