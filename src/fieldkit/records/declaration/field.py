"""The declaration of one field: what is asked, how it is typed, and what it is used for.

An :class:`Field` stands in the ``Annotated[...]`` of a kind's field. The table, form, validation,
list, search, wire format, import, export and help of that field are all read from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from fieldkit.records.fields.formats import Format, Value


class Use(Enum):
    """What a field serves beside being kept."""

    NAME = auto()
    """The record's own name: found by typing, by sound too, and ranked first."""
    KIN = auto()
    """The name of a father, husband or leader: found by typing, ranked after the own name."""
    PLACE = auto()
    """A village or place: narrows a search by name."""
    DIGITS = auto()
    """A number found by its last digits (mobile)."""
    CODE = auto()
    """An official number or code, found whole."""
    LIST = auto()
    """A column of the kind's list."""
    HAPPENED = auto()
    """The date by which the record stands on a timeline; the latest one given counts."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A field applies only when another field holds one of these values."""

    field: str
    values: tuple[Value, ...]

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Say whether the condition is met by ``values`` (field name -> value)."""
        return values.get(self.field) in self.values


@dataclass(frozen=True, slots=True)
class Field:
    """One question to the person at the keyboard, and everything that follows from it."""

    label: str
    format: Format
    help: str = ""
    section: str = ""
    """Heading the field stands under; empty means the same as the field before it."""
    default: str = ""
    """What stands in the field of a new record until it is changed, as one would type it."""
    required: str = ""
    """Why a record cannot do without this value; empty means it can."""
    due: str = ""
    """The step before which the value is needed; missing until then is shown, never refused."""
    applies: tuple[Condition, ...] = ()
    """All must hold, else the field is skipped."""
    uses: frozenset[Use] = field(default_factory=frozenset)
    headers: tuple[str, ...] = ()
    """Headings under which spreadsheets carry this field, beside its label and name."""
    suggest: str = ""
    """For open lists: the reference list whose entries are offered while typing (``village``)."""
    system: bool = False
    """Kept by the program, never asked in a form."""

    def asked(self, values: Mapping[str, Value]) -> bool:
        """Say whether the field applies to a record that so far holds ``values``."""
        return all(condition.holds(values) for condition in self.applies)
