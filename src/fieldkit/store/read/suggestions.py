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
_BRANCHES = 100
"""Bank branches used before that are looked through first."""


def suggested(
    connection: Connection, list_name: str, typed: str, district: int, limit: int, beside: str = ""
) -> list[str]:
    """Return entries of an open list that could be meant: used before, then known ones.

    ``beside``: what is entered of the place already, its PIN code or its name. Branches are found
    by words of bank and branch as well as by the IFSC; all others begin as typed.
    """
    if list_name == "ifsc":
        used = _used_before(connection, list_name, "", district, _BRANCHES)
        return [one.ifsc for one in reference.branches_named(typed, used, limit)]
    folded = " ".join(words(typed))
    known: Sequence[str] = ()
    near: Sequence[str] = ()
    if list_name == "village":
        known, near = reference.localities(district), reference.localities_of(beside, district)
    elif list_name == "pin":
        known, near = reference.pincodes(district), reference.pincodes_of(beside, district)
    fitting = [one for one in (*near, *known) if " ".join(words(one)).startswith(folded)]
    nearest = [one for one in fitting if one in near]
    before = _used_before(connection, list_name, folded, district, limit) if folded else ()
    found = dict.fromkeys([*nearest, *before, *(fitting if folded else ())])
    return list(found)[:limit]


def _used_before(
    connection: Connection, list_name: str, folded: str, district: int, limit: int
) -> Sequence[str]:
    """Return the entries used before that begin so, the one used most first."""
    table = tables.typed_before
    return (
        connection.execute(
            select(table.c.text)
            .where(
                table.c.list == list_name,
                table.c.district == district,
                table.c.folded >= folded,
                table.c.folded < folded + "\U0010ffff",
            )
            .order_by(table.c.uses.desc())
            .limit(limit)
        )
        .scalars()
        .all()
    )


def known_village(connection: Connection, texts: Sequence[str], district: int) -> tuple[str, str]:
    """Return the first of ``texts`` that names a village of the district, and how it is spelled.

    A word that is a family name there is none. Both are empty if there is none.
    """
    table = tables.typed_before
    places = {" ".join(words(place)): place for place in reference.localities(district)}
    for text in texts:
        folded = " ".join(words(text))
        rows = connection.execute(
            select(table.c.list, table.c.text).where(
                table.c.list.in_(("village", FAMILY_NAMES)),
                table.c.district == district,
                table.c.folded == folded,
            )
        )
        found = {row.list: row.text for row in rows}
        village = found.get("village") or places.get(folded, "")
        if village and FAMILY_NAMES not in found:
            return text, village
    return "", ""


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
