"""A merge of two saved records, and its undoing. Runs in a store's thread."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.base.words import plural

if TYPE_CHECKING:
    from fieldkit.records import Record, Value
    from fieldkit.store import Store


class Merged(NamedTuple):
    """What a merge changed, so that it can be undone."""

    kind: str
    kept: str
    duplicate: str
    taken: dict[str, Value]
    """The values that the kept record took over, by field."""
    before: dict[str, Value]
    """What it held in their place."""


def versions(records: Iterable[Record]) -> dict[str, int]:
    """Return the version of each record as it is shown, 0 where the server has none."""
    return {record.id: record.version or 0 for record in records}


def merge(
    store: Store,
    kind: str,
    kept: str,
    duplicate: str,
    names: Collection[str],
    operator: str,
    seen: Mapping[str, int],
) -> Merged:
    """Merge two records; the kept one takes the other's values of the fields ``names``.

    ``seen``: the versions that were shown. What came since is not vouched for.

    Raises:
        StoreError: they cannot be one; the text says why.
    """
    held = store.fetch([kind], [kept, duplicate])
    before, taken = (
        {name: held[kind, number].value(name) for name in names if (kind, number) in held}
        for number in (kept, duplicate)
    )
    store.merges.merge(kind, kept, duplicate, operator, names, seen)
    return Merged(kind, kept, duplicate, taken, before)


def undo_merge(store: Store, done: Merged, operator: str) -> str:
    """Take a merge back, and the values taken over that still stand; return what was done.

    Raises:
        StoreError: a record is no longer here.
    """
    from fieldkit.records import kinds
    from fieldkit.store import Edit, Refused

    kind, kept = kinds()[done.kind], store.get(done.kind, done.kept)
    back = {
        name: done.before[name]
        for name, value in done.taken.items()
        if kept is not None and kept.value(name) == value
    }
    edit = Edit(kind, back, done.kept, confirmed=frozenset(back)) if back else None
    try:
        store.merges.unmerge(done.kind, done.duplicate, operator, done.kept, edit)
    except Refused:
        if edit is None:
            raise
        # Both had what one person cannot have: the values go back while they still are one.
        store.save([edit], operator)
        store.merges.unmerge(done.kind, done.duplicate, operator, done.kept)
    values = f", {plural(len(back), 'value')} put back" if back else ""
    return f"Two people again: {done.kept} and {done.duplicate}{values}."
