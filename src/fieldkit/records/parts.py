"""Groups of fields that several kinds share. They are no kinds: they have no table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fieldkit import reference
from fieldkit.records.ask import Ask, When
from fieldkit.records.formats import (
    IFSC,
    Account,
    Choice,
    Code,
    Date,
    Mobile,
    PersonName,
    Text,
    Value,
    Whole,
    YesNo,
)
from fieldkit.records.record import Record

IFSC_HEADERS = ("IFSC Code", "Bank IFSC", "IFS Code", "आईएफएससी कोड")
ACCOUNT_HEADERS = (
    "Account No.",
    "Account Number",
    "A/C No.",
    "A/c Number",
    "Bank Account No.",
    "Bank Account Number",
    "खाता संख्या",
)


class BankAccount(Record):
    """The savings account money is sent to; the IFSC fills bank and branch."""

    ifsc: Annotated[
        str | None,
        Ask("IFSC", IFSC, section="Bank account", headers=IFSC_HEADERS),
    ] = None
    account_no: Annotated[str | None, Ask("Account number", Account(), headers=ACCOUNT_HEADERS)] = (
        None
    )
    bank_name: Annotated[
        str | None,
        Ask("Bank", Text(), "Filled by the IFSC.", headers=("Bank Name", "Name of Bank", "बैंक")),
    ] = None
    bank_branch: Annotated[
        str | None,
        Ask("Branch", Text(), "Filled by the IFSC.", headers=("Bank Branch", "Branch Name")),
    ] = None
    account_type: Annotated[
        str | None, Ask("Kind of account", Choice("account_type"), headers=("Account Type",))
    ] = None
    account_opened_on: Annotated[
        date | None, Ask("Account opened", Date(past=True), headers=("Account Opening Date",))
    ] = None

    @classmethod
    def derive(cls, values: Mapping[str, Value]) -> dict[str, Value]:
        """Add the bank, and the branch where it is known, of the IFSC."""
        derived = super().derive(values)
        ifsc = values.get("ifsc")
        if not isinstance(ifsc, str):
            return derived
        bank, branch = reference.bank_of(ifsc), reference.branch(ifsc)
        if bank:
            derived["bank_name"] = bank.label
        if branch:
            derived["bank_branch"] = branch.branch
        return derived


class Circumstances(Record):
    """What artisans and members of groups are asked about themselves."""

    marital_status: Annotated[
        str | None,
        Ask("Marital status", Choice("marital_status"), section="About the person"),
    ] = None
    education: Annotated[
        str | None,
        Ask("Education", Choice("education"), headers=("Qualification", "Educational Level")),
    ] = None
    religion: Annotated[str | None, Ask("Religion", Choice("religion"))] = None
    disabled: Annotated[
        bool | None,
        Ask("Person with disability", YesNo(), headers=("PwD", "Divyang", "Is Disabled")),
    ] = None
    disability: Annotated[
        str | None,
        Ask(
            "Kind of disability",
            Choice("disability"),
            applies=(When("disabled", (True,)),),
            headers=("Disability Type",),
        ),
    ] = None


class Approval(Record):
    """Where a group, a federation or a member stands in the ministry's LokOS register."""

    approval_status: Annotated[
        str | None,
        Ask(
            "Approval in LokOS",
            Choice("approval_status"),
            section="In LokOS",
            headers=("Approval Status",),
        ),
    ] = None
    first_approved_on: Annotated[
        date | None,
        Ask("First approved on", Date(past=True), headers=("First Approval Date",)),
    ] = None
    nic_code: Annotated[
        str | None, Ask("NIC code", Code(), headers=("SHG NIC Code", "NIC Code"))
    ] = None
    mis_id: Annotated[
        str | None, Ask("NRLM MIS number", Code(), headers=("NRLM MIS ID", "MIS Code"))
    ] = None
    state_mis_id: Annotated[
        str | None, Ask("State MIS number", Code(), headers=("State MIS ID",))
    ] = None
    profile_percent: Annotated[
        int | None,
        Ask("Profile complete, percent", Whole(most=100), headers=("Profile Completion %",)),
    ] = None
    ebk_id: Annotated[str | None, Ask("Book-keeper's number (eBK)", Code())] = None
    ebk_name: Annotated[str | None, Ask("Book-keeper's name", PersonName())] = None
    ebk_mobile: Annotated[str | None, Ask("Book-keeper's mobile", Mobile())] = None
    status: Annotated[
        str | None,
        Ask("Active", Choice("record_status"), "Active, or why not any more."),
    ] = None
    inactive_on: Annotated[
        date | None,
        Ask("Inactive since", Date(past=True), applies=(When("status", ("INACTIVE",)),)),
    ] = None
    inactive_reason: Annotated[
        str | None, Ask("Why inactive", Text(), applies=(When("status", ("INACTIVE",)),))
    ] = None


class Livelihoods(Record):
    """Up to three livelihoods, the main one first."""

    livelihood_1: Annotated[
        str | None,
        Ask(
            "Main livelihood",
            Choice("livelihood"),
            section="Livelihoods",
            headers=("Primary Livelihood",),
        ),
    ] = None
    livelihood_2: Annotated[
        str | None,
        Ask("Second livelihood", Choice("livelihood"), headers=("Secondary Livelihood",)),
    ] = None
    livelihood_3: Annotated[
        str | None,
        Ask("Third livelihood", Choice("livelihood"), headers=("Tertiary Livelihood",)),
    ] = None
