"""Which record stands for which, of those held here (rule 28)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache

from sqlalchemy import Connection, Select, exists, func, select

from fieldkit.protocol.alias import MERGED, values_of
from fieldkit.protocol.alias import resolve as resolve
from fieldkit.protocol.identity import id_order
from fieldkit.records import Record
from fieldkit.store.log.changes import in_parts


def stands_for(
    connection: Connection, kind: type[Record], numbers: Iterable[str]
) -> dict[str, str]:
    """Return by each number that of the record that stands for it: itself if it is apart."""
    wanted = dict.fromkeys(numbers)
    if MERGED not in kind.fields():
        return {number: number for number in wanted}
    merged_into, live = _paths(connection, kind, [*wanted])
    return {number: resolve(number, merged_into, live.__contains__) for number in wanted}


def merged_with(connection: Connection, kind: type[Record], number: str) -> list[str]:
    """Return the other records for which one stands, deleted ones too, in the order of numbers."""
    if MERGED not in kind.fields():
        return []
    naming = _naming(connection, kind, [number])
    standing = stands_for(connection, kind, naming)
    found = (other for other, one in standing.items() if one == number and other != number)
    return sorted(found, key=id_order)


def same_person(connection: Connection, kind: type[Record], number: str) -> list[str]:
    """Return all numbers of the person of a record, the one that stands for them first."""
    if not has_merged(connection, kind):
        return [number]
    kept = stands_for(connection, kind, [number])[number]
    return [kept, *merged_with(connection, kind, kept)]


def duplicates(connection: Connection, kind: type[Record]) -> list[str]:
    """Return the records for which others stand: of a list of people they are left out."""
    return [*standing_by_others(connection, kind)]


def standing_by_others(connection: Connection, kind: type[Record]) -> dict[str, str]:
    """Return by the number of each record for which another one stands the number of that."""
    if not has_merged(connection, kind):
        return {}
    columns = kind.table().c
    merged = connection.execute(select(columns.id).where(columns[MERGED] > "")).scalars()
    standing = stands_for(connection, kind, merged)
    return {number: kept for number, kept in standing.items() if kept != number}


def count_again(connection: Connection, kind: type[Record]) -> int:
    """Return how many live records are left out of a list of people."""
    columns, others = kind.table().c, duplicates(connection, kind)
    live = select(func.count()).where(columns.deleted.is_(False))
    parts = (connection.execute(live.where(columns.id.in_(some))) for some in in_parts(others))
    return sum(int(part.scalar_one()) for part in parts)


def has_merged(connection: Connection, kind: type[Record]) -> bool:
    """Say whether any record of a kind is the same person as another."""
    return MERGED in kind.fields() and bool(connection.execute(_any_merged(kind)).scalar_one())


@cache
def _any_merged(kind: type[Record]) -> Select[bool]:
    columns = kind.table().c
    return select(exists(select(columns.id).where(columns[MERGED] > "")))


def same_as(
    connection: Connection, kind: type[Record], numbers: Iterable[str]
) -> dict[str, frozenset[str]]:
    """Return by each number all records that are the same person, itself included."""
    wanted = dict.fromkeys(numbers)
    standing = stands_for(connection, kind, wanted)
    members = {
        one: frozenset({one, *merged_with(connection, kind, one)})
        for one in dict.fromkeys(standing.values())
    }
    return {number: members[standing[number]] | {number} for number in wanted}


def _paths(
    connection: Connection, kind: type[Record], numbers: Collection[str]
) -> tuple[dict[str, str], set[str]]:
    """Return what these records and all they lead to hold in the field, and which are live."""
    columns = kind.table().c
    found: dict[str, str] = {}
    live: set[str] = set()
    sought: set[str] = set()
    while further := {*numbers} - sought:
        sought |= further
        rows = [
            row
            for some in in_parts(sorted(further))
            for row in connection.execute(_rows(kind).where(columns.id.in_(some)))
        ]
        part = values_of((row.id, row.merged_into) for row in rows)
        live |= {row.id for row in rows if not row.deleted}
        found |= part
        numbers = {number for number in part.values() if number}
    return found, live


def _naming(connection: Connection, kind: type[Record], numbers: Sequence[str]) -> list[str]:
    """Return those records that lead to one of ``numbers``, near or far."""
    columns, found = kind.table().c, set(numbers)
    further = set(numbers)
    while further:
        rows = [
            row.id
            for some in in_parts(sorted(further))
            for row in connection.execute(_rows(kind).where(columns[MERGED].in_(some)))
        ]
        further = set(rows) - found
        found |= further
    return sorted(found)


def _rows(kind: type[Record]) -> Select[tuple[str, str | None, bool]]:
    columns = kind.table().c
    return select(columns.id, columns[MERGED], columns.deleted)
