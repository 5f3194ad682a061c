"""A deleted record that is restored stands everywhere again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldkit.protocol.change import Op
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.operation.local import code
from fieldkit.store import Edit, Store, restoration
from fieldkit.sync.client import enrol, sync

KIND = VillageOrganisation.kind()


@pytest.fixture
def other(tmp_path: Path, server: str, folder: Path) -> Iterator[Store]:
    """Another laptop of the same server."""
    store = Store.open(tmp_path / "other")
    store.init("Camp laptop", 2, None)
    enrol(store, server, code(folder / "server.sqlite3"))
    yield store
    store.close()


def delete(store: Store, record_id: str) -> None:
    store.save([Edit(VillageOrganisation, {}, record_id, None, Op.DELETE)], "Asha")


def restore(store: Store, record_id: str) -> None:
    record = store.get(KIND, record_id)
    assert record is not None
    assert record.deleted
    store.save([restoration(record)], "Asha")


def stands(store: Store, record_id: str) -> bool:
    record = store.get(KIND, record_id)
    return record is not None and not record.deleted


def in_conflict(store: Store) -> set[str]:
    return {one.record_id for one in store.review.conflicts()}


@pytest.mark.parametrize("sent", [0, 1, 2])
def test_a_restored_record_stands_on_every_laptop(store: Store, other: Store, sent: int) -> None:
    """``sent``: how many of the creation and the deletion the server had seen before."""
    made = store.save([Edit(VillageOrganisation, {"name": f"Sheikhpora {sent}"})], "Asha")[0].id
    for laptop in (store, other)[: sent * 2]:
        assert sync(laptop).ok
    delete(store, made)
    assert not stands(store, made)
    if sent == 2:
        assert sync(store).ok
        assert sync(other).ok
        assert not stands(other, made)
    restore(store, made)
    assert stands(store, made)
    assert made in [found.id for found in store.find("Sheikhpora")]
    assert sync(store).ok
    assert sync(other).ok
    assert stands(store, made)
    assert stands(other, made)
    assert made not in in_conflict(store) | in_conflict(other)


def test_what_another_laptop_deleted_is_restored(store: Store, other: Store) -> None:
    made = store.save([Edit(VillageOrganisation, {"name": "Noor VO"})], "Asha")[0].id
    assert sync(store).ok
    assert sync(other).ok
    delete(other, made)
    assert sync(other).ok
    assert sync(store).ok
    restore(store, made)
    assert sync(store).ok
    assert sync(other).ok
    assert stands(store, made)
    assert stands(other, made)
    assert made not in in_conflict(store) | in_conflict(other)


def test_no_rule_stands_against_a_restoration_but_it_is_remarked(store: Store) -> None:
    first = store.save([Edit(Toolkit, {"beneficiary_id": "7KQ2M9XD-9", "state": "SELECTED"})], "A")
    store.save([Edit(Toolkit, {}, first[0].id, None, Op.DELETE)], "A")
    store.save([Edit(Toolkit, {"beneficiary_id": "7KQ2M9XD-9", "state": "SELECTED"})], "A")
    record = store.get("toolkit", first[0].id)
    assert record is not None
    (saved,) = store.save([restoration(record)], "A")
    assert [one.rule for one in saved.findings if one.severity == "block"]
    assert len(store.where("toolkit")) == 2


def test_an_edit_of_a_deleted_record_is_refused_still(store: Store) -> None:
    made = store.save([Edit(VillageOrganisation, {"name": "Noor VO"})], "Asha")[0].id
    delete(store, made)
    found = store.judge(Edit(VillageOrganisation, {"name": "Wular VO"}, made))
    assert [one.name for one in found] == ["deleted"]
