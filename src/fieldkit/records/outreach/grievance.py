"""Grievances and queries, from receipt to the answer."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.parts import AnyArtisan, AnyGroup, AnyMember, state_field
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    CODE,
    LONG_TEXT,
    MOBILE,
    PAST_DATE,
    PERSON_NAME,
    TEXT,
    Choice,
)


class Grievance(Record, table=True):
    """A query or complaint: how it came, who has it, and the answer."""

    order = "opened_on"
    match_keys = (("reference_no",), ("mobile", "opened_on"))

    subject: str | None = field(
        "About",
        Choice("grievance_subject"),
        section="Grievance",
        required="grievances are counted by what they are about",
        uses=Use.LIST,
    )
    beneficiary_id: AnyArtisan = None
    member_id: AnyMember = None
    self_help_group_id: AnyGroup = None
    raised_by: str | None = field(
        "Raised by", PERSON_NAME, "If the person is not entered here.", uses=Use.NAME | Use.LIST
    )
    mobile: str | None = field("Mobile", MOBILE, uses=Use.DIGITS)
    channel: str | None = field("How it came", Choice("grievance_channel"), uses=Use.LIST)
    reference_no: str | None = field("Reference number", CODE, uses=Use.CODE)
    opened_on: date | None = field("Received", PAST_DATE, default="today", uses=Use.LIST)
    details: str | None = field("What it is", LONG_TEXT)
    state: str | None = state_field(
        "grievance_state", "RECEIVED", "a grievance is open until it is closed"
    )
    forwarded_on: date | None = field("Forwarded", PAST_DATE, section="Answer")
    forwarded_to: str | None = field("Forwarded to", TEXT)
    closed_on: date | None = field("Closed", PAST_DATE)
    reply: str | None = field("Answer given", LONG_TEXT)
