"""Checks of the design's properties on the database files, by plain SQL.

:func:`check_screen` must hold for any laptop at any time, :func:`check_end` for all of them once
nothing is left to send or receive.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from tests.simulation.devices import Laptop
from tests.simulation.files import KINDS, LogLine, ShownRecord
from tests.simulation.model import (
    DELETED,
    DIFFERENT,
    MERGED,
    PLACE,
    STAMPS,
    UNMERGED,
    Expected,
    FileHistory,
    Json,
    TypedChange,
    Violation,
    fields_of,
    named_person,
    nameless,
    nameless_field,
    number_of,
    plain,
)
from tests.simulation.open_send_backs import check_answered, check_list, without_time
from tests.simulation.rights import Place, reads

from fieldkit.protocol.alias import resolve, values_of
from fieldkit.store import State

if TYPE_CHECKING:
    from tests.simulation.world import World


def outcome(world: World) -> dict[str, object]:
    """Return the end of a run without what clocks influence: times, and names from heads."""
    server = world.server.rows()
    keys = {record_id: shown.key for record_id, shown in server.items()}
    rows = {
        shown.key: (
            shown.version,
            {
                _by_keys(name, keys): keys.get(str(value), without_time(value))
                for name, value in shown.values.items()
                if name not in ("created_at", "updated_at")
            },
        )
        for shown in server.values()
    }
    held = sorted(
        (keys[record_id], name, plain(without_time(one.held)), len(one.seqs))
        for (record_id, name, _), one in world.expected.state.conflicts.items()
    )
    verdicts = {mark: fate.verdict for mark, fate in world.expected.state.fates.items()}
    return {"rows": rows, "held": held, "verdicts": verdicts}


def _by_keys(name: str, keys: Mapping[str, str]) -> str:
    other = name.removeprefix(DIFFERENT)
    return DIFFERENT + keys.get(other, other) if name.startswith(DIFFERENT) else name


Said: TypeAlias = "dict[str, tuple[TypedChange, LogLine]]"
"""The last typed change of each field of a record, and its line of the log."""


# At any moment


def check_screen(laptop: Laptop, expected: Expected) -> None:
    """Check a laptop's records: the server's row of their version, with own changes applied."""
    rows, own = laptop.rows(), latest_own_values(laptop)
    for record_id, said in own.items():
        waiting = any(_waits(line) for _, line in said.values())
        missed = waiting and record_id not in rows and not _ended(laptop, record_id, said)
        if missed and not _left_before(laptop, record_id, expected):
            raise Violation(f"P3: {laptop.name} saved {record_id}, which it does not show any more")
    left = {row[0] for row in laptop.look.all("SELECT record_id FROM beneath WHERE gone")}
    for record_id, shown in rows.items():
        _shows_right(laptop, shown, own.get(record_id, {}), expected, left=record_id in left)


def latest_own_values(laptop: Laptop) -> dict[str, Said]:
    """Return the last typed change of each record and field, and its line of the log."""
    log = {line.mark: line for line in laptop.log()}
    for typed in laptop.past.typed:
        if typed.mark not in log:
            raise Violation(f"P1: {laptop.name} saved {typed.mark}, which its log lacks")
    if others := log.keys() - {typed.mark for typed in laptop.past.typed}:
        raise Violation(
            f"P2: the log of {laptop.name} has {', '.join(others)}: nobody typed it there"
        )
    return latest_values(laptop.past, log)


def latest_values(past: FileHistory, log: Mapping[str, LogLine]) -> dict[str, Said]:
    """Return the typed changes that are still in force, by record and field."""
    found: dict[str, Said] = {}
    for typed in past.typed:
        line = log[typed.mark]
        said = found.setdefault(line.record_id, {})
        # A change that was given up had replaced earlier ones of the same fields that are not
        # merged; a deletion ends all of these.
        given_up = typed.mark in past.withdrawn
        deletes = typed.fields.get(DELETED) is True and line.verdict != "conflict"
        ended = typed.fields if given_up else list(said) if deletes else ()
        for name in ended:
            if name in said and said[name][1].verdict in UNMERGED:
                del said[name]
        if not given_up:
            said |= dict.fromkeys(typed.fields, (typed, line))
    return found


def _ended(laptop: Laptop, record_id: str, said: Said) -> bool:
    """Say whether a record was deleted and the server rejected all of its changes."""
    lines = [line for line in laptop.log() if line.record_id == record_id]
    return said.keys() == {DELETED} and all(line.verdict == "rejected" for line in lines)


def _left_before(laptop: Laptop, record_id: str, expected: Expected) -> bool:
    """Say whether a record had left the scope before edits of it were offered again.

    Without its creation nothing is here to apply them to until a page brings it, if it is to.
    """
    lines = [line for line in laptop.log() if line.record_id == record_id]
    stands, state = expected.state.rows.get(record_id), laptop.store.pull.state()
    unsent = any(line.op == "create" and not line.acked for line in lines)
    if stands is None or state.scope is None or unsent:
        return False
    return state.more or not reads((state.scope.district, state.scope.block), stands.place)


def _waits(line: LogLine) -> bool:
    return not line.acked or line.verdict in UNMERGED


def _shows_right(
    laptop: Laptop,
    shown: ShownRecord,
    own: Said,
    expected: Expected,
    *,
    left: bool,
) -> None:
    """Check one record; one that has ``left`` the scope is kept only for changes not merged."""
    server_rows = expected.history.get((shown.id, shown.version)) if shown.version else [{}]
    if server_rows is None:
        raise Violation(
            f"P4: {laptop.name} shows {shown.id} at version {shown.version}, "
            "which the server never had"
        )
    values = dict(fields_of(shown.values))
    below = [dict(fields_of(row)) for row in server_rows]
    for name in sorted({*values, *own, *(name for row in below for name in row)}):
        value = nameless(values.get(name))
        servers = {nameless(row.get(name)) for row in below}
        allowed = servers
        if name in own and (shown.version or own):
            typed, line = own[name]
            mine = nameless(_typed_value(typed, name))
            if _waits(line) or (line.verdict is None and (line.version or 0) > shown.version):
                allowed = {mine}
            elif line.verdict == "conflict":
                allowed = servers | {mine}
            if left and not _waits(line):
                allowed = servers | _ever_typed(laptop, typed.key, name)
        if values.get(DELETED) is True and name != DELETED:
            continue  # nobody sees it
        if value not in allowed:
            raise Violation(
                f"P3: {laptop.name} shows {name} = {value} of {shown.id} at version "
                f"{shown.version}; it ought to be {' or '.join(sorted(allowed))}"
            )


def _ever_typed(laptop: Laptop, key: str, name: str) -> set[str]:
    """Return every value typed here for a field; a record created again has another key."""
    return {
        nameless(_typed_value(typed, name))
        for typed in laptop.past.typed
        if typed.key == key and name in typed.fields
    }


def _typed_value(typed: TypedChange, name: str) -> Json:
    value = typed.fields[name]
    return None if value is False and name == DELETED else value


# At rest


def check_end(world: World) -> None:
    """Check P2 to P6, P8 and the search index at the end of a run."""
    server = world.server.rows()
    _server_as_expected(world, server)
    _names_whom_it_named(world, server)
    _server_chain(world)
    _none_lost(world)
    check_answered(world)
    for laptop in world.laptops:
        _log_as_servers(world, laptop)
        _shows_servers_rows(world, laptop, server)
        _open_matters(world, laptop, server)
        _same_people(laptop)
        check_list(laptop)
        _authors_know(world, laptop)
        _index(laptop)
        # The program's own check reads every page, so do it only sometimes.
        if world.seed % 10 == 0 and (problems := laptop.store.check()):
            raise Violation(f"P6: {laptop.name}: {problems[0]}")


def _server_as_expected(world: World, server: dict[str, ShownRecord]) -> None:
    """Every record and conflict is as computed change by change."""
    state, look = world.expected.state, world.harness.look
    if stray := sorted(server.keys() ^ state.rows.keys()):
        raise Violation(f"P4: {stray[0]} is at the server alone, or ought to be there and is not")
    for record_id, row in state.rows.items():
        is_at = server[record_id]
        if is_at.version != row.version or _differs(is_at.values, row.values):
            raise Violation(
                f"P3: the server has {record_id} at {is_at.version}, expected {row.version}: "
                f"{_difference(is_at.values, row.values)}"
            )
    found = {
        (row[0], row[1], row[2]): (sorted(json.loads(row[3])), plain(held_of(row[4])))
        for row in look.all("SELECT record_id, field, origin, seqs, held FROM conflict")
    }
    wanted = {key: (sorted(one.seqs), plain(one.held)) for key, one in state.conflicts.items()}
    for key in sorted(found.keys() | wanted.keys()):
        if found.get(key) != wanted.get(key):
            raise Violation(
                f"P3: the server holds {found.get(key)} for {' '.join(key)}, "
                f"it ought to be {wanted.get(key)}"
            )
    for record_id, name, origin, base, by in look.all(
        "SELECT record_id, field, origin, base, stands_by FROM conflict"
    ):
        saw = state.conflicts[record_id, name, origin].saw
        if saw and plain(held_of(base)) not in saw:
            raise Violation(
                f"P3: {plain(held_of(base))} is reported as seen before the held {name} of "
                f"{record_id}, it was {' or '.join(sorted(saw))}"
            )
        stands = state.rows[record_id].written.get(name)
        if name != DELETED and stands and stands.mark.partition("/")[0] != by:
            raise Violation(
                f"P3: {by} is reported as author of the {name} that stands in {record_id}, "
                f"it was {stands.mark}"
            )


def held_of(stored: object) -> Json:
    """Read a held value; SQLite stores a JSON number as a number."""
    return json.loads(stored) if isinstance(stored, str) else stored


def _server_chain(world: World) -> None:
    """Every origin's chain is correct over the bytes that the server stored."""
    look = world.harness.look
    for origin, head in look.all("SELECT origin, head FROM origin"):
        now = hashlib.sha256(origin.encode()).digest()
        rows = look.all(
            "SELECT seq, body, head FROM change WHERE origin = ? ORDER BY seq", [origin]
        )
        for place, (seq, body, kept) in enumerate(rows, start=1):
            now = hashlib.sha256(now + body).digest() if body else kept
            if (seq, kept) != (place, now):
                raise Violation(f"P6: the server's log of {origin} is broken at {place}")
        if now != head:
            raise Violation(f"P6: the server names another head for {origin} than its log has")


