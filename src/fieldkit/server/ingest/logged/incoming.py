"""Parses a batch: numbers, chains and reads its changes, and makes their rows of the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from pydantic import ValidationError
from sqlalchemy import Connection, Row, Select, select

from fieldkit.aadhaar import holds_aadhaar
from fieldkit.protocol.change import Change, Json
from fieldkit.protocol.limits import contains_aadhaar
from fieldkit.protocol.messages.finding import APPLIED, REJECTED, Verdict
from fieldkit.protocol.messages.sync import Batch, ChangeItem
from fieldkit.protocol.wire.codec import Unreadable, chain
from fieldkit.server.database.rows import UnfitChange
from fieldkit.server.database.tables import CHANGE
from fieldkit.server.ingest.logged.logs import Log
from fieldkit.server.ingest.logged.outcomes import Outcome
from fieldkit.server.problems import refusal

LogRow: TypeAlias = Row[tuple[object, ...]]
ANSWERS: Select[tuple[object, ...]] = select(CHANGE).with_only_columns(
    CHANGE.c.seq,
    CHANGE.c.head,
    CHANGE.c.verdict,
    CHANGE.c.field,
    CHANGE.c.rule,
    CHANGE.c.params,
    CHANGE.c.reason,
    CHANGE.c.version,
)
"""Selects what a change is answered from."""


@dataclass(slots=True)
class Entry:
    """One change of a batch, read step by step."""

    seq: int
    item: object
    """As received."""
    body: bytes
    """Its canonical form."""
    head: bytes
    change: Change | None = None
    """None if it cannot be read."""
    refused: UnfitChange | None = None
    """Why it is rejected."""


@dataclass(frozen=True, slots=True)
class Known:
    """The part of a batch that was ingested before."""

    fork: int | None
    """The first seq that differs."""
    versions: list[int | None]
    verdicts: list[Verdict]


def entries_of(batch: Batch) -> list[Entry]:
    """Number the changes of a batch and extend the chain by each.

    Raises:
        Refusal: 400, one has no canonical form.
    """
    try:
        links = chain(bytes.fromhex(batch.before), batch.changes)
    except Unreadable:
        raise refusal("unreadable", 400, "This batch cannot be read.") from None
    return [
        Entry(seq, item, body, head)
        for seq, (item, (body, head)) in enumerate(
            zip(batch.changes, links, strict=True), start=batch.first
        )
    ]


def known_of(connection: Connection, log: Log, entries: Sequence[Entry]) -> Known:
    """Return the earlier answers to known changes, up to the first that differs (rule 7)."""
    if not entries:
        return Known(None, [], [])
    rows = connection.execute(
        ANSWERS.where(
            CHANGE.c.origin == log.origin,
            CHANGE.c.seq.between(entries[0].seq, entries[-1].seq),
        ).order_by(CHANGE.c.seq)
    ).all()
    fork = next(
        (entry.seq for entry, row in zip(entries, rows, strict=True) if entry.head != row.head),
        None,
    )
    same = [row for row in rows if fork is None or row.seq < fork]
    verdicts = [verdict_of(row) for row in same if row.verdict != APPLIED]
    return Known(fork, [row.version for row in same], verdicts)


def verdict_of(row: LogRow) -> Verdict:
    """Return the verdict in a row of the log."""
    return Verdict(
        seq=row.seq,
        verdict=row.verdict,
        field=row.field,
        rule=row.rule or "",
        params=row.params or {},
        reason=row.reason,
    )


def read_shape(entry: Entry) -> Change | None:
    """Parse one change; set ``refused`` if that fails, so that it is stored and rejected."""
    try:
        item = ChangeItem.model_validate(entry.item)
        if item.seq != entry.seq:
            raise UnfitChange("unfitting.place")
        if holds_aadhaar(item.id) or holds_aadhaar(item.operator):
            raise UnfitChange("no_aadhaar")
        if "\0" in item.operator:
            raise UnfitChange("unfitting.operator")
        entry.body.decode()
    except ValidationError as error:
        place = error.errors(include_input=False, include_url=False)[0]["loc"]
        name = str(place[1]) if len(place) > 1 and place[0] == "fields" else None
        entry.refused = UnfitChange("unfitting.unreadable", name)
    except UnicodeDecodeError:
        entry.refused = UnfitChange("unfitting.half_characters")
    except UnfitChange as refused:
        entry.refused = refused
    else:
        fields = cast(dict[str, Json], item.fields)
        entry.change = Change(
            item.seq, item.kind, item.id, item.op, fields, item.base, item.at, item.operator
        )
    return entry.change


def log_row(entry: Entry, outcome: Outcome, now: int) -> dict[str, object]:
    """Return the log's row for one change."""
    verdict = outcome.verdict
    secret = verdict is not None and verdict.verdict == REJECTED
    secret = secret and contains_aadhaar(cast(Json, entry.item))
    return {
        "origin": outcome.origin,
        "seq": entry.seq,
        "kind": entry.change.kind if entry.change else None,
        "record_id": entry.change.record_id if entry.change else None,
        "body": b"" if secret else entry.body,
        "head": entry.head,
        "received_at": now,
        **outcome.columns(),
    }
