"""Bank linkage of groups: term loans and cash credit, dose by dose."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.conversion import Conversion
from fieldkit.records.declaration.field import Twice, Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.milestone import Milestone
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.parts import BankBranch, BankName, BranchByIfsc, state_field
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.fields.dates import months_after
from fieldkit.records.fields.formats import (
    ACCOUNT,
    IFSC,
    LONG_TEXT,
    PAST_DATE,
    PORTAL_NUMBER,
    RUPEES,
    Choice,
    Reference,
    Whole,
)

_RBI = "RBI norms of SHG bank linkage, as a bank's page sums them up"
DOSES = ((6, 1_50_000), (8, 3_00_000))
"""Of doses 1 and 2: how many times the corpus, and the rupees, of which the larger is the most."""
FROM_DOSE_3 = 6_00_000
"""The least of dose 3 and later ones, and of a cash credit."""
MONTHS = 6
"""The age of a group to which a bank lends."""


class GroupLoan(BranchByIfsc, table=True):
    """A bank's loan to a group, from the request to the last instalment."""

    order = "applied_on"
    match_keys = (
        ("application_no",),
        ("account_no", "ifsc"),
        ("self_help_group_id", "dose_no", "facility"),
        ("self_help_group_id", "sanctioned_on"),
    )
    actions = {"self_help_group_id": Action("l", "bank loan")}
    milestones = (
        Milestone(
            4,
            "bank loan",
            when(state=("DISBURSED", "CLOSED", "NPA")),
            about="self_help_group_id",
        ),
    )
    converts = (
        Conversion(
            "self_help_group",
            "running",
            link="self_help_group_id",
            when=when(loan_running=True),
            gives={"state": "DISBURSED"},
            same=("self_help_group_id",),
        ),
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
            overdue=30,
        ),
        Step(
            "UNDER_PROCESS",
            "with the bank",
            then=("SANCTIONED", "REJECTED", "RETURNED"),
        ),
        Step("REJECTED", "rejected by the bank", asks=("turned_down",), aside=True),
        Step(
            "RETURNED",
            "returned by the bank with a query",
            asks=("turned_down",),
            then=("SPONSORED", "UNDER_PROCESS", "REJECTED"),
            aside=True,
            decision="answer to the bank",
        ),
        Step("SANCTIONED", "sanctioned", on="sanctioned_on", amount="amount", overdue=30),
        Step(
            "DISBURSED",
            "disbursed",
            on="disbursed_on",
            amount="disbursed_amount",
            asks=("account_no", "outstanding"),
            then=("CLOSED", "NPA"),
        ),
        Step("CLOSED", "repaid", on="closed_on"),
        Step("NPA", "overdue", then=("DISBURSED", "CLOSED"), aside=True),
    )

    self_help_group_id: str | None = field(
        "Group",
        Reference(("self_help_group",)),
        section="Loan",
        required="bank linkage lends to one group",
        uses=Use.LIST,
    )
    dose_no: int | None = field("Dose", Whole(most=20), "1 for the first loan.", uses=Use.LIST)
    facility: str | None = field("Kind of loan", Choice("loan_facility"), uses=Use.LIST)
    state: str | None = state_field("loan_state", "SPONSORED", "a loan is counted by its state")
    application_no: str | None = field(
        "Application number", PORTAL_NUMBER, section="Application", uses=Use.CODE
    )
    applied_on: date | None = field("Sent to the bank", PAST_DATE)
    applied_amount: int | None = field("Amount applied for", RUPEES)
    corpus: int | None = field(
        "Corpus of the group", RUPEES, "Savings, interest, grants and funds it holds by then."
    )
    mcp_on: date | None = field("Micro-credit plan of", PAST_DATE)
    ifsc: str | None = field("IFSC", IFSC, "Of the branch that gives the loan.")
    bank_name: BankName = None
    bank_branch: BankBranch = None
    turned_down: str | None = field("Bank's reply", LONG_TEXT)
    sanctioned_on: date | None = field("Sanctioned", PAST_DATE, section="Sanction and disbursal")
    amount: int | None = field("Amount sanctioned", RUPEES, uses=Use.LIST)
    limit: int | None = field(
        "Limit of the cash credit", RUPEES, "For the whole term.", applies=when(facility="CCL")
    )
    disbursed_on: date | None = field("First disbursed", PAST_DATE, uses=Use.LIST)
    disbursed_amount: int | None = field("Amount disbursed so far", RUPEES)
    account_no: str | None = field("Loan account number", ACCOUNT, twice=Twice.ACCOUNT)
    outstanding: int | None = field("Outstanding now", RUPEES)
    closed_on: date | None = field("Repaid", PAST_DATE)

    def label(self) -> str:
        """Name the dose and the kind of loan."""
        facility = Choice("loan_facility").show(self.facility).partition(" (")[0].casefold()
        dose = f"dose {self.dose_no}" if self.dose_no else ""
        return ", ".join(filter(None, ("Bank linkage", dose, facility)))

    def step_event(self, step: Step | None) -> str:
        """Say how far the loan has come, and of how much."""
        amount = self.value(step.amount) if step and step.amount else None
        amount = amount or self.disbursed_amount or self.amount or self.applied_amount
        of = f"{RUPEES.show(amount)}, " if amount else ""
        return f"{super().step_event(step)}: {of}{self.label()}"


