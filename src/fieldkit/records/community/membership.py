"""Rules on self-help groups, members and federations (domain brief section 3)."""

from __future__ import annotations

from collections.abc import Iterator

from fieldkit.records.community.common import Community, Federation
from fieldkit.records.community.groups import Member, SelfHelpGroup, VillageOrganisation
from fieldkit.records.declaration.checks import in_order, pin_in_district
from fieldkit.records.declaration.rule import RuleContext, Severity, rule
from fieldkit.records.fields.formats import Choice, show_date
from fieldkit.search.sound import MAY_BE_SAME, alike

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


def _members(group: str, case: RuleContext) -> list[Member]:
    return [
        found
        for found in case.known.where("member", self_help_group_id=group)
        if isinstance(found, Member) and is_active(found)
    ]


@rule(SelfHelpGroup, "shg_kind", source=_SIZE, severity=Severity.WARN)
def group_size(group: SelfHelpGroup, case: RuleContext) -> str | None:
    """Ten to twenty members; five are enough in a special group. A new group has none yet."""
    if case.before is None:
        return None
    count = len(_members(group.id, case))
    least = fewest(group.shg_kind)
    if count == 0 or least <= count <= MOST_MEMBERS:
        return None
    return f"{count} members; a group of this kind has {least} to {MOST_MEMBERS}."


@rule(Member, "self_help_group_id", source=_SIZE, severity=Severity.WARN)
def room_in_the_group(member: Member, case: RuleContext) -> str | None:
    """At most twenty members."""
    if not member.self_help_group_id or not is_active(member):
        return None
    before = case.before
    if isinstance(before, Member) and before.self_help_group_id == member.self_help_group_id:
        return None
    others = [found for found in _members(member.self_help_group_id, case) if found.id != member.id]
    if len(others) < MOST_MEMBERS:
        return None
    return f"The group has {len(others)} members already; {MOST_MEMBERS} is the most."


@rule(
    Member,
    "self_help_group_id",
    source="domain brief section 3: one person, one group",
    across=True,
)
def one_group(member: Member, case: RuleContext) -> str | None:
    """A woman is in one group at a time."""
    if not is_active(member):
        return None
    for other in _same_woman(member, case):
        if other.id != member.id and is_active(other):
            group = other.self_help_group_id or ""
            if group == member.self_help_group_id:
                return f"{other.label()} ({other.id}) is a member of this group already."
            known = case.known.get("self_help_group", group)
            named = known.label() if known else f"group {group}"
            return f"She is a member of {named} already ({other.id}). Mark her as left there first."
    return None


def _same_woman(member: Member, case: RuleContext) -> Iterator[Member]:
    """Yield the members known to be her: by code, by artisan, by Aadhaar, birth and name."""
    keys = [{name: member.value(name)} for name in ("member_code", "beneficiary_id")]
    by_aadhaar = {name: member.value(name) for name in ("aadhaar_last4", "born")}
    for key in (*keys, by_aadhaar):
        if None in key.values():
            continue
        for found in case.known.where("member", **key):
            if not isinstance(found, Member):
                continue
            if key is not by_aadhaar or alike(member.name or "", found.name or "") >= MAY_BE_SAME:
                yield found


@rule(
    Member,
    "gender",
    source="domain brief section 3: mixed sex only for PwD and transgender",
    severity=Severity.REASON,
)
def women_only(member: Member, case: RuleContext) -> str | None:
    """Men are members only where the group is of persons with disability or transgender."""
    if member.gender != "M" or not member.self_help_group_id:
        return None
    group = case.known.get("self_help_group", member.self_help_group_id)
    kind = group.shg_kind if isinstance(group, SelfHelpGroup) else None
    if kind is None or kind in _MIXED:
        return None
    return "Groups are of women; only those of persons with disability or transgender are mixed."


@rule(Member, "office", source=_LOKOS, severity=Severity.WARN)
def one_in_each_office(member: Member, case: RuleContext) -> str | None:
    """A group has one president, one secretary, one treasurer."""
    if member.office not in _ONE_EACH or not member.self_help_group_id or not is_active(member):
        return None
    for other in _members(member.self_help_group_id, case):
        if other.id != member.id and other.office == member.office:
            office = Choice("office").show(member.office).casefold()
            return f"{other.label()} is {office} of this group, too. Who holds it now?"
    return None


@rule(Member, "joined_on", source=_LOKOS, severity=Severity.WARN)
def joined_after_formation(member: Member, case: RuleContext) -> str | None:
    """Nobody joins before the group was formed."""
    if not member.joined_on or not member.self_help_group_id:
        return None
    group = case.known.get("self_help_group", member.self_help_group_id)
    formed = group.formed_on if isinstance(group, SelfHelpGroup) else None
    if formed is None or formed <= member.joined_on:
        return None
    return f"The group was formed only on {show_date(formed)}. Check both dates."


pin_in_district(Community)
in_order(Community, "formed_on", "inactive_on", source=_LOKOS)
in_order(Community, "formed_on", "last_meeting_on", source=_LOKOS)
in_order(Federation, "formed_on", "registered_on", source=_LOKOS)
for _kind in (SelfHelpGroup, VillageOrganisation):
    in_order(_kind, "formed_on", "joined_federation_on", source=_LOKOS)
in_order(Member, "joined_on", "inactive_on", source=_LOKOS)
