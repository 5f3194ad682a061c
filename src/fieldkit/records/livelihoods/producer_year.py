"""A year of a producer organisation: members, credit, turnover, production."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    FINANCIAL_YEAR,
    PAST_DATE,
    RUPEES,
    TEXT,
    Choice,
    Reference,
    Whole,
)


class ProducerYear(Record, table=True):
    """What a producer organisation produced and sold in one financial year."""

    title = "Producers' year"
    order = "fy"
    match_keys = (("producer_organisation_id", "fy", "produce"),)

    producer_organisation_id: str | None = field(
        "Producer organisation",
        Reference(("producer_organisation",)),
        section="Year",
        required="each year is of one organisation",
        uses=Use.LIST,
    )
    fy: str | None = field(
        "Financial year",
        FINANCIAL_YEAR,
        required="the figures are of one year",
        uses=Use.LIST,
    )
    as_on: date | None = field("Figures as on", PAST_DATE, uses=Use.HAPPENED)
    members: int | None = field("Members", Whole(most=1_000_000), uses=Use.LIST)
    loan: int | None = field("Credit taken in the year", RUPEES)
    turnover: int | None = field("Turnover", RUPEES, uses=Use.LIST)
    produce: str | None = field("What was produced", TEXT, section="Production")
    quantity: int | None = field("Quantity", Whole(most=10**9))
    unit: str | None = field("Unit", Choice("produce_unit"))
