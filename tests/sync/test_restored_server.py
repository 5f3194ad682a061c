"""Laptops and a server that is restored from a backup, over HTTP (rules 41, 42)."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from tests.forked import local_server

from fieldkit.protocol.messages.scope import WHOLE_UT
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.operation.local import code
from fieldkit.settings import DATABASE
from fieldkit.store import Edit, State, Store
from fieldkit.store.files.place import place_of
from fieldkit.sync.client import Outcome, Stop, enrol, sync
from fieldkit.sync.exchange import transfer_size

KIND = "village_organisation"


class Office:
    """A server on a file, and laptops that go on with it at any address."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "server.sqlite3"
        self._folder = folder
        self._running = ExitStack()
        self.laptops: list[Store] = []

    def start(self) -> None:
        self.url = self._running.enter_context(local_server(self.file))
        for laptop in self.laptops:
            self._lead(laptop)

    def stop(self) -> None:
        self._running.close()

    def laptop(self, name: str, role: str = "operator", district: int | None = 2) -> Store:
        store = Store.open(self._folder / name)
        store.init(name, 2, None)
        enrol(store, self.url, code(self.file, role, district))
        self.laptops.append(store)
        return store

    def copy_unnoticed(self, laptop: Store, name: str) -> Store:
        """Copy a laptop's disk to another laptop, which seems to be the same machine and folder."""
        (self._folder / name).mkdir()
        file = self._folder / name / DATABASE
        laptop.back_up(file)
        with closing(sqlite3.connect(file)) as copy, copy:
            copy.execute("UPDATE device SET place = ?", [place_of(file)])
        store = Store.open(self._folder / name)
        self.laptops.append(store)
        return store

    def back_up(self) -> None:
        with (
            closing(sqlite3.connect(self.file)) as source,
            closing(sqlite3.connect(self._folder / "backup")) as copy,
        ):
            source.backup(copy)

    def restore(self) -> None:
        self.stop()
        for file in self._folder.glob("server.sqlite3-*"):
            file.unlink()
        shutil.copy(self._folder / "backup", self.file)
        self.start()

    def close(self) -> None:
        for laptop in self.laptops:
            laptop.close()
        self.stop()

    def _lead(self, laptop: Store) -> None:
        """Give a laptop the server's present address, as a restored server keeps its own."""
        token = laptop.access.token()
        assert token is not None
        laptop.access.enrol(self.url, token)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    office.start()
    yield office
    office.close()


@pytest.fixture
def pages_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_PAGE", "FEWEST", "MOST_ROWS"):
        monkeypatch.setattr(transfer_size, name, 2)


def put(store: Store, name: str, record_id: str | None = None) -> str:
    (saved,) = store.save([Edit(VillageOrganisation, {"name": name}, record_id)], "Asha")
    return saved.id


def done(store: Store) -> Outcome:
    outcome = sync(store)
    assert outcome.ok, outcome.session.error
    return outcome


def half_way(store: Store) -> Outcome:
    """Stop after the first page."""
    stop = Stop()
    outcome = sync(store, stop=stop, progress=lambda _: stop.set())
    assert outcome.stopped
    return outcome


def names(store: Store) -> set[str]:
    return {record.label() for record in store.page(KIND, limit=50).records}


def test_a_restore_loses_nothing_that_any_laptop_has(office: Office, pages_of_two: None) -> None:
    writer, author, reader, half, idle = map(office.laptop, ("w", "a", "r", "h", "i"))
    kept = [put(writer, f"VO {number}") for number in range(4)]
    for laptop in (writer, author, reader, idle):
        done(laptop)
    office.back_up()
    put(writer, "VO renamed", kept[0])
    put(author, "Entered since")
    for laptop in (writer, author, reader):
        done(laptop)
    half_way(half)
    assert len(names(half)) == 2
    office.restore()
    # Half way, and whole: both were served by what is lost, and have all that is kept.
    for laptop in (half, reader):
        done(laptop)
        assert names(laptop) == {f"VO {number}" for number in range(4)}
        assert "has lost what it had sent" in laptop.notices()[0].text
        assert laptop.check() == []
    # Who was served by nothing that is lost goes on; keys are exchanged at the new address.
    outcome = done(idle)
    assert (outcome.session.requests, outcome.received, idle.notices()) == (2, 0, [])
    # The laptops that entered what is lost bring it back.
    for laptop in (author, writer):
        assert done(laptop).waiting == 0
    expected = {"Entered since", "VO renamed", "VO 1", "VO 2", "VO 3"}
    for laptop in office.laptops:
        done(laptop)
        assert names(laptop) == expected
        assert laptop.check() == []
    assert done(reader).session.requests == 1


def test_another_server_at_the_same_address_gets_all_logs_and_keeps_no_strange_rows(
    office: Office, tmp_path: Path
) -> None:
    writer, reader = office.laptop("w"), office.laptop("r")
    put(writer, "VO of the first server")
    mine = put(reader, "VO of the reader")
    done(writer)
    done(reader)
    office.stop()
    office.file = tmp_path / "second.sqlite3"
    office.laptops.remove(writer)
    writer.close()
    office.start()
    enrol(reader, office.url, code(office.file, district=2))
    done(reader)
    assert names(reader) == {"VO of the reader"}
    assert reader.get(KIND, mine) is not None
    assert reader.outbox.unsent() == 0


def test_a_server_without_any_record_has_sent_all_it_has(office: Office) -> None:
    writer, reader = office.laptop("w"), Store.open(office.file.parent / "r")
    reader.init("Supervisor", 2, 16)
    enrol(reader, office.url, code(office.file, role="supervisor", district=None))
    office.laptops.append(reader)
    office.back_up()
    put(writer, "VO of the lost day")
    done(writer)
    done(reader)
    office.restore()
    done(reader)
    assert names(reader) == set()
    assert not reader.pull.state().more
    assert done(reader).session.requests == 1


@pytest.mark.parametrize("own", [["VO of the copy"], ["VO of the copy", "Another of the copy"]])
def test_a_copy_whose_work_was_lost_sends_it_beside_the_other_copys(
    office: Office, own: list[str]
) -> None:
    """Whether the server has as many changes of the log as it had acknowledged, or fewer."""
    first = office.laptop("first")
    put(first, "VO before the copy")
    copy = office.copy_unnoticed(first, "copy")
    office.back_up()
    for name in own:
        put(copy, name)
    done(copy)
    office.restore()
    put(first, "VO of the first")
    done(first)
    # The server has other changes now where it had acknowledged the copy's.
    done(copy)
    expected = {"VO before the copy", "VO of the first", *own}
    for laptop in office.laptops:
        done(laptop)
        assert names(laptop) == expected
        assert laptop.check() == []


def test_a_copy_learns_what_became_of_work_that_the_other_copy_sent_again(office: Office) -> None:
    first = office.laptop("first", role="administrator", district=None)
    edit = Edit(VillageOrganisation, {"name": "VO of all", "district": WHOLE_UT})
    (saved,) = first.save([edit], "Asha")
    copy = office.copy_unnoticed(first, "copy")
    office.back_up()
    done(copy)
    assert copy.states([saved.id]) == {saved.id: State.ON_SERVER}
    office.restore()
    with closing(sqlite3.connect(office.file)) as server, server:
        server.execute("UPDATE device SET role = 'operator'")
    assert done(first).returned == 1
    done(copy)
    for laptop in office.laptops:
        assert laptop.states([saved.id]) == {saved.id: State.REJECTED}
        assert names(laptop) == {"VO of all"}
        assert laptop.check() == []
    assert copy.outbox.unsettled() == {}
    assert done(copy).session.requests == 1
