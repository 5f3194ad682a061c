"""Rules on self-help groups, members and federations (domain brief section 3)."""

from __future__ import annotations

from collections.abc import Iterator

from fieldkit.protocol.finding import Severity
from fieldkit.records.community.common import Community, Federation
from fieldkit.records.community.groups import Member, SelfHelpGroup, VillageOrganisation
from fieldkit.records.declaration.checks import in_order, pin_in_district
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.search.sound import ONE_PERSONS, alike

_SIZE = "domain brief section 3, SHG size (JKRLM, RBI)"
_LOKOS = "LokOS profile, domain brief section 3"
MOST_MEMBERS = 20
FEWEST_MEMBERS = 10
FEWEST_IN_SPECIAL = 5
_MIXED = {"PWD", "TG"}
_ONE_EACH = {"PRES", "SEC", "TREAS"}


def fewest(shg_kind: str | None) -> int:
    """Return the fewest members a group of this kind may have."""
    return FEWEST_MEMBERS if shg_kind in {None, "REG"} else FEWEST_IN_SPECIAL


def is_active(member: Member) -> bool:
    """Say whether she is still in the group; no word on it means she is."""
    return member.status in {None, "ACTIVE"}


def _members(group: str, context: RuleContext) -> list[Member]:
    return [
        found
        for found in context.known.where("member", self_help_group_id=group)
        if isinstance(found, Member) and is_active(found)
    ]


@rule(
    SelfHelpGroup,
    "shg_kind",
    source=_SIZE,
    severity=Severity.WARN,
    says="{count} members; a group of this kind has {least} to {most}.",
)
def group_size(group: SelfHelpGroup, context: RuleContext) -> Broken | None:
    """Ten to twenty members; five are enough in a special group. A new group has none yet."""
    if context.before is None:
        return None
    count, least = len(_members(group.id, context)), fewest(group.shg_kind)
    if count == 0 or least <= count <= MOST_MEMBERS:
        return None
    return Broken(count=count, least=least, most=MOST_MEMBERS)


@rule(
    Member,
    "self_help_group_id",
    source=_SIZE,
    severity=Severity.WARN,
    says="The group has {count} members already; {most} is the most.",
)
def room_in_the_group(member: Member, context: RuleContext) -> Broken | None:
    """At most twenty members."""
    group, before = member.self_help_group_id, context.before
    if not group or not is_active(member):
        return None
    if isinstance(before, Member) and before.self_help_group_id == group:
        return None
    others = [found for found in _members(group, context) if found.id != member.id]
    return Broken(count=len(others), most=MOST_MEMBERS) if len(others) >= MOST_MEMBERS else None


@rule(
    Member,
    "self_help_group_id",
    source="domain brief section 3: one person, one group",
    across=True,
    says={
        "twice": "{other_name} ({other}) is a member of this group already.",
        "elsewhere": (
            "She is a member of {group_name} already ({other}). Mark her as left there first."
        ),
        "unknown_group": (
            "She is a member of group {group} already ({other}). Mark her as left there first."
        ),
    },
)
def one_group(member: Member, context: RuleContext) -> Broken | None:
    """A woman is in one group at a time."""
    if not is_active(member):
        return None
    for other in _same_woman(member, context):
        if other.id != member.id and is_active(other):
            number = other.self_help_group_id or ""
            if number == member.self_help_group_id:
                return Broken("twice", other=other)
            group = context.known.get("self_help_group", number)
            if group:
                return Broken("elsewhere", other=other, group=group)
            return Broken("unknown_group", other=other, group=number)
    return None


def _same_woman(member: Member, context: RuleContext) -> Iterator[Member]:
    """Yield the members known to be her: by code, by artisan, by Aadhaar, birth and name."""
    keys = [{name: member.value(name)} for name in ("member_code", "beneficiary_id")]
    by_aadhaar = {name: member.value(name) for name in ("aadhaar_last4", "born")}
    for key in (*keys, by_aadhaar):
        if None in key.values():
            continue
        for found in context.known.where("member", **key):
            if not isinstance(found, Member):
                continue
            if key is not by_aadhaar or alike(member.name or "", found.name or "") >= ONE_PERSONS:
                yield found


@rule(
    Member,
    "gender",
    source="domain brief section 3: mixed sex only for PwD and transgender",
    severity=Severity.REASON,
    says="Groups are of women; only those of persons with disability or transgender are mixed.",
)
def women_only(member: Member, context: RuleContext) -> bool:
    """Men are members only where the group is of persons with disability or transgender."""
    if member.gender != "M" or not member.self_help_group_id:
        return False
    group = context.known.get("self_help_group", member.self_help_group_id)
    kind = group.shg_kind if isinstance(group, SelfHelpGroup) else None
    return kind is not None and kind not in _MIXED


@rule(
    Member,
    "office",
    source=_LOKOS,
    severity=Severity.WARN,
    says="{other_name} is {office:office lower} of this group, too. Who holds it now?",
)
def one_in_each_office(member: Member, context: RuleContext) -> Broken | None:
    """A group has one president, one secretary, one treasurer."""
    if member.office not in _ONE_EACH or not member.self_help_group_id or not is_active(member):
        return None
    for other in _members(member.self_help_group_id, context):
        if other.id != member.id and other.office == member.office:
            return Broken(other=other, office=member.office)
    return None


@rule(
    Member,
    "joined_on",
    source=_LOKOS,
    severity=Severity.WARN,
    says="The group was formed only on {formed:date}. Check both dates.",
)
def joined_after_formation(member: Member, context: RuleContext) -> Broken | None:
    """Nobody joins before the group was formed."""
    if not member.joined_on or not member.self_help_group_id:
        return None
    group = context.known.get("self_help_group", member.self_help_group_id)
    formed = group.formed_on if isinstance(group, SelfHelpGroup) else None
    return Broken(formed=formed) if formed and formed > member.joined_on else None


pin_in_district(Community)
in_order(Community, "formed_on", "inactive_on", source=_LOKOS)
in_order(Community, "formed_on", "last_meeting_on", source=_LOKOS)
in_order(Federation, "formed_on", "registered_on", source=_LOKOS)
for _kind in (SelfHelpGroup, VillageOrganisation):
    in_order(_kind, "formed_on", "joined_federation_on", source=_LOKOS)
in_order(Member, "joined_on", "inactive_on", source=_LOKOS)
