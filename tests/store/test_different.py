"""What is said once of two people stays said: rules 30 and 31."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.store.conftest import audit, save

from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import Json, Op
from fieldkit.protocol.difference import difference_field, different_from
from fieldkit.protocol.messages.finding import Finding
from fieldkit.records import Record, Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Answered, Draft, Edit, ServerRow, Store, StoreError

SHARED: dict[str, Value] = {"mobile": "9419012345", "village": "Arath"}


def pair(store: Store) -> tuple[str, str]:
    return save(store, **SHARED), save(store, name="Gulam Muhammad Bhat", **SHARED)


def record(store: Store, number: str) -> Record:
    found = store.get("beneficiary", number)
    assert found is not None
    return found


def told_apart(store: Store, number: str) -> frozenset[str]:
    return different_from(record(store, number).extra)


def origin(store: Store) -> str:
    device = store.device
    assert device is not None
    return device.origin


def test_two_who_are_different_are_asked_about_no_more_until_it_is_taken_back(
    store: Store, home: Path
) -> None:
    one, other = pair(store)
    assert store.same_person(record(store, one))
    store.merges.say_different("beneficiary", other, one, "Asha")
    assert store.same_person(record(store, one)) is None
    assert store.same_person(record(store, other)) is None
    assert store.alike("beneficiary", [one, other]) == []
    assert [*told_apart(store, one), *told_apart(store, other)] == [other]
    store.merges.say_different("beneficiary", one, other, "Javid")  # said already
    log = [logged.change for logged in store.outbox.batch(origin(store))]
    assert len(log) == 3
    assert (log[-1].record_id, log[-1].fields) == (one, {difference_field(other): True})
    assert store.merges.take_back_different("beneficiary", other, one, "Asha")
    assert not store.merges.take_back_different("beneficiary", one, other, "Asha")
    assert store.same_person(record(store, one))
    assert store.check() == audit(home) == []


def test_it_stands_in_the_other_record_where_the_first_is_not_here_or_deleted(store: Store) -> None:
    one, other = pair(store)
    store.merges.say_different("beneficiary", other, "00000A00-1", "Asha")
    store.save([Edit(Beneficiary, {}, one, op=Op.DELETE)], "Asha")
    store.merges.say_different("beneficiary", one, other, "Asha")
    assert told_apart(store, other) == {one, "00000A00-1"}
    with pytest.raises(StoreError):
        store.merges.say_different("beneficiary", other, other, "Asha")


def test_it_is_saved_with_the_new_record_or_not_at_all(store: Store) -> None:
    known = save(store, **SHARED)
    new = Edit(Beneficiary, {"name": "Gulam Muhammad Bhat", "trade_code": "CARP", **SHARED})
    (done,) = store.save([new], "Asha", different=[known])
    assert told_apart(store, known) == {done.id}
    assert store.same_person(record(store, done.id)) is None
    with pytest.raises(StoreError):  # their own number: neither is written
        store.save([Edit(Beneficiary, {"village": "Nagam"}, known)], "Asha", different=[known])
    assert record(store, known).value("village") == "Arath"


def test_a_fork_renames_the_numbers_in_the_names_of_fields(store: Store, home: Path) -> None:
    """The other copy gives the old number to somebody else (rule 31)."""
    known = save(store, **SHARED)
    head = store.outbox.head_before(origin(store), 2)
    store.pull.receive(Answered(origin(store), 1, head, {1: 1}))
    new = save(store, name="Gulam Muhammad Bhat", **SHARED)
    third = save(store, name="G M Bhat", **SHARED)
    store.merges.say_different("beneficiary", known, new, "Asha")
    store.merges.say_different("beneficiary", new, third, "Asha")
    store.merges.merge("beneficiary", new, third, "Asha")
    text = {difference_field(new): "yes", "name": "Gul"}
    draft = store.drafts.keep(Draft("beneficiary", "Asha", texts=text))
    store.pull.fork(origin(store), 2)
    renamed, last = (f"{origin(store)}-{number.partition('-')[2]}" for number in (new, third))
    assert told_apart(store, known) == {renamed}
    assert told_apart(store, renamed) == {last}
    fields = [logged.change.fields for logged in store.outbox.batch(origin(store))]
    assert fields[-3:-1] == [{difference_field(renamed): True}, {difference_field(last): True}]
    assert (fields[-1], record(store, last).value(MERGED)) == ({MERGED: renamed}, renamed)
    assert draft.id is not None
    kept = store.drafts.get(draft.id)
    assert kept is not None
    assert kept.texts == {difference_field(renamed): "yes", "name": "Gul"}
    assert store.check() == audit(home) == []


def test_a_finding_of_the_server_about_them_ends_and_does_not_come_back(store: Store) -> None:
    one, other = pair(store)
    rows = []
    for number, its in ((one, other), (other, one)):
        values: dict[str, Json] = {"name": "Gulam Mohd Bhat", "district": 2, "mobile": "9419012345"}
        found = Finding("beneficiary", number, "mobile", "same_person", {"alike": ["mobile"]})
        related = (("beneficiary", its),)
        rows.append(ServerRow("beneficiary", number, 1, values, (), (_about(found, related),)))
    head = store.outbox.head_before(origin(store), 3)
    answered = Answered(origin(store), 2, head, {1: 1, 2: 1}, rows=rows, cursors={2: 2})
    store.pull.receive(answered)
    assert store.review.count_findings() == 2
    store.merges.say_different("beneficiary", one, other, "Asha")
    assert store.review.count_findings() == 0
    store.pull.receive(Answered(origin(store), 2, head, rows=rows, cursors={2: 3}))
    assert store.review.count_findings() == 0


def _about(found: Finding, related: tuple[tuple[str, str], ...]) -> Finding:
    return Finding(found.kind, found.record_id, found.field, found.rule, found.params, related)


def test_old_numbers_are_replaced_in_what_is_said_of_who_is_who(store: Store) -> None:
    """A file or form may still have the number from before a fork (rule 31)."""
    known = save(store, **SHARED)
    head = store.outbox.head_before(origin(store), 2)
    store.pull.receive(Answered(origin(store), 1, head, {1: 1}))
    new = save(store, name="Gulam Muhammad Bhat", **SHARED)
    store.pull.fork(origin(store), 2)
    renamed = f"{origin(store)}-{new.partition('-')[2]}"
    fields: dict[str, Value] = {MERGED: new, difference_field(new): True}
    store.save([Edit(Beneficiary, fields, known)], "Asha")
    assert record(store, known).value(MERGED) == renamed
    assert told_apart(store, known) == {renamed}
