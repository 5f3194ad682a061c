"""What is to be checked about a record that is already kept: for the server, which refuses nothing.

A finding never stops a record. It says what breaks a rule, what the record refers to that is not
there yet, and which other records may be the same person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Protocol, TypeAlias

from fieldkit.protocol.difference import different_from
from fieldkit.protocol.finding import Finding, Severity
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
from fieldkit.search.sound import MAY_BE_SAME, alike

MISSING_PARENT = "missing_parent"
SAME_PERSON = "same_person"
_PLACES = frozenset({"village", "district", "block"})


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
    return (_missing, *rules, _not_there, _same_person)


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
    """Return a finding about the first other record that may be the same person.

    The strongest key comes first. None: there is nobody, or the kind is no person.
    """
    if not record.person:
        return None
    for key, exact in _keys(type(record)):
        equal = {name: record.value(name) for name in exact}
        if None in equal.values():
            continue
        for other in around.where(record.kind(), **equal):
            if other.id == record.id or said_different(record, other):
                continue
            if all(_sound_alike(record, other, name) for name in key):
                names = [name.removeprefix("~") for name in key]
                alike = Broken(other=other, alike=names)
                return finding_about(record, names[0], SAME_PERSON, answer=alike)
    return None


def said_different(one: Record, other: Record) -> bool:
    """Say whether a person has said that two records are not of the same one (rule 30)."""
    return other.id in different_from(one.extra) or one.id in different_from(other.extra)


def _same_person(record: Record, _context: RuleContext, around: Around) -> list[Finding]:
    finding = same_person(record, around)
    return [finding] if finding else []


def tells_apart(kind: type[Record]) -> frozenset[str]:
    """Return the fields by which a person is recognised."""
    keys = _keys(kind) if kind.person else ()
    return frozenset(name.removeprefix("~") for key, _ in keys for name in key)


@cache
def _keys(kind: type[Record]) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Return each key that identifies a person, with the values to match: more than a place."""
    exact = [
        (key, tuple(name for name in key if not name.startswith("~"))) for key in kind.match_keys
    ]
    return tuple((key, names) for key, names in exact if set(names) - _PLACES)


def _sound_alike(record: Record, other: Record, name: str) -> bool:
    if not name.startswith("~"):
        return True
    one, two = record.value(name[1:]), other.value(name[1:])
    return bool(one and two) and alike(str(one), str(two)) >= MAY_BE_SAME
