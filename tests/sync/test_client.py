from __future__ import annotations

import http.server
import shutil
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from filelock import FileLock
from tests.forked import local_server

from fieldkit.protocol.change import Change, Op
from fieldkit.protocol.messages.finding import Verdict
from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.sync import Problem
from fieldkit.records import sentence
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.operation.local import code
from fieldkit.server.operation.status import DeviceStatus, status
from fieldkit.store import Answered, Edit, State, Store, tables
from fieldkit.store.database import Database
from fieldkit.sync import transport
from fieldkit.sync.client import NotEnrolled, Progress, Stop, enrol, sync
from fieldkit.sync.enrol import address
from fieldkit.sync.exchange import session
from fieldkit.sync.failures import ServerRefusal
from fieldkit.sync.sentences import refusal_sentence, waiting_sentence
from fieldkit.sync.transport import HttpTransport

HEAD = "0" * 64
Held = Callable[[Store], DeviceStatus]
Register = Callable[[Store, int], list[str]]


def _states(store: Store, ids: list[str]) -> set[State]:
    return set(store.states(ids).values())


def test_all_changes_arrive_and_both_logs_are_equal(
    store: Store, register: Register, held: Held
) -> None:
    ids = register(store, 450)
    seen: list[Progress] = []
    outcome = sync(store, progress=seen.append)
    assert outcome.ok, outcome.session.error
    assert (outcome.applied, outcome.rejected, outcome.waiting) == (450, 0, 0)
    standing = store.outbox.log_position()
    assert standing is not None
    assert standing.acked_seq == standing.last_seq == held(store)["last_seq"] == 450
    assert standing.head == standing.server_head == bytes.fromhex(held(store)["head"])
    assert _states(store, ids) == {State.ON_SERVER}
    assert [one.done for one in seen][-1] == 450
    assert {one.total for one in seen} == {450}
    assert len(seen) == outcome.session.requests >= 3
    (noted,) = store.outbox.sessions(5)
    assert (noted.ok, noted.requests) == (True, outcome.session.requests)
    assert 0 < noted.bytes_down < noted.bytes_up < 450 * 20


def test_a_quiet_sync_is_one_small_request(store: Store, register: Register) -> None:
    register(store, 3)
    sync(store)
    session = sync(store).session
    assert (session.ok, session.requests) == (True, 1)
    assert session.bytes_up + session.bytes_down <= 1024


