"""Visits to artisans, members and groups: handholding and motivation."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.parts import AnyArtisan, AnyGroup, AnyMember, state_field
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import DAY, LONG_TEXT, PAST_DATE, TEXT, Choice


class Visit(Record, table=True):
    """A visit to an artisan, a member or a group: planned, made, and when the next one is due."""

    order = "visited_on"
    match_keys = (
        ("beneficiary_id", "visited_on"),
        ("member_id", "visited_on"),
        ("self_help_group_id", "visited_on"),
    )

    purpose: str | None = field("Purpose", Choice("visit_purpose"), section="Visit", uses=Use.LIST)
    beneficiary_id: AnyArtisan = None
    member_id: AnyMember = None
    self_help_group_id: AnyGroup = None
    state: str | None = state_field("visit_state", "MADE", "a visit is planned, or made")
    planned_on: date | None = field("Planned for", DAY)
    visited_on: date | None = field("Visited", PAST_DATE, default="today", uses=Use.LIST)
    visited_by: str | None = field("Visited by", TEXT, "Name and post of the officer.")
    outcome: str | None = field("Outcome", Choice("visit_outcome"), section="What came of it")
    findings: str | None = field("What was found", LONG_TEXT)
    action: str | None = field("Advice given", LONG_TEXT)
    next_visit_on: date | None = field("Next visit due", DAY, uses=Use.LIST)
