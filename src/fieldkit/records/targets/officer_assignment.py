"""Officers and the areas they answer for."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.writers import SUPERVISOR, Writers
from fieldkit.records.fields.formats import MOBILE, PAST_DATE, PERSON_NAME, TEXT, Choice


class OfficerAssignment(Record, table=True):
    """One officer's role in one area: the record's own district and block; none is the UT."""

    title = "Officer"
    order = "officer"
    match_keys = (("~officer", "role", "district", "block"),)
    writers = Writers(create=SUPERVISOR, edit=SUPERVISOR, delete=SUPERVISOR)

    officer: str | None = field(
        "Name",
        PERSON_NAME,
        section="Officer",
        required="an officer is known by their name",
        uses=Use.NAME | Use.LIST,
    )
    role: str | None = field(
        "Role",
        Choice("officer_role"),
        required="it says what they answer for",
        uses=Use.LIST,
    )
    designation: str | None = field("Post", TEXT, uses=Use.LIST)
    department: str | None = field("Department or bank", TEXT)
    scheme: str | None = field("Scheme", Choice("scheme"), uses=Use.LIST)
    mobile: str | None = field("Mobile", MOBILE, uses=Use.DIGITS | Use.LIST)
    since: date | None = field("Since", PAST_DATE, uses=Use.HAPPENED)
    until: date | None = field("Until", PAST_DATE)