def test_a_change_saved_during_a_sync_stays_queued(
    store: Store, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = register(store, 3)
    stop = threading.Event()
    later: list[str] = []
    ask = HttpTransport.post

    def saved_meanwhile(self: HttpTransport, path: str, message: Message, kind: type[M]) -> M:
        answer = ask(self, path, message, kind)
        later.extend(register(store, 2))
        store.save([Edit(VillageOrganisation, {"remarks": "later"}, first[0])], "Asha")
        stop.set()
        return answer

    monkeypatch.setattr(HttpTransport, "post", saved_meanwhile)
    outcome = sync(store, stop=stop)
    assert (outcome.ok, outcome.stopped, outcome.waiting) == (False, True, 3)
    assert outcome.session.error == "Stopped. 3 changes are not sent yet and are safe here."
    assert _states(store, later) == {State.QUEUED}
    assert store.states(first)[first[0]] is State.QUEUED
    assert store.states(first)[first[1]] is State.ON_SERVER
    monkeypatch.undo()
    assert sync(store).ok


def test_a_lost_answer_loses_nothing(
    store: Store, register: Register, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(store, 5)
    receive = HttpTransport._receive

    def lost(self: HttpTransport, response: httpx.Response, most: int) -> bytes:
        receive(self, response, most)
        raise httpx.ReadError("the line broke")

    monkeypatch.setattr(HttpTransport, "_receive", lost)
    outcome = sync(store, pause=lambda _: False)
    assert (outcome.ok, outcome.offline, outcome.waiting) == (False, True, 5)
    assert (
        outcome.session.error
        == "The connection dropped. 5 changes are not sent yet and are safe here."
    )
    assert outcome.session.requests == session.ATTEMPTS
    assert held(store)["last_seq"] == 5
    assert store.outbox.counts()[State.SENT] == 5
    monkeypatch.undo()
    outcome = sync(store)
    assert outcome.ok
    assert held(store)["last_seq"] == 5


def test_offline_gives_a_sentence(fresh: Store, register: Register) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    fresh.access.enrol(f"http://127.0.0.1:{port}", "t" * 30)
    register(fresh, 12)
    outcome = sync(fresh)
    assert (outcome.ok, outcome.offline) == (False, True)
    assert outcome.session.error == "No connection. 12 changes are not sent yet and are safe here."
    (noted,) = fresh.outbox.sessions(1)
    assert (noted.ok, noted.error) == (False, outcome.session.error)


def test_not_being_enrolled_gives_a_sentence(fresh: Store, register: Register) -> None:
    register(fresh, 1)
    outcome = sync(fresh)
    assert outcome.session.error == (
        "This laptop is not enrolled with a server yet. Enrol it first. 1 change is not sent yet "
        "and is safe here."
    )
    assert not outcome.offline


def test_a_token_the_server_does_not_know(store: Store, server: str, register: Register) -> None:
    register(store, 2)
    store.access.enrol(server, "t" * 43)
    outcome = sync(store)
    assert outcome.session.error is not None
    assert outcome.session.error.startswith("The server does not know this laptop. Enrol it again.")
    assert (outcome.waiting, outcome.offline) == (2, False)


def test_one_sync_at_a_time(store: Store) -> None:
    with FileLock(store.home / "sync.lock"):
        outcome = sync(store)
    assert outcome.session.error is not None
    assert "already running" in outcome.session.error
    assert sync(store).ok


def test_a_rejected_change_is_reported_and_the_others_arrive(
    store: Store, register: Register, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    (wrong,) = register(store, 1)
    register(store, 1)
    register(store, 1)
    _log_a_value_the_server_cannot_read(store, wrong)
    outcome = sync(store)
    assert outcome.ok, outcome.session.error
    assert (outcome.applied, outcome.rejected, held(store)["last_seq"]) == (3, 1, 4)
    assert store.states([wrong])[wrong] is State.REJECTED
    (returned,) = store.outbox.returned()
    assert returned.reason is not None
    assert (returned.change.record_id, returned.reason.field) == (wrong, "district")
    assert sentence(returned.reason)


def _log_a_value_the_server_cannot_read(store: Store, record_id: str) -> None:
    """Write to the log directly, without validation, as a newer or damaged laptop would."""
    standing = store.outbox.log_position()
    assert standing is not None
    change = Change(
        standing.last_seq + 1,
        "village_organisation",
        record_id,
        Op.EDIT,
        {"district": "Budgam"},
        None,
        1_790_000_000,
        "Asha",
    )
    database = Database(store.home / "fieldkit.sqlite3")
    with database.write() as connection:
        connection.execute(
            tables.change.insert().values(
                origin=standing.origin,
                seq=change.seq,
                kind=change.kind,
                record_id=record_id,
                op="edit",
                fields='{"district":"Budgam"}',
                at=change.at,
                operator="Asha",
                head=change.head(standing.head),
            )
        )
    database.close()


def test_counts_agree_kind_by_kind(tmp_path: Path, fresh: Store, register: Register) -> None:
    database = tmp_path / "own.sqlite3"
    with local_server(database) as url:
        enrol(fresh, url, code(database))
        ids = register(fresh, 7)
        fresh.save([Edit(SelfHelpGroup, {"name": "Roshni"})], "Asha")
        fresh.save([Edit(VillageOrganisation, {}, ids[0], op=Op.DELETE)], "Asha")
        assert sync(fresh).ok
        assert status(f"sqlite:///{database}")["records"] == fresh.counts()


def _served(database: Path) -> dict[str, int]:
    return {one["origin"]: one["last_seq"] for one in status(f"sqlite:///{database}")["devices"]}


@pytest.mark.parametrize("more", [0, 1])
def test_another_server_is_offered_everything_again(
    tmp_path: Path, fresh: Store, register: Register, more: int
) -> None:
    with local_server(tmp_path / "one.sqlite3") as url:
        enrol(fresh, url, code(tmp_path / "one.sqlite3"))
        register(fresh, 2)
        assert sync(fresh).ok
    with local_server(tmp_path / "two.sqlite3") as url:
        enrol(fresh, url, code(tmp_path / "two.sqlite3"))
        register(fresh, more)
        outcome = sync(fresh)
        assert outcome.ok, outcome.session.error
        assert (outcome.waiting, outcome.applied) == (0, 2 + more)
        assert list(_served(tmp_path / "two.sqlite3").values()) == [2 + more]
        assert sync(fresh).session.requests == 1


def test_a_restored_server_gets_what_it_lacks_and_its_versions_count(
    tmp_path: Path, fresh: Store, register: Register
) -> None:
    database = tmp_path / "own.sqlite3"
    with local_server(database) as url:
        enrol(fresh, url, code(database))
        (early,) = register(fresh, 1)
        assert sync(fresh).ok
    shutil.copyfile(database, tmp_path / "backup.sqlite3")
    with local_server(database) as url:
        fresh.access.enrol(url, fresh.access.token() or "")
        (late,) = register(fresh, 1)
        assert sync(fresh).ok
    device = fresh.device
    assert device is not None
    # The server of then rejected what the one put back takes.
    head = fresh.outbox.head_before(device.origin, 3)
    rejected = Verdict(seq=2, verdict="rejected", reason="No.")
    fresh.pull.receive(Answered(device.origin, 2, head, verdicts=[rejected]))
    with local_server(tmp_path / "backup.sqlite3") as url:
        fresh.access.enrol(url, fresh.access.token() or "")
        assert sync(fresh).ok
    assert _served(tmp_path / "backup.sqlite3") == {device.origin: 2}
    assert _states(fresh, [early, late]) == {State.ON_SERVER}


def test_another_server_gets_the_frozen_log_of_a_restored_laptop_too(
    tmp_path: Path, fresh: Store, register: Register
) -> None:
    with local_server(tmp_path / "one.sqlite3") as url:
        enrol(fresh, url, code(tmp_path / "one.sqlite3"))
        register(fresh, 2)
        assert sync(fresh).ok
    fresh.back_up(tmp_path / "backup.sqlite3")
    fresh.close()
    Store.restore(fresh.home, tmp_path / "backup.sqlite3")
    restored = Store.open(fresh.home)
    with local_server(tmp_path / "two.sqlite3") as url:
        enrol(restored, url, code(tmp_path / "two.sqlite3"))
        assert sync(restored).ok
        assert list(_served(tmp_path / "two.sqlite3").values()) == [2]
        assert sync(restored).session.requests == 1
    restored.close()


def test_a_server_that_goes_back_and_forth_ends_the_sync(
    store: Store, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(store, 2)
    problem = Problem(type="/problems/gap", title="", status=409, expected=3, head=HEAD)

    def gap(*_: object) -> None:
        raise ServerRefusal(409, problem)

    monkeypatch.setattr(HttpTransport, "post", gap)
    outcome = sync(store)
    assert (outcome.ok, outcome.waiting) == (False, 2)


def test_a_copy_on_another_path_gets_a_new_origin_and_loses_nothing(
    tmp_path: Path, fresh: Store, register: Register
) -> None:
    database = tmp_path / "own.sqlite3"
    with local_server(database) as url:
        enrol(fresh, url, code(database))
        register(fresh, 2)
        (tmp_path / "other").mkdir()
        fresh.back_up(tmp_path / "other" / "fieldkit.sqlite3")
        register(fresh, 1)
        assert sync(fresh).ok
        copy = Store.open(tmp_path / "other")
        copy.save([Edit(VillageOrganisation, {"name": "Typed on the copy"})], "Reyaz")
        assert sync(copy).ok
        assert sync(fresh).ok
        assert copy.counts() == fresh.counts() == status(f"sqlite:///{database}")["records"]
        assert copy.counts()["village_organisation"] == 4
        copy.close()


@pytest.mark.parametrize("typed", [0, 2])
def test_an_older_copy_gets_a_new_origin_and_loses_nothing(
    tmp_path: Path, fresh: Store, register: Register, typed: int
) -> None:
    database = tmp_path / "own.sqlite3"
    with local_server(database) as url:
        enrol(fresh, url, code(database))
        register(fresh, 2)
        assert sync(fresh).ok
        fresh.back_up(tmp_path / "copy.sqlite3")
        register(fresh, 1)
        assert sync(fresh).ok
        fresh.close()
        for file in fresh.home.glob("fieldkit.sqlite3*"):
            file.unlink()
        shutil.copy(tmp_path / "copy.sqlite3", fresh.home / "fieldkit.sqlite3")
        older = Store.open(fresh.home)
        for number in range(typed):
            older.save([Edit(VillageOrganisation, {"name": f"Typed later {number}"})], "Reyaz")
        outcome = sync(older)
        assert outcome.ok, outcome.session.error
        assert outcome.waiting == 0
        assert older.counts() == status(f"sqlite:///{database}")["records"]
        assert older.counts()["village_organisation"] == 3 + typed
        assert sync(older).session.requests == 1
        older.close()


def test_a_restored_laptop_sends_the_old_tail_once_and_gets_a_new_origin(
    tmp_path: Path, fresh: Store, register: Register
) -> None:
    database = tmp_path / "own.sqlite3"
    with local_server(database) as url:
        enrol(fresh, url, code(database))
        register(fresh, 2)
        fresh.back_up(tmp_path / "backup.sqlite3")
        register(fresh, 1)
        assert sync(fresh).ok
        fresh.close()
        Store.restore(fresh.home, tmp_path / "backup.sqlite3")
        restored = Store.open(fresh.home)
        register(restored, 1)
        outcome = sync(restored)
        assert outcome.ok, outcome.session.error
        assert outcome.waiting == 0
        held = status(f"sqlite:///{database}")
        assert sorted(one["last_seq"] for one in held["devices"]) == [1, 3]
        assert held["records"]["village_organisation"] == 4
        restored.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://192.168.1.4:8000", "others on the network"),
        ("http://office.example.in", "others on the network"),
        ("http://127.0.0.1.example.in", "others on the network"),
        ("ftp://127.0.0.1", "looks like"),
        ("", "looks like"),
        ("http://", "looks like"),
        ("http://127.0.0.1:99999", "looks like"),
        ("http://name:word@127.0.0.1", "looks like"),
        ("https://office.example.in/#home", "looks like"),
    ],
)
def test_addresses_that_may_not_receive_a_token(fresh: Store, url: str, why: str) -> None:
    with pytest.raises(NotEnrolled, match=why):
        enrol(fresh, url, "code")
    assert fresh.access.token() is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Sync.Example.IN", "https://sync.example.in"),
        ("office.example.in:8443/", "https://office.example.in:8443"),
        (" HTTPS://sync.example.in/ ", "https://sync.example.in"),
        ("https://sync.example.in:8443/Fieldkit/", "https://sync.example.in:8443/Fieldkit"),
        ("Http://LocalHost:8000", "http://localhost:8000"),
    ],
)
def test_one_server_has_one_address_however_it_is_typed(typed: str, meant: str) -> None:
    assert address(typed) == meant


