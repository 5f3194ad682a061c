"""A device that lies: its requests are made by hand, and must harm nobody but itself.

It is enrolled as a supervisor of the whole territory, sees every record and receipt, and knows all
heads and the numbers that laptops give out next. It must not make records under ids of others
(rule 36), write in their logs or go on from them (37), or prove a log that it only saw (38, 40).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from tests.simulation.model import PLACE, Json, TypedChange, Violation, written_fields
from tests.simulation.rights import Place

from fieldkit.protocol.change import Change, Op, first_head
from fieldkit.protocol.change import Json as Value
from fieldkit.protocol.identity import new_origin
from fieldkit.protocol.messages.sync import Batch, EnrolRequest, Parent, ShownHead, SyncRequest
from fieldkit.server.feed.receipt import receipt
from fieldkit.server.problems import Refusal

if TYPE_CHECKING:
    from tests.simulation.world import World

ALL: Place = (None, None)
KIND = "beneficiary"


class Log(NamedTuple):
    """The end of a log at the server, of another device."""

    origin: str
    seq: int
    head: bytes


class Liar:
    """The device, and its present log."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._changes = 0
        self._own: set[str] = set()
        """Its logs, and those it may write in by right, having been first."""
        self._enrol([])
        self._begin()

    def lie(self, chance: random.Random) -> str:
        """Do something that must harm nobody else; return what it was, as a sentence."""
        lies: list[Callable[[random.Random], str]] = [
            self._take_ids,
            self._take_ids,
            self._extend,
            self._extend,
            self._go_on_from,
            self._go_on_from,
            self._prove_falsely,
            self._prove_falsely,
            self._prove_nothing,
            self._take_log,
            self._take_log,
        ]
        return chance.choice(lies)(chance)

    # What it does

    def _take_ids(self, chance: random.Random) -> str:
        """Make a record under the number that a laptop gives out next.

        Where a copy of the laptop gave it out already, this is an edit like any other.
        """
        taken = self._next_id(chance)
        change = self._change(Op.CREATE, taken, self._person(), 1 + self._seq)
        expected = self._world.expected
        there = expected.state.rows.get(taken)
        if taken.partition("-")[0] != self._origin and (there is None or there.kind != KIND):
            expected.lies.add(self._mark(change))
        self._send(self._request(change))
        self._keep(change)
        return f"the liar makes {taken} in its own log"

    def _extend(self, chance: random.Random) -> str:
        """Write in another's log, knowing its head."""
        log = self._some_log(chance)
        if log is None:
            return "the liar finds no log to write in"
        head = chance.choice([log.head, self._head_in_receipt(log)])
        self._write_in(log, head, chance)
        return f"the liar tries to write in {log.origin}"

    def _go_on_from(self, chance: random.Random) -> str:
        """Name another's log as the parent of a new one."""
        log = self._some_log(chance)
        if log is None:
            return "the liar finds no log to go on from"
        self._begin()
        seq = chance.randint(0, log.seq)
        parent = Parent(origin=log.origin, seq=seq, head=self._head_at(log.origin, seq).hex())
        change = self._edit(chance, 1)
        request = self._request(change).model_copy(update={"parent": parent})
        if self._send(request) != "not-yours":
            raise Violation(f"P9: a lying device goes on from {log.origin}, another's log")
        return f"the liar tries to go on from {log.origin} at {seq}"

    def _prove_falsely(self, chance: random.Random) -> str:
        """Enrol with heads that are none, then write in the log."""
        log = self._some_log(chance)
        if log is None:
            return "the liar finds no log to claim"
        shown = [
            (log.seq, self._head_in_receipt(log)),
            (log.seq + 1, log.head),
            (1, first_head(log.origin)),
            (log.seq, first_head("7KQ2M9XD")),
        ]
        some = chance.sample(shown, chance.randint(1, len(shown)))
        self._enrol([ShownHead(origin=log.origin, seq=n, head=head.hex()) for n, head in some])
        self._begin()
        self._write_in(log, log.head, chance)
        return f"the liar enrols with false heads of {log.origin}"

    def _prove_nothing(self, chance: random.Random) -> str:
        """Enrol without showing its own log, which harms it alone."""
        change = self._change(Op.CREATE, f"{self._origin}-{self._seq + 1}", self._person(), 1)
        if self._seq == 0:
            self._send(self._request(change))
            self._keep(change)
        self._enrol([])
        if self._send(self._request(self._edit(chance, self._seq + 1))) != "not-yours":
            raise Violation("P9: a device writes in a log that it did not prove")
        self._begin()
        return "the liar enrols without showing its own log"

    def _take_log(self, chance: random.Random) -> str:
        """Be the first to send a log of a name that a laptop uses."""
        world = self._world
        free = [origin for origin in self._names_in_use() if not self._held(origin)]
        if world.expected.was_restored or not free:
            return "the liar finds no name to take"
        self._origin, self._seq, self._head = (origin := chance.choice(free)), 0, first_head(origin)
        change = self._change(Op.CREATE, f"{origin}-{chance.randint(900, 999)}", self._person(), 1)
        self._send(self._request(change))
        self._keep(change)
        self._own.add(origin)
        return f"the liar sends a log of the name {origin} first"

    # Its requests

    def _write_in(self, log: Log, head: bytes, chance: random.Random) -> None:
        change = self._edit(chance, log.seq + 1)
        batch = Batch(first=change.seq, before=head.hex(), changes=[change.as_json()])
        request = SyncRequest(
            origin=log.origin, last_seq=change.seq, head=change.head(head).hex(), batch=batch
        )
        if self._send(request) != "not-yours":
            raise Violation(f"P9: a lying device writes in {log.origin}, another's log")

    def _request(self, change: Change) -> SyncRequest:
        batch = Batch(first=change.seq, before=self._head.hex(), changes=[change.as_json()])
        return SyncRequest(
            origin=self._origin,
            last_seq=change.seq,
            head=change.head(self._head).hex(),
            batch=batch,
            codes=True,
        )

    def _send(self, request: SyncRequest) -> str:
        """Send a request; return the code of its refusal, or nothing."""
        try:
            self._world.server.ask(self._device, request)
        except Refusal as refused:
            return refused.code
        return ""

    def _enrol(self, shown: list[ShownHead]) -> None:
        server = self._world.server
        request = EnrolRequest(code="?", origin=new_origin(), district=2, logs=shown)
        server.enrol_by_code("supervisor", ALL, request)
        self._device = len(server.terms)

    def _begin(self) -> None:
        """Begin a new log."""
        self._origin = new_origin()
        self._seq, self._head = 0, first_head(self._origin)
        self._own.add(self._origin)

    def _keep(self, change: Change) -> None:
        """Note that a change stands in its log."""
        self._seq, self._head = change.seq, change.head(self._head)

    # Its changes

    def _person(self) -> dict[str, Value]:
        return {
            "name": "Nobody Bhat",
            "trade_code": "CARP",
            "village": "Nagam",
            "district": 2,
            "block": 16,
        }

    def _edit(self, chance: random.Random, seq: int) -> Change:
        """Overwrite what the liar did not see, in any record."""
        ids = sorted(
            one for one, row in self._world.expected.state.rows.items() if row.kind == KIND
        )
        record = chance.choice(ids) if ids else f"{self._origin}-1"
        return self._change(Op.EDIT, record, {"remarks": "forged"}, seq)

    def _change(self, op: Op, record_id: str, fields: dict[str, Value], seq: int) -> Change:
        """Make a change, and tell the model what it says."""
        self._changes += 1
        operator = f"Liar {self._changes}"
        change = Change(seq, KIND, record_id, op, fields, None, self._world.time, operator)
        said: dict[str, Json] = dict(written_fields(dict(fields), str(op)))
        mark = self._mark(change)
        key = f"{operator}/{record_id.rpartition('-')[2]}"
        self._world.expected.typed[mark] = TypedChange(
            mark, KIND, key, str(op), said, 0, frozenset(), {}, "the liar"
        )
        assert op is not Op.CREATE or PLACE in said
        return change

    @staticmethod
    def _mark(change: Change) -> str:
        return f"{change.operator}/{change.kind}/{change.record_id.rpartition('-')[2]}"

    # What it sees

    def _next_id(self, chance: random.Random) -> str:
        laptop = chance.choice(self._world.laptops)
        laptop.open()
        ((origin, counter),) = laptop.look.all("SELECT origin, counter FROM device")
        return f"{origin}-{counter + chance.randint(1, 3)}"

    def _names_in_use(self) -> list[str]:
        found = set()
        for laptop in self._world.laptops:
            laptop.open()
            found |= {row["origin"] for row in laptop.look.all("SELECT origin FROM device")}
        return sorted(found)

    def _held(self, origin: str) -> bool:
        look = self._world.harness.look
        return bool(look.all("SELECT 1 FROM origin WHERE origin = ? AND last_seq > 0", [origin]))

    def _some_log(self, chance: random.Random) -> Log | None:
        query = "SELECT origin, last_seq, head FROM origin WHERE last_seq > 0 ORDER BY origin"
        logs = [Log(*row) for row in self._world.harness.look.all(query)]
        others = [one for one in logs if one.origin not in self._own]
        return chance.choice(others) if others else None

    def _head_at(self, origin: str, seq: int) -> bytes:
        query = "SELECT head FROM change WHERE origin = ? AND seq = ?"
        rows = self._world.harness.look.all(query, [origin, seq])
        return bytes(rows[0]["head"]) if rows else first_head(origin)

    def _head_in_receipt(self, log: Log) -> bytes:
        """Return the head of a log as its receipt shows it to this supervisor."""
        server = self._world.server
        with self._world.harness.server.connect() as connection:
            found = receipt(connection, server.sender(self._device), [log.origin], "5a17")
        return bytes.fromhex(found[0].head)
