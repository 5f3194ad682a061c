"""Members of self-help groups."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import ClassVar

from fieldkit.matching import Part
from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.community import lakhpati
from fieldkit.records.community.common import LOKOS
from fieldkit.records.community.self_help_group import MOST_MEMBERS, SelfHelpGroup, members_of
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.milestone import Milestone
from fieldkit.records.declaration.parts import (
    Approval,
    BankAccount,
    Circumstances,
    Livelihoods,
    Person,
)
from fieldkit.records.declaration.rule import Broken, Known, RuleContext, Rules
from fieldkit.records.declaration.writers import REGISTRAR, Writers
from fieldkit.records.fields.formats import (
    CODE,
    PAST_DATE,
    PERSON_NAME,
    RUPEES,
    TEXT,
    YES_NO,
    Choice,
    Reference,
)
from fieldkit.search.sound import MAY_BE_SAME, alike

_SIZE = "SHG size: J&K Bank page for JKRLM, summary of an RBI circular"
_MIXED = {"PWD", "TG"}
_ONE_EACH = {"PRES", "SEC", "TREAS"}


class Member(Livelihoods, Circumstances, Approval, BankAccount, Person, table=True):
    """A member of a self-help group."""

    sections = (
        "Person",
        "Household",
        "Bank account",
        "About the person",
        "Livelihoods",
        "Lakhpati Didi",
        "Insurance",
        "Status",
        "In LokOS",
    )
    recognised_by: ClassVar[Mapping[str, Part]] = {
        **Person.recognised_by,
        "member_code": Part.NUMBER,
        "account_no": Part.ACCOUNT,
        "ifsc": Part.BRANCH,
        "ration_card": Part.HOUSEHOLD,
    }
    actions = {
        "self_help_group_id": Action("m", "member", known_by="beneficiary_id"),
        "beneficiary_id": Action("m", "join a group", same_person=True),
    }
    milestones = (Milestone(1, "joined"),)
    home_rank = 2
    writers = Writers(create=REGISTRAR, edit=REGISTRAR)

    self_help_group_id: str | None = field(
        "Self-help group",
        Reference(("self_help_group",)),
        section="Person",
        required="a member belongs to one group",
        uses=Use.LIST,
    )
    office: str | None = field("Office", Choice("office"), default="MEM")
    joined_on: date | None = field("Joined", PAST_DATE, uses=Use.HAPPENED)

    household_no: str | None = field(
        "Household number", CODE, "The same for all members of one household.", section="Household"
    )
    mother_name: str | None = field("Mother", PERSON_NAME)
    head_of_family: bool | None = field("Head of the family", YES_NO)
    ration_card: str | None = field("Ration card", CODE)
    poverty_line: str | None = field("APL or BPL", Choice("poverty_line"))
    pip_category: str | None = field("Poverty ranking (PIP)", Choice("pip_category"))
    job_card: str | None = field("NREGA job card", CODE)
    pmay_id: str | None = field("PMAY-G number", CODE)
    secc_tin: str | None = field("SECC TIN", CODE)

    account_seeded: bool | None = field(
        "Aadhaar linked to the account", YES_NO, section="Bank account"
    )

    pvtg: bool | None = field(
        "Particularly vulnerable tribal group", YES_NO, section="About the person"
    )
    leader: bool | None = field("Leader in the VO or CLF", YES_NO)
    cadre: str | None = field("Cadre role", Choice("cadre"), replaced_by="cadre")
    beneficiary_id: str | None = field(
        "Also an artisan",
        Reference(("beneficiary",)),
        "If she is also registered under PM Vishwakarma.",
    )

    mahila_kisan: bool | None = field("Mahila Kisan", YES_NO, section="Livelihoods")
    farm_practices: str | None = field(
        "Farm practices taken up", TEXT, applies=when(mahila_kisan=True)
    )
    lakhpati_status: str | None = field(
        "Lakhpati Didi",
        Choice("lakhpati_status"),
        section="Lakhpati Didi",
        replaced_by="income_entry",
    )
    lakhpati_on: date | None = field("Lakhpati Didi since", PAST_DATE, replaced_by="income_entry")
    baseline_income: int | None = field("Yearly household income at the start", RUPEES)
    taken_cif: bool | None = field("Has taken a CIF loan", YES_NO, replaced_by="fund_release")

    insured: bool | None = field("Insured", YES_NO, section="Insurance")
    pmjjby: bool | None = field("PMJJBY (life)", YES_NO, replaced_by="insurance_cover")
    pmsby: bool | None = field("PMSBY (accident)", YES_NO, replaced_by="insurance_cover")
    lic: bool | None = field("LIC", YES_NO, replaced_by="insurance_cover")
    health_insurance: bool | None = field("Health insurance", YES_NO, replaced_by="insurance_cover")

    member_code: str | None = field("LokOS member code", CODE, section="In LokOS", uses=Use.CODE)
    aadhaar_checked: bool | None = field("Aadhaar checked (KYC)", YES_NO)
    ekyc: bool | None = field("eKYC done", YES_NO)

    def event(self) -> str:
        """Say that she joined, and as what."""
        office = Choice("office").show(self.office)
        return f"Joined the group as {office.casefold()}" if office else "Joined the group"

    def standing(self, known: Known, on: date) -> Sequence[str]:
        """Say where she stands on the income ladder."""
        return lakhpati.in_words(self, known, on)


check = Rules(Member, LOKOS)


def _is_active(member: Member) -> bool:
    """Say whether she is still in the group; an empty status means she is."""
    return member.status in {None, "ACTIVE"}


@check(
    "self_help_group_id",
    "The group has {count} members already. It may have at most {most}.",
    Severity.WARN,
    source=_SIZE,
)
def room_in_the_group(member: Member, context: RuleContext) -> Broken | None:
    """At most twenty members."""
    group, before = member.self_help_group_id, context.before
    if not group or not _is_active(member):
        return None
    if isinstance(before, Member) and before.self_help_group_id == group:
        return None
    others = [found for found in members_of(group, context) if found.id != member.id]
    most = context.limit(member, "SHG_MOST", MOST_MEMBERS)
    return Broken(count=len(others), most=most) if len(others) >= most else None


@check(
    "self_help_group_id",
    source="one person, one group (a bank's page, not a JKRLM paper)",
    across=True,
    twice="{other_name} ({other}) is a member of this group already.",
    elsewhere="She is already a member of {group_name} ({other}). First mark her as left there.",
    unknown_group=(
        "She is already a member of group {group} ({other}). First mark her as left there."
    ),
)
def one_group(member: Member, context: RuleContext) -> Broken | None:
    """A woman is in one group at a time."""
    if not _is_active(member):
        return None
    for other in _same_woman(member, context):
        if other.id != member.id and _is_active(other):
            number = other.self_help_group_id or ""
            if number == member.self_help_group_id:
                return Broken("twice", other=other)
            group = context.known.get("self_help_group", number)
            if group:
                return Broken("elsewhere", other=other, group=group)
            return Broken("unknown_group", other=other, group=number)
    return None


def _same_woman(member: Member, context: RuleContext) -> Iterator[Member]:
    """Yield the members known to be her: by code, by artisan, by Aadhaar, birth and name."""
    keys = [{name: member.value(name)} for name in ("member_code", "beneficiary_id")]
    by_aadhaar = {name: member.value(name) for name in ("aadhaar_last4", "born")}
    for key in (*keys, by_aadhaar):
        if None in key.values():
            continue
        for found in context.where("member", **key):
            if not isinstance(found, Member):
                continue
            if key is not by_aadhaar or alike(member.name or "", found.name or "") >= MAY_BE_SAME:
                yield found


@check(
    "gender",
    "Groups are for women. Only groups of persons with disability or of transgender persons may "
    "be mixed.",
    Severity.REASON,
    source="mixed groups only for PwD and transgender (a bank's page, not a JKRLM paper)",
)
def women_only(member: Member, context: RuleContext) -> bool:
    """Men are members only where the group is of persons with disability or transgender."""
    group = context.get(SelfHelpGroup, member.self_help_group_id) if member.gender == "M" else None
    return bool(group and group.shg_kind and group.shg_kind not in _MIXED)


@check(
    "office",
    "{other_name} is also {office:office lower} of this group. Correct the one who is not.",
    Severity.WARN,
)
def one_in_each_office(member: Member, context: RuleContext) -> Broken | None:
    """A group has one president, one secretary, one treasurer."""
    if member.office not in _ONE_EACH or not member.self_help_group_id or not _is_active(member):
        return None
    for other in members_of(member.self_help_group_id, context):
        if other.id != member.id and other.value("office") == member.office:
            return Broken(other=other, office=member.office)
    return None


@check(
    "joined_on", "The group was formed later, on {formed:date}. Check both dates.", Severity.WARN
)
def joined_after_formation(member: Member, context: RuleContext) -> Broken | None:
    """Nobody joins before the group was formed."""
    group = context.get(SelfHelpGroup, member.self_help_group_id)
    joined, formed = member.joined_on, group.formed_on if group else None
    return Broken(formed=formed) if joined and formed and formed > joined else None


in_order(Member, "joined_on", "inactive_on", source=LOKOS)
