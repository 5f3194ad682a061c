"""Loans to one person: the tranches of PM Vishwakarma, Lal Ded Stree Shakti, Mission YUVA."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.parts import (
    BankBranch,
    BankName,
    EitherArtisan,
    OrMember,
    bank_and_branch,
)
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    ACCOUNT,
    IFSC,
    LONG_TEXT,
    PAST_DATE,
    PORTAL_NUMBER,
    RUPEES,
    TEXT,
    Choice,
    Reference,
    Value,
)

TRANCHES = ("PMV1", "PMV2")
"""The two loans of PM Vishwakarma, in their order."""
SANCTIONED = ("SANCTIONED", "DISBURSED", "CLOSED", "NPA")
DISBURSED = ("DISBURSED", "CLOSED", "NPA")


class Loan(Record, table=True):
    """A loan to an artisan or to a member of a group, from the wish to the last instalment."""

    title = "Loan"
    plural = "Loans"
    order = "applied_on"
    match_keys = (
        ("application_no",),
        ("beneficiary_id", "product", "applied_on"),
        ("member_id", "product", "applied_on"),
    )
    steps = {"beneficiary_id": "l loan", "member_id": "l loan"}
    lifecycle = Lifecycle(
        "state",
        Step("WILLING", "wished for"),
        Step(
            "SPONSORED",
            "sent to the bank",
            on="applied_on",
            amount="applied_amount",
            then=("UNDER_PROCESS", "SANCTIONED", "REJECTED", "RETURNED"),
            early=True,
        ),
        Step("UNDER_PROCESS", "with the bank", then=("SANCTIONED", "REJECTED", "RETURNED")),
        Step("REJECTED", "rejected by the bank", asks=("turned_down",), aside=True),
        Step(
            "RETURNED",
            "returned by the bank with a question",
            asks=("turned_down",),
            then=("SPONSORED", "UNDER_PROCESS", "REJECTED"),
            aside=True,
        ),
        Step("SANCTIONED", "sanctioned", on="sanctioned_on", amount="sanctioned_amount"),
        Step(
            "DISBURSED",
            "paid out",
            on="disbursed_on",
            amount="disbursed_amount",
            asks=("account_no",),
            then=("CLOSED", "NPA"),
        ),
        Step("CLOSED", "repaid", on="closed_on"),
        Step("NPA", "overdue", then=("DISBURSED", "CLOSED"), aside=True),
    )

    product: str | None = field(
        "Product",
        Choice("loan_product"),
        section="Loan",
        required="a loan is counted by its product",
        uses=Use.LIST,
    )
    beneficiary_id: EitherArtisan = None
    member_id: OrMember = None
    self_help_group_id: str | None = field(
        "Group that stands for it",
        Reference(("self_help_group",)),
        "Her group: at most three of its members have this loan.",
        applies=when(product="LALDED"),
    )
    state: str | None = field(
        "State",
        Choice("loan_state"),
        "How far it has come; the dates of that step are asked below.",
        default="SPONSORED",
        required="a loan is counted by its state",
        uses=Use.LIST,
    )
    application_no: str | None = field(
        "Application number", PORTAL_NUMBER, section="Application", uses=Use.CODE
    )
    applied_on: date | None = field("Sent to the bank", PAST_DATE)
    applied_amount: int | None = field("Amount applied for", RUPEES)
    purpose: str | None = field("What it is for", TEXT)
    ifsc: str | None = field("IFSC", IFSC, "Of the lending branch.")
    bank_name: BankName = None
    bank_branch: BankBranch = None
    turned_down: str | None = field("What the bank says", LONG_TEXT)
    sanctioned_on: date | None = field("Sanctioned", PAST_DATE, section="Sanction and payment")
    sanctioned_amount: int | None = field("Amount sanctioned", RUPEES, uses=Use.LIST)
    disbursed_on: date | None = field("First paid out", PAST_DATE, uses=Use.LIST)
    disbursed_amount: int | None = field("Amount paid out so far", RUPEES)
    account_no: str | None = field("Loan account number", ACCOUNT)
    closed_on: date | None = field("Repaid", PAST_DATE)

    @classmethod
    def derive(cls, values: Mapping[str, Value]) -> dict[str, Value]:
        """Add the bank and the branch of the IFSC."""
        return super().derive(values) | bank_and_branch(values)

    def label(self) -> str:
        """Name the product."""
        return _short(self.product) or f"Loan {self.id}"

    def event(self, step: Step | None = None) -> str:
        """Say how far the loan has come, and of how much."""
        step = step or self.step()
        amount = self.value(step.amount) if step and step.amount else None
        amount = amount or self.disbursed_amount or self.sanctioned_amount or self.applied_amount
        of = f", {RUPEES.show(amount)}" if amount else ""
        return f"Loan {step.word if step else 'noted'}{of}: {self.label()}"


def _short(product: str | None) -> str:
    """Return a product's name without its terms, which stand in brackets."""
    return Choice("loan_product").show(product).partition(" (")[0]
