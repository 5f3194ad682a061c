"""Community cadre: banking correspondents, Bank Sakhis, Krishi, Pashu and Van Sakhis."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.conversion import Conversion
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.parts import BankBranch, BankName, BranchByIfsc, state_field
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.fields.formats import CODE, IFSC, PAST_DATE, Choice, Reference, Whole

_SOURCE = "LokOS cadre roles; steps are our own, not official"
BANKING = ("CR01", "CR02")
"""Roles that work for a bank: banking correspondent, Bank Sakhi."""


class Cadre(BranchByIfsc, table=True):
    """The appointment of a member to a role of the community cadre."""

    plural = "Cadre"
    order = "since"
    match_keys = (("member_id", "role"),)
    actions = {"member_id": Action("", "cadre role")}
    converts = (
        Conversion(
            "member",
            "cadre",
            link="member_id",
            takes={"role": "cadre"},
            gives={"state": "ACTIVE"},
            same=("member_id", "role"),
        ),
    )
    lifecycle = Lifecycle(
        "state",
        Step("TRAINED", "trained", on="trained_on", overdue=90),
        Step("ACTIVE", "appointed", on="since", early=True),
        Step("ENDED", "ended", on="ended_on", asks=("ended_why",)),
    )

    member_id: str | None = field(
        "Member",
        Reference(("member",)),
        section="Appointment",
        required="cadre are members of groups",
        uses=Use.LIST,
    )
    role: str | None = field(
        "Role", Choice("cadre"), required="cadre are counted by role", uses=Use.LIST
    )
    state: str | None = state_field("cadre_state", "ACTIVE", "cadre are counted by state")
    trained_on: date | None = field("Trained", PAST_DATE)
    since: date | None = field("Appointed", PAST_DATE, uses=Use.LIST)
    ended_on: date | None = field("Ended", PAST_DATE)
    ended_why: str | None = field("Reason", Choice("cadre_end"))
    households: int | None = field("Households served", Whole(most=99_999))
    ifsc: str | None = field(
        "IFSC", IFSC, "Of the branch she works for.", section="Bank", applies=when(role=BANKING)
    )
    bank_name: BankName = None
    bank_branch: BankBranch = None
    csc_id: str | None = field(
        "CSC number", CODE, "If she also runs a Common Service Centre.", uses=Use.CODE
    )

    def label(self) -> str:
        """Name the role."""
        return Choice("cadre").show(self.role) or f"Cadre {self.id}"

    def step_event(self, step: Step | None) -> str:
        """Say what happened, and in which role."""
        return f"{self.label()}: {step.word if step else 'noted'}"


check = Rules(Cadre, _SOURCE)


@check("role", "She has this role already ({other}). Open that one.", Severity.REASON, across=True)
def one_appointment(cadre: Cadre, context: RuleContext) -> Broken | None:
    """A member has a role once at a time."""
    if cadre.state == "ENDED":
        return None
    others = context.others(cadre, "member_id", "role")
    same = [one for one in others if one.state != "ENDED"]
    return Broken(other=same[0]) if same else None


@check("ifsc", "Enter the branch she works for: they are counted by bank.", Severity.WARN)
def works_for_a_bank(cadre: Cadre, _context: RuleContext) -> bool:
    """A banking correspondent or Bank Sakhi works for a bank."""
    banking = cadre.role in BANKING and cadre.state == "ACTIVE"
    return banking and not cadre.ifsc and not cadre.bank_name


lifecycle_rules(Cadre, source=_SOURCE)
