"""Which blocks and clusters a programme covers, and since when."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.writers import SUPERVISOR, Writers
from fieldkit.records.fields.formats import PAST_DATE, TEXT, Choice, Reference


class AreaCoverage(Record, table=True):
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
