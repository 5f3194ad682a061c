"""Bank linkage of groups: term loans and cash credit, dose by dose."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.parts import BankBranch, BankName, BranchByIfsc, state_field
from fieldkit.records.fields.formats import (
    ACCOUNT,
    IFSC,
    LONG_TEXT,
    PAST_DATE,
    PORTAL_NUMBER,
    RUPEES,
    Choice,
    Reference,
    Whole,
)

_RBI = "RBI norms of SHG bank linkage, as a bank's page sums them up"


class GroupLoan(BranchByIfsc, table=True):
    """A bank's loan to a group, from the request to the last instalment."""

    order = "applied_on"
    match_keys = (
        ("application_no",),
        ("account_no", "ifsc"),
        ("self_help_group_id", "dose_no", "facility"),
        ("self_help_group_id", "sanctioned_on"),
    )
    actions = {"self_help_group_id": Action("l", "bank loan")}
    lifecycle = Lifecycle(
        "state",
        Step("WILLING", "willingness recorded"),
        Step(
            "SPONSORED",
            "sent to the bank",
            on="applied_on",
            amount="applied_amount",
            then=("UNDER_PROCESS", "SANCTIONED", "REJECTED", "RETURNED"),
            early=True,
            overdue=30,
        ),
        Step(
            "UNDER_PROCESS",
            "with the bank",
            then=("SANCTIONED", "REJECTED", "RETURNED"),
        ),
        Step("REJECTED", "rejected by the bank", asks=("turned_down",), aside=True),
        Step(
            "RETURNED",
            "returned by the bank with a query",
            asks=("turned_down",),
            then=("SPONSORED", "UNDER_PROCESS", "REJECTED"),
            aside=True,
        ),
        Step("SANCTIONED", "sanctioned", on="sanctioned_on", amount="amount", overdue=30),
        Step(
            "DISBURSED",
            "disbursed",
            on="disbursed_on",
            amount="disbursed_amount",
            asks=("account_no", "outstanding"),
            then=("CLOSED", "NPA"),
        ),
        Step("CLOSED", "repaid", on="closed_on"),
        Step("NPA", "overdue", then=("DISBURSED", "CLOSED"), aside=True),
    )

    self_help_group_id: str | None = field(
        "Group",
        Reference(("self_help_group",)),
        section="Loan",
        required="bank linkage lends to one group",
        uses=Use.LIST,
    )
    dose_no: int | None = field("Dose", Whole(most=20), "1 for the first loan.", uses=Use.LIST)
    facility: str | None = field("Kind of loan", Choice("loan_facility"), uses=Use.LIST)
    state: str | None = state_field("loan_state", "SPONSORED", "a loan is counted by its state")
    application_no: str | None = field(
        "Application number", PORTAL_NUMBER, section="Application", uses=Use.CODE
    )
    applied_on: date | None = field("Sent to the bank", PAST_DATE)
    applied_amount: int | None = field("Amount applied for", RUPEES)
    corpus: int | None = field(
        "Corpus of the group", RUPEES, "Savings, interest, grants and funds it holds by then."
    )
    mcp_on: date | None = field("Micro-credit plan of", PAST_DATE)
    ifsc: str | None = field("IFSC", IFSC, "Of the branch that gives the loan.")
    bank_name: BankName = None
    bank_branch: BankBranch = None
    turned_down: str | None = field("Bank's reply", LONG_TEXT)
    sanctioned_on: date | None = field("Sanctioned", PAST_DATE, section="Sanction and disbursal")
    amount: int | None = field("Amount sanctioned", RUPEES, uses=Use.LIST)
    limit: int | None = field(
        "Limit of the cash credit", RUPEES, "For the whole term.", applies=when(facility="CCL")
    )
    disbursed_on: date | None = field("First disbursed", PAST_DATE, uses=Use.LIST)
    disbursed_amount: int | None = field("Amount disbursed so far", RUPEES)
    account_no: str | None = field("Loan account number", ACCOUNT)
    outstanding: int | None = field("Outstanding now", RUPEES)
    closed_on: date | None = field("Repaid", PAST_DATE)

    def label(self) -> str:
        """Name the dose and the kind of loan."""
        facility = Choice("loan_facility").show(self.facility).partition(" (")[0].casefold()
        dose = f"dose {self.dose_no}" if self.dose_no else ""
        return ", ".join(filter(None, ("Bank linkage", dose, facility)))

    def step_event(self, step: Step | None) -> str:
        """Say how far the loan has come, and of how much."""
        amount = self.value(step.amount) if step and step.amount else None
        amount = amount or self.disbursed_amount or self.amount or self.applied_amount
        of = f"{RUPEES.show(amount)}, " if amount else ""
        return f"{super().step_event(step)}: {of}{self.label()}"


lifecycle_rules(GroupLoan, source=_RBI)
