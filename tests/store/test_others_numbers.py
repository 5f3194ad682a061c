"""Records that a file brings under another laptop's numbers."""

from __future__ import annotations

from tests.store.conftest import artisan

from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.store import Edit, Refused, Saved, Store

THEIRS = "7KQ2M9XD-142"


def loaded(store: Store, *edits: Edit) -> list[str]:
    results = store.load(list(edits), "Asha")
    assert all(isinstance(one, Saved) for one in results), results
    return [one.id for one in results if isinstance(one, Saved)]


def test_without_a_server_they_get_numbers_of_this_laptop(store: Store) -> None:
    assert store.device is not None
    kit = Edit(Toolkit, {"beneficiary_id": THEIRS, "state": "SELECTED"}, "7KQ2M9XD-143")
    one, two = loaded(store, Edit(Beneficiary, artisan(), THEIRS), kit)
    assert {one.partition("-")[0], two.partition("-")[0]} == {store.device.origin}
    kept = store.get("toolkit", two)
    assert kept is not None
    assert kept.value("beneficiary_id") == one
    found = store.record(THEIRS)
    assert found is not None
    assert found.id == one


def test_the_same_file_again_changes_nothing_and_later_ones_find_the_record(store: Store) -> None:
    (one,) = loaded(store, Edit(Beneficiary, artisan(), THEIRS))
    assert loaded(store, Edit(Beneficiary, artisan(), THEIRS)) == [one]
    (kit,) = loaded(store, Edit(Toolkit, {"beneficiary_id": THEIRS, "state": "SELECTED"}))
    kept = store.get("toolkit", kit)
    assert kept is not None
    assert kept.value("beneficiary_id") == one
    assert store.counts()["beneficiary"] == 1


def test_with_a_server_they_are_to_be_synced_first(store: Store) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 43)
    (result,) = store.load([Edit(Beneficiary, artisan(), THEIRS)], "Asha")
    assert isinstance(result, Refused)
    assert "sync" in str(result).lower()
    assert store.counts()["beneficiary"] == 0
