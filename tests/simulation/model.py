"""The expected state: all typed changes, and the verdict that each must get.

This shares no code with the program. What a person had seen is known from the run itself (the file
a change was typed into, what its screen showed when the form opened), not from the parents or heads
of an origin.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from tests.simulation.rights import (
    SUPERVISORS,
    WHOLE_UT,
    Past,
    Place,
    Term,
    right_to_change,
    right_to_create,
    right_to_move_to_ut,
)

Json = object
PLACE, DELETED, DECIDED = "district+block", "deleted", "decided"
MERGED, DIFFERENT = "merged_into", "different."
SENT_BACK, CORRECTED = "sent_back", "corrected"
STAMPS = ("created_at", "created_by", "updated_at")
_PLACE = ("district", "block")
_CLEARED = {"remarks", SENT_BACK, CORRECTED}
"""Fields that people empty; a screen shows that too."""
_ID = re.compile(r"[0-9A-Z]{8}-([0-9]+)\Z")


class Violation(AssertionError):
    """A property is violated; the text names it and the place."""


def plain(value: Json) -> str:
    """Return a text that is equal only for equal values: 1, 1.0 and true differ."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def number_of(record_id: str) -> str:
    return record_id.rpartition("-")[2]


def nameless(value: Json) -> str:
    """Return a value, a record id without its origin, which a fork may rename."""
    found = _ID.match(value) if isinstance(value, str) else None
    return f"record {found[1]}" if found else plain(value)


def named_person(name: str, value: Json) -> str:
    """Return the number of the other record that a field names as the same person or another."""
    if name == MERGED and isinstance(value, str):
        return value
    return name.removeprefix(DIFFERENT) if name.startswith(DIFFERENT) else ""


def nameless_field(name: str) -> str:
    """Return the name of a field, without the origin of the record that it names."""
    return DIFFERENT + number_of(name) if name.startswith(DIFFERENT) else name


@dataclass(frozen=True)
class TypedChange:
    """One change as typed."""

    mark: str
    """Operator, kind and number of the record: unchanged when it is logged again."""
    kind: str
    key: str
    """The record, by its creator and number: the same under any origin."""
    op: str
    fields: Mapping[str, Json]
    """The saved fields, district and block as one, a deletion as ``deleted``."""
    base: int
    prior: frozenset[str]
    """Marks of all earlier changes in that file: the author's own history."""
    shown: Mapping[str, frozenset[str]]
    """All values of each field that this file's screen had shown."""
    laptop: str
    people: Mapping[str, str] = field(default_factory=dict)
    """By field, the key of the person that it names: who is meant, whatever the number."""


@dataclass
class FileHistory:
    """The history of one file, copied together with it."""

    typed: list[TypedChange] = field(default_factory=list)
    withdrawn: set[str] = field(default_factory=set)
    shown: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def copy(self) -> FileHistory:
        return FileHistory(
            list(self.typed),
            set(self.withdrawn),
            {
                key: {name: set(values) for name, values in of.items()}
                for key, of in self.shown.items()
            },
        )

    def show(self, key: str, values: Mapping[str, Json]) -> None:
        """Note that this file's screen shows a record with these values."""
        of = self.shown.setdefault(key, {})
        for name, value in fields_of(values):
            of.setdefault(name, set()).add(plain(value))
        for name in _CLEARED - values.keys():
            of.setdefault(name, set()).add(plain(None))


