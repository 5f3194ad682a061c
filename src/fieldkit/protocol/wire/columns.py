"""Columns of JSON values, each written in the form that compresses best; lossless for any values.

A column is encoded in two steps. A *reading* turns values into small items: days, differences,
the numbers of ids. A *writing* stores the items: once if all are the same, as an index of one
character each into a list, by another column that determines them, or one after the other. The
writer chooses both by estimated size; the form names them, so the reader need not guess:

======================================  ===========================================================
``"a|b||c"``                            non-empty texts; an empty piece is an absent item
``[...]``                               items as they are
``{"=": item}``                         the same item in every row
``{"#": "aab", "of": [...]}``           each character is a place in the list, by :data:`DIGITS`
``{"by": j, "of": [...]}``              one item for each distinct item of column ``j``
``{"n": writing, "from": j}``           whole numbers; see ``from`` below
``{"d": writing, "from": j}``           ISO dates, as days since the year 1
``{"s": writing, "from": j, "head":     texts that end in digits: the text before the digits and the
"PMV", "width": 7}``                    count of the digits
``{"i": writing, "from": j, "origins":  record ids: the number, and the index of the origin (0 if
[...], "origin": writing}``             ``origin`` is left out)
======================================  ===========================================================

``from``: the numbers are differences to the row before (-1), or to the same row of column ``j``;
if left out, they are the numbers themselves. An item is null for an absent value, ``[value]`` for
null, for a list and for a value that the reading cannot express; otherwise the value itself.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Final, TypeAlias

from fieldkit.protocol.change import Json
from fieldkit.protocol.wire.errors import Unreadable


class Absent(Enum):
    """The sentinel of an absent value, which differs from null."""

    ABSENT = 0


ABSENT: Final = Absent.ABSENT
Cell: TypeAlias = "Json | Absent"
Item: TypeAlias = Json
Key: TypeAlias = "str | int | tuple[str, str]"

DIGITS = string.ascii_lowercase + string.ascii_uppercase + string.digits + "-_"
"""The characters of an index; their count limits how many distinct items it can tell apart."""
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LARGEST = 1 << 63
"""Integers of this magnitude or more are not read as numbers."""
_SECONDS_A_DAY, _DAY_0 = 86_400, date(1970, 1, 1).toordinal()


def item_of(cell: Cell) -> Item:
    """Return the item of a value that no reading converts."""
    if cell is ABSENT:
        return None
    return [cell] if cell is None or isinstance(cell, list) else cell


def cell_of(item: Item) -> Cell:
    """Return the value of an item that no reading converts."""
    if item is None:
        return ABSENT
    if not isinstance(item, list):
        return item
    if len(item) != 1:
        raise Unreadable("An item in brackets is not one value.")
    return item[0]


_OWN_KEYS = {str, int}
"""Types whose values are their own keys."""
_NONE = ("NoneType", "None")


def keys_of(items: Sequence[Item]) -> list[Key] | None:
    """Return keys that compare items exactly (1, 1.0 and true differ); None if one is nested."""
    if {*map(type, items)} <= _OWN_KEYS:
        return list(items)  # type: ignore[arg-type]
    keys: list[Key] = []
    for item in items:
        if type(item) in _OWN_KEYS:
            keys.append(item)  # type: ignore[arg-type]
        elif item is None:
            keys.append(_NONE)
        elif isinstance(item, dict | list):
            inner = item[0] if isinstance(item, list) else item
            if isinstance(inner, dict | list):
                return None
            keys.append(("list", f"{type(inner).__name__} {inner!r}"))
        else:
            keys.append((type(item).__name__, repr(item)))
    return keys


def whole_of(cell: Cell) -> int | None:
    """Return a value that is an integer below :data:`LARGEST`, else None."""
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) < LARGEST:
        return cell
    return None


def day_of(cell: Cell) -> int | None:
    """Return the day number of an ISO date, counted from the year 1; None for any other value."""
    if not isinstance(cell, str) or not DAY.fullmatch(cell):
        return None
    try:
        return date.fromisoformat(cell).toordinal()
    except ValueError:
        return None


@dataclass(slots=True)
class DifferenceBase:
    """The numbers to which the numbers of a column are differences, row by row."""

    differences: bool
    """Whether the column holds differences at all."""
    reference: Sequence[int | None] = ()
    """The numbers of the reference column, if there is one."""
    last: dict[int, int] = field(default_factory=dict)
    """The number of the row before, by track."""

    def of(self, row: int, track: int) -> int:
        """Return the base of a row: the reference column's number, else that of the row before."""
        if not self.differences:
            return 0
        number = self.reference[row] if self.reference else None
        return self.last.get(track, 0) if number is None else number


def numbers_for(reading: str, cells: Sequence[Cell]) -> list[int | None]:
    """Return the values of a reference column as numbers comparable to those of ``reading``."""
    return [_number_for(reading, cell) for cell in cells]


def _number_for(reading: str, cell: Cell) -> int | None:
    if isinstance(cell, str) and reading == "s":
        digits = len(cell) - len(cell.rstrip(string.digits))
        return int(cell[-min(digits, 15) :]) if digits else None
    if isinstance(cell, str):
        day = day_of(cell)
        return day if day is None or reading == "d" else (day - _DAY_0) * _SECONDS_A_DAY
    return whole_of(cell) if reading == "n" else None
