"""Loans to one person: the tranches of PM Vishwakarma, Lal Ded Stree Shakti, Mission YUVA."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.community.member import Member
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.field import Twice, Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.milestone import Milestone
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.parts import (
    BankBranch,
    BankName,
    BranchByIfsc,
    EitherArtisan,
    OrMember,
    artisan_or_member,
    state_field,
)
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.fields.dates import months_after
from fieldkit.records.fields.formats import (
    ACCOUNT,
    IFSC,
    LONG_TEXT,
    PAST_DATE,
    PORTAL_NUMBER,
    RUPEES,
    TEXT,
    Choice,
    Reference,
)

_CREDIT = "PM Vishwakarma Guidelines: credit support"
_LAL_DED = "jkb.bank.in: Lal Ded Stree Shakti"
TRANCHES = ("PMV1", "PMV2")
"""The two loans of PM Vishwakarma, in their order."""
MOST_RUPEES = {"PMV1": ("PMV_TRANCHE_1", 1_00_000), "PMV2": ("PMV_TRANCHE_2", 2_00_000)}
"""The limit of each tranche, and its value unless a record of the limit says otherwise."""
MONTHS_BETWEEN = 6
"""The least number of months from the first payment of tranche 1 to tranche 2."""
MOST_IN_A_GROUP = 3
_OVER = frozenset({"REJECTED", "CLOSED"})


class Loan(BranchByIfsc, table=True):
    """A loan to an artisan or a member of a group, from the request to the last instalment."""

    order = "applied_on"
    match_keys = (
        ("application_no",),
        ("beneficiary_id", "product", "applied_on"),
        ("member_id", "product", "applied_on"),
    )
    actions = {"beneficiary_id": Action("l", "loan"), "member_id": Action("l", "loan")}
    milestones = tuple(
        Milestone(8, "loan", when(state=("DISBURSED", "CLOSED", "NPA")), about=person)
        for person in ("beneficiary_id", "member_id")
    )
    lifecycle = Lifecycle(
        "state",
        Step("WILLING", "willingness recorded", decision="sending to the bank"),
        Step(
            "SPONSORED",
            "sent to the bank",
            on="applied_on",
            amount="applied_amount",
            then=("UNDER_PROCESS", "SANCTIONED", "REJECTED", "RETURNED"),
            early=True,
        ),
        Step("UNDER_PROCESS", "with the bank", then=("SANCTIONED", "REJECTED", "RETURNED")),
        Step("REJECTED", "rejected by the bank", asks=("turned_down",), aside=True),
        Step(
            "RETURNED",
            "returned by the bank with a query",
            asks=("turned_down",),
            then=("SPONSORED", "UNDER_PROCESS", "REJECTED"),
            aside=True,
            decision="answer to the bank",
        ),
        Step("SANCTIONED", "sanctioned", on="sanctioned_on", amount="sanctioned_amount"),
        Step(
            "DISBURSED",
            "disbursed",
            on="disbursed_on",
            amount="disbursed_amount",
            asks=("account_no",),
            then=("CLOSED", "NPA"),
        ),
        Step("CLOSED", "repaid", on="closed_on"),
        Step("NPA", "overdue", then=("DISBURSED", "CLOSED"), aside=True),
    )

    product: str | None = field(
        "Product",
        Choice("loan_product"),
        section="Loan",
        required="a loan is counted by its product",
        uses=Use.LIST,
    )
    beneficiary_id: EitherArtisan = None
    member_id: OrMember = None
    self_help_group_id: str | None = field(
        "Loan through group",
        Reference(("self_help_group",)),
        "Her group: at most three of its members have this loan.",
        applies=when(product="LALDED"),
    )
    state: str | None = state_field("loan_state", "SPONSORED", "a loan is counted by its state")
    application_no: str | None = field(
        "Application number", PORTAL_NUMBER, section="Application", uses=Use.CODE
    )
    applied_on: date | None = field("Sent to the bank", PAST_DATE)
    applied_amount: int | None = field("Amount applied for", RUPEES)
    purpose: str | None = field("Purpose", TEXT)
    ifsc: str | None = field("IFSC", IFSC, "Of the branch that gives the loan.")
    bank_name: BankName = None
    bank_branch: BankBranch = None
    turned_down: str | None = field("Bank's reply", LONG_TEXT)
    sanctioned_on: date | None = field("Sanctioned", PAST_DATE, section="Sanction and disbursal")
    sanctioned_amount: int | None = field("Amount sanctioned", RUPEES, uses=Use.LIST)
    disbursed_on: date | None = field("First disbursed", PAST_DATE, uses=Use.LIST)
    disbursed_amount: int | None = field("Amount disbursed so far", RUPEES)
    account_no: str | None = field("Loan account number", ACCOUNT, twice=Twice.ACCOUNT)
    closed_on: date | None = field("Repaid", PAST_DATE)

    def label(self) -> str:
        """Name the product, without the terms in brackets."""
        product = Choice("loan_product").show(self.product).partition(" (")[0]
        return product or f"Loan {self.id}"

    def step_event(self, step: Step | None) -> str:
        """Say how far the loan has come, and of how much."""
        amount = self.value(step.amount) if step and step.amount else None
        amount = amount or self.disbursed_amount or self.sanctioned_amount or self.applied_amount
        of = f"{RUPEES.show(amount)}, " if amount else ""
        return f"{super().step_event(step)}: {of}{self.label()}"


check = Rules(Loan, _CREDIT)


@check(
    "product",
    severity=Severity.REASON,
    across=True,
    awaits=True,
    unknown="Tranche 2 follows tranche 1, and no disbursed tranche 1 is entered here. Check it.",
    not_repaid="Tranche 2 comes after tranche 1 ({first}) is repaid. Check the state of both.",
    too_early="Tranche 2 comes {months} months after tranche 1 was disbursed: from "
    "{earliest:date}.",
)
def tranche_order(loan: Loan, context: RuleContext) -> Broken | None:
    """Tranche 2 follows a repaid tranche 1, six months after its first payment or later."""
    if loan.product not in TRANCHES or not loan.beneficiary_id:
        return None
    # Runs for tranche 1 too, so the server finds the tranche 2 that waits for it.
    others = context.others(loan, "beneficiary_id")
    if loan.product == "PMV1" or loan.state == "REJECTED":
        return None
    paid = [one for one in others if one.product == "PMV1" and one.disbursed_on]
    if not paid:
        return Broken("unknown")
    first = min(paid, key=lambda one: (one.state != "CLOSED", one.id))
    if first.state != "CLOSED":
        return Broken("not_repaid", first=first)
    began = loan.applied_on or loan.sanctioned_on
    months = context.limit(loan, "PMV_MONTHS", MONTHS_BETWEEN, began)
    earliest = first.disbursed_on and months_after(first.disbursed_on, months)
    if began and earliest and began < earliest:
        return Broken("too_early", months=months, earliest=earliest)
    return None


@check(
    "product",
    "This artisan already has a loan of this tranche ({other}). Open that one.",
    Severity.REASON,
    across=True,
)
def one_loan_of_a_tranche(loan: Loan, context: RuleContext) -> Broken | None:
    """Each tranche is lent once; after a rejection the artisan may apply again."""
    if loan.product not in TRANCHES or loan.state == "REJECTED":
        return None
    others = context.others(loan, "beneficiary_id")
    same = [one for one in others if one.product == loan.product and one.state != "REJECTED"]
    return Broken(other=same[0]) if same else None


@check(
    "self_help_group_id",
    "{count} other members of this group have this loan. At most {most} may have it.",
    Severity.REASON,
    source=_LAL_DED,
    across=True,
)
def three_in_a_group(loan: Loan, context: RuleContext) -> Broken | None:
    """At most three members of a group have this loan at a time."""
    if loan.product != "LALDED" or loan.state in _OVER:
        return None
    others = context.others(loan, "product", "self_help_group_id")
    women = {one.member_id for one in others if one.state not in _OVER} - {None, loan.member_id}
    most = context.limit(loan, "LALDED_MEMBERS", MOST_IN_A_GROUP, loan.applied_on)
    return Broken(count=len(women), most=most) if len(women) >= most else None


@check(
    "self_help_group_id",
    "She is in another group ({group}). Check which group the loan is through.",
    Severity.WARN,
    source=_LAL_DED,
)
def group_of_the_member(loan: Loan, context: RuleContext) -> Broken | None:
    """The group that stands for a loan is the member's own."""
    if loan.product != "LALDED" or not loan.self_help_group_id:
        return None
    woman = context.get(Member, loan.member_id)
    group = woman.self_help_group_id if woman else None
    return None if group in {None, loan.self_help_group_id} else Broken(group=group)


