"""Laptops whose logs are another device's at the server (rules 36 to 40), against a real server."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from contextvars import ContextVar
from pathlib import Path
from unittest.mock import patch

import pytest
from tests.forked import local_server
from tests.sync.scripted import Scripted, accept, refuse_with

from fieldkit.protocol.change import first_head
from fieldkit.protocol.identity import new_origin
from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.sync import (
    MOST_SHOWN,
    ReceiptAnswer,
    SyncAnswer,
    SyncRequest,
)
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.operation.local import code
from fieldkit.settings import DATABASE
from fieldkit.store import Edit, State, Store
from fieldkit.store.access import Access
from fieldkit.sync.client import enrol, sync
from fieldkit.sync.requests.receipt import receipt
from fieldkit.sync.sentences import ENROL_AGAIN
from fieldkit.sync.transport import HttpTransport

Register = Callable[[Store, int], list[str]]
Copy = Callable[[Store], Store]


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    """Copy a laptop's disk, so that the copy does not notice that it is one."""
    made: list[Store] = []

    def make(store: Store) -> Store:
        home = tmp_path / f"copy-{len(made)}"
        home.mkdir()
        store.back_up(home / DATABASE)
        with closing(sqlite3.connect(home / DATABASE)) as file, file:
            file.execute("UPDATE device SET place = NULL")
        made.append(Store.open(home))
        return made[-1]

    yield make
    for store in made:
        store.close()


VILLAGE: ContextVar[str] = ContextVar("village")
"""The village of the records of one test, by which they are told from others on the server."""


@pytest.fixture(autouse=True)
def village() -> None:
    VILLAGE.set(f"Nagam {new_origin()}")


def names(folder: Path) -> list[str]:
    """Return the names of the test's records on the server."""
    query = "SELECT name FROM village_organisation WHERE village = ? ORDER BY name"
    with closing(sqlite3.connect(folder / "server.sqlite3")) as file:
        return [name for (name,) in file.execute(query, [VILLAGE.get()])]


def enter(store: Store, *names: str) -> None:
    fields = {"village": VILLAGE.get()}
    edits = [Edit(VillageOrganisation, {"name": name, **fields}) for name in names]
    store.save(edits, "Asha")


def shown(store: Store) -> int:
    """Return how many of the test's records a laptop shows."""
    return len(store.where("village_organisation", village=VILLAGE.get()))


def synced(store: Store) -> None:
    outcome = sync(store)
    assert outcome.ok, outcome.session.error


def origin(store: Store) -> str:
    assert store.device is not None
    return store.device.origin


@pytest.fixture
def own(server: str, folder: Path) -> tuple[str, Path]:
    return server, folder


def enrolled(store: Store, own: tuple[str, Path], *, lost_token: bool = True) -> None:
    """Enrol with a new code, without the token of before."""
    url, folder = own
    if lost_token:
        lose_token(store)
    enrol(store, url, code(folder / "server.sqlite3"))


def lose_token(store: Store) -> None:
    with closing(sqlite3.connect(store.home / DATABASE)) as file, file:
        file.execute("UPDATE device SET token = NULL")


def test_two_laptops_set_up_from_one_disk_keep_both_their_records(
    fresh: Store, copy: Copy, own: tuple[str, Path]
) -> None:
    second, idle = copy(fresh), copy(fresh)
    for store in (fresh, second, idle):
        enrolled(store, own)
    enter(fresh, "Noor VO", "Jhelum VO")
    enter(second, "Chinar VO")
    synced(fresh)
    synced(second)
    synced(idle)  # nothing was entered on it, and it takes another name
    enter(idle, "Lidder VO")
    for store in (idle, fresh, second, idle):
        synced(store)
    assert names(own[1]) == ["Chinar VO", "Jhelum VO", "Lidder VO", "Noor VO"]
    assert len({origin(store) for store in (fresh, second, idle)}) == 3
    for store in (fresh, second, idle):
        assert shown(store) == 4
        assert receipt(store).same


