"""A sync by stick: what a bundle brings to the server, and what its answer brings back."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from tests.sync.conftest import Enrolled, Register, done

from fieldkit.protocol.bundle import AnsweredRequest, read_header
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.database.connection import writing
from fieldkit.server.database.migrate import open_database
from fieldkit.server.database.tables import SEALED_WORK
from fieldkit.server.devices.enrolment import revoke
from fieldkit.server.ingest.bundles.bundle import answer_requests
from fieldkit.server.ingest.bundles.carried import AppliedBundle, apply_bundle
from fieldkit.server.operation.local import code, local_server
from fieldkit.server.problems import Refusal
from fieldkit.server.scope import Device
from fieldkit.stick import NotCarried
from fieldkit.store import Edit, Store
from fieldkit.sync.bundle.sentences import written
from fieldkit.sync.bundle.stick import (
    answers_in,
    bundles_in,
    forward_file,
    take_from,
    write_to,
)
from fieldkit.sync.bundle.taking import Taken, take_answer
from fieldkit.sync.bundle.writing import write_bundle
from fieldkit.sync.client import enrol


@pytest.fixture
def engine(server: str, folder: Path) -> Engine:
    return open_database(f"sqlite:///{folder / 'server.sqlite3'}")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def applied(engine: Engine, data: bytes) -> AppliedBundle:
    return apply_bundle(engine, data, int(time.time()))


def by_stick(engine: Engine, store: Store) -> Taken:
    return take_answer(store, applied(engine, write_bundle(store).data).answer)


def test_everything_goes_and_comes_by_stick(
    store: Store, laptop: Enrolled, engine: Engine, register: Register
) -> None:
    other = laptop("other", "supervisor")
    done(store, other)
    register(store, 450)
    other.save([Edit(VillageOrganisation, {"name": "Chinar VO"})], "Asha")
    done(other)
    written = write_bundle(store).data
    result = applied(engine, written)
    assert (result.changes, result.new, result.refused) == (450, 450, "")
    taken = take_answer(store, result.answer)
    assert (taken.acknowledged, taken.returned, taken.left, taken.trouble) == (450, 0, 0, "")
    assert taken.received == 1
    assert not taken.outdated
    assert [hit.label for hit in store.find("Chinar VO")][:1] == ["Chinar VO"]
    assert store.check() == []
    done(store)  # the line has nothing to add
    assert store.outbox.counts() == dict.fromkeys(store.outbox.counts(), 0)


def test_a_bundle_applied_twice_changes_nothing_and_is_answered_again(
    store: Store, engine: Engine, register: Register
) -> None:
    done(store)
    register(store, 3)
    written = write_bundle(store).data
    first, again = applied(engine, written), applied(engine, written)
    assert (first.new, again.new) == (3, 0)
    assert take_answer(store, again.answer).acknowledged == 3
    late = take_answer(store, first.answer)
    assert (late.acknowledged, late.before, late.left) == (0, True, 0)
    assert store.check() == []


def test_an_older_bundle_after_a_newer_one_and_answers_out_of_order(
    store: Store, engine: Engine, register: Register
) -> None:
    done(store)
    register(store, 2)
    older = write_bundle(store).data
    register(store, 2)
    newer = write_bundle(store).data
    first, second = applied(engine, newer), applied(engine, older)
    assert (first.new, second.new) == (4, 0)
    assert take_answer(store, second.answer).acknowledged == 2
    last = take_answer(store, first.answer)
    assert (last.acknowledged, last.outdated, last.left) == (2, True, 0)
    assert by_stick(engine, store).trouble == ""


def test_a_lost_stick_loses_nothing(store: Store, engine: Engine, register: Register) -> None:
    done(store)
    register(store, 2)
    write_bundle(store)
    register(store, 1)
    assert by_stick(engine, store).acknowledged == 3


def test_an_answer_after_a_sync_counts_by_its_verdicts_alone(
    store: Store, laptop: Enrolled, engine: Engine, register: Register
) -> None:
    other = laptop("other", "supervisor")
    done(store, other)
    register(store, 1)
    answer = applied(engine, write_bundle(store).data).answer
    done(store)
    other.save([Edit(VillageOrganisation, {"name": "Chinar VO"})], "Asha")
    done(other, store)
    state = store.pull.state()
    taken = take_answer(store, answer)
    assert (taken.acknowledged, taken.received, taken.outdated) == (0, 0, True)
    assert store.pull.state() == state


def test_parents_come_first_and_what_is_not_taken_ends_the_bundle(
    store: Store, engine: Engine, register: Register, tmp_path: Path
) -> None:
    done(store)
    register(store, 2)
    store.back_up(tmp_path / "kept.sqlite3")
    home = store.home
    store.close()
    Store.restore(home, tmp_path / "kept.sqlite3")
    restored = Store.open(home)
    register(restored, 2)
    written = write_bundle(restored).data
    with closing(sqlite3.connect(tmp_path / "laptop" / "fieldkit.sqlite3")) as file:
        frozen = file.execute("SELECT origin FROM origin ORDER BY born").fetchone()[0]
    result = applied(engine, written)
    assert (result.changes, result.new, result.refused) == (4, 4, "")
    assert frozen != restored.device.origin  # type: ignore[union-attr]
    assert take_answer(restored, result.answer).left == 0
    restored.close()


def test_a_long_download_fits_into_one_answer(
    store: Store, laptop: Enrolled, engine: Engine, register: Register
) -> None:
    register(store, 300)
    done(store)
    other = laptop("other", "supervisor")
    taken = by_stick(engine, other)
    assert taken.received >= 300
    assert not other.pull.state().more


def test_what_refuses_a_bundle_says_why(
    store: Store, engine: Engine, register: Register, tmp_path: Path
) -> None:
    done(store)
    register(store, 1)
    written = write_bundle(store).data
    with pytest.raises(Refusal, match="not a bundle"):
        applied(engine, b"something else")
    with pytest.raises(Refusal, match="changed on the way"):
        applied(engine, written[:-1])
    elsewhere = tmp_path / "elsewhere.sqlite3"
    with local_server(elsewhere):
        pass
    with pytest.raises(Refusal, match="another server"):
        applied(open_database(f"sqlite:///{elsewhere}"), written)
    with closing(sqlite3.connect(str(engine.url.database))) as file:
        device = file.execute("SELECT max(id) FROM device").fetchone()[0]
    with writing(engine) as connection:
        revoke(connection, device, int(time.time()))
    assert all(applied(engine, written).kept for _ in range(2))
    with closing(sqlite3.connect(str(engine.url.database))) as file:
        kept = file.execute("SELECT changes FROM sealed_work WHERE device = ?", [device]).fetchall()
    assert kept == [(1,)]
    assert store.outbox.unsent() == 1


def test_a_bundle_of_a_laptop_revoked_meanwhile_is_kept_for_its_supervisor(
    store: Store, engine: Engine, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(store)
    register(store, 2)
    data = write_bundle(store).data

    def late(engine: Engine, device: Device, *rest: object) -> list[AnsweredRequest]:
        with writing(engine) as connection:
            revoke(connection, device.id, int(time.time()))
        return list(answer_requests(engine, device, *rest))  # type: ignore[arg-type]

    monkeypatch.setattr("fieldkit.server.ingest.bundles.carried.answer_requests", late)
    assert applied(engine, data).kept
    with engine.connect() as connection:
        kept = select(SEALED_WORK.c.changes).where(SEALED_WORK.c.body == data)
        assert connection.execute(kept).scalars().all() == [2]


def test_an_answer_for_another_laptop_or_altered_is_not_taken(
    store: Store, laptop: Enrolled, engine: Engine, register: Register
) -> None:
    other = laptop("other", "supervisor")
    register(store, 1)
    answer = applied(engine, write_bundle(store).data).answer
    with pytest.raises(NotCarried, match="another laptop"):
        take_answer(other, answer)
    with pytest.raises(NotCarried, match="changed on the way"):
        take_answer(store, answer[:-1])
    with pytest.raises(NotCarried, match="not an answer"):
        take_answer(store, b"something else")


def test_an_answer_from_before_an_enrolment_is_not_taken(
    store: Store, engine: Engine, server: str, folder: Path, register: Register
) -> None:
    register(store, 1)
    answer = applied(engine, write_bundle(store).data).answer
    enrol(store, server, code(folder / "server.sqlite3"))
    with pytest.raises(NotCarried, match="enrolled again"):
        take_answer(store, answer)
    assert by_stick(engine, store).left == 0


def test_without_keys_a_laptop_says_what_to_do(store: Store) -> None:
    store.access.keep_keys(None)
    with pytest.raises(NotCarried, match="Sync once over a network"):
        write_bundle(store)


# Files


def test_another_laptop_forwards_a_bundle_unopened(
    store: Store, laptop: Enrolled, register: Register, stick: Path
) -> None:
    carrier = laptop("carrier")
    register(store, 5)
    path = write_to(store, stick).path
    assert bundles_in(stick) == [path]
    answer = forward_file(carrier, path)
    assert answer.parent == stick
    assert bundles_in(stick) == []
    assert answers_in(carrier, stick) == []
    assert answers_in(store, stick) == [answer]
    assert take_from(store, answer).left == 0


def test_forwarding_a_bad_bundle_says_why(
    store: Store, laptop: Enrolled, register: Register, stick: Path
) -> None:
    register(store, 1)
    path = write_to(store, stick).path
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(NotCarried, match="changed on the way"):
        forward_file(laptop("carrier"), path)
    assert [one.name for one in stick.iterdir()] == [path.name]


def test_names_suit_any_file_system_and_name_nobody(
    store: Store, register: Register, stick: Path
) -> None:
    register(store, 1)
    name = write_to(store, stick).path.name
    assert name.isascii()
    assert set(name.removesuffix(".fkb")) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-")
    assert read_header((stick / name).read_bytes()).number == 1


def test_what_does_not_fit_into_a_bundle_is_named_and_goes_with_the_next(
    store: Store, engine: Engine, register: Register, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldkit.sync.bundle.writing.MOST_CHANGES", 1)
    monkeypatch.setattr("fieldkit.sync.bundle.writing.MOST_PARTS", 2)
    register(store, 3)
    first = write_to(store, stick)
    said = written(first)
    assert "with 2 changes." in said
    assert "1 change not in it: once the answer is taken, write another bundle." in said
    assert take_answer(store, applied(engine, first.path.read_bytes()).answer).left == 1
    second = write_to(store, stick)
    assert (second.changes, second.left) == (1, 0)
    assert "not in it" not in written(second)
    assert take_answer(store, applied(engine, second.path.read_bytes()).answer).left == 0


def test_a_full_stick_keeps_nothing_of_a_bundle(
    store: Store, register: Register, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(store, 1)
    little = shutil.disk_usage(stick)._replace(free=1000)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _path: little)
        with pytest.raises(NotCarried, match="full"):
            write_to(store, stick)
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", _full)
        with pytest.raises(NotCarried, match="full"):
            write_to(store, stick)
    assert list(stick.iterdir()) == []
    assert store.outbox.unsent() == 1


def test_an_answer_that_does_not_fit_on_the_stick_is_had_again(
    store: Store, laptop: Enrolled, register: Register, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(store)
    register(store, 1)
    path = write_to(store, stick).path
    carrier = laptop("carrier")
    with monkeypatch.context() as full:
        full.setattr("os.fsync", _full)
        with pytest.raises(NotCarried, match=r"has the bundle now.*is full.*same bundle"):
            forward_file(carrier, path)
    assert bundles_in(stick) == [path]
    assert take_from(store, forward_file(carrier, path)).left == 0


def _full(_file: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_stayed_of_a_stick_pulled_out_is_removed(
    store: Store, register: Register, stick: Path
) -> None:
    first = write_to(store, stick).path
    first.rename(first.with_suffix(".tmp"))  # as if power went before the last step
    others = stick / "letter.tmp"
    others.touch()
    register(store, 1)
    second = write_to(store, stick).path
    assert sorted(stick.iterdir()) == sorted([second, others])


def test_a_missing_stick_is_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotCarried, match="Put the stick in"):
        write_to(store, tmp_path / "nowhere")
    with pytest.raises(NotCarried, match="Check that the stick is in"):
        take_from(store, tmp_path / "nowhere" / "x.fka")
