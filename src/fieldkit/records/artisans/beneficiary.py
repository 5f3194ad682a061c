"""Artisans of PM Vishwakarma, and the decisions on their applications."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fieldkit.records.declaration.action import Action, Job
from fieldkit.records.declaration.field import Condition, Field, Use
from fieldkit.records.declaration.parts import (
    ACCOUNT_HEADERS,
    IFSC_HEADERS,
    MOBILE_HEADERS,
    BankAccount,
    Circumstances,
    Person,
)
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    IFSC,
    PAN,
    PIN,
    UDYAM,
    Account,
    Choice,
    Code,
    Date,
    Mobile,
    Money,
    PortalNumber,
    Reference,
    Text,
    Whole,
    YesNo,
)
from fieldkit.records.fields.trade import Trade

_STAGE_1, _STAGE_3 = "stage 1", "stage 3"
_BARRED = (Condition("bars", (True,)),)
_CREDIT = (Condition("bars", (True,)), Condition("bar_credit", (True,)))


class Beneficiary(Circumstances, BankAccount, Person, table=True):
    """An artisan of PM Vishwakarma: one person, one trade."""

    title = "Artisan"
    plural = "Artisans"
    job = Job(1, "Register artisan")
    new_verb = "register"
    home_rank = 1
    sections = (
        "Person",
        "Bars",
        "Before stage 1",
        "Bank account",
        "Scheme",
        "Certificate and card",
        "About the person",
        "Work",
        "Wishes",
    )
    match_keys = (
        ("portal_no",),
        ("aadhaar_last4", "born", "~name"),
        ("account_no", "ifsc"),
        ("mobile", "~name"),
        ("~name", "~relation_name", "village"),
    )

    mobile: Annotated[
        str | None,
        Field(
            "Mobile",
            Mobile(),
            "The number linked to Aadhaar: the portal sends its code there.",
            section="Person",
            due=_STAGE_1,
            uses=frozenset({Use.DIGITS, Use.LIST}),
            headers=MOBILE_HEADERS,
        ),
    ] = None
    trade_code: Annotated[
        str | None,
        Field(
            "Trade",
            Trade(),
            "One of the 18 notified trades. Weaving, carpets, pashmina and sozni are none of them.",
            section="Person",
            required="the scheme is for artisans of one of its 18 trades",
            uses=frozenset({Use.LIST}),
            headers=("Trade Name", "Name of Trade", "Trade/Craft", "Profession", "व्यापार", "पेशा"),
        ),
    ] = None
    bars: Annotated[
        bool | None,
        Field(
            "Any bar",
            YesNo(),
            "Ask all three: a government servant in the family, a loan of a similar scheme in the "
            "last 5 years, a family member already registered? Yes opens which.",
            due=_STAGE_1,
        ),
    ] = None

    bar_government: Annotated[
        bool | None,
        Field(
            "Government servant in the family",
            YesNo(),
            section="Bars",
            applies=_BARRED,
            headers=("Government Employee", "Govt. Employee in Family"),
        ),
    ] = None
    bar_credit: Annotated[
        bool | None,
        Field(
            "Similar loan in the last 5 years",
            YesNo(),
            "PMEGP, PM SVANidhi, MUDRA or a similar scheme of the centre or the UT.",
            applies=_BARRED,
        ),
    ] = None
    credit_scheme: Annotated[
        str | None, Field("Scheme of that loan", Choice("credit_scheme"), applies=_CREDIT)
    ] = None
    credit_sanctioned_on: Annotated[
        date | None,
        Field("That loan sanctioned on", Date(past=True), applies=_CREDIT),
    ] = None
    credit_repaid: Annotated[
        bool | None,
        Field(
            "Fully repaid", YesNo(), "MUDRA and SVANidhi, once repaid, do not bar.", applies=_CREDIT
        ),
    ] = None
    bar_family: Annotated[
        bool | None,
        Field(
            "Family member registered",
            YesNo(),
            "Family is husband, wife and unmarried children.",
            applies=_BARRED,
        ),
    ] = None
    family_beneficiary_id: Annotated[
        str | None,
        Field(
            "That family member",
            Reference(kinds=("beneficiary",)),
            applies=(*_BARRED, Condition("bar_family", (True,))),
        ),
    ] = None

    ration_card: Annotated[
        str | None,
        Field(
            "Ration card",
            Code(),
            "Shows the family: one member of it may register.",
            section="Before stage 1",
            due=_STAGE_1,
            uses=frozenset({Use.CODE}),
            headers=("Ration Card No.", "Ration Card Number", "राशन कार्ड संख्या"),
        ),
    ] = None
    gram_panchayat: Annotated[
        str | None,
        Field(
            "Gram Panchayat",
            Text(),
            "Its head decides stage 1. In a town leave it empty and give the town.",
            suggest="gram_panchayat",
            headers=("Panchayat", "GP", "GP Name", "Gram Panchayat Name", "ग्राम पंचायत"),
        ),
    ] = None
    ulb: Annotated[
        int | None,
        Field(
            "Town (urban local body)",
            Choice("ulb", within="district"),
            headers=("ULB", "Urban Local Body", "Municipality"),
        ),
    ] = None
    tehsil: Annotated[
        int | None, Field("Tehsil", Choice("tehsil", within="district"), headers=("Tehsil Name",))
    ] = None
    pin: Annotated[
        str | None,
        Field("PIN code", PIN, headers=("PIN", "Pincode", "Pin Code", "Postal Code", "पिन कोड")),
    ] = None
    address: Annotated[
        str | None, Field("House, street, landmark", Text(), headers=("House No.", "Full Address"))
    ] = None
    business_elsewhere: Annotated[bool | None, Field("Works at another address", YesNo())] = None
    business_address: Annotated[
        str | None,
        Field("Address of the work", Text(), applies=(Condition("business_elsewhere", (True,)),)),
    ] = None

    ifsc: Annotated[
        str | None,
        Field("IFSC", IFSC, section="Bank account", due=_STAGE_3, headers=IFSC_HEADERS),
    ] = None
    account_no: Annotated[
        str | None, Field("Account number", Account(), due=_STAGE_3, headers=ACCOUNT_HEADERS)
    ] = None
    account_seeded: Annotated[
        bool | None,
        Field(
            "Aadhaar linked to the account",
            YesNo(),
            section="Bank account",
            headers=("Aadhaar Seeded",),
        ),
    ] = None

    status: Annotated[
        str | None,
        Field(
            "Status",
            Choice("pmv_status"),
            section="Scheme",
            uses=frozenset({Use.LIST}),
            headers=("Application Status", "Current Status", "स्थिति"),
        ),
    ] = None
    registered_on: Annotated[
        date | None,
        Field(
            "Registered on the portal",
            Date(past=True),
            uses=frozenset({Use.HAPPENED}),
            headers=("Date of Registration", "Registration Date", "पंजीकरण तिथि"),
        ),
    ] = None
    csc: Annotated[
        str | None,
        Field("Registered at (CSC)", Text(), headers=("CSC", "CSC Name", "Name of CSC")),
    ] = None
    csc_id: Annotated[str | None, Field("Number of the CSC", Code(), headers=("CSC ID",))] = None
    portal_no: Annotated[
        str | None,
        Field(
            "Portal number",
            PortalNumber(),
            "The application or registration number of the portal.",
            due="stage 2",
            uses=frozenset({Use.CODE}),
            headers=(
                "PMV No.",
                "PM Vishwakarma No.",
                "Application No.",
                "Application Number",
                "Registration No.",
                "Registration Number",
                "Application ID",
                "आवेदन संख्या",
            ),
        ),
    ] = None

    certificate_no: Annotated[
        str | None,
        Field(
            "Certificate number",
            PortalNumber(),
            section="Certificate and card",
            uses=frozenset({Use.CODE}),
            headers=("Certificate No.",),
        ),
    ] = None
    certificate_on: Annotated[date | None, Field("Certificate issued", Date(past=True))] = None
    card_no: Annotated[
        str | None, Field("ID card number", PortalNumber(), headers=("ID Card No.",))
    ] = None
    card_on: Annotated[date | None, Field("ID card issued", Date(past=True))] = None
    card_handed_on: Annotated[
        date | None, Field("Certificate and card handed over", Date(past=True))
    ] = None

    minority: Annotated[
        bool | None, Field("Of a minority", YesNo(), section="About the person")
    ] = None
    pan: Annotated[str | None, Field("PAN", PAN, headers=("PAN No.", "PAN Number"))] = None

    sub_category: Annotated[
        str | None,
        Field("What is made", Text(), section="Work", headers=("Sub Category", "Sub Trade")),
    ] = None
    learned_from: Annotated[str | None, Field("Trade learned from", Choice("learned_from"))] = None
    years_in_trade: Annotated[
        int | None, Field("Years in the trade", Whole(most=90), headers=("Experience",))
    ] = None
    other_craft: Annotated[
        str | None, Field("Other craft", Text(), "A craft outside the 18 trades, such as weaving.")
    ] = None
    monthly_income: Annotated[int | None, Field("Income a month", Money())] = None
    udyam: Annotated[str | None, Field("Udyam number", UDYAM, headers=("Udyam No.",))] = None
    started_on: Annotated[date | None, Field("Enterprise started", Date(past=True))] = None
    workers_women: Annotated[int | None, Field("Women working there", Whole(most=999))] = None
    workers_men: Annotated[int | None, Field("Men working there", Whole(most=999))] = None

    wants_credit: Annotated[bool | None, Field("Wants a loan", YesNo(), section="Wishes")] = None
    wished_amount: Annotated[
        int | None,
        Field("Loan wished", Money(most=300_000), applies=(Condition("wants_credit", (True,)),)),
    ] = None
    loan_purpose: Annotated[
        str | None, Field("What for", Text(), applies=(Condition("wants_credit", (True,)),))
    ] = None
    preferred_ifsc: Annotated[
        str | None,
        Field("Branch wished (IFSC)", IFSC, applies=(Condition("wants_credit", (True,)),)),
    ] = None
    wants_training: Annotated[bool | None, Field("Willing to be trained", YesNo())] = None
    digital_payments: Annotated[bool | None, Field("Takes digital payments", YesNo())] = None
    upi: Annotated[
        str | None,
        Field("UPI address", Text(longest=80), applies=(Condition("digital_payments", (True,)),)),
    ] = None
    wants_marketing: Annotated[
        bool | None, Field("Wants help with selling", YesNo(), "Quality mark, e-commerce, fairs.")
    ] = None
    marketing_needs: Annotated[
        str | None, Field("Which help", Text(), applies=(Condition("wants_marketing", (True,)),))
    ] = None

    def event(self) -> str:
        """Say where the application was made, if it was."""
        if self.csc:
            return f"Registered at {self.csc}"
        if self.registered_on or self.portal_no or self.status not in (None, "DRAFT"):
            return "Registered on the portal"
        return "Entered here, not registered yet"


_STAGES = {
    "1": "Stage 1 Gram Panchayat",
    "2": "Stage 2 district",
    "3": "Stage 3 screening",
}


class Verification(Record, table=True):
    """A decision on an artisan's application at stage 1, 2 or 3."""

    title = "Decision"
    plural = "Decisions"
    order = "decided_on"
    match_keys = (("beneficiary_id", "stage", "decided_on"),)
    actions = {"beneficiary_id": Action("v", "decide")}

    beneficiary_id: Annotated[
        str | None,
        Field(
            "Artisan",
            Reference(kinds=("beneficiary",)),
            section="Decision",
            required="a decision is about one artisan",
            uses=frozenset({Use.LIST}),
            headers=("Beneficiary ID",),
        ),
    ] = None
    stage: Annotated[
        str | None,
        Field(
            "Stage",
            Choice("verification_stage"),
            required="each stage is decided by another body",
            uses=frozenset({Use.LIST}),
        ),
    ] = None
    decision: Annotated[
        str | None,
        Field(
            "Decision",
            Choice("decision"),
            required="without it nothing was decided",
            uses=frozenset({Use.LIST}),
        ),
    ] = None
    reason: Annotated[
        str | None,
        Field(
            "Reason", Text(longest=500), applies=(Condition("decision", ("REJECTED", "RETURNED")),)
        ),
    ] = None
    received_on: Annotated[date | None, Field("Received", Date(past=True))] = None
    decided_on: Annotated[
        date | None,
        Field(
            "Decided",
            Date(past=True),
            uses=frozenset({Use.LIST, Use.HAPPENED}),
            headers=("Decision Date", "Date of Decision"),
        ),
    ] = None
    decided_by: Annotated[
        str | None, Field("Decided by (office)", Text(), headers=("Officer", "Verified By"))
    ] = None
    meeting_no: Annotated[
        str | None,
        Field(
            "Meeting of the committee",
            Code(),
            "Number of the meeting, as in its minutes.",
            applies=(Condition("stage", ("2", "3")),),
        ),
    ] = None
    programme_id: Annotated[
        str | None,
        Field(
            "Its record here",
            Reference(kinds=("programme",)),
            applies=(Condition("stage", ("3",)),),
        ),
    ] = None

    def label(self) -> str:
        """Name the stage, its body and what was decided."""
        stage = _STAGES.get(self.stage or "", "Decision")
        decision = Choice("decision").show(self.decision).partition(" /")[0].casefold()
        return f"{stage}: {decision or 'open'}"

    def event(self) -> str:
        """Say the stage, its body and the decision."""
        return self.label() + (f" ({self.reason})" if self.reason else "")
