"""The only door by which records are written: row, change and search words in one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as upsert

from fieldkit.records import Change, Finding, Op, Record, RecordId, Severity, kinds, read_id
from fieldkit.search.sound import words
from fieldkit.store import tables
from fieldkit.store.edits import Edit, Past, Pending, Prepared, prepare
from fieldkit.store.errors import Refused
from fieldkit.store.identity import Device, highest_brought, take_numbers
from fieldkit.store.log import OWED, append, chain_end
from fieldkit.store.reading import Records, State, in_parts
from fieldkit.store.search import index


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of one edit."""

    id: str
    op: Op | None
    """None: nothing differed, nothing was written."""
    seq: int | None = None
    findings: tuple[Finding, ...] = ()
    """Remarks that did not stop the save."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who saves, where, and when (seconds since 1970 UTC, by the laptop's clock)."""

    device: Device
    operator: str
    at: int
    today: date


def save(
    connection: Connection, edits: Sequence[Edit], author: Author, *, ask: bool = True
) -> list[Saved | Refused]:
    """Write what may be written, in the caller's transaction, and tell of each edit its fate.

    ``ask``: rules that ask for a reason stop an edit until its fields are confirmed; a file that
    is loaded cannot be asked, so there they are remarks.
    """
    prepared = _prepare(connection, edits, author, ask=ask)
    writable = [one for one in prepared if one.op and not one.stops]
    seqs = iter(_write(connection, writable, author))
    fates: list[Saved | Refused] = []
    for place, one in enumerate(prepared):
        if one.stops:
            fates.append(Refused([(place, finding) for finding in one.stops]))
        else:
            seq = next(seqs) if one.op else None
            fates.append(Saved(one.record.id, one.op, seq, one.remarks))
    return fates


def _prepare(
    connection: Connection, edits: Sequence[Edit], author: Author, *, ask: bool
) -> list[Prepared]:
    """Work the edits out in order, each seeing those before it."""
    records = Records(connection)
    given = [edit.id for edit in edits if edit.id]
    fetched = records.fetch({edit.kind.kind() for edit in edits}, given)
    history = _history(connection, given)
    referred, sought = _referred(records, edits)
    known = Pending(records, fetched | referred, sought)
    highest = RecordId(author.device.origin, highest_brought(connection))
    number = _take_numbers(connection, edits, highest)
    prepared = []
    for edit in edits:
        kind, key = edit.kind.kind(), edit.id or f"{author.device.origin}-{number}"
        number += edit.id is None
        confirmed = edit.confirmed if ask else frozenset(edit.kind.asks())
        past = history.get(key, Past(kind))
        before = known.before(kind, key)
        one = prepare(
            replace(edit, id=key, confirmed=confirmed),
            before,
            known,
            author.device,
            author.today,
            past,
        )
        if before is None and (said := _number_refused(key, highest, kind, past.kind)):
            refused = Finding("id", said, Severity.BLOCK, "number")
            one = replace(one, stops=(refused, *one.stops))
        if one.op and not one.stops:
            _stamp(one, author)
            known.put(one.record)
            history[key] = Past(kind)
        prepared.append(one)
    return prepared