def _none_lost(world: World) -> None:
    """Each change in any file is in the server's log (P2; duplicates were checked before)."""
    fates = world.expected.state.fates
    for laptop in world.laptops:
        for typed in laptop.past.typed:
            if typed.mark not in fates:
                raise Violation(f"P2: {typed.mark}, saved on {laptop.name}, never reached the log")


def _log_as_servers(world: World, laptop: Laptop) -> None:
    """LogLine by line the same log on both sides (P6); nothing left to send."""
    there = {
        (origin, seq): head
        for origin, seq, head in world.harness.look.all("SELECT origin, seq, head FROM change")
    }
    counts: Counter[str] = Counter()
    for line in laptop.log():
        counts[line.origin] += 1
        if not line.acked or there.get((line.origin, line.seq)) != line.head:
            raise Violation(
                f"P6: change {line.seq} of {line.origin} on {laptop.name} is not the server's"
            )
    kinds = Counter((line.origin, line.kind) for line in laptop.log())
    for one in laptop.store.outbox.receipt():
        reported = {(one.origin, kind): many for kind, many in one.kinds.items()}
        if reported != {key: many for key, many in kinds.items() if key[0] == one.origin}:
            raise Violation(f"P6: {laptop.name} counts {reported} of {one.origin} in its receipt")
    current = laptop.store.device
    assert current is not None
    held = sum(origin == current.origin for origin, _ in there)
    if held != counts[current.origin]:
        raise Violation(f"P6: the server holds {held} changes of {laptop.name}'s own origin")


