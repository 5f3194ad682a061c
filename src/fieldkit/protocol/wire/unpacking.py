"""Read packed columns, within bounds: any input is read exactly or refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from fieldkit.protocol.change import Json
from fieldkit.protocol.wire.columns import (
    DIGITS,
    LARGEST,
    Cell,
    DifferenceBase,
    Item,
    cell_of,
    item_of,
    keys_of,
    numbers_for,
)
from fieldkit.protocol.wire.errors import TooLarge, Unreadable

_ORIGIN = re.compile(r"[0-9A-Z]{8}")
_PLACE = {digit: place for place, digit in enumerate(DIGITS)}


@dataclass(slots=True)
class SizeBudget:
    """The bytes that a message may still unpack to, as little input can stand for much output."""

    left: int

    def spend(self, size: int) -> None:
        """Use up ``size`` bytes.

        Raises:
            TooLarge: fewer are left.
        """
        self.left -= size
        if self.left < 0:
            raise TooLarge("This message is too large once unpacked.")


def unpack_columns(packed: Json, rows: int, budget: SizeBudget) -> list[list[Cell]]:
    """Read columns that :func:`pack_columns` wrote, each of ``rows`` rows.

    Raises:
        Unreadable: ``packed`` is not of that form.
        TooLarge: the result exceeds the budget.
    """
    if not isinstance(packed, list):
        raise Unreadable("The columns are no list.")
    reader = _Reader(rows, budget)
    for column in packed:
        reader.read(column)
    return reader.cells


class _Reader:
    """Reads the columns of one table in order."""

    def __init__(self, rows: int, budget: SizeBudget) -> None:
        self._rows = rows
        self._budget = budget
        self.cells: list[list[Cell]] = []

    def read(self, column: Json) -> None:
        """Read the next column."""
        if isinstance(column, dict) and "by" in column:
            cells = [cell_of(item) for item in self._by_column(column)]
        elif isinstance(column, dict) and (reading := next((r for r in "ndsi" if r in column), "")):
            cells = list(self._from_numbers(reading, column))
        else:
            cells = [cell_of(item) for item in self._items(column, self._rows)]
        self.cells.append(cells)

    def _items(self, writing: Json, rows: int) -> list[Item]:
        """Read a writing of ``rows`` items that refers to no other column."""
        items: list[Item] = []
        if isinstance(writing, str) and writing.count("|") == rows - 1:
            items = [piece or None for piece in writing.split("|")]
        elif isinstance(writing, list):
            items = writing
        elif isinstance(writing, dict) and "=" in writing:
            items = self._pick([writing["="]], [0] * rows)
        elif isinstance(writing, dict):
            text, of = writing.get("#"), writing.get("of")
            if isinstance(text, str) and isinstance(of, list) and len(text) == rows:
                items = self._pick(of, [_PLACE.get(digit, len(of)) for digit in text])
        if len(items) != rows:
            raise Unreadable("A column is not of the length of its table.")
        return items

    def _by_column(self, column: dict[str, Json]) -> list[Item]:
        """Read items that an earlier column determines."""
        cells = self._column(column["by"])
        keys = keys_of([item_of(cell) for cell in cells])
        if keys is None:
            raise Unreadable("A column refers to one that determines nothing.")
        order = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        of = self._items(column.get("of"), len(order))
        return self._pick(of, [order[key] for key in keys])

    def _column(self, at: Json) -> list[Cell]:
        if type(at) is not int or not 0 <= at < len(self.cells):
            raise Unreadable("A column refers to one that is not there.")
        return self.cells[at]

    def _pick(self, of: Sequence[Item], places: Sequence[int]) -> list[Item]:
        """Return the items at these places of a list, charging the budget for each copy."""
        for place, count in Counter(places).items():
            if place >= len(of):
                raise Unreadable("A column names an item that is not there.")
            self._budget.spend(_size(of[place]) * count)
        return [of[place] for place in places]

    def _from_numbers(self, reading: str, column: dict[str, Json]) -> Iterator[Cell]:
        """Read values that were written as numbers."""
        rows, reference = self._rows, column.get("from")
        cells = () if reference is None or reference == -1 else self._column(reference)
        base = DifferenceBase(reference is not None, numbers_for(reading, cells))
        value = _Value(reading, column)
        self._budget.spend(rows * value.size)
        tracks: list[Item] = [0] * rows
        if "origin" in column:
            tracks = self._items(column["origin"], rows)
        for row, item in enumerate(self._items(column[reading], rows)):
            track = tracks[row]
            if type(item) is not int:
                yield cell_of(item)
            elif type(track) is int and track >= 0:
                number = base.of(row, track) + item
                base.last[track] = number
                yield value.of(number, track)
            else:
                raise Unreadable("An id names an origin that is not there.")


class _Value:
    """Converts the numbers of one column back into values."""

    def __init__(self, reading: str, column: dict[str, Json]) -> None:
        head, width, origins = (column.get(name) for name in ("head", "width", "origins"))
        self._reading = reading
        self._head = head if isinstance(head, str) else ""
        self._width = width if type(width) is int and 1 <= width <= 15 else 0
        self._origins = origins if isinstance(origins, list) else []
        self.size = 25 + len(self._head)
        """Most characters of one value."""

    def of(self, number: int, track: int) -> Json:
        """Return the value of a number.

        Raises:
            Unreadable: the number has no value in this reading.
        """
        if self._reading == "n" and abs(number) < LARGEST:
            return number
        if self._reading == "d" and 1 <= number <= date.max.toordinal():
            return date.fromordinal(number).isoformat()
        if self._reading == "s" and 0 <= number < 10**self._width:
            return f"{self._head}{number:0{self._width}d}"
        if self._reading == "i" and 1 <= number < 10**16 and track < len(self._origins):
            origin = self._origins[track]
            if isinstance(origin, str) and _ORIGIN.fullmatch(origin):
                return f"{origin}-{number}"
        raise Unreadable("A number stands for no value.")


def _size(item: Item) -> int:
    """Return the approximate text length of an item.

    Raises:
        Unreadable: the item is nested; such items may not be shared.
    """
    inner = item[0] if isinstance(item, list) and len(item) == 1 else item
    if isinstance(inner, dict | list):
        raise Unreadable("An item that is no plain value cannot be shared.")
    return len(inner) if isinstance(inner, str) else len(repr(inner))
