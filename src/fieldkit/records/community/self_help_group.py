"""Self-help groups, as LokOS profiles them."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.community.common import LOKOS, Community
from fieldkit.records.declaration.action import Action, Job
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.milestone import Milestone
from fieldkit.records.declaration.parts import Livelihoods
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.records.fields.formats import PAST_DATE, RUPEES, YES_NO, Choice, Reference, Whole

_SIZE = "SHG size: J&K Bank page for JKRLM, summary of an RBI circular"
MOST_MEMBERS = 20
FEWEST_MEMBERS = 10
FEWEST_IN_SPECIAL = 5


class SelfHelpGroup(Livelihoods, Community, table=True):
    """A self-help group (SHG) of ten to twenty women."""

    title = "Self-help group"
    actions = {"village_organisation_id": Action("m", "group")}
    job = Job(2, "Self-help group")
    home_rank = 3
    milestones = (Milestone(1, "formed"),)

    shg_kind: str | None = field(
        "Kind",
        Choice("shg_kind"),
        "Special groups may have five members.",
        section="Group",
        default="REG",
    )
    village_organisation_id: str | None = field(
        "Village organisation (VO)", Reference(("village_organisation",)), uses=Use.LIST
    )
    joined_federation_on: date | None = field("In that VO since", PAST_DATE)
    origin: str | None = field("New or old group", Choice("shg_origin"), section="Profile")
    category: str | None = field("Category of most members", Choice("category"))
    grade: str | None = field("Grade", Choice("shg_grade"))
    graded_on: date | None = field("Graded on", PAST_DATE)
    meets: bool | None = field("Meets regularly", YES_NO, section="Panchasutra")
    saves: bool | None = field("Saves regularly", YES_NO)
    lends: bool | None = field("Lends among members", YES_NO)
    repays: bool | None = field("Loans are repaid in time", YES_NO)
    keeps_books: bool | None = field("Books are up to date", YES_NO)
    savings_frequency: str | None = field(
        "How often it saves", Choice("meeting_frequency"), section="Savings"
    )
    savings_amount: int | None = field("Savings per member each time", RUPEES)
    saves_food: bool | None = field("Saves for food security", YES_NO)
    saves_health: bool | None = field("Saves for health", YES_NO)
    saves_optional: bool | None = field("Optional savings", YES_NO)
    loan_running: bool | None = field("Bank loan running", YES_NO, replaced_by="group_loan")
    active_members: int | None = field(
        "Active members in LokOS",
        Whole(most=99),
        "As in LokOS. The members entered here are counted separately.",
        section="In LokOS",
    )
    opening_saved_vo: int | None = field("Savings with the VO", RUPEES, section="Opening balances")
    opening_saved_clf: int | None = field("Savings with the CLF", RUPEES)
    opening_share_vo: int | None = field("Share capital in the VO", RUPEES)
    opening_share_clf: int | None = field("Share capital in the CLF", RUPEES)
    opening_rf: int | None = field("Revolving Fund received", RUPEES)
    closed_bank_loans: int | None = field(
        "Bank loans closed", Whole(most=99), section="Closed loans"
    )
    closed_bank_amount: int | None = field("Bank loans closed, amount", RUPEES)
    closed_vo_loans: int | None = field("VO loans closed", Whole(most=99))
    closed_vo_amount: int | None = field("VO loans closed, amount", RUPEES)
    closed_clf_loans: int | None = field("CLF loans closed", Whole(most=99))
    closed_clf_amount: int | None = field("CLF loans closed, amount", RUPEES)


def fewest(shg_kind: str | None) -> tuple[str, int]:
    """Return the limit of the fewest members a group of this kind may have, and its usual value."""
    regular = shg_kind in {None, "REG"}
    return ("SHG_FEWEST", FEWEST_MEMBERS) if regular else ("SHG_SPECIAL", FEWEST_IN_SPECIAL)


def members_of(group: str, context: RuleContext) -> list[Record]:
    """Return the known members still in a group; an empty status means they are."""
    found = context.where("member", self_help_group_id=group)
    return [member for member in found if member.value("status") in {None, "ACTIVE"}]


@rule(
    SelfHelpGroup,
    "shg_kind",
    source=_SIZE,
    severity=Severity.WARN,
    says="{count} members. A group of this kind must have {least} to {most}.",
)
def group_size(group: SelfHelpGroup, context: RuleContext) -> Broken | None:
    """Ten to twenty members; five are enough in a special group. A new group has none yet."""
    if context.before is None:
        return None
    count, (limit, usual) = len(members_of(group.id, context)), fewest(group.shg_kind)
    least = context.limit(group, limit, usual)
    most = context.limit(group, "SHG_MOST", MOST_MEMBERS)
    if count == 0 or least <= count <= most:
        return None
    return Broken(count=count, least=least, most=most)


in_order(SelfHelpGroup, "formed_on", "joined_federation_on", source=LOKOS)
