"""What the server says of changes, at once or later, if they were late or waiting (34, 43)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, null, select, update

from fieldkit.protocol.messages.finding import Verdict
from fieldkit.store import tables
from fieldkit.store.log.states import UNSETTLED, State

_change, _origin = tables.change, tables.origin


@dataclass(frozen=True, slots=True)
class UnsettledChanges:
    """The changes of one origin to ask about, by seq: those late or waiting, and any others."""

    late: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    again: tuple[int, ...] = ()
    """Answered by a server that has lost data since."""


@dataclass(frozen=True, slots=True)
class SettledChange:
    """What became of a change that was asked about."""

    seq: int
    version: int | None
    """The record's version after it; None: not merged."""
    verdict: Verdict | None
    """None: applied in full."""


def unsettled_changes(connection: Connection) -> dict[str, UnsettledChanges]:
    """Return the changes to ask about, by origin."""
    query = select(_change.c.origin, _change.c.seq, _change.c.verdict).where(
        _change.c.verdict.in_(UNSETTLED)
    )
    late, waiting = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for row in connection.execute(query.order_by(_change.c.origin, _change.c.seq)):
        (late if row.verdict == State.LATE else waiting)[row.origin].append(row.seq)
    again = {
        row.origin: range(row.asked_again + 1, row.acked_seq + 1)
        for row in connection.execute(select(_origin).where(_origin.c.asked_again.is_not(None)))
    }
    return {
        origin: UnsettledChanges(
            tuple(late[origin]),
            tuple(waiting[origin]),
            tuple(sorted(set(again.get(origin, ())) - {*late[origin], *waiting[origin]})),
        )
        for origin in dict.fromkeys([*late, *waiting, *again])
    }


def settle(
    connection: Connection,
    origin: str,
    settled: Sequence[SettledChange],
    asked_again: Collection[int] = (),
) -> list[tuple[str, str]]:
    """Store what became of changes that were asked about; return kind and id of their records.

    What a change was before, late or waiting, is kept (``settled``): a server that lost its answer
    is asked again. Of others only those asked about again can change.
    """
    found: list[tuple[str, str]] = []
    for one in settled:
        its = (_change.c.origin == origin, _change.c.seq == one.seq)
        row = connection.execute(select(_change).where(*its)).one_or_none()
        values = verdict_columns(one.verdict) | {"version": one.version}
        if row is None or all(value == row._mapping[name] for name, value in values.items()):
            continue
        if row.verdict in UNSETTLED:
            values["settled"] = None if values["verdict"] in UNSETTLED else row.verdict
        elif one.seq not in asked_again:
            continue
        elif row.verdict == State.CONFLICT:
            values["closed"] = None
        connection.execute(update(_change).where(*its).values(values))
        found.append((row.kind, row.record_id))
    if asked_again:
        last = max(asked_again)
        left = case((_origin.c.acked_seq > last, last), else_=null())
        connection.execute(
            update(_origin).where(_origin.c.origin == origin).values(asked_again=left)
        )
    return found


def unsettle(connection: Connection) -> list[tuple[str, str]]:
    """Take back what became of late and waiting changes, as the server has lost data.

    Returns kind and id of their records.
    """
    query = select(_change).where(_change.c.settled.is_not(None))
    rows = connection.execute(query).all()
    for row in rows:
        connection.execute(
            update(_change)
            .where(_change.c.origin == row.origin, _change.c.seq == row.seq)
            .values(
                verdict=row.settled,
                rule=row.settled,
                params="{}",
                reason="",
                reason_field=None,
                version=None,
                closed=None,
                settled=None,
            )
        )
    return [(row.kind, row.record_id) for row in rows]


def verdict_columns(verdict: Verdict | None) -> dict[str, object]:
    """Return the columns that store a verdict; one not known here counts as rejected."""
    if verdict is None:
        return dict.fromkeys(("verdict", "reason", "reason_field", "rule", "params"))
    known = verdict.verdict in {State.CONFLICT, *UNSETTLED}
    return {
        "verdict": State(verdict.verdict) if known else State.REJECTED,
        "reason": verdict.reason,
        "reason_field": verdict.field,
        "rule": verdict.rule,
        "params": json.dumps(verdict.params, ensure_ascii=False),
    }
