"""Compute what an edit changes in the present record: pure, nothing is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date

from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import DECIDED, Json, Op
from fieldkit.protocol.limits import contains_aadhaar, unsendable_field
from fieldkit.protocol.merge import DELETED
from fieldkit.protocol.messages.scope import WHOLE_UT
from fieldkit.records import Finding, Known, Record, RuleContext, Severity, Value, judge
from fieldkit.records.declaration.rule import LIMITS, finding_about
from fieldkit.store.log.identity import Device
from fieldkit.store.read.record_json import to_json

_KEPT_BY_THE_STORE = frozenset({"id", "version", "deleted"})
_STAMPS = frozenset({"created_at", "updated_at", "created_by"})
_PLACE = frozenset({"district", "block"})
"""Merged as one field (11)."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person did to one record."""

    kind: type[Record]
    fields: Mapping[str, Value]
    """Only what was changed; None clears. Names the kind does not know go to ``extra``."""
    id: str | None = None
    """None: a new record. Given and unknown here: a new record of that id."""
    base: int | None = None
    """The version seen when the form opened, 0 where the server had none; None: the present one."""
    op: Op | None = None
    """None: creation or edit, as the id is known or not; ``Op.DELETE``: tombstone;
    ``Op.DECIDE``: what stands from now on in the fields of a conflict."""
    decided: tuple[tuple[str, int], ...] = ()
    """Of a decision: the held changes it settles, by origin and seq."""
    confirmed: frozenset[str] = frozenset()
    """Fields whose doubtful values, or rules that ask for a reason, the person confirmed."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An edit checked and computed, ready to be written."""

    record: Record
    """As it will stand."""
    before: Record | None
    op: Op | None
    """None: nothing differs, nothing is to be written."""
    changed: Mapping[str, Json]
    base: int | None
    stops: tuple[Finding, ...] = ()
    """Findings that prevent saving."""
    remarks: tuple[Finding, ...] = ()
    """Findings that do not prevent saving."""
    ended: bool = False
    """Nothing is to be logged: with it, all that was sent back of the record is given up."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the log holds of a record."""

    kind: str
    owed: dict[str, int | None] = field(default_factory=dict)
    """Fields the server rejected and no later change has sent again, with the bases they had."""
    pending: dict[str, int | None] = field(default_factory=dict)
    """Fields of own changes that lie over the server's row, with their oldest bases (23)."""
    created_again: bool = False
    """Whether it was the record's creation that the server rejected."""
    untaken: bool = False
    """Whether the server was sent all of it and took nothing: it has no such record."""


class Pending:
    """What is known while several edits are worked out: the store's records and those so far."""

    def __init__(
        self, known: Known, fetched: Mapping[tuple[str, str], Record], sought: Set[str]
    ) -> None:
        """Start from what was fetched; the ids ``sought`` were looked for among all kinds."""
        self._known = known
        self._sought = sought
        self._records = dict(fetched)
        self._put: defaultdict[str, dict[str, Record]] = defaultdict(dict)
        self._limits: dict[tuple[tuple[str, Value], ...], Sequence[Record]] = {}
        self._by: dict[tuple[str, tuple[str, ...]], defaultdict[tuple[Value, ...], set[str]]] = {}

    def put(self, record: Record) -> None:
        """Add a record as it will stand."""
        kind = record.kind()
        self._records[kind, record.id] = self._put[kind][record.id] = record
        for (of, fields), ids in self._by.items():
            if of == kind:
                ids[_answers(record, fields)].add(record.id)

    def before(self, kind: str, record_id: str) -> Record | None:
        """Return the record an edit starts from: those of the call's own ids were all fetched."""
        return self._records.get((kind, record_id))

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record as it will stand, else as it stands."""
        found = self._records.get((kind, record_id))
        if found is None and record_id not in self._sought:
            found = self._known.get(kind, record_id)
            if found is not None:
                self._records[kind, record_id] = found
        return found

    def where(self, kind: str, **equal: Value) -> Sequence[Record]:
        """Return the live records of ``kind`` with these values, as they will stand."""
        found = {record.id: record for record in self._stored(kind, equal)}
        put, fields, wanted = self._put[kind], tuple(equal), tuple(equal.values())
        if (kind, fields) not in self._by:
            ids = self._by[kind, fields] = defaultdict(set)
            for record in put.values():
                ids[_answers(record, fields)].add(record.id)
        now = [put.get(key, record) for key, record in found.items()]
        now += [
            put[key] for key in sorted(self._by[kind, fields].get(wanted, set()) - found.keys())
        ]
        return [one for one in now if not one.deleted and _answers(one, fields) == wanted]

    def _stored(self, kind: str, equal: Mapping[str, Value]) -> Sequence[Record]:
        """Return the store's records; limits, which every edit asks for, are read once."""
        if kind != LIMITS:
            return self._known.where(kind, **equal)
        asked = tuple(equal.items())
        if asked not in self._limits:
            self._limits[asked] = self._known.where(kind, **equal)
        return self._limits[asked]


