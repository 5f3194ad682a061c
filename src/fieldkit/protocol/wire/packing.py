"""Write columns, each in the form with the lowest estimated size after compression."""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fieldkit.protocol.change import Json
from fieldkit.protocol.wire.columns import (
    ABSENT,
    DAY,
    DIGITS,
    Cell,
    Item,
    Key,
    day_of,
    item_of,
    keys_of,
    numbers_for,
    whole_of,
)

_ID = re.compile(r"([0-9A-Z]{8})-([1-9][0-9]{0,15})")
_SERIAL = re.compile(r"(.*?)([0-9]{1,15})", re.DOTALL)
_REFERENCES = {"n": "nd", "d": "d", "s": "s"}
"""The readings of the columns to which numbers of a reading can be differences."""
_PROBES = 4
"""Texts of a column that are sampled to find a reading."""
_CANDIDATES = 6
"""Earlier columns tried as the one that determines a column; more rarely help."""
_MOST_REFERENCES = 2
"""Reference columns tried for differences; six take twice as long and save one byte in 70."""
_CHEAPEST_NUMBERS = 30.0
"""The least bits of a column of numbers; a cheaper writing is not compared with it."""


@dataclass(slots=True)
class _Numbers:
    """A column read as numbers: None for a value that the reading cannot express."""

    reading: str
    numbers: list[int | None]
    more: dict[str, Json] = field(default_factory=dict)
    tracks: list[int] | None = None
    """The counter that each number belongs to (of ids: the index of the origin)."""


@dataclass(slots=True)
class _EarlierColumn:
    """A column already written, to which later ones may refer."""

    keys: list[Key] | None
    """The keys of its items; None if an item is nested."""
    distinct: int
    cells: Sequence[Cell]
    reading: str
    """Its reading as numbers; empty if it has none."""
    _numbers: dict[str, list[int | None]] = field(default_factory=dict)

    def numbers_for(self, reading: str) -> list[int | None]:
        """Return its values as numbers comparable to those of another column's reading."""
        if reading not in self._numbers:
            self._numbers[reading] = numbers_for(reading, self.cells)
        return self._numbers[reading]


def pack_columns(columns: Sequence[Sequence[Cell]]) -> list[Json]:
    """Write columns of the same length, at least one row; later ones may refer to earlier ones."""
    earlier: list[_EarlierColumn] = []
    return [_pack(cells, earlier) for cells in columns]


def _pack(cells: Sequence[Cell], earlier: list[_EarlierColumn]) -> Json:
    items = [item_of(cell) for cell in cells]
    keys = keys_of(items)
    distinct = len(set(keys)) if keys is not None else len(items)
    best, packed = _write(items, keys)
    if distinct > 1 and keys is not None:
        for cost, other in _by_earlier(items, keys, distinct, earlier):
            if cost < best:
                best, packed = cost, other
    numbers = _read_numbers(cells) if distinct > 1 else None
    if numbers is not None and best > _CHEAPEST_NUMBERS:
        for cost, other in _as_numbers(cells, numbers, earlier):
            if cost < best:
                best, packed = cost, other
    earlier.append(_EarlierColumn(keys, distinct, cells, numbers.reading if numbers else ""))
    return packed


# The costs are bits, fitted to what zstd makes of such columns: good enough to choose a writing.
_REPEAT = 20.0


def _bits(item: Item) -> float:
    if isinstance(item, str):
        return 8 + 4.6 * len(item)
    if item is None:
        return 3
    if isinstance(item, list) and len(item) == 1 and not isinstance(item[0], dict | list):
        return 12 + _bits(item[0])
    if isinstance(item, dict | list):
        return 400
    return 3 + 3.5 * len(repr(item))


def _write(items: Sequence[Item], keys: Sequence[Key] | None) -> tuple[float, Json]:
    """Return the cost and the form of the cheapest writing that refers to no other column."""
    if keys is None:
        return sum(map(_bits, items)), list(items)
    first = dict(zip(reversed(keys), reversed(items), strict=True))
    counts = Counter(keys)
    if len(counts) == 1 and len(items) > 1:
        return 10 + _bits(items[0]), {"=": items[0]}
    once = {key: _bits(item) for key, item in first.items()}
    every = sum(once.values())
    plain = every + sum(
        (count - 1) * min(once[key], _REPEAT) for key, count in counts.items() if count > 1
    )
    texts = all(item is None or (isinstance(item, str) and item != "") for item in items)
    joined = "|".join(str(item or "") for item in items) if texts else ""
    if texts and joined.count("|") == len(items) - 1:
        best: tuple[float, Json] = plain - 3 * len(items), joined
    else:
        best = plain, list(items)
    if len(counts) <= len(DIGITS):
        of = [first[key] for key in dict.fromkeys(keys)]
        cost = 30 + every + len(items) * _index_bits(counts, len(items))
        if cost < best[0]:
            digit = dict(zip(dict.fromkeys(keys), DIGITS, strict=False))
            best = cost, {"#": "".join(digit[key] for key in keys), "of": of}
    return best


