"""Rules on loans to one person (domain brief section 2, credit; section 3, Lal Ded)."""

from __future__ import annotations

from fieldkit.protocol.finding import Severity
from fieldkit.records.community.groups import Member
from fieldkit.records.credit.loan import TRANCHES, Loan
from fieldkit.records.declaration.checks import branch_on_the_list, exactly_one
from fieldkit.records.declaration.moves import follow
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.records.fields.dates import months_after

_CREDIT = "PM Vishwakarma Guidelines: credit support (domain brief section 2)"
_LAL_DED = "jkb.bank.in: Lal Ded Stree Shakti (domain brief section 3)"
MOST_RUPEES = {"PMV1": 1_00_000, "PMV2": 2_00_000}
"""The ceiling of each tranche."""
MONTHS_BETWEEN = 6
"""From the first payment of tranche 1 to tranche 2, at least."""
MOST_IN_A_GROUP = 3
_OVER = frozenset({"REJECTED", "CLOSED"})


@rule(
    Loan,
    "product",
    source=_CREDIT,
    severity=Severity.REASON,
    across=True,
    awaits=True,
    says={
        "unknown": (
            "Tranche 2 follows tranche 1, and none that was paid out is known here. Check it."
        ),
        "not_repaid": (
            "Tranche 2 follows when tranche 1 ({first}) is repaid. Check the state of both."
        ),
        "too_early": (
            "Tranche 2 comes {months} months after tranche 1 was paid: from {earliest:date}."
        ),
    },
)
def tranche_order(loan: Loan, context: RuleContext) -> Broken | None:
    """Tranche 2 follows a repaid tranche 1, six months after its first payment or later."""
    if loan.product not in TRANCHES or not loan.beneficiary_id:
        return None
    # Asked of tranche 1, too: then the server meets, from tranche 1, the loan that waits for it.
    others = _others(loan, context, loan.beneficiary_id)
    if loan.product == "PMV1" or loan.state == "REJECTED":
        return None
    paid = [one for one in others if one.product == "PMV1" and one.disbursed_on]
    if not paid:
        return Broken("unknown")
    first = min(paid, key=lambda one: (one.state != "CLOSED", one.id))
    if first.state != "CLOSED":
        return Broken("not_repaid", first=first)
    began = loan.applied_on or loan.sanctioned_on
    earliest = first.disbursed_on and months_after(first.disbursed_on, MONTHS_BETWEEN)
    if began and earliest and began < earliest:
        return Broken("too_early", months=MONTHS_BETWEEN, earliest=earliest)
    return None


@rule(
    Loan,
    "product",
    source=_CREDIT,
    severity=Severity.REASON,
    across=True,
    says="This artisan has a loan of this tranche already ({other}). Open that one.",
)
def one_loan_of_a_tranche(loan: Loan, context: RuleContext) -> Broken | None:
    """Each tranche is lent once; after a rejection the artisan may apply again."""
    if loan.product not in TRANCHES or not loan.beneficiary_id or loan.state == "REJECTED":
        return None
    for other in _others(loan, context, loan.beneficiary_id):
        if other.product == loan.product and other.state != "REJECTED":
            return Broken(other=other)
    return None


def _others(loan: Loan, context: RuleContext, artisan: str) -> list[Loan]:
    found = context.known.where("loan", beneficiary_id=artisan)
    return [one for one in found if isinstance(one, Loan) and one.id != loan.id]


@rule(
    Loan,
    "self_help_group_id",
    source=_LAL_DED,
    severity=Severity.REASON,
    across=True,
    says="{count} other members of this group have this loan; {most} may.",
)
def three_in_a_group(loan: Loan, context: RuleContext) -> Broken | None:
    """At most three members of a group have this loan at a time."""
    group = loan.self_help_group_id
    if loan.product != "LALDED" or not group or loan.state in _OVER:
        return None
    found = context.known.where("loan", product="LALDED", self_help_group_id=group)
    women = {
        one.member_id
        for one in found
        if isinstance(one, Loan) and one.id != loan.id and one.state not in _OVER
    } - {None, loan.member_id}
    if len(women) < MOST_IN_A_GROUP:
        return None
    return Broken(count=len(women), most=MOST_IN_A_GROUP)


@rule(
    Loan,
    "self_help_group_id",
    source=_LAL_DED,
    severity=Severity.WARN,
    says="She is in another group ({group}). Check which one stands for the loan.",
)
def group_of_the_member(loan: Loan, context: RuleContext) -> Broken | None:
    """The group that stands for a loan is the member's own."""
    if loan.product != "LALDED" or not loan.self_help_group_id or not loan.member_id:
        return None
    woman = context.known.get("member", loan.member_id)
    group = woman.self_help_group_id if isinstance(woman, Member) else None
    return None if group in {None, loan.self_help_group_id} else Broken(group=group)


@rule(
    Loan,
    "product",
    source=_CREDIT,
    says={
        "group": "Bank linkage lends to a group, not to one person. Choose another product.",
        "artisan": ("This loan is for artisans of PM Vishwakarma. Enter it on the artisan's page."),
        "member": "Lal Ded is for members of groups. Enter it on the member's page.",
    },
)
def loan_of_one_person(loan: Loan, _context: RuleContext) -> Broken | None:
    """A product is for an artisan, for a member, or for a whole group."""
    if loan.product == "SHGBL":
        return Broken("group")
    if loan.product in TRANCHES and loan.member_id:
        return Broken("artisan")
    return Broken("member") if loan.product == "LALDED" and loan.beneficiary_id else None


@rule(
    Loan,
    "sanctioned_amount",
    source=_CREDIT,
    says={
        "tranche": "This tranche is of at most {most:rupees}.",
        "applied": "Only {applied:rupees} were applied for.",
    },
)
def sanctioned_within_limits(loan: Loan, _context: RuleContext) -> Broken | None:
    """At most what was applied for, and what the tranche allows."""
    amount, applied = loan.answer("sanctioned_amount"), loan.applied_amount
    most = MOST_RUPEES.get(loan.product or "")
    if not isinstance(amount, int):
        return None
    if most is not None and amount > most:
        return Broken("tranche", most=most)
    return Broken("applied", applied=applied) if applied is not None and amount > applied else None


@rule(
    Loan,
    "disbursed_amount",
    source=_CREDIT,
    says="Only {sanctioned:rupees} were sanctioned.",
)
def paid_within_the_sanction(loan: Loan, _context: RuleContext) -> Broken | None:
    """At most what was sanctioned."""
    paid, sanctioned = loan.answer("disbursed_amount"), loan.answer("sanctioned_amount")
    if isinstance(paid, int) and isinstance(sanctioned, int) and paid > sanctioned:
        return Broken(sanctioned=sanctioned)
    return None


exactly_one(
    Loan,
    "beneficiary_id",
    "member_id",
    what="the artisan or the member",
    source="a loan is one person's",
)
follow(Loan, source=_CREDIT)
branch_on_the_list(Loan)
