"""What is to be checked about a record that is already kept: for the server, which refuses nothing.

A finding never stops a record. It says what breaks a rule, what the record refers to that is not
there yet, and which other records may be the same person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from fieldkit.records.record import Record, kinds
from fieldkit.records.rule import Case, Finding, Rule, Severity, missing, rules_of
from fieldkit.search.sound import ONE_PERSONS, alike

MISSING_PARENT = "missing_parent"
SAME_PERSON = "same_person"
_PLACES = frozenset({"village", "district", "block"})


@dataclass(frozen=True, slots=True)
class Review:
    """One finding, and the other record it is about, whose change may settle it."""

    finding: Finding
    about: str | None = None


def reviewed(record: Record, case: Case) -> list[Review]:
    """Judge a record as it stands: rules that block, rules across records, references, persons."""
    if record.deleted:
        return []
    found = [Review(finding) for finding in missing(record)]
    for rule in _rules_reviewed(type(record)):
        if finding := rule.judge(record, case):
            found.append(Review(finding, _about(record, rule.field)))
    return [*found, *_not_there(record, case), *_same_person(record, case)]


@cache
def _rules_reviewed(kind: type[Record]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules_of(kind) if rule.across or rule.severity is Severity.BLOCK)


def _about(record: Record, field: str) -> str | None:
    """Return the record a rule's field refers to."""
    number = record.value(field) if field in record.references() else None
    return number if isinstance(number, str) else None


def _not_there(record: Record, case: Case) -> Iterator[Review]:
    """Give the references to records that have not arrived."""
    for name, reference in record.references().items():
        number = record.value(name)
        if not isinstance(number, str):
            continue
        if not any(case.known.get(kind, number) for kind in reference.kinds):
            wanted = " or ".join(kinds()[kind].title for kind in reference.kinds)
            message = f"{wanted} {number} has not reached the server. It may still come."
            yield Review(Finding(name, message, Severity.WARN, MISSING_PARENT), number)


def _same_person(record: Record, case: Case) -> Iterator[Review]:
    """Give the first other record that may be the same person, by the strongest key."""
    if not record.person:
        return
    for key in record.same:
        equal = {name: record.value(name) for name in key if not name.startswith("~")}
        if None in equal.values() or not equal.keys() - _PLACES:
            continue
        for other in case.known.where(record.kind(), **equal):
            if other.id != record.id and all(_sound_alike(record, other, name) for name in key):
                named = ", ".join(_label(record, name) for name in key)
                message = f"{other.label()} ({other.id}) may be the same person: {named} agree."
                field = key[0].removeprefix("~")
                yield Review(Finding(field, message, Severity.WARN, SAME_PERSON), other.id)
                return


def _sound_alike(record: Record, other: Record, name: str) -> bool:
    if not name.startswith("~"):
        return True
    one, two = record.value(name[1:]), other.value(name[1:])
    return bool(one and two) and alike(str(one), str(two)) >= ONE_PERSONS


def _label(record: Record, name: str) -> str:
    return record.asks()[name.removeprefix("~")].label.lower()
