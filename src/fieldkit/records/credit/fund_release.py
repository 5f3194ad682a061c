"""Funds released to groups and federations: RF, CIF, VRF, CEF and others."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.parts import state_field
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import PAST_DATE, PORTAL_NUMBER, RUPEES, Choice, Reference

_SOURCE = "capitalisation support under DAY-NRLM; steps are our own, not official"
ON_A_PLAN = ("CIF", "CEF")
"""The funds that are given on a plan."""


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
    lifecycle = Lifecycle(
        "state",
        Step(
            "PROPOSED",
            "proposed",
            on="proposed_on",
            then=("APPROVED", "RELEASED", "REFUSED"),
            overdue=30,
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


lifecycle_rules(FundRelease, source=_SOURCE)
