"""Targets, allotments and published figures, by area and year."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.parts import OfArea
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
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

_WHERE_AND_WHEN = ("district", "block", "division", "fy", "deadline", "as_on", "source")


class Target(OfArea, table=True):
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
        "Number",
        FIGURE,
        "The lower one of a range; money in rupees. Where all are meant, say so in the notes.",
        uses=Use.LIST,
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

    def label(self) -> str:
        """Name the figure and its number."""
        metric = Choice("metric").show(self.metric) or f"{self.title} {self.id}"
        numbers = " to ".join(FIGURE.show(one) for one in (self.low, self.high) if one is not None)
        return f"{metric}: {numbers}" if numbers else metric


check = Rules(Target, "our own check, not official")


@check("low", "Enter the number. Where all are meant, leave it empty and say so in the notes.")
def number_given(target: Target, _context: RuleContext) -> bool:
    """A target is a number; only one of all there are goes without, and says so."""
    of_all = target.target_kind in {"TARGET", "ALLOTMENT"} and target.notes
    return target.low is None and not of_all


@check("high", "The upper number is below the lower one, {low}. Check both.")
def range_goes_up(target: Target, _context: RuleContext) -> Broken | None:
    """A range goes from its lower to its upper number."""
    low, high = target.low, target.high
    if low is None or high is None:
        return None
    return Broken(low=FIGURE.show(low)) if high < low else None


@check("source", "Enter where this figure was published.", Severity.WARN)
def published_somewhere(target: Target, _context: RuleContext) -> bool:
    """A published figure is believed for its source."""
    return target.target_kind in {"REPORTED", "BASELINE"} and not target.source


@check("as_on", "Enter the day up to which this figure counts.", Severity.WARN)
def opening_as_on(target: Target, _context: RuleContext) -> bool:
    """An opening figure is added to what was recorded after its day."""
    return target.target_kind == "OPENING" and target.as_on is None


@check(
    "metric",
    "This target is entered already ({other}). Correct that one.",
    Severity.REASON,
    across=True,
)
def set_once(target: Target, context: RuleContext) -> Broken | None:
    """A target is set once for an area and a time; a published figure once for its day."""
    for other in context.others(target, "metric", "target_kind"):
        if all(other.value(name) == target.value(name) for name in _WHERE_AND_WHEN):
            return Broken(other=other)
    return None
