"""The suggestions of open lists (villages, courses ...), and the words of which names are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TypeAlias

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from fieldkit import reference
from fieldkit.records import Record, Use, kinds
from fieldkit.search.sound import words
from fieldkit.store import tables
from fieldkit.store.read.suggestions import FAMILY_NAMES, GIVEN_NAMES
from fieldkit.store.rows.row_write import RowWrite

_SHORTEST_WORD = 3
_AT_ONCE = 5_000
"""Names read at once where the words of all of them are counted."""

Typed: TypeAlias = tuple[str, int, str]
"""A list, a district and a text of it."""


def remember_typed(connection: Connection, writes: Sequence[RowWrite]) -> None:
    """Count the values typed into fields with open lists and the words of names, to offer them."""
    typed: Counter[Typed] = Counter()
    for one in writes:
        kind, district = type(one.record), one.record.district
        for name, list_name in _suggested(kind):
            if text := _new_text(one, name):
                typed[list_name, district, text] += 1
        for name in names_of_people(kind):
            if text := _new_text(one, name):
                typed.update(_words_of(text, district))
    add_counts(connection, typed)


def uncounted_names(connection: Connection) -> Mapping[Typed, int]:
    """Count the words of all names, if none were counted yet: those of an older version.

    It only reads, however long that takes; :func:`add_counts` stores the result.
    """
    table = tables.typed_before
    typed: Counter[Typed] = Counter()
    if connection.execute(select(table.c.uses).where(table.c.list == GIVEN_NAMES).limit(1)).first():
        return typed
    for kind in kinds().values():
        columns = kind.table().c
        for name in names_of_people(kind):
            named = select(columns.district, columns[name]).where(columns[name].is_not(None))
            for district, text in connection.execute(named.execution_options(yield_per=_AT_ONCE)):
                typed.update(_words_of(text, district))
    return typed


def _new_text(one: RowWrite, name: str) -> str:
    """Return the text that a write puts into a field; empty: none, or the one it had."""
    text = one.record.value(name)
    had = one.before.value(name) if one.before else None
    return text if isinstance(text, str) and text != had else ""


def _words_of(name: str, district: int) -> Iterator[Typed]:
    """Yield the words of a name; the first is a given name, the others may be family names."""
    for place, word in enumerate(name.split()):
        if word.isalpha() and len(word) >= _SHORTEST_WORD:
            spelled = word.capitalize() if word.islower() or word.isupper() else word
            yield FAMILY_NAMES if place else GIVEN_NAMES, district, spelled


def add_counts(connection: Connection, typed: Mapping[Typed, int]) -> None:
    """Add to the counts of what was typed."""
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
    return [(name, field.open_list) for name, field in kind.fields().items() if field.open_list]


@cache
def names_of_people(kind: type[Record]) -> Sequence[str]:
    """Return the fields of a person's kind that hold a person's name."""
    return [*kind.used(Use.NAME), *kind.used(Use.KIN)] if kind.person else []


_put_typed = upsert(tables.typed_before)
_TYPED = _put_typed.on_conflict_do_update(
    index_elements=["list", "district", "folded"],
    set_={"uses": tables.typed_before.c.uses + _put_typed.excluded.uses},
)