@pytest.mark.parametrize("unsent", [False, True])
def test_a_laptop_that_lost_its_token_enrols_again_and_goes_on(
    fresh: Store, own: tuple[str, Path], unsent: bool
) -> None:
    enrolled(fresh, own)
    for _ in range(3):
        enter(fresh, "Noor VO")
        synced(fresh)
    if unsent:
        enter(fresh, "Chinar VO")
    enrolled(fresh, own)
    synced(fresh)
    assert len(names(own[1])) == 3 + unsent
    assert receipt(fresh).same


def test_an_old_backup_enrols_again_and_sends_the_unsent_tail(
    fresh: Store, own: tuple[str, Path], tmp_path: Path
) -> None:
    """Its logs are the restored one, which has a tail, and one that goes on from it."""
    enrolled(fresh, own)
    enter(fresh, "Noor VO")
    synced(fresh)
    enter(fresh, "Chinar VO")
    fresh.back_up(tmp_path / "backup")
    Store.restore(tmp_path / "new", tmp_path / "backup")
    restored = Store.open(tmp_path / "new")
    enter(restored, "Lidder VO")
    enrolled(restored, own)
    synced(restored)
    assert names(own[1]) == ["Chinar VO", "Lidder VO", "Noor VO"]
    assert receipt(restored).same
    restored.close()
    synced(fresh)
    assert len(names(own[1])) == 3


def test_a_laptop_proves_its_log_to_a_server_that_lost_most_of_it(
    fresh: Store, own: tuple[str, Path], tmp_path: Path
) -> None:
    """It has another address now, too, so that the laptop has to enrol again."""
    file, backup = own[1] / "server.sqlite3", tmp_path / "server.sqlite3"
    enrolled(fresh, own)
    enter(fresh, "VO 0", "VO 1", "VO 2")
    synced(fresh)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)
    enter(fresh, *(f"VO {number}" for number in range(3, 40)))
    synced(fresh)
    with local_server(backup, tmp_path / "log") as url:
        enrol(fresh, url, code(backup))
        synced(fresh)
    assert len(names(tmp_path)) == 40


def test_what_enrolling_shows_fits_into_one_request(fresh: Store, register: Register) -> None:
    register(fresh, 700)
    with closing(sqlite3.connect(fresh.home / DATABASE)) as file, file:
        file.execute("UPDATE origin SET acked_seq = 600")
    shown = fresh.access.heads_to_show(MOST_SHOWN)
    seqs = [seq for _, seq, _ in shown]
    assert seqs == [600, 1, 700, 599, 598, 596, 592, 584, 568, 536, 472, 344, 88]
    for one, seq, head in shown:
        assert head == fresh.outbox.head_before(one, seq + 1)
    assert fresh.access.heads_to_show(2) == shown[:2]


def test_a_log_kept_as_another_laptops_is_never_logged_again(
    fresh: Store, own: tuple[str, Path], copy: Copy
) -> None:
    """Two copies hold the same entry, and each enrolled before it was sent."""
    enter(fresh, "Noor VO")
    other = copy(fresh)
    for store in (fresh, other):
        enrolled(store, own)
    synced(fresh)
    for _ in range(2):
        outcome = sync(other)
        assert not outcome.ok
        assert (outcome.session.error or "").startswith(ENROL_AGAIN)
    assert names(own[1]) == ["Noor VO"]
    enrolled(other, own, lost_token=False)
    enter(other, "Chinar VO")
    synced(other)
    synced(fresh)
    assert names(own[1]) == ["Chinar VO", "Noor VO"]


# --- against a scripted server ---


@pytest.fixture
def laptop(tmp_path: Path, register: Register) -> Iterator[Store]:
    """A laptop with two changes, both acknowledged."""
    store = Store.open(tmp_path / "laptop", clock=lambda: 1_790_000_000)
    store.init("CSC Chadoora", 2, None)
    store.access.enrol("https://office.example.in", "a" * 43, "operator", 2, None, 1, "first")
    register(store, 2)
    assert sync(store, transport=Scripted()).ok
    yield store
    store.close()


