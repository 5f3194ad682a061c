"""An export of records as the program logs it, and which kinds hold personal data."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from fieldkit.records.declaration.record import Record, kinds
from fieldkit.records.fields.formats import PersonName
from fieldkit.records.fields.numbers import AadhaarLastFour, Account, Mobile

PERSONAL = (
    "This file holds personal data. Keep it where only those who need it can read it and delete it "
    "when it is no longer needed."
)
"""The first line of a CSV file with personal data, and the first sheet of a workbook. Without a
comma, so that a spreadsheet shows it in one cell."""
_PERSONAL = (PersonName, Mobile, AadhaarLastFour, Account)


class Exported(NamedTuple):
    """What a log of exports holds of one; its fields are those of the kind that logs them.

    Neither the place of the file nor a person in it is named.
    """

    exported_by: str
    exported_on: date
    way: str
    """``export``, ``print``, ``person-data`` or ``backup``."""
    record_kind: str | None
    """None: all kinds, as in a backup."""
    records: int
    file_format: str
    of_district: int | None
    of_block: int | None
    """The area of the laptop; without both: the whole territory."""
    personal: bool


def holds_personal_data(kind: type[Record]) -> bool:
    """Say whether records of a kind hold personal data: who somebody is, or what is about them."""
    if kind.person or any(isinstance(one.format, _PERSONAL) for one in kind.fields().values()):
        return True
    return any(
        kinds()[other].person
        for reference in kind.references().values()
        for other in reference.kinds
        if other in kinds()
    )
