"""A report kept as it was: the record that holds it, and the table that comes out of it again."""

from __future__ import annotations

from collections.abc import Mapping

from fieldkit import reference
from fieldkit.records import Record, Unfit, Value, kinds
from fieldkit.records.fields.formats import KEPT_REPORT, today
from fieldkit.reports.area import WHOLE, Area
from fieldkit.reports.declaration.report import Table
from fieldkit.reports.formats.data import packed, unpacked


class NotKept(Exception):
    """A report cannot be kept, or not under this name; the text says why."""


def kept_kind() -> type[Record]:
    """Return the kind whose records hold reports."""
    return kinds()["snapshot"]


def name_for(table: Table, given: str = "") -> str:
    """Return the name that was given, tidied; without one, report, area and day.

    Raises:
        NotKept: the name cannot be used.
    """
    try:
        named = kept_kind().fields()["name"].format.parse(given)
    except Unfit as wrong:
        raise NotKept(f"The name cannot be used: {wrong}") from None
    return str(named) if named else f"{table.name} {table.area} {table.as_on.isoformat()}"


def fields_of(table: Table, area: Area, name: str) -> Mapping[str, Value]:
    """Return the fields of the record that keeps a report of an area.

    Raises:
        NotKept: the report is too long for a record.
    """
    content = packed(table)
    if not _can_be_kept(content):
        raise NotKept(
            f"The report has too many rows to be kept ({len(table.rows)}). Keep it for a "
            "smaller area, or write it to a file."
        )
    given: dict[str, Value] = {
        "name": name,
        "report": table.name,
        "division": area.division.upper() or None,
        "fy": table.fy or None,
        "as_on": table.as_on,
        "taken_on": today(),
        "content": content,
    }
    # An empty block is written too: a save fills in this laptop's block where none is given.
    place: dict[str, Value] = {"district": district_of(area), "block": area.block}
    return {**{name: value for name, value in given.items() if value is not None}, **place}


def district_of(area: Area) -> int:
    """Return the district a kept report of an area belongs to; the whole territory's is 0."""
    if area.block is not None:
        return reference.district_of(area.block) or WHOLE
    return area.district if area.district is not None else WHOLE


def is_about(record: Record, area: Area) -> bool:
    """Say whether a kept report is one of exactly this area."""
    place = (record.district, record.block, record.value("division"))
    return place == (district_of(area), area.block, area.division.upper() or None)


def kept_table(record: Record) -> Table:
    """Return the report that a record holds.

    Raises:
        NotKept: a newer fieldkit has written it.
    """
    try:
        return unpacked(str(record.value("content")))
    except ValueError:
        raise NotKept(f"The snapshot {record.label()!r} was kept by a newer fieldkit.") from None


def _can_be_kept(content: str) -> bool:
    """Say whether a packed report fits into a record and can be read again."""
    try:
        unpacked(content)
    except ValueError:
        return False
    return len(content) <= KEPT_REPORT.longest
