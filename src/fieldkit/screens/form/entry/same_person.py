"""Another person whom a form may be about: said while typing, asked about once at the save.

Pure. The page looks the person up in the store.
"""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fieldkit.records import Finding, Record, Severity, Value, sentence, tells_apart
from fieldkit.screens.form.entry.model import FormModel


@dataclass(slots=True)
class SamePerson:
    """What is known of the person a form may be about."""

    model: FormModel
    finding: Finding | None = None
    """The newest answer of the store."""
    who: Sequence[str] = ("",)
    """The other person's name, kin, village and last digits."""
    lock: Lock = field(default_factory=Lock)
    """Held while the store answers: a save waits for that."""
    _looked_up: list[Value] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set)
    """The ids of the persons about whom the operator was asked."""

    def __post_init__(self) -> None:
        """Take what the form opened with as looked up: it is known."""
        self.answer(self.model.record or self.model.kind.of({}), None)

    def to_look_up(self) -> Record | None:
        """Return the record as typed, if what tells people apart changed since the last time."""
        number = self.model.record.id if self.model.record else ""
        typed = self.model.kind.of({**self.model.values, "id": number})
        return typed if _identity(typed) != self._looked_up else None

    def answer(self, record: Record, finding: Finding | None, who: Sequence[str] = ()) -> None:
        """Take what the store found about the record that was looked up."""
        self._looked_up, self.finding = _identity(record), finding
        self.who = who or ("",)

    def sentence(self) -> str:
        """Return who it may be, and why; empty if there is nobody."""
        return sentence(self.finding) if self.finding else ""

    @property
    def alike(self) -> str:
        """The labels of what both have in common."""
        names = self.finding.params.get("alike") if self.finding else None
        labels = self.model.kind.fields()
        found = names if isinstance(names, list) else []
        return ", ".join(labels[str(name)].label for name in found if str(name) in labels)

    def question(self) -> list[Finding]:
        """Return what stops the save until the operator saves again; each person stops it once."""
        finding = self.finding
        if finding is None or finding.related[0][1] in self._asked:
            return []
        self._asked.add(finding.related[0][1])
        at = finding.field if finding.field in self.model.fields else self.model.at
        return [replace(finding, field=at, severity=Severity.REASON)]


def _identity(record: Record) -> list[Value]:
    return [record.value(name) for name in sorted(tells_apart(type(record)))]
