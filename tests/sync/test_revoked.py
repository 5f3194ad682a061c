"""A revoked laptop: it seals what is not sent, hands it in and closes; a supervisor decides."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from tests.sync.conftest import Enrolled, Register

from fieldkit.keys.keyfile import KeyFile
from fieldkit.protocol.messages.supervision import MOST_SEALED, DeviceItem
from fieldkit.server.database.migrate import open_database
from fieldkit.server.ingest.bundles.carried import apply_bundle
from fieldkit.server.operation.local import code
from fieldkit.settings import KEYS
from fieldkit.stick import NotCarried, write_answer_beside
from fieldkit.store import Closed, SealedPart, Store
from fieldkit.store.access import Access
from fieldkit.sync.bundle.stick import write_to
from fieldkit.sync.bundle.taking import Taken
from fieldkit.sync.client import enrol
from fieldkit.sync.failures import ConnectionLost, Offline
from fieldkit.sync.requests import supervision
from fieldkit.sync.requests.recover import NotRecovered, recover
from fieldkit.sync.requests.supervision import NotDone, decide_sealed, fetch_devices
from fieldkit.sync.revoked import sync_or_hand_in, take_or_hand_in
from fieldkit.sync.transport import HttpTransport

_names = itertools.count()


@pytest.fixture
def head(laptop: Enrolled) -> Store:
    return laptop("head", "supervisor")


@pytest.fixture
def asha(laptop: Enrolled, register: Register) -> Store:
    """An operator's laptop with three changes that are not sent, and one that is."""
    store = laptop(f"Asha {next(_names)}", "operator")
    register(store, 1)
    assert sync_or_hand_in(store).ok
    register(store, 3)
    return store


def item(head: Store, of: Store) -> DeviceItem:
    assert of.device is not None
    name = of.device.name
    (found,) = [one for one in fetch_devices(head).devices if one.name == name]
    return found


def revoke(head: Store, store: Store) -> int:
    number = item(head, store).id
    supervision.revoke(head, number)
    return number


def said(store: Store) -> str:
    outcome = sync_or_hand_in(store)
    assert not outcome.ok
    return outcome.session.error or ""


@pytest.fixture
def stored(folder: Path) -> Callable[[str], int]:
    """Count the rows of a query on the server's database."""

    def count(query: str) -> int:
        with closing(sqlite3.connect(folder / "server.sqlite3")) as database:
            return int(database.execute(f"SELECT count(*) FROM {query}").fetchone()[0])

    return count


def test_unsent_work_is_handed_in_and_admitted_exactly_once(
    head: Store, asha: Store, register: Register, server: str, folder: Path
) -> None:
    origin = asha.device.origin if asha.device else ""
    number = revoke(head, asha)
    register(asha, 1)  # without contact nothing changes
    assert "4 changes are sealed and handed in; a supervisor decides on it." in said(asha)
    with pytest.raises(Closed, match="nothing new can be saved"):
        register(asha, 1)
    assert [one.text for one in asha.notices()] == [said(asha)], "said once more, handed in once"
    (piece,) = item(head, asha).sealed
    assert piece.changes == 4
    assert piece.since is not None
    answer = decide_sealed(head, number, [piece.number], admit=True)
    assert (answer.verdicts, answer.left, answer.device.sealed) == ({"applied": 4}, 0, [])
    with pytest.raises(NotDone, match="no such work"):
        decide_sealed(head, number, [piece.number], admit=True)
    assert sync_or_hand_in(head).ok
    assert len(list(head.each("village_organisation"))) >= 5
    # Enrolled again it goes on; what was admitted is acknowledged, not taken again.
    enrol(asha, server, code(folder / "server.sqlite3", "operator", 2, 16))
    assert asha.notices() == [], "nothing is said any more of the removal"
    register(asha, 1)
    outcome = sync_or_hand_in(asha)
    assert (outcome.ok, outcome.waiting) == (True, 0)
    with closing(sqlite3.connect(folder / "server.sqlite3")) as database:
        query = "SELECT last_seq FROM origin WHERE origin = ?"
        assert database.execute(query, (origin,)).fetchone() == (6,)


