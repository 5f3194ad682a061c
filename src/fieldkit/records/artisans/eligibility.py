"""Rules on artisans and on the decisions about them.

Sources: PM Vishwakarma Guidelines v30.0, eligibility (a) to (e), as quoted in section 2 of the
domain brief: (a), (b), (d) and (e) stop the record; (c) rests on a scheme, a date and a repayment
that the artisan tells, so the person confirms it.
"""

from __future__ import annotations

from datetime import date

from fieldkit import reference
from fieldkit.protocol.finding import Severity
from fieldkit.records.artisans.beneficiary import Beneficiary, Verification
from fieldkit.records.declaration.checks import branch_on_the_list, in_order, pin_in_district
from fieldkit.records.declaration.moves import follow
from fieldkit.records.declaration.parts import BankAccount, Person
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.records.fields.dates import months_after

_GUIDELINES = "PM Vishwakarma Guidelines v30.0, eligibility ({})"
_ADULT = 18
_BARRED_MONTHS = 5 * 12
_CLOSED = {"S1_REJECTED", "S2_REJECTED", "S3_REJECTED", "WITHDRAWN"}


def ages(born: str, on: date) -> tuple[int, int]:
    """Return the lowest and highest age on a day; they differ where only the year is known."""
    year = int(born[:4])
    if len(born) == 4:
        return on.year - year - 1, on.year - year
    age = on.year - year - ((on.month, on.day) < (int(born[5:7]), int(born[8:10])))
    return age, age


def _ages(artisan: Beneficiary, context: RuleContext) -> tuple[int, int]:
    """Return the lowest and highest age at registration; a wrong clock leaves the highest open."""
    if not artisan.born:
        return _ADULT, _ADULT
    lowest, highest = ages(artisan.born, artisan.registered_on or context.today)
    return lowest, max(highest, _ADULT) if _unsure(artisan, context) else highest


def _unsure(artisan: Beneficiary, context: RuleContext) -> bool:
    """Say whether the age rests on a clock that is wrong."""
    return context.clock_wrong and artisan.registered_on is None


@rule(
    Beneficiary,
    "trade_code",
    source=_GUIDELINES.format("a"),
    says="This is none of the 18 trades. Choose one of the list; other work is Other craft.",
)
def notified_trade(artisan: Beneficiary, _context: RuleContext) -> bool:
    """The trade is one of the 18."""
    return artisan.trade_code is not None and not reference.option("trade", artisan.trade_code)


@rule(
    Beneficiary,
    "born",
    source=_GUIDELINES.format("b"),
    says="Only {age} years old on {day:date}: an artisan is at least {adult}.",
)
def adult(artisan: Beneficiary, context: RuleContext) -> Broken | None:
    """At least 18 years old on the day of registration."""
    _, highest = _ages(artisan, context)
    if highest >= _ADULT:
        return None
    return Broken(age=highest, day=artisan.registered_on or context.today, adult=_ADULT)


@rule(
    Beneficiary,
    "born",
    source=_GUIDELINES.format("b"),
    severity=Severity.WARN,
    says={
        "year": "Perhaps only {age} years old: look at the full date on the Aadhaar card.",
        "clock": "Perhaps only {age} years old; this laptop's clock is wrong. Check the age.",
    },
)
def adult_by_year(artisan: Beneficiary, context: RuleContext) -> Broken | None:
    """A lone year that leaves 17 or 18 open, or a wrong clock, gets the benefit of the doubt."""
    lowest, highest = _ages(artisan, context)
    if not lowest < _ADULT <= highest:
        return None
    return Broken("clock" if _unsure(artisan, context) else "year", age=lowest)


