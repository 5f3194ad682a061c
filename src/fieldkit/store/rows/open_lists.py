"""The suggestions of open lists (villages, courses ...)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert as upsert

from fieldkit import reference
from fieldkit.records import Record
from fieldkit.search.sound import words
from fieldkit.store import tables
from fieldkit.store.rows.row_write import RowWrite


def remember_typed(connection: Connection, writes: Sequence[RowWrite]) -> None:
    """Count the values typed into fields with open lists, to suggest them later."""
    typed: Counter[tuple[str, int, str]] = Counter()
    for one in writes:
        for name, list_name in _suggested(type(one.record)):
            text = one.record.value(name)
            had = one.before.value(name) if one.before else None
            if isinstance(text, str) and text != had:
                typed[list_name, one.record.district, text] += 1
    rows = [
        {
            "list": list_name,
            "district": district,
            "folded": " ".join(words(text)),
            "text": text,
            "uses": uses,
        }
        for (list_name, district, text), uses in typed.items()
    ]
    if rows:
        connection.execute(_TYPED, rows)


def offer_villages(connection: Connection, villages: Iterable[reference.Village]) -> None:
    """Suggest these villages and their panchayats, after those typed before."""
    rows = [
        {
            "list": list_name,
            "district": village.district,
            "folded": " ".join(words(name)),
            "text": name,
            "uses": 0,
        }
        for village in villages
        for list_name, name in (
            ("village", village.name),
            ("gram_panchayat", village.panchayat),
        )
        if name
    ]
    if rows:
        connection.execute(upsert(tables.typed_before).on_conflict_do_nothing(), rows)


@cache
def _suggested(kind: type[Record]) -> list[tuple[str, str]]:
    """Return the fields with open lists and the names of their lists."""
    return [(name, field.suggest) for name, field in kind.fields().items() if field.suggest]


_put_typed = upsert(tables.typed_before)
_TYPED = _put_typed.on_conflict_do_update(
    index_elements=["list", "district", "folded"],
    set_={"uses": tables.typed_before.c.uses + _put_typed.excluded.uses},
)
