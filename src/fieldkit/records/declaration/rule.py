"""Rules: functions on records with a name, a severity and the source they rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from string import Formatter
from typing import Generic, Protocol, TypeAlias, TypeVar, cast

from fieldkit.protocol.change import Json
from fieldkit.protocol.messages.finding import Finding, Severity
from fieldkit.records.declaration import one_person
from fieldkit.records.declaration.field import Field
from fieldkit.records.declaration.record import Record, kinds
from fieldkit.records.fields.dates import RELEASED
from fieldkit.records.fields.formats import Date, Value

R = TypeVar("R", bound=Record)

_FAR = timedelta(days=731)
"""The latest plausible planned day: two years ahead; a later one has a wrong year."""


class Known(Protocol):
    """What a rule may ask of the records at hand (the laptop's, or the server's)."""

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record, or None if it is not known here."""

    def where(self, kind: str, **equal: Value) -> Sequence[Record]:
        """Return the records of ``kind`` (not deleted) whose fields equal these values."""


class Nothing:
    """Knows no other record: for unfinished forms, and for files read without a store."""

    def get(self, kind: str, record_id: str) -> Record | None:  # noqa: ARG002
        """Return None."""
        return None

    def where(self, kind: str, **equal: Value) -> Sequence[Record]:  # noqa: ARG002
        """Return no record."""
        return ()


LIMITS = "scheme_limit"
"""The kind whose records change the limits that rules compare with."""


class OnlyLimits(Nothing):
    """Knows the limits and no other record: for unfinished forms."""

    def __init__(self, known: Known) -> None:
        self._limits = known.where(LIMITS)

    def where(self, kind: str, **equal: Value) -> Sequence[Record]:
        """Return the limits with these values."""
        found = self._limits if kind == LIMITS else ()
        return [one for one in found if all(one.value(name) == equal[name] for name in equal)]


@dataclass(frozen=True, slots=True)
class RuleContext:
    """The circumstances a record is judged in."""

    today: date
    """By the laptop's clock, but never before the release (:func:`dates.believed`)."""
    before: Record | None = None
    """The record as it stood before this edit; None for a new one."""
    known: Known = field(default_factory=Nothing)

    @property
    def clock_wrong(self) -> bool:
        """Whether the clock is wrong: today is later than ``today``, so no age blocks a record."""
        return self.today == RELEASED

    def get(self, kind: type[R], number: str | None) -> R | None:
        """Return the record of a kind with this number, if it is given and known."""
        found = self.known.get(kind.kind(), number) if number else None
        return found if isinstance(found, kind) else None

    def limit(self, record: Record, name: str, usual: int, on: date | None = None) -> int:
        """Return a limit as it is in force for a record's area on a day, ``usual`` if none is set.

        A limit of the block goes before one of the district, that before one of the whole UT; of
        several, the latest counts. ``on``: today if not given.
        """
        day, best = on or self.today, usual
        ranked: tuple[bool, bool, date] | None = None
        for one in self.known.where(LIMITS, limit_name=name):
            amount, since = one.value("amount"), one.value("from_on")
            since = since if isinstance(since, date) else date.min
            here = one.district in {0, record.district} and one.block in {None, record.block}
            rank = (one.district != 0, one.block is not None, since)
            if here and since <= day and isinstance(amount, int) and rank >= (ranked or rank):
                best, ranked = amount, rank
        return best

    def where(self, kind: str, **equal: Value) -> Sequence[Record]:
        """Return the known records of a kind with these values, a person's whatever the number.

        Several records may be one person: those about each are found, people are given once.
        """
        return one_person.where(self.known, kind, **equal)

    def others(self, record: R, *fields: str) -> list[R]:
        """Return the other known records of the kind that agree with this one in ``fields``.

        There are none if one of the fields is empty.
        """
        equal = {name: record.value(name) for name in fields}
        if None in equal.values():
            return []
        found = self.where(record.kind(), **equal)
        return [one for one in found if isinstance(one, type(record)) and one.id != record.id]


Param: TypeAlias = Value | Record | Sequence[Value]
"""What a sentence may name. A record stands for its id, and under ``<name>_name`` for its label."""

_LONGEST = 200
"""Characters of one parameter: a label may hold whatever was typed."""


class Broken:
    """A rule's answer that the record breaks it: which sentence of the rule, and what it names."""

    __slots__ = ("params", "related", "variant")

    def __init__(self, variant: str = "", /, **params: Param) -> None:
        self.variant = variant
        self.params: dict[str, Json] = {}
        named = [(name, one) for name, one in params.items() if isinstance(one, Record)]
        self.related = tuple((one.kind(), one.id) for _, one in named)
        for name, value in params.items():
            self.params[name] = _plain(value)
        for name, one in named:
            self.params[f"{name}_name"] = _plain(one.label())


def _plain(value: Param) -> Json:
    if isinstance(value, Record):
        return value.id
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value[:_LONGEST]
    return [_plain(one) for one in value] if isinstance(value, Sequence) else value


