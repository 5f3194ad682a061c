"""Farm practices taken up by Mahila Kisans (MKSP)."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.community.member import Member
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.fields.formats import PAST_DATE, TEXT, Choice, Reference, Whole


class FarmPractice(Record, table=True):
    """A practice of crops or livestock that a member took up."""

    order = "adopted_on"
    match_keys = (("member_id", "component", "practice", "adopted_on"),)
    actions = {"member_id": Action("", "farm practice")}

    member_id: str | None = field(
        "Member",
        Reference(("member",)),
        section="Practice",
        required="a practice is taken up by one woman",
        uses=Use.LIST,
    )
    component: str | None = field(
        "Crops or livestock",
        Choice("farm_component"),
        required="practices are counted by component",
        uses=Use.LIST,
    )
    practice: str | None = field("Practice", TEXT, uses=Use.LIST)
    adopted_on: date | None = field(
        "Taken up on", PAST_DATE, default="today", uses=Use.LIST | Use.HAPPENED
    )
    kanals: int | None = field(
        "Land, kanals",
        Whole(most=9999),
        "20 kanals are one hectare.",
        applies=when(component="CROP"),
    )
    animals: int | None = field("Animals", Whole(most=99_999), applies=when(component="LIVESTOCK"))

    def label(self) -> str:
        """Name the practice, else the component."""
        component = Choice("farm_component").show(self.component)
        return self.practice or component or f"Farm practice {self.id}"


check = Rules(FarmPractice, "MKSP: general knowledge, not confirmed")


@check(
    "practice", "This practice is entered for her already ({other}).", Severity.REASON, across=True
)
def taken_up_once(record: FarmPractice, context: RuleContext) -> Broken | None:
    """A practice is taken up once."""
    others = context.others(record, "member_id", "component", "practice")
    return Broken(other=others[0]) if others else None


@check("member_id", "She is not marked as a Mahila Kisan. Check it on her page.", Severity.WARN)
def of_a_mahila_kisan(record: FarmPractice, context: RuleContext) -> bool:
    """Practices are those of Mahila Kisans."""
    woman = context.get(Member, record.member_id)
    return woman is not None and woman.mahila_kisan is False
