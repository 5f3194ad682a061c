"""A figure, declared once: what is counted, by which date, under which condition. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as held
from typing import TypeAlias

from fieldkit.records import Value, kinds

RUPEES, PERCENT, DAYS = "Rs", "percent", "days"
"""Units with a way of their own to be shown; any other is a plain word."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The field holds a value."""


@dataclass(frozen=True, slots=True)
class Not:
    """The field holds none of these values; it may be empty."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The field holds this number or more."""

    least: int


@dataclass(frozen=True, slots=True)
class AtMost:
    """The field holds this number or less."""

    most: int


@dataclass(frozen=True, slots=True)
class Aged:
    """The field's day lies so many days before the day of the report."""

    least: int
    most: int | None = None


@dataclass(frozen=True, eq=False)
class Has:
    """A record of another kind refers to the field's value (a record number)."""

    kind: str
    field: str
    where: Mapping[str, Test] = held(default_factory=dict)
    on: str = ""
    """The field that dates that record: it counts up to the day of the report."""
    lacks: bool = False
    """The other way round: there is no such record."""


@dataclass(frozen=True, eq=False)
class Shared:
    """Another record of the kind holds the same values of these fields."""

    fields: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class AnyOf:
    """One of several sets of conditions holds; stands under the name ``""``."""

    sets: tuple[Mapping[str, Test], ...]


Simple: TypeAlias = Filled | Not | AtLeast | AtMost | Aged | Value | tuple[str | int | bool, ...]
Test: TypeAlias = "Simple | Has | Shared | AnyOf"
"""What a field must meet: one value, one of several, or one of the tests above; None: empty."""
Where: TypeAlias = Mapping[str, Test]
"""Conditions by field; ``member_id.village`` is a field of the record that a field refers to."""
FILLED = Filled()
NOT_GONE = Not(("INACTIVE", "DEFUNCT", "LEFT", "DECEASED"))
"""The status of a group or member that is there."""
OPEN = Not(("CLOSED",))


@dataclass(frozen=True, eq=False)
class Measure:
    """What is counted over the records of one kind."""

    name: str
    label: str
    kind: str
    where: Where = held(default_factory=dict)
    on: str | tuple[str, ...] = ""
    """The field whose day places a record in a period; of several, the first that is filled. Empty:
    the record counts as it stands today."""
    unit: str = "records"
    amount: str = ""
    """The field that is added up; empty: records are counted."""
    distinct: tuple[str, ...] = ()
    """Different values of these fields are counted, each set once; records where one of them is
    empty are left out."""
    latest: tuple[str, ...] = ()
    """Of several records with the same value of the first field, only the last in the order of the
    others counts: a number that is recorded again each year."""
    earliest: bool = False
    """Not a number but the earliest day of ``on``."""
    definition: str = ""
    """What it counts, where the label leaves that open."""

    @property
    def dates(self) -> tuple[str, ...]:
        """The fields that may place a record in a period."""
        return (self.on,) if isinstance(self.on, str) and self.on else tuple(self.on)

    def sum(self, amount: str, name: str, label: str) -> Measure:
        """Return the measure that adds up an amount of the same records."""
        return replace(self, name=name, label=label, amount=amount, unit=RUPEES)

    def also(self, name: str, label: str, where: Where, *, definition: str = "") -> Measure:
        """Return the measure of those among the records that meet further conditions."""
        return replace(
            self, name=name, label=label, where={**self.where, **where}, definition=definition
        )


def reached(kind: str, state: str) -> dict[str, Test]:
    """Return the condition that a record has come as far as a step of its lifecycle."""
    lifecycle = kinds()[kind].lifecycle
    step = lifecycle.step(state) if lifecycle else None
    if lifecycle is None or step is None:
        raise ValueError(f"{kind} has no step {state}")
    return {lifecycle.field: lifecycle.reached(step)}


def came_to(
    name: str,
    label: str,
    kind: str,
    state: str,
    *,
    where: Where | None = None,
    unit: str = "records",
    definition: str = "",
) -> Measure:
    """Return the measure of the records that have come as far as a step, on the step's day."""
    lifecycle = kinds()[kind].lifecycle
    step = lifecycle.step(state) if lifecycle else None
    on = step.on if step else ""
    conditions = {**reached(kind, state), **(where or {})}
    return Measure(name, label, kind, conditions, on, unit, definition=definition)


def waiting(first: Measure, then: Measure, name: str, label: str) -> Measure:
    """Return the measure of records that came as far as ``first`` and not as far as ``then``."""
    lifecycle = kinds()[first.kind].lifecycle
    if lifecycle is None:
        raise ValueError(f"{first.kind} has no lifecycle")
    came, gone = first.where[lifecycle.field], then.where[lifecycle.field]
    if not isinstance(came, tuple) or not isinstance(gone, tuple):
        raise TypeError(f"{first.name}, {then.name}: no steps of {first.kind}")
    left = tuple(state for state in came if state not in gone)
    return first.also(name, label, {lifecycle.field: left})
