"""Success stories, from the draft to their publication."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.parts import AnyArtisan, AnyGroup, AnyMember, state_field
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import PAST_DATE, RUPEES, TEXT, YES_NO, Choice, Text, Whole


class Story(Record, table=True):
    """The success story of an artisan, a member or a group."""

    plural = "Stories"
    order = "headline"
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
