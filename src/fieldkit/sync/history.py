"""What others did to a record: asked of the server when a person looks at it (26)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fieldkit.protocol.messages import HistoryAnswer, HistoryItem, HistoryRequest
from fieldkit.store import Logged, State, Store
from fieldkit.sync.client import open_transport
from fieldkit.sync.enrol import NotEnrolled
from fieldkit.sync.sentences import refusal_sentence
from fieldkit.sync.transport import ConnectionLost, Offline, ServerRefusal, Transport


@dataclass(frozen=True, slots=True)
class History:
    """What the server tells of a record."""

    changes: tuple[HistoryItem, ...] = ()
    """This laptop's own among them, in the order in which the server took them."""
    more: bool = False
    """Whether the server left older ones out."""
    trouble: str = ""
    """Why it could not be asked, as a sentence."""


Made: TypeAlias = Logged | HistoryItem
"""A change, as this laptop logged it or as the server tells of it."""


def history(
    store: Store,
    kind: str,
    record_id: str,
    *,
    link: Transport | None = None,
    stop: threading.Event | None = None,
) -> History:
    """Ask the server what was done to a record; never raises for a bad line.

    ``link`` stands in for the line to the server; ``stop`` gives the question up, as in a sync.
    """
    request = HistoryRequest(kind=kind, id=record_id)
    try:
        if link is not None:
            answer = link.ask("/v1/history", request, HistoryAnswer)
        else:
            with open_transport(store, stop) as line:
                answer = line.ask("/v1/history", request, HistoryAnswer)
    except NotEnrolled as error:
        return History(trouble=str(error))
    except (Offline, ConnectionLost):
        return History(trouble="No connection.")
    except ServerRefusal as told:
        return History(trouble=refusal_sentence(told))
    return History(tuple(answer.changes), answer.more)


def merged(own: Sequence[Logged], told: Sequence[HistoryItem]) -> list[Made]:
    """Lay what was logged here among what the server told, in its order; what waits comes last.

    An own change of which the server told nothing (rejected, or too old) stays behind the one made
    here before it.
    """
    places = {(item.origin, item.seq): place for place, item in enumerate(told)}
    mine = {(one.origin, one.change.seq) for one in own}
    lines: list[tuple[int, int, Made]] = [
        (place, 0, item) for place, item in enumerate(told) if (item.origin, item.seq) not in mine
    ]
    place = -1
    for number, one in enumerate(own, start=1):
        if one.state in (State.QUEUED, State.SENT):
            place = len(told)
        else:
            place = places.get((one.origin, one.change.seq), place)
        lines.append((place, number, one))
    return [line for _, _, line in sorted(lines, key=lambda line: line[:2])]
