"""A record is sent back, corrected and accepted: who may, what is written, what is still open."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from tests.store.conftest import NOW, Turned, artisan, audit, save

from fieldkit.about.states import states_in_words
from fieldkit.protocol.change import Json
from fieldkit.protocol.messages.scope import Role
from fieldkit.records import Record
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.declaration.sent_back import corrected_by_edit, read_note, signed
from fieldkit.review.sent_back import counts, find, to_correct_here
from fieldkit.screens.form.reading import start
from fieldkit.store import Answered, Edit, ServerRow, Store, StoreError

REASON = "The name differs from the card (see the photo)"


def enrol(store: Store, role: Role, district: int = 2) -> None:
    store.access.enrol("http://127.0.0.1:9", "token", role, district)


def record(store: Store, number: str) -> Record:
    found = store.get("beneficiary", number)
    assert found is not None
    return found


def test_the_loop_of_a_record_sent_back_ends_with_nothing_open(
    store: Store, home: Path, clock: Turned
) -> None:
    number = save(store, name="Zooni Akhter")
    store.review.send_back(number, REASON, "Reyaz")
    (one,) = find(store)
    assert (one.note.words, one.note.by, one.note.at) == (REASON, "Reyaz", NOW - NOW % 60)
    assert (one.corrected, one.entered_here) == (None, True)
    assert [found.id for found in to_correct_here(store)] == [number]
    assert states_in_words(store, [number])[number] == "sent back"

    clock.now += 3600
    fields = {"name": "Zoona Akhtar"}
    noted = corrected_by_edit(record(store, number), fields, "Asha", clock.now)
    store.save([Edit(Beneficiary, {**fields, **noted}, number)], "Asha")
    assert counts(store) == (0, 1)
    assert to_correct_here(store) == []
    done = read_note(record(store, number).corrected)
    assert done is not None
    assert (done.words, done.by) == ("Changed: Name as on Aadhaar", "Asha")

    store.review.send_back(number, "Still not the card's", "Reyaz")  # again: what was done is void
    assert counts(store) == (1, 0)
    store.review.mark_corrected(number, "The card itself was changed", "Asha")
    assert counts(store) == (0, 1)
    store.review.accept(number, "Reyaz")
    assert find(store) == []
    assert states_in_words(store, [number])[number] == "not sent yet"
    with pytest.raises(StoreError, match="is not sent back"):
        store.review.accept(number, "Reyaz")
    assert store.check() == audit(home) == []


def test_a_record_sent_back_stays_listed_once_another_stands_for_it(store: Store) -> None:
    kept, duplicate = save(store), save(store, name="Zooni Akhter")
    store.review.send_back(duplicate, REASON, "Reyaz")
    store.merges.merge("beneficiary", kept, duplicate, "Reyaz")
    assert [one.id for one in to_correct_here(store)] == [duplicate]
    assert counts(store) == (1, 0)
    # What is listed is what the form corrects; once it is accepted, the kept one is edited.
    for corrects in (duplicate, kept):
        begun = start(store, Beneficiary, duplicate, "Asha").record
        assert begun is not None
        assert begun.id == corrects
        if corrects == duplicate:
            store.review.accept(duplicate, "Reyaz")


@pytest.mark.parametrize("role", ["registrar", "operator"])
def test_only_a_supervisor_sends_back_and_accepts(store: Store, role: Role) -> None:
    number = save(store)
    store.review.send_back(number, REASON, "Reyaz")  # before it is enrolled, nobody has a role
    enrol(store, role)
    with pytest.raises(StoreError, match=r"^Only a supervisor may send this back .*Nothing"):
        store.review.send_back(number, "x", "Asha")
    with pytest.raises(StoreError, match=r"^Only a supervisor may send this back .*Nothing"):
        store.review.accept(number, "Asha")
    store.review.mark_corrected(number, "Done", "Asha")
    enrol(store, "supervisor", 3)
    with pytest.raises(StoreError, match="outside the area of this laptop"):
        store.review.accept(number, "Reyaz")
    enrol(store, "supervisor")
    store.review.accept(number, "Reyaz")
    assert find(store) == []


@pytest.mark.parametrize("reason", ["  ", "x" * 501])
def test_sending_back_needs_a_reason_that_fits(store: Store, reason: str) -> None:
    number = save(store)
    with pytest.raises(StoreError):
        store.review.send_back(number, reason, "Reyaz")
    assert find(store) == []


def test_what_another_laptop_entered_is_not_counted_as_ones_own(store: Store) -> None:
    fields: dict[str, Json] = {
        **{name: value for name, value in artisan().items() if isinstance(value, str)},
        "district": 2,
        "block": 16,
        "sent_back": "no signature",
    }
    row = ServerRow("beneficiary", "0THERAAA-1", 3, fields)
    device = store.device
    assert device is not None
    head = store.outbox.head_before(device.origin, 1)
    store.pull.receive(Answered(device.origin, 0, head, rows=(row,)))
    (one,) = find(store)
    assert (one.note.words, one.note.by, one.entered_here) == ("no signature", "", False)
    assert to_correct_here(store) == []


def test_they_are_found_by_their_index_alone(store: Store) -> None:
    asked = "EXPLAIN QUERY PLAN SELECT id FROM beneficiary WHERE sent_back IS NOT NULL"
    plan = store.query(lambda connection: str(connection.execute(text(asked)).all()))
    assert "ix_beneficiary_sent_back" in plan


def test_a_note_is_read_back_as_it_was_signed() -> None:
    note = read_note(signed("why (this)", "Asha (CSC)", NOW))
    assert note is not None
    assert note == ("why (this)", "Asha CSC", NOW - NOW % 60)
    assert read_note("why (this)") == ("why (this)", "", 0)
    assert read_note("x (y, 31 Feb 2026 10:00)") == ("x (y, 31 Feb 2026 10:00)", "", 0)
