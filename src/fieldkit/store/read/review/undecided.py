"""Records that wait for a decision: come as far as a stage, or in a state in which one is made."""

from __future__ import annotations

import json
from functools import cache
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.sql import FromClause

from fieldkit.records import Condition, Record, kinds
from fieldkit.records.declaration.roles import DecidedBy, decided_by, milestones_of
from fieldkit.store.read.aliases import standing_by_others

_SAME = "same"
"""The parameter with the numbers for which another record stands, as JSON."""


class Undecided(NamedTuple):
    """A record that waits for a decision."""

    kind: str
    id: str
    stage: str
    """Or the state."""
    district: int
    block: int | None
    since: int
    """Since when, in seconds since 1970 UTC: the decision or step before, else its entry."""


def undecided(
    connection: Connection, kind: str, stage: str, limit: int | None = None
) -> list[Undecided]:
    """Return what of a kind waits at a stage or in a state, the longest waiting first."""
    asked, given = _asked(connection, kind, stage)
    found = connection.execute(asked.order_by("since", "id").limit(limit), given)
    return [
        Undecided(kind, row.id, stage, row.district, row.block, row.since or 0) for row in found
    ]


def count_undecided(connection: Connection, kind: str, stage: str) -> int:
    """Count the records of a kind that wait at a stage or in a state."""
    asked, given = _asked(connection, kind, stage)
    many = select(func.count()).select_from(asked.subquery())
    return int(connection.execute(many, given).scalar_one())


def _asked(
    connection: Connection, kind: str, stage: str
) -> tuple[Select[tuple[object, ...]], dict[str, str]]:
    """Return the question and its parameters; a person with several numbers waits once."""
    same = standing_by_others(connection, kinds()[kind])
    return _waiting(kind, stage, merged=bool(same)), {_SAME: json.dumps(same)} if same else {}


@cache
def _waiting(kind: str, stage: str, *, merged: bool) -> Select[tuple[object, ...]]:
    found = _apart(kind, stage, merged=merged)
    return (
        found.where(kinds()[kind].table().c.id.not_in(select(_same().c.key))) if merged else found
    )


def _apart(kind: str, stage: str, *, merged: bool) -> Select[tuple[object, ...]]:
    """Return what waits, those for whom another record stands too."""
    table, decided = kinds()[kind].table(), decided_by(kind)
    if decided is None:
        return _in_state(kinds()[kind], stage)
    word = decided.stages[stage]
    words = list(dict.fromkeys(one.milestone.word for one in milestones_of(kind)))
    before = words[: words.index(word)]
    waits = [
        table.c.deleted.is_(False),
        _comes(kind, word, merged=merged).is_not(true()),
        _comes(kind, word, merged=merged, ends=True).is_not(true()),
        *([_comes(kind, before[-1], merged=merged)] if before else []),
    ]
    if decided.decision.ended:
        waits.append(_meets(table, decided.decision.ended).is_not(true()))
    since = func.coalesce(_decided_before(table, decided, stage), table.c.created_at)
    columns = (table.c.id, table.c.district, table.c.block, since.label("since"))
    return select(*columns).where(*waits)


def _in_state(kind: type[Record], state: str) -> Select[tuple[object, ...]]:
    """Return the records in a state, since the day of its step or of one before."""
    table, lifecycle = kind.table(), kind.lifecycle
    step = lifecycle.step(state) if lifecycle else None
    if lifecycle is None or step is None:
        return select(table.c.id).where(false())
    days = [_seconds(table.c[name]) for name in lifecycle.days(step)]
    entered = table.c.created_at
    since = func.coalesce(*days, entered) if days else entered
    columns = (table.c.id, table.c.district, table.c.block, since.label("since"))
    return select(*columns).where(table.c.deleted.is_(False), table.c[lifecycle.field] == state)


def _same() -> FromClause:
    """Return the numbers of records for which another one stands, with the number of that."""
    return func.json_each(bindparam(_SAME)).table_valued("key", "value")


def _comes(kind: str, word: str, *, merged: bool, ends: bool = False) -> ColumnElement[bool]:
    """Return that a record reaches a milestone, or ends there.

    ``merged``: also by what is about a record for which it stands.
    """
    table = kinds()[kind].table()
    ways: list[ColumnElement[bool]] = []
    for milestone, of in milestones_of(kind):
        conditions = milestone.stopped if ends else milestone.done
        if milestone.word != word or milestone.at or (ends and not conditions):
            continue
        if not milestone.about:
            ways.append(_meets(table, conditions))
            continue
        rows, same = of.table().alias(), _same()
        about = rows.c[milestone.about]
        there = and_(rows.c.deleted.is_(False), _meets(rows, conditions))
        ways.append(exists().where(about == table.c.id, there))
        if merged:
            named = exists().where(about == same.c.key, there).correlate(same)
            ways.append(table.c.id.in_(select(same.c.value).where(named)))
    return or_(false(), *ways)


def _meets(rows: FromClause, conditions: tuple[Condition, ...]) -> ColumnElement[bool]:
    tests: list[ColumnElement[bool]] = []
    for one in conditions:
        column = rows.c[one.field]
        values = [value for value in one.values if value is not None]
        empty = [column.is_(None)] if None in one.values else []
        tests.append(or_(column.in_(values), *empty))
    return and_(true(), *tests)


def _decided_before(table: FromClause, decided: DecidedBy, stage: str) -> ColumnElement[int | None]:
    """Return when the stage before was approved; null for the first one."""
    how, stages = decided.decision, [*decided.stages]
    place = stages.index(stage)
    if not place:
        return cast(literal(None), Integer)
    rows = decided.kind.table().alias()
    # The last second, not the last day: else SQLite reads an index of all decisions by day.
    return (
        select(func.max(_seconds(rows.c[how.on])))
        .where(
            rows.c[how.about] == table.c.id,
            rows.c.deleted.is_(False),
            rows.c[how.stage] == stages[place - 1],
            rows.c[how.outcome] == how.approve,
        )
        .scalar_subquery()
    )


def _seconds(day: ColumnElement[object]) -> ColumnElement[int]:
    """Return a day in seconds since 1970 UTC."""
    return cast(func.strftime("%s", day), Integer)
