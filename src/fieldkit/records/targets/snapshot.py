"""Reports kept as they were on a day, to be printed the same for ever."""

from datetime import date

from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.writers import SUPERVISOR, Writers
from fieldkit.records.fields.formats import (
    FINANCIAL_YEAR,
    KEPT_REPORT,
    PAST_DATE,
    Choice,
    Text,
)


class Snapshot(Record, table=True):
    """One report for the record's own area as it was on a day."""

    match_keys = (("name", "report", "district", "block", "division"),)
    writers = Writers(create=SUPERVISOR, edit=SUPERVISOR, delete=SUPERVISOR)

    name: str | None = field(
        "Name",
        Text(longest=100),
        section="Snapshot",
        required="a snapshot is asked for by its name",
        uses=Use.NAME | Use.LIST,
    )
    report: str | None = field("Report", Text(longest=60), uses=Use.LIST)
    report_title: str | None = field("Title of the report", Text(longest=200))
    division: str | None = field("Division", Choice("division"))
    fy: str | None = field("Financial year", FINANCIAL_YEAR)
    as_on: date | None = field("As on", PAST_DATE, uses=Use.LIST | Use.HAPPENED)
    taken_on: date | None = field("Taken", PAST_DATE, default="today")
    content: str | None = field("Content", KEPT_REPORT, "The figures, packed by the program.")
