"""Records that are the same person as another: which record stands for each (rules 27 and 28).

The field ``merged_into`` of a record holds the number of the record it is the same person as; empty
means apart. No reference is rewritten and both records live on: readers follow the field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from fieldkit.protocol.identity import id_order

MERGED = "merged_into"
"""The field that says that a record is the same person as another, in any kind."""


def resolve(start: str, merged_into: Mapping[str, str], is_live: Callable[[str], bool]) -> str:
    """Return the number of the record that stands for ``start`` (rule 28).

    ``merged_into`` holds each record that is held here, with an empty value if it is apart. The
    path is followed while its next record is held; the last live record of it stands for all, in a
    ring the smallest live one. Where none is live, ``start`` stands for itself.
    """
    path, here = [start], merged_into.get(start, "")
    while here in merged_into and here not in path:
        path.append(here)
        here = merged_into[here]
    ring = path[path.index(here) :] if here in path else []
    live = [number for number in ring if is_live(number)]
    if live:
        return min(live, key=id_order)
    return next((number for number in reversed(path) if is_live(number)), start)


def groups(
    merged_into: Mapping[str, str], is_live: Callable[[str], bool]
) -> dict[str, frozenset[str]]:
    """Return all records that are one person, by the number of each; none that are apart."""
    together: dict[str, set[str]] = {}
    for number in merged_into:
        together.setdefault(resolve(number, merged_into, is_live), set()).add(number)
    return {
        number: frozenset(members)
        for members in together.values()
        if len(members) > 1
        for number in members
    }


def values_of(rows: Iterable[tuple[str, object]]) -> dict[str, str]:
    """Return what records hold in ``merged_into`` as :func:`resolve` reads it: text, or empty."""
    return {number: value if isinstance(value, str) else "" for number, value in rows}
