"""Columns of JSON values, each written in the form that compresses best; exact for any values.

A column goes through two layers. A *reading* turns values into small ones: days, differences,
numbers of ids. A *writing* lays the items down: once if they are all the same, as an index of
one character each into a list, by another column that determines them, or one after the other.
Both are chosen by what they would cost; whoever reads follows what is named and guesses nothing:

======================================  ===========================================================
``"a|b||c"``                            texts, none of them empty; an empty piece is an absent item
``[...]``                               items as they are
``{"=": item}``                         the same item in every row
``{"#": "aab", "of": [...]}``           each character is a place in the list, by ``_DIGITS``
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

import math
import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Final, TypeAlias

from fieldkit.records.change import Json
from fieldkit.sync.errors import TooLarge, Unreadable


class Absent(Enum):
    """No value at all, which null is not."""

    ABSENT = 0


ABSENT: Final = Absent.ABSENT
Cell: TypeAlias = "Json | Absent"
Item: TypeAlias = Json
_Key: TypeAlias = "str | int | tuple[str, str]"

_DIGITS = string.ascii_lowercase + string.ascii_uppercase + string.digits + "-_"
_PLACE = {digit: place for place, digit in enumerate(_DIGITS)}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ORIGIN = re.compile(r"[0-9A-Z]{8}")
_ID = re.compile(r"([0-9A-Z]{8})-([1-9][0-9]{0,15})")
_SERIAL = re.compile(r"(.*?)([0-9]{1,15})", re.DOTALL)
_LARGEST = 1 << 63
_SECONDS_A_DAY, _DAY_0 = 86_400, date(1970, 1, 1).toordinal()
_LEANS = {"n": "nd", "d": "d", "s": "s"}
"""On columns of which readings one may lean."""
_CANDIDATES = 6
"""Columns tried for one to be written by; more rarely finds a better one."""


@dataclass(slots=True)
class _Numbers:
    """A column read as numbers: one for each value that fits, None for the others."""

    reading: str
    numbers: list[int | None]
    more: dict[str, Json] = field(default_factory=dict)
    tracks: list[int] | None = None
    """Which of several counters a number belongs to (ids: the place of the origin)."""


@dataclass(slots=True)
class _Seen:
    """A column already written, for the later ones to lean on."""

    keys: list[_Key] | None
    """What tells its items apart; None: some are no plain values."""
    different: int
    cells: Sequence[Cell]
    reading: str
    """How it reads as numbers; empty if it does not."""


def pack_columns(columns: Sequence[Sequence[Cell]]) -> list[Json]:
    """Write columns of the same length, one or more rows; later ones may lean on earlier ones."""
    seen: list[_Seen] = []
    return [_pack(cells, seen) for cells in columns]


def _pack(cells: Sequence[Cell], seen: list[_Seen]) -> Json:
    items = [_item(cell) for cell in cells]
    keys = _keys(items)
    different = len(set(keys)) if keys is not None else len(items)
    best, packed = _written(items, keys)
    if different > 1 and keys is not None:
        for cost, other in _by_others(items, keys, different, seen):
            if cost < best:
                best, packed = cost, other
    numbers = _numbers(cells) if different > 1 else None
    if numbers is not None:
        for cost, other in _as_numbers(cells, numbers, seen):
            if cost < best:
                best, packed = cost, other
    seen.append(_Seen(keys, different, cells, numbers.reading if numbers else ""))
    return packed


def _item(cell: Cell) -> Item:
    if cell is ABSENT:
        return None
    return [cell] if cell is None or isinstance(cell, list) else cell


def _keys(items: Sequence[Item]) -> list[_Key] | None:
    """Return what tells plain items apart: 1, 1.0 and true are three; None if one is not plain."""
    keys: list[_Key] = []
    for item in items:
        kind = type(item)
        if kind is str or kind is int:
            keys.append(item)  # type: ignore[arg-type]
        elif isinstance(item, dict | list):
            inner = item[0] if isinstance(item, list) else item
            if isinstance(inner, dict | list):
                return None
            keys.append(("list", f"{type(inner).__name__} {inner!r}"))
        else:
            keys.append((kind.__name__, repr(item)))
    return keys


# What a writing costs, in bits: measured on how zstd fares with such columns, good enough to
# choose between them.
_REPEAT = 20.0


def _bits(item: Item) -> float:
    if isinstance(item, list) and len(item) == 1 and not isinstance(item[0], dict | list):
        return 12 + _bits(item[0])
    if isinstance(item, dict | list):
        return 400
    if isinstance(item, str):
        return 8 + 4.6 * len(item)
    return 3 if item is None else 3 + 3.5 * len(repr(item))


def _written(items: Sequence[Item], keys: Sequence[_Key] | None) -> tuple[float, Json]:
    """Return the cheapest writing of items that leans on no other column, and its cost."""
    if keys is None:
        return sum(map(_bits, items)), list(items)
    first = dict(zip(reversed(keys), reversed(items), strict=True))
    counts = Counter(keys)
    if len(counts) == 1 and len(items) > 1:
        return 10 + _bits(items[0]), {"=": items[0]}
    once = {key: _bits(item) for key, item in first.items()}
    plain = sum(once[key] + (count - 1) * min(once[key], _REPEAT) for key, count in counts.items())
    texts = all(item is None or (isinstance(item, str) and item != "") for item in items)
    joined = "|".join(str(item or "") for item in items) if texts else ""
    if texts and joined.count("|") == len(items) - 1:
        best: tuple[float, Json] = plain - 3 * len(items), joined
    else:
        best = plain, list(items)
    if len(counts) <= len(_DIGITS):
        of = [first[key] for key in dict.fromkeys(keys)]
        cost = 30 + sum(once.values()) + len(items) * _surprise(counts, len(items))
        if cost < best[0]:
            digit = dict(zip(dict.fromkeys(keys), _DIGITS, strict=False))
            best = cost, {"#": "".join(digit[key] for key in keys), "of": of}
    return best


def _surprise(counts: Mapping[_Key, int], total: int) -> float:
    """Return the bits that a character of an index costs."""
    entropy = -sum(n * math.log2(n / total) for n in counts.values()) / total
    return 0.2 + 1.3 * entropy


def _by_others(
    items: Sequence[Item], keys: Sequence[_Key], different: int, seen: Sequence[_Seen]
) -> Iterator[tuple[float, Json]]:
    """Give the writings by an earlier column that determines this one."""
    most = len(items) * 0.7
    fit = [(one.different, j) for j, one in enumerate(seen) if one.keys is not None]
    near = sorted(pair for pair in fit if different <= pair[0] <= most)
    for _, j in near[:_CANDIDATES]:
        of: dict[_Key, Item] = {}
        determined: dict[_Key, _Key] = {}
        for other, key, item in zip(seen[j].keys or (), keys, items, strict=True):
            if determined.setdefault(other, key) != key:
                break
            of.setdefault(other, item)
        else:
            cost, packed = _written(list(of.values()), list(determined.values()))
            yield 30 + cost, {"by": j, "of": packed}


def _numbers(cells: Sequence[Cell]) -> _Numbers | None:
    """Read a column as numbers in the way that fits most of its values, if any fits half."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    there = sum(cell is not ABSENT for cell in cells)
    whole = sum(type(cell) is int for cell in cells)
    if whole * 2 >= there:
        return _Numbers("n", [_whole(cell) for cell in cells])
    if len(texts) * 2 < there:
        return None
    probe = texts[len(texts) // 2]
    if _DAY.fullmatch(probe):
        found = _Numbers("d", [_day(cell) for cell in cells])
    elif _ID.fullmatch(probe):
        found = _ids(cells)
    elif probe[-1:] in string.digits and (serial := _SERIAL.fullmatch(probe)):
        found = _serials(cells, serial[1], len(serial[2]))
    else:
        return None
    return found if sum(n is not None for n in found.numbers) * 2 >= there else None


def _whole(cell: Cell) -> int | None:
    fits = isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) < _LARGEST
    return cell if fits and isinstance(cell, int) else None


