"""Rules: functions on records with a name, a severity and the source they rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Protocol, TypeVar, cast

from fieldkit.records.declaration.field import Field
from fieldkit.records.declaration.record import Record, kinds
from fieldkit.records.fields.dates import RELEASED
from fieldkit.records.fields.formats import Date, Value, show_date

R = TypeVar("R", bound=Record)

_FAR = timedelta(days=731)
"""Plans reach two years ahead; a later day is a slip in the year."""


class Severity(StrEnum):
    """How strongly a rule speaks."""

    BLOCK = "block"
    """The record is not saved like this; what was typed stays in the draft."""
    REASON = "reason"
    """Saved once the person has confirmed that it is meant."""
    WARN = "warn"
    """Saved; the remark is shown."""


class Known(Protocol):
    """What a rule may ask of the records at hand (the laptop's, or the server's)."""

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record, or None if it is not known here."""

    def where(self, kind: str, **equal: Value) -> Sequence[Record]:
        """Return the records of ``kind`` (not deleted) whose fields equal these values."""


class Nothing:
    """Knows no other record: for forms half filled and files read before a store is there."""

    def get(self, kind: str, record_id: str) -> Record | None:  # noqa: ARG002
        """Return None."""
        return None

    def where(self, kind: str, **equal: Value) -> Sequence[Record]:  # noqa: ARG002
        """Return no record."""
        return ()


@dataclass(frozen=True, slots=True)
class RuleContext:
    """The circumstances a record is judged in."""

    today: date
    """As far as the clock is believed: never before the release (:func:`dates.believed`)."""
    before: Record | None = None
    """The record as it stood before this edit; None for a new one."""
    known: Known = field(default_factory=Nothing)

    @property
    def clock_wrong(self) -> bool:
        """Say that today is later than ``today``, nobody knows how much: then no age stops."""
        return self.today == RELEASED


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong or remarkable, said beside the field it concerns."""

    field: str
    message: str
    """Plain words: what is wrong and what to do."""
    severity: Severity = Severity.BLOCK
    rule: str = ""


Check = Callable[[Record, RuleContext], str | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named check of one kind; ``check`` returns the sentence to show, or None."""

    kind: type[Record]
    name: str
    field: str
    severity: Severity
    source: str
    check: Check
    across: bool = False
    """Whether it compares records of one kind with each other: then the server, which sees all of
    a district, has the last word."""
    awaits: bool = False
    """Whether a record may break it for want of another: then that one's coming or going is a
    reason to judge it again, though nothing is found about that one."""

    def judge(self, record: Record, case: RuleContext) -> Finding | None:
        """Apply the rule to a record of its kind."""
        message = self.check(record, case)
        return Finding(self.field, message, self.severity, self.name) if message else None


_RULES: list[Rule] = []


def rule(
    kind: type[R],
    field: str,
    *,
    source: str,
    severity: Severity = Severity.BLOCK,
    across: bool = False,
    awaits: bool = False,
) -> Callable[[Callable[[R, RuleContext], str | None]], Callable[[R, RuleContext], str | None]]:
    """Declare the decorated function a rule on ``kind``, its finding shown beside ``field``."""

    def declare(
        check: Callable[[R, RuleContext], str | None],
    ) -> Callable[[R, RuleContext], str | None]:
        _RULES.append(
            Rule(kind, check.__name__, field, severity, source, cast(Check, check), across, awaits)
        )
        _rules_of.cache_clear()
        return check

    return declare


def rules_of(kind: type[Record]) -> list[Rule]:
    """Return the rules declared on ``kind`` or on a class it extends, in order of declaration."""
    return list(_rules_of(kind))


@cache
def _rules_of(kind: type[Record]) -> tuple[Rule, ...]:
    return tuple(rule for rule in _RULES if issubclass(kind, rule.kind))


def judge(record: Record, case: RuleContext) -> list[Finding]:
    """Apply what holds for every kind, required fields first, then the kind's own rules."""
    findings = [*missing(record), *_referred(record, case), *_ahead(record, case)]
    rules = _rules_of(type(record))
    findings += filter(None, (rule.judge(record, case) for rule in rules))
    return findings


def missing(record: Record) -> Iterator[Finding]:
    """Give the fields that are needed and empty."""
    for name, ask in _needed(type(record)).items():
        if record.value(name) is None and ask.asked(record.values()):
            message = f"{ask.label} is needed: {ask.required}."
            yield Finding(name, message, Severity.BLOCK, "required")


@cache
def _needed(kind: type[Record]) -> Mapping[str, Field]:
    return {name: ask for name, ask in kind.fields().items() if ask.required}


def _referred(record: Record, case: RuleContext) -> Iterator[Finding]:
    """Look at the records that are newly referred to; one that is not here may yet arrive."""
    if isinstance(case.known, Nothing):
        return
    for name, reference in record.references().items():
        number = record.value(name)
        if not isinstance(number, str) or (case.before and case.before.value(name) == number):
            continue
        if _found(number, reference.kinds, case.known):
            continue
        wanted = " or ".join(kinds()[kind].title for kind in reference.kinds)
        if other := _found(number, kinds(), case.known):
            message = f"{number} is another kind of record: {other.title} {other.label()}."
            yield Finding(name, f"{message} Give: {wanted}.", Severity.BLOCK, "wrong_kind")
        else:
            message = f"{wanted} {number} is not known here. Check the number."
            yield Finding(name, message, Severity.WARN, "unknown_record")


def _found(number: str, where: Iterable[str], known: Known) -> Record | None:
    return next(filter(None, (known.get(kind, number) for kind in where)), None)


def _ahead(record: Record, case: RuleContext) -> Iterator[Finding]:
    """Ask about what is said to have happened after today: the laptop's clock may be wrong."""
    far = case.today + _FAR
    latest = far if case.clock_wrong else case.today
    for name, label, past in _days(type(record)):
        day = record.value(name)
        if isinstance(day, date) and day > (latest if past else far):
            message = f"{label}: {show_date(day)} is still to come. Check the year."
            yield Finding(name, message, Severity.REASON, "date_ahead")


@cache
def _days(kind: type[Record]) -> tuple[tuple[str, str, bool], ...]:
    """Return name, label and whether it has passed, of every field that holds a day."""
    return tuple(
        (name, ask.label, ask.format.past)
        for name, ask in kind.fields().items()
        if isinstance(ask.format, Date)
    )
