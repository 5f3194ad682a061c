"""Rules on artisans and on the decisions about them.

Sources: PM Vishwakarma Guidelines v30.0, eligibility (a) to (e), as quoted in section 2 of the
domain brief: (a), (b), (d) and (e) stop the record; (c) rests on a scheme, a date and a repayment
that the artisan tells, so the person confirms it.
"""

from __future__ import annotations

from datetime import date
from typing import cast

from fieldkit import reference
from fieldkit.records.artisans.beneficiary import Beneficiary, Verification
from fieldkit.records.declaration.checks import branch_on_the_list, in_order, pin_in_district
from fieldkit.records.declaration.moves import follow
from fieldkit.records.declaration.parts import BankAccount, Person
from fieldkit.records.declaration.rule import RuleContext, Severity, rule
from fieldkit.records.fields.dates import months_after
from fieldkit.records.fields.formats import Choice, show_date

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


def _ages(artisan: Beneficiary, case: RuleContext) -> tuple[int, int]:
    """Return the lowest and highest age at registration; a wrong clock leaves the highest open."""
    if not artisan.born:
        return _ADULT, _ADULT
    lowest, highest = ages(artisan.born, artisan.registered_on or case.today)
    unsure = case.clock_wrong and artisan.registered_on is None
    return lowest, max(highest, _ADULT) if unsure else highest


@rule(Beneficiary, "trade_code", source=_GUIDELINES.format("a"))
def notified_trade(artisan: Beneficiary, _case: RuleContext) -> str | None:
    """The trade is one of the 18."""
    if artisan.trade_code is None or reference.option("trade", artisan.trade_code):
        return None
    return "This is none of the 18 trades. Choose one of the list; other work is Other craft."


@rule(Beneficiary, "born", source=_GUIDELINES.format("b"))
def adult(artisan: Beneficiary, case: RuleContext) -> str | None:
    """At least 18 years old on the day of registration."""
    _, highest = _ages(artisan, case)
    if highest >= _ADULT:
        return None
    day = show_date(artisan.registered_on or case.today)
    return f"Only {highest} years old on {day}: an artisan is at least {_ADULT}."


@rule(Beneficiary, "born", source=_GUIDELINES.format("b"), severity=Severity.WARN)
def adult_by_year(artisan: Beneficiary, case: RuleContext) -> str | None:
    """A lone year that leaves 17 or 18 open, or a wrong clock, gets the benefit of the doubt."""
    lowest, highest = _ages(artisan, case)
    if not lowest < _ADULT <= highest:
        return None
    if case.clock_wrong and artisan.registered_on is None:
        return f"Perhaps only {lowest} years old; this laptop's clock is wrong. Check the age."
    return f"Perhaps only {lowest} years old: look at the full date on the Aadhaar card."


@rule(Beneficiary, "bar_credit", source=_GUIDELINES.format("c"), severity=Severity.REASON)
def similar_credit(artisan: Beneficiary, case: RuleContext) -> str | None:
    """No similar loan in 5 years from sanction, unless MUDRA or SVANidhi fully repaid."""
    if not (artisan.bars and artisan.bar_credit):
        return None
    if artisan.credit_scheme == "PMEGP":
        return "Who has taken a PMEGP loan cannot register. Confirm to keep the record."
    if artisan.credit_scheme in {"MUDRA", "SVANIDHI"} and artisan.credit_repaid:
        return None
    sanctioned = artisan.credit_sanctioned_on
    if sanctioned and months_after(sanctioned, _BARRED_MONTHS) <= (
        artisan.registered_on or case.today
    ):
        return None
    if sanctioned is None:
        return "A similar loan bars for 5 years from its sanction. Give its date and scheme."
    free = show_date(months_after(sanctioned, _BARRED_MONTHS))
    return f"A similar loan bars until {free}. MUDRA and SVANidhi, fully repaid, do not."


@rule(Beneficiary, "bar_family", source=_GUIDELINES.format("d"))
def one_of_a_family(artisan: Beneficiary, _case: RuleContext) -> str | None:
    """One member of a family: husband, wife, unmarried children."""
    if artisan.bars and artisan.bar_family:
        return "One member of a family may register: husband, wife or an unmarried child."
    return None


@rule(
    Beneficiary,
    "ration_card",
    source=_GUIDELINES.format("d"),
    severity=Severity.REASON,
    across=True,
)
def one_of_a_ration_card(artisan: Beneficiary, case: RuleContext) -> str | None:
    """Two artisans on one ration card may be of one family."""
    if not artisan.ration_card or artisan.status in _CLOSED:
        return None
    for other in case.known.where("beneficiary", ration_card=artisan.ration_card):
        if other.id != artisan.id and other.value("status") not in _CLOSED:
            return f"{other.label()} ({other.id}) has the same ration card. Are they one family?"
    return None


@rule(Beneficiary, "bar_government", source=_GUIDELINES.format("e"))
def no_government_servant(artisan: Beneficiary, _case: RuleContext) -> str | None:
    """Neither the artisan nor the family is in government service."""
    if artisan.bars and artisan.bar_government:
        return "Government servants and their families cannot register."
    return None


@rule(Beneficiary, "bars", source="domain brief section 2, screening", severity=Severity.WARN)
def bar_named(artisan: Beneficiary, _case: RuleContext) -> str | None:
    """A bar is said to exist: which?"""
    which = (artisan.bar_government, artisan.bar_credit, artisan.bar_family)
    return "Say which of the three bars it is." if artisan.bars and not any(which) else None


@rule(Person, "gender", source="the relation on the Aadhaar card", severity=Severity.WARN)
def gender_after_relation(person: Person, _case: RuleContext) -> str | None:
    """A son is a man; a daughter or wife is a woman."""
    follows = Person.derive({"relation": person.relation}).get("gender")
    if follows and person.gender and person.gender not in {follows, "T"}:
        return "This does not go with s/o, d/o or w/o. Check both."
    return None


@rule(Verification, "stage", source="domain brief section 2, flow", severity=Severity.WARN)
def stages_in_order(decision: Verification, case: RuleContext) -> str | None:
    """A stage is decided after the stage before it was approved."""
    if decision.stage not in {"2", "3"} or not decision.beneficiary_id:
        return None
    stage = str(int(decision.stage) - 1)
    earlier = [
        cast(Verification, found)
        for found in case.known.where(
            "verification", beneficiary_id=decision.beneficiary_id, stage=stage
        )
    ]
    approved = [found for found in earlier if found.decision == "APPROVED"]
    if not approved:
        return f"No approval at stage {stage} is recorded here."
    first = min((found.decided_on for found in approved if found.decided_on), default=None)
    if first and decision.decided_on and decision.decided_on < first:
        return f"Stage {stage} was approved only on {show_date(first)}. Check the dates."
    return None


@rule(Verification, "reason", source="domain brief section 1, row 4", severity=Severity.WARN)
def refusal_has_a_reason(decision: Verification, _case: RuleContext) -> str | None:
    """The artisan is owed the reason."""
    if decision.decision in {"REJECTED", "RETURNED"} and not decision.reason:
        said = Choice("decision").show(decision.decision).casefold()
        return f"{said.capitalize()}: write why, the artisan will ask."
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
