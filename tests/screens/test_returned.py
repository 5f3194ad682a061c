from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection
from tests.screens.conftest import artisan, open_sync, organisations, reject

from fieldkit.protocol.change import Json
from fieldkit.protocol.messages.finding import Finding
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.sync.out_of_area import move_into_area, records_out_of_area
from fieldkit.screens.sync.sync_page import SyncPage
from fieldkit.screens.widgets.picker import Picker
from fieldkit.store import Answered, Edit, ServerRow, State, Store
from fieldkit.store.database import Database
from fieldkit.sync.client import sync

if TYPE_CHECKING:
    from tests.screens.conftest import At, Office


async def test_what_came_back_is_listed_and_enter_opens_it(store: Store, opened_app: At) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30)
    organisations(store, 2)
    reject(store, {2: "Name: [red]this[/] is \x1b[31mnot a name."})
    async with opened_app() as hand:
        await open_sync(hand)
        assert "RETURNED TO YOU" in hand.text()
        assert "▲ Noor VO 1" in hand.marked()
        assert "Name: [red]this[/] is" in hand.text()
        assert "\x1b" not in hand.text()
        assert "Enter correct" in hand.text()
        await hand.press("<enter>")
        assert "Noor VO 1" in hand.text()
        assert not isinstance(hand.app.screen, SyncPage)


async def test_a_change_that_was_not_taken_can_be_discarded(store: Store, opened_app: At) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30)
    (number,) = organisations(store, 1)
    store.save([Edit(VillageOrganisation, {"remarks": "On Fridays"}, number)], "Asha")
    reject(store, {2: "Out of the area."})
    async with opened_app() as hand:
        await open_sync(hand)
        assert "Enter correct  Delete discard" in hand.text()
        await hand.press("<delete>")
        assert "Discard this change of Noor VO 0? It cannot be brought back." in hand.text()
        await hand.press("<delete>")
        assert "Discarded: Noor VO 0" in hand.text()
        assert "Nothing to correct, settle or check." in hand.text()
    assert store.outbox.counts()[State.REJECTED] == 0
    assert store.record(number) is not None


async def test_discarding_and_enrolling_stand_in_the_menu(store: Store, opened_app: At) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30)
    organisations(store, 1)
    reject(store, {1: "Out of the area."})
    async with opened_app() as hand:
        await open_sync(hand)
        await hand.press("x", "e")
        assert isinstance(hand.app.screen, SyncPage)
        assert "Discard" not in hand.text()
        await hand.press("/", "enrol")
        assert "Enrol again with a server" in hand.marked()
        await hand.press("<ctrl+u>", "discard", "<enter>")
        assert "Discard Noor VO 0 with all that was typed on it?" in hand.text()
        await hand.press("<delete>")
        assert "Discarded: Noor VO 0" in hand.text()
    assert store.outbox.counts()[State.REJECTED] == 0


async def test_discarding_an_entry_is_asked_for_all_that_was_typed_on_it(
    store: Store, opened_app: At
) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30)
    _, number = organisations(store, 2)
    reject(store, {2: "Out of the area."})
    async with opened_app() as hand:
        await open_sync(hand)
        await hand.press("<delete>")
        said = "Discard Noor VO 1 with all that was typed on it? It leaves this laptop."
        assert said in " ".join(hand.text().split())
        await hand.press("<delete>")
        assert "Discarded: Noor VO 1" in hand.text()
    assert store.record(number) is None


async def test_why_a_change_came_back_stands_beside_its_field_in_the_form(
    store: Store, opened_app: At
) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30)
    organisations(store, 1)
    reject(store, {1: "Noor is the name of another one here."})
    async with opened_app() as hand:
        await open_sync(hand)
        await hand.press("<enter>")
        assert "Returned to you: Noor is the name of another one here." in hand.text()
        await hand.press("x")
        assert "Returned to you: Noor is the name of another one here." in hand.text()


async def test_the_form_opens_at_the_field_that_came_back(store: Store, opened_app: At) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30)
    organisations(store, 1)
    reject(store, {1: "Not here."}, "remarks")
    async with opened_app() as hand:
        await open_sync(hand)
        await hand.press("<enter>")
        assert "Returned to you: Not here." in hand.text()
        screen = hand.app.screen
        assert isinstance(screen, FormPage)
        assert screen.model is not None
        assert screen.model.at == "remarks"


async def test_what_is_to_check_is_told_where_it_can_be_mended(
    store: Store, opened_app: At
) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30)
    (number,) = store.save(
        [Edit(Toolkit, {"beneficiary_id": "7K2M9QXR-1", "state": "SELECTED"})], "Asha"
    )
    standing = store.outbox.log_position()
    assert standing is not None
    values: dict[str, Json] = {"district": 2, "block": 16, "beneficiary_id": "7K2M9QXR-1"}
    note = Finding(
        "toolkit",
        number.id,
        "beneficiary_id",
        "one_toolkit",
        text="This artisan has a toolkit already (X1-3).",
    )
    row = ServerRow("toolkit", number.id, 1, values, findings=(note,))
    store.pull.receive(Answered(standing.origin, 1, standing.head, {1: 1}, rows=[row]))
    async with opened_app() as hand:
        await open_sync(hand)
        await hand.press("<enter>")
        assert "To check: This artisan has a toolkit already (X1-3)." in hand.text()


