"""Insurance of members: PMJJBY, PMSBY and others."""

from collections.abc import Mapping
from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.community.member import Member
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.conversion import Conversion
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.parts import BankBranch, BankName, BranchByIfsc, state_field
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.fields.dates import ages
from fieldkit.records.fields.formats import (
    CODE,
    DAY,
    IFSC,
    PAST_DATE,
    RUPEES,
    Choice,
    Reference,
    Value,
)

_SOURCE = "PMJJBY and PMSBY: general knowledge, not confirmed"
_OLDER = {"pmjjby": "PMJJBY", "pmsby": "PMSBY", "lic": "LIC", "health_insurance": "HEALTH"}
"""The yes/no fields of a member that said so before, and their schemes."""
YEARLY = ("PMJJBY", "PMSBY")
"""The schemes whose cover runs from 1 June to 31 May."""
AGES = {"PMJJBY": (18, 50), "PMSBY": (18, 70)}
MOST_RUPEES = 2_00_000


class InsuranceCover(BranchByIfsc, table=True):
    """A member's cover under one scheme, renewed every year."""

    order = "renewal_due"
    match_keys = (("member_id", "scheme"), ("cover_no",))
    actions = {"member_id": Action("", "insurance")}
    converts = tuple(
        Conversion(
            "member",
            scheme,
            link="member_id",
            when=when(**{old: True}),
            gives={"scheme": scheme, "state": "ACTIVE"},
            same=("member_id", "scheme"),
        )
        for old, scheme in _OLDER.items()
    )
    lifecycle = Lifecycle(
        "state",
        Step(
            "ACTIVE",
            "enrolled",
            on="enrolled_on",
            asks=("renewal_due",),
            due_on="renewal_due",
            early=True,
            then=("LAPSED", "CLAIMED"),
        ),
        Step("LAPSED", "lapsed", on="lapsed_on", then=("ACTIVE",), aside=True),
        Step("CLAIMED", "claimed", on="claimed_on", overdue=60),
        Step("PAID", "claim paid", on="paid_on", amount="paid_amount"),
    )

    member_id: str | None = field(
        "Member",
        Reference(("member",)),
        section="Cover",
        required="a cover is for one member",
        uses=Use.LIST,
    )
    scheme: str | None = field(
        "Scheme",
        Choice("insurance_scheme"),
        required="covers are counted by scheme",
        uses=Use.LIST,
    )
    state: str | None = state_field("insurance_state", "ACTIVE", "a cover is counted by its state")
    enrolled_on: date | None = field("Enrolled", PAST_DATE, uses=Use.LIST)
    renewed_on: date | None = field("Last renewed", PAST_DATE)
    renewal_due: date | None = field(
        "Renewal due", DAY, "For PMJJBY and PMSBY: 1 June of each year.", uses=Use.LIST
    )
    cover_no: str | None = field("Number of the cover", CODE, uses=Use.CODE)
    ifsc: str | None = field("IFSC", IFSC, "Of the bank that takes the premium.", section="Bank")
    bank_name: BankName = None
    bank_branch: BankBranch = None
    lapsed_on: date | None = field("Lapsed", PAST_DATE, section="Claim")
    claimed_on: date | None = field("Claim made", PAST_DATE)
    paid_on: date | None = field("Claim paid", PAST_DATE)
    paid_amount: int | None = field("Amount of the claim", RUPEES)

    def label(self) -> str:
        """Name the scheme."""
        scheme = Choice("insurance_scheme").show(self.scheme).partition(" (")[0]
        return scheme or f"Insurance cover {self.id}"

    def step_event(self, step: Step | None) -> str:
        """Say what happened to the cover of which scheme."""
        return f"{self.label()}: {step.word if step else 'noted'}"

    @classmethod
    def derive(cls, values: Mapping[str, Value]) -> dict[str, Value]:
        """Add the day of renewal: the first 1 June after the last renewal or the enrolment."""
        derived = super().derive(values)
        last = values.get("renewed_on") or values.get("enrolled_on")
        if values.get("scheme") in YEARLY and isinstance(last, date):
            year = last.year + (last >= date(last.year, 6, 1))
            derived["renewal_due"] = date(year, 6, 1)
        return derived


check = Rules(InsuranceCover, _SOURCE)


@check(
    "enrolled_on",
    "{scheme:insurance_scheme} is for ages {least} to {most}. Check her date of birth.",
    Severity.WARN,
)
def age_for_the_scheme(cover: InsuranceCover, context: RuleContext) -> Broken | None:
    """PMJJBY takes members aged 18 to 50, PMSBY 18 to 70."""
    woman = context.get(Member, cover.member_id)
    wanted = AGES.get(cover.scheme or "")
    if not woman or not woman.born or not wanted:
        return None
    lowest, highest = ages(woman.born, cover.enrolled_on or context.today)
    least, most = wanted
    fits = highest >= least and lowest <= most
    return None if fits else Broken(scheme=cover.scheme, least=least, most=most)


@check(
    "scheme",
    "She has this cover already ({other}). Open that one to renew it.",
    Severity.REASON,
    across=True,
)
def one_cover_a_year(cover: InsuranceCover, context: RuleContext) -> Broken | None:
    """A member has one cover of a scheme at a time."""
    if cover.state == "LAPSED":
        return None
    for other in context.others(cover, "member_id", "scheme"):
        if other.state != "LAPSED" and _overlap(cover, other):
            return Broken(other=other)
    return None


def _overlap(one: InsuranceCover, other: InsuranceCover) -> bool:
    """Say whether two covers run at the same time; a day that is not known may be any."""
    ends, begins = one.renewal_due or date.max, one.enrolled_on or date.min
    other_ends, other_begins = other.renewal_due or date.max, other.enrolled_on or date.min
    return begins < other_ends and other_begins < ends


@check("renewal_due", "{scheme:insurance_scheme} is renewed by 1 June.", Severity.WARN)
def renewed_in_june(cover: InsuranceCover, _context: RuleContext) -> Broken | None:
    """The cover of PMJJBY and PMSBY ends on 31 May."""
    due = cover.renewal_due
    if cover.scheme not in YEARLY or due is None or (due.month, due.day) == (6, 1):
        return None
    return Broken(scheme=cover.scheme)


@check("paid_amount", "{scheme:insurance_scheme} covers {most:rupees}. Check it.", Severity.WARN)
def claim_within_the_cover(cover: InsuranceCover, _context: RuleContext) -> Broken | None:
    """PMJJBY and PMSBY pay at most two lakh."""
    amount = cover.answer("paid_amount")
    over = cover.scheme in YEARLY and isinstance(amount, int) and amount > MOST_RUPEES
    return Broken(scheme=cover.scheme, most=MOST_RUPEES) if over else None


lifecycle_rules(InsuranceCover, source=_SOURCE)
in_order(InsuranceCover, "enrolled_on", "renewed_on", "renewal_due", source=_SOURCE)
