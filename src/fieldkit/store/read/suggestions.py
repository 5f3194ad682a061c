"""What open lists offer while one types: what was typed before, then known places."""

from __future__ import annotations

from sqlalchemy import Connection, select

from fieldkit import reference
from fieldkit.search.sound import words
from fieldkit.store import tables


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
