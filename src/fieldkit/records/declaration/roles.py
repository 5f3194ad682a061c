"""Which kinds play which part on the screens, read from their declarations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from fieldkit.records.declaration.action import LETTERS, Action, Days, Job
from fieldkit.records.declaration.conversion import Conversion
from fieldkit.records.declaration.decision import Decision
from fieldkit.records.declaration.milestone import Milestone
from fieldkit.records.declaration.record import Record, kinds

DOMAINS: Mapping[str, str] = {
    "artisans": "Artisans",
    "training": "Trainings",
    "community": "Groups and members",
    "credit": "Loans and funds",
    "livelihoods": "Enterprises and markets",
    "outreach": "Programmes and visits",
    "targets": "Targets and officers",
}
"""What the folder of a domain is called on the screen, in the order of menus and lists."""
_NO_DOMAIN = "Other"


class PageAction(NamedTuple):
    """An action on the page of a kind."""

    action: Action
    kind: type[Record]
    """The kind that is begun."""
    field: str
    """Its field that refers to the page's record."""


class PageMilestone(NamedTuple):
    """A milestone on the page of a kind."""

    milestone: Milestone
    kind: type[Record]
    """The kind whose records reach it."""


class KindConversion(NamedTuple):
    """A conversion, and the kind that it makes records of."""

    kind: type[Record]
    conversion: Conversion


class HomeJob(NamedTuple):
    """A job on Home."""

    job: Job
    kind: type[Record]


class DayMarks(NamedTuple):
    """How the days of a record are marked."""

    kind: type[Record]
    """The kind of a mark."""
    days: Days

    @property
    def parent(self) -> type[Record]:
        """The kind that has the days."""
        return kinds()[self.kind.references()[self.days.of].kinds[0]]


def by_domain() -> Sequence[tuple[str, Sequence[type[Record]]]]:
    """Return the kinds by domain, each with what it is called; those of a domain by name."""
    found: dict[str, list[type[Record]]] = {title: [] for title in (*DOMAINS.values(), _NO_DOMAIN)}
    for kind in sorted(kinds().values(), key=lambda kind: kind.plural):
        domain = next((part for part in kind.__module__.split(".") if part in DOMAINS), "")
        found[DOMAINS.get(domain, _NO_DOMAIN)].append(kind)
    return [(title, held) for title, held in found.items() if held]


def actions_of(page: str) -> Sequence[PageAction]:
    """Return the actions on the page of a kind, in the order of the kinds they begin."""
    return [
        PageAction(action, kind, field)
        for kind in kinds().values()
        for field, action in kind.actions.items()
        if page in kind.references()[field].kinds
    ]


@cache
def conversions_of(kind: str) -> Sequence[KindConversion]:
    """Return what becomes of older fields of a kind."""
    return [
        KindConversion(other, conversion)
        for other in kinds().values()
        for conversion in other.converts
        if conversion.of == kind
    ]


def belongs_to(kind: type[Record]) -> frozenset[str]:
    """Return the references to what a record belongs to: all but those to the same person."""
    same = {one.known_by for one in kind.actions.values()}
    same |= {name for name, one in kind.actions.items() if one.same_person}
    return frozenset(kind.references()) - same


def milestones_of(page: str) -> Sequence[PageMilestone]:
    """Return the milestones on the page of a kind, in the order of their places."""
    found = [
        PageMilestone(one, kind)
        for kind in kinds().values()
        for one in kind.milestones
        if (page in kind.references()[one.about].kinds if one.about else page == kind.kind())
    ]
    return sorted(found, key=lambda one: one.milestone.place)


class DecidedBy(NamedTuple):
    """How records are decided on."""

    kind: type[Record]
    """The kind of a decision."""
    decision: Decision

    @property
    def stages(self) -> Mapping[str, str]:
        """The stages in order: each with the word for its step."""
        return {
            str(stage): one.word
            for one in sorted(self.kind.milestones, key=lambda one: one.place)
            for condition in one.done
            if condition.field == self.decision.stage
            for stage in condition.values
        }


def decided_by(kind: str) -> DecidedBy | None:
    """Return how records of a kind are decided on; None if that is not recorded."""
    for other in kinds().values():
        decision = other.decides
        if decision and kind in other.references()[decision.about].kinds:
            return DecidedBy(other, decision)
    return None


def decided_at(kind: str) -> Mapping[str, str]:
    """Return where records of a kind wait for a decision, each with what is decided.

    These are the stages of a kind that is decided on by others, else states of its lifecycle.
    """
    if decided := decided_by(kind):
        return decided.stages
    lifecycle = kinds()[kind].lifecycle
    return lifecycle.decisions if lifecycle else {}


def has_page(kind: str) -> bool:
    """Say whether other records refer to a kind, so that it has a page that lists them."""
    return any(
        kind in reference.kinds
        for other in kinds().values()
        for reference in other.references().values()
    )


def home_jobs() -> Sequence[HomeJob]:
    """Return the jobs on Home by number."""
    found = [HomeJob(kind.job, kind) for kind in kinds().values() if kind.job]
    return sorted(found, key=lambda one: one.job.number)


def newcomer() -> type[Record]:
    """Return the kind of a person who is registered from Home's box: the one with the first job."""
    return next(one.kind for one in home_jobs() if one.kind.person)


def people_in(kind: type[Record]) -> Mapping[str, str]:
    """Return the fields of a kind that refer to people, by the kind of person."""
    return {
        person: field
        for field, reference in kind.references().items()
        for person in reference.kinds
        if kinds()[person].person
    }


def day_marks() -> Sequence[DayMarks]:
    """Return how the days of every kind that has any are marked."""
    return [DayMarks(kind, days) for kind in kinds().values() for days in kind.marks_days]


def days_of(page: str) -> DayMarks | None:
    """Return how the days of a kind's records are marked; None if it has no days."""
    return next((one for one in day_marks() if one.parent.kind() == page), None)


def handed_over() -> type[Record] | None:
    """Return the kind of what is handed over to people at camps; None if there is none."""
    return next((kind for kind in kinds().values() if kind.hand_over), None)


def log_of_exports() -> type[Record]:
    """Return the kind of which the program writes a record with every export."""
    return next(kind for kind in kinds().values() if kind.program_log)


def check_roles() -> None:
    """Check actions and jobs of all kinds together.

    Raises:
        ValueError: a letter or number is taken twice, or one has no such meaning.
    """
    for kind in kinds().values():
        _check_decision(kind)
        if not kind.actions.keys() <= kind.references().keys():
            raise ValueError(f"{kind.kind()}: actions {[*kind.actions]} are not all references")
    for page in kinds():
        keys = [one.action.key for one in actions_of(page) if one.action.key]
        if len({*keys}) < len(keys) or not {*keys} <= LETTERS.keys():
            raise ValueError(f"page of {page}: keys {keys}, of {sorted(LETTERS)} each once")
    numbers = [one.job.number for one in home_jobs() if one.job.number]
    if len({*numbers}) < len(numbers) or not {*numbers} <= {*range(1, 6)}:
        raise ValueError(f"jobs on Home: numbers {numbers}, of 1 to 5 each once, or 0")


def _check_decision(kind: type[Record]) -> None:
    one = kind.decides
    if one is None:
        return
    named = {one.about, one.stage, one.outcome, one.on, one.by, one.reason}
    known = one.about in kind.references() and named <= kind.fields().keys()
    for other in kind.references()[one.about].kinds if known else ():
        known &= not one.stands or one.stands in kinds()[other].fields()
    if not known:
        raise ValueError(f"{kind.kind()}: decides {one}")
