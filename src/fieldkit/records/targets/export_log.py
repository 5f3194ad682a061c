"""The log of exports: who took which records out of fieldkit, when, and how many."""

from datetime import date

from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.writers import ADMINISTRATOR, VIEWER, Writers
from fieldkit.records.fields.formats import PAST_DATE, YES_NO, Choice, Text, Whole

_DISTRICT: Choice[int] = Choice("district")
_BLOCK: Choice[int] = Choice("block", within="of_district")


class ExportLog(Record, table=True):
    """One export, print or backup, written by the program; nobody types or deletes it."""

    title = "Export"
    order = "exported_on"
    program_log = True
    writers = Writers(create=VIEWER, edit=ADMINISTRATOR, delete=ADMINISTRATOR, own=False)

    exported_on: date | None = field(
        "Exported on", PAST_DATE, section="Export", uses=Use.LIST | Use.HAPPENED
    )
    exported_by: str | None = field(
        "Exported by", Text(longest=200), "Who worked at the laptop.", uses=Use.LIST
    )
    way: str | None = field(
        "Way", Text(longest=30), "Export, print, person-data or backup.", uses=Use.LIST
    )
    record_kind: str | None = field(
        "Kind of record", Text(longest=60), "Empty: all, in a backup.", uses=Use.LIST
    )
    records: int | None = field("Number of records", Whole(most=10_000_000), uses=Use.LIST)
    file_format: str | None = field("File format", Text(longest=20), uses=Use.LIST)
    of_district: int | None = field(
        "Of district", _DISTRICT, "The area of the laptop; empty: all districts."
    )
    of_block: int | None = field("Of block", _BLOCK)
    personal: bool | None = field("Personal data", YES_NO, uses=Use.LIST)