def test_discarded_work_stays_on_the_laptop_alone(head: Store, asha: Store) -> None:
    number = revoke(head, asha)
    said(asha)
    numbers = [one.number for one in item(head, asha).sealed]
    answer = decide_sealed(head, number, numbers, admit=False)
    assert (answer.verdicts, answer.device.sealed, answer.device.changes) == ({}, [], 1)
    assert "handed in" in said(asha)
    assert item(head, asha).sealed == []
    assert asha.outbox.unsent() == 3


def test_a_laptop_with_nothing_to_send_only_closes(
    head: Store, laptop: Enrolled, register: Register
) -> None:
    store = laptop(f"Reyaz {next(_names)}", "operator")
    revoke(head, store)
    assert "All its work is on the server." in said(store)
    assert item(head, store).sealed == []
    with pytest.raises(Closed):
        register(store, 1)


class Killed(BaseException):
    """The laptop loses its power."""


Break = Callable[[HttpTransport, str, bytes, int], bytes]
_post = HttpTransport.post_file


def _dropped(transport: HttpTransport, path: str, data: bytes, most: int) -> bytes:
    raise ConnectionLost


def _lost(transport: HttpTransport, path: str, data: bytes, most: int) -> bytes:
    _post(transport, path, data, most)
    raise ConnectionLost


def _gone(transport: HttpTransport, path: str, data: bytes, most: int) -> bytes:
    raise Offline


@pytest.mark.parametrize("fault", [_dropped, _lost, _gone])
def test_a_line_that_drops_is_tried_again_with_the_same_bytes(
    head: Store, asha: Store, register: Register, monkeypatch: pytest.MonkeyPatch, fault: Break
) -> None:
    revoke(head, asha)
    monkeypatch.setattr(HttpTransport, "post_file", fault)
    assert (
        "Sync again, or use a stick, to hand in 3 changes. They are sealed and safe here."
        in said(asha)
    )
    with pytest.raises(Closed):
        register(asha, 1)
    monkeypatch.undo()
    assert "handed in; a supervisor decides" in said(asha)
    assert [one.changes for one in item(head, asha).sealed] == [3]
    ended = asha.access.ended()
    assert ended is not None
    assert ended.waiting == []