@check(
    "product",
    group="Bank linkage lends to a group, not to one person. Choose another product.",
    artisan="This loan is for artisans of PM Vishwakarma. Enter it on the artisan's page.",
    member="Lal Ded is for members of groups. Enter it on the member's page.",
)
def loan_of_one_person(loan: Loan, _context: RuleContext) -> Broken | None:
    """A product is for an artisan, for a member, or for a whole group."""
    if loan.product == "SHGBL":
        return Broken("group")
    if loan.product in TRANCHES and loan.member_id:
        return Broken("artisan")
    return Broken("member") if loan.product == "LALDED" and loan.beneficiary_id else None


@check(
    "sanctioned_amount",
    tranche="This tranche is at most {most:rupees}. Check the amount.",
    applied="Only {applied:rupees} was applied for. Check both amounts.",
)
def sanctioned_within_limits(loan: Loan, context: RuleContext) -> Broken | None:
    """At most what was applied for, and what the tranche allows on the day of the sanction."""
    amount, applied = loan.answer("sanctioned_amount"), loan.applied_amount
    if not isinstance(amount, int):
        return None
    limit, usual = MOST_RUPEES.get(loan.product or "", ("", 0))
    most = context.limit(loan, limit, usual, loan.sanctioned_on) if limit else None
    if most is not None and amount > most:
        return Broken("tranche", most=most)
    return Broken("applied", applied=applied) if applied is not None and amount > applied else None


@check("disbursed_amount", "Only {sanctioned:rupees} was sanctioned. Check both amounts.")
def paid_within_the_sanction(loan: Loan, _context: RuleContext) -> Broken | None:
    """At most what was sanctioned."""
    paid, sanctioned = loan.answer("disbursed_amount"), loan.answer("sanctioned_amount")
    if isinstance(paid, int) and isinstance(sanctioned, int) and paid > sanctioned:
        return Broken(sanctioned=sanctioned)
    return None


lifecycle_rules(Loan, source=_CREDIT)
artisan_or_member(Loan)