def _answers(record: Record, fields: tuple[str, ...]) -> tuple[Value, ...]:
    return tuple(record.value(field) for field in fields)


def prepare(
    edit: Edit,
    before: Record | None,
    known: Known,
    device: Device,
    today: date,
    past: Past,
) -> Prepared:
    """Work out the record after the edit, what changed in it, and what the rules say.

    What the server rejected of the record before goes again with it.
    """
    seen = edit.base if edit.base is not None else before.version if before else None
    if edit.op is Op.DECIDE:
        return _decision(edit, before, known, device, today)
    if edit.op is Op.DELETE:
        return _deletion(edit, before, _oldest(seen, past, past.pending), past)
    if before is not None and before.deleted:
        return _of_deleted(edit, before, seen, past, RuleContext(today, before, known))
    if before is None and edit.base is not None:
        return _left(edit)
    record = _after(edit, before, device)
    changed = _difference(record, before, edit.fields.keys() & _STAMPS) | _owed(record, past)
    if before is not None and not changed:
        return Prepared(record, before, None, {}, seen)
    stops, remarks = _weigh(edit, record, before, RuleContext(today, before, known))
    if fault := unsendable_field(changed):
        stops = (finding_about(record, *fault, Severity.BLOCK), *stops)
    op = Op.CREATE if before is None or past.created_again else Op.EDIT
    base = _oldest(seen, past, _hidden(changed, past))
    return Prepared(record, before, op, changed, base, stops, remarks)


def _hidden(changed: Collection[str], past: Past) -> set[str]:
    """Return the fields in which own values may hide others' from the author of an edit (29).

    Of a merge with another record that is any field, as of a deletion. Who edits a record may not
    see that others merged it.
    """
    return {*changed, MERGED, *(past.pending if MERGED in changed else ())}


def _oldest(seen: int | None, past: Past, fields: Collection[str]) -> int | None:
    """Return the first of the versions that ``fields`` were changed on (10); None: there was none.

    A field that is still applied over the server's row keeps the base it was first changed on:
    nobody here has seen what the server has in it meanwhile (rule 23).
    """
    names = set(fields)
    if names & _PLACE:
        names |= _PLACE
    pending = [base for name, base in past.pending.items() if name in names]
    return min(base or 0 for base in (seen, *past.owed.values(), *pending)) or None


def _owed(record: Record, past: Past) -> dict[str, Json]:
    """Return what the server rejected of the record, as it stands now."""
    known, extra = record.values(), record.extra or {}
    return {name: to_json(known[name]) if name in known else extra.get(name) for name in past.owed}


def _deletion(edit: Edit, before: Record | None, base: int | None, past: Past) -> Prepared:
    """Work out a deletion; one of a record that the server never took is no news to it."""
    if before is None or (before.deleted and not past.owed):
        gone = before or edit.kind(id=edit.id or "", deleted=True)
        return Prepared(gone, before, None, {}, base)
    after = before.model_copy(update={"deleted": True})
    return Prepared(after, before, Op.DELETE, {}, base, ended=past.untaken)


def restoration(record: Record, base: int | None = None) -> Edit:
    """Return the edit that restores a deleted record; ``base``: the version the operator saw."""
    return Edit(type(record), {DELETED: False}, record.id, base)


def _of_deleted(
    edit: Edit, before: Record, seen: int | None, past: Past, case: RuleContext
) -> Prepared:
    """Work out an edit of a deleted record: only its restoration goes.

    Rules do not stop it, for nobody is asked; they remark.
    """
    if edit.fields.get(DELETED) is not False:
        stop = finding_about(before, "deleted", "deleted", Severity.BLOCK)
        return Prepared(before, before, None, {}, seen, stops=(stop,))
    record = before.model_copy(update={"deleted": False})
    changed = {DELETED: False} | _owed(record, past)
    op = Op.CREATE if past.created_again else Op.EDIT
    remarks = tuple(judge(record, case))
    return Prepared(record, before, op, changed, _oldest(seen, past, changed), remarks=remarks)


