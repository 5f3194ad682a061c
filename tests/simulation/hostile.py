"""A server that lies during one sync; afterwards the honest one answers again.

Its lies are such as a laptop can survive: it cannot forge a row of the state that the honest server
goes on from, nor acknowledge under an honest mark what nobody stored. Who can do that holds the
honest server's database.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Literal

import httpx
from tests.simulation.devices import Laptop
from tests.simulation.profiles import PLACES

from fieldkit.protocol.identity import new_origin
from fieldkit.protocol.messages.finding import Verdict
from fieldkit.protocol.messages.scope import Scope
from fieldkit.protocol.messages.sync import (
    LARGEST_BODY,
    EnrolAnswer,
    Gone,
    Mark,
    Page,
    Problem,
    SyncAnswer,
    SyncRequest,
)
from fieldkit.protocol.wire.codec import CODINGS, encode
from fieldkit.sync import transport
from fieldkit.sync.failures import ServerRefusal

if TYPE_CHECKING:
    from tests.simulation.world import World

Honest = Callable[[], SyncAnswer]
"""Passes the request on to the honest server, and returns its answer."""
FAR = 1 << 52
"""A seq, position or epoch that no server reaches."""
HTML = b"<html><body>Log in to this network</body></html>"
ROLES: tuple[Literal["operator", "registrar", "viewer"], ...] = ("operator", "registrar", "viewer")


class HostileServer:
    """Answers some requests of one sync with lies, and passes on the others."""

    def __init__(self, world: World, laptop: Laptop, chance: random.Random) -> None:
        self._world, self._laptop, self._chance = world, laptop, chance
        self._lies = {
            "promises more": self._promise,
            "promises more further on": self._promise_further,
            "says that data was lost": self._lost,
            "says so as an older server": self._another_incarnation,
            "gives another era's mark": self._another_mark,
            "takes all as another server": self._another_server,
            "has a gap": self._gap,
            "goes back": self._go_back,
            "lacks the parent": self._lack_parent,
            "names another's log": self._not_yours,
            "finds the log altered": self._altered,
            "sees a fork": self._fork,
            "has more than was written": self._more,
            "makes all wait": self._wait,
            "gives another area": self._move,
            "is of another time": self._other_time,
            "refuses otherwise": self._refuse,
            "is a proxy": self._proxy,
            "cuts or packs the body again": self._spoil,
            "sends another message": self._other_message,
        }
        self._first = chance.choice([1, 1, 1, 1, 2, 3])
        self._last = chance.choice([self._first, self._first + 1, 500])
        self._asked = 0
        self._one = chance.choice(sorted(self._lies)) if chance.random() < 0.7 else ""
        self.told: list[str] = []

    def answer(self, request: SyncRequest, honest: Honest) -> SyncAnswer:
        """Answer a request."""
        self._asked += 1
        if not self._first <= self._asked <= self._last:
            return honest()
        lie = self._one or self._chance.choice(sorted(self._lies))
        if lie not in self.told:
            self.told.append(lie)
        return self._lies[lie](request, honest)

    # Answers that promise more, or that are of another server

    def _promise(self, request: SyncRequest, honest: Honest) -> SyncAnswer:
        kept = {"cursors": request.cursors, "focus": request.focus}
        return honest().model_copy(update={"page": Page(), **kept, "more": True})

    def _promise_further(self, request: SyncRequest, honest: Honest) -> SyncAnswer:
        district = self._chance.choice(PLACES)[0]
        further = {district: FAR + self._asked}
        return honest().model_copy(update={"page": Page(), "cursors": further, "more": True})

    def _lost(self, _request: SyncRequest, _honest: Honest) -> SyncAnswer:
        raise _refusal(409, "lost")

    def _another_incarnation(self, _request: SyncRequest, honest: Honest) -> SyncAnswer:
        return honest().model_copy(update={"mark": None, "incarnation": f"x{self._asked}"})

    def _another_mark(self, _request: SyncRequest, honest: Honest) -> SyncAnswer:
        answer = honest()
        mark = self._chance.choice([_other_mark(), Mark(era=_era(answer), batches=FAR)])
        return answer.model_copy(update={"mark": mark})

    def _another_server(self, request: SyncRequest, _honest: Honest) -> SyncAnswer:
        """Take all that is sent, and say that records have left, as a server for tries may."""
        seq, versions = request.last_seq, list[int | None]()
        if batch := request.batch:
            seq = batch.first + len(batch.changes) - 1
            versions = [1] * len(batch.changes)
        return SyncAnswer(
            seq=seq,
            head=self._head(request.origin, seq),
            versions=versions,
            page=Page(gone=self._some_gone()),
            cursors={2: 1 + self._asked},
            more=self._chance.random() < 0.3,
            epoch=request.epoch,
            mark=_other_mark(),
        )

    def _some_gone(self) -> list[Gone]:
        """Take away records in which this laptop has not written."""
        own = {line.record_id for line in self._laptop.log()}
        rows = [one for key, one in sorted(self._laptop.rows().items()) if key not in own]
        return [Gone(kind=one.kind, id=one.id) for one in rows if self._chance.random() < 0.5]

    # Steps back

    def _gap(self, request: SyncRequest, _honest: Honest) -> SyncAnswer:
        expected = self._chance.randint(1, max(request.last_seq, 1))
        head = self._head(request.origin, expected - 1)
        raise _refusal(409, "gap", expected=expected, head=self._chance.choice([None, head]))

    def _go_back(self, request: SyncRequest, _honest: Honest) -> SyncAnswer:
        seq = self._chance.randint(0, request.acked)
        return SyncAnswer(seq=seq, head=self._head(request.origin, seq), more=True)

    def _lack_parent(self, request: SyncRequest, honest: Honest) -> SyncAnswer:
        if request.parent is None:
            return honest()
        raise _refusal(409, "parent", expected=self._chance.randint(1, request.parent.seq + 1))

    def _not_yours(self, request: SyncRequest, _honest: Honest) -> SyncAnswer:
        names = [request.origin, new_origin()]
        if request.parent:
            names.append(request.parent.origin)
        raise _refusal(403, "not-yours", origin=self._chance.choice(names))

    def _altered(self, request: SyncRequest, _honest: Honest) -> SyncAnswer:
        raise _refusal(409, "altered", expected=request.last_seq + 1)

    def _fork(self, request: SyncRequest, honest: Honest) -> SyncAnswer:
        """Say that a change differs, where no other file has it: else it is entered twice."""
        batch = request.batch
        if batch is None:
            return honest()
        at = batch.first + self._chance.randrange(len(batch.changes))
        if at > batch.first or self._is_elsewhere(request.origin, at):
            at = batch.first
        if self._is_elsewhere(request.origin, at):
            return honest()
        return SyncAnswer(seq=at - 1, head=self._head(request.origin, at - 1), fork=at)

    def _is_elsewhere(self, origin: str, seq: int) -> bool:
        """Say whether the honest server, another file or a message has the change, or may get it.

        A laptop that believes in a fork logs it again, so that it would be there twice.
        """
        world = self._world
        paths = [one.path for one in world.laptops if one is not self._laptop]
        paths += [one.path for one in world.kept]
        for path in [*paths, world.harness.server_path]:
            with closing(sqlite3.connect(path)) as file:
                query = "SELECT 1 FROM change WHERE origin = ? AND seq >= ?"
                if file.execute(query, [origin, seq]).fetchone():
                    return True
        return any(
            sent.origin == origin and sent.batch is not None and sent.last_seq >= seq
            for _, sent in world.sent
        )

    def _more(self, request: SyncRequest, honest: Honest) -> SyncAnswer:
        answer = honest()
        end = request.batch.first + len(request.batch.changes) - 1 if request.batch else 0
        if answer.fork is not None or answer.seq != max(end, request.last_seq):
            return answer
        head = self._chance.randbytes(32).hex()
        return answer.model_copy(update={"seq": request.last_seq + 3, "head": head})

    # Other words about changes, scope and time

    def _wait(self, request: SyncRequest, honest: Honest) -> SyncAnswer:
        """Say of all changes that they are late or wait."""
        answer, batch = honest(), request.batch
        if batch is None or answer.fork is not None:
            return answer
        verdict = self._chance.choice(["late", "waiting"])
        seqs = range(batch.first, batch.first + len(batch.changes))
        said = [Verdict(seq=seq, verdict=verdict, rule=verdict) for seq in seqs]
        versions = [None] * len(seqs)
        changed = {"verdicts": said, "versions": versions, "page": None, "cursors": {}}
        return answer.model_copy(update=changed)

    def _move(self, _request: SyncRequest, honest: Honest) -> SyncAnswer:
        district, block = self._chance.choice(PLACES)
        epoch = 1_000 + self._asked
        role = self._chance.choice(ROLES)
        scope = Scope(role=role, district=district, block=block, epoch=epoch)
        return honest().model_copy(update={"scope": scope, "epoch": epoch})

    def _other_time(self, _request: SyncRequest, honest: Honest) -> SyncAnswer:
        return honest().model_copy(update={"now": self._chance.choice([1, FAR])})

    # What is no answer of a server

    def _refuse(self, _request: SyncRequest, honest: Honest) -> SyncAnswer:
        self._maybe(honest)
        codes = ["unauthorised", "revoked", "busy", "slow", "too-large", "version", "unheard-of"]
        status = self._chance.choice([400, 401, 403, 409, 413, 429, 500, 503])
        raise _refusal(status, self._chance.choice(codes))

    def _proxy(self, _request: SyncRequest, honest: Honest) -> SyncAnswer:
        self._maybe(honest)
        status = self._chance.choice([200, 302, 403, 404, 407, 413, 429, 451, 502, 504, 511])
        return _read(status, "text/html", self._chance.choice(["identity", "gzip"]), HTML)

    def _spoil(self, _request: SyncRequest, honest: Honest) -> SyncAnswer:
        coding = self._chance.choice(CODINGS)
        body = encode(honest(), coding)
        if self._chance.random() < 0.5:
            body = body[: self._chance.randrange(len(body))]
        else:
            coding = self._chance.choice([*(one for one in CODINGS if one != coding), "br", ""])
        return _read(200, "application/json", coding, body)

    def _other_message(self, _request: SyncRequest, honest: Honest) -> SyncAnswer:
        self._maybe(honest)
        bodies = [b"{}", b"[]", b"null", b'{"v":2}', b'{"v":1,"seq":-1,"head":""}', b"[" * 5_000]
        enrolled = EnrolAnswer(
            token="t" * 20, scope=Scope(role="viewer", epoch=1), epoch=1, incarnation=""
        )
        bodies += [encode(enrolled, "identity"), b" " * LARGEST_BODY]
        status = self._chance.choice([200, 200, 409, 500])
        return _read(status, "application/json", "identity", self._chance.choice(bodies))

    def _maybe(self, honest: Honest) -> None:
        """Let the request arrive at the honest server, or not."""
        if self._chance.random() < 0.5:
            honest()

    def _head(self, origin: str, seq: int) -> str:
        """Return the head of a log, which every server knows that was sent it."""
        return self._laptop.store.outbox.head_before(origin, seq + 1).hex()


def _era(answer: SyncAnswer) -> str:
    return answer.mark.era if answer.mark else ""


def _other_mark() -> Mark:
    return Mark(era="another", batches=7)


def _refusal(status: int, code: str, **more: object) -> ServerRefusal:
    problem = {"type": f"/problems/{code}", "title": "", "status": status, **more}
    return ServerRefusal(status, Problem.model_validate(problem))


def _read(status: int, kind: str, coding: str, body: bytes) -> SyncAnswer:
    """Let the program read a body as it arrives."""
    headers = {"content-type": kind, "content-encoding": coding}
    return transport._read(httpx.Response(status, headers=headers), body, SyncAnswer)