def test_an_answer_of_another_server_gives_a_sentence(fresh: Store, register: Register) -> None:
    class Portal(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>\x1b[31mlog in</html>")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Portal) as portal:
        thread = threading.Thread(target=portal.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{portal.server_port}"
        with pytest.raises(NotEnrolled, match="login page"):
            enrol(fresh, url, "code")
        fresh.access.enrol(url, "t" * 30)
        register(fresh, 1)
        outcome = sync(fresh)
        portal.shutdown()
        thread.join()
    assert outcome.session.error is not None
    assert "login page" in outcome.session.error
    assert outcome.waiting == 1


def test_unsent_changes_are_counted_in_indian_digits() -> None:
    assert waiting_sentence(120_000) == "1,20,000 changes are not sent yet and are safe here."


def test_refusal_sentences_never_quote_the_server() -> None:
    problem = Problem(type="/problems/gap", title="\x1b[31mred", status=409)
    assert "red" not in refusal_sentence(ServerRefusal(409, problem))
    assert transport.is_loopback("http://[::1]:8000")


def test_a_second_stop_aborts_a_hanging_request(fresh: Store, register: Register) -> None:
    register(fresh, 1)
    stop = Stop(abort_after=600.0)

    def hang() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            stop.set()
            stop.set()
            while connection.recv(65536):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        fresh.access.enrol(f"http://127.0.0.1:{listener.getsockname()[1]}", "t" * 43)
        thread = threading.Thread(target=hang)
        thread.start()
        outcome = sync(fresh, stop=stop)
        thread.join()
    assert (outcome.stopped, outcome.offline, outcome.waiting) == (True, False, 1)
    assert outcome.session.error == "Stopped. 1 change is not sent yet and is safe here."


def test_enrolling_again_at_the_same_server_keeps_the_device(
    tmp_path: Path, fresh: Store, register: Register
) -> None:
    database = tmp_path / "own.sqlite3"
    with local_server(database) as url:
        enrol(fresh, url, code(database))
        register(fresh, 1)
        assert sync(fresh).ok
        used = code(database)
        enrol(fresh, url, used)
        assert sync(fresh).ok
        with pytest.raises(NotEnrolled, match="already used"):
            enrol(fresh, url, used)
        with pytest.raises(NotEnrolled, match="does not know this code"):
            enrol(fresh, url, "AAAAA-AAAAA")
        assert sync(fresh).ok
        assert list(_served(database).values()) == [1]
        state = fresh.pull.state()
        assert (state.epoch, state.scope and state.scope.role) == (2, "operator")
