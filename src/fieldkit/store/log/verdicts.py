"""What the server says of changes, at once or later, if they were late or waiting (34, 43)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from fieldkit.protocol.finding import Verdict
from fieldkit.store import tables
from fieldkit.store.log.states import UNSETTLED, State

_change = tables.change


@dataclass(frozen=True, slots=True)
class UnsettledChanges:
    """The changes of one origin that are late or waiting, by seq."""

    late: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SettledChange:
    """What became of a change that was late or waiting."""

    seq: int
    version: int | None
    """The record's version after it; None: not merged."""
    verdict: Verdict | None
    """None: applied in full."""


def unsettled_changes(connection: Connection) -> dict[str, UnsettledChanges]:
    """Return the changes that are late or waiting, by origin."""
    query = select(_change.c.origin, _change.c.seq, _change.c.verdict).where(
        _change.c.verdict.in_(UNSETTLED)
    )
    rows = connection.execute(query.order_by(_change.c.origin, _change.c.seq)).all()
    return {
        origin: UnsettledChanges(
            *(
                tuple(row.seq for row in rows if (row.origin, row.verdict) == (origin, state))
                for state in (State.LATE, State.WAITING)
            )
        )
        for origin in dict.fromkeys(row.origin for row in rows)
    }


def settle(
    connection: Connection, origin: str, settled: Sequence[SettledChange]
) -> list[tuple[str, str]]:
    """Store what became of changes that were late or waiting; return kind and id of their records.

    What a change was before is kept (``settled``): a server that lost its answer is asked again.
    """
    found: list[tuple[str, str]] = []
    for one in settled:
        its = (_change.c.origin == origin, _change.c.seq == one.seq)
        row = connection.execute(
            select(_change.c.kind, _change.c.record_id, _change.c.verdict).where(
                *its, _change.c.verdict.in_(UNSETTLED)
            )
        ).one_or_none()
        if row is None:
            continue
        open_ = one.verdict is not None and one.verdict.verdict in UNSETTLED
        values = verdict_columns(one.verdict) | {"version": one.version}
        connection.execute(
            update(_change).where(*its).values(**values, settled=None if open_ else row.verdict)
        )
        found.append((row.kind, row.record_id))
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
