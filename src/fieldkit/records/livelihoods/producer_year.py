"""A year of a producer organisation: members, credit, turnover, production."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
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
    actions = {"producer_organisation_id": Action("y", "year")}
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

    def label(self) -> str:
        """Name the year and what was produced."""
        return ", ".join(filter(None, (self.fy, self.produce))) or f"{self.title} {self.id}"

    def event(self) -> str:
        """Say the year and its turnover."""
        turnover = f", turnover {RUPEES.show(self.turnover)}" if self.turnover else ""
        return f"Year {self.label()}{turnover}"


check = Rules(ProducerYear, "our own check, not official")


@check(
    "fy",
    "The figures of this year and produce are entered already ({other}). Open that one.",
    Severity.REASON,
    across=True,
)
def one_record_of_a_year(year: ProducerYear, context: RuleContext) -> Broken | None:
    """A year is entered once for each produce."""
    others = context.others(year, "producer_organisation_id", "fy")
    same = [one for one in others if one.produce == year.produce]
    return Broken(other=same[0]) if same else None


@check("unit", "Enter the unit of the quantity.", Severity.WARN)
def quantity_has_a_unit(year: ProducerYear, _context: RuleContext) -> bool:
    """A quantity without its unit says nothing."""
    return year.quantity is not None and year.unit is None
