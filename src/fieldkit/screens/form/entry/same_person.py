"""Others whom a form may be about: said while typing, asked about once at the save.

Pure. The page looks them up in the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fieldkit.records import Finding, Record, Severity, Value, tells_apart
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.lookup.look_alikes import LookAlike


@dataclass(slots=True)
class SamePerson:
    """What is known of the person a form may be about."""

    model: FormModel
    known: frozenset[str] | None = None
    """The look-alikes of a record as it was opened: they are shown and not asked about, as its
    correction does not make them alike. None: not looked up."""
    _found: Sequence[LookAlike] = ()
    """The newest answer of the store, the likeliest first."""
    _looked_up: list[Value] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set)
    """The ids of those about whom the operator was asked."""

    def __post_init__(self) -> None:
        """Take an empty form as looked up: nobody is like it."""
        self._looked_up = _identity(self.model.kind.of({}))

    @property
    def likely(self) -> list[LookAlike]:
        """Those who are shown without being asked for; not those said to be different."""
        return [one for one in self._found if one.likely and one.id not in self.model.different]

    @property
    def anybody(self) -> bool:
        """Whether there is anybody to compare with."""
        return bool(self._found)

    def typed(self) -> Record:
        """Return the record as typed."""
        number = self.model.record.id if self.model.record else ""
        extra = self.model.record.extra if self.model.record else None
        return self.model.kind.of({**self.model.values, "id": number, "extra": extra})

    def to_look_up(self) -> Record | None:
        """Return the record as typed, if what tells people apart changed since the last time."""
        typed = self.typed()
        return typed if self.model.kind.person and _identity(typed) != self._looked_up else None

    def open_with(self, record: Record, found: Sequence[LookAlike]) -> None:
        """Take what the store found about the record as it was opened."""
        self.known = frozenset(one.id for one in found)
        self.answer(record, found)

    def answer(self, record: Record, found: Sequence[LookAlike]) -> None:
        """Take what the store found about the record that was looked up."""
        self._looked_up, self._found = _identity(record), found

    def question(self) -> list[Finding]:
        """Return what stops the save until the operator saves again, one finding a person.

        All who are strongly alike are asked about at once, and nobody a second time.
        """
        passed = self._asked | (self.known or frozenset())
        asked = [one for one in self.likely if one.strong and one.id not in passed]
        self._asked |= {one.id for one in asked}
        return [self._finding(one) for one in asked]

    def _finding(self, one: LookAlike) -> Finding:
        at = one.finding.field if one.finding.field in self.model.fields else self.model.at
        return replace(one.finding, field=at, severity=Severity.REASON)


def _identity(record: Record) -> list[Value]:
    return [record.value(name) for name in sorted(tells_apart(type(record)))]
