"""The milestones of a person or group: the row of steps on their page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fieldkit.records.declaration.field import Condition
from fieldkit.records.fields.base import Value


@dataclass(frozen=True, slots=True)
class Milestone:
    """A point on the way of the person or group that a record is, or is about."""

    place: int
    """Its place in the row, from 1; several kinds may declare the same milestone."""
    word: str
    done: tuple[Condition, ...] = ()
    """What holds of a record that reaches it."""
    stopped: tuple[Condition, ...] = ()
    """What holds of a record with which the way ends there."""
    about: str = ""
    """The reference whose record has the milestone; empty: the record itself."""
    at: str = ""
    """A reference whose record must meet ``there`` as well."""
    there: tuple[Condition, ...] = ()

    def reached(self, values: Mapping[str, Value], there: Mapping[str, Value] | None) -> bool:
        """Say whether a record reaches it; ``there``: the values of what ``at`` refers to."""
        if self.at and (there is None or not _hold(self.there, there)):
            return False
        return _hold(self.done, values)

    def ended(self, values: Mapping[str, Value]) -> bool:
        """Say whether the way ends there with a record."""
        return bool(self.stopped) and _hold(self.stopped, values)


def _hold(conditions: tuple[Condition, ...], values: Mapping[str, Value]) -> bool:
    return all(condition.holds(values) for condition in conditions)
