"""What open lists offer while one types: what was typed before, then known places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from fieldkit import reference
from fieldkit.search.sound import words
from fieldkit.store import tables

GIVEN_NAMES, FAMILY_NAMES = "given name", "family name"
"""Lists of the words of which people's names are made: the first word, and those behind it."""
_COMMON = 2
"""Uses from which a word is offered: a slip of the hand has one."""
_MOST_WORDS = 600


def suggested(
    connection: Connection, list_name: str, typed: str, district: int, limit: int
) -> list[str]:
    """Return entries of an open list that begin as typed: used before, then known ones."""
    folded = " ".join(words(typed))
    table = tables.typed_before
    before = connection.execute(
        select(table.c.text)
        .where(
            table.c.list == list_name,
            table.c.district == district,
            table.c.folded >= folded,
            table.c.folded < folded + "\U0010ffff",
        )
        .order_by(table.c.uses.desc())
        .limit(limit)
    ).scalars()
    found = dict.fromkeys(before)
    if list_name == "village":
        for place in reference.localities(district):
            if " ".join(words(place)).startswith(folded):
                found.setdefault(place)
    return list(found)[:limit]


def name_words(connection: Connection, district: int) -> Mapping[str, Sequence[str]]:
    """Return the words common in names of a district, the commonest first, by their list."""
    table = tables.typed_before
    return {
        list_name: connection.execute(
            select(table.c.text)
            .where(table.c.list == list_name, table.c.district == district)
            .where(table.c.uses >= _COMMON)
            .order_by(table.c.uses.desc(), table.c.folded)
            .limit(_MOST_WORDS)
        )
        .scalars()
        .all()
        for list_name in (GIVEN_NAMES, FAMILY_NAMES)
    }
