"""A hostile or broken server cannot keep a laptop busy for ever, nor fill its file."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.sync.scripted import Reply, Scripted, accept, refuse_with

from fieldkit.protocol.messages.scope import Scope
from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.sync import Page, PageRow, SyncAnswer, SyncRequest
from fieldkit.store import Store, tables
from fieldkit.sync.client import Outcome, sync
from fieldkit.sync.exchange import limits

FAULTY = "The server does not answer properly."

Register = Callable[[Store, int], list[str]]
ENOUGH = 400
"""Requests after which a sync counts as endless."""


class Endless(Scripted):
    """A server that answers every request in the same way, for ever."""

    def __init__(self, reply: Reply | Exception, parent: str = "") -> None:
        """``parent``: of the log of this origin, the server says that it lost the parent."""
        super().__init__()
        self._reply = reply
        self._parent = parent

    def post(self, path: str, message: Message, kind: type[M]) -> M:
        if not isinstance(message, SyncRequest):
            return super().post(path, message, kind)
        assert len(self.requests) < ENOUGH, "this sync has no end"
        lost = message.origin == self._parent
        self.script = [refuse_with(409, "parent", expected=1) if lost else self._reply]
        return super().post(path, message, kind)


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "laptop", clock=lambda: 1_790_000_000)
    store.init("CSC Chadoora", 2, None)
    store.access.enrol("https://office.example.in", "a" * 43, "operator", 2, None, 1, "first")
    yield store
    store.close()


def run(store: Store, reply: Reply | Exception) -> Outcome:
    return sync(store, transport=Endless(reply), pause=lambda _: False)


def count(store: Store, table: str) -> int:
    with store.pull.database.read() as connection:
        query = select(func.count()).select_from(getattr(tables, table))
        return int(connection.execute(query).scalar_one())


def row(number: int) -> PageRow:
    values: dict[str, object] = {"name": f"VO {number}", "district": 2}
    return PageRow(kind="village_organisation", id=f"ZZZZZZZZ-{number}", version=1, values=values)


def promising(request: SyncRequest) -> SyncAnswer:
    """Promise more, ever further on, and send nothing."""
    return accept(request, [], {2: request.cursors.get(2, 0) + 1}, more=True)


def sending(request: SyncRequest) -> SyncAnswer:
    """Send one new row, and promise more."""
    number = request.cursors.get(2, 0) + 1
    return accept(request, [row(number)], {2: number}, more=True)


def forking(request: SyncRequest) -> SyncAnswer:
    """Say of every batch that it differs from the second change on."""
    if request.batch is None or len(request.batch.changes) < 2:
        return accept(request)
    first = request.batch.model_copy(update={"changes": request.batch.changes[:1]})
    answer = accept(request.model_copy(update={"batch": first}))
    return answer.model_copy(update={"fork": answer.seq + 1})


def forking_at_once(request: SyncRequest) -> SyncAnswer:
    """Say of every batch that it differs from its first change on."""
    if request.batch is None:
        return accept(request)
    return SyncAnswer(
        seq=request.batch.first - 1, head=request.batch.before, fork=request.batch.first
    )


def moving(request: SyncRequest) -> SyncAnswer:
    """Give the laptop another area in every answer."""
    epoch = next(_EPOCHS)
    scope = Scope(role="operator", district=epoch % 2 + 2, block=None)
    return accept(request, epoch=epoch, scope=scope)


def renewing(request: SyncRequest) -> SyncAnswer:
    """Say in every answer that data was lost, as a server without marks does."""
    return accept(request, incarnation=f"{next(_EPOCHS)}")


_EPOCHS = itertools.count(2)


@pytest.mark.parametrize(
    "reply",
    [
        promising,
        forking,
        forking_at_once,
        moving,
        renewing,
        refuse_with(409, "lost"),
        refuse_with(409, "gap", expected=1),
    ],
    ids=lambda one: getattr(one, "__name__", None) or one.code,
)
def test_a_sync_ends_whatever_the_server_answers(
    laptop: Store, register: Register, reply: Reply | Exception
) -> None:
    register(laptop, 1)
    assert sync(laptop, transport=Scripted()).ok
    register(laptop, 30)
    outcome = run(laptop, reply)
    assert not outcome.ok
    assert laptop.counts()["village_organisation"] == 31
    assert laptop.check() == []
    assert count(laptop, "notice") <= 3


def test_work_that_is_lost_again_and_again_ends_the_sync(
    laptop: Store, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_SETBACKS", 8)
    register(laptop, 3)
    device = laptop.device
    assert device is not None
    none = laptop.outbox.head_before(device.origin, 1).hex()

    def losing(request: SyncRequest) -> SyncAnswer:
        if request.batch is not None:
            return accept(request, more=True)
        return accept(request).model_copy(update={"seq": 0, "head": none})

    outcome = run(laptop, losing)
    assert (outcome.session.error or "").startswith(FAULTY)
    assert laptop.check() == []


def test_a_parent_that_is_lost_again_and_again_ends_the_sync(
    laptop: Store, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(laptop, 2)
    assert sync(laptop, transport=Scripted()).ok
    older = Scripted(
        lambda one: accept(one).model_copy(update={"seq": one.last_seq + 3, "head": "0" * 64})
    )
    assert sync(laptop, transport=older).ok
    register(laptop, 1)
    device = laptop.device
    assert device is not None

    monkeypatch.setattr(limits, "MOST_SETBACKS", 8)
    endless = Endless(accept, parent=device.origin)
    outcome = sync(laptop, transport=endless, pause=lambda _: False)
    assert (outcome.session.error or "").startswith(FAULTY)
    assert outcome.waiting == 1


def test_a_sync_that_never_stops_bringing_rows_goes_on_another_time(
    laptop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_ROUNDS", 30)
    outcome = run(laptop, sending)
    assert (outcome.ok, outcome.received) == (False, 30)
    assert laptop.pull.state().cursors == {2: 30}


def test_the_origins_that_a_server_can_cause_are_bounded(
    laptop: Store, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldkit.store.log.identity.MOST_BY_SERVER", 12)
    register(laptop, 20)
    for _ in range(5):
        outcome = run(laptop, forking)
    assert "Inform the server administrator" in (outcome.session.error or "")
    assert count(laptop, "origin") == 13

    def more(request: SyncRequest) -> SyncAnswer:
        return accept(request).model_copy(
            update={"seq": request.last_seq + 9, "head": "ab" * 32, "page": Page()}
        )

    for _ in range(3):
        run(laptop, more)
    assert count(laptop, "origin") == 13
    assert laptop.counts()["village_organisation"] == 20
    assert laptop.check() == []
    assert sync(laptop, transport=Scripted()).ok
