"""Groups of fields that several kinds share. They are no kinds: they have no table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from fieldkit import reference
from fieldkit.records.declaration.field import Condition, Field, Use
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    IFSC,
    AadhaarLastFour,
    Account,
    Born,
    Choice,
    Code,
    Date,
    Mobile,
    PersonName,
    Reference,
    Text,
    Value,
    Whole,
    YesNo,
)

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


MOBILE_HEADERS = (
    "Mobile No.",
    "Mobile Number",
    "Phone No.",
    "Phone Number",
    "Contact No.",
    "Contact Number",
    "मोबाइल नंबर",
    "मोबाइल",
)


EitherArtisan = Annotated[
    str | None,
    Field(
        "Artisan",
        Reference(kinds=("beneficiary",)),
        "The artisan or the member, one of the two.",
        applies=(Condition("member_id", (None,)),),
        uses=frozenset({Use.LIST}),
        headers=("Beneficiary ID",),
    ),
]
OrMember = Annotated[
    str | None,
    Field(
        "Member of a group",
        Reference(kinds=("member",)),
        applies=(Condition("beneficiary_id", (None,)),),
        uses=frozenset({Use.LIST}),
    ),
]
"""Fields ``beneficiary_id`` and ``member_id`` of a kind that is about exactly one of the two."""


class Person(Record):
    """Who a person is: what the first lines of an artisan's and a member's form ask."""

    person: ClassVar[bool] = True

    name: Annotated[
        str | None,
        Field(
            "Name as on Aadhaar",
            PersonName(),
            section="Person",
            required="a person is known and found by their name",
            uses=frozenset({Use.NAME, Use.LIST}),
            headers=(
                "Name of Beneficiary",
                "Name of the Beneficiary",
                "Beneficiary Name",
                "Applicant Name",
                "Name of Applicant",
                "Name of the Artisan",
                "Artisan Name",
                "Member Name",
                "Name of Member",
                "Name of the Member",
                "Full Name",
                "नाम",
                "लाभार्थी का नाम",
                "सदस्य का नाम",
            ),
        ),
    ] = None
    relation: Annotated[
        str | None,
        Field(
            "s/o, d/o or w/o",
            Choice("relation"),
            "Son, daughter or wife of; fills man or woman.",
            headers=("Relation", "Relationship"),
        ),
    ] = None
    relation_name: Annotated[
        str | None,
        Field(
            "Father or husband",
            PersonName(),
            uses=frozenset({Use.KIN, Use.LIST}),
            headers=(
                "S/o, D/o, W/o",
                "S/o D/o W/o",
                "Father's Name",
                "Father Name",
                "Father/Husband Name",
                "Father's/Husband's Name",
                "Father/Spouse Name",
                "Name of Father/Husband",
                "Husband's Name",
                "Husband Name",
                "Spouse Name",
                "D/o, W/o",
                "Parentage",
                "पिता/पति का नाम",
                "पिता का नाम",
            ),
        ),
    ] = None
    gender: Annotated[
        str | None,
        Field("Man or woman", Choice("gender"), headers=("Gender", "Sex", "लिंग")),
    ] = None
    born: Annotated[
        str | None,
        Field(
            "Born",
            Born(),
            "Date of birth on the Aadhaar card; the year alone if no more is known.",
            headers=("Date of Birth", "DOB", "D.O.B.", "Year of Birth", "जन्म तिथि"),
        ),
    ] = None
    mobile: Annotated[
        str | None,
        Field(
            "Mobile",
            Mobile(),
            uses=frozenset({Use.DIGITS, Use.LIST}),
            headers=MOBILE_HEADERS,
        ),
    ] = None
    aadhaar_last4: Annotated[
        str | None,
        Field(
            "Aadhaar, last four",
            AadhaarLastFour(),
            "Only the last four digits. The whole number is never kept.",
            headers=(
                "Aadhaar",
                "Aadhaar No.",
                "Aadhaar Number",
                "Aadhar No.",
                "Aadhar Number",
                "UID",
                "आधार संख्या",
            ),
        ),
    ] = None
    category: Annotated[
        str | None,
        Field(
            "Category", Choice("category"), headers=("Social Category", "Caste Category", "Caste")
        ),
    ] = None
    village: Annotated[
        str | None,
        Field(
            "Village or ward",
            Text(),
            uses=frozenset({Use.PLACE, Use.LIST}),
            suggest="village",
            headers=("Village", "Village Name", "Name of Village", "गाँव", "ग्राम"),
        ),
    ] = None

    @classmethod
    def derive(cls, values: Mapping[str, Value]) -> dict[str, Value]:
        """Add man or woman after s/o, d/o, w/o."""
        gender = {"SO": "M", "DO": "F", "WO": "F"}.get(str(values.get("relation")))
        return super().derive(values) | ({"gender": gender} if gender else {})


class BankAccount(Record):
    """The savings account money is sent to; the IFSC fills bank and branch."""

    ifsc: Annotated[
        str | None,
        Field("IFSC", IFSC, section="Bank account", headers=IFSC_HEADERS),
    ] = None
    account_no: Annotated[
        str | None, Field("Account number", Account(), headers=ACCOUNT_HEADERS)
    ] = None
    bank_name: Annotated[
        str | None,
        Field("Bank", Text(), "Filled by the IFSC.", headers=("Bank Name", "Name of Bank", "बैंक")),
    ] = None
    bank_branch: Annotated[
        str | None,
        Field("Branch", Text(), "Filled by the IFSC.", headers=("Bank Branch", "Branch Name")),
    ] = None
    account_type: Annotated[
        str | None, Field("Kind of account", Choice("account_type"), headers=("Account Type",))
    ] = None
    account_opened_on: Annotated[
        date | None, Field("Account opened", Date(past=True), headers=("Account Opening Date",))
    ] = None

    @classmethod
    def derive(cls, values: Mapping[str, Value]) -> dict[str, Value]:
        """Add the bank, and the branch where it is known, of the IFSC."""
        return super().derive(values) | bank_and_branch(values)


def bank_and_branch(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the fields ``bank_name`` and ``bank_branch`` as far as the IFSC in ``ifsc`` tells."""
    ifsc, derived = values.get("ifsc"), dict[str, Value]()
    if not isinstance(ifsc, str):
        return derived
    if bank := reference.bank_of(ifsc):
        derived["bank_name"] = bank.label
    if branch := reference.branch(ifsc):
        derived["bank_branch"] = branch.branch
    return derived