check = Rules(GroupLoan, _RBI)


@check("amount", "Only {applied:rupees} was applied for. Check both amounts.")
def sanctioned_within_the_request(loan: GroupLoan, _context: RuleContext) -> Broken | None:
    """At most what was applied for."""
    amount, applied = loan.answer("amount"), loan.applied_amount
    over = isinstance(amount, int) and applied is not None and amount > applied
    return Broken(applied=applied) if over else None


@check("disbursed_amount", "Only {sanctioned:rupees} was sanctioned. Check both amounts.")
def paid_within_the_sanction(loan: GroupLoan, _context: RuleContext) -> Broken | None:
    """At most what was sanctioned; for a cash credit, its limit."""
    paid = loan.answer("disbursed_amount")
    sanctioned = loan.answer("limit") or loan.answer("amount")
    over = isinstance(paid, int) and isinstance(sanctioned, int) and paid > sanctioned
    return Broken(sanctioned=sanctioned) if over else None


@check(
    "amount",
    severity=Severity.WARN,
    more="Dose {dose} is at most {most:rupees}, or {times} times the corpus. Check the amount.",
    less="From dose 3 on it is {least:rupees} or more. Check the dose and the amount.",
)
def amount_of_the_dose(loan: GroupLoan, context: RuleContext) -> Broken | None:
    """Dose 1: six times the corpus or Rs 1.5 lakh; dose 2: eight times or Rs 3 lakh; then more."""
    amount, dose = loan.answer("amount"), loan.dose_no
    if not isinstance(amount, int) or not dose or loan.facility == "CCL":
        return None
    if dose >= len(DOSES) + 1:
        least = context.limit(loan, "DOSE_3", FROM_DOSE_3)
        return Broken("less", least=least) if amount < least else None
    times, usual = DOSES[dose - 1]
    most = context.limit(loan, f"DOSE_{dose}", usual)
    if amount <= max(most, times * (loan.corpus or 0)):
        return None
    return Broken("more", dose=dose, most=most, times=times)


@check("limit", "A cash credit is {least:rupees} or more. Check it.", Severity.WARN)
def least_cash_credit(loan: GroupLoan, context: RuleContext) -> Broken | None:
    """A cash credit limit is at least Rs 6 lakh, for three years."""
    limit, least = loan.answer("limit"), context.limit(loan, "DOSE_3", FROM_DOSE_3)
    return Broken(least=least) if isinstance(limit, int) and limit < least else None


@check("mcp_on", "From dose 3 on the bank lends on a micro-credit plan.", Severity.WARN)
def plan_of_the_third_dose(loan: GroupLoan, _context: RuleContext) -> bool:
    """From the third dose on, the amount rests on a micro-credit plan."""
    return (loan.dose_no or 0) > len(DOSES) and loan.mcp_on is None


@check(
    "applied_on",
    "The group was formed on {formed:date}: banks lend after {months} months.",
    Severity.WARN,
)
def group_of_some_age(loan: GroupLoan, context: RuleContext) -> Broken | None:
    """A group is active for six months before a bank lends to it."""
    group = context.get(SelfHelpGroup, loan.self_help_group_id)
    months = context.limit(loan, "LINKAGE_MONTHS", MONTHS)
    applied, formed = loan.applied_on, group.formed_on if group else None
    early = applied and formed and applied < months_after(formed, months)
    return Broken(formed=formed, months=months) if early else None


@check("self_help_group_id", "The group is {grade:shg_grade}: banks want grade I.", Severity.WARN)
def graded_first(loan: GroupLoan, context: RuleContext) -> Broken | None:
    """Banks lend to groups of grade I."""
    group = context.get(SelfHelpGroup, loan.self_help_group_id)
    grade = group.grade if group else None
    return None if grade in {None, "A"} else Broken(grade=grade)


@check(
    "dose_no",
    "This dose is entered already ({other}). Open that one.",
    Severity.REASON,
    across=True,
)
def each_dose_once(loan: GroupLoan, context: RuleContext) -> Broken | None:
    """Each dose is lent once; after a rejection the group may apply again."""
    if loan.state == "REJECTED":
        return None
    others = context.others(loan, "self_help_group_id", "dose_no")
    same = [one for one in others if one.state != "REJECTED"]
    return Broken(other=same[0]) if same else None


lifecycle_rules(GroupLoan, source=_RBI)
in_order(GroupLoan, "mcp_on", "sanctioned_on", source=_RBI)
