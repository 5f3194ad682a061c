"""The only way records are written: row, change and search words in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from fieldkit.protocol.change import Change, Op
from fieldkit.protocol.identity import RecordId, read_id
from fieldkit.protocol.merge import DELETED
from fieldkit.records import Finding, Record, Severity, kinds
from fieldkit.records.declaration.rule import finding_about
from fieldkit.records.fields.dates import believed, day_at
from fieldkit.store.clock import WRONG, Clock
from fieldkit.store.errors import Refused
from fieldkit.store.log.changes import OWED, append, chain_end, in_parts, own_changes, untaken
from fieldkit.store.log.ended import check_open
from fieldkit.store.log.identity import Device, highest_brought, read_device, set_up, take_numbers
from fieldkit.store.log.states import UNSETTLED, State
from fieldkit.store.log.tallies import count_entered, note_saved
from fieldkit.store.read.records import Records
from fieldkit.store.rows.overlays import keep_base_rows
from fieldkit.store.rows.reapply import reapply_overlays, withdraw_untaken
from fieldkit.store.rows.row_write import RowWrite
from fieldkit.store.rows.table_rows import put
from fieldkit.store.write.edits import Edit, Past, Pending, Prepared, prepare
from fieldkit.store.write.renumbered import own_brought, renumber, use_present_numbers


@dataclass(frozen=True, slots=True)
class Saved:
    """The result of one edit."""

    id: str
    op: Op | None
    """None: nothing differed, nothing was written."""
    seq: int | None = None
    """None as well for a deletion that ends what the server never took: nothing was logged."""
    findings: tuple[Finding, ...] = ()
    """Remarks that did not stop the save."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who saves, where, and when (seconds since 1970 UTC, by the laptop's clock)."""

    device: Device
    operator: str
    at: int
    today: date


def author_of(connection: Connection, operator: str, clock: Clock) -> Author:
    """Return ``operator`` as the author of what is saved now on this laptop."""
    at = max(clock(), 0)  # the server reads no time before 1970
    return Author(set_up(read_device(connection)), operator, at, believed(day_at(at)))


def save(
    connection: Connection, edits: Sequence[Edit], author: Author, *, field: bool = True
) -> list[Saved | Refused]:
    """Write what may be written, in the caller's transaction, and return the result of each edit.

    Raises:
        Closed: the server has ended this laptop's access.

    ``ask``: rules that ask for a reason stop an edit until its fields are confirmed; a file that
    is loaded cannot be asked, so there they are remarks.
    """
    check_open(connection)
    prepared = _prepare(connection, edits, author, field=field)
    writable = [one for one in prepared if one.op and not one.stops]
    seqs = iter(_write(connection, [one for one in writable if not one.ended], author))
    # A deletion ends what the server rejected of the record; so it is not shown any more.
    reapply_overlays(
        connection,
        [
            (one.record.kind(), one.record.id)
            for one in writable
            if one.op is Op.DELETE and one.record.version and not one.ended
        ],
    )
    withdraw_untaken(
        connection, [(one.record.kind(), one.record.id) for one in writable if one.ended]
    )
    fates: list[Saved | Refused] = []
    for place, one in enumerate(prepared):
        if one.stops:
            fates.append(Refused([(place, finding) for finding in one.stops]))
        else:
            seq = next(seqs) if one.op and not one.ended else None
            fates.append(Saved(one.record.id, one.op, seq, one.remarks))
    return fates


def _prepare(
    connection: Connection, edits: Sequence[Edit], author: Author, *, field: bool
) -> list[Prepared]:
    """Compute the edits in order; each sees those before it."""
    edits = renumber(connection, use_present_numbers(connection, edits), author.device)
    records = Records(connection)
    given = [edit.id for edit in edits if edit.id]
    fetched = records.fetch({edit.kind.kind() for edit in edits}, given)
    history = _history(connection, given, fetched)
    referred, sought = _referred(records, edits)
    known = Pending(records, fetched | referred, sought)
    taken = _taken(records, given, fetched)
    highest = RecordId(author.device.origin, highest_brought(connection))
    many = sum(edit.id is None for edit in edits)
    beyond = own_brought(connection, edits, author.device)
    number = take_numbers(connection, many, beyond=beyond)
    prepared = []
    for edit in edits:
        kind, key = edit.kind.kind(), edit.id or f"{author.device.origin}-{number}"
        number += edit.id is None
        confirmed = edit.confirmed if field else frozenset(edit.kind.fields())
        past = history.get(key, Past(taken.get(key, kind)))
        before = known.before(kind, key)
        one = prepare(
            replace(edit, id=key, confirmed=confirmed),
            before,
            known,
            author.device,
            author.today,
            past,
        )
        if before is None and (code := _number_refused(key, highest, kind, past.kind)):
            refused = finding_about(one.record, "id", code, Severity.BLOCK)
            one = replace(one, stops=(refused, *one.stops))
        elif one.op is Op.CREATE and key not in history and _is_others(key, author.device):
            refused = finding_about(one.record, "id", "number.other", Severity.BLOCK)
            one = replace(one, stops=(refused, *one.stops))
        if one.op and not one.stops:
            _stamp(one, author)
            known.put(one.record)
            pending = past.pending | dict.fromkeys(one.changed, one.base)
            history[key] = Past(kind, pending=pending)
        prepared.append(one)
    return prepared


