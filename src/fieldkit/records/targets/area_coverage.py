"""Which blocks and clusters a programme covers, and since when."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.parts import OfArea
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.records.declaration.writers import SUPERVISOR, Writers
from fieldkit.records.fields.formats import PAST_DATE, TEXT, Choice, Reference


class AreaCoverage(OfArea, table=True):
    """The record's own block, or a cluster of it, is covered by a programme."""

    title = "Coverage"
    plural = "Coverage"
    order = "programme"
    match_keys = (("programme", "block", "cluster"),)
    writers = Writers(create=SUPERVISOR, edit=SUPERVISOR, delete=SUPERVISOR)

    programme: str | None = field(
        "Programme",
        Choice("coverage_programme"),
        section="Coverage",
        required="coverage is counted by programme",
        uses=Use.LIST,
    )
    cluster: str | None = field(
        "Cluster",
        TEXT,
        "Its name. Empty: the whole block.",
        uses=Use.NAME | Use.LIST,
    )
    cluster_federation_id: str | None = field(
        "CLF of the cluster", Reference(("cluster_federation",))
    )
    since: date | None = field("Covered since", PAST_DATE, uses=Use.LIST | Use.HAPPENED)
    until: date | None = field("Covered until", PAST_DATE)
    source: str | None = field("Source", TEXT, "Order or letter: number and date.")

    def label(self) -> str:
        """Name the programme and the cluster."""
        programme = Choice("coverage_programme").show(self.programme).partition(" (")[0]
        return ", ".join(filter(None, (programme or self.title, self.cluster)))


@rule(
    AreaCoverage,
    "programme",
    source="a block or cluster is counted once for a programme (our own check)",
    severity=Severity.REASON,
    says="This block or cluster is entered already ({other}). Open that one.",
    across=True,
)
def covered_once(coverage: AreaCoverage, context: RuleContext) -> Broken | None:
    """A block or cluster is covered once by a programme."""
    area = (coverage.district, coverage.block, coverage.cluster)
    for other in context.others(coverage, "programme"):
        if (other.district, other.block, other.cluster) == area:
            return Broken(other=other)
    return None


in_order(AreaCoverage, "since", "until", source="our own check, not official")
