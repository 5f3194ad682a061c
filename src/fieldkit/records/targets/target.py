"""Targets, allotments and published figures, by area and year."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.writers import SUPERVISOR, Writers
from fieldkit.records.fields.formats import (
    DAY,
    FIGURE,
    FINANCIAL_YEAR,
    PAST_DATE,
    TEXT,
    Choice,
    Text,
)


class Target(Record, table=True):
    """A target, an allotment, or a figure as published, for the record's own area.

    No block: the whole district; district 0: the whole UT, or its division.
    """

    order = "metric"
    match_keys = (
        ("metric", "target_kind", "district", "block", "division", "fy", "deadline", "as_on"),
    )
    writers = Writers(create=SUPERVISOR, edit=SUPERVISOR, delete=SUPERVISOR)

    metric: str | None = field(
        "Figure",
        Choice("metric"),
        section="Target",
        required="a target is of one figure",
        uses=Use.LIST,
    )
    target_kind: str | None = field(
        "Kind",
        Choice("target_kind"),
        default="TARGET",
        required="targets and published figures are never mixed",
        uses=Use.LIST,
    )
    scheme: str | None = field("Scheme", Choice("scheme"), uses=Use.LIST)
    division: str | None = field("Division", Choice("division"))
    fy: str | None = field("Financial year", FINANCIAL_YEAR, "Empty: cumulative.", uses=Use.LIST)
    period: str | None = field("Period as published", Text(longest=120))
    low: float | None = field(
        "Number", FIGURE, "The lower one of a range; money in rupees.", uses=Use.LIST
    )
    high: float | None = field("Upper number of a range", FIGURE, uses=Use.LIST)
    unit: str | None = field("Unit", Text(longest=40), "persons, groups, Rs ...")
    deadline: date | None = field(
        "To be reached by", DAY, applies=when(target_kind=("TARGET", "ALLOTMENT"))
    )
    as_on: date | None = field(
        "As on",
        PAST_DATE,
        "Empty: undated.",
        applies=when(target_kind=("REPORTED", "BASELINE", "OPENING")),
    )
    source: str | None = field("Source", TEXT, section="Source")
    notes: str | None = field(
        "Notes", Text(longest=1000), "What is doubtful, or contradicts another source."
    )
