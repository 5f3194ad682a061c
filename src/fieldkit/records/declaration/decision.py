"""The declaration of a kind whose records decide on the records they are about. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fieldkit.records.declaration.field import Condition


@dataclass(frozen=True, slots=True)
class Decision:
    """The fields of a decision, and what follows from it."""

    about: str
    """The reference to what it decides on."""
    stage: str
    """The field of the stage, an entry of its list."""
    outcome: str
    """The field of what was decided."""
    approve: str
    """The entry of the outcome's list that lets it go on."""
    reject: str
    """The entry that ends it."""
    on: str
    """The field of the day."""
    by: str
    """The field of the office that decided."""
    reason: str
    """The field of the reason."""
    ended: tuple[Condition, ...] = ()
    """What holds of a record for which no decision is waited for any more."""
    stands: str = ""
    """The field of what it decides on that says how far that has come."""
    becomes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By stage and outcome: the entry of ``stands`` that follows, in the order of its list."""