def _index_bits(counts: Mapping[Key, int], total: int) -> float:
    """Return the bits that one character of an index costs, from the entropy of the items."""
    entropy = -sum(n * math.log2(n / total) for n in counts.values()) / total
    return 0.2 + 1.3 * entropy


def _by_earlier(
    items: Sequence[Item], keys: Sequence[Key], distinct: int, earlier: Sequence[_EarlierColumn]
) -> Iterator[tuple[float, Json]]:
    """Yield the costs and forms of writings by an earlier column that determines this one."""
    most = len(items) * 0.7
    usable = [(one.distinct, j) for j, one in enumerate(earlier) if one.keys is not None]
    candidates = sorted(pair for pair in usable if distinct <= pair[0] <= most)
    for _, j in candidates[:_CANDIDATES]:
        of: dict[Key, Item] = {}
        determined: dict[Key, Key] = {}
        for other, key, item in zip(earlier[j].keys or (), keys, items, strict=True):
            if determined.setdefault(other, key) != key:
                break
            of.setdefault(other, item)
        else:
            cost, packed = _write(list(of.values()), list(determined.values()))
            yield 30 + cost, {"by": j, "of": packed}


def _read_numbers(cells: Sequence[Cell]) -> _Numbers | None:
    """Read a column as numbers, if some reading expresses at least half of its values."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    present = sum(cell is not ABSENT for cell in cells)
    integers = sum(type(cell) is int for cell in cells)
    if integers * 2 >= present:
        return _Numbers("n", [whole_of(cell) for cell in cells])
    if len(texts) * 2 < present:
        return None
    found = (_read_like(probe, cells) for probe in texts[:: max(len(texts) // _PROBES, 1)])
    return next((one for one in found if one and _expressed(one) * 2 >= present), None)


def _expressed(column: _Numbers) -> int:
    return sum(number is not None for number in column.numbers)


def _read_like(probe: str, cells: Sequence[Cell]) -> _Numbers | None:
    """Read a column by the reading that one of its texts suggests."""
    if _ID.fullmatch(probe):
        return _ids(cells)
    if DAY.fullmatch(probe):
        return _Numbers("d", [day_of(cell) for cell in cells])
    if probe[-1:] in string.digits and (serial := _SERIAL.fullmatch(probe)):
        return _serials(cells, serial[1], len(serial[2]))
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
    cells: Sequence[Cell], column: _Numbers, earlier: Sequence[_EarlierColumn]
) -> Iterator[tuple[float, Json]]:
    """Yield the costs and forms of a column of numbers: as they are, and as differences."""
    more = dict(column.more)
    extra = 20.0
    if column.tracks is not None and len(set(column.tracks)) > 1:
        tracks: list[Item] = list(column.tracks)
        cost, more["origin"] = _write(tracks, keys_of(tracks))
        extra += cost
    reading = column.reading
    usable = [j for j, one in enumerate(earlier) if one.reading in _REFERENCES.get(reading, ())]
    before = _before(column)
    for reference in (None, -1, *usable[-_MOST_REFERENCES:]):
        bases: Sequence[int]
        if reference is None:
            bases = [0] * len(cells)
        elif reference == -1:
            bases = before
        else:
            numbers = earlier[reference].numbers_for(reading)
            bases = [one if number is None else number
                     for number, one in zip(numbers, before, strict=True)]  # fmt: skip
        items = list(map(_difference, cells, column.numbers, bases))
        cost, packed = _write(items, keys_of(items))
        source: dict[str, Json] = {} if reference is None else {"from": reference}
        yield extra + cost, {reading: packed, **source, **more}


def _before(column: _Numbers) -> list[int]:
    """Return for each row the previous number of the same counter, 0 if there is none."""
    last: dict[int, int] = {}
    before: list[int] = []
    for track, number in zip(
        column.tracks or [0] * len(column.numbers), column.numbers, strict=True
    ):
        before.append(last.get(track, 0))
        if number is not None:
            last[track] = number
    return before


def _difference(cell: Cell, number: int | None, base: int) -> Item:
    if number is not None:
        return number - base
    return None if cell is ABSENT else [cell]
