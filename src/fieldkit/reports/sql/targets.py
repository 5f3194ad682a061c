"""Targets, allotments and published figures of an area and of those below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import Connection, select

from fieldkit.records import kinds
from fieldkit.reports.area import WHOLE, Area
from fieldkit.reports.published import published

AreaKey = tuple[str, int | None, int | None]
"""Division, district, block: what a target is of."""
_FIELDS = (
    "district", "block", "division", "metric", "target_kind", "fy", "low", "high", "deadline",
    "as_on", "source", "notes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One target, allotment or published figure."""

    area: AreaKey
    metric: str
    kind: str
    """TARGET, ALLOTMENT, REPORTED, BASELINE or OPENING."""
    fy: str = ""
    low: int | float | None = None
    high: int | float | None = None
    deadline: date | None = None
    as_on: date | None = None
    source: str = ""
    notes: str = ""


def key_of(area: Area) -> AreaKey:
    """Return what targets of an area carry."""
    return area.division.upper(), area.district if area.block is None else None, area.block


def said_of(connection: Connection) -> tuple[Sequence[Said], bool]:
    """Return all that is said, and whether the whole territory's is the shipped table.

    That stands in until a target or published figure of the whole territory is recorded.
    """
    table = kinds()["target"].table()
    asked = select(*(table.c[name] for name in _FIELDS)).where(table.c.deleted.is_(False))
    rows = connection.execute(asked.order_by(table.c.id)).mappings()
    found = [_said({name: row[name] for name in _FIELDS}) for row in rows]
    if any(one.area == ("", None, None) for one in found):
        return found, False
    return [*found, *_shipped()], True


def _shipped() -> Iterator[Said]:
    for kind, fields in published():
        if kind == "target":
            yield _said(fields)


def _said(values: Mapping[str, object]) -> Said:
    def text(name: str) -> str:
        return str(values.get(name) or "")

    district = cast(int, values.get("district") or WHOLE)
    block = cast("int | None", values.get("block"))
    whole = district == WHOLE
    area = (
        text("division").upper() if whole else "",
        None if whole or block is not None else district,
        block,
    )
    return Said(
        area,
        text("metric"),
        text("target_kind"),
        text("fy"),
        _number(values.get("low")),
        _number(values.get("high")),
        cast("date | None", values.get("deadline")),
        cast("date | None", values.get("as_on")),
        text("source"),
        text("notes"),
    )


def _number(value: object) -> int | float | None:
    """Return a number, a whole one as such."""
    if not isinstance(value, int | float):
        return None
    return int(value) if value == int(value) else value