def _shows_servers_rows(world: World, laptop: Laptop, server: dict[str, ShownRecord]) -> None:
    """A laptop has exactly the records of its scope, equal except for changes not merged (P4)."""
    scope = world.server.area(laptop.device)
    own, rows = _unmerged(laptop), laptop.rows()
    for record_id, stands in server.items():
        inside = reads(scope, place_of(stands))
        shown = rows.pop(record_id, None)
        if shown is None:
            if inside:
                raise Violation(f"P4: {laptop.name} lacks {record_id}, which is in its scope")
        elif not inside:
            if record_id not in own:
                raise Violation(f"P8: {laptop.name} still shows {record_id}, out of its scope")
        elif shown.version != stands.version or _differs(
            shown.values, stands.values, own.get(record_id, set())
        ):
            raise Violation(
                f"P4: {laptop.name} shows {record_id} at {shown.version}, the server has "
                f"{stands.version}: {_difference(shown.values, stands.values)}"
            )
    for record_id in rows:
        if record_id not in own:
            raise Violation(f"P4: {laptop.name} shows {record_id}, which the server does not have")


def place_of(shown: ShownRecord) -> Place:
    district, block = shown.values.get("district"), shown.values.get("block")
    assert isinstance(district, int)
    assert block is None or isinstance(block, int)
    return district, block