def test_more_than_a_bundle_holds_is_handed_in_as_well(
    head: Store, asha: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = revoke(head, asha)
    monkeypatch.setattr("fieldkit.sync.bundle.writing.MOST_CHANGES", 1)
    monkeypatch.setattr("fieldkit.sync.bundle.writing.MOST_PARTS", 2)
    posts = itertools.count()

    def once(transport: HttpTransport, path: str, data: bytes, most: int) -> bytes:
        return (_post if next(posts) == 0 else _dropped)(transport, path, data, most)

    monkeypatch.setattr(HttpTransport, "post_file", once)
    assert (
        "Sync again, or use a stick, to hand in 1 change. It is sealed and safe here. 2 changes "
        "are handed in." in said(asha)
    )
    monkeypatch.setattr(HttpTransport, "post_file", _post)
    assert "3 changes are sealed and handed in; a supervisor decides on it." in said(asha)
    assert len(asha.notices()) == 1, "only what is so now"
    pieces = item(head, asha).sealed
    assert [one.changes for one in pieces] == [2, 1]
    answer = decide_sealed(head, number, [one.number for one in pieces], admit=True)
    assert (answer.verdicts, answer.left) == ({"applied": 3}, 0)


def test_a_laptop_without_a_line_hears_of_it_by_stick(
    head: Store,
    asha: Store,
    register: Register,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number = revoke(head, asha)
    monkeypatch.setattr(HttpTransport, "post_file", _gone)
    engine = open_database(f"sqlite:///{folder / 'server.sqlite3'}")

    def carried() -> Taken:
        path = write_to(asha, tmp_path).path
        applied = apply_bundle(engine, path.read_bytes(), 1_790_000_000)
        assert applied.kept
        return take_or_hand_in(asha, write_answer_beside(path, applied.answer))

    assert "to hand in 3 changes. They are sealed and safe here." in carried().trouble
    with pytest.raises(Closed):
        register(asha, 1)
    assert "3 changes are sealed and handed in; a supervisor decides on it." in carried().trouble
    with pytest.raises(NotCarried, match="holds nothing that is sealed"):
        write_to(asha, tmp_path)
    pieces = [one.number for one in item(head, asha).sealed]
    answer = decide_sealed(head, number, pieces, admit=True)
    assert (answer.verdicts, answer.left) == ({"applied": 3}, 0)


def test_a_stick_without_changes_is_answered_and_leaves_nothing_to_decide(
    head: Store, laptop: Enrolled, folder: Path, tmp_path: Path
) -> None:
    store = laptop(f"Firdous {next(_names)}", "operator")
    path = write_to(store, tmp_path).path
    revoke(head, store)
    engine = open_database(f"sqlite:///{folder / 'server.sqlite3'}")
    applied = apply_bundle(engine, path.read_bytes(), 1_790_000_000)
    assert not applied.kept
    assert item(head, store).sealed == []
    taken = take_or_hand_in(store, write_answer_beside(path, applied.answer))
    assert "All its work is on the server." in taken.trouble


def test_a_server_that_keeps_no_more_is_told_from_a_line_that_dropped(
    head: Store, asha: Store, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = revoke(head, asha)
    register(asha, MOST_SEALED - 2)
    monkeypatch.setattr("fieldkit.sync.bundle.writing.MOST_CHANGES", 1)
    monkeypatch.setattr("fieldkit.sync.bundle.writing.MOST_PARTS", 1)
    for _ in range(2):
        assert (
            f"{MOST_SEALED} changes are handed in. 1 change is sealed for the server and safe "
            "here. The server takes no more work of this removed laptop for now." in said(asha)
        )
    numbers = [one.number for one in item(head, asha).sealed]
    assert decide_sealed(head, number, numbers, admit=True).left == 0
    assert (
        f"{MOST_SEALED + 1} changes are sealed and handed in; a supervisor decides on it."
        in said(asha)
    )
    (last,) = item(head, asha).sealed
    assert decide_sealed(head, number, [last.number], admit=True).verdicts == {"applied": 1}


@pytest.mark.parametrize("at", ["sealed", "closed", "handed in"])
def test_a_kill_at_any_moment_loses_and_doubles_nothing(
    head: Store, asha: Store, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    revoke(head, asha)

    def killed(*_: object, **__: object) -> None:
        raise Killed

    moments = {"sealed": "end", "closed": "ended", "handed in": "note_handed_in"}
    if at == "closed":
        monkeypatch.setattr(HttpTransport, "post_file", killed)
    else:
        monkeypatch.setattr(Access, moments[at], killed)
    with pytest.raises(Killed):
        sync_or_hand_in(asha)
    monkeypatch.undo()
    asha.close()
    again = Store.open(asha.home)
    assert (again.access.ended() is None) == (at == "sealed")
    assert "3 changes are sealed and handed in" in said(again)
    assert [one.changes for one in item(head, again).sealed] == [3]
    again.close()


def test_a_save_while_the_work_is_sealed_is_sealed_as_well(
    head: Store, asha: Store, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    revoke(head, asha)
    end = Access.end

    def late(access: Access, changes: int, sealed: Sequence[SealedPart]) -> bool:
        monkeypatch.undo()
        register(asha, 1)
        return end(access, changes, sealed)

    monkeypatch.setattr(Access, "end", late)
    assert "4 changes are sealed and handed in" in said(asha)
    assert [one.changes for one in item(head, asha).sealed] == [4]


def test_a_laptop_that_never_exchanged_keys_keeps_its_work(head: Store, asha: Store) -> None:
    revoke(head, asha)
    asha.access.keep_keys(None)
    assert "3 changes are not sent, and safe here." in said(asha)
    assert item(head, asha).sealed == []
    assert asha.outbox.unsent() == 3


def test_an_encrypted_laptop_drops_its_passphrases_and_a_supervisor_opens_it_again(
    tmp_path: Path, head: Store, server: str, folder: Path, register: Register
) -> None:
    home = tmp_path / "encrypted"
    home.mkdir()
    keys, data_key = KeyFile.new(home)
    keys.write()
    keys.add("Zooni", "snow apple saffron", data_key)
    store = Store.open(home, key=data_key)
    name = f"Zooni {next(_names)}"
    store.init(name, 2, 16)
    enrol(store, server, code(folder / "server.sqlite3", "operator", 2, 16))
    found = KeyFile.read(home)
    assert found is not None
    assert (found.server, found.operators) == (server, ["Zooni"])
    register(store, 2)
    number = revoke(head, store)
    assert "2 changes are sealed and handed in" in said(store)
    store.close()
    locked = KeyFile.read(home)
    assert locked is not None
    assert locked.operators == []
    assert locked.sealed is not None
    made = supervision.recovery_code(head, number)
    assert recover(locked.server or "", made.code, locked.sealed) == data_key
    assert recover_refused(locked, made.code) == (
        "This code was already used. Ask the supervisor for a new one."
    )
    with Opened(home, data_key) as opened, pytest.raises(Closed):
        register(opened, 1)


@pytest.mark.parametrize("altered", ["its sealed key", "another laptop's"])
def test_passphrases_are_dropped_only_where_a_code_opens_the_laptop(
    tmp_path: Path, head: Store, server: str, folder: Path, altered: str
) -> None:
    home = tmp_path / "encrypted"
    home.mkdir()
    keys, data_key = KeyFile.new(home)
    keys.add("Zooni", "snow apple saffron", data_key)
    store = Store.open(home, key=data_key)
    store.init(f"Zooni {next(_names)}", 2, 16)
    enrol(store, server, code(folder / "server.sqlite3", "operator", 2, 16))
    number = revoke(head, store)
    if altered == "its sealed key":
        entries = json.loads((home / KEYS).read_bytes())
        entries["sealed"] = entries["sealed"][::-1]
        (home / KEYS).write_text(json.dumps(entries), "utf-8")
    else:
        before = read_keys(home)
        other, others_key = KeyFile.new(home)
        (home / KEYS).unlink()
        other.add("Zooni", "snow apple saffron", others_key)
        other.seal_to(before.sealed_to or b"", others_key, server)
    said(store)
    store.close()
    found = read_keys(home)
    if altered == "another laptop's":
        assert found.operators == ["Zooni"]
        return
    assert found.operators == []
    made = supervision.recovery_code(head, number)
    assert recover(server, made.code, found.sealed or b"") == data_key


def read_keys(home: Path) -> KeyFile:
    found = KeyFile.read(home)
    assert found is not None
    return found


def recover_refused(locked: KeyFile, typed: str) -> str:
    with pytest.raises(NotRecovered) as refused:
        recover(locked.server or "", typed, locked.sealed or b"")
    return str(refused.value)


class Opened:
    """A store that is closed again."""

    def __init__(self, home: Path, key: bytes) -> None:
        self.store = Store.open(home, key=key)

    def __enter__(self) -> Store:
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


def test_only_the_old_token_of_a_revoked_laptop_hands_in(
    head: Store, asha: Store, laptop: Enrolled, server: str
) -> None:
    from fieldkit.sync.bundle.writing import write_bundle
    from fieldkit.sync.failures import ServerRefusal

    def refused(token: str | None, data: bytes) -> str:
        with HttpTransport(server, token) as http, pytest.raises(ServerRefusal) as caught:
            http.post_file("/v1/sealed", data, 1000)
        return caught.value.code

    bundle, other = write_bundle(asha).data, laptop(f"Bilal {next(_names)}", "operator")
    assert refused(asha.access.token(), bundle) == "not-revoked"
    assert refused("nobody's token, long enough", bundle) == "unauthorised"
    revoke(head, asha)
    revoke(head, other)
    assert refused(other.access.token(), bundle) == "bundle-unknown"
    altered = bytes([*bundle[:-1], bundle[-1] ^ 1])
    assert refused(asha.access.token(), altered) == "bundle-altered"
    assert refused(asha.access.token(), b"junk") == "no-bundle"
    with HttpTransport(server, asha.access.token()) as http:
        assert http.post_file("/v1/sealed", bundle, 1000)
        assert http.post_file("/v1/sealed", bundle, 1000)
    assert len(item(head, asha).sealed) == 1


def test_only_its_supervisor_decides(
    head: Store, asha: Store, laptop: Enrolled, stored: Callable[[str], int]
) -> None:
    number = revoke(head, asha)
    said(asha)
    (piece,) = item(head, asha).sealed
    registrar = laptop("registrar", "registrar")
    for admit in (True, False):
        with pytest.raises(NotDone, match="Only the laptop of a supervisor"):
            decide_sealed(registrar, number, [piece.number], admit=admit)
    assert stored(f"sealed_work WHERE number = {piece.number} AND decided_at IS NULL") == 1
    assert decide_sealed(head, number, [piece.number], admit=True).verdicts == {"applied": 3}
    assert stored(f"sealed_work WHERE number = {piece.number} AND length(body) > 0") == 0
