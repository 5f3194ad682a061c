"""Which records a list shows, and how they are read: part by part, found by a text, or all.

Functions that take a store run in its thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.base.navigator import Among
from fieldkit.screens.lists.columns import Listed, columns, listed
from fieldkit.screens.lists.list_choices import Filter, Order
from fieldkit.screens.lookup.rows import fetch_references, words_about

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fieldkit.records import Record, Value
    from fieldkit.store import Store

PAGE = 60
"""Records read at a time."""
_LOOKED_AT = 10 * PAGE
"""Hits looked at where only some records may be among them."""


class Wanted(NamedTuple):
    """Which records of a kind a list shows, and in which order."""

    kind: str
    order: Order | None = None
    """None: the kind's own."""
    filters: Mapping[str, Filter] = {}
    """By field."""
    text: str = ""
    """What they are found by."""
    among: Among | None = None
    """Of these records alone."""

    @property
    def narrowed(self) -> bool:
        """Whether not all are shown."""
        return bool(self.filters or self.text)

    @property
    def where(self) -> dict[str, Value]:
        """The values that the records have."""
        return {name: one.value for name, one in self.filters.items()}

    @property
    def ids(self) -> Sequence[str] | None:
        """The numbers of the records, if it is of some alone."""
        return self.among.ids if self.among else None


def read_page(store: Store, wanted: Wanted, after: str | None) -> tuple[list[Listed], str | None]:
    """Return some records of a list, and the cursor of the next ones."""
    by, descending = (wanted.order.field, wanted.order.descending) if wanted.order else ("", False)
    page = store.page(
        wanted.kind,
        where=wanted.where,
        after=after,
        limit=PAGE,
        by=by,
        descending=descending,
        among=wanted.ids,
    )
    return lines_of(store, page.records), page.next


def find_in(store: Store, wanted: Wanted, text: str) -> list[Record]:
    """Return the records of a list that answer a text, the likeliest first."""
    hits = store.find(text, kinds=[wanted.kind], limit=PAGE if wanted.ids is None else _LOOKED_AT)
    if wanted.ids is not None:
        among = set(wanted.ids)
        hits = [hit for hit in hits if hit.id in among]
    found = store.fetch([wanted.kind], [hit.id for hit in hits])
    records = [found[wanted.kind, hit.id] for hit in hits if (wanted.kind, hit.id) in found]
    where = wanted.where.items()
    return [one for one in records if all(one.value(name) == value for name, value in where)]


def every(store: Store, wanted: Wanted) -> Iterator[Record]:
    """Yield all records of a list in its order."""
    by, descending = (wanted.order.field, wanted.order.descending) if wanted.order else ("", False)
    after: str | None = None
    while True:
        page = store.page(
            wanted.kind,
            where=wanted.where,
            after=after,
            limit=500,
            by=by,
            descending=descending,
            among=wanted.ids,
        )
        yield from page.records
        after = page.next
        if after is None:
            return


def lines_of(store: Store, records: Sequence[Record]) -> list[Listed]:
    """Return records as lines of a list."""
    ids = [record.id for record in records]
    referred, states, open_ = (
        fetch_references(store, records),
        store.states(ids),
        store.review.open_about(ids),
    )
    return [
        listed(
            referred,
            record,
            columns(type(record)),
            words_about(str(states.get(record.id, "on the server")), open_, record.id),
        )
        for record in records
    ]
