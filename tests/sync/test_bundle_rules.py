"""Rules 44 to 46 one by one: what a bundle holds, and what of an answer still counts."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.sync.conftest import Register, done

from fieldkit.protocol.bundle import AnsweredRequest
from fieldkit.protocol.messages.sync import SyncAnswer
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.database.connection import reading, writing
from fieldkit.server.database.eras import begin_era
from fieldkit.server.database.migrate import open_database
from fieldkit.server.devices.keys import server_keys
from fieldkit.server.ingest.bundles.bundle import answer_requests, opened
from fieldkit.server.ingest.bundles.carried import AppliedBundle, apply_bundle, signer
from fieldkit.settings import DATABASE
from fieldkit.store import Edit, Store
from fieldkit.sync.bundle.taking import Taken, take_answer
from fieldkit.sync.bundle.writing import write_bundle


@pytest.fixture
def engine(server: str, folder: Path) -> Engine:
    return open_database(f"sqlite:///{folder / 'server.sqlite3'}")


def applied(engine: Engine, data: bytes) -> AppliedBundle:
    return apply_bundle(engine, data, int(time.time()))


def by_stick(engine: Engine, store: Store) -> Taken:
    return take_answer(store, applied(engine, write_bundle(store).data).answer)


def parts_of(engine: Engine, data: bytes) -> list[AnsweredRequest]:
    with reading(engine) as connection:
        bundle = opened(server_keys(connection), data)
        device = signer(connection, bundle).seen.device
    return list(answer_requests(engine, device, bundle, int(time.time())))


def reopened(store: Store, between: Callable[[], object]) -> Store:
    """Close a laptop's file, do something with it, and open it."""
    store.close()
    between()
    return Store.open(store.home)


def rolled_back(store: Store, register: Register, tmp_path: Path) -> Store:
    """A laptop whose disk was put back, unnoticed, after the server got more; then it goes on."""
    register(store, 1)
    done(store)
    kept, data = tmp_path / "kept", store.home / DATABASE
    store = reopened(store, lambda: shutil.copyfile(data, kept))
    register(store, 2)
    done(store)
    store = reopened(store, lambda: shutil.copyfile(kept, data))
    others = [Edit(VillageOrganisation, {"name": name}) for name in ("Chinar VO", "Lala VO")]
    store.save(others, "Asha")
    return store


def own_origin(store: Store) -> str:
    device = store.device
    assert device is not None
    return device.origin


# 44


def test_a_log_comes_after_the_one_that_it_continues(
    store: Store, engine: Engine, register: Register, tmp_path: Path
) -> None:
    done(store)
    register(store, 2)
    backup = tmp_path / "kept.sqlite3"
    store.back_up(backup)
    restored = reopened(store, lambda: Store.restore(store.home, backup))
    register(restored, 2)
    result = applied(engine, write_bundle(restored).data)
    assert (result.changes, result.new, result.refused) == (4, 4, "")
    taken = take_answer(restored, result.answer)
    assert (taken.acknowledged, taken.left) == (4, 0)
    restored.close()


def test_the_first_request_that_is_not_fully_taken_ends_a_bundle(
    store: Store, engine: Engine, register: Register, tmp_path: Path
) -> None:
    store = rolled_back(store, register, tmp_path)
    backup = tmp_path / "kept.sqlite3"
    store.back_up(backup)
    store = reopened(store, lambda: Store.restore(store.home, backup))
    register(store, 1)
    (only,) = parts_of(engine, write_bundle(store).data)
    assert isinstance(only.answer, SyncAnswer)
    assert only.answer.fork == 2
    rounds = [by_stick(engine, store) for _ in range(3)]  # what differs goes under another name
    assert (rounds[-1].left, rounds[-1].trouble) == (0, "")
    done(store)
    assert store.check() == []
    store.close()


# 45


def test_an_answer_to_a_request_of_another_era_is_dropped_whole(
    store: Store, engine: Engine, register: Register
) -> None:
    done(store)
    empty = write_bundle(store).data
    register(store, 2)
    answer = applied(engine, write_bundle(store).data).answer
    with writing(engine) as connection:
        begin_era(connection, int(time.time()))
    take_answer(store, applied(engine, empty).answer)
    taken = take_answer(store, answer)
    assert (taken.acknowledged, taken.left, taken.outdated) == (0, 2, True)
    assert by_stick(engine, store).left == 0


def test_what_was_heard_later_stays_when_an_older_answer_comes(
    store: Store, engine: Engine, register: Register
) -> None:
    done(store)
    register(store, 1)
    older = applied(engine, write_bundle(store).data).answer
    register(store, 1)
    done(store)
    state = store.pull.state()
    assert take_answer(store, older).outdated
    assert store.pull.state() == state


# 46


def test_what_was_sent_since_does_not_make_it_an_older_copy(
    store: Store, engine: Engine, register: Register
) -> None:
    done(store)
    register(store, 2)
    written = write_bundle(store).data
    register(store, 2)
    done(store)
    origin = own_origin(store)
    taken = take_answer(store, applied(engine, written).answer)
    assert (taken.left, taken.trouble) == (0, "")
    assert own_origin(store) == origin


def test_a_fork_of_a_log_that_was_logged_again_since_does_not_count(
    store: Store, engine: Engine, register: Register, tmp_path: Path
) -> None:
    store = rolled_back(store, register, tmp_path)
    answer = applied(engine, write_bundle(store).data).answer
    done(store)
    origin = own_origin(store)
    taken = take_answer(store, answer)
    assert (taken.trouble, taken.outdated, taken.left) == ("", True, 0)
    assert own_origin(store) == origin
    store.close()


def test_what_was_acknowledged_since_is_not_sent_again(
    store: Store, engine: Engine, register: Register
) -> None:
    done(store)
    register(store, 2)
    answer = applied(engine, write_bundle(store).data).answer
    register(store, 2)
    done(store)
    assert take_answer(store, answer).left == 0
