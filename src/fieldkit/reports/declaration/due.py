"""What is due: the work that follows from records as they stand. Nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from fieldkit.records import Record, Step, kinds
from fieldkit.reports.declaration.measure import Where


@dataclass(frozen=True, eq=False)
class Due:
    """One sort of due work."""

    name: str
    label: str
    """What is to be done, and why."""
    kind: str
    since: str
    """The field of the day since which it waits, or by which it was to be done."""
    after: int = 0
    """After how many days it is due; below zero: so many days before."""
    where: Where = field(default_factory=dict)
    about: tuple[str, ...] = ()
    """References to the person or group concerned, of which one is filled; none: the record."""
    until_later: str = ""
    """A later record about the same, by the day in this field, ends it."""
    later_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The values of which that record must hold one, by field: a visit that was made."""
    source: str = "our own check, not official"


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something due: about whom, and since when."""

    what: str
    kind: str
    id: str
    about_kind: str
    about_id: str
    """The person or group; the record itself if it is about none."""
    since: date
    days: int
    """Days since that day; below zero: so many days ahead."""
    district: int
    block: int | None
    name: str = ""
    """What the person or group is called; empty if they are not here."""
    place: str = ""


_PEOPLE = ("beneficiary_id", "member_id", "self_help_group_id")


def concerning(kind: type[Record]) -> tuple[str, ...]:
    """Return the references to the person or group that a record of a kind is about."""
    return tuple(name for name in _PEOPLE if name in kind.references())


def from_lifecycles() -> Iterator[Due]:
    """Give what follows from the steps that may not last for long."""
    for name, kind in kinds().items():
        for step in kind.lifecycle.steps if kind.lifecycle else ():
            since = step.due_on or step.on
            if kind.lifecycle and since and (step.overdue or step.due_on):
                yield _of_step(name, kind, kind.lifecycle.field, step, since)


def _of_step(name: str, kind: type[Record], state: str, step: Step, since: str) -> Due:
    if step.due_on:
        label = f"{kind.title}: {kind.fields()[step.due_on].label.lower()}"
    else:
        following = kind.lifecycle.next(step.state) if kind.lifecycle else ()
        then = next((one.word for one in following if not one.aside), "")
        label = f"{kind.title} {step.word}" + (f"; next: {then}" if then else "")
    until: tuple[str, ...] = getattr(step, "until", ())
    return Due(
        f"{name}_{step.state.lower()}",
        label,
        name,
        since,
        step.overdue + 1,
        {state: step.states},
        until or concerning(kind),
        step.on if until else "",
        {state: kind.lifecycle.reached(step)} if until and kind.lifecycle else {},
    )


def about_kind(rules: Iterable[Due], kind: str) -> list[Due]:
    """Return the due work that may concern a record of a kind."""
    return [
        rule
        for rule in rules
        if rule.kind == kind
        or any(kind in kinds()[rule.kind].references()[name].kinds for name in rule.about)
    ]


def by_name(rules: Iterator[Due]) -> Mapping[str, Due]:
    """Return due work by its name.

    Raises:
        ValueError: two have the same name.
    """
    found: dict[str, Due] = {}
    for one in rules:
        if found.setdefault(one.name, one) is not one:
            raise ValueError(f"two sorts of due work are named {one.name}")
    return found
