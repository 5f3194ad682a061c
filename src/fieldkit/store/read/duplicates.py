"""Likely duplicates: records that agree in the fields a kind says tell persons apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, select
from sqlalchemy.orm import aliased

from fieldkit.protocol.difference import different_from
from fieldkit.records import Record
from fieldkit.search.sound import MAY_BE_SAME
from fieldkit.search.sound import alike as names_alike
from fieldkit.store import tables
from fieldkit.store.log.changes import in_parts


@dataclass(frozen=True, slots=True)
class Alike:
    """Two records that may be the same."""

    id: str
    other: str
    key: tuple[str, ...]
    """The fields they agree in; ``~`` marks those compared by sound."""


def alike(connection: Connection, kind: type[Record], ids: Sequence[str]) -> list[Alike]:
    """Return for each of ``ids`` the other live records that may be the same, by strongest key."""
    found: dict[tuple[str, str], Alike] = {}
    for key in kind.match_keys:
        for some in in_parts(ids):
            for one, other in _pairs(connection, kind, key, some):
                if (other, one) not in found:
                    found.setdefault((one, other), Alike(one, other, key))
    return list(found.values())


def _pairs(
    connection: Connection, kind: type[Record], key: tuple[str, ...], ids: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Give the pairs that agree in one key: equal fields by SQL, sounds looked at again here."""
    table = kind.table()
    new, old = table.alias("new"), table.alias("old")
    equal = [field for field in key if not field.startswith("~")]
    heard = [field[1:] for field in key if field.startswith("~")]
    conditions: list[ColumnElement[bool]] = [new.c[field] == old.c[field] for field in equal]
    source = new.join(old, and_(*conditions, old.c.id != new.c.id)) if _narrow(equal) else None
    if source is None:
        words_new, words_old = aliased(tables.findable), aliased(tables.findable)
        source = (
            new.join(words_new, words_new.c.record_id == new.c.id)
            .join(
                words_old,
                and_(
                    words_old.c.name_sound == words_new.c.name_sound,
                    words_old.c.record_id != words_new.c.record_id,
                    words_new.c.name_sound != "",
                ),
            )
            .join(old, and_(old.c.id == words_old.c.record_id, *conditions))
        )
    columns = [column.c[field] for field in heard for column in (new, old)]
    query = (
        select(new.c.id, old.c.id, new.c.extra, old.c.extra, *columns)
        .select_from(source)
        .where(new.c.id.in_(ids), new.c.deleted.is_(False), old.c.deleted.is_(False))
    )
    for one, other, of_one, of_other, *names in connection.execute(query):
        if other in different_from(of_one) or one in different_from(of_other):
            continue
        if all(
            a and b and names_alike(a, b) >= MAY_BE_SAME
            for a, b in zip(names[::2], names[1::2], strict=True)
        ):
            yield one, other


def _narrow(equal: Sequence[str]) -> bool:
    """Say whether the equal fields of a key are rare enough: a number is, a village is not."""
    return any(field not in {"village", "district", "block"} for field in equal)
