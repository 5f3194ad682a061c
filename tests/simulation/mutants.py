"""Mutants: each removes one rule of the protocol by patching the real program."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import cast
from unittest.mock import patch

from sqlalchemy import Connection, select, update
from tests.simulation import devices

from fieldkit.protocol import merge
from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import Change, Json, Op
from fieldkit.protocol.identity import CROCKFORD
from fieldkit.protocol.messages.scope import Scope
from fieldkit.protocol.messages.sync import Mark, ShownHead
from fieldkit.records.declaration import one_person, review
from fieldkit.server import scope
from fieldkit.server.conflicts import Held
from fieldkit.server.conflicts import conflicts as kept_conflicts
from fieldkit.server.database import eras
from fieldkit.server.database.rows import Key, read_places
from fieldkit.server.devices import enrolment
from fieldkit.server.devices.bindings import bind
from fieldkit.server.feed import page, receipt
from fieldkit.server.feed import positions as feed
from fieldkit.server.ingest import batch, unsettled
from fieldkit.server.ingest.logged import incoming, logs, outcomes
from fieldkit.server.ingest.records import authors, locked_records, record_state
from fieldkit.server.scope import Device, Place
from fieldkit.store import tables
from fieldkit.store.files import restore
from fieldkit.store.log import changes as log
from fieldkit.store.log import identity, outbox
from fieldkit.store.pull import apply as apply_answer
from fieldkit.store.pull import forks, pull, restarts, scopes
from fieldkit.store.read import aliases
from fieldkit.store.read.review import look_alikes
from fieldkit.store.read.server_rows import BaseRow
from fieldkit.store.rows import overlays
from fieldkit.store.write import edits
from fieldkit.sync.exchange import applying, session

Patch = AbstractContextManager[object]


@dataclass(frozen=True)
class Mutant:
    """One removed rule."""

    rule: str
    what: str
    profile: str
    """The profile whose runs are likely to detect it."""
    patches: Callable[[], Sequence[Patch]]
    tests: str = ""
    """The tests that detect what random runs meet too seldom."""


MUTANTS: list[Mutant] = []


def mutant(
    rule: str, what: str, profile: str, tests: str = ""
) -> Callable[[Callable[[], Sequence[Patch]]], Callable[[], Sequence[Patch]]]:
    """Register the patches of a mutant."""

    def enter(patches: Callable[[], Sequence[Patch]]) -> Callable[[], Sequence[Patch]]:
        MUTANTS.append(Mutant(rule, what, profile, patches, tests))
        return patches

    return enter


# The chain


@mutant("2", "log the unsent tail again at once when a backup is restored", "restores")
def _() -> list[Patch]:
    usual = identity.renew_origin

    def renew(connection: Connection, *, place: str | None = None) -> None:
        usual(connection, place=place)
        own = tables.origin.c
        rows = connection.execute(tables.origin.select().order_by(own.born.desc())).all()
        old = rows[1]
        forks.fork(connection, old.origin, old.acked_seq + 1)

    return [patch.object(restore, "renew_origin", renew)]


@mutant("2", "go on under the old name in a restored or older copy", "restores")
def _() -> list[Patch]:
    return [
        patch.object(restore, "renew_origin", lambda _connection: None),
        patch.object(applying.AnswerApplier, "_in_use", lambda _self, _origin: False),
    ]


@mutant("3", "draw the name of a fork at random", "copies")
def _() -> list[Patch]:
    chance = random.Random("forks")

    def draw(_origin: str, _head: bytes) -> str:
        return "F" + "".join(chance.choice(CROCKFORD) for _ in range(7))

    return [patch.object(forks, "derived_origin", draw)]


@mutant("3", "log the whole unacknowledged tail again at a fork, and what precedes it", "copies")
def _() -> list[Patch]:
    usual = forks.fork

    def early(connection: Connection, origin: str, seq: int) -> None:
        usual(connection, origin, max(seq - 1, 1))

    return [patch.object(pull, "fork", early)]


@mutant("4", "treat inherited writes as another origin's", "restores")
def _() -> list[Patch]:
    def includes(self: merge.Ancestry, written: merge.FieldWrite) -> bool:
        return written.origin == self.origin

    return [patch.object(merge.Ancestry, "includes", includes)]


@mutant("41", "begin no era when a server starts", "lost server")
def _() -> list[Patch]:
    return [patch.object(devices, "begin_era", lambda *_: None)]


@mutant("42", "ignore the marks of laptops", "lost server")
def _() -> list[Patch]:
    from fieldkit.server.ingest import sync

    return [patch.object(sync, "served_by_lost_data", lambda *_: False)]


@mutant(
    "42",
    "look at the cursors of a laptop, not at the batches it was told of",
    "lost server",
    tests="tests/server/test_restored.py",
)
def _() -> list[Patch]:
    usual = eras._reached

    def reached(connection: Connection, mark: Mark) -> bool:
        return usual(connection, mark.model_copy(update={"batches": 0}))

    return [patch.object(eras, "_reached", reached)]


@mutant("42", "keep the cursors when the server has lost what it sent", "lost server")
def _() -> list[Patch]:
    return [patch.object(restarts, "pull_from_start", lambda *_, **__: {"more": 1})]


@mutant(
    "42",
    "compare no log again when the server has lost what it sent",
    "lost server",
    tests="tests/store/test_restarts.py",
)
def _() -> list[Patch]:
    usual = restarts.begin_again

    def begin_again(connection: Connection) -> bool:
        own = tables.origin
        heads = {row.origin: row.server_head for row in connection.execute(select(own))}
        done = usual(connection)
        for origin, head in heads.items():
            put_back = update(own).where(own.c.origin == origin).values(server_head=head)
            connection.execute(put_back)
        return done

    return [patch.object(pull, "begin_again", begin_again)]


@mutant(
    "42",
    "keep what the server does not send again",
    "lost server",
    tests="tests/store/test_restarts.py",
)
def _() -> list[Patch]:
    return [patch.object(pull, "remove_some", lambda *_: None)]


@mutant("42", "offer nothing again to a server that lost it", "lost server")
def _() -> list[Patch]:
    return [patch.object(pull.Pull, "offer_again", lambda *_: None)]


# The server


@mutant("7", "accept a batch without comparing known changes", "copies")
def _() -> list[Patch]:
    usual = incoming.known_of

    def known_of(*given: object) -> incoming.Known:
        return replace(usual(*given), fork=None)  # type: ignore[arg-type]

    from fieldkit.server.ingest import sync

    return [
        patch.object(sync, "known_of", known_of),
        patch.object(logs, "check_whole", lambda *_: True),
    ]


@mutant("8", "count versions by district instead of by record", "moves")
def _() -> list[Patch]:
    usual = merge.merge
    counters: dict[object, int] = {}

    def merged(
        values: Mapping[str, Json],
        written: Mapping[str, merge.FieldWrite],
        change: Change,
        ancestry: merge.Ancestry,
        version: int,
        *,
        above: int = 0,
        unseen: bool = False,
    ) -> merge.Merged:
        district = change.fields.get("district", values.get("district"))
        after = counters[district] = counters.get(district, 0) + 1
        return usual(values, written, change, ancestry, after - 1, above=above, unseen=unseen)

    return [patch.object(record_state, "merge", merged)]


@mutant("9", "let an equal write count as a new one", "conflicts")
def _() -> list[Patch]:
    return [patch.object(merge, "same_value", lambda _one, _other: False)]


@mutant("9", "let the last write win", "conflicts")
def _() -> list[Patch]:
    return [patch.object(merge.Ancestry, "includes", lambda _self, _written: True)]


@mutant("11", "merge district and block as two fields", "moves")
def _() -> list[Patch]:
    return [
        patch.object(merge, "_PLACE_FIELDS", ()),
        patch.object(record_state, "PLACE", "district"),
    ]


@mutant("12", "let a deletion win over edits it did not see", "conflicts")
def _() -> list[Patch]:
    usual = merge.merge

    def merged(
        values: Mapping[str, Json],
        written: Mapping[str, merge.FieldWrite],
        change: Change,
        ancestry: merge.Ancestry,
        version: int,
        *,
        above: int = 0,
        unseen: bool = False,
    ) -> merge.Merged:
        if change.op is Op.DELETE:
            written = {name: one for name, one in written.items() if name == merge.DELETED}
        return usual(values, written, change, ancestry, version, above=above, unseen=unseen)

    return [patch.object(record_state, "merge", merged)]


@mutant("12", "apply an edit of a deleted record without a conflict", "conflicts")
def _() -> list[Patch]:
    return [patch.object(merge, "_is_edit", lambda _change: False)]


@mutant("13", "let a decision close what it does not name", "conflicts")
def _() -> list[Patch]:
    class Everything(frozenset[tuple[str, int]]):
        def __contains__(self, _pair: object) -> bool:
            return True

        def __bool__(self) -> bool:
            return True

    def decided(change: Change) -> frozenset[tuple[str, int]]:
        return Everything() if change.op is Op.DECIDE else frozenset()

    return [patch.object(merge, "_named_by_decision", decided)]


@mutant("13", "let a decision close though it did not apply", "conflicts")
def _() -> list[Patch]:
    usual = merge.merge

    def merged(*given: object, **known: object) -> merge.Merged:
        done = usual(*given, **known)  # type: ignore[arg-type]
        return replace(done, closes=merge._named_by_decision(cast(Change, given[2])))

    return [patch.object(record_state, "merge", merged)]


@mutant("14", "leave conflicts behind when their record moves", "moves")
def _() -> list[Patch]:
    usual = kept_conflicts
    born: dict[object, object] = {}

    def conflicts(connection: Connection, keys: Collection[Key]) -> Mapping[Key, list[Held]]:
        held = usual(connection, keys)
        stand = read_places(connection, keys)
        for key, some in held.items():
            here = stand.get(key)
            held[key] = [
                one
                for one in some
                if born.setdefault((key, one.field, one.origin, one.seqs[0]), here) == here
            ]
        return held

    return [patch.object(page, "conflicts", conflicts)]


@mutant("15", "allow only by the record's present place", "moves")
def _() -> list[Patch]:
    def place_at(now: Place, _moves: object, _base: int) -> Place:
        return now

    return [patch.object(scope, "place_at", place_at)]


@mutant("15", "allow only by the present scope", "moves")
def _() -> list[Patch]:
    def rights_of(connection: Connection, device: Device, now: int) -> scope.Rights:
        return scope.Rights((replace(device.terms[-1], began_at=0),), now)

    return [patch.object(unsettled, "rights_of", rights_of)]


@mutant("15", "allow everything", "rejections")
def _() -> list[Patch]:
    return [patch.object(record_state, "_check_right", lambda *_: None)]


@mutant("15", "let every role write everything", "roles")
def _() -> list[Patch]:
    return [patch.object(outcomes, "check_role", lambda *_: None)]


@mutant("15", "let every role settle what others typed", "roles")
def _() -> list[Patch]:
    return [patch.object(authors, "_settles_others", lambda *_: False)]


@mutant("15", "let every role delete what others entered", "roles")
def _() -> list[Patch]:
    return [patch.object(authors, "_entered", lambda *_: True)]


@mutant("15", "let a role undo the state that it may not enter", "roles")
def _() -> list[Patch]:
    return [patch.object(authors, "_unseen", lambda _, change, __: frozenset(change.fields))]


@mutant("32", "count an ended scope for ever", "areas")
def _() -> list[Patch]:
    return [patch.object(scope.Rights, "_counts", lambda *_: True)]


@mutant("33", "let a former device write what it cannot have seen", "areas")
def _() -> list[Patch]:
    return [patch.object(scope, "_can_have_seen", lambda *_: True)]


@mutant("33", "let a device write what left its area before it came, or long ago", "areas")
def _() -> list[Patch]:
    def was_there(_self: scope.Rights, term: scope.Term, record: scope.Past, base: int) -> bool:
        return term.scope.holds(*scope.place_at(record.place, record.moves, base))

    return [patch.object(scope.Rights, "_was_there", was_there)]


@mutant("34", "reject what is late", "areas")
def _() -> list[Patch]:
    return [patch.object(record_state, "TooLate", record_state.OutOfScope)]


@mutant("34", "never ask what became of late and waiting changes", "areas")
def _() -> list[Patch]:
    return [patch.object(outbox, "unsettled_changes", lambda _connection: {})]


@mutant("43", "forget what waits for a record", "lost server")
def _() -> list[Patch]:
    return [patch.object(batch, "merge_waiting", lambda *_: None)]


@mutant("43", "apply an edit whose author cannot have seen the record", "areas")
def _() -> list[Patch]:
    usual = record_state.apply_change

    def apply_change(*given: object, admitted: bool, unseen: bool) -> merge.Merged:
        del unseen
        return usual(*given, admitted=admitted)  # type: ignore[arg-type]

    return [patch.object(outcomes, "apply_change", apply_change)]


@mutant("47", "let everybody write the whole UT", "whole UT")
def _() -> list[Patch]:
    return [patch.object(Scope, "writes", Scope.reads)]


@mutant("47", "let everybody move records to the whole UT", "whole UT")
def _() -> list[Patch]:
    return [patch.object(scope.Rights, "to_move_to_ut", lambda _self, right: right)]


@mutant("47", "send the records of the whole UT only to who may write there", "whole UT")
def _() -> list[Patch]:
    return [patch.object(scope.Reader, "sees", lambda self, place: self.scope.holds(*place))]


@mutant("47", "retire the records of the whole UT with a former area", "whole UT")
def _() -> list[Patch]:
    return [patch.object(scopes, "WHOLE_UT", -7)]


# Feed and cursor


@mutant("18", "give one position to all records of a batch", "cuts")
def _() -> list[Patch]:
    usual = feed.append_entries
    batches: list[tuple[int, int, int]] = []

    def append_entries(
        connection: Connection,
        counters: Mapping[int, int],
        records: Mapping[Key, tuple[Place, Place | None]],
    ) -> None:
        usual(connection, counters, records)
        for district, position in feed.positions(connection).items():
            if position > counters.get(district, position):
                batches.append((district, counters[district], position))

    reached = page._Stream.reached

    def at_number(self: page._Stream, taken: int) -> int:
        position = reached(self, taken)
        for district, start, end in batches:
            if district == self.district and start < position <= end:
                return end
        return position

    return [
        patch.object(locked_records, "append_entries", append_entries),
        patch.object(page._Stream, "reached", at_number),
    ]


@mutant("19", "leave no feed entry where a record was before", "moves")
def _() -> list[Patch]:
    usual = feed.append_entries

    def append_entries(
        connection: Connection,
        counters: Mapping[int, int],
        records: Mapping[Key, tuple[Place, Place | None]],
    ) -> None:
        here = {key: (now, now if was else None) for key, (now, was) in records.items()}
        usual(connection, counters, here)

    return [patch.object(locked_records, "append_entries", append_entries)]


@mutant("20", "keep records outside a new scope", "moves")
def _() -> list[Patch]:

    return [patch.object(pull, "retire_some", lambda *_: None)]


# The laptop


@mutant("21", "drop an acknowledged change before its row is received", "cuts")
def _() -> list[Patch]:
    def still_overlays(self: log.OwnChange, _version: int, *, gone: bool = False) -> bool:
        return not self.acked or self.unmerged

    return [patch.object(log.OwnChange, "overlays", still_overlays)]


@mutant("22", "let an acknowledgement move the version of a row", "conflicts")
def _() -> list[Patch]:
    usual = overlays.OverlayRebuilder.base

    def answered(
        rebuilder: overlays.OverlayRebuilder, keys: Collection[Key], _settled: Collection[Key]
    ) -> dict[Key, BaseRow]:
        found = {}
        for key in filter(rebuilder.is_here, keys):
            versions = [one.row.version or 0 for one in rebuilder.own.get(key, ()) if one.acked]
            was = usual(rebuilder, key)
            found[key] = replace(was, version=max([was.version, *versions]))
        return found

    return [patch.object(apply_answer, "_acknowledged_bases", answered)]


@mutant("10", "take the newest base of a change's fields", "slow line")
def _() -> list[Patch]:
    usual = edits.prepare

    def prepare(edit: edits.Edit, before: object, *rest: object) -> edits.Prepared:
        done = usual(edit, before, *rest)  # type: ignore[arg-type]
        version = getattr(before, "version", None)
        return replace(done, base=version if edit.base is None else edit.base or None)

    from fieldkit.store.write import save as saving

    return [patch.object(saving, "prepare", prepare)]


@mutant("23", "take the base when a form is saved", "office")
def _() -> list[Patch]:
    usual = edits.prepare

    def prepare(edit: edits.Edit, *rest: object) -> edits.Prepared:
        return usual(replace(edit, base=None), *rest)  # type: ignore[arg-type]

    from fieldkit.store.write import save as saving

    return [patch.object(saving, "prepare", prepare)]


@mutant("24", "stop showing rejected changes", "rejections")
def _() -> list[Patch]:
    def still_overlays(self: log.OwnChange, version: int, *, gone: bool = False) -> bool:
        return not self.acked or (not gone and not self.unmerged and self.made_later_than(version))

    return [patch.object(log.OwnChange, "overlays", still_overlays)]


@mutant("24", "keep showing a rejected value after a later own one", "rejections")
def _() -> list[Patch]:
    def owed(
        _connection: Connection, own: Mapping[Key, Sequence[log.OwnChange]]
    ) -> dict[tuple[str, int], set[str]]:
        return {
            one.at: {*one.change().fields, "deleted"}
            for changes in own.values()
            for one in changes
            if one.unmerged
        }

    return [patch.object(overlays, "owed_fields", owed)]


@mutant("25", "mark changes made during a sync as acknowledged", "cuts")
def _() -> list[Patch]:
    usual = outbox.acknowledge

    def acknowledge(connection: Connection, origin: str, *rest: object) -> list[tuple[str, str]]:
        done = usual(connection, origin, *rest)  # type: ignore[arg-type]
        last, _ = log.chain_end(connection, origin)
        own = tables.origin
        connection.execute(update(own).where(own.c.origin == origin).values(acked_seq=last))
        return done

    return [patch.object(apply_answer, "acknowledge", acknowledge)]


# Whose log


@mutant("36", "take creations under any prefix", "lies")
def _() -> list[Patch]:
    return [patch.object(batch, "_may_create", lambda *_: True)]


@mutant("36", "keep the old prefix in what is logged again", "copies")
def _() -> list[Patch]:
    return [patch.object(forks, "_made_since", lambda *_: {})]


@mutant("37", "let every device write in a log", "lies")
def _() -> list[Patch]:
    usual = logs.lock

    def lock(connection: Connection, origin: str, device: Device) -> logs.Log:
        return replace(usual(connection, origin, device), bound=True)

    return [patch.object(logs, "lock", lock)]


@mutant("37", "let every device go on from a log", "lies")
def _() -> list[Patch]:
    usual = logs.inherit

    def inherit(
        connection: Connection, log: logs.Log, device: Device, *rest: object
    ) -> tuple[str, int] | None:
        far = replace(device, proves_until=1 << 40)
        return usual(connection, log, far, *rest)  # type: ignore[arg-type]

    return [patch.object(logs, "inherit", inherit)]


@mutant("38", "bind nothing when a laptop enrols", "lies")
def _() -> list[Patch]:
    return [patch.object(enrolment, "bind_shown", lambda *_: None)]


@mutant("38", "bind every log of which a laptop shows anything when it enrols", "lies")
def _() -> list[Patch]:
    def bind_shown(
        connection: Connection, shown: Sequence[ShownHead], device: int, now: int
    ) -> None:
        bind(connection, {one.origin for one in shown}, device, now)

    return [patch.object(enrolment, "bind_shown", bind_shown)]


@mutant("39", "ask to enrol again whatever the first change is", "lies")
def _() -> list[Patch]:
    from fieldkit.server.ingest import sync

    return [
        patch.object(session.RequestLoop, "_compare_first", lambda *_: False),
        patch.object(sync, "_forked_at_first", lambda *_: None),
    ]


@mutant("39", "log again what is another laptop's, though the first change is the same", "lies")
def _() -> list[Patch]:
    from fieldkit.server.ingest import sync

    usual, head_at = sync._forked_at_first, logs.head_at

    def differs(connection: Connection, asked: sync._LogRequest) -> object:
        batch = asked.request.batch
        if batch is None or batch.first > 1:
            return usual(connection, asked)
        with patch.object(logs, "head_at", lambda *given: b"" if given[2] else head_at(*given)):
            return usual(connection, asked)

    return [patch.object(sync, "_forked_at_first", differs)]


@mutant("40", "show everybody's head in a supervisor's receipt", "lies")
def _() -> list[Patch]:
    def salted(_salt: str, _origin: str, _seq: int, head: bytes) -> str:
        return head.hex()

    return [patch.object(receipt, "salted_head", salted)]


# The same person


@mutant("27", "let the last of two merges win, and an undoing win over a merge", "same person")
def _() -> list[Patch]:
    usual = merge.merge

    def merged(
        values: Mapping[str, Json],
        written: Mapping[str, merge.FieldWrite],
        change: Change,
        *rest: object,
        **known: object,
    ) -> merge.Merged:
        if MERGED in change.fields:
            written = {name: one for name, one in written.items() if name != MERGED}
        return usual(values, written, change, *rest, **known)  # type: ignore[arg-type]

    return [patch.object(record_state, "merge", merged)]


@mutant("28", "follow a merge to a deleted record", "same person")
def _() -> list[Patch]:
    usual = aliases.resolve

    def resolve(start: str, merged_into: Mapping[str, str], _is_live: object) -> str:
        return usual(start, merged_into, lambda _number: True)

    return [patch.object(aliases, "resolve", resolve)]


@mutant("28", "stop at the first record of a path", "same person")
def _() -> list[Patch]:
    usual = aliases.resolve

    def resolve(start: str, merged_into: Mapping[str, str], is_live: Callable[[str], bool]) -> str:
        into = merged_into.get(start, "")
        return usual(start, {start: into, into: ""} if into in merged_into else {}, is_live)

    return [patch.object(aliases, "resolve", resolve)]


@mutant("28", "let each record of a ring stand for itself", "same person")
def _() -> list[Patch]:
    usual = aliases.resolve

    def resolve(start: str, merged_into: Mapping[str, str], is_live: Callable[[str], bool]) -> str:
        here, path = merged_into.get(start, ""), {start}
        while here in merged_into and here not in path:
            path.add(here)
            here = merged_into[here]
        return start if here == start else usual(start, merged_into, is_live)

    return [patch.object(aliases, "resolve", resolve)]


@mutant(
    "29", "apply an edit of a record without a conflict, though others merged it", "same person"
)
def _() -> list[Patch]:
    return [patch.object(merge, "_edits_merged", lambda *_: False)]


@mutant("29", "merge a record without a conflict, though others edited it", "same person")
def _() -> list[Patch]:
    usual = merge.merge

    def merged(*given: object, **known: object) -> merge.Merged:
        return replace(usual(*given, **known), apart=frozenset())  # type: ignore[arg-type]

    return [patch.object(record_state, "merge", merged)]


@mutant(
    "29",
    "base a merge on what it changes alone",
    "same person",
    tests="tests/store/test_alias.py",
)
def _() -> list[Patch]:
    return [patch.object(edits, "_hidden", lambda changed, _past: {*changed})]


@mutant("30", "read who is different only in the record itself", "same person")
def _() -> list[Patch]:
    def told(said: Mapping[str, Collection[str]], one: str, other: str) -> bool:
        return other in said.get(one, ())

    return [patch.object(look_alikes, "are_told_apart", told)]


@mutant("30", "ask about those who are one person already", "same person")
def _() -> list[Patch]:
    return [patch.object(look_alikes, "_standing", lambda _connection, _record, found: found)]


@mutant(
    "31",
    "keep the old number where a record is merged into one logged again",
    "same person",
    tests="tests/store/test_different.py",
)
def _() -> list[Patch]:
    usual = forks._Renaming._values

    def values(self: forks._Renaming, fields: Mapping[str, Json]) -> dict[str, Json]:
        kept = {name: value for name, value in fields.items() if name == MERGED}
        return usual(self, fields) | kept

    return [patch.object(forks._Renaming, "_values", values)]


@mutant(
    "31",
    "keep the old numbers in the names of fields",
    "same person",
    tests="tests/store/test_different.py",
)
def _() -> list[Patch]:
    return [patch.object(forks, "renamed_field", lambda name, _names: name)]


@mutant(
    "28",
    "let rules compare what is about one number of a person alone",
    "same person",
    tests="tests/server/test_findings.py",
)
def _() -> list[Patch]:
    def alone(_known: object, _kind: str, number: str, *_: object) -> frozenset[str]:
        return frozenset({number})

    return [patch.object(one_person, "same_as", alone)]


@mutant(
    "30",
    "find nothing where a pair is both merged and told apart",
    "same person",
    tests="tests/server/test_findings.py",
)
def _() -> list[Patch]:
    return [patch.object(review, "said_different", lambda *_: False)]
