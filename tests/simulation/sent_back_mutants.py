"""Mutants of the loop between a supervisor and an author (``Sent back`` in docs/SYNC.md)."""

from __future__ import annotations

from collections.abc import Mapping
from unittest.mock import patch

from sqlalchemy import Connection
from tests.simulation.mutants import Patch, mutant

from fieldkit.protocol import merge
from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import Change, Json
from fieldkit.records import Value
from fieldkit.records.declaration import permission
from fieldkit.records.declaration import sent_back as notes
from fieldkit.records.declaration.permission import CORRECTED, SENT_BACK, Denial
from fieldkit.records.declaration.writers import OPERATOR, REGISTRAR
from fieldkit.server.ingest.records import record_state
from fieldkit.store import SentBack, review
from fieldkit.store.read.records import Records
from fieldkit.store.read.review import sent_back as listed
from fieldkit.store.write import sent_back

RULE = PROFILE = "sent back"


@mutant(RULE, "let every role send back and accept", PROFILE)
def _() -> list[Patch]:
    anybody = Denial("role.edit", SENT_BACK, REGISTRAR)
    return [patch.dict(permission._OF_ANY_KIND, {SENT_BACK: anybody})]


@mutant(
    RULE,
    "let operators settle which of two reasons stands",
    PROFILE,
    tests="tests/records/test_writers.py",
)
def _() -> list[Patch]:
    return [patch.object(permission, "SEND_BACK", permission.SETTLE)]


@mutant(RULE, "let no registrar say that a record is corrected", PROFILE)
def _() -> list[Patch]:
    operators = Denial("role.edit", CORRECTED, OPERATOR)
    return [patch.dict(permission._OF_ANY_KIND, {CORRECTED: operators})]


@mutant(RULE, "let a laptop send back whatever its role, and leave it to the server", PROFILE)
def _() -> list[Patch]:
    return [patch.object(sent_back, "denied", lambda _, edits, *__: [""] * len(edits))]


@mutant(RULE, "leave the former correction when a record is sent back again", PROFILE)
def _() -> list[Patch]:
    def sent_back_with(reason: str, operator: str, at: int) -> Mapping[str, Value]:
        return {SENT_BACK: notes.signed(reason, operator, at)}

    return [patch.object(sent_back, "sent_back_with", sent_back_with)]


@mutant(RULE, "leave the correction when it is accepted", PROFILE)
def _() -> list[Patch]:
    return [patch.object(sent_back, "accepted", lambda: {SENT_BACK: None})]


@mutant(RULE, "save an edit without saying that the record is corrected", PROFILE)
def _() -> list[Patch]:
    return [patch.object(notes, "open_note", lambda _record: None)]


@mutant(RULE, "let the last of two reasons win, and accepting win over a reason", PROFILE)
def _() -> list[Patch]:
    usual = merge.merge

    def merged(
        values: Mapping[str, Json],
        written: Mapping[str, merge.FieldWrite],
        change: Change,
        *rest: object,
        **known: object,
    ) -> merge.Merged:
        written = {name: one for name, one in written.items() if name != SENT_BACK}
        return usual(values, written, change, *rest, **known)  # type: ignore[arg-type]

    return [patch.object(record_state, "merge", merged)]


@mutant(
    RULE,
    "do not list what is merged into another record",
    PROFILE,
    tests="tests/store/test_sent_back.py",
)
def _() -> list[Patch]:
    usual = listed.sent_back

    def apart(connection: Connection) -> list[SentBack]:
        records = Records(connection)
        found = [(one, records.get(one.kind, one.id)) for one in usual(connection)]
        return [one for one, record in found if record and not record.values().get(MERGED)]

    return [patch.object(review, "sent_back", apart)]


@mutant(RULE, "ask every laptop to correct what any of them entered", PROFILE)
def _() -> list[Patch]:
    usual = listed.sent_back

    def all_here(connection: Connection) -> list[SentBack]:
        return [one._replace(entered_here=True) for one in usual(connection)]

    return [patch.object(review, "sent_back", all_here)]


@mutant(RULE, "list a reason without who wrote it", PROFILE)
def _() -> list[Patch]:
    usual = notes.read_note

    def unsigned(value: Value) -> notes.Note | None:
        note = usual(value)
        return note and notes.Note(note.words)

    return [patch.object(listed, "read_note", unsigned)]
