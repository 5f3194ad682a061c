"""The declaration of one field: what is asked, how it is typed, and what it is used for.

The table, form, validation, list, search, wire format, import, export and help of a field are all
read from its :class:`Field`. A kind declares one with :func:`field`; a field that several kinds
share is an ``Annotated[..., Field(...)]`` alias (:mod:`fieldkit.records.declaration.parts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from typing import cast

from sqlmodel import Field as SQLField

from fieldkit.records.fields.base import V
from fieldkit.records.fields.formats import Format, Value


class Use(Flag):
    """What a field serves beside being stored; uses are joined with ``|``."""

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
    """The date of the record's line on a timeline; the latest one given counts. Kinds with a
    lifecycle have a line for each dated step instead."""


NO_USE = Use(0)


class Twice(StrEnum):
    """A number in which a wrong digit costs much: a laptop may ask for it twice.

    The values stand in a file of the laptop.
    """

    ACCOUNT = "account number"
    IFSC = "IFSC"
    MOBILE = "mobile"


@dataclass(frozen=True, slots=True)
class Condition:
    """A field applies only when another field holds one of these values."""

    field: str
    values: tuple[Value, ...]

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Say whether ``values`` (field name -> value) meet the condition."""
        return values.get(self.field) in self.values


def when(**fields: Value | tuple[Value, ...]) -> tuple[Condition, ...]:
    """Return one condition for each named field: it holds this value, or one of these values."""
    return tuple(
        Condition(name, wanted if isinstance(wanted, tuple) else (wanted,))
        for name, wanted in fields.items()
    )


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
    """All must hold, else the field is skipped. A lifecycle adds its own condition."""
    uses: Use = NO_USE
    suggest: str = ""
    """For open lists: the reference list whose entries are offered while typing (``village``)."""
    replaced_by: str = ""
    """The kind or field that says this now: the value is still shown, exported and imported, and
    not asked any more."""
    twice: Twice | None = None
    """As what the form asks it a second time, without showing the first, if the laptop does so."""
    system: bool = False
    """Set by the program, never asked in a form."""

    @property
    def open_list(self) -> str:
        """The open list whose entries are offered while one types: its own, or its format's."""
        return self.suggest or self.format.suggest

    @property
    def own(self) -> bool:
        """Whether one record alone has it: its name, a code, what its format says is one's own.

        A form does not offer what the last record has there, nor keep it for the next.
        """
        return self.format.own or bool(self.uses & (Use.NAME | Use.CODE))

    def asked(self, values: Mapping[str, Value]) -> bool:
        """Say whether the field applies to a record that so far holds ``values``."""
        return all(condition.holds(values) for condition in self.applies)


def field(
    label: str,
    format: Format[V],  # noqa: A002 - the word of Field
    help: str = "",  # noqa: A002 - the word of Field
    *,
    section: str = "",
    default: str = "",
    required: str = "",
    due: str = "",
    applies: tuple[Condition, ...] = (),
    uses: Use = NO_USE,
    suggest: str = "",
    replaced_by: str = "",
    twice: Twice | None = None,
) -> V | None:
    """Declare a field of a kind: ``name: str | None = field("Name", TEXT, uses=Use.NAME)``.

    The arguments are those of :class:`Field`. The type checker sees a value of the format's type,
    so that annotation and format agree; pydantic sees a column that may be empty.
    """
    column = SQLField(default=None)
    column.metadata.append(
        Field(
            label,
            format,
            help,
            section,
            default,
            required,
            due,
            applies,
            uses,
            suggest,
            replaced_by,
            twice,
        )
    )
    return cast("V | None", column)
