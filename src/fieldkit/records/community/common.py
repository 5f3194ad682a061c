"""What self-help groups and their federations have in common in LokOS."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from fieldkit.records.declaration.field import Condition, Field, Use
from fieldkit.records.declaration.parts import Approval, BankAccount
from fieldkit.records.fields.formats import (
    IFSC,
    PIN,
    Account,
    Choice,
    Code,
    Date,
    Mobile,
    Money,
    PersonName,
    Text,
    Whole,
    YesNo,
)


def group_name(*headers: str) -> Field:
    """Return the declaration of a group's name, found under ``headers`` in spreadsheets."""
    return Field(
        "Name",
        Text(),
        section="Group",
        required="a group is known and found by its name",
        uses=frozenset({Use.NAME, Use.LIST}),
        headers=("Group Name", "Name of Group", "समूह का नाम", *headers),
    )


class Community(Approval, BankAccount):
    """A group or federation: who and where it is, how it meets, its accounts and balances."""

    sections: ClassVar[tuple[str, ...]] = (
        "Group",
        "Bank account",
        "Profile",
        "Panchasutra",
        "Savings",
        "Registration",
        "In LokOS",
        "Standing",
        "Livelihoods",
        "Opening balances",
        "Closed loans",
        "Other accounts",
    )
    match_keys: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("code",),
        ("account_no", "ifsc"),
        ("~name", "village"),
    )

    name: Annotated[str | None, group_name()] = None
    village: Annotated[
        str | None,
        Field(
            "Village or ward",
            Text(),
            uses=frozenset({Use.PLACE, Use.LIST}),
            suggest="village",
            headers=("Village", "Village Name", "गाँव"),
        ),
    ] = None
    gram_panchayat: Annotated[
        str | None,
        Field(
            "Gram Panchayat",
            Text(),
            suggest="gram_panchayat",
            headers=("GP", "GP Name", "Panchayat", "Gram Panchayat Name"),
        ),
    ] = None
    formed_on: Annotated[
        date | None,
        Field(
            "Formed",
            Date(past=True),
            uses=frozenset({Use.LIST, Use.HAPPENED}),
            headers=("Date of Formation", "Formation Date"),
        ),
    ] = None
    code: Annotated[
        str | None,
        Field(
            "LokOS code",
            Code(),
            uses=frozenset({Use.CODE}),
            headers=("SHG Code", "VO Code", "CLF Code", "Group Code"),
        ),
    ] = None
    pin: Annotated[
        str | None, Field("PIN code", PIN, section="Profile", headers=("PIN", "Pincode"))
    ] = None
    village_code: Annotated[
        str | None,
        Field("Village code (LGD)", Code(), headers=("LGD Village Code", "Village Code")),
    ] = None
    promoted_by: Annotated[
        str | None, Field("Promoted by", Choice("promoter"), headers=("Promoted By",))
    ] = None
    promoter_name: Annotated[
        str | None, Field("Name of the promoter", Text(), headers=("Promoter Name",))
    ] = None
    meeting_frequency: Annotated[
        str | None,
        Field("How often it meets", Choice("meeting_frequency"), headers=("Meeting Frequency",)),
    ] = None
    last_meeting_on: Annotated[date | None, Field("Last meeting", Date(past=True))] = None
    last_meeting_no: Annotated[int | None, Field("Number of that meeting", Whole(most=9999))] = None
    office_tenure: Annotated[
        int | None,
        Field("Office is held for, months", Whole(most=120), headers=("Tenure of Office Bearers",)),
    ] = None
    cash_book_no: Annotated[str | None, Field("Cash book", Code())] = None
    cash_book_page: Annotated[int | None, Field("Its page", Whole(most=9999))] = None

    cut_off_done: Annotated[
        bool | None, Field("Cut-off finished", YesNo(), section="Opening balances")
    ] = None
    cut_off_on: Annotated[date | None, Field("Balances as on", Date(past=True))] = None
    opening_cash: Annotated[int | None, Field("Cash in hand", Money())] = None
    opening_bank: Annotated[int | None, Field("Cash at the bank", Money())] = None
    opening_deposit: Annotated[int | None, Field("Fixed deposit", Money())] = None
    opening_startup: Annotated[int | None, Field("Start-up grant received", Money())] = None
    opening_cif: Annotated[
        int | None, Field("Community Investment Fund received", Money(), headers=("CIF Amount",))
    ] = None
    opening_vrf: Annotated[
        int | None, Field("Vulnerability Reduction Fund received", Money(), headers=("VRF Amount",))
    ] = None
    opening_other: Annotated[int | None, Field("Other receipts", Money())] = None

    ifsc_2: Annotated[
        str | None, Field("IFSC of the second account", IFSC, section="Other accounts")
    ] = None
    account_no_2: Annotated[str | None, Field("Second account number", Account())] = None
    account_type_2: Annotated[
        str | None, Field("Kind of the second account", Choice("account_type"))
    ] = None
    account_opened_on_2: Annotated[date | None, Field("Second account opened", Date(past=True))] = (
        None
    )
    ifsc_3: Annotated[str | None, Field("IFSC of the third account", IFSC)] = None
    account_no_3: Annotated[str | None, Field("Third account number", Account())] = None
    account_type_3: Annotated[
        str | None, Field("Kind of the third account", Choice("account_type"))
    ] = None
    account_opened_on_3: Annotated[date | None, Field("Third account opened", Date(past=True))] = (
        None
    )

    def event(self) -> str:
        """Say that it was formed, and where."""
        return f"{self.title} formed" + (f" in {self.village}" if self.village else "")


_REGISTERED = (Condition("reg_status", ("REGISTERED",)),)


class Federation(Community):
    """A federation of groups: its executive committee and its registration."""

    president: Annotated[
        str | None,
        Field(
            "President",
            PersonName(),
            section="Group",
            uses=frozenset({Use.KIN}),
            headers=("President Name",),
        ),
    ] = None
    secretary: Annotated[
        str | None,
        Field("Secretary", PersonName(), uses=frozenset({Use.KIN}), headers=("Secretary Name",)),
    ] = None
    mobile: Annotated[
        str | None,
        Field(
            "Mobile", Mobile(), uses=frozenset({Use.DIGITS}), headers=("Mobile No.", "Phone No.")
        ),
    ] = None
    committee_members: Annotated[
        int | None,
        Field(
            "Members of the executive committee",
            Whole(most=200),
            section="Profile",
            headers=("EC Members",),
        ),
    ] = None
    signatories: Annotated[str | None, Field("Signatories", Text())] = None
    financial_intermediation: Annotated[bool | None, Field("Lends to its members", YesNo())] = None
    co_opted: Annotated[
        bool | None, Field("Older body, co-opted", YesNo(), headers=("Co-option Status",))
    ] = None
    reg_status: Annotated[
        str | None,
        Field(
            "Registration",
            Choice("registration_status"),
            section="Registration",
            headers=("Registration Status",),
        ),
    ] = None
    registration_act: Annotated[
        str | None, Field("Under the act", Choice("registration_act"), applies=_REGISTERED)
    ] = None
    registration_no: Annotated[
        str | None,
        Field(
            "Registration number",
            Code(),
            applies=_REGISTERED,
            uses=frozenset({Use.CODE}),
            headers=("Registration No.",),
        ),
    ] = None
    registered_on: Annotated[
        date | None,
        Field(
            "Registered on", Date(past=True), applies=_REGISTERED, headers=("Registration Date",)
        ),
    ] = None
