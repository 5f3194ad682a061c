"""What is to be checked about a record that is already kept: for the server, which refuses nothing.

A finding never stops a record. It says what breaks a rule, what the record refers to that is not
there yet, and which other records may be the same person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Protocol, TypeAlias

from fieldkit.records.declaration.record import Record, kinds
from fieldkit.records.declaration.rule import (
    Finding,
    Known,
    Rule,
    RuleContext,
    Severity,
    missing,
    rules_of,
)
from fieldkit.search.sound import MAY_BE_SAME, alike

MISSING_PARENT = "missing_parent"
SAME_PERSON = "same_person"
_PLACES = frozenset({"village", "district", "block"})


@dataclass(frozen=True, slots=True)
class Review:
    """One finding, and the other record it is about, whose change may settle it."""

    finding: Finding
    about: str | None = None


class Around(Known, Protocol):
    """What is at hand of the other records."""

    def has(self, kind: str, record_id: str) -> bool:
        """Say whether the record is there and not deleted."""


Look: TypeAlias = Callable[[Record, RuleContext, Around], Sequence[Review]]
"""One question about a record that is not deleted."""


@cache
def looks(kind: type[Record]) -> tuple[Look, ...]:
    """Return all that is asked: rules that block, rules across records, references, persons."""
    rules = [
        partial(_broken, rule)
        for rule in rules_of(kind)
        if rule.across or rule.severity is Severity.BLOCK
    ]
    return (_missing, *rules, _not_there, *([_same_person] if kind.person else []))


@cache
def awaits(kind: type[Record]) -> bool:
    """Say whether a record of the kind may be what others of it wait for."""
    return any(rule.awaits for rule in rules_of(kind))


def _missing(record: Record, _case: RuleContext, _around: Around) -> list[Review]:
    return [Review(finding) for finding in missing(record)]


def _broken(rule: Rule, record: Record, case: RuleContext, _around: Around) -> list[Review]:
    finding = rule.judge(record, case)
    return [Review(finding, _about(record, rule.field))] if finding else []


def _about(record: Record, field: str) -> str | None:
    """Return the record a rule's field refers to."""
    number = record.value(field) if field in record.references() else None
    return number if isinstance(number, str) else None


def _not_there(record: Record, _case: RuleContext, around: Around) -> list[Review]:
    """Return the references to records that have not arrived, or were deleted."""
    found: list[Review] = []
    for name, reference in record.references().items():
        number = record.value(name)
        if not isinstance(number, str):
            continue
        if not any(around.has(kind, number) for kind in reference.kinds):
            wanted = " or ".join(kinds()[kind].title for kind in reference.kinds)
            message = f"{wanted} {number} is not on the server: still to come, or deleted."
            found.append(Review(Finding(name, message, Severity.WARN, MISSING_PARENT), number))
    return found


def _same_person(record: Record, _case: RuleContext, around: Around) -> list[Review]:
    """Return the first other record that may be the same person, by the strongest key."""
    for key, exact in _keys(type(record)):
        equal = {name: record.value(name) for name in exact}
        if None in equal.values():
            continue
        for other in around.where(record.kind(), **equal):
            if other.id != record.id and all(_sound_alike(record, other, name) for name in key):
                named = "; ".join(_label(record, name) for name in key)
                message = f"{other.label()} ({other.id}) may be the same person. Alike: {named}."
                field = key[0].removeprefix("~")
                return [Review(Finding(field, message, Severity.WARN, SAME_PERSON), other.id)]
    return []


@cache
def _keys(kind: type[Record]) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Return each key that tells persons, and what of it is to be equal: more than a place."""
    exact = [
        (key, tuple(name for name in key if not name.startswith("~"))) for key in kind.match_keys
    ]
    return tuple((key, names) for key, names in exact if set(names) - _PLACES)


def _sound_alike(record: Record, other: Record, name: str) -> bool:
    if not name.startswith("~"):
        return True
    one, two = record.value(name[1:]), other.value(name[1:])
    return bool(one and two) and alike(str(one), str(two)) >= MAY_BE_SAME


def _label(record: Record, name: str) -> str:
    return record.fields()[name.removeprefix("~")].label
