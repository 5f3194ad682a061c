"""Two records that a person says are not the same: said, taken back, and read (rule 30)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from fieldkit.protocol.difference import difference_field, different_from, smaller_first
from fieldkit.records import Record, Value
from fieldkit.store.errors import StoreError
from fieldkit.store.read.records import Records
from fieldkit.store.rows.issues import forget_same_person
from fieldkit.store.write.alias import write
from fieldkit.store.write.edits import Edit
from fieldkit.store.write.save import Author, Saved


def say_different(
    connection: Connection, kind: type[Record], one: str, others: Collection[str], author: Author
) -> list[Saved]:
    """Note that a record is of another person than each of ``others``, in the caller's transaction.

    It stands in the record with the smaller id; in the other one if that is not here, or deleted.

    Raises:
        StoreError: neither of a pair is here, or the two are one record.
        Refused: a field of this name cannot be written.
    """
    records = Records(connection)
    edits = []
    for other in dict.fromkeys(others):
        held = [
            found for number in smaller_first(one, other) if (found := _live(records, kind, number))
        ]
        if one == other or not held:
            raise StoreError(f"{one} and {other} are not two records of this laptop.")
        if not _is_said(held, one, other):
            edits.append(_edit(held[0], other if held[0].id == one else one, said=True))
        forget_same_person(connection, kind.kind(), one, other)
    return write(connection, edits, author)


def take_back_different(
    connection: Connection, kind: type[Record], one: str, other: str, author: Author
) -> list[Saved]:
    """Take back that two records are of different people, wherever it stands.

    Raises:
        Refused: the field cannot be written.
    """
    records = Records(connection)
    edits = [
        _edit(found, its, said=False)
        for number, its in ((one, other), (other, one))
        if (found := _live(records, kind, number)) and its in different_from(found.extra)
    ]
    return write(connection, edits, author)


def _live(records: Records, kind: type[Record], number: str) -> Record | None:
    found = records.get(kind.kind(), number)
    return None if found is None or found.deleted else found


def _is_said(held: Collection[Record], one: str, other: str) -> bool:
    return any({one, other} - {found.id} & different_from(found.extra) for found in held)


def _edit(record: Record, other: str, *, said: bool) -> Edit:
    fields: dict[str, Value] = {difference_field(other): True if said else None}
    return Edit(type(record), fields, record.id)
