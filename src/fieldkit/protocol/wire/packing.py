"""Writing columns: which form each gets, by what it would cost."""

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
    beside,
    day_of,
    item_of,
    keys_of,
    whole_of,
)

_ID = re.compile(r"([0-9A-Z]{8})-([1-9][0-9]{0,15})")
_SERIAL = re.compile(r"(.*?)([0-9]{1,15})", re.DOTALL)
_LEANS = {"n": "nd", "d": "d", "s": "s"}
"""On columns of which readings one may lean."""
_PROBES = 4
"""Texts of a column that are looked at to see how it might read."""
_CANDIDATES = 6
"""Columns tried for one to be written by; more rarely finds a better one."""
_LEANED_ON = 2
"""Columns tried for numbers to be differences to; six take twice as long to save one byte in 70."""
_CHEAPEST_NUMBERS = 30.0
"""Bits that numbers cost at least: what is written in less needs no such trial."""


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

    keys: list[Key] | None
    """What tells its items apart; None: some are no plain values."""
    different: int
    cells: Sequence[Cell]
    reading: str
    """How it reads as numbers; empty if it does not."""
    _beside: dict[str, list[int | None]] = field(default_factory=dict)

    def beside(self, reading: str) -> list[int | None]:
        """Return its values as numbers of another column's reading."""
        if reading not in self._beside:
            self._beside[reading] = beside(reading, self.cells)
        return self._beside[reading]


def pack_columns(columns: Sequence[Sequence[Cell]]) -> list[Json]:
    """Write columns of the same length, one or more rows; later ones may lean on earlier ones."""
    seen: list[_Seen] = []
    return [_pack(cells, seen) for cells in columns]


def _pack(cells: Sequence[Cell], seen: list[_Seen]) -> Json:
    items = [item_of(cell) for cell in cells]
    keys = keys_of(items)
    different = len(set(keys)) if keys is not None else len(items)
    best, packed = _written(items, keys)
    if different > 1 and keys is not None:
        for cost, other in _by_others(items, keys, different, seen):
            if cost < best:
                best, packed = cost, other
    numbers = _numbers(cells) if different > 1 else None
    if numbers is not None and best > _CHEAPEST_NUMBERS:
        for cost, other in _as_numbers(cells, numbers, seen):
            if cost < best:
                best, packed = cost, other
    seen.append(_Seen(keys, different, cells, numbers.reading if numbers else ""))
    return packed


# What a writing costs, in bits: measured on how zstd fares with such columns, good enough to
# choose between them.
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


def _written(items: Sequence[Item], keys: Sequence[Key] | None) -> tuple[float, Json]:
    """Return the cheapest writing of items that leans on no other column, and its cost."""
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
        cost = 30 + every + len(items) * _surprise(counts, len(items))
        if cost < best[0]:
            digit = dict(zip(dict.fromkeys(keys), DIGITS, strict=False))
            best = cost, {"#": "".join(digit[key] for key in keys), "of": of}
    return best


def _surprise(counts: Mapping[Key, int], total: int) -> float:
    """Return the bits that a character of an index costs."""
    entropy = -sum(n * math.log2(n / total) for n in counts.values()) / total
    return 0.2 + 1.3 * entropy


def _by_others(
    items: Sequence[Item], keys: Sequence[Key], different: int, seen: Sequence[_Seen]
) -> Iterator[tuple[float, Json]]:
    """Give the writings by an earlier column that determines this one."""
    most = len(items) * 0.7
    fit = [(one.different, j) for j, one in enumerate(seen) if one.keys is not None]
    near = sorted(pair for pair in fit if different <= pair[0] <= most)
    for _, j in near[:_CANDIDATES]:
        of: dict[Key, Item] = {}
        determined: dict[Key, Key] = {}
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
        return _Numbers("n", [whole_of(cell) for cell in cells])
    if len(texts) * 2 < there:
        return None
    found = (_like(probe, cells) for probe in texts[:: max(len(texts) // _PROBES, 1)])
    return next((one for one in found if one and _fitting(one) * 2 >= there), None)


def _fitting(column: _Numbers) -> int:
    return sum(number is not None for number in column.numbers)


def _like(probe: str, cells: Sequence[Cell]) -> _Numbers | None:
    """Read a column in the way that one of its texts suggests."""
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
    cells: Sequence[Cell], column: _Numbers, seen: Sequence[_Seen]
) -> Iterator[tuple[float, Json]]:
    """Give the writings of a column read as numbers: as they are, and as differences."""
    more = dict(column.more)
    extra = 20.0
    if column.tracks is not None and len(set(column.tracks)) > 1:
        tracks: list[Item] = list(column.tracks)
        cost, more["origin"] = _written(tracks, keys_of(tracks))
        extra += cost
    reading = column.reading
    near = [j for j, one in enumerate(seen) if one.reading in _LEANS.get(reading, ())]
    before = _before(column)
    for lean in (None, -1, *near[-_LEANED_ON:]):
        bases: Sequence[int]
        if lean is None:
            bases = [0] * len(cells)
        elif lean == -1:
            bases = before
        else:
            there = seen[lean].beside(reading)
            bases = [one if number is None else number
                     for number, one in zip(there, before, strict=True)]  # fmt: skip
        items = list(map(_difference, cells, column.numbers, bases))
        cost, packed = _written(items, keys_of(items))
        named: dict[str, Json] = {} if lean is None else {"from": lean}
        yield extra + cost, {reading: packed, **named, **more}


def _before(column: _Numbers) -> list[int]:
    """Return for each row the number before it of the same counter, 0 if there is none."""
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
