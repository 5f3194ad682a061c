"""Success stories, from the draft to their publication."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import exactly_one
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.parts import AnyArtisan, AnyGroup, AnyMember, state_field
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.declaration.writers import SUPERVISOR, Writers
from fieldkit.records.fields.formats import PAST_DATE, RUPEES, TEXT, YES_NO, Choice, Text, Whole

_SOURCE = "our own check, not official"
_NEEDS_CONSENT = frozenset({"CONSENTED", "APPROVED", "PUBLISHED"})


class Story(Record, table=True):
    """The success story of an artisan, a member or a group."""

    plural = "Stories"
    order = "headline"
    actions = {
        "beneficiary_id": Action("", "success story"),
        "member_id": Action("", "success story"),
        "self_help_group_id": Action("", "success story"),
    }
    writers = Writers(values={"state": {"APPROVED": SUPERVISOR, "PUBLISHED": SUPERVISOR}})
    lifecycle = Lifecycle(
        "state",
        Step("DRAFTED", "drafted", on="drafted_on", then=("CONSENTED", "WITHDRAWN")),
        Step(
            "CONSENTED",
            "agreed to by the person",
            on="consent_on",
            asks=("consent_how",),
            then=("APPROVED", "WITHDRAWN"),
            ask="Enter the date consent was given.",
            decision="approval",
        ),
        Step(
            "APPROVED",
            "approved",
            on="approved_on",
            asks=("approved_by",),
            then=("PUBLISHED", "WITHDRAWN"),
        ),
        Step("PUBLISHED", "published", on="published_on", asks=("published_in",)),
        Step("WITHDRAWN", "withdrawn", aside=True),
    )
    match_keys = (
        ("beneficiary_id", "headline"),
        ("member_id", "headline"),
        ("self_help_group_id", "headline"),
    )

    headline: str | None = field(
        "Headline",
        TEXT,
        section="Story",
        required="a story is known by its headline",
        uses=Use.NAME | Use.LIST,
    )
    beneficiary_id: AnyArtisan = None
    member_id: AnyMember = None
    self_help_group_id: AnyGroup = None
    state: str | None = state_field("story_state", "DRAFTED", "a story is counted by its state")
    drafted_on: date | None = field("Drafted", PAST_DATE, default="today")
    story: str | None = field("Text", Text(longest=4000))
    photo: str | None = field("Photo (file or number)", TEXT)
    income_before: int | None = field("Monthly income before", RUPEES, section="What changed")
    income_after: int | None = field("Monthly income after", RUPEES)
    jobs: int | None = field("Jobs made", Whole(most=9999), "Paid workers beside the person.")
    helped_by: str | None = field("Scheme that helped", Choice("scheme"))
    consent: bool | None = field("Consents to publication", YES_NO, section="Consent and approval")
    consent_on: date | None = field("Consent given", PAST_DATE)
    consent_how: str | None = field("How consent was given", Choice("consent_how"))
    approved_on: date | None = field("Approved", PAST_DATE)
    approved_by: str | None = field("Approved by", TEXT, "Name and post.")
    published_on: date | None = field("Published", PAST_DATE, uses=Use.LIST)
    published_in: str | None = field("Published in", TEXT)


check = Rules(Story, _SOURCE)


@check(
    "consent",
    "A story is approved and published only with the consent of the person. Ask for it first.",
)
def consent_before_approval(story: Story, _context: RuleContext) -> bool:
    """A story is approved only once the person consents."""
    return story.state in _NEEDS_CONSENT and story.consent is not True


@check(
    "income_after",
    "{after:rupees} after and {before:rupees} before: the income did not grow. Check both.",
    Severity.WARN,
)
def income_grew(story: Story, _context: RuleContext) -> Broken | None:
    """A success story shows more income after than before."""
    before, after = story.income_before, story.income_after
    if before is None or after is None or after > before:
        return None
    return Broken(before=before, after=after)


exactly_one(
    Story,
    "beneficiary_id",
    "member_id",
    "self_help_group_id",
    what="the artisan, the member or the group",
    source="a story is of one artisan, one member or one group",
)
lifecycle_rules(Story, source=_SOURCE)