def _taken(
    records: Records, given: Sequence[str], fetched: Mapping[tuple[str, str], Record]
) -> dict[str, str]:
    """Return which of the numbers given stand for records of another kind."""
    missing = set(given) - {number for _, number in fetched}
    return {number: kind for kind, number in records.fetch(kinds(), sorted(missing))}


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


def _stamp(one: Prepared, author: Author) -> None:
    """Note who entered the record and when; a file may bring its own."""
    record, given = one.record, one.changed
    if one.before is None:
        record.created_at = record.created_at or author.at
        record.created_by = record.created_by or author.operator
        record.updated_at = record.updated_at or author.at
    elif "updated_at" not in given:
        record.updated_at = author.at


def _history(
    connection: Connection, ids: Sequence[str], fetched: Mapping[tuple[str, str], Record]
) -> dict[str, Past]:
    """Return what the log holds of those of ``ids`` that it knows."""
    found: dict[str, Past] = {}
    own = own_changes(connection, ids)
    for (kind, record_id), changes in own.items():
        record = fetched.get((kind, record_id))
        version = record.version if record else None
        past = found[record_id] = Past(kind, untaken=not version and untaken(changes))
        for one in changes:
            if one.row.op == Op.CREATE:
                past = found[record_id] = replace(
                    past, created_again=one.row.verdict == State.REJECTED
                )
            if one.overlays(version or 0) and not one.unmerged:
                change = one.change()
                for name in (*change.fields, *([DELETED] if change.op is Op.DELETE else ())):
                    _keep_oldest(past, name, change.base)
    for some in in_parts(sorted({key[1] for key in own})):
        for row in connection.execute(OWED, {"ids": some}):
            past = found[row.record_id]
            if row.verdict == State.REJECTED:
                past.owed[row.field] = row.base
            elif row.verdict in UNSETTLED:
                _keep_oldest(past, row.field, row.base)
    return found


def _keep_oldest(past: Past, field: str, base: int | None) -> None:
    past.pending[field] = min(past.pending.get(field, base) or 0, base or 0)


def _number_refused(record_id: str, highest: RecordId, kind: str, taken_by: str) -> str | None:
    """Return the code of the reason why a number is not accepted; None if it is."""
    number = read_id(record_id)
    if number is None or str(number) != record_id:
        return "number.shape"
    if number.origin == highest.origin and number.number > highest.number:
        return "number.ahead"
    if taken_by != kind:
        return "number.taken"
    return None


def _is_others(record_id: str, device: Device) -> bool:
    """Say whether the server would refuse a new record of this number as another laptop's (36).

    A laptop that has no server yet takes in what another one has exported.
    """
    return device.server is not None and not record_id.startswith(f"{device.origin}-")


def _write(connection: Connection, prepared: Sequence[Prepared], author: Author) -> list[int]:
    """Write rows, changes, search words, tallies; return the changes' seqs."""
    if not prepared:
        return []
    keep_base_rows(connection, [one.before for one in prepared if one.before is not None])
    put(connection, [RowWrite(one.record, one.before) for one in prepared])
    return _log(connection, prepared, author)


def _log(connection: Connection, prepared: Sequence[Prepared], author: Author) -> list[int]:
    """Append one change each to the log; return their seqs."""
    origin = author.device.origin
    last, head = chain_end(connection, origin)
    skew = author.device.skew or 0
    wrong = skew if abs(skew) > WRONG else None
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
    append(connection, origin, [(change, wrong) for change in changes], head)
    typed = [change for change in changes if not kinds()[change.kind].program_log]
    entered = [change.kind for change in typed if change.op is Op.CREATE]
    count_entered(connection, author.at, entered)
    saved = [(change.kind, change.record_id) for change in typed]
    note_saved(connection, author.operator, saved)
    return [change.seq for change in changes]