_GONE = (Condition("status", ("INACTIVE", "DEFUNCT", "LEFT", "DECEASED")),)


class Circumstances(Record):
    """What artisans and members of groups are asked about themselves."""

    marital_status: Annotated[
        str | None,
        Field("Marital status", Choice("marital_status"), section="About the person"),
    ] = None
    education: Annotated[
        str | None,
        Field("Education", Choice("education"), headers=("Qualification", "Educational Level")),
    ] = None
    religion: Annotated[str | None, Field("Religion", Choice("religion"))] = None
    disabled: Annotated[
        bool | None,
        Field("Person with disability", YesNo(), headers=("PwD", "Divyang", "Is Disabled")),
    ] = None
    disability: Annotated[
        str | None,
        Field(
            "Kind of disability",
            Choice("disability"),
            applies=(Condition("disabled", (True,)),),
            headers=("Disability Type",),
        ),
    ] = None


class Approval(Record):
    """Where a group, a federation or a member stands in the ministry's LokOS register."""

    approval_status: Annotated[
        str | None,
        Field(
            "Approval in LokOS",
            Choice("approval_status"),
            section="In LokOS",
            headers=("Approval Status",),
        ),
    ] = None
    first_approved_on: Annotated[
        date | None,
        Field("First approved on", Date(past=True), headers=("First Approval Date",)),
    ] = None
    nic_code: Annotated[
        str | None, Field("NIC code", Code(), headers=("SHG NIC Code", "NIC Code"))
    ] = None
    mis_id: Annotated[
        str | None, Field("NRLM MIS number", Code(), headers=("NRLM MIS ID", "MIS Code"))
    ] = None
    state_mis_id: Annotated[
        str | None, Field("State MIS number", Code(), headers=("State MIS ID",))
    ] = None
    profile_percent: Annotated[
        int | None,
        Field("Profile complete, percent", Whole(most=100), headers=("Profile Completion %",)),
    ] = None
    ebk_id: Annotated[str | None, Field("Book-keeper's number (eBK)", Code())] = None
    ebk_name: Annotated[str | None, Field("Book-keeper's name", PersonName())] = None
    ebk_mobile: Annotated[str | None, Field("Book-keeper's mobile", Mobile())] = None
    status: Annotated[
        str | None,
        Field("Active or not", Choice("record_status"), section="Standing", default="ACTIVE"),
    ] = None
    inactive_on: Annotated[
        date | None,
        Field("Inactive since", Date(past=True), applies=_GONE),
    ] = None
    inactive_reason: Annotated[str | None, Field("Why inactive", Text(), applies=_GONE)] = None


class Livelihoods(Record):
    """Up to three livelihoods, the main one first."""

    livelihood_1: Annotated[
        str | None,
        Field(
            "Main livelihood",
            Choice("livelihood"),
            section="Livelihoods",
            headers=("Primary Livelihood",),
        ),
    ] = None
    livelihood_2: Annotated[
        str | None,
        Field("Second livelihood", Choice("livelihood"), headers=("Secondary Livelihood",)),
    ] = None
    livelihood_3: Annotated[
        str | None,
        Field("Third livelihood", Choice("livelihood"), headers=("Tertiary Livelihood",)),
    ] = None
