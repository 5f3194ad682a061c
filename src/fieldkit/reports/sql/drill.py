"""The records behind a figure: exactly as many as it counts."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from fieldkit.records import Reference
from fieldkit.reports.area import Area
from fieldkit.reports.declaration.report import Cell, Counted, Dimension, Period
from fieldkit.reports.sql.count import path_of
from fieldkit.reports.sql.same_person import merging
from fieldkit.reports.sql.source import Source, field_of


def drill(
    connection: Connection,
    one: Counted,
    area: Area,
    period: Period,
    by: Dimension,
    key: tuple[Cell, ...] | None,
) -> list[tuple[str, str]]:
    """Return kind and id of each record that a figure counts; ``key`` None: of the total.

    Of different values, each stands for one record: the one that the value names, else the first
    of those that hold it. An amount is the sum over the records returned.
    """
    measure = one.measure
    source = Source(measure.kind, period.as_on, merging=merging(connection))
    selected = [
        *source.live(),
        *area.holds(source.table),
        source.selected(measure, period, one.span),
    ]
    path = path_of(measure.kind, area, by)
    if key is not None:
        if path is None:
            return []
        column = source.column(path)
        selected.append(column.is_(None) if key[0] is None else column == key[0])
    keys = [source.number(name) for name in measure.distinct]
    kind = measure.kind
    if not keys:
        asked = select(source.table.c.id)
    elif len(keys) == 1 and (named := _named(measure.kind, measure.distinct[0])):
        kind, asked = named, select(keys[0].label("id")).distinct()
    else:
        asked = select(func.min(source.table.c.id).label("id")).group_by(*keys)
    rows = connection.execute(asked.select_from(source.rows).where(*selected)).scalars()
    return [(kind, str(number)) for number in sorted(rows)]


def _named(kind: str, path: str) -> str:
    """Return the kind of the records that a field's values name; empty if they name none."""
    form = field_of(kind, path).format
    return form.kinds[0] if isinstance(form, Reference) else ""