def _day(cell: Cell) -> int | None:
    if not isinstance(cell, str) or not _DAY.fullmatch(cell):
        return None
    try:
        return date.fromisoformat(cell).toordinal()
    except ValueError:
        return None


def _ids(cells: Sequence[Cell]) -> _Numbers:
    parts = [_ID.fullmatch(cell) if isinstance(cell, str) else None for cell in cells]
    origins = {part[1]: None for part in parts if part}
    place = {origin: at for at, origin in enumerate(origins)}
    return _Numbers(
        "i",
        [int(part[2]) if part else None for part in parts],
        {"origins": list(origins)},
        [place[part[1]] if part else 0 for part in parts],
    )


def _serials(cells: Sequence[Cell], head: str, width: int) -> _Numbers:
    size = len(head) + width

    def read(cell: Cell) -> int | None:
        fits = isinstance(cell, str) and len(cell) == size and cell.startswith(head)
        tail = cell[len(head) :] if fits and isinstance(cell, str) else ""
        return int(tail) if tail.isascii() and tail.isdecimal() else None

    return _Numbers("s", [read(cell) for cell in cells], {"head": head, "width": width})


def _as_numbers(
    cells: Sequence[Cell], column: _Numbers, seen: Sequence[_Seen]
) -> Iterator[tuple[float, Json]]:
    """Give the writings of a column read as numbers: as they are, and as differences."""
    more = dict(column.more)
    extra = 20.0
    if column.tracks is not None and len(set(column.tracks)) > 1:
        tracks: list[Item] = list(column.tracks)
        cost, more["origin"] = _written(tracks, _keys(tracks))
        extra += cost
    reading = column.reading
    beside = [j for j, one in enumerate(seen) if one.reading in _LEANS.get(reading, ())]
    for lean in (None, -1, *beside[-_CANDIDATES:]):
        base = _Base(reading, lean, seen[lean].cells if lean is not None and lean >= 0 else ())
        items = list(_differences(cells, column, base))
        cost, packed = _written(items, _keys(items))
        named: dict[str, Json] = {} if lean is None else {"from": lean}
        yield extra + cost, {reading: packed, **named, **more}


