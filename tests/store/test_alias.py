"""Two records that are one person: merged and taken back on a laptop (rules 27 and 28)."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.store.conftest import audit, save

from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import Json, Op
from fieldkit.records import Record
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Answered, Edit, Refused, ServerRow, Store, StoreError

KIND = "beneficiary"


def record(store: Store, number: str) -> Record:
    found = store.get(KIND, number)
    assert found is not None
    return found


def test_a_merge_is_one_edit_of_each_record_and_is_taken_back(store: Store, home: Path) -> None:
    kept, other, third = (save(store, village=one) for one in ("Arath", "Nagam", "Wathoora"))
    done = store.merges.merge(KIND, kept, other, "Asha", use=["village"])
    assert [one.id for one in done] == [other, kept]
    device = store.device
    assert device is not None
    log = [one.change for one in store.outbox.batch(device.origin)][-2:]
    assert [(one.op, one.record_id, one.fields) for one in log] == [
        (Op.EDIT, other, {MERGED: kept}),
        (Op.EDIT, kept, {"village": "Nagam"}),
    ]
    store.merges.merge(KIND, other, third, "Asha")  # the path is followed
    assert store.merges.stands_for(KIND, [third, other, kept, "00000A00-1"]) == {
        third: kept,
        other: kept,
        kept: kept,
        "00000A00-1": "00000A00-1",
    }
    assert store.merges.merged_with(KIND, kept) == [other, third]
    assert store.merges.merged_with(KIND, other) == []
    store.save([Edit(Beneficiary, {}, kept, op=Op.DELETE)], "Asha")
    assert store.merges.stands_for(KIND, [third])[third] == other  # given back
    assert store.merges.unmerge(KIND, other, "Asha")
    assert not store.merges.unmerge(KIND, other, "Asha")
    assert record(store, other).value(MERGED) is None
    assert store.merges.merged_with(KIND, kept) == []
    assert store.check() == audit(home) == []


def test_what_cannot_be_one_person_is_refused_with_a_reason(store: Store) -> None:
    kept, other, gone = save(store), save(store), save(store)
    store.save([Edit(Beneficiary, {}, gone, op=Op.DELETE)], "Asha")
    store.merges.merge(KIND, kept, other, "Asha")
    for one, two, why in (
        (kept, kept, "one record"),
        (kept, gone, "deleted"),
        (gone, kept, "deleted"),
        (kept, "00000A00-1", "not on this laptop"),
        (other, kept, "already"),
        (save(store), other, "already"),
    ):
        with pytest.raises(StoreError, match=why):
            store.merges.merge(KIND, one, two, "Asha")
    with pytest.raises(StoreError, match="no field"):
        store.merges.merge(KIND, kept, save(store), "Asha", use=[MERGED])
    with pytest.raises(StoreError, match="not people"):
        store.merges.merge("self_help_group", kept, other, "Asha")
    with pytest.raises(StoreError):
        store.merges.unmerge(KIND, "00000A00-1", "Asha")
    assert store.merges.stands_for("self_help_group", [kept]) == {kept: kept}


def test_a_value_that_a_rule_forbids_leaves_both_as_they_were(store: Store) -> None:
    kept, other = save(store), save(store)
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE beneficiary SET name = NULL WHERE id = ?", (other,))
    with pytest.raises(Refused):
        store.merges.merge(KIND, kept, other, "Asha", use=["name"])
    assert record(store, other).value(MERGED) is None


def test_a_merge_is_based_on_all_that_lies_over_the_record(store: Store) -> None:
    """An own value hides what others wrote beneath it: nobody here has seen that (rule 29)."""
    kept, other = save(store), save(store)
    device = store.device
    assert device is not None
    head = store.outbox.head_before(device.origin, 3)
    theirs: dict[str, Json] = {"name": "Gulam Mohd Bhat", "district": 2, "village": "Arath"}
    first, later = (ServerRow(KIND, other, version, theirs, (), ()) for version in (1, 5))
    store.pull.receive(Answered(device.origin, 2, head, {1: 1, 2: 1}, rows=[first], cursors={2: 2}))
    store.save([Edit(Beneficiary, {"village": "Nagam"}, other)], "Asha")
    store.pull.receive(Answered(device.origin, 2, head, rows=[later], cursors={2: 5}))
    store.save([Edit(Beneficiary, {"remarks": "came"}, other)], "Asha")
    store.merges.merge(KIND, kept, other, "Asha")
    store.save([Edit(Beneficiary, {"remarks": "left"}, other)], "Asha")
    log = [one.change for one in store.outbox.batch(device.origin)]
    assert [(sorted(one.fields), one.base) for one in log] == [
        (["village"], 1),
        (["remarks"], 5),
        ([MERGED], 1),
        (["remarks"], 1),  # and his own merge would hide another
    ]


def test_a_merge_vouches_for_what_was_shown_alone(store: Store) -> None:
    kept, other = save(store), save(store)
    device = store.device
    assert device is not None
    head = store.outbox.head_before(device.origin, 3)
    theirs: dict[str, Json] = {"name": "Gulam Mohd Bhat", "district": 2, "village": "Arath"}
    rows = [ServerRow(KIND, one, 5, theirs, (), ()) for one in (kept, other)]
    store.pull.receive(Answered(device.origin, 2, head, {1: 1, 2: 1}, rows=rows, cursors={2: 5}))
    store.save([Edit(Beneficiary, {"village": "Nagam"}, other)], "Asha")
    seen = {kept: 3, other: 4}  # a sync brought version 5 while the pair was read
    store.merges.merge(KIND, kept, other, "Asha", ["village"], seen)
    log = [one.change for one in store.outbox.batch(device.origin)][-2:]
    assert [(one.record_id, one.base) for one in log] == [(other, 4), (kept, 3)]
