"""Rankings: league tables of districts and blocks, and the ranks that were published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection, select

from fieldkit import reference
from fieldkit.records import Choice, kinds
from fieldkit.reports.area import WHOLE, Area, name_of
from fieldkit.reports.declaration.measure import Measure
from fieldkit.reports.declaration.report import (
    AREA,
    DIVISION,
    Cell,
    Counted,
    Dimension,
    Heading,
    Period,
    Row,
    Table,
)
from fieldkit.reports.published import published
from fieldkit.reports.run import named_key
from fieldkit.reports.sql.count import Key, count
from fieldkit.reports.sql.drill import drill

PUBLISHED = Dimension("published", "Published ranks", {})
_PUBLISHED = (
    Heading("metric", "Figure"),
    Heading("code", "Code"),
    Heading("area", "Area"),
    Heading("rank", "Rank", "rank"),
    Heading("out_of", "of", "rank"),
    Heading("among", "among"),
    Heading("as_on", "as on"),
    Heading("source", "Source"),
)
_OF_AREA = (Heading("code", "LGD code"), Heading("officer", "Nodal officer"))


@dataclass(frozen=True, slots=True)
class Rankings:
    """Areas by their figures, each with its rank."""

    measures: Sequence[Measure]
    name: str = "rankings"
    title: str = "Rankings"
    code: str = "R20"
    by: tuple[Dimension, ...] = (AREA, DIVISION, PUBLISHED)

    def measured(self) -> Mapping[str, Counted]:
        """Return the figures by the names of their columns."""
        return {one.name: Counted(one) for one in self.measures}

    def run(self, connection: Connection, area: Area, period: Period, by: Dimension) -> Table:
        """Return the league table of the areas below, or the published ranks."""
        if by is PUBLISHED:
            return self._published(connection, area, period)
        asked = [Counted(one) for one in self.measures]
        found = count(connection, asked, area, period, by)
        officers = _officers(connection) if by is AREA else {}
        figures = {
            key[0]: [row.get(one, 0) for one in asked]
            for key, row in found.items()
            if key and key[0] not in {None, WHOLE}
        }
        ranks = [_ranks({code: row[n] for code, row in figures.items()}) for n in range(len(asked))]
        rows = [
            Row(
                [
                    named_key(code, area, by),
                    *((code, officers.get((area.level, code))) if by is AREA else ()),
                    *(cell for n, value in enumerate(row) for cell in (value, ranks[n][code])),
                ],
                (code,),
            )
            for code, row in sorted(figures.items(), key=lambda one: _place(one[0], ranks))
        ]
        level = area.level if by is AREA else by.name
        heads = [
            Heading(level, level.capitalize()),
            *(_OF_AREA if by is AREA else ()),
        ]
        for one in self.measures:
            heads.append(Heading(one.name, one.label, one.unit, True, one.amount))
            heads.append(Heading(f"{one.name}_rank", "rank", "rank"))
        notes = [
            "Rank 1 has the largest figure; equal figures share a rank. In order of the sum of "
            "ranks. Figures are those recorded here.",
            *(self._first_published(connection) if area == Area() else ()),
        ]
        return Table(self.name, self.title, period.as_on, area.title, heads, rows, notes, period.fy)

    def behind(
        self,
        connection: Connection,
        area: Area,
        period: Period,
        by: Dimension,
        key: Key | None,
        column: str,
    ) -> list[tuple[str, str]]:
        """Return the records behind a figure of the league table."""
        measure = next((one for one in self.measures if one.name == column), None)
        if measure is None or by is PUBLISHED:
            return []
        return drill(connection, Counted(measure), area, period, by, key)

    def _published(self, connection: Connection, area: Area, period: Period) -> Table:
        rows = [Row(cells) for cells in _published_ranks(connection, area)]
        heads = list(_PUBLISHED)
        return Table(
            self.name, "Published ranks", period.as_on, area.title, heads, rows, [], period.fy
        )

    def _first_published(self, connection: Connection) -> Sequence[str]:
        ranks = [
            f"{cells[0]} {cells[3]} ({str(cells[5]).casefold()})"
            for cells in _published_ranks(connection, Area())
        ]
        return [f"Published ranks of the UT: {'; '.join(ranks)}."] if ranks else []


def _ranks(figures: dict[Cell, Cell]) -> dict[Cell, int]:
    """Return the rank of each area: 1 for the largest figure."""
    values = sorted((_size(value) for value in figures.values()), reverse=True)
    return {code: values.index(_size(value)) + 1 for code, value in figures.items()}


def _size(value: Cell) -> float:
    return value if isinstance(value, int | float) else 0


def _place(code: Cell, ranks: Sequence[dict[Cell, int]]) -> tuple[int, str]:
    return sum(one[code] for one in ranks), str(code)


def _officers(connection: Connection) -> dict[tuple[str, Cell], str]:
    """Return the nodal officer of each district and block."""
    table = kinds()["officer_assignment"].table()
    asked = select(table.c.district, table.c.block, table.c.officer).where(
        table.c.deleted.is_(False), table.c.role == "NODAL", table.c.until.is_(None)
    )
    found: dict[tuple[str, Cell], str] = {}
    for row in connection.execute(asked.order_by(table.c.since, table.c.id)):
        level = "district" if row.block is None else "block"
        found[level, row.block if row.block is not None else row.district] = str(row.officer)
    return found


def _published_ranks(connection: Connection, area: Area) -> list[list[Cell]]:
    """Return the published ranks of an area and those in it; the shipped ones if none are kept."""
    table = kinds()["ranking"].table()
    asked = select(table).where(table.c.deleted.is_(False), *area.holds(table))
    rows = [dict(row._mapping) for row in connection.execute(asked.order_by(table.c.id))]
    if not rows and area == Area():
        rows = [dict(fields) for kind, fields in published() if kind == "ranking"]
    order = {option.code: place for place, option in enumerate(reference.options("metric"))}
    rows.sort(key=lambda row: (order.get(str(row["metric"]), 0), str(row.get("as_on") or "")))
    return [_cells(row) for row in rows]


def _cells(row: dict[str, object]) -> list[Cell]:
    code, block = str(row["metric"]), row.get("block")
    place = name_of("district", row["district"]) if block is None else name_of("block", block)
    values = [row.get(name) for name in ("rank", "out_of")]
    return [
        Choice("metric").show(code),
        code,
        place,
        *cast("list[Cell]", values),
        Choice("ranking_among").show(str(row["among"])) if row.get("among") else None,
        cast("Cell", row.get("as_on") or "undated"),
        cast("Cell", row.get("source")),
    ]
