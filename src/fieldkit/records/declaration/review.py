"""What is to be checked about a record that is already kept: for the server, which refuses nothing.

A finding never stops a record. It says what breaks a rule, what the record refers to that is not
there yet, and which other records may be the same person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Protocol, TypeAlias

from fieldkit.matching import Match, Person, blocks_of, compare, fields_of, person_of
from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.difference import different_from
from fieldkit.protocol.messages.finding import Finding, Severity
from fieldkit.records.declaration.one_person import same_as
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import (
    Broken,
    Known,
    Rule,
    RuleContext,
    finding_about,
    missing,
    rules_of,
)

MISSING_PARENT = "missing_parent"
SAME_PERSON = "same_person"
MERGED_APART = "merged_apart"
"""Two records are merged, and somebody says that they are different people (rule 30)."""


class Around(Known, Protocol):
    """The other records that a question can look up."""

    def has(self, kind: str, record_id: str) -> bool:
        """Say whether the record is there and not deleted."""


Look: TypeAlias = Callable[[Record, RuleContext, Around], Sequence[Finding]]
"""One question about a record that is not deleted."""


@cache
def looks(kind: type[Record]) -> tuple[Look, ...]:
    """Return all that is asked: rules that block, rules across records, references, persons."""
    rules = [
        partial(_broken, rule)
        for rule in rules_of(kind)
        if rule.across or rule.severity is Severity.BLOCK
    ]
    return (_missing, *rules, _not_there, _same_person, _merged_apart)


@cache
def awaits(kind: type[Record]) -> bool:
    """Say whether a record of the kind may be what others of it wait for."""
    return any(rule.awaits for rule in rules_of(kind))


def concerns(record: Record, finding: Finding) -> str | None:
    """Return the id of the other record whose change may settle a finding.

    It is the one that the finding's field refers to, else the first that the finding names.
    """
    if finding.field in record.references():
        number = record.value(finding.field)
        return number if isinstance(number, str) else None
    return finding.related[0][1] if finding.related else None


def _missing(record: Record, _context: RuleContext, _around: Around) -> list[Finding]:
    return list(missing(record))


def _broken(rule: Rule, record: Record, context: RuleContext, _around: Around) -> list[Finding]:
    finding = rule.judge(record, context)
    return [finding] if finding else []


def _not_there(record: Record, _context: RuleContext, around: Around) -> list[Finding]:
    """Return the references to records that have not arrived, or were deleted."""
    findings: list[Finding] = []
    for name, reference in record.references().items():
        number = record.value(name)
        if not isinstance(number, str):
            continue
        if not any(around.has(kind, number) for kind in reference.kinds):
            broken = Broken(number=number, wanted=reference.kinds)
            findings.append(finding_about(record, name, MISSING_PARENT, answer=broken))
    return findings


def same_person(record: Record, around: Known) -> Finding | None:
    """Return a finding about the other record that is most likely the same person.

    None: nobody is likely enough, or the kind is no person.
    """
    if not record.person:
        return None
    others: dict[str, Record] = {}
    for block in blocks_of(record.recognised_by):
        equal = {name: record.value(name) for name in block}
        if None not in equal.values():
            others |= {other.id: other for other in around.where(record.kind(), **equal)}
    me, best = person(record), None
    for other in sorted(others.values(), key=lambda one: one.id):
        if other.id == record.id or said_different(record, other):
            continue
        match = compare(me, person(other))
        better = match and match.strong and (best is None or match.score > best[1].score)
        if match and better and other.id not in same_as(around, record.kind(), record.id, record):
            best = other, match
    return same_person_finding(record, *best) if best else None


def same_person_finding(record: Record, other: Record, match: Match) -> Finding:
    """Return the finding that another record may be the same person."""
    names = alike_fields(type(record), match)
    return finding_about(record, names[0], SAME_PERSON, answer=Broken(other=other, alike=names))


def alike_fields(kind: type[Record], match: Match) -> list[str]:
    """Return the fields in which two records of a kind are alike, the weightiest first."""
    return fields_of(kind.recognised_by, [reason.part for reason in match.reasons])


def alike_keys(kind: type[Record], match: Match) -> tuple[str, ...]:
    """Return the fields in which two records are alike, ``~`` before those that differ a little."""
    exact = {reason.part for reason in match.reasons if reason.is_exact}
    parts = kind.recognised_by
    names = alike_fields(kind, match)
    return tuple(name if parts[name] in exact else f"~{name}" for name in names)


def person(record: Record) -> Person:
    """Return the values by which the person of a record is recognised."""
    return person_of(vars(record), record.recognised_by)


def said_different(one: Record, other: Record) -> bool:
    """Say whether a person has said that two records are not of the same one (rule 30)."""
    return other.id in different_from(one.extra) or one.id in different_from(other.extra)


def _same_person(record: Record, _context: RuleContext, around: Around) -> list[Finding]:
    finding = same_person(record, around)
    return [finding] if finding else []


def _merged_apart(record: Record, _context: RuleContext, around: Around) -> list[Finding]:
    """Return a finding about a record that is merged with this one, and said to be another's."""
    if not record.person:
        return []
    for number in sorted(same_as(around, record.kind(), record.id, record) - {record.id}):
        other = around.get(record.kind(), number)
        if other and said_different(record, other):
            return [finding_about(record, MERGED, MERGED_APART, answer=Broken(other=other))]
    return []


def tells_apart(kind: type[Record]) -> frozenset[str]:
    """Return the fields by which a person is recognised."""
    return frozenset(kind.recognised_by)