def fields_of(values: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Yield a row's fields as they merge: district and block as one, without stamps."""
    yield PLACE, [values.get(name) for name in _PLACE]
    for name, value in values.items():
        if name not in _PLACE and name not in STAMPS:
            yield name, value


def written_fields(
    fields: Mapping[str, Json], op: str, values: Mapping[str, Json] | None = None
) -> dict[str, Json]:
    """Return the fields that a change writes, named as by :func:`fields_of`."""
    had = values if values and op != "create" else {}  # a creation says the whole place
    said = {
        name: value
        for name, value in fields.items()
        if name not in (*_PLACE, *STAMPS, DECIDED, "id", "version")
    }
    if any(name in fields for name in _PLACE):
        said[PLACE] = [fields.get(name, had.get(name)) for name in _PLACE]
    if op == "delete":
        said.setdefault(DELETED, True)
    return said


UNMERGED = ("rejected", "late", "waiting")
"""Verdicts on changes that the server keeps in its log alone."""


@dataclass(frozen=True)
class Write:
    """The last write of a field."""

    version: int
    mark: str


@dataclass
class Row:
    """The expected record on the server."""

    kind: str
    values: dict[str, Json] = field(default_factory=dict)
    written: dict[str, Write] = field(default_factory=dict)
    version: int = 0
    places: list[tuple[int, Place]] = field(default_factory=list)
    """Its places, each with the version from which it counts."""
    times: dict[int, int] = field(default_factory=dict)
    """When each version was made."""
    created_by: str = ""
    """The mark of its creation."""

    @property
    def place(self) -> Place:
        return self.places[-1][1]

    def place_at(self, version: int) -> Place:
        """Return its place at a version; before the first, its first place."""
        found = [place for since, place in self.places if since <= version]
        return found[-1] if found else self.places[0][1]

    def value(self, name: str) -> Json:
        if name == PLACE:
            return [self.values.get(part) for part in _PLACE]
        return self.values.get(name, False if name == DELETED else None)

    def put(self, name: str, value: Json) -> None:
        if name == PLACE and isinstance(value, list):
            for part, one in zip(_PLACE, value, strict=True):
                self.put(part, one)
        elif value is None or (name == DELETED and value is False):
            self.values.pop(name, None)
        else:
            self.values[name] = value


@dataclass
class Held:
    """An open conflict."""

    seqs: list[int]
    held: Json
    saw: frozenset[str]
    """The values that may be reported as seen by its author; empty: not known."""


@dataclass(frozen=True)
class Entry:
    """A change in the server's log."""

    origin: str
    seq: int
    verdict: str
    version: int | None
    record_id: str
    body: Mapping[str, Json]
    district: int
    """The record's district afterwards."""


@dataclass(frozen=True)
class Fate:
    """What is to become of a change that the server stored."""

    origin: str
    seq: int
    verdict: str
    version: int | None
    record_id: str
    held: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Unsettled:
    """A change that is late or waiting."""

    entry: Entry
    mark: str
    device: int


@dataclass
class ServerState:
    """The expected content of the server; saved and restored with the server's backup."""

    rows: dict[str, Row] = field(default_factory=dict)
    conflicts: dict[tuple[str, str, str], Held] = field(default_factory=dict)
    fates: dict[str, Fate] = field(default_factory=dict)
    late: dict[str, Unsettled] = field(default_factory=dict)
    """By mark, in order of arrival."""
    waiting: dict[str, list[Unsettled]] = field(default_factory=dict)
    """By the record that is to come, in order of arrival."""


class Expected:
    """Computes the expected rows of the server, change by change as they are stored."""

    def __init__(
        self,
        terms: Mapping[int, Sequence[Term]],
        roles: Mapping[int, str],
        now: Callable[[], int],
    ) -> None:
        self.terms = terms
        self.roles = roles
        self.now = now
        self.state = ServerState()
        self.typed: dict[str, TypedChange] = {}
        self.history: dict[tuple[str, int], list[dict[str, Json]]] = {}
        """Every row that the server ever had, by id and version."""
        self.was_restored = False
        """Whether the server was restored; then it cannot know what people saw before."""
        self.tampered: set[str] = set()
        """Marks of changes that hold a value the server repower_cuts."""
        self.lies: set[str] = set()
        """Marks of changes of a lying device that must not be taken."""
        self.guessing: set[str] = set()
        """Marks of changes whose author lies about what he saw."""
        self.senders: dict[str, int] = {}
        """By mark, the device that sent a change."""

    def saved_state(self) -> ServerState:
        return deepcopy(self.state)

    def restore_state(self, state: ServerState) -> None:
        self.state = deepcopy(state)
        self.was_restored = True

    def accept(self, entry: Entry, mark: str, device: int, floor: int) -> None:
        """Apply one change of the server's log, and note what is to become of it."""
        typed = self.typed.get(mark)
        if typed is None:
            raise Violation(f"P2: nobody typed change {entry.seq} of {entry.origin} ({mark})")
        if before := self.state.fates.get(mark):
            raise Violation(
                f"P2: {mark} stands twice in the server's log: {before.origin} {before.seq} "
                f"and {entry.origin} {entry.seq}"
            )
        self._check_as_typed(typed, entry)
        self.senders[mark] = device
        self._judge(Unsettled(entry, mark, device), floor)

    def compare(self, entry: Entry, mark: str) -> None:
        """Raise if the server's log says anything else of a change than it ought to."""
        fate = self.state.fates[mark]
        if entry.verdict != fate.verdict:
            raise Violation(
                f"P3: {mark} on {entry.record_id} was {entry.verdict}, where it ought to be "
                f"{fate.verdict} (held: {', '.join(sorted(fate.held)) or 'nothing'})"
            )
        if entry.version != fate.version:
            raise Violation(
                f"P4: {entry.record_id} is at version {entry.version} after {mark}, "
                f"it ought to be at {fate.version}"
            )

    def _check_as_typed(self, typed: TypedChange, entry: Entry) -> None:
        row = self.state.rows.get(entry.record_id)
        said = written_fields(
            _dict(entry.body["fields"]), str(entry.body["op"]), row.values if row else None
        )
        here = {nameless_field(name): nameless(value) for name, value in typed.fields.items()}
        there = {nameless_field(name): nameless(value) for name, value in said.items()}
        if here.get(PLACE) != there.get(PLACE) and PLACE in here and PLACE in there:
            here.pop(PLACE), there.pop(PLACE)  # a half of it may stand for the whole
        if here != there or (base := entry.body["base"] or 0) != typed.base:
            raise Violation(
                f"P2: the server's log has {there} on {entry.body['base']} for {typed.mark}, "
                f"typed was {here} on {typed.base}"
            )
        del base

    def _judge(self, one: Unsettled, floor: int, *, unseen: bool = False) -> None:
        """Merge a change, or note why not."""
        entry, typed = one.entry, self.typed[one.mark]
        row = self.state.rows.get(entry.record_id)
        ahead = typed.base > max(row.version if row else 0, floor)
        verdict = "rejected" if ahead else self._verdict(one, typed, row, floor)
        if verdict == "late":
            self.state.late[one.mark] = one
        elif verdict == "waiting":
            self.state.waiting.setdefault(entry.record_id, []).append(one)
        if verdict:
            self._note(one, verdict, None)
        else:
            self._apply(one, floor, unseen=unseen)

    def _verdict(self, one: Unsettled, typed: TypedChange, row: Row | None, floor: int) -> str:
        """Return the verdict of a change that is not merged; empty if it is."""
        if typed.mark in self.tampered | self.lies:
            return "rejected"
        if (row is not None or typed.op == "create") and self._forbidden(one, typed, row):
            return "rejected"
        role, terms, now = self.roles[one.device], self.terms[one.device], self.now()
        place = typed.fields.get(PLACE)
        if row is not None:
            past = Past(row.places, row.times, own=row.created_by in typed.prior)
            right = right_to_change(role, terms, past, typed.base, now)
            if right == "never" and 0 < typed.base <= floor and typed.base not in row.times:
                right = "late"  # seen on a server whose data was lost
            to_ut = isinstance(place, list) and place[0] == WHOLE_UT != row.place[0]
            if to_ut:
                right = right_to_move_to_ut(role, terms, right, now)
        elif typed.op == "create":
            made = (place[0], place[1]) if isinstance(place, list) else (one.entry.district, None)
            right = right_to_create(role, terms, made, now)
        else:
            return "rejected" if self._not_there(typed, one.entry.record_id) else "waiting"
        return {"now": "", "late": "late", "never": "rejected"}[right]

    def _forbidden(self, one: Unsettled, typed: TypedChange, row: Row | None) -> bool:
        """Say whether the role of the author's device forbids a change."""
        role = self.roles[one.device]
        if role not in SUPERVISORS and self._sends_back(one.entry, typed, row):
            return True
        if role not in ("viewer", "registrar"):
            return False
        of_group = typed.kind == "self_help_group"
        if role == "viewer" or (of_group and self._changes_group(typed, row)):
            return True
        own = row is not None and row.created_by in typed.prior
        if plain(typed.fields.get(MERGED)) != plain(row.value(MERGED) if row else None) and (
            MERGED in typed.fields
        ):
            return True
        for name, value in typed.fields.items():
            if row is None or plain(row.value(name)) == plain(value):
                continue
            if (name == PLACE and typed.op != "create") or (name == DELETED and not own):
                return True
        return self._approves(typed, row) or self._settles(one.entry, typed)

    @staticmethod
    def _changes_group(typed: TypedChange, row: Row | None) -> bool:
        """Say whether a change makes a group or changes it; what stands may be agreed to."""
        return row is None or any(
            plain(row.value(name)) != plain(value)
            for name, value in typed.fields.items()
            if name != CORRECTED
        )

    def _sends_back(self, entry: Entry, typed: TypedChange, row: Row | None) -> bool:
        """Say whether a change sends a record back, accepts it, or settles between the two."""
        if SENT_BACK not in typed.fields:
            return False
        stands = row.value(SENT_BACK) if row else None
        return plain(typed.fields[SENT_BACK]) != plain(stands) or self._settles(entry, typed)

    def _approves(self, typed: TypedChange, row: Row | None) -> bool:
        """Say whether a change approves an application, or takes an approval back that it saw."""
        status = typed.fields.get("status")
        stands = row.value("status") if row else None
        if status is None or (status == stands and row is not None):
            return False
        last = row.written.get("status") if row else None
        seen = last is not None and (last.version <= typed.base or last.mark in typed.prior)
        return status == "S1_APPROVED" or (seen and stands == "S1_APPROVED")

    def _settles(self, entry: Entry, typed: TypedChange) -> bool:
        """Say whether a decision settles a value that others typed."""
        decided = _dict(entry.body["fields"]).get(DECIDED)
        fates = (self.state.fates.get(mark) for mark in typed.prior)
        own = {(fate.origin, fate.seq) for fate in fates if fate}
        return any((one[0], one[1]) not in own for one in decided or [])  # type: ignore[attr-defined]

    def _not_there(self, typed: TypedChange, record_id: str) -> bool:
        """Say whether the author had entered the record, and no entry may still be taken."""
        entries = [
            self.state.fates[mark].verdict
            for mark in typed.prior
            if mark in self.state.fates
            and self.state.fates[mark].record_id == record_id
            and self.typed[mark].kind == typed.kind
            and self.typed[mark].op == "create"
        ]
        return "rejected" in entries and "late" not in entries

    def take(self, mark: str, floor: int) -> None:
        """A supervisor takes a late change in: what its author wrote since stays (rule 34)."""
        one = self.state.late.pop(mark)
        self._apply(one, floor, admitted=True)

    def leave(self, mark: str) -> None:
        """A supervisor leaves a late change, and what waits for the record that it creates."""
        one = self.state.late.pop(mark)
        self._note(one, "rejected", None)
        record_id = one.entry.record_id
        for other in self.state.waiting.get(record_id, [])[:]:
            if mark in self.typed[other.mark].prior:
                self.state.waiting[record_id].remove(other)
                self._note(other, "rejected", None)

    def _note(
        self, one: Unsettled, verdict: str, version: int | None, held: Iterable[str] = ()
    ) -> None:
        entry = one.entry
        self.state.fates[one.mark] = Fate(
            entry.origin, entry.seq, verdict, version, entry.record_id, frozenset(held)
        )

    def _apply(
        self, one: Unsettled, floor: int, *, admitted: bool = False, unseen: bool = False
    ) -> None:
        entry, typed = one.entry, self.typed[one.mark]
        row = self.state.rows.get(entry.record_id)
        said = written_fields(
            _dict(entry.body["fields"]), str(entry.body["op"]), row.values if row else None
        )
        if new := row is None:
            row = self.state.rows[entry.record_id] = Row(typed.kind, created_by=one.mark)
            if PLACE not in said:
                row.put("district", entry.district)
        if admitted:
            said = {
                name: value
                for name, value in said.items()
                if name not in row.written or not self._after(row.written[name], typed)
            }
        held = self._merge(row, entry, typed, said, floor, unseen=unseen)
        self._note(one, "conflict" if held else "applied", row.version, held)
        if new:
            for other in self._waiting_for(entry.record_id, typed.kind):
                theirs = self.typed[other.mark]
                saw = one.mark in theirs.prior or 0 < theirs.base <= floor
                self._judge(other, floor, unseen=not saw)

    def _waiting_for(self, record_id: str, kind: str) -> list[Unsettled]:
        """Take out the changes that wait for this record; those of another kind wait on."""
        waiting = self.state.waiting.pop(record_id, [])
        if others := [one for one in waiting if self.typed[one.mark].kind != kind]:
            self.state.waiting[record_id] = others
        return [one for one in waiting if one not in others]

    def _after(self, write: Write, typed: TypedChange) -> bool:
        """Say whether a write was made by somebody who knew the change as his own past."""
        return typed.mark in self.typed[write.mark].prior

    def _merge(
        self,
        row: Row,
        entry: Entry,
        typed: TypedChange,
        said: Mapping[str, Json],
        floor: int,
        *,
        unseen: bool,
    ) -> set[str]:
        """Merge one change by the rules of the protocol; return the held fields."""
        was_deleted = row.value(DELETED) is True
        others = {
            name
            for name, write in row.written.items()
            if write.version > typed.base
            and write.mark not in typed.prior
            and not self._after(write, typed)
        }
        differing = {
            name: value for name, value in said.items() if plain(value) != plain(row.value(name))
        }
        held = {
            name: value
            for name, value in differing.items()
            if unseen or (others if name == DELETED and value is True else name in others)
        }
        applied = {name: value for name, value in differing.items() if name not in held}
        self._check_all_seen(entry, row, typed, applied, others)
        closes = not held
        apart = self._apart(row, typed, others, applied, unseen=unseen)
        if apart == {typed.mark}:
            held[MERGED] = None
        edits = typed.op != "delete" and DELETED not in said
        if was_deleted and edits and (unseen or DELETED in others):
            held[DELETED], closes = False, False
        self._write(row, entry, typed, applied, max(row.version, floor) + 1)
        self._keep(entry, held, said)
        for mark in sorted(apart - {typed.mark}):
            self._keep_apart(entry.record_id, self.state.fates[mark])
        if closes and entry.body["op"] == "decide":
            self._close(entry, said)
        return set(held)

    def _write(
        self, row: Row, entry: Entry, typed: TypedChange, applied: Mapping[str, Json], after: int
    ) -> None:
        """Write the fields that a change may write; ``after``: the version if there are any."""
        new = not row.version
        for name, value in applied.items():
            row.put(name, value)
            row.written[name] = Write(after, typed.mark)
        self._stamp(row, entry.body, new=new, changed=bool(applied))
        if applied or new:
            row.version = after
            row.times[after] = self.now()
            place = (row.values.get("district"), row.values.get("block"))
            if not row.places or row.place != place:
                row.places.append((after, place))  # type: ignore[arg-type]
            self.history.setdefault((entry.record_id, after), []).append(dict(row.values))

    def _check_all_seen(
        self,
        entry: Entry,
        row: Row,
        typed: TypedChange,
        applied: Mapping[str, Json],
        others: set[str],
    ) -> None:
        """Raise if a person overwrites, deletes or merges what he neither saw nor wrote."""
        for name, value in applied.items():
            whole = (name == DELETED and value is True) or (name == MERGED and value is not None)
            seen = row.written.keys() - others if whole else {name}
            self._check_seen(entry, row, typed, sorted(seen))
        if applied.keys() - {DELETED} and MERGED not in others | typed.fields.keys():
            self._check_seen(entry, row, typed, [MERGED])

    def _apart(
        self,
        row: Row,
        typed: TypedChange,
        others: set[str],
        applied: Mapping[str, Json],
        *,
        unseen: bool,
    ) -> set[str]:
        """Return the changes because of which it is open whether the record is merged (rule 29).

        The change itself, if it edits a merged record and its author did not know that; else
        those that the author of a merge did not know.
        """
        if applied.get(MERGED):
            return {row.written[name].mark for name in others - {MERGED, DELETED}}
        if MERGED in typed.fields or not row.value(MERGED) or applied.keys() <= {DELETED}:
            return set()
        return {typed.mark} if unseen or MERGED in others else set()

    def _check_seen(self, entry: Entry, row: Row, typed: TypedChange, names: Iterable[str]) -> None:
        """Raise if a person overwrites a value that they neither saw nor wrote."""
        for name in names:
            last, value = row.written.get(name), row.value(name)
            if last is None or last.mark in typed.prior or value in (None, False):
                continue
            if typed.mark in self.guessing:
                continue
            shown = typed.shown.get(name, frozenset())
            if plain(value) in shown or shown & self._followed(entry.record_id, name, last, typed):
                continue
            raise Violation(
                f"P3: {typed.mark} overwrote {name} = {plain(value)} of {last.mark} unseen"
            )

    def _followed(self, record_id: str, name: str, last: Write, typed: TypedChange) -> set[str]:
        """Return the value at the change's base of a field whose writes the server lost since.

        Having seen that value counts as having seen the later ones.
        """
        if not self.was_restored or typed.base <= last.version:
            return set()
        rows = self.history.get((record_id, typed.base), [])
        return {plain(dict(fields_of(row)).get(name)) for row in rows}

    def _stamp(self, row: Row, body: Mapping[str, Json], *, new: bool, changed: bool) -> None:
        given = _dict(body["fields"])
        if new:
            row.put("created_at", given.get("created_at", body["at"]))
            row.put("created_by", given.get("created_by", body["operator"] or None))
        if new or changed:
            row.put("updated_at", given.get("updated_at", body["at"]))

    def _keep(self, entry: Entry, held: Mapping[str, Json], said: Mapping[str, Json]) -> None:
        for name, value in held.items():
            conflict = self.state.conflicts.setdefault(
                (entry.record_id, name, entry.origin), Held([], value, self._at_base(entry, name))
            )
            conflict.seqs.append(entry.seq)
            if name != MERGED or name in said:
                conflict.held = value

    def _keep_apart(self, record_id: str, unseen: Fate) -> None:
        """Note that the author of a merge had not seen this change."""
        conflict = self.state.conflicts.setdefault(
            (record_id, MERGED, unseen.origin), Held([], None, frozenset())
        )
        if unseen.seq not in conflict.seqs:
            conflict.seqs.append(unseen.seq)

    def _at_base(self, entry: Entry, name: str) -> frozenset[str]:
        """Return the field's possible values at the change's base."""
        base = entry.body["base"]
        if name == DELETED or self.was_restored or not isinstance(base, int):
            return frozenset()
        rows = self.history.get((entry.record_id, base), [])
        return frozenset(plain(dict(fields_of(row)).get(name)) for row in rows)

    def _close(self, entry: Entry, said: Mapping[str, Json]) -> None:
        """Close the conflicts that a decision names, in the fields it decides."""
        fields = _dict(entry.body["fields"])
        decided = fields.get(DECIDED)
        saw = {(one[0], one[1]) for one in decided} if isinstance(decided, list) else set()
        for key, held in list(self.state.conflicts.items()):
            record_id, name, origin = key
            if record_id == entry.record_id and name in said:
                held.seqs = [seq for seq in held.seqs if (origin, seq) not in saw]
                if not held.seqs:
                    del self.state.conflicts[key]


def _dict(value: Json) -> dict[str, Json]:
    assert isinstance(value, dict)
    return value
