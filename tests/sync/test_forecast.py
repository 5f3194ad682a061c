from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fieldkit.store import Store
from fieldkit.sync.client import Forecast, forecast, sync

Register = Callable[[Store, int], list[str]]


def test_nothing_unsent_costs_nothing(store: Store, register: Register) -> None:
    register(store, 1)
    assert sync(store).ok
    cost = forecast(store)
    assert (cost.changes, cost.bytes_up, cost.bytes_down, cost.more) == (0, 0, 0, False)


def test_unsent_changes_are_estimated_both_ways(store: Store, register: Register) -> None:
    assert sync(store).ok
    register(store, 300)
    cost = forecast(store)
    session = sync(store).session
    assert cost.changes == 300
    assert 0.5 < cost.bytes_up / session.bytes_up < 2
    assert 0.5 < cost.bytes_down / session.bytes_down < 3
    assert cost.bytes == cost.bytes_up + cost.bytes_down


def test_before_the_first_sync_the_time_is_unknown(fresh: Store, register: Register) -> None:
    register(fresh, 3)
    cost = forecast(fresh)
    assert (cost.changes, cost.kilobits, cost.seconds) == (3, None, None)
    assert cost.bytes_up > 0


def test_seconds_follow_from_the_measured_speed() -> None:
    assert Forecast(10, 5000, 1250, kilobits=50).seconds == 1
    assert Forecast(10, 50_000, 12_500, kilobits=50).seconds == 10


def test_an_incomplete_pull_is_reported(fresh: Store) -> None:
    fresh.access.enrol("https://office.example.in", "a" * 43)
    assert forecast(fresh).more


def test_without_a_server_nothing_is_left_to_receive(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.init("Asha", 2, 16)
    assert not forecast(store).more
    store.close()
