"""Directions of review meetings: those open, and those done since a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import Connection, and_, case, func, or_, select

from fieldkit.records import kinds
from fieldkit.reports.area import Area


@dataclass(frozen=True, slots=True)
class ActionPoint:
    """A direction of a review meeting."""

    direction: str
    officer: str
    given_on: date | None
    due_on: date | None
    done_on: date | None
    action_taken: str


def action_points(
    connection: Connection, area: Area, as_on: date, since: date, limit: int
) -> tuple[Sequence[ActionPoint], int]:
    """Return the open ones, what is due first before the rest, then those done after ``since``.

    At most ``limit`` are returned, and how many there are.
    """
    table = kinds()["action_point"].table()
    still_open = or_(
        and_(table.c.state == "GIVEN", table.c.done_on.is_(None)), table.c.done_on > as_on
    )
    conditions = [
        table.c.deleted.is_(False),
        or_(table.c.given_on.is_(None), table.c.given_on <= as_on),
        or_(still_open, and_(table.c.done_on > since, table.c.done_on <= as_on)),
        *area.holds(table),
    ]
    asked = (
        select(table)
        .where(*conditions)
        .order_by(
            case((still_open, 0), else_=1),
            case((table.c.due_on.is_(None), 1), else_=0),
            table.c.due_on,
            table.c.id,
        )
        .limit(limit)
    )
    found = [_point(dict(row), as_on) for row in connection.execute(asked).mappings()]
    many = connection.execute(select(func.count()).select_from(table).where(*conditions))
    return found, many.scalar_one()


def _point(row: dict[str, object], as_on: date) -> ActionPoint:
    given, due, done = (
        cast("date | None", row[name]) for name in ("given_on", "due_on", "done_on")
    )
    return ActionPoint(
        str(row["direction"] or ""),
        str(row["officer"] or ""),
        given,
        due,
        done if done and done <= as_on else None,
        str(row["action_taken"] or ""),
    )
