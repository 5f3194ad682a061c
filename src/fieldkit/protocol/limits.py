"""What a change may hold at most, so that it always reaches the server: one word for both sides.

The laptop logs nothing beyond these bounds, because its queue could not get past it; the server
takes nothing beyond them. Two hundred changes of the largest size still fit into one message.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from fieldkit.aadhaar import holds_aadhaar
from fieldkit.protocol.change import Json, canonical
from fieldkit.protocol.merge import PLACE

LARGEST_WHOLE = (1 << 53) - 1
"""Whole numbers of a message beyond this are not kept exactly by every reader of JSON."""
LARGEST_VALUE = (1 << 63) - 1
"""Whole numbers of a field beyond this no database keeps."""
LONGEST_NAME = 100
"""Characters of a field's name."""
MOST_FIELDS = 500
"""Fields of one change."""
LARGEST_CHANGE = 32 * 1024
"""Bytes of the fields of one change in their canonical form."""
DEEPEST = 50
"""Lists and objects within each other."""
_NOT_KEPT = re.compile("[\0\ud800-\udfff]")


def unsendable(fields: Mapping[str, Json], size: int | None = None) -> tuple[str, str] | None:
    """Return a field that no change can carry, and the code of why; None if all can be sent.

    ``size``: bytes that they have in their canonical form at most, where that is known.
    """
    for name, value in fields.items():
        if not _ordinary(name, value) and (code := _unsendable(name, value)):
            return name, code
    if len(fields) > MOST_FIELDS:
        return next(iter(fields)), "unsendable.many"
    if size is not None and size <= LARGEST_CHANGE:
        return None
    if len(canonical(dict(fields))) > LARGEST_CHANGE:
        largest = max(fields, key=lambda name: len(canonical(fields[name])))
        return largest, "unsendable.large"
    return None


def _ordinary(name: str, value: Json) -> bool:
    """Say at a glance that nothing is wrong with a field, as with nearly every one of a roster."""
    if isinstance(value, str):
        fine = value.isascii() and "\0" not in value
    elif isinstance(value, int):
        fine = -LARGEST_VALUE <= value <= LARGEST_VALUE
    else:
        fine = value is None
    return fine and len(name) <= LONGEST_NAME and name.isidentifier()


def _unsendable(name: str, value: Json) -> str | None:
    if not 1 <= len(name) <= LONGEST_NAME:
        return "unsendable.name"
    if name == PLACE:
        return "unsendable.own_name"
    if too_deep(value):
        return "unsendable.deep"
    if not all(map(_is_whole, (name, *scalars(value)))):
        return "unsendable.character"
    if not all(map(_is_finite, scalars(value))):
        return "unsendable.number"
    return None


def scalars(value: Json) -> Iterator[str | int | float | bool | None]:
    """Give every text, number and name in a value, however it is nested."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += [*part, *part.values()]
        elif isinstance(part, list):
            waiting += part
        else:
            yield part


def hides_aadhaar(value: Json) -> bool:
    """Say whether a value holds a whole Aadhaar number anywhere, names and numbers included."""
    texts = (str(part) for part in scalars(value))
    return any(len(text) >= 12 and holds_aadhaar(text) for text in texts)


def too_deep(value: Json) -> bool:
    """Say whether lists and objects are nested deeper than programs that read JSON follow."""
    level = [value]
    for _ in range(DEEPEST):
        if not level:
            return False
        level = [inner for part in level for inner in _within(part)]
    return bool(level)


def _within(part: Json) -> Iterator[Json]:
    if isinstance(part, dict):
        yield from part.values()
    elif isinstance(part, list):
        yield from part


def _is_whole(part: object) -> bool:
    """Say whether a text has no half of a character and no NUL, which only damage can bring."""
    return not isinstance(part, str) or _NOT_KEPT.search(part) is None


def _is_finite(part: object) -> bool:
    if isinstance(part, float):
        return math.isfinite(part)
    return not isinstance(part, int) or abs(part) <= LARGEST_VALUE