def _differences(cells: Sequence[Cell], column: _Numbers, base: _Base) -> Iterator[Item]:
    for row, (cell, number) in enumerate(zip(cells, column.numbers, strict=True)):
        if number is not None:
            track = column.tracks[row] if column.tracks else 0
            yield number - base.of(row, track)
            base.last[track] = number
        else:
            yield None if cell is ABSENT else [cell]


@dataclass(slots=True)
class _Base:
    """What the numbers of a column are differences to, row by row."""

    reading: str
    lean: int | None
    beside: Sequence[Cell]
    """The column leaned on, if any."""
    last: dict[int, int] = field(default_factory=dict)
    """The number of the row before, by track."""

    def of(self, row: int, track: int) -> int:
        """Return the base of a row; where the column leaned on has none, the row before's."""
        if self.lean is None:
            return 0
        beside = _read_beside(self.reading, self.beside[row]) if self.beside else None
        return self.last.get(track, 0) if beside is None else beside


def _read_beside(reading: str, cell: Cell) -> int | None:
    """Read a value of another column as a number of this one's reading, as well as it goes."""
    if isinstance(cell, str) and reading == "s":
        digits = len(cell) - len(cell.rstrip(string.digits))
        return int(cell[-min(digits, 15) :]) if digits else None
    if isinstance(cell, str):
        day = _day(cell)
        return day if day is None or reading == "d" else (day - _DAY_0) * _SECONDS_A_DAY
    return _whole(cell) if reading == "n" else None


@dataclass(slots=True)
class Room:
    """What may still come out of a message: a short text can stand for a long one many times."""

    left: int

    def take(self, size: int) -> None:
        """Use some of it up.

        Raises:
            TooLarge: there is not so much left.
        """
        self.left -= size
        if self.left < 0:
            raise TooLarge("This message is too large once unpacked.")


def unpack_columns(packed: Json, rows: int, room: Room) -> list[list[Cell]]:
    """Read what :func:`pack_columns` wrote, each column of so many rows.

    Raises:
        Unreadable: it is not that.
        TooLarge: it stands for more than there is room for.
    """
    if not isinstance(packed, list):
        raise Unreadable("The columns are no list.")
    reader = _Reader(rows, room)
    for column in packed:
        reader.read(column)
    return reader.cells


