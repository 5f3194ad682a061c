"""Enterprises of artisans, members and groups, and common facility centres."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.conversion import Conversion
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.parts import Activity, state_field
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.fields.formats import (
    CODE,
    PAST_DATE,
    RUPEES,
    TEXT,
    UDYAM,
    Choice,
    Reference,
    Whole,
)

_SOURCE = "the programmes' own definitions; steps are our own, not official"


class Enterprise(Activity, table=True):
    """An enterprise that was set up, or a common facility centre (CFC) of a cluster."""

    order = "started_on"
    match_keys = (
        ("udyam",),
        ("iec_no",),
        ("beneficiary_id", "programme"),
        ("member_id", "programme", "activity"),
        ("self_help_group_id", "programme", "activity"),
        ("~name", "cluster"),
    )
    actions = {
        "beneficiary_id": Action("", "enterprise"),
        "member_id": Action("", "enterprise"),
        "self_help_group_id": Action("", "enterprise"),
    }
    converts = (
        Conversion(
            "beneficiary",
            "enterprise",
            link="beneficiary_id",
            takes={name: name for name in ("udyam", "started_on", "workers_women", "workers_men")},
            gives={"programme": "PMV", "state": "RUNNING"},
            same=("beneficiary_id",),
        ),
    )
    lifecycle = Lifecycle(
        "state",
        Step("PLANNED", "planned", on="planned_on", overdue=180),
        Step("RUNNING", "started", on="started_on", early=True),
        Step("CLOSED", "closed", on="closed_on"),
    )
    sections = ("Enterprise", "Registration", "Work", "Remarks")

    programme: str | None = field(
        "Programme",
        Choice("enterprise_programme"),
        section="Enterprise",
        required="enterprises are counted by programme",
        uses=Use.LIST,
    )
    name: str | None = field("Name", TEXT, uses=Use.NAME | Use.LIST)
    beneficiary_id: str | None = field(
        "Artisan",
        Reference(("beneficiary",)),
        "Whose it is: the artisan, the member or the group.",
        applies=when(member_id=None, self_help_group_id=None),
        uses=Use.LIST,
    )
    member_id: str | None = field(
        "Member of a group",
        Reference(("member",)),
        applies=when(beneficiary_id=None, self_help_group_id=None),
        uses=Use.LIST,
    )
    self_help_group_id: str | None = field(
        "Group",
        Reference(("self_help_group",)),
        applies=when(beneficiary_id=None, member_id=None),
        uses=Use.LIST,
    )
    cluster: str | None = field("Cluster", TEXT, suggest="village", uses=Use.PLACE | Use.LIST)
    state: str | None = state_field(
        "enterprise_state", "RUNNING", "an enterprise is counted by its state"
    )
    planned_on: date | None = field("Planned", PAST_DATE)
    started_on: date | None = field("Started", PAST_DATE, uses=Use.LIST)
    closed_on: date | None = field("Closed", PAST_DATE)
    udyam: str | None = field("Udyam number", UDYAM, section="Registration", uses=Use.CODE)
    udyam_class: str | None = field("Class on Udyam", Choice("udyam_class"))
    iec_no: str | None = field(
        "Importer-exporter code (IEC)",
        CODE,
        "Ten characters, as on the certificate.",
        uses=Use.CODE,
    )
    iec_on: date | None = field("IEC issued", PAST_DATE)
    workers_women: int | None = field(
        "Women working there", Whole(most=9999), "The owner included.", section="Work"
    )
    workers_men: int | None = field("Men working there", Whole(most=9999))
    investment: int | None = field("Investment so far", RUPEES)

    def label(self) -> str:
        """Name it by its own name, else by what it does."""
        activity = Choice("livelihood").show(self.activity)
        programme = Choice("enterprise_programme").show(self.programme)
        return self.name or activity or programme.partition(" (")[0] or f"Enterprise {self.id}"


check = Rules(Enterprise, _SOURCE)


@check(
    "beneficiary_id",
    none="Enter whose it is: the artisan, the member or the group.",
    many="Enter only one: the artisan, the member or the group.",
)
def one_owner(enterprise: Enterprise, _context: RuleContext) -> Broken | None:
    """An enterprise has one owner; a common facility centre may have none."""
    owners = (enterprise.beneficiary_id, enterprise.member_id, enterprise.self_help_group_id)
    given = sum(owner is not None for owner in owners)
    if given > 1:
        return Broken("many")
    return Broken("none") if not given and enterprise.programme != "CFC" else None


@check("cluster", "Enter the cluster: centres are counted by cluster.", Severity.WARN)
def cluster_of_a_centre(enterprise: Enterprise, _context: RuleContext) -> bool:
    """A common facility centre serves a cluster."""
    return enterprise.programme == "CFC" and not enterprise.cluster


@check(
    "udyam",
    "Another enterprise has this Udyam number ({other}).",
    Severity.REASON,
    source="Udyam: one number for each enterprise (general knowledge, not confirmed)",
    across=True,
)
def udyam_of_one(enterprise: Enterprise, context: RuleContext) -> Broken | None:
    """A Udyam number is that of one enterprise."""
    others = context.others(enterprise, "udyam")
    return Broken(other=others[0]) if others else None


@check(
    "iec_no",
    "An IEC has ten characters. Check it.",
    Severity.WARN,
    source="IEC: general knowledge, not confirmed",
)
def iec_of_ten(enterprise: Enterprise, _context: RuleContext) -> bool:
    """An importer-exporter code has ten characters."""
    return enterprise.iec_no is not None and len(enterprise.iec_no) != 10


lifecycle_rules(Enterprise, source=_SOURCE)