def _referred(
    records: Records, edits: Sequence[Edit]
) -> tuple[dict[tuple[str, str], Record], set[str]]:
    """Fetch at once the records that edits refer to, and the ids for which every kind was asked."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for edit in edits:
        for name, reference in edit.kind.references().items():
            number = edit.fields.get(name)
            if isinstance(number, str):
                for kind in reference.kinds:
                    wanted[kind].add(number)
    found: dict[tuple[str, str], Record] = {}
    for kind, ids in wanted.items():
        found |= records.fetch({kind}, sorted(ids))
    missing = set[str]().union(*wanted.values()) - {number for _, number in found}
    return found | records.fetch(kinds(), sorted(missing)), missing


def _take_numbers(connection: Connection, edits: Sequence[Edit], highest: RecordId) -> int:
    """Take a number for each new record, and step over those of our own that a file brings."""
    given = (read_id(edit.id) for edit in edits if edit.id)
    own = (one.number for one in given if one and one.origin == highest.origin)
    brought = max((number for number in own if number <= highest.number), default=0)
    return take_numbers(connection, sum(edit.id is None for edit in edits), beyond=brought)


def _stamp(one: Prepared, author: Author) -> None:
    """Note who entered the record and when; a file may bring its own."""
    record, given = one.record, one.changed
    if one.before is None:
        record.created_at = record.created_at or author.at
        record.created_by = record.created_by or author.operator
        record.updated_at = record.updated_at or author.at
    elif "updated_at" not in given:
        record.updated_at = author.at


def _history(connection: Connection, ids: Sequence[str]) -> dict[str, Past]:
    """Return what the log holds of those of ``ids`` that it knows."""
    log, origin = tables.change, tables.origin
    found: dict[str, Past] = {}
    for some in in_parts(ids):
        rows = connection.execute(
            select(log.c.record_id, log.c.kind, log.c.verdict)
            .join(origin, origin.c.origin == log.c.origin)
            .where(log.c.record_id.in_(some), log.c.op == Op.CREATE)
            .order_by(origin.c.born, log.c.seq)
        )
        for row in rows:
            found[row.record_id] = Past(row.kind, anew=row.verdict == State.REJECTED)
        for record_id, kind, field, base in connection.execute(OWED, {"ids": some}):
            found.setdefault(record_id, Past(kind)).owed[field] = base
    return found


def _number_refused(record_id: str, highest: RecordId, kind: str, taken_by: str) -> str | None:
    """Say why a number will not do: it is none, nobody can have it yet, or another kind has it."""
    number = read_id(record_id)
    if number is None or str(number) != record_id:
        return "A record number looks like 7KQ2M9XD-142. Leave it empty for a new record."
    if number.origin == highest.origin and number.number > highest.number:
        return "This laptop has not given out this number. Leave it empty for a new record."
    if taken_by != kind:
        return "Another record has this number. Leave it empty for a new record."
    return None


def _write(connection: Connection, prepared: Sequence[Prepared], author: Author) -> list[int]:
    """Write rows, changes, search words, tallies; return the changes' seqs."""
    if not prepared:
        return []
    rows: defaultdict[type[Record], list[dict[str, object]]] = defaultdict(list)
    for one in prepared:
        rows[type(one.record)].append({**one.record.values(), "extra": one.record.extra or {}})
    for kind, values in rows.items():
        connection.execute(_put_row(kind.table()), values)
    seqs = _log(connection, prepared, author)
    index(connection, [(one.record, one.before is not None) for one in prepared])
    _count(connection, prepared)
    _remember_typed(connection, prepared)
    return seqs


def _log(connection: Connection, prepared: Sequence[Prepared], author: Author) -> list[int]:
    """Append one change each to the log; return their seqs."""
    origin = author.device.origin
    last, head = chain_end(connection, origin)
    changes = [
        Change(
            seq=seq,
            kind=one.record.kind(),
            record_id=one.record.id,
            op=one.op,
            fields=one.changed,
            base=one.base,
            at=author.at,
            operator=author.operator,
        )
        for seq, one in enumerate(prepared, start=last + 1)
        if one.op is not None
    ]
    append(connection, origin, changes, head)
    return [change.seq for change in changes]


def _count(connection: Connection, prepared: Sequence[Prepared]) -> None:
    """Keep the tally of live records."""
    grown: Counter[str] = Counter()
    for one in prepared:
        was_live = one.before is not None and not one.before.deleted
        grown[one.record.kind()] += (not one.record.deleted) - was_live
    adding = [{"kind": kind, "live": more} for kind, more in grown.items() if more]
    if adding:
        connection.execute(_TALLY, adding)


def _remember_typed(connection: Connection, prepared: Sequence[Prepared]) -> None:
    """Offer again what open lists were given."""
    typed: Counter[tuple[str, int, str]] = Counter()
    for one in prepared:
        for name, list_name in _suggested(type(one.record)):
            text = one.changed.get(name)
            if isinstance(text, str):
                typed[list_name, one.record.district, text] += 1
    rows = [
        {
            "list": list_name,
            "district": district,
            "folded": " ".join(words(text)),
            "text": text,
            "uses": uses,
        }
        for (list_name, district, text), uses in typed.items()
    ]
    if rows:
        connection.execute(_TYPED, rows)


@cache
def _suggested(kind: type[Record]) -> list[tuple[str, str]]:
    """Return the fields of open lists and the lists."""
    return [(name, ask.suggest) for name, ask in kind.asks().items() if ask.suggest]


@cache
def _put_row(table: Table) -> Insert:
    put = upsert(table)
    values = {column.name: put.excluded[column.name] for column in table.columns}
    del values["id"]
    return put.on_conflict_do_update(index_elements=["id"], set_=values)


_put_tally = upsert(tables.tally)
_TALLY = _put_tally.on_conflict_do_update(
    index_elements=["kind"], set_={"live": tables.tally.c.live + _put_tally.excluded.live}
)
_put_typed = upsert(tables.typed_before)
_TYPED = _put_typed.on_conflict_do_update(
    index_elements=["list", "district", "folded"],
    set_={"uses": tables.typed_before.c.uses + _put_typed.excluded.uses},
)
