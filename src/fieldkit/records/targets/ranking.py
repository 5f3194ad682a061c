"""Ranks as published: of the UT among all, of a district in the UT."""

from datetime import date

from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.parts import OfArea
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.records.declaration.writers import SUPERVISOR, Writers
from fieldkit.records.fields.formats import PAST_DATE, TEXT, Choice, Text, Whole


class Ranking(OfArea, table=True):
    """The rank of the record's own area in one figure; district 0 is the whole UT."""

    order = "metric"
    match_keys = (("metric", "district", "block", "among", "as_on"),)
    writers = Writers(create=SUPERVISOR, edit=SUPERVISOR, delete=SUPERVISOR)

    metric: str | None = field(
        "Figure",
        Choice("metric"),
        section="Ranking",
        required="a rank is in one figure",
        uses=Use.LIST,
    )
    scheme: str | None = field("Scheme", Choice("scheme"))
    rank: int | None = field(
        "Rank", Whole(least=1, most=9999), required="it is what is recorded", uses=Use.LIST
    )
    out_of: int | None = field("Of how many", Whole(least=1, most=9999), uses=Use.LIST)
    among: str | None = field("Among", Choice("ranking_among"), uses=Use.LIST)
    as_on: date | None = field("As on", PAST_DATE, "Empty: undated.", uses=Use.LIST | Use.HAPPENED)
    source: str | None = field("Source", TEXT)
    notes: str | None = field("Notes", Text(longest=1000))

    def label(self) -> str:
        """Name the figure and the rank."""
        metric = Choice("metric").show(self.metric) or f"{self.title} {self.id}"
        return f"{metric}: rank {self.rank}" if self.rank else metric


@rule(
    Ranking,
    "rank",
    source="our own check, not official",
    says="There are only {out_of}. Check both numbers.",
)
def rank_within(ranking: Ranking, _context: RuleContext) -> Broken | None:
    """A rank is at most the number of those ranked."""
    rank, out_of = ranking.rank, ranking.out_of
    return Broken(out_of=out_of) if rank and out_of and rank > out_of else None
