"""The limits of one change, the same for laptop and server.

The laptop logs nothing beyond them, as such a change would block its queue; the server rejects
what exceeds them. Two hundred changes of the largest size still fit into one message.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from fieldkit.aadhaar import holds_aadhaar
from fieldkit.protocol.change import Json, canonical
from fieldkit.protocol.merge import PLACE

LARGEST_EXACT_INTEGER = (1 << 53) - 1
"""The largest integer of a message that every JSON parser reads exactly."""
LARGEST_INTEGER = (1 << 63) - 1
"""The largest integer of a field: that of both databases."""
LONGEST_NAME = 100
"""Most characters of a field's name."""
MOST_FIELDS = 500
"""Most fields of one change."""
LARGEST_CHANGE = 32 * 1024
"""Most bytes of the fields of one change, in canonical form."""
DEEPEST_NESTING = 50
"""Most levels of lists and objects in a value."""
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


def unsendable_field(fields: Mapping[str, Json], size: int | None = None) -> tuple[str, str] | None:
    """Return a field beyond the limits and the code of the limit; None if all can be sent.

    ``size``: an upper bound of their bytes in canonical form, if known.
    """
    for name, value in fields.items():
        if not _is_ordinary(name, value) and (code := _why_unsendable(name, value)):
            return name, code
    if len(fields) > MOST_FIELDS:
        return next(iter(fields)), "unsendable_field.many"
    if size is not None and size <= LARGEST_CHANGE:
        return None
    if len(canonical(dict(fields))) > LARGEST_CHANGE:
        largest = max(fields, key=lambda name: len(canonical(fields[name])))
        return largest, "unsendable_field.large"
    return None


def _is_ordinary(name: str, value: Json) -> bool:
    """Say quickly that a field is within the limits, as nearly all are; false means unsure."""
    if isinstance(value, str):
        fine = value.isascii() and "\0" not in value
    elif isinstance(value, int):
        fine = -LARGEST_INTEGER <= value <= LARGEST_INTEGER
    else:
        fine = value is None
    return fine and len(name) <= LONGEST_NAME and name.isidentifier()


def _why_unsendable(name: str, value: Json) -> str | None:
    if not 1 <= len(name) <= LONGEST_NAME:
        return "unsendable_field.name"
    if name == PLACE:
        return "unsendable_field.own_name"
    if too_deep(value):
        return "unsendable_field.deep"
    if not all(map(_is_storable, (name, *scalars(value)))):
        return "unsendable_field.character"
    if not all(map(_is_finite, scalars(value))):
        return "unsendable_field.number"
    return None


def scalars(value: Json) -> Iterator[str | int | float | bool | None]:
    """Yield every text, number and member name in a value, at any depth."""
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            pending += [*part, *part.values()]
        elif isinstance(part, list):
            pending += part
        else:
            yield part


def contains_aadhaar(value: Json) -> bool:
    """Say whether a value contains a complete Aadhaar number anywhere, member names included."""
    texts = (str(part) for part in scalars(value))
    return any(len(text) >= 12 and holds_aadhaar(text) for text in texts)


def too_deep(value: Json) -> bool:
    """Say whether lists and objects are nested deeper than every JSON parser can follow."""
    level = [value]
    for _ in range(DEEPEST_NESTING):
        if not level:
            return False
        level = [inner for part in level for inner in _within(part)]
    return bool(level)


def _within(part: Json) -> Iterator[Json]:
    if isinstance(part, dict):
        yield from part.values()
    elif isinstance(part, list):
        yield from part


def _is_storable(part: object) -> bool:
    """Say whether a text has no lone surrogate and no NUL, which only damaged text contains."""
    return not isinstance(part, str) or _NOT_STORABLE.search(part) is None


def _is_finite(part: object) -> bool:
    if isinstance(part, float):
        return math.isfinite(part)
    return not isinstance(part, int) or abs(part) <= LARGEST_INTEGER
