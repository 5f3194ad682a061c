"""Funds released to groups and federations: RF, CIF, VRF, CEF and others."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.conversion import Conversion
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.milestone import Milestone
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.parts import state_field
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.fields.dates import months_after
from fieldkit.records.fields.formats import PAST_DATE, PORTAL_NUMBER, RUPEES, Choice, Reference

_SOURCE = "capitalisation support under DAY-NRLM; steps are our own, not official"
_RF = "RBI summary of 2021, asrlms.assam.gov.in: Revolving Fund"
_CIF = (
    "asrlms.assam.gov.in, msrls.nic.in: CIF on a micro-credit plan; amounts not confirmed for J&K"
)
CIF_MOST = 1_00_000
"""Rupees to one group at a time, if no SchemeLimit record says otherwise."""
PANCHASUTRA = ("meets", "saves", "lends", "repays", "keeps_books")


class FundRelease(Record, table=True):
    """A release of a fund, to the lowest body named; those above it are its route."""

    order = "released_on"
    match_keys = (
        ("utr", "self_help_group_id"),
        ("fund", "self_help_group_id", "released_on"),
        ("fund", "village_organisation_id", "released_on"),
        ("fund", "cluster_federation_id", "released_on"),
        ("fund", "enterprise_id", "released_on"),
        ("fund", "member_id", "released_on"),
    )
    actions = {
        "self_help_group_id": Action("", "fund"),
        "village_organisation_id": Action("", "fund"),
        "cluster_federation_id": Action("", "fund"),
        "enterprise_id": Action("", "fund"),
        "member_id": Action("", "fund"),
    }
    milestones = tuple(
        Milestone(
            place,
            fund,
            when(fund=fund, member_id=None, state=("RELEASED", "RECEIVED", "REPAID")),
            about="self_help_group_id",
        )
        for place, fund in ((2, "RF"), (3, "CIF"))
    )
    converts = (
        Conversion(
            "member",
            "cif",
            link="member_id",
            when=when(taken_cif=True),
            takes={"self_help_group_id": "self_help_group_id"},
            gives={"fund": "CIF", "state": "RELEASED"},
            same=("member_id", "fund"),
        ),
    )
    lifecycle = Lifecycle(
        "state",
        Step(
            "PROPOSED",
            "proposed",
            on="proposed_on",
            then=("APPROVED", "RELEASED", "REFUSED"),
            overdue=30,
            decision="approval",
        ),
        Step("REFUSED", "refused", then=("PROPOSED",), aside=True),
        Step("APPROVED", "approved", on="approved_on", overdue=30),
        Step("RELEASED", "released", on="released_on", amount="amount", asks=("utr",), early=True),
        Step("RECEIVED", "received", on="received_on"),
        Step("REPAID", "repaid", on="repaid_on"),
    )

    fund: str | None = field(
        "Fund",
        Choice("fund_type"),
        section="Fund",
        required="releases are counted by fund",
        uses=Use.LIST,
    )
    self_help_group_id: str | None = field(
        "To group",
        Reference(("self_help_group",)),
        "Name whom it is for, and the VO and CLF it goes through.",
        uses=Use.LIST,
    )
    village_organisation_id: str | None = field(
        "To or through VO", Reference(("village_organisation",)), uses=Use.LIST
    )
    cluster_federation_id: str | None = field(
        "To or through CLF", Reference(("cluster_federation",)), uses=Use.LIST
    )
    enterprise_id: str | None = field(
        "To enterprise", Reference(("enterprise",)), applies=when(fund="CEF")
    )
    member_id: str | None = field(
        "Lent on to member",
        Reference(("member",)),
        "Only for what a group lends on to one member.",
        applies=when(fund=("CIF", "VRF", "CEF", "OTHER")),
    )
    state: str | None = state_field("fund_state", "RELEASED", "releases are counted by state")
    proposed_on: date | None = field("Proposed", PAST_DATE, section="Release")
    mcp_on: date | None = field(
        "Micro-credit plan of", PAST_DATE, applies=when(fund=("CIF", "CEF"))
    )
    approved_on: date | None = field("Approved", PAST_DATE)
    released_on: date | None = field("Released", PAST_DATE, uses=Use.LIST)
    amount: int | None = field("Amount", RUPEES, uses=Use.LIST)
    utr: str | None = field("UTR", PORTAL_NUMBER, "The bank's number.", uses=Use.CODE)
    received_on: date | None = field("Received", PAST_DATE)
    repaid_on: date | None = field("Repaid", PAST_DATE)

    def label(self) -> str:
        """Name the fund."""
        return Choice("fund_type").show(self.fund).partition(" (")[0] or f"Fund {self.id}"

    def step_event(self, step: Step | None) -> str:
        """Say how far the release has come, and of how much."""
        of = f"{RUPEES.show(self.amount)}, " if self.amount else ""
        return f"Fund {step.word if step else 'noted'}: {of}{self.label()}"


check = Rules(FundRelease, _SOURCE)
_BODIES = (
    "self_help_group_id",
    "village_organisation_id",
    "cluster_federation_id",
    "enterprise_id",
    "member_id",
)


@check(
    "self_help_group_id",
    nobody="Enter whom it is for: the group, the VO or the CLF.",
    group="The Revolving Fund is for a group. Enter the group.",
)
def for_somebody(release: FundRelease, _context: RuleContext) -> Broken | None:
    """A fund is released to somebody; the Revolving Fund to a group."""
    if release.fund == "RF" and not release.self_help_group_id:
        return Broken("group")
    return None if any(release.value(name) for name in _BODIES) else Broken("nobody")


@check(
    "fund",
    "This group has been given the Revolving Fund ({other}). It is given once.",
    Severity.REASON,
    source=_RF,
    across=True,
)
def revolving_fund_once(release: FundRelease, context: RuleContext) -> Broken | None:
    """A group is given the Revolving Fund once."""
    if release.fund != "RF" or release.state == "REFUSED":
        return None
    others = context.others(release, "fund", "self_help_group_id")
    given = [one for one in others if one.state != "REFUSED"]
    return Broken(other=given[0]) if given else None


@check(
    "amount",
    "The Revolving Fund is {least:rupees} to {most:rupees} for a group. Check the amount.",
    Severity.WARN,
    source=_RF,
)
def revolving_fund_amount(release: FundRelease, context: RuleContext) -> Broken | None:
    """The Revolving Fund is Rs 10,000 to 15,000."""
    amount = release.answer("amount")
    if release.fund != "RF" or not isinstance(amount, int):
        return None
    least, most = (
        context.limit(release, "RF_LEAST", 10_000),
        context.limit(release, "RF_MOST", 15_000),
    )
    return None if least <= amount <= most else Broken(least=least, most=most)


@check(
    "released_on",
    "The group was formed on {formed:date}: the Revolving Fund is given after {months} months.",
    Severity.WARN,
    source=_RF,
)
def group_of_some_age(release: FundRelease, context: RuleContext) -> Broken | None:
    """A group is three months old before it is given the Revolving Fund."""
    group = context.get(SelfHelpGroup, release.self_help_group_id)
    given, formed = release.released_on, group.formed_on if group else None
    if release.fund != "RF" or not given or not formed:
        return None
    months = context.limit(release, "RF_MONTHS", 3)
    return Broken(formed=formed, months=months) if given < months_after(formed, months) else None


@check(
    "fund",
    "The group does not keep all five rules of the Panchasutra. Check its page.",
    Severity.WARN,
    source=_RF,
)
def panchasutra_kept(release: FundRelease, context: RuleContext) -> bool:
    """A group keeps the Panchasutra before it is given the Revolving Fund."""
    group = context.get(SelfHelpGroup, release.self_help_group_id)
    if release.fund != "RF" or not group:
        return False
    return any(group.value(name) is False for name in PANCHASUTRA)


@check(
    "mcp_on",
    "The Community Investment Fund is given on a micro-credit plan. Enter its date.",
    Severity.WARN,
    source=_CIF,
)
def on_a_plan(release: FundRelease, _context: RuleContext) -> bool:
    """CIF is given to a group on its micro-credit plan."""
    to_group = release.self_help_group_id and not release.member_id
    return release.fund == "CIF" and bool(to_group) and release.mcp_on is None


@check(
    "amount",
    "CIF is at most {most:rupees} for a group at a time. Check the amount.",
    Severity.WARN,
    source=_CIF,
)
def investment_fund_amount(release: FundRelease, context: RuleContext) -> Broken | None:
    """CIF to one group has a ceiling."""
    amount = release.answer("amount")
    if release.fund != "CIF" or not release.self_help_group_id or not isinstance(amount, int):
        return None
    most = context.limit(release, "CIF_MOST", CIF_MOST)
    return Broken(most=most) if amount > most else None


@check(
    "village_organisation_id",
    "The group is in another VO. Check its page and the route.",
    Severity.WARN,
    source="an SHG belongs to one VO, a VO to one CLF",
)
def route_of_the_group(release: FundRelease, context: RuleContext) -> bool:
    """A fund goes through the VO of the group."""
    group = context.get(SelfHelpGroup, release.self_help_group_id)
    own, named = group.village_organisation_id if group else None, release.village_organisation_id
    return bool(own and named and own != named)


lifecycle_rules(FundRelease, source=_SOURCE)
in_order(FundRelease, "mcp_on", "released_on", source=_CIF)
