"""What self-help groups and their federations have in common in LokOS."""

from datetime import date
from typing import Annotated, ClassVar

from fieldkit.records.declaration.checks import in_order, pin_in_district
from fieldkit.records.declaration.field import Field, Twice, Use, field, when
from fieldkit.records.declaration.parts import Approval, BankAccount
from fieldkit.records.fields.formats import (
    ACCOUNT,
    CODE,
    IFSC,
    MOBILE,
    PAST_DATE,
    PERSON_NAME,
    PIN,
    RUPEES,
    TEXT,
    YES_NO,
    Choice,
    Whole,
)

LOKOS = "LokOS profile"
GroupName = Annotated[
    str | None,
    Field(
        "Name",
        TEXT,
        section="Group",
        required="a group is known and found by its name",
        uses=Use.NAME | Use.LIST,
    ),
]
"""The field ``name`` of a group or federation."""


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
        "Status",
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

    name: GroupName = None
    village: str | None = field(
        "Village or ward", TEXT, uses=Use.PLACE | Use.LIST, suggest="village"
    )
    gram_panchayat: str | None = field("Gram Panchayat", TEXT, suggest="gram_panchayat")
    formed_on: date | None = field("Formed", PAST_DATE, uses=Use.LIST | Use.HAPPENED)
    code: str | None = field("LokOS code", CODE, uses=Use.CODE)
    pin: str | None = field("PIN code", PIN, section="Profile")
    village_code: str | None = field("Village code (LGD)", CODE)
    promoted_by: str | None = field("Promoted by", Choice("promoter"))
    promoter_name: str | None = field("Name of the promoter", TEXT)
    meeting_frequency: str | None = field("How often it meets", Choice("meeting_frequency"))
    last_meeting_on: date | None = field("Last meeting", PAST_DATE)
    last_meeting_no: int | None = field("Last meeting number", Whole(most=9999))
    office_tenure: int | None = field("Term of office, months", Whole(most=120))
    cash_book_no: str | None = field("Cash book number", CODE)
    cash_book_page: int | None = field("Cash book page", Whole(most=9999))

    cut_off_done: bool | None = field("Cut-off finished", YES_NO, section="Opening balances")
    cut_off_on: date | None = field("Balances as on", PAST_DATE)
    opening_cash: int | None = field("Cash in hand", RUPEES)
    opening_bank: int | None = field("Cash at the bank", RUPEES)
    opening_deposit: int | None = field("Fixed deposit", RUPEES)
    opening_startup: int | None = field("Start-up grant received", RUPEES)
    opening_cif: int | None = field("Community Investment Fund received", RUPEES)
    opening_vrf: int | None = field("Vulnerability Reduction Fund received", RUPEES)
    opening_other: int | None = field("Other receipts", RUPEES)

    ifsc_2: str | None = field(
        "IFSC of the second account", IFSC, section="Other accounts", twice=Twice.IFSC
    )
    account_no_2: str | None = field("Second account number", ACCOUNT, twice=Twice.ACCOUNT)
    account_type_2: str | None = field("Type of the second account", Choice("account_type"))
    account_opened_on_2: date | None = field("Second account opened", PAST_DATE)
    ifsc_3: str | None = field("IFSC of the third account", IFSC, twice=Twice.IFSC)
    account_no_3: str | None = field("Third account number", ACCOUNT, twice=Twice.ACCOUNT)
    account_type_3: str | None = field("Type of the third account", Choice("account_type"))
    account_opened_on_3: date | None = field("Third account opened", PAST_DATE)

    def event(self) -> str:
        """Say that it was formed, and where."""
        return f"{self.title} formed" + (f" in {self.village}" if self.village else "")


_REGISTERED = when(reg_status="REGISTERED")


class Federation(Community):
    """A federation of groups: its executive committee and its registration."""

    president: str | None = field("President", PERSON_NAME, section="Group", uses=Use.KIN)
    secretary: str | None = field("Secretary", PERSON_NAME, uses=Use.KIN)
    mobile: str | None = field("Mobile", MOBILE, uses=Use.DIGITS)
    committee_members: int | None = field(
        "Members of the executive committee", Whole(most=200), section="Profile"
    )
    signatories: str | None = field("Signatories", TEXT)
    financial_intermediation: bool | None = field("Lends to its members", YES_NO)
    co_opted: bool | None = field("Older body, co-opted", YES_NO)
    reg_status: str | None = field(
        "Registration", Choice("registration_status"), section="Registration"
    )
    registration_act: str | None = field(
        "Under the act", Choice("registration_act"), applies=_REGISTERED
    )
    registration_no: str | None = field(
        "Registration number", CODE, applies=_REGISTERED, uses=Use.CODE
    )
    registered_on: date | None = field("Registered on", PAST_DATE, applies=_REGISTERED)


pin_in_district(Community)
in_order(Community, "formed_on", "inactive_on", source=LOKOS)
in_order(Community, "formed_on", "last_meeting_on", source=LOKOS)
in_order(Federation, "formed_on", "registered_on", source=LOKOS)
