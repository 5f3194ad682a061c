"""A record sent back by a supervisor, said to be corrected by its author, accepted."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from fieldkit.protocol.messages.scope import Scope
from fieldkit.records import Record, Value
from fieldkit.records.declaration.permission import CORRECTED, SENT_BACK
from fieldkit.records.declaration.sent_back import LONGEST, accepted, open_note, signed
from fieldkit.records.fields.formats import Text, Unfit
from fieldkit.store.errors import Refused, StoreError
from fieldkit.store.read.records import Records
from fieldkit.store.write.edits import Edit
from fieldkit.store.write.permitted import denied
from fieldkit.store.write.save import Author, Saved, save


def send_back(
    connection: Connection, number: str, reason: str, author: Author, scope: Scope | None
) -> Saved:
    """Send a record back, for the first time or again, in the caller's transaction.

    Raises:
        StoreError: there is no reason, it is not here, or this laptop may not.
        Refused: the reason cannot be written.
    """
    record = _live(connection, number)
    return _write(
        connection, record, sent_back_with(reason, author.operator, author.at), author, scope
    )


def accept(connection: Connection, number: str, author: Author, scope: Scope | None) -> Saved:
    """Accept a record as it stands: it is no longer sent back.

    Raises:
        StoreError: it was not sent back, or this laptop may not.
    """
    record = _sent_back(connection, number)
    return _write(connection, record, accepted(), author, scope)


def mark_corrected(
    connection: Connection, number: str, words: str, author: Author, scope: Scope | None
) -> Saved:
    """Note what was done about a record sent back that needs no edit.

    Raises:
        StoreError: it was not sent back, or nothing is said.
        Refused: the words cannot be written.
    """
    record = _sent_back(connection, number)
    said = _fit(words, "Write what was done: the supervisor reads it.")
    fields = {CORRECTED: signed(said, author.operator, author.at)}
    return _write(connection, record, fields, author, scope)


def sent_back_with(reason: str, operator: str, at: int) -> Mapping[str, Value]:
    """Return what sending back writes.

    Raises:
        StoreError: there is no reason, or it is too long.
    """
    said = _fit(
        reason, "Write the reason: the person who entered the record must know what to correct."
    )
    return {SENT_BACK: signed(said, operator, at), CORRECTED: None}


def _fit(words: str, missing: str) -> str:
    try:
        said = Text(longest=LONGEST).parse(words)
    except Unfit as unfit:
        raise StoreError(str(unfit)) from None
    if not isinstance(said, str):
        raise StoreError(missing)
    return said


def _live(connection: Connection, number: str) -> Record:
    record = next(iter(Records(connection).called(number)), None)
    if record is None or record.deleted:
        raise StoreError(f"{number} is not on this laptop, or was deleted.")
    return record


def _sent_back(connection: Connection, number: str) -> Record:
    record = _live(connection, number)
    if open_note(record) is None:
        raise StoreError(f"{record.label()} is not sent back.")
    return record


def _write(
    connection: Connection,
    record: Record,
    fields: Mapping[str, Value],
    author: Author,
    scope: Scope | None,
) -> Saved:
    edit = Edit(type(record), fields, record.id)
    (refused,) = denied(connection, [edit], author.device, scope)
    if refused:
        raise StoreError(f"{refused} Nothing was changed.")
    (fate,) = save(connection, [edit], author)
    if isinstance(fate, Refused):
        raise fate
    return fate
