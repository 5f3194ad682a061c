"""Which columns of a list are about the person that its records refer to. Pure.

A list of toolkits or loans names people by their number, name and mobile, which are fields of
another kind. Their targets have the name of that kind in front: ``beneficiary.portal_no``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from fieldkit.aadhaar import cut_aadhaar
from fieldkit.files.columns.mapping import Guess, Sure
from fieldkit.files.columns.plan import Plan, plan
from fieldkit.files.columns.questions import Choices
from fieldkit.files.layout.survey import Survey
from fieldkit.files.values.reader import Reader, RowValues
from fieldkit.files.values.targets import targets
from fieldkit.protocol.identity import is_id
from fieldkit.records import Nothing, Record, kinds

_OF = "."
_PLACE = ("district", "block")


def _texts(planned: Plan, cells: Sequence[str]) -> dict[str, str]:
    return {target: cells[at] for at, target in planned.active.items() if at < len(cells)}


@dataclass(frozen=True, slots=True)
class ListPlan:
    """How the rows of a list are read: as records of its kind, and as the people they are about."""

    own: Plan
    people: Mapping[str, Plan]
    """By the kind of person."""

    @property
    def active(self) -> frozenset[int]:
        """The columns that are read."""
        return frozenset(self.own.active).union(*(one.active for one in self.people.values()))

    @property
    def aadhaar(self) -> frozenset[int]:
        """The columns that are cut to the last four digits."""
        return self.own.aadhaar.union(*(one.aadhaar for one in self.people.values()))

    def readers(self, own: Reader) -> Mapping[str, Reader]:
        """Return the readers of the people's columns, beside that of the records."""
        return {
            kind: Reader(
                kinds()[kind],
                own.home,
                Nothing(),
                ways=planned.ways,
                days_from_1904=own.days_from_1904,
            )
            for kind, planned in self.people.items()
        }

    def read(self, cells: Sequence[str], own: Reader, people: Mapping[str, Reader]) -> RowValues:
        """Read one row; what is unclear of the person says nothing."""
        cut = [cut_aadhaar(one) if at in self.aadhaar else one for at, one in enumerate(cells)]
        row = own.read(_texts(self.own, cut))
        for kind, reader in people.items():
            about = reader.read(_texts(self.people[kind], cut)).fields
            place = {name: row.fields[name] for name in _PLACE if row.fields.get(name) is not None}
            row.about[kind] = {**about, **place}
        return row

    @property
    def columns(self) -> tuple[Guess, ...]:
        """What each column holds, of the record first."""
        found = list(self.own.columns)
        for kind, planned in self.people.items():
            for at, one in enumerate(planned.columns):
                if found[at].target is None and one.target and found[at].sure is not Sure.DOUBTED:
                    found[at] = replace(one, target=f"{kind}{_OF}{one.target}")
        return tuple(found)


@cache
def people_of(kind: type[Record]) -> Sequence[type[Record]]:
    """Return the kinds of people that records of a kind are about; none if it is a person."""
    if kind.person:
        return ()
    named = dict.fromkeys(name for one in kind.references().values() for name in one.kinds)
    return tuple(found for name in named if (found := kinds()[name]).person)


@cache
def person_fields(kind: type[Record]) -> Sequence[str]:
    """Return the fields of a kind that refer to people."""
    people = {one.kind() for one in people_of(kind)}
    return tuple(name for name, one in kind.references().items() if people & {*one.kinds})


@cache
def list_targets(kind: type[Record]) -> Mapping[str, str]:
    """Return the targets of a column of a list with their labels, those of the record first."""
    return dict(targets(kind)) | {
        f"{person.kind()}{_OF}{name}": f"{person.title}: {label}"
        for person in people_of(kind)
        for name, label in targets(person).items()
        if not (name in person.fields() and person.fields()[name].system)
    }


def planned_as(found: Survey, kind: type[Record], choices: Choices, *, listed: bool) -> ListPlan:
    """Plan how a surveyed table is read: as a list about people, or as records alone.

    Raises:
        Unreadable: a column that a person named is not in the table.
    """
    if listed:
        return plan_list(found, kind, choices)
    return ListPlan(plan(found, kind, choices), {})


def plan_list(found: Survey, kind: type[Record], choices: Choices) -> ListPlan:
    """Plan how a surveyed list is read: as records, and as the people they are about.

    A column of names is never taken for a reference: who is meant is found by all the row says.
    What only new records need is not asked.

    Raises:
        Unreadable: a column that a person named is not in the table.
    """
    said = {
        column: target if target is None or _OF not in target else None
        for column, target in choices.mapping.items()
        if target is None or target in list_targets(kind)
    }
    own_choices = Choices(said, choices.ways)
    own = plan(found, kind, own_choices)
    named = {
        one.column: None
        for at, one in enumerate(own.columns)
        if one.target in person_fields(kind)
        and one.sure is not Sure.CHOSEN
        and not any(map(is_id, found.values(at)))
    }
    if named:
        own = plan(found, kind, Choices(named).and_also(own_choices))
    own = replace(own, questions=tuple(one for one in own.questions if not one.for_new))
    taken: dict[str, str | None] = {one.column: None for one in own.columns if one.target}
    taken |= {column: None for column, target in choices.mapping.items() if target is None}
    return ListPlan(
        own,
        {
            person.kind(): plan(
                found,
                person,
                Choices({**taken, **_chosen_for(person.kind(), choices)}, choices.ways),
            )
            for person in people_of(kind)
        },
    )


def _chosen_for(person: str, choices: Choices) -> dict[str, str | None]:
    """Return the columns that were chosen for fields of a kind of person, or of another one."""
    return {
        column: target.removeprefix(f"{person}{_OF}") if target.startswith(person + _OF) else None
        for column, target in choices.mapping.items()
        if target and _OF in target
    }
