"""Artisans of PM Vishwakarma, and who of them may register.

Source of the rules: PM Vishwakarma Guidelines v30.0, eligibility (a) to (e), as quoted in
public sources. (a), (b), (d) and (e) stop the record; (c) rests on a scheme, a date and a
repayment that the artisan reports, so the person at the keyboard confirms it.
"""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from fieldkit import reference
from fieldkit.matching import Part
from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Job
from fieldkit.records.declaration.checks import in_order, pin_in_district
from fieldkit.records.declaration.field import Twice, Use, field, when
from fieldkit.records.declaration.milestone import Milestone
from fieldkit.records.declaration.parts import BankAccount, Circumstances, Person
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.declaration.writers import OPERATOR, REGISTRAR, Writers
from fieldkit.records.fields.dates import ages, months_after
from fieldkit.records.fields.formats import (
    ACCOUNT,
    CODE,
    IFSC,
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

_GUIDELINES = "PM Vishwakarma Guidelines v30.0, eligibility ({})"
_STAGE_1, _STAGE_3 = "stage 1", "stage 3"
_BARRED = when(bars=True)
_CREDIT = when(bars=True, bar_credit=True)
_ADULT = 18
_BARRED_MONTHS = 5 * 12
_STATUSES = (
    "SUBMITTED",
    "S1_PENDING",
    "S1_APPROVED",
    "S2_PENDING",
    "S2_APPROVED",
    "S3_PENDING",
    "S3_APPROVED",
)
"""How far an application has come, in order."""
_CLOSED = {"S1_REJECTED", "S2_REJECTED", "S3_REJECTED", "WITHDRAWN"}


class Beneficiary(Circumstances, BankAccount, Person, table=True):
    """An artisan of PM Vishwakarma: one person, one trade."""

    title = "Artisan"
    job = Job(1, "Register artisan")
    new_verb = "register"
    home_rank = 1
    milestones = (
        Milestone(1, "registered", when(status=(*_STATUSES, *sorted(_CLOSED)))),
        *(
            Milestone(
                1 + stage,
                f"stage {stage}",
                when(status=_STATUSES[_STATUSES.index(f"S{stage}_APPROVED") :]),
                when(status=f"S{stage}_REJECTED"),
            )
            for stage in (1, 2, 3)
        ),
    )
    writers = Writers(
        create=REGISTRAR,
        edit=REGISTRAR,
        fields={"status": OPERATOR},
        values={"status": {"DRAFT": REGISTRAR, "SUBMITTED": REGISTRAR}},
    )
    sections = (
        "Person",
        "Bars",
        "Before stage 1",
        "Bank account",
        "Scheme",
        "Certificate and card",
        "About the person",
        "Work",
        "Support wanted",
    )
    recognised_by: ClassVar[Mapping[str, Part]] = {
        **Person.recognised_by,
        "portal_no": Part.NUMBER,
        "account_no": Part.ACCOUNT,
        "ifsc": Part.BRANCH,
        "ration_card": Part.HOUSEHOLD,
    }

    mobile: str | None = field(
        "Mobile",
        MOBILE,
        "The number linked to Aadhaar: the portal sends the OTP to it.",
        section="Person",
        due=_STAGE_1,
        uses=Use.DIGITS | Use.LIST,
        twice=Twice.MOBILE,
    )
    trade_code: str | None = field(
        "Trade",
        TRADE,
        "One of the 18 notified trades. Weaving, carpets, pashmina and sozni are not among them.",
        section="Person",
        required="the scheme is only for its 18 trades",
        uses=Use.LIST,
    )
    bars: bool | None = field(
        "Any bar",
        YES_NO,
        "Ask all three: a government servant in the family, a loan of a similar scheme in the "
        "last 5 years, a family member already registered? If yes, enter which below.",
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
    credit_sanctioned_on: date | None = field("Loan sanctioned on", PAST_DATE, applies=_CREDIT)
    credit_repaid: bool | None = field(
        "Fully repaid",
        YES_NO,
        "MUDRA and SVANidhi loans, once fully repaid, are no bar.",
        applies=_CREDIT,
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
        "Shows the family: only one member of it may register.",
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
        "Work address", TEXT, applies=when(business_elsewhere=True)
    )

    ifsc: str | None = field("IFSC", IFSC, section="Bank account", due=_STAGE_3, twice=Twice.IFSC)
    account_no: str | None = field("Account number", ACCOUNT, due=_STAGE_3, twice=Twice.ACCOUNT)
    account_seeded: bool | None = field(
        "Aadhaar linked to the account", YES_NO, section="Bank account"
    )

    status: str | None = field("Status", Choice("pmv_status"), section="Scheme", uses=Use.LIST)
    registered_on: date | None = field("Registered on the portal", PAST_DATE, uses=Use.HAPPENED)
    csc: str | None = field("Registered at (CSC)", TEXT)
    csc_id: str | None = field("CSC number", CODE, replaced_by="common_service_centre_id")
    common_service_centre_id: str | None = field(
        "Common Service Centre",
        Reference(("common_service_centre",)),
        "The centre where the artisan registered, if it is entered here.",
    )
    portal_no: str | None = field(
        "Portal number",
        PORTAL_NUMBER,
        "The application or registration number on the portal.",
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

    minority: bool | None = field("Belongs to a minority", YES_NO, section="About the person")
    pan: str | None = field("PAN", PAN)

    sub_category: str | None = field("Products made", TEXT, section="Work")
    learned_from: str | None = field("Trade learned from", Choice("learned_from"))
    years_in_trade: int | None = field("Years in the trade", Whole(most=90))
    other_craft: str | None = field(
        "Other craft", TEXT, "A craft outside the 18 trades, such as weaving."
    )
    monthly_income: int | None = field("Monthly income", RUPEES)
    udyam: str | None = field("Udyam number", UDYAM, replaced_by="enterprise")
    started_on: date | None = field("Enterprise started", PAST_DATE, replaced_by="enterprise")
    workers_women: int | None = field(
        "Women working there", Whole(most=999), replaced_by="enterprise"
    )
    workers_men: int | None = field("Men working there", Whole(most=999), replaced_by="enterprise")

    wants_credit: bool | None = field("Wants a loan", YES_NO, section="Support wanted")
    wished_amount: int | None = field(
        "Loan amount wanted", Money(most=300_000), applies=when(wants_credit=True)
    )
    loan_purpose: str | None = field(
        "Loan purpose", TEXT, applies=when(wants_credit=True), suggest="loan_purpose"
    )
    preferred_ifsc: str | None = field(
        "Preferred branch (IFSC)", IFSC, applies=when(wants_credit=True)
    )
    wants_training: bool | None = field("Willing to be trained", YES_NO)
    digital_payments: bool | None = field("Accepts digital payments", YES_NO)
    upi: str | None = field("UPI address", Text(longest=80), applies=when(digital_payments=True))
    wants_marketing: bool | None = field(
        "Wants marketing support", YES_NO, "Quality mark, e-commerce, fairs."
    )
    marketing_needs: str | None = field(
        "Marketing support needed", TEXT, applies=when(wants_marketing=True)
    )

    def event(self) -> str:
        """Say where the application was made, if it was."""
        if self.csc:
            return f"Registered: {self.csc}"
        if self.registered_on or self.portal_no or self.status not in (None, "DRAFT"):
            return "Registered on the portal"
        return "Entered here, not registered yet"


check = Rules(Beneficiary, _GUIDELINES.format("b"))


def _ages(artisan: Beneficiary, context: RuleContext) -> tuple[int, int]:
    """Return the lowest and highest age at registration; a wrong clock leaves the highest open."""
    if not artisan.born:
        return _ADULT, _ADULT
    lowest, highest = ages(artisan.born, artisan.registered_on or context.today)
    return lowest, max(highest, _ADULT) if _unsure(artisan, context) else highest


def _unsure(artisan: Beneficiary, context: RuleContext) -> bool:
    """Say whether the age rests on a clock that is wrong."""
    return context.clock_wrong and artisan.registered_on is None


@check(
    "trade_code",
    "This is not one of the 18 trades. Choose from the list; enter other work under Other craft.",
    source=_GUIDELINES.format("a"),
)
def notified_trade(artisan: Beneficiary, _context: RuleContext) -> bool:
    """The trade is one of the 18."""
    return artisan.trade_code is not None and not reference.option("trade", artisan.trade_code)


@check(
    "born",
    "Only {age} years old on {day:date}. An artisan must be at least {adult}. Check "
    "the date of birth.",
)
def adult(artisan: Beneficiary, context: RuleContext) -> Broken | None:
    """At least 18 years old on the day of registration."""
    _, highest = _ages(artisan, context)
    if highest >= _ADULT:
        return None
    return Broken(age=highest, day=artisan.registered_on or context.today, adult=_ADULT)


@check(
    "born",
    severity=Severity.WARN,
    year="May be only {age} years old. Check the full date on the Aadhaar card.",
    clock="May be only {age} years old; this laptop's clock is wrong. Check the age.",
)
def adult_by_year(artisan: Beneficiary, context: RuleContext) -> Broken | None:
    """A lone year that leaves 17 or 18 open, or a wrong clock, gets the benefit of the doubt."""
    lowest, highest = _ages(artisan, context)
    if not lowest < _ADULT <= highest:
        return None
    return Broken("clock" if _unsure(artisan, context) else "year", age=lowest)


@check(
    "bar_credit",
    severity=Severity.REASON,
    source=_GUIDELINES.format("c"),
    pmegp="A person who has taken a PMEGP loan cannot register. Confirm to keep the record.",
    undated="After a similar loan, nobody can register for 5 years from its sanction. Enter its "
    "date and scheme.",
    until="Because of a similar loan, cannot register before {free:date}. MUDRA and SVANidhi, "
    "fully repaid, are no bar.",
)
def similar_credit(artisan: Beneficiary, context: RuleContext) -> Broken | None:
    """No similar loan in 5 years from sanction, unless MUDRA or SVANidhi fully repaid."""
    if not (artisan.bars and artisan.bar_credit):
        return None
    if artisan.credit_scheme == "PMEGP":
        return Broken("pmegp")
    if artisan.credit_scheme in {"MUDRA", "SVANIDHI"} and artisan.credit_repaid:
        return None
    if artisan.credit_sanctioned_on is None:
        return Broken("undated")
    months = context.limit(artisan, "BARRED_MONTHS", _BARRED_MONTHS, artisan.registered_on)
    free = months_after(artisan.credit_sanctioned_on, months)
    return None if free <= (artisan.registered_on or context.today) else Broken("until", free=free)


@check(
    "bar_family",
    "Only one member of a family may register: husband, wife or an unmarried child.",
    source=_GUIDELINES.format("d"),
)
def one_of_a_family(artisan: Beneficiary, _context: RuleContext) -> bool:
    """One member of a family: husband, wife, unmarried children."""
    return bool(artisan.bars and artisan.bar_family)


@check(
    "ration_card",
    "{other_name} ({other}) has the same ration card. Are they one family?",
    Severity.REASON,
    source=_GUIDELINES.format("d"),
    across=True,
)
def one_of_a_ration_card(artisan: Beneficiary, context: RuleContext) -> Broken | None:
    """Two artisans on one ration card may be of one family."""
    if artisan.status in _CLOSED:
        return None
    others = context.others(artisan, "ration_card")
    open_ = [other for other in others if other.status not in _CLOSED]
    return Broken(other=open_[0]) if open_ else None


@check(
    "bar_government",
    "Government servants and their families cannot register.",
    source=_GUIDELINES.format("e"),
)
def no_government_servant(artisan: Beneficiary, _context: RuleContext) -> bool:
    """Neither the artisan nor the family is in government service."""
    return bool(artisan.bars and artisan.bar_government)


@check(
    "bars",
    "Enter which of the three bars it is.",
    Severity.WARN,
    source="CSC registration slides, screening questions (a copy, not an official paper)",
)
def bar_named(artisan: Beneficiary, _context: RuleContext) -> bool:
    """If a bar is said to exist, the record says which."""
    which = (artisan.bar_government, artisan.bar_credit, artisan.bar_family)
    return bool(artisan.bars) and not any(which)


pin_in_district(Beneficiary)
in_order(
    Beneficiary,
    "registered_on",
    "certificate_on",
    "card_handed_on",
    source="PM Vishwakarma Guidelines v30.0, stages 1 to 3",
)