def _unmerged(laptop: Laptop) -> dict[str, set[str]]:
    """Return the fields of each record in which a change is shown that is not merged."""
    found: dict[str, set[str]] = {}
    for record_id, said in latest_own_values(laptop).items():
        names = {name for name, (_, line) in said.items() if line.verdict in UNMERGED}
        if names:
            found[record_id] = names | set(STAMPS)
    return found


def _differs(one: dict[str, Json], other: dict[str, Json], but: set[str] | None = None) -> bool:
    return bool(_difference(one, other, but))


def _difference(one: dict[str, Json], other: dict[str, Json], but: set[str] | None = None) -> str:
    skipped = set(but or ())
    if PLACE in skipped:
        skipped |= {"district", "block"}
    return "; ".join(
        f"{name} {plain(one.get(name))} against {plain(other.get(name))}"
        for name in sorted(one.keys() | other.keys())
        if name not in skipped and plain(one.get(name)) != plain(other.get(name))
    )


def _open_matters(world: World, laptop: Laptop, server: dict[str, ShownRecord]) -> None:
    """Every laptop has the conflicts and findings of the records in its scope (P3)."""
    scope = world.server.area(laptop.device)
    inside = {key for key, shown in server.items() if reads(scope, place_of(shown))}
    wanted = {
        "/".join(key): plain(one.held)
        for key, one in world.expected.state.conflicts.items()
        if key[0] in inside
    }
    found = {one.id: plain(one.held) for one in laptop.store.review.conflicts()}
    counts = laptop.store.outbox.counts()
    if counts[State.CONFLICT] != len(found) or counts[State.QUEUED] or counts[State.SENT]:
        raise Violation(f"P3: {laptop.name} counts {counts} with {len(found)} conflicts")
    for key in sorted(wanted.keys() | found.keys()):
        if wanted.get(key) != found.get(key):
            raise Violation(
                f"P3: {laptop.name} shows {found.get(key)} as held for {key}, "
                f"the server holds {wanted.get(key)}"
            )
    noted = {
        (row[0], row[1].partition(".")[0], row[2])
        for row in world.harness.look.all("SELECT record_id, rule, field FROM finding")
        if row[0] in inside
    }
    # The text omits people outside the laptop's scope, so it may differ.
    here = {(one.record_id, one.name, one.field) for one in laptop.store.review.findings()}
    mine = {(number, "same_person") for number in _merged_here_alone(laptop)}
    if {one for one in noted ^ here if one[:2] not in mine}:
        raise Violation(f"P3: {laptop.name} has other findings: {sorted(noted ^ here)[0]}")


def _merged_here_alone(laptop: Laptop) -> set[str]:
    """Return the people of whom this laptop alone says, or said, that they are one."""
    merges = [line for line in laptop.log() if line.fields.get(MERGED) and line.verdict in UNMERGED]
    return {one for line in merges for one in (line.record_id, str(line.fields[MERGED]))}


def _names_whom_it_named(world: World, server: dict[str, ShownRecord]) -> None:
    """What says who is the same or another names the person that was meant (rule 31)."""
    for record_id, row in world.expected.state.rows.items():
        for name, value in fields_of(row.values):
            person, write = named_person(name, value), row.written.get(name)
            typed = world.expected.typed[write.mark] if write else None
            if not person or typed is None or person not in server:
                continue
            meant = next(
                (
                    key
                    for one, key in typed.people.items()
                    if nameless_field(one) == nameless_field(name)
                ),
                None,
            )
            if meant is not None and server[person].key != meant:
                raise Violation(
                    f"P3: {name} of {record_id} names {server[person].key}, "
                    f"{typed.mark} meant {meant}"
                )


