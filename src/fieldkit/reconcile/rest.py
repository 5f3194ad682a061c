"""What is left of a list that was compared, as rows of a table: for a file, or to print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, cast

from fieldkit.files import write_table
from fieldkit.papers.export_log import log_export
from fieldkit.reconcile.acts import portal_words
from fieldkit.reconcile.comparison import Comparison
from fieldkit.reconcile.rows import Outcome, Row
from fieldkit.records import Value
from fieldkit.records.declaration.exported import holds_personal_data
from fieldkit.store import Store

SECTIONS = {
    Outcome.DIFFERS: "differs",
    Outcome.KEPT: "differs, kept as it is here",
    Outcome.UNCERTAIN: "uncertain",
    Outcome.PORTAL_ONLY: "only on the portal",
}
"""The sections of rows, in their order, with what each is called."""
ONLY_HERE = "only in the field"
HEADINGS = ("Section", "Row", "Number", "Name", "Field", "Here", "Portal", "Remark")
ENDINGS = ("csv", "xlsx")


class Rest(NamedTuple):
    """A line of what is left."""

    section: str
    row: str
    number: str
    name: str
    field: str = ""
    here: str = ""
    portal: str = ""
    remark: str = ""


def rest(found: Comparison) -> Iterator[Rest]:
    """Yield all that is left: a line for each field that differs, and for each other row."""
    for outcome in SECTIONS:
        for rows in found.rows.chunks(outcome):
            for row in rows:
                yield from lines_of(found, row)
    after = ""
    while missing := found.rows.missing(after):
        for number, name, why in missing:
            yield Rest(ONLY_HERE, "", number, name, remark=why)
        after = missing[-1][0]


def lines_of(found: Comparison, row: Row) -> Iterator[Rest]:
    """Yield the lines of one row."""
    decided = [(Outcome.DIFFERS, row.differing), (Outcome.KEPT, row.kept)]
    if row.record:
        for outcome, several in decided:
            for one in several:
                label = found.kind.fields()[one.field].label
                here, there = (in_words(found, one.field, v) for v in (one.here, one.portal))
                yield Rest(
                    SECTIONS[outcome], str(row.number), row.record, row.label, label, here, there
                )
        return
    could_be = ", ".join(number for _, number in row.candidates)
    yield Rest(
        SECTIONS[row.outcome],
        str(row.number),
        could_be,
        row.label,
        portal="; ".join(portal_words(found.kind, row.values)),
        remark=row.why,
    )


def in_words(found: Comparison, field: str, value: Value) -> str:
    """Return a value of a field as people read it."""
    return found.kind.fields()[field].format.show(value)


def write_rest(store: Store, found: Comparison, target: Path, operator: str) -> int:
    """Write what is left to a CSV or XLSX file, by the ending of its name; return the lines.

    The records that it names are logged as exported by ``operator``, before it is written.

    Raises:
        ValueError: the name has another ending.
        OSError: the file cannot be written.
        StoreError: the export could not be logged; nothing was written.
    """
    form = target.suffix.casefold().removeprefix(".")
    if form not in ENDINGS:
        raise ValueError(f"{target.name} must end in .csv or .xlsx.")
    log_export(store, found.kind, _held(found), form, operator)
    lines: Iterator[Sequence[str]] = iter(rest(found))
    table = cast(Literal["csv", "xlsx"], form)
    personal = holds_personal_data(found.kind)
    return write_table(HEADINGS, lines, target, table, personal=personal)


def _held(found: Comparison) -> int:
    """Return how many records that are here the file names."""
    counts = found.counts()
    return counts.differs + counts.kept + counts.uncertain + counts.field_only