async def test_two_records_that_may_be_one_person_stand_in_one_row(
    store: Store, office: Office, opened_app: At
) -> None:
    office.enrol(store)
    assert sync(store).ok
    ids = {artisan(store, name, "Ali Lone", "9419088123") for name in ("Tariq Lone", "Tarik Lone")}
    assert sync(store).ok
    assert ids <= {one.record_id for one in store.review.findings()}
    async with opened_app(80, 60) as hand:
        await open_sync(hand)
        assert [name in hand.text() for name in ("▲ Tariq Lone", "▲ Tarik Lone")] == [True, False]


async def test_all_that_is_to_check_can_be_reached(store: Store, opened_app: At) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30)
    ids = sorted(organisations(store, 70), key=str)
    standing = store.outbox.log_position()
    assert standing is not None
    rows = [
        ServerRow(
            "village_organisation",
            one,
            1,
            {"district": 2, "block": 16, "name": f"Noor VO {n}"},
            findings=(Finding("", one, "name", "same", text=f"Number {n} may be here twice."),),
        )
        for n, one in enumerate(ids)
    ]
    versions = dict.fromkeys(range(1, 71), 1)
    store.pull.receive(Answered(standing.origin, 70, standing.head, versions, [], rows))
    async with opened_app() as hand:
        await open_sync(hand)
        assert "▲ 60+ to check" in hand.text().splitlines()[0]
        await hand.press("<end>", "<down>", "<end>")
        assert "Number 69 may be here twice." in hand.text()


async def test_the_page_of_a_record_says_why_a_change_came_back_until_it_is_discarded(
    store: Store, opened_app: At
) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30)
    (number,) = organisations(store, 1)
    store.save([Edit(VillageOrganisation, {"name": "Noor"}, id=number)], "Asha")
    reject(store, {2: "Noor is the name of another one here."})
    async with opened_app() as hand:
        await hand.app.navigator.open_record("village_organisation", number)
        await hand.press("<down>")
        said = " ".join(hand.line("▲ Returned to you ").split())
        assert "Name" in said
        assert "Noor is the name of another one here." in said
        assert "returned" in hand.text().splitlines()[0]
        standing = store.outbox.log_position()
        assert standing is not None
        store.withdraw(standing.origin, 2)
        await hand.press("<escape>")
        await hand.app.navigator.open_record("village_organisation", number)
        await hand.press("<down>")
        assert "on the server" in hand.text().splitlines()[0]
        assert "Returned" not in hand.text()


async def test_new_records_of_another_block_are_put_into_the_area(
    store: Store, office: Office, opened_app: At
) -> None:
    edits = [Edit(VillageOrganisation, {"name": f"Noor VO {n}", "block": 14}) for n in range(2)]
    ids = [saved.id for saved in store.save(edits, "Asha")]
    organisations(store, 1)
    office.enrol(store, block=16)
    async with opened_app() as hand:
        await hand.press("<f5>")
        assert "1 change sent, 2 returned to you" in hand.text()
        assert "2 new records of another block" in hand.marked()
        await hand.press("<f5>")
        assert "Nothing waited. The server has every change from here." in hand.text()
        await hand.press("m")
        assert "Put 2 new" not in hand.text()
        await hand.press("<enter>")
        assert "Put 2 new records into Block Chadoora, Budgam?" in hand.text()
        assert "1 change to send" not in hand.text()
        await hand.press("<enter>")
        assert "Put into Block Chadoora, Budgam: 2 records." in hand.text()
        assert "of another block" not in hand.text()
        assert "2 returned to you" not in hand.text()
        await hand.press("<f5>")
        assert "2 changes sent" in hand.text()
    assert set(store.states(ids).values()) == {State.ON_SERVER}


def test_what_came_back_for_its_place_is_put_right_in_one_transaction(
    store: Store, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits = [Edit(VillageOrganisation, {"name": f"Noor VO {n}", "block": 14}) for n in range(3)]
    store.save(edits, "Asha")
    office.enrol(store, block=16)
    assert sync(store).rejected == 3
    write, written = Database.write, 0

    def counted(self: Database) -> AbstractContextManager[Connection]:
        nonlocal written
        written += 1
        return write(self)

    monkeypatch.setattr(Database, "write", counted)
    assert (move_into_area(store, "Asha"), written) == (3, 1)
    assert records_out_of_area(store) == []


async def test_what_came_back_is_fetched_a_page_at_a_time(
    store: Store, opened_app: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldkit.screens.sync.to_do.PAGE", 4)
    store.access.enrol("http://127.0.0.1:9", "t" * 30)
    organisations(store, 6)
    reject(store, {seq: f"reason {seq}" for seq in range(1, 7)})
    async with opened_app() as hand:
        await open_sync(hand)
        picker = hand.app.screen.query_one(Picker)
        assert [row.below[0] for row in picker.answer.rows] == [f"reason {n}" for n in (6, 5, 4, 3)]
        await hand.press(*["<down>"] * 4)
        assert [row.below[0] for row in picker.answer.rows][4:] == ["reason 2", "reason 1"]
        await hand.press("<down>", "<enter>")
        assert "Noor VO 0" in hand.text().splitlines()[0]