def _same_people(laptop: Laptop) -> None:
    """Who stands for whom, and who is told apart, follows from the rows held here (28, 30)."""
    rows = laptop.rows()
    for kind in ("beneficiary", "member"):
        held = {key: shown for key, shown in rows.items() if shown.kind == kind}
        wanted = {key: stands_for(key, held) for key in held}
        found = dict(laptop.store.merges.stands_for(kind, held))
        if wanted != found:
            key = next(key for key in held if wanted[key] != found.get(key))
            raise Violation(
                f"P4: {laptop.name} shows {found.get(key)} for {key}, it ought to be {wanted[key]}"
            )
        # One who is nobody else stands for many: the rest of them cost a query each.
        alone = [key for key in held if [*wanted.values()].count(key) == 1 and wanted[key] == key]
        for key in (key for key in held if key not in alone[1:]):
            others = {one for one, stands in wanted.items() if stands == key and one != key}
            if {*laptop.store.merges.merged_with(kind, key)} != others:
                raise Violation(f"P4: {laptop.name} lacks some who are the same as {key}")
        _not_asked_again(laptop, kind, held, wanted)


def _not_asked_again(
    laptop: Laptop, kind: str, held: Mapping[str, ShownRecord], stands: Mapping[str, str]
) -> None:
    """Nobody is asked about two who are told apart, or are one person already."""
    apart = {
        frozenset({key, named_person(name, value)})
        for key, shown in held.items()
        for name, value in shown.values.items()
        if name.startswith(DIFFERENT) and value
    }
    for key in {one for pair in apart for one in pair} | {*stands.values()} & held.keys():
        record = laptop.store.get(kind, key)
        found = laptop.store.look_alikes(record) if record and not held[key].deleted else []
        for other in (one.id for one, _ in found):
            if {key, other} in apart or stands[other] == stands[key]:
                raise Violation(f"P4: {laptop.name} asks whether {key} is {other}, settled before")


def stands_for(number: str, held: Mapping[str, ShownRecord]) -> str:
    """Return who stands for a person: the end of the path that is live, the first of a ring."""
    path: list[str] = []
    here = number
    while here in held and here not in path:
        path.append(here)
        here = str(held[here].values.get(MERGED, ""))
    ring = path[path.index(here) :] if here in path else []
    smallest = sorted(
        (one for one in ring if not held[one].deleted),
        key=lambda one: (one.partition("-")[0], int(number_of(one))),
    )
    ends = [*smallest[:1], *(one for one in path[::-1] if not held[one].deleted), number]
    return ends[0]


def _authors_know(world: World, laptop: Laptop) -> None:
    """The author's laptop knows every conflict and every rejection with its reason (P3)."""
    for line in laptop.log():
        fate = world.expected.state.fates[line.mark]
        if fate.verdict != (line.verdict or "applied"):
            raise Violation(
                f"P3: {line.mark} was {fate.verdict} by the server, "
                f"{laptop.name} says {line.verdict or 'applied'}"
            )
        if fate.verdict in UNMERGED and not line.reason:
            raise Violation(f"P3: {laptop.name} gives no reason why {line.mark} is {fate.verdict}")


def _index(laptop: Laptop) -> None:
    """The search index and the counts agree with the rows; a person counts once (rule 28)."""
    rows = laptop.rows()
    live = {key for key, shown in rows.items() if not shown.deleted}
    merged = values_of((key, shown.values.get(MERGED)) for key, shown in rows.items())
    standing = {key: resolve(key, merged, live.__contains__) for key in live}
    counts = laptop.store.counts()
    for kind in KINDS:
        here = sum(rows[key].kind == kind and standing[key] == key for key in live)
        if counts[kind] != here:
            raise Violation(f"{laptop.name} counts {counts[kind]} of {kind}, there are {here}")
    found = {row[0]: row[1] for row in laptop.look.all("SELECT record_id, name FROM findable")}
    for key in sorted(found.keys() ^ live):
        raise Violation(f"{laptop.name}: {key} is in the search index or on the screen alone")
    for key in sorted(live)[:2]:
        name = str(rows[key].values.get("name", ""))
        if name and standing[key] not in {hit.id for hit in laptop.store.find(key)}:
            raise Violation(f"{laptop.name} does not find {key} by its number")
        if found[key] != name.lower():
            raise Violation(f"{laptop.name} finds {key} by {found[key]}, not by {name}")