@rule(
    Beneficiary,
    "bar_credit",
    source=_GUIDELINES.format("c"),
    severity=Severity.REASON,
    says={
        "pmegp": "Who has taken a PMEGP loan cannot register. Confirm to keep the record.",
        "undated": "A similar loan bars for 5 years from its sanction. Give its date and scheme.",
        "until": (
            "A similar loan bars until {free:date}. MUDRA and SVANidhi, fully repaid, do not."
        ),
    },
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
    free = months_after(artisan.credit_sanctioned_on, _BARRED_MONTHS)
    return None if free <= (artisan.registered_on or context.today) else Broken("until", free=free)


@rule(
    Beneficiary,
    "bar_family",
    source=_GUIDELINES.format("d"),
    says="One member of a family may register: husband, wife or an unmarried child.",
)
def one_of_a_family(artisan: Beneficiary, _context: RuleContext) -> bool:
    """One member of a family: husband, wife, unmarried children."""
    return bool(artisan.bars and artisan.bar_family)


@rule(
    Beneficiary,
    "ration_card",
    source=_GUIDELINES.format("d"),
    severity=Severity.REASON,
    across=True,
    says="{other_name} ({other}) has the same ration card. Are they one family?",
)
def one_of_a_ration_card(artisan: Beneficiary, context: RuleContext) -> Broken | None:
    """Two artisans on one ration card may be of one family."""
    if not artisan.ration_card or artisan.status in _CLOSED:
        return None
    for other in context.known.where("beneficiary", ration_card=artisan.ration_card):
        if other.id != artisan.id and other.value("status") not in _CLOSED:
            return Broken(other=other)
    return None


@rule(
    Beneficiary,
    "bar_government",
    source=_GUIDELINES.format("e"),
    says="Government servants and their families cannot register.",
)
def no_government_servant(artisan: Beneficiary, _context: RuleContext) -> bool:
    """Neither the artisan nor the family is in government service."""
    return bool(artisan.bars and artisan.bar_government)


@rule(
    Beneficiary,
    "bars",
    source="domain brief section 2, screening",
    severity=Severity.WARN,
    says="Say which of the three bars it is.",
)
def bar_named(artisan: Beneficiary, _context: RuleContext) -> bool:
    """A bar is said to exist: which?"""
    which = (artisan.bar_government, artisan.bar_credit, artisan.bar_family)
    return bool(artisan.bars) and not any(which)


@rule(
    Person,
    "gender",
    source="the relation on the Aadhaar card",
    severity=Severity.WARN,
    says="This does not go with s/o, d/o or w/o. Check both.",
)
def gender_after_relation(person: Person, _context: RuleContext) -> bool:
    """A son is a man; a daughter or wife is a woman."""
    follows = Person.derive({"relation": person.relation}).get("gender")
    return bool(follows and person.gender and person.gender not in {follows, "T"})


@rule(
    Verification,
    "stage",
    source="domain brief section 2, flow",
    severity=Severity.WARN,
    says={
        "none": "No approval at stage {stage} is recorded here.",
        "later": "Stage {stage} was approved only on {day:date}. Check the dates.",
    },
)
def stages_in_order(decision: Verification, context: RuleContext) -> Broken | None:
    """A stage is decided after the stage before it was approved."""
    if decision.stage not in {"2", "3"} or not decision.beneficiary_id:
        return None
    stage = str(int(decision.stage) - 1)
    earlier = context.known.where(
        "verification", beneficiary_id=decision.beneficiary_id, stage=stage
    )
    approved = [
        one for one in earlier if isinstance(one, Verification) and one.decision == "APPROVED"
    ]
    if not approved:
        return Broken("none", stage=stage)
    first = min((one.decided_on for one in approved if one.decided_on), default=None)
    if first and decision.decided_on and decision.decided_on < first:
        return Broken("later", stage=stage, day=first)
    return None


@rule(
    Verification,
    "reason",
    source="domain brief section 1, row 4",
    severity=Severity.WARN,
    says="{decision:decision}: write why, the artisan will ask.",
)
def refusal_has_a_reason(decision: Verification, _context: RuleContext) -> Broken | None:
    """The artisan is owed the reason."""
    if decision.decision in {"REJECTED", "RETURNED"} and not decision.reason:
        return Broken(decision=decision.decision)
    return None


branch_on_the_list(BankAccount)
pin_in_district(Beneficiary)
in_order(
    Beneficiary,
    "registered_on",
    "certificate_on",
    "card_handed_on",
    source="domain brief section 2, flow",
)
follow(Verification, source="domain brief section 2, flow")
