"""Columns of JSON values, each written in the form that compresses best; exact for any values.

A column goes through two layers. A *reading* turns values into small ones: days, differences,
numbers of ids. A *writing* lays the items down: once if they are all the same, as an index of
one character each into a list, by another column that determines them, or one after the other.
Both are chosen by what they would cost; whoever reads follows what is named and guesses nothing:

======================================  ===========================================================
``"a|b||c"``                            texts, none of them empty; an empty piece is an absent item
``[...]``                               items as they are
``{"=": item}``                         the same item in every row
``{"#": "aab", "of": [...]}``           each character is a place in the list, by :data:`DIGITS`
``{"by": j, "of": [...]}``              one item for each different item of column ``j``
``{"n": writing, "from": j}``           whole numbers; see ``from`` below
``{"d": writing, "from": j}``           ISO dates, as days since the year 1
``{"s": writing, "from": j, "head":     texts that end in digits: what stands before them, and how
"PMV", "width": 7}``                    many digits there are
``{"i": writing, "from": j, "origins":  record ids: the number, and which of the origins (the first
[...], "origin": writing}``             if ``origin`` is left out)
======================================  ===========================================================

``from``: the number is a difference, to that of the row before (-1), or to that of the same row in
column ``j``; left out, it is the number itself. An item is null for an absent value, ``[value]``
for null, for a list, and for what the reading does not fit; else the value itself.
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
    """No value at all, which null is not."""

    ABSENT = 0


ABSENT: Final = Absent.ABSENT
Cell: TypeAlias = "Json | Absent"
Item: TypeAlias = Json
Key: TypeAlias = "str | int | tuple[str, str]"

DIGITS = string.ascii_lowercase + string.ascii_uppercase + string.digits + "-_"
"""Of an index: so many different items it can tell apart."""
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LARGEST = 1 << 63
"""Whole numbers of this size or more are not read as numbers."""
_SECONDS_A_DAY, _DAY_0 = 86_400, date(1970, 1, 1).toordinal()


def item_of(cell: Cell) -> Item:
    """Return the item that stands for a value where no reading gives it another form."""
    if cell is ABSENT:
        return None
    return [cell] if cell is None or isinstance(cell, list) else cell


def cell_of(item: Item) -> Cell:
    """Return what an item stands for where no reading gives it another sense."""
    if item is None:
        return ABSENT
    if not isinstance(item, list):
        return item
    if len(item) != 1:
        raise Unreadable("An item in brackets is not one value.")
    return item[0]


_THEMSELVES = {str, int}
_NONE = ("NoneType", "None")


def keys_of(items: Sequence[Item]) -> list[Key] | None:
    """Return what tells plain items apart: 1, 1.0 and true are three; None if one is not plain."""
    if {*map(type, items)} <= _THEMSELVES:
        return list(items)  # type: ignore[arg-type]
    keys: list[Key] = []
    for item in items:
        if type(item) in _THEMSELVES:
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
    """Return a value that is a whole number of ordinary size."""
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) < LARGEST:
        return cell
    return None


def day_of(cell: Cell) -> int | None:
    """Return the day of an ISO date, counted from the year 1."""
    if not isinstance(cell, str) or not DAY.fullmatch(cell):
        return None
    try:
        return date.fromisoformat(cell).toordinal()
    except ValueError:
        return None


@dataclass(slots=True)
class Base:
    """What the numbers of a column are differences to, row by row."""

    apart: bool
    """Whether they are differences at all."""
    beside: Sequence[int | None] = ()
    """The numbers of the column leaned on, if any."""
    last: dict[int, int] = field(default_factory=dict)
    """The number of the row before, by track."""

    def of(self, row: int, track: int) -> int:
        """Return the base of a row; where the column leaned on has none, the row before's."""
        if not self.apart:
            return 0
        beside = self.beside[row] if self.beside else None
        return self.last.get(track, 0) if beside is None else beside


def beside(reading: str, cells: Sequence[Cell]) -> list[int | None]:
    """Read the values of a column as numbers of another one's reading, as well as it goes."""
    return [_beside(reading, cell) for cell in cells]


def _beside(reading: str, cell: Cell) -> int | None:
    if isinstance(cell, str) and reading == "s":
        digits = len(cell) - len(cell.rstrip(string.digits))
        return int(cell[-min(digits, 15) :]) if digits else None
    if isinstance(cell, str):
        day = day_of(cell)
        return day if day is None or reading == "d" else (day - _DAY_0) * _SECONDS_A_DAY
    return whole_of(cell) if reading == "n" else None