def _left(edit: Edit) -> Prepared:
    """Refuse an edit whose record was here when its form opened: saving would create it twice."""
    gone = edit.kind(id=edit.id or "", deleted=True)
    stop = finding_about(gone, "id", "not_here", Severity.BLOCK)
    return Prepared(gone, None, None, {}, None, stops=(stop,))


def _decision(
    edit: Edit, before: Record | None, known: Known, device: Device, today: date
) -> Prepared:
    """Work out a decision, which is logged though nothing should differ; nobody is asked again."""
    if before is None:
        return _left(edit)
    record = _after(edit, before, device)
    record.deleted = bool(edit.fields.get(DELETED, before.deleted))
    changed: dict[str, Json] = {name: to_json(value) for name, value in edit.fields.items()}
    changed[DECIDED] = [[origin, seq] for origin, seq in edit.decided]
    stops: tuple[Finding, ...] = ()
    if not record.deleted:
        asked = replace(edit, confirmed=frozenset(edit.kind.fields()))
        stops, _ = _weigh(asked, record, before, RuleContext(today, before, known))
    return Prepared(record, before, Op.DECIDE, changed, edit.base or None, stops)


def _after(edit: Edit, before: Record | None, device: Device) -> Record:
    """Apply the edit to the record; a new one gets the laptop's district and block."""
    asks = edit.kind.fields()
    if before is not None:
        values: dict[str, object] = {**before.values()}
        extra = dict(before.extra or {})
    else:
        values = {"id": edit.id or "", "district": device.district, "block": device.block}
        extra = {}
    for name, value in edit.fields.items():
        if name not in asks:
            extra[name] = to_json(value)
            continue
        extra.pop(name, None)  # a value that only a newer version can read gives way
        if name not in _KEPT_BY_THE_STORE and not (name == "district" and value is None):
            values[name] = value
    if edit.fields.get("district") == WHOLE_UT and "block" not in edit.fields:
        values["block"] = None  # not that of a district it was in, or of this laptop
    return edit.kind.of({**values, "extra": extra})


def _difference(
    record: Record, before: Record | None, stamps: frozenset[str] | set[str]
) -> dict[str, Json]:
    """Return the fields that differ, unknown ones included; for a new record all that is filled.

    Stamps follow from the change itself and are named only where the edit brought its own.
    """
    silent = _KEPT_BY_THE_STORE | (_STAMPS - stamps)
    was = before.values() if before else {}
    changed = {
        name: to_json(value)
        for name, value in record.values().items()
        if value != was.get(name) and name not in silent
    }
    if before is not None and changed.keys() & _PLACE:
        # One without the other could come to stand beside another's half.
        changed |= {name: to_json(record.value(name)) for name in sorted(_PLACE)}
    had = (before.extra or {}) if before else {}
    return changed | {
        name: value for name, value in (record.extra or {}).items() if had.get(name) != value
    }


def _weigh(
    edit: Edit, record: Record, before: Record | None, case: RuleContext
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Split the findings into those that stop the save and those that are only shown.

    A fault the record already had does not stop an edit of something else.
    """
    findings = [*_aadhaar_in(edit, record), *judge(record, case)]
    if edit.fields.keys() == {MERGED}:
        return (), tuple(findings)  # who is one person is said first; what follows is to be checked
    stops = [
        finding
        for finding in findings
        if finding.severity is Severity.BLOCK
        or (finding.severity is Severity.REASON and finding.field not in edit.confirmed)
    ]
    if stops and before is not None:
        had = {(f.name, f.field) for f in judge(before, replace(case, before=before))}
        stops = [
            finding
            for finding in stops
            if (finding.name, finding.field) not in had or finding.field in edit.fields
        ]
    return tuple(stops), tuple(finding for finding in findings if finding not in stops)


def _aadhaar_in(edit: Edit, record: Record) -> list[Finding]:
    """Refuse a whole Aadhaar number in any text; fields of long numbers asked for confirmation."""
    asks = edit.kind.fields()
    return [
        finding_about(record, name, "no_aadhaar", Severity.BLOCK)
        for name, value in edit.fields.items()
        if not (name in asks and asks[name].format.may_hold_twelve_digits)
        and contains_aadhaar({name: to_json(value)})
    ]
