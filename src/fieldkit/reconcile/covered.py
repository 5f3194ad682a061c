"""What only the field has: records of the area and period of a list that the list lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple, TypeAlias

from fieldkit.about.rows import fetch_references, label_of
from fieldkit.reconcile.find import number_fields
from fieldkit.reconcile.rows import Row, Rows
from fieldkit.records import Record, Use, Value
from fieldkit.records.fields.formats import Born, Date
from fieldkit.reference import district_of
from fieldkit.store import Store

Area: TypeAlias = tuple[int, int | None]
"""District and block; no block: the whole district."""
_CHUNK = 500


class Period(NamedTuple):
    """The days a list is about, by the date that places its records."""

    field: str
    since: date
    until: date


class Covered:
    """Collects the area and the period of the rows of a list."""

    def __init__(self, kind: type[Record], as_of: date) -> None:
        self._kind, self._as_of = kind, as_of
        self._first: dict[str, date] = {}

    def add(self, rows: Sequence[Row]) -> None:
        """Note the first date of each field in rows."""
        for row in rows:
            for name in date_fields(self._kind):
                if isinstance(day := row.values.get(name), date):
                    self._first[name] = min(day, self._first.get(name, day))

    def period(self) -> Period | None:
        """Return the period; None if the list has no dates."""
        for name in date_fields(self._kind):
            if name in self._first:
                return Period(name, self._first[name], self._as_of)
        return None


@cache
def date_fields(kind: type[Record]) -> Sequence[str]:
    """Return the dates that place a record of a kind in a period, the most telling first."""
    fields = kind.fields()
    dates = [
        name
        for name, one in kind.asked_fields().items()
        if isinstance(one.format, Date) and not isinstance(one.format, Born)
    ]
    key = [name for names in kind.match_keys for name in names]
    first = [*kind.used(Use.HAPPENED), *(name for name in key if name in fields)]
    return list(dict.fromkeys([*(name for name in first if name in dates), *dates]))


def areas_of(rows: Sequence[Row], records: Mapping[str, Record], home: Area) -> set[Area]:
    """Return the areas of rows: as they say themselves, else those of their records.

    ``home``: that of the laptop, for rows that neither say one nor have a record here.
    """
    found = set[Area]()
    for row in rows:
        record = records.get(row.record)
        district, block = row.values.get("district"), row.values.get("block")
        if isinstance(block, int):
            found.add((district_of(block) or 0, block))
        elif isinstance(district, int):
            found.add((district, None))
        else:
            found.add((record.district, record.block) if record else home)
    return found


def only_here(
    store: Store, rows: Rows, period: Period | None, records: Iterable[Record]
) -> Iterator[tuple[str, str, str]]:
    """Yield number, name and remark of those records that a list should have and has not.

    A record without the date of the period counts only if it has an official number.
    """
    areas = rows.areas()
    waiting: list[tuple[Record, str]] = []
    for record in records:
        why = _expected(record, areas, period)
        if why is not None and rows.claimed_by(record.id) is None:
            waiting.append((record, why))
        if len(waiting) >= _CHUNK:
            yield from _named(store, waiting)
            waiting.clear()
    yield from _named(store, waiting)


def _expected(record: Record, areas: set[tuple[int, int]], period: Period | None) -> str | None:
    """Return what to remark on a record that a list should have; None if it need not."""
    inside = (record.district, 0) in areas or (record.district, record.block or 0) in areas
    if not inside:
        return None
    if period is None:
        return ""
    day: Value = record.answer(period.field)
    if not isinstance(day, date):
        numbers = [n for n in number_fields(type(record)) if record.value(n)]
        label = record.fields()[period.field].label
        return f"No date here: {label}." if numbers else None
    return "" if period.since <= day <= period.until else None


def _named(store: Store, found: Sequence[tuple[Record, str]]) -> Iterator[tuple[str, str, str]]:
    source = fetch_references(store, [record for record, _ in found])
    for record, why in found:
        yield record.id, label_of(source, record), why
