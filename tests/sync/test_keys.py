"""The exchange of keys between laptop and server, over HTTP."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import cast

from tests.sync.scripted import Scripted

from fieldkit.server.operation.local import code
from fieldkit.store import Store
from fieldkit.sync.client import enrol, sync
from fieldkit.sync.failures import ConnectionLost
from fieldkit.sync.keys import exchange_keys
from fieldkit.sync.transport import Transport


def kept(folder: Path) -> list[tuple[int, bytes]]:
    """The keys of devices that the server has, the last one last."""
    database = sqlite3.connect(folder / "server.sqlite3")
    rows = database.execute("SELECT device, key FROM device_key ORDER BY rowid").fetchall()
    database.close()
    return cast("list[tuple[int, bytes]]", rows)


def test_keys_are_exchanged_at_enrolment(store: Store, folder: Path) -> None:
    keys = store.access.keys()
    assert keys is not None
    _, public = kept(folder)[-1]
    assert public == keys.signing.public
    database = sqlite3.connect(folder / "server.sqlite3")
    own = database.execute("SELECT sealing_public, signing_public FROM server_key").fetchone()
    database.close()
    assert own == (keys.server_sealing, keys.server_signing)
    assert sync(store).ok
    assert sync(store).session.requests == 1  # not asked again


def test_enrolling_again_exchanges_keys_anew(store: Store, server: str, folder: Path) -> None:
    before = store.access.keys()
    enrol(store, server, code(folder / "server.sqlite3"))
    after = store.access.keys()
    assert before
    assert after
    assert before.signing.public != after.signing.public
    (first, one), (second, other) = kept(folder)[-2:]
    assert first == second
    assert (one, other) == (before.signing.public, after.signing.public)


def test_a_laptop_without_keys_asks_at_its_next_sync(store: Store) -> None:
    store.access.keep_keys(None)  # as its server was older
    home = store.home
    store.close()
    later = Store.open(home, clock=lambda: time.time_ns() // 10**9 + 86_400)
    assert sync(later).ok
    assert later.access.keys() is not None
    later.close()


def test_an_older_server_is_asked_once_a_day(tmp_path: Path) -> None:
    now = 1_790_000_000
    fresh = Store.open(tmp_path / "laptop", clock=lambda: now)
    assert fresh.access.wants_keys()
    exchange_keys(fresh, Scripted())
    assert fresh.access.keys() is None
    assert not fresh.access.wants_keys()
    now += 86_400
    assert fresh.access.wants_keys()
    fresh.close()


def test_a_lost_answer_leaves_it_to_the_next_sync(fresh: Store) -> None:
    class Dropping(Scripted):
        def post(self, path: str, message: object, kind: object) -> object:  # type: ignore[override]
            raise ConnectionLost

    exchange_keys(fresh, cast("Transport", Dropping()))
    assert fresh.access.keys() is None
    assert fresh.access.wants_keys()
