"""Officers and the areas they answer for."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.parts import OfArea
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.records.declaration.writers import SUPERVISOR, Writers
from fieldkit.records.fields.formats import MOBILE, PAST_DATE, PERSON_NAME, TEXT, Choice


class OfficerAssignment(OfArea, table=True):
    """One officer's role in one area: the record's own district and block; none is the UT."""

    title = "Officer"
    order = "officer"
    match_keys = (("~officer", "role", "district", "block"),)
    writers = Writers(create=SUPERVISOR, edit=SUPERVISOR, delete=SUPERVISOR)

    officer: str | None = field(
        "Name",
        PERSON_NAME,
        section="Officer",
        required="an officer is known by their name",
        uses=Use.NAME | Use.LIST,
    )
    role: str | None = field(
        "Role",
        Choice("officer_role"),
        required="it says what they answer for",
        uses=Use.LIST,
    )
    designation: str | None = field("Post", TEXT, uses=Use.LIST)
    department: str | None = field("Department or bank", TEXT)
    scheme: str | None = field("Scheme", Choice("scheme"), uses=Use.LIST)
    mobile: str | None = field("Mobile", MOBILE, uses=Use.DIGITS | Use.LIST)
    since: date | None = field("Since", PAST_DATE, uses=Use.HAPPENED)
    until: date | None = field("Until", PAST_DATE)

    def event(self) -> str:
        """Say the role."""
        return f"{Choice('officer_role').show(self.role) or self.title}: {self.label()}"


@rule(
    OfficerAssignment,
    "role",
    source="a district has one nodal officer of a scheme at a time (our own check)",
    severity=Severity.WARN,
    says="{other_name} ({other}) is nodal officer there too. Enter until when.",
    across=True,
)
def one_nodal_officer(officer: OfficerAssignment, context: RuleContext) -> Broken | None:
    """One nodal officer of a scheme at a time in one area."""
    if officer.role != "NODAL" or officer.until is not None:
        return None
    area = (officer.district, officer.block, officer.scheme)
    for other in context.others(officer, "role"):
        if other.until is None and (other.district, other.block, other.scheme) == area:
            return Broken(other=other)
    return None


in_order(OfficerAssignment, "since", "until", source="our own check, not official")
