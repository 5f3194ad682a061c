"""Loans to one person: the tranches of PM Vishwakarma, Lal Ded Stree Shakti, Mission YUVA."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.field import Condition, Field, Use
from fieldkit.records.declaration.parts import (
    ACCOUNT_HEADERS,
    IFSC_HEADERS,
    EitherArtisan,
    OrMember,
    bank_and_branch,
)
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    IFSC,
    Account,
    Choice,
    Date,
    Money,
    PortalNumber,
    Reference,
    Text,
    Value,
)

TRANCHES = ("PMV1", "PMV2")
"""The two loans of PM Vishwakarma, in their order."""
SANCTIONED = ("SANCTIONED", "DISBURSED", "CLOSED", "NPA")
DISBURSED = ("DISBURSED", "CLOSED", "NPA")
_SANCTIONED = (Condition("state", SANCTIONED),)
_DISBURSED = (Condition("state", DISBURSED),)


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
    actions = {"beneficiary_id": Action("l", "loan"), "member_id": Action("l", "loan")}

    product: Annotated[
        str | None,
        Field(
            "Product",
            Choice("loan_product"),
            section="Loan",
            required="a loan is counted by its product",
            uses=frozenset({Use.LIST}),
            headers=("Scheme", "Loan Scheme", "Tranche", "Loan Type"),
        ),
    ] = None
    beneficiary_id: EitherArtisan = None
    member_id: OrMember = None
    self_help_group_id: Annotated[
        str | None,
        Field(
            "Group that stands for it",
            Reference(kinds=("self_help_group",)),
            "Her group: at most three of its members have this loan.",
            applies=(Condition("product", ("LALDED",)),),
            headers=("SHG", "SHG Code"),
        ),
    ] = None
    state: Annotated[
        str | None,
        Field(
            "State",
            Choice("loan_state"),
            "How far it has come; the dates of that step are asked below.",
            default="SPONSORED",
            required="a loan is counted by its state",
            uses=frozenset({Use.LIST}),
            headers=("Status", "Loan Status"),
        ),
    ] = None
    application_no: Annotated[
        str | None,
        Field(
            "Application number",
            PortalNumber(),
            section="Application",
            uses=frozenset({Use.CODE}),
            headers=("Application No.", "Application ID"),
        ),
    ] = None
    applied_on: Annotated[
        date | None,
        Field(
            "Sent to the bank",
            Date(past=True),
            uses=frozenset({Use.HAPPENED}),
            headers=("Application Date", "Date of Application", "Sponsored On"),
        ),
    ] = None
    applied_amount: Annotated[
        int | None,
        Field(
            "Amount applied for",
            Money(),
            headers=("Applied Amount", "Loan Amount Applied", "Sponsored Amount"),
        ),
    ] = None
    purpose: Annotated[str | None, Field("What it is for", Text(), headers=("Purpose",))] = None
    ifsc: Annotated[
        str | None, Field("IFSC", IFSC, "Of the lending branch.", headers=IFSC_HEADERS)
    ] = None
    bank_name: Annotated[
        str | None,
        Field("Bank", Text(), "Filled by the IFSC.", headers=("Bank Name", "Name of Bank")),
    ] = None
    bank_branch: Annotated[
        str | None,
        Field("Branch", Text(), "Filled by the IFSC.", headers=("Bank Branch", "Branch Name")),
    ] = None
    turned_down: Annotated[
        str | None,
        Field(
            "What the bank says",
            Text(longest=500),
            applies=(Condition("state", ("REJECTED", "RETURNED")),),
            headers=("Rejection Reason", "Return Reason"),
        ),
    ] = None
    sanctioned_on: Annotated[
        date | None,
        Field(
            "Sanctioned",
            Date(past=True),
            section="Sanction and payment",
            applies=_SANCTIONED,
            uses=frozenset({Use.HAPPENED}),
            headers=("Sanction Date", "Date of Sanction"),
        ),
    ] = None
    sanctioned_amount: Annotated[
        int | None,
        Field(
            "Amount sanctioned",
            Money(),
            applies=_SANCTIONED,
            uses=frozenset({Use.LIST}),
            headers=("Sanctioned Amount", "Sanction Amount"),
        ),
    ] = None
    disbursed_on: Annotated[
        date | None,
        Field(
            "First paid out",
            Date(past=True),
            applies=_DISBURSED,
            uses=frozenset({Use.HAPPENED, Use.LIST}),
            headers=("Disbursal Date", "Disbursement Date"),
        ),
    ] = None
    disbursed_amount: Annotated[
        int | None,
        Field(
            "Amount paid out so far",
            Money(),
            applies=_DISBURSED,
            headers=("Disbursed Amount", "Disbursement Amount"),
        ),
    ] = None
    account_no: Annotated[
        str | None,
        Field(
            "Loan account number",
            Account(),
            applies=_DISBURSED,
            headers=(*ACCOUNT_HEADERS, "Loan Account No."),
        ),
    ] = None
    closed_on: Annotated[
        date | None,
        Field(
            "Repaid",
            Date(past=True),
            applies=(Condition("state", ("CLOSED",)),),
            uses=frozenset({Use.HAPPENED}),
            headers=("Closure Date", "Closed On"),
        ),
    ] = None

    @classmethod
    def derive(cls, values: Mapping[str, Value]) -> dict[str, Value]:
        """Add the bank and the branch of the IFSC."""
        return super().derive(values) | bank_and_branch(values)

    def label(self) -> str:
        """Name the product."""
        return _short(self.product) or f"Loan {self.id}"

    def event(self) -> str:
        """Say how far the loan has come, and of how much."""
        amount = self.disbursed_amount or self.sanctioned_amount or self.applied_amount
        done = _DONE.get(self.state or "", "noted")
        of = f", {Money().show(amount)}" if amount else ""
        return f"Loan {done}{of}: {self.label()}"


def _short(product: str | None) -> str:
    """Return a product's name without its terms, which stand in brackets."""
    return Choice("loan_product").show(product).partition(" (")[0]


_DONE = {
    "WILLING": "wished for",
    "SPONSORED": "sent to the bank",
    "UNDER_PROCESS": "with the bank",
    "SANCTIONED": "sanctioned",
    "DISBURSED": "paid out",
    "REJECTED": "rejected by the bank",
    "RETURNED": "returned by the bank with a question",
    "CLOSED": "repaid",
    "NPA": "overdue",
}
