"""Which records a person has said to be different from others (rule 30)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypeAlias

from sqlalchemy import Connection, Select, Text, bindparam, cast, select

from fieldkit.protocol.difference import difference_field, different_from
from fieldkit.records import Record
from fieldkit.store.log.changes import in_parts

ToldApart: TypeAlias = Mapping[str, frozenset[str]]
"""The ids that each record names as different; few records name any."""


def told_apart(
    connection: Connection, kind: type[Record], ids: Sequence[str]
) -> dict[str, frozenset[str]]:
    """Return what these records say themselves; a pair is written into one of the two."""
    return {
        row.id: different_from(row.extra)
        for some in in_parts(ids)
        for row in connection.execute(_saying(kind), {"ids": some})
    }


def are_told_apart(said: ToldApart, one: str, other: str) -> bool:
    """Say whether either of two records names the other."""
    return other in said.get(one, ()) or one in said.get(other, ())


@cache
def _saying(kind: type[Record]) -> Select[tuple[object, ...]]:
    columns = kind.table().c
    return select(columns.id, columns.extra).where(
        columns.id.in_(bindparam("ids", expanding=True)),
        cast(columns.extra, Text).contains(difference_field(""), autoescape=True),
    )
