"""Benefits of other departments: HADP, Agriculture, Horticulture and allied."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import exactly_one
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.parts import Taker
from fieldkit.records.declaration.rule import RuleContext, rule
from fieldkit.records.fields.formats import PAST_DATE, RUPEES, TEXT, Choice


class Convergence(Taker, table=True):
    """A benefit of another department's scheme that somebody was given."""

    plural = "Convergence"
    order = "given_on"
    match_keys = (
        ("member_id", "department", "scheme", "given_on"),
        ("beneficiary_id", "department", "scheme", "given_on"),
        ("enterprise_id", "department", "scheme", "given_on"),
    )
    actions = {
        "beneficiary_id": Action("", "convergence"),
        "member_id": Action("", "convergence"),
        "enterprise_id": Action("", "convergence"),
    }

    department: str | None = field(
        "Department",
        Choice("department"),
        section="Benefit",
        required="benefits are counted by department",
        uses=Use.LIST,
    )
    scheme: str | None = field("Scheme", Choice("convergence_scheme"), uses=Use.LIST)
    project: str | None = field("Project or component", TEXT)
    benefit: str | None = field("Benefit", TEXT, "What was given: seed, animals, a unit, cash.")
    amount: int | None = field("Value", RUPEES, uses=Use.LIST)
    given_on: date | None = field("Given on", PAST_DATE, uses=Use.LIST | Use.HAPPENED)

    def label(self) -> str:
        """Name the benefit, else the scheme or the department."""
        scheme = Choice("convergence_scheme").show(self.scheme)
        department = Choice("department").show(self.department)
        return self.benefit or scheme or department or f"Convergence {self.id}"


exactly_one(
    Convergence,
    "beneficiary_id",
    "member_id",
    "enterprise_id",
    what="the artisan, the member or the enterprise",
    source="a benefit is given to one person or enterprise",
)


@rule(
    Convergence,
    "benefit",
    source="benefits are counted by scheme",
    severity=Severity.WARN,
    says="Enter the scheme or what was given.",
)
def benefit_named(record: Convergence, _context: RuleContext) -> bool:
    """A benefit is known by its scheme or by what was given."""
    return not record.scheme and not record.benefit
