"""The history of a record on all laptops, requested when a person looks at it (rule 26)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fieldkit.protocol.messages.sync import HistoryAnswer, HistoryItem, HistoryRequest
from fieldkit.store import Logged, State, Store
from fieldkit.sync.client import open_transport
from fieldkit.sync.enrol import NotEnrolled
from fieldkit.sync.failures import ConnectionLost, Offline, ServerRefusal
from fieldkit.sync.sentences import refusal_sentence
from fieldkit.sync.transport import Transport


@dataclass(frozen=True, slots=True)
class History:
    """The server's changes of a record."""

    changes: tuple[HistoryItem, ...] = ()
    """In the order in which the server accepted them, those of this laptop included."""
    more: bool = False
    """Whether the server left out older ones."""
    error: str = ""
    """Why the server gave no answer, as a sentence."""


HistoryEntry: TypeAlias = Logged | HistoryItem
"""A change from this laptop's log, or from the server's answer."""


def history(
    store: Store,
    kind: str,
    record_id: str,
    *,
    transport: Transport | None = None,
    stop: threading.Event | None = None,
) -> History:
    """Request the history of a record; a failure is in the result.

    ``stop`` ends the request, as in a sync. Tests replace ``transport``.
    """
    request = HistoryRequest(kind=kind, id=record_id)
    try:
        if transport is not None:
            answer = transport.post("/v1/history", request, HistoryAnswer)
        else:
            with open_transport(store, stop) as opened:
                answer = opened.post("/v1/history", request, HistoryAnswer)
    except NotEnrolled as error:
        return History(error=str(error))
    except (Offline, ConnectionLost):
        return History(error="No connection.")
    except ServerRefusal as refusal:
        return History(error=refusal_sentence(refusal))
    return History(tuple(answer.changes), answer.more)


def merge_histories(own: Sequence[Logged], received: Sequence[HistoryItem]) -> list[HistoryEntry]:
    """Merge this laptop's changes into those from the server, in its order; unsent ones come last.

    An own change that the answer lacks (rejected, or too old) follows the own change before it.
    """
    places = {(item.origin, item.seq): place for place, item in enumerate(received)}
    mine = {(one.origin, one.change.seq) for one in own}
    lines: list[tuple[int, int, HistoryEntry]] = [
        (place, 0, item)
        for place, item in enumerate(received)
        if (item.origin, item.seq) not in mine
    ]
    place = -1
    for number, one in enumerate(own, start=1):
        if one.state in (State.QUEUED, State.SENT):
            place = len(received)
        else:
            place = places.get((one.origin, one.change.seq), place)
        lines.append((place, number, one))
    return [line for _, _, line in sorted(lines, key=lambda line: line[:2])]