class _Reader:
    """Reads the columns of one table, one after the other."""

    def __init__(self, rows: int, room: Room) -> None:
        self._rows = rows
        self._room = room
        self.cells: list[list[Cell]] = []

    def read(self, column: Json) -> None:
        """Read the next column."""
        if isinstance(column, dict) and "by" in column:
            cells = [_cell(item) for item in self._by_other(column)]
        elif isinstance(column, dict) and (reading := next((r for r in "ndsi" if r in column), "")):
            cells = list(self._from_numbers(reading, column))
        else:
            cells = [_cell(item) for item in self._items(column, self._rows)]
        self.cells.append(cells)

    def _items(self, writing: Json, rows: int) -> list[Item]:
        """Read a writing of so many items that leans on no other column."""
        items: list[Item] = []
        if isinstance(writing, str) and writing.count("|") == rows - 1:
            items = [piece or None for piece in writing.split("|")]
        elif isinstance(writing, list):
            items = writing
        elif isinstance(writing, dict) and "=" in writing:
            items = self._taken([writing["="]], [0] * rows)
        elif isinstance(writing, dict):
            text, of = writing.get("#"), writing.get("of")
            if isinstance(text, str) and isinstance(of, list) and len(text) == rows:
                items = self._taken(of, [_PLACE.get(digit, len(of)) for digit in text])
        if len(items) != rows:
            raise Unreadable("A column is not of the length of its table.")
        return items

    def _by_other(self, column: dict[str, Json]) -> list[Item]:
        """Read items that an earlier column determines."""
        cells = self._column(column["by"])
        keys = _keys([_item(cell) for cell in cells])
        if keys is None:
            raise Unreadable("A column leans on one that determines nothing.")
        order = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        of = self._items(column.get("of"), len(order))
        return self._taken(of, [order[key] for key in keys])

    def _column(self, at: Json) -> list[Cell]:
        if type(at) is not int or not 0 <= at < len(self.cells):
            raise Unreadable("A column leans on one that is not there.")
        return self.cells[at]

    def _taken(self, of: Sequence[Item], places: Sequence[int]) -> list[Item]:
        """Take items from a list by their places, as far as there is room for them."""
        for place, count in Counter(places).items():
            if place >= len(of):
                raise Unreadable("A column names an item that is not there.")
            self._room.take(_size(of[place]) * count)
        return [of[place] for place in places]

    def _from_numbers(self, reading: str, column: dict[str, Json]) -> Iterator[Cell]:
        """Read values that were written as numbers."""
        rows, lean = self._rows, column.get("from")
        base = _Base(reading, None, ())
        if lean is not None:
            base = _Base(reading, -1, () if lean == -1 else self._column(lean))
        value = _Value(reading, column)
        self._room.take(rows * value.size)
        tracks: list[Item] = [0] * rows
        if "origin" in column:
            tracks = self._items(column["origin"], rows)
        for row, item in enumerate(self._items(column[reading], rows)):
            track = tracks[row]
            if type(item) is not int:
                yield _cell(item)
            elif type(track) is int and 0 <= track >= 0:
                number = base.of(row, track) + item
                base.last[track] = number
                yield value.of(number, track)
            else:
                raise Unreadable("An id names an origin that is not there.")


class _Value:
    """Turns the numbers of one column back into its values."""

    def __init__(self, reading: str, column: dict[str, Json]) -> None:
        head, width, origins = (column.get(name) for name in ("head", "width", "origins"))
        self._reading = reading
        self._head = head if isinstance(head, str) else ""
        self._width = width if type(width) is int and 1 <= width <= 15 else 0
        self._origins = origins if isinstance(origins, list) else []
        self.size = 25 + len(self._head)
        """Characters that one value takes at most."""

    def of(self, number: int, track: int) -> Json:
        """Return the value of a number.

        Raises:
            Unreadable: there is none.
        """
        if self._reading == "n" and abs(number) < _LARGEST:
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


def _cell(item: Item) -> Cell:
    """Return what an item stands for where no reading gives it another sense."""
    if item is None:
        return ABSENT
    if not isinstance(item, list):
        return item
    if len(item) != 1:
        raise Unreadable("An item in brackets is not one value.")
    return item[0]


def _size(item: Item) -> int:
    """Return about how long a plain item is as text; others are never shared."""
    inner = item[0] if isinstance(item, list) and len(item) == 1 else item
    if isinstance(inner, dict | list):
        raise Unreadable("An item that is no plain value cannot be shared.")
    return len(inner) if isinstance(inner, str) else len(repr(inner))
