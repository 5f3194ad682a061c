"""Artisans of PM Vishwakarma, and the decisions on their applications."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.parts import (
    BankAccount,
    Circumstances,
    Person,
)
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    ACCOUNT,
    CODE,
    IFSC,
    LONG_TEXT,
    MOBILE,
    PAN,
    PAST_DATE,
    PIN,
    PORTAL_NUMBER,
    RUPEES,
    TEXT,
    UDYAM,
    YES_NO,
    Choice,
    Money,
    Place,
    Reference,
    Text,
    Whole,
)
from fieldkit.records.fields.trade import TRADE

_STAGE_1, _STAGE_3 = "stage 1", "stage 3"
_BARRED = when(bars=True)
_CREDIT = when(bars=True, bar_credit=True)


class Beneficiary(Circumstances, BankAccount, Person, table=True):
    """An artisan of PM Vishwakarma: one person, one trade."""

    title = "Artisan"
    plural = "Artisans"
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

    mobile: str | None = field(
        "Mobile",
        MOBILE,
        "The number linked to Aadhaar: the portal sends its code there.",
        section="Person",
        due=_STAGE_1,
        uses=Use.DIGITS | Use.LIST,
    )
    trade_code: str | None = field(
        "Trade",
        TRADE,
        "One of the 18 notified trades. Weaving, carpets, pashmina and sozni are none of them.",
        section="Person",
        required="the scheme is for artisans of one of its 18 trades",
        uses=Use.LIST,
    )
    bars: bool | None = field(
        "Any bar",
        YES_NO,
        "Ask all three: a government servant in the family, a loan of a similar scheme in the "
        "last 5 years, a family member already registered? Yes opens which.",
        due=_STAGE_1,
    )

    bar_government: bool | None = field(
        "Government servant in the family", YES_NO, section="Bars", applies=_BARRED
    )
    bar_credit: bool | None = field(
        "Similar loan in the last 5 years",
        YES_NO,
        "PMEGP, PM SVANidhi, MUDRA or a similar scheme of the centre or the UT.",
        applies=_BARRED,
    )
    credit_scheme: str | None = field(
        "Scheme of that loan", Choice("credit_scheme"), applies=_CREDIT
    )
    credit_sanctioned_on: date | None = field("That loan sanctioned on", PAST_DATE, applies=_CREDIT)
    credit_repaid: bool | None = field(
        "Fully repaid", YES_NO, "MUDRA and SVANidhi, once repaid, do not bar.", applies=_CREDIT
    )
    bar_family: bool | None = field(
        "Family member registered",
        YES_NO,
        "Family is husband, wife and unmarried children.",
        applies=_BARRED,
    )
    family_beneficiary_id: str | None = field(
        "That family member", Reference(("beneficiary",)), applies=when(bars=True, bar_family=True)
    )

    ration_card: str | None = field(
        "Ration card",
        CODE,
        "Shows the family: one member of it may register.",
        section="Before stage 1",
        due=_STAGE_1,
        uses=Use.CODE,
    )
    gram_panchayat: str | None = field(
        "Gram Panchayat",
        TEXT,
        "Its head decides stage 1. In a town leave it empty and give the town.",
        suggest="gram_panchayat",
    )
    ulb: int | None = field("Town (urban local body)", Place("ulb", within="district"))
    tehsil: int | None = field("Tehsil", Place("tehsil", within="district"))
    pin: str | None = field("PIN code", PIN)
    address: str | None = field("House, street, landmark", TEXT)
    business_elsewhere: bool | None = field("Works at another address", YES_NO)
    business_address: str | None = field(
        "Address of the work", TEXT, applies=when(business_elsewhere=True)
    )

    ifsc: str | None = field("IFSC", IFSC, section="Bank account", due=_STAGE_3)
    account_no: str | None = field("Account number", ACCOUNT, due=_STAGE_3)
    account_seeded: bool | None = field(
        "Aadhaar linked to the account", YES_NO, section="Bank account"
    )

    status: str | None = field("Status", Choice("pmv_status"), section="Scheme", uses=Use.LIST)
    registered_on: date | None = field("Registered on the portal", PAST_DATE, uses=Use.HAPPENED)
    csc: str | None = field("Registered at (CSC)", TEXT)
    csc_id: str | None = field("Number of the CSC", CODE)
    portal_no: str | None = field(
        "Portal number",
        PORTAL_NUMBER,
        "The application or registration number of the portal.",
        due="stage 2",
        uses=Use.CODE,
    )

    certificate_no: str | None = field(
        "Certificate number", PORTAL_NUMBER, section="Certificate and card", uses=Use.CODE
    )
    certificate_on: date | None = field("Certificate issued", PAST_DATE)
    card_no: str | None = field("ID card number", PORTAL_NUMBER)
    card_on: date | None = field("ID card issued", PAST_DATE)
    card_handed_on: date | None = field("Certificate and card handed over", PAST_DATE)

    minority: bool | None = field("Of a minority", YES_NO, section="About the person")
    pan: str | None = field("PAN", PAN)

    sub_category: str | None = field("What is made", TEXT, section="Work")
    learned_from: str | None = field("Trade learned from", Choice("learned_from"))
    years_in_trade: int | None = field("Years in the trade", Whole(most=90))
    other_craft: str | None = field(
        "Other craft", TEXT, "A craft outside the 18 trades, such as weaving."
    )
    monthly_income: int | None = field("Income a month", RUPEES)
    udyam: str | None = field("Udyam number", UDYAM)
    started_on: date | None = field("Enterprise started", PAST_DATE)
    workers_women: int | None = field("Women working there", Whole(most=999))
    workers_men: int | None = field("Men working there", Whole(most=999))

    wants_credit: bool | None = field("Wants a loan", YES_NO, section="Wishes")
    wished_amount: int | None = field(
        "Loan wished", Money(most=300_000), applies=when(wants_credit=True)
    )
    loan_purpose: str | None = field("What for", TEXT, applies=when(wants_credit=True))
    preferred_ifsc: str | None = field(
        "Branch wished (IFSC)", IFSC, applies=when(wants_credit=True)
    )
    wants_training: bool | None = field("Willing to be trained", YES_NO)
    digital_payments: bool | None = field("Takes digital payments", YES_NO)
    upi: str | None = field("UPI address", Text(longest=80), applies=when(digital_payments=True))
    wants_marketing: bool | None = field(
        "Wants help with selling", YES_NO, "Quality mark, e-commerce, fairs."
    )
    marketing_needs: str | None = field("Which help", TEXT, applies=when(wants_marketing=True))

    def event(self, step: Step | None = None) -> str:  # noqa: ARG002
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
    steps = {"beneficiary_id": "v decide"}
    lifecycle = Lifecycle(
        "decision",
        Step("", "received", on="received_on"),
        Step("APPROVED", "decided", on="decided_on", also=("REJECTED", "RETURNED"), early=True),
    )

    beneficiary_id: str | None = field(
        "Artisan",
        Reference(("beneficiary",)),
        section="Decision",
        required="a decision is about one artisan",
        uses=Use.LIST,
    )
    stage: str | None = field(
        "Stage",
        Choice("verification_stage"),
        required="each stage is decided by another body",
        uses=Use.LIST,
    )
    decision: str | None = field(
        "Decision", Choice("decision"), required="without it nothing was decided", uses=Use.LIST
    )
    reason: str | None = field("Reason", LONG_TEXT, applies=when(decision=("REJECTED", "RETURNED")))
    received_on: date | None = field("Received", PAST_DATE)
    decided_on: date | None = field("Decided", PAST_DATE, uses=Use.LIST)
    decided_by: str | None = field("Decided by (office)", TEXT)
    meeting_no: str | None = field(
        "Meeting of the committee",
        CODE,
        "Number of the meeting, as in its minutes.",
        applies=when(stage=("2", "3")),
    )
    programme_id: str | None = field(
        "Its record here", Reference(("programme",)), applies=when(stage="3")
    )

    def label(self) -> str:
        """Name the stage, its body and what was decided."""
        decision = Choice("decision").show(self.decision).partition(" /")[0].casefold()
        return f"{self._stage()}: {decision or 'open'}"

    def event(self, step: Step | None = None) -> str:
        """Say the stage, its body and the decision, or that the application came in."""
        if step and step is not self.step():
            return f"{self._stage()}: {step.word}"
        return self.label() + (f" ({self.reason})" if self.reason else "")

    def _stage(self) -> str:
        return _STAGES.get(self.stage or "", "Decision")