def not_yours(of: str | None = None) -> Exception:
    return refuse_with(403, "not-yours", origin=of)


def other_first(request: SyncRequest) -> SyncAnswer:
    """Answer as a server that has another first change."""
    assert request.batch is not None
    assert request.batch.first == 1
    head = first_head(request.origin).hex()
    return accept(request).model_copy(
        update={"seq": 0, "head": head, "fork": 1, "versions": [], "page": None, "cursors": {}}
    )


@pytest.mark.parametrize("unsent", [0, 3])
def test_acknowledged_changes_are_logged_again_where_the_first_one_differs(
    laptop: Store, register: Register, unsent: int
) -> None:
    """The server lost the log, and another laptop has taken its name."""
    before = origin(laptop)
    register(laptop, unsent)
    link = Scripted(not_yours(before), other_first, other_first)
    outcome = sync(laptop, transport=link)
    assert outcome.ok, outcome.session.error
    assert origin(laptop) != before
    assert link.sent[-1] == (origin(laptop), 1, 2 + unsent)
    assert link.requests[1].batch is not None
    assert len(link.requests[1].batch.changes) == 1
    assert link.requests[-1].parent is None
    assert laptop.counts()["village_organisation"] == 2 + unsent


def test_a_parent_that_is_another_laptops_is_compared_too(
    laptop: Store, tmp_path: Path, register: Register
) -> None:
    before = origin(laptop)
    laptop.back_up(tmp_path / "backup")
    Store.restore(tmp_path / "new", tmp_path / "backup")
    store = Store.open(tmp_path / "new", clock=lambda: 1_790_000_000)
    register(store, 1)
    link = Scripted(not_yours(before), not_yours(before))
    outcome = sync(store, transport=link)
    assert (outcome.session.error or "").startswith(ENROL_AGAIN)
    assert [one.origin for one in link.requests] == [origin(store), before]
    assert store.outbox.counts()[State.QUEUED] + store.outbox.counts()[State.SENT] == 1
    link = Scripted(not_yours(before), *[other_first] * 2)
    assert sync(store, transport=link).ok
    derived = link.requests[-2].origin
    assert link.sent[-2:] == [(derived, 1, 2), (origin(store), 1, 1)]
    parent = link.requests[-1].parent
    assert parent is not None
    assert (parent.origin, parent.seq) == (derived, 2)
    store.close()


def test_an_older_servers_word_of_another_laptop_is_understood(laptop: Store) -> None:
    outcome = sync(laptop, transport=Scripted(not_yours(), not_yours()))
    assert (outcome.session.error or "").startswith(ENROL_AGAIN)


def test_a_server_that_keeps_every_log_as_anothers_ends_the_sync(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "empty")
    store.init("CSC Chadoora", 2, None)
    store.access.enrol("https://office.example.in", "a" * 43, "operator", 2, None, 1, "first")
    link = Scripted(*[not_yours()] * 40)
    assert not sync(store, transport=link).ok
    assert len(link.requests) < 5
    store.close()


def test_a_receipt_recognises_a_log_that_is_another_devices_now(
    fresh: Store, own: tuple[str, Path], copy: Copy
) -> None:
    url, folder = own
    enrolled(fresh, own)
    enter(fresh, "Noor VO")
    synced(fresh)
    other = copy(fresh)
    chief = code(folder / "server.sqlite3", "supervisor")
    with patch.object(Access, "heads_to_show", lambda *_: []):
        lose_token(other)
        enrol(other, url, chief)
    seen: list[ReceiptAnswer] = []
    usual = HttpTransport.post

    def post(self: HttpTransport, path: str, message: Message, kind: type[M]) -> M:
        answer = usual(self, path, message, kind)
        assert isinstance(answer, ReceiptAnswer)
        seen.append(answer)
        return answer

    with patch.object(HttpTransport, "post", post):
        found = receipt(other)
    assert found.same
    assert seen[0].logs[0].salted
    assert seen[0].logs[0].head != found.logs[0].there.head == found.logs[0].here.head