Answer: TypeAlias = "Broken | bool | None"
"""What a rule answers; False and None: the record obeys the rule."""
Check = Callable[[R, RuleContext], Answer]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named check of one kind."""

    kind: type[Record]
    name: str
    field: str
    severity: Severity
    source: str
    check: Check[Record]
    says: Mapping[str, str]
    """The template of each sentence by variant (see :mod:`~.sentences`)."""
    across: bool = False
    """Whether it compares records of one kind with each other: then the server, which sees all of
    a district, has the last word."""
    awaits: bool = False
    """Whether a record may break it because another record is missing: then the record is judged
    again when such a record is added or removed, even if that one has no finding."""

    def judge(self, record: Record, context: RuleContext) -> Finding | None:
        """Apply the rule to a record of its kind.

        What another record stands for is not compared with others: that record is.
        """
        if self.across and one_person.is_stood_for(context.known, record):
            return None
        answer = self.check(record, context)
        if not answer:
            return None
        return finding_about(record, self.field, self.name, self.severity, answer, self.says)


def finding_about(
    record: Record,
    field: str,
    name: str,
    severity: Severity = Severity.WARN,
    answer: Broken | bool = True,
    says: Mapping[str, str] | None = None,
) -> Finding:
    """Return the finding that a rule's answer amounts to, with the parameters its sentence names.

    ``says``: the rule's templates; None keeps every parameter.
    """
    broken = answer if isinstance(answer, Broken) else Broken()
    named = _named(says[broken.variant]) if says is not None else broken.params.keys()
    return Finding(
        record.kind(),
        record.id,
        field,
        f"{name}.{broken.variant}" if broken.variant else name,
        {one: value for one, value in broken.params.items() if one in named},
        broken.related,
        severity,
    )


@cache
def _named(template: str) -> frozenset[str]:
    """Return the parameters that a template names."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


_RULES: list[Rule] = []


def rule(
    kind: type[R],
    field: str,
    *,
    source: str,
    says: str | Mapping[str, str],
    severity: Severity = Severity.BLOCK,
    across: bool = False,
    awaits: bool = False,
) -> Callable[[Check[R]], Check[R]]:
    """Declare the decorated function a rule on ``kind``, its finding shown beside ``field``.

    ``says``: the template of its sentence, or of each by the variant that :class:`Broken` names.
    """
    templates = {"": says} if isinstance(says, str) else says

    def declare(check: Check[R]) -> Check[R]:
        _RULES.append(
            Rule(
                kind,
                check.__name__,
                field,
                severity,
                source,
                cast("Check[Record]", check),
                templates,
                across,
                awaits,
            )
        )
        _rules_of.cache_clear()
        return check

    return declare


class Rules(Generic[R]):
    """Declares the rules of one kind that rest on one source: ``check = Rules(Loan, SOURCE)``."""

    def __init__(self, kind: type[R], source: str) -> None:
        self.kind = kind
        self.source = source

    def __call__(
        self,
        field: str,
        says: str = "",
        severity: Severity = Severity.BLOCK,
        *,
        source: str = "",
        across: bool = False,
        awaits: bool = False,
        **variants: str,
    ) -> Callable[[Check[R]], Check[R]]:
        """Declare the decorated function a rule (:func:`rule`); ``variants``: further templates."""
        return rule(
            self.kind,
            field,
            source=source or self.source,
            says=({"": says} if says else {}) | variants,
            severity=severity,
            across=across,
            awaits=awaits,
        )


def rules_of(kind: type[Record]) -> list[Rule]:
    """Return the rules declared on ``kind`` or on a class it extends, in order of declaration."""
    return list(_rules_of(kind))


@cache
def _rules_of(kind: type[Record]) -> tuple[Rule, ...]:
    return tuple(rule for rule in _RULES if issubclass(kind, rule.kind))


def judge(record: Record, context: RuleContext) -> list[Finding]:
    """Apply what holds for every kind, required fields first, then the kind's own rules."""
    findings = [*missing(record), *_referred(record, context), *_ahead(record, context)]
    rules = _rules_of(type(record))
    findings += filter(None, (rule.judge(record, context) for rule in rules))
    return findings


def missing(record: Record) -> Iterator[Finding]:
    """Yield the fields that are needed and empty."""
    for name, needed in _needed(type(record)).items():
        if record.value(name) is None and needed.asked(record.values()):
            yield finding_about(record, name, "required", Severity.BLOCK)


@cache
def _needed(kind: type[Record]) -> Mapping[str, Field]:
    return {name: field for name, field in kind.fields().items() if field.required}


def _referred(record: Record, context: RuleContext) -> Iterator[Finding]:
    """Check the records newly referred to; one that is not here may still arrive."""
    if isinstance(context.known, Nothing):
        return
    before = context.before
    for name, reference in record.references().items():
        number = record.value(name)
        if not isinstance(number, str) or (before and before.value(name) == number):
            continue
        if _first(number, reference.kinds, context.known):
            continue
        if other := _first(number, kinds(), context.known):
            wrong = Broken(other=other, title=other.kind(), wanted=reference.kinds)
            yield finding_about(record, name, "wrong_kind", Severity.BLOCK, wrong)
        else:
            unknown = Broken(number=number, wanted=reference.kinds)
            yield finding_about(record, name, "unknown_record", Severity.WARN, unknown)


def _first(number: str, where: Iterable[str], known: Known) -> Record | None:
    """Return the record with this number, of one of these kinds."""
    return next(filter(None, (known.get(kind, number) for kind in where)), None)


def _ahead(record: Record, context: RuleContext) -> Iterator[Finding]:
    """Yield a question for each past date that lies after today: the clock may be wrong."""
    far = context.today + _FAR
    latest = far if context.clock_wrong else context.today
    for name, past in _days(type(record)):
        day = record.value(name)
        if isinstance(day, date) and day > (latest if past else far):
            yield finding_about(record, name, "date_ahead", Severity.REASON, Broken(day=day))


@cache
def _days(kind: type[Record]) -> tuple[tuple[str, bool], ...]:
    """Return the name of every field that holds a day, and whether the day has passed."""
    return tuple(
        (name, field.format.past)
        for name, field in kind.fields().items()
        if isinstance(field.format, Date)
    )
