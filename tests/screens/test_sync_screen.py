from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual import events

from fieldkit.records import Json, Toolkit, VillageOrganisation
from fieldkit.screens.doors import open_record
from fieldkit.screens.form import FormScreen
from fieldkit.screens.sync import SyncScreen
from fieldkit.screens.sync_words import bar, before, how_long, plural, waits, weight
from fieldkit.screens.widgets.picker import Picker
from fieldkit.store import (
    Answered,
    Edit,
    FindingNote,
    ServerRow,
    State,
    Store,
    SyncSession,
    Verdict,
)
from fieldkit.sync import pace
from fieldkit.sync.client import Progress, sync
from fieldkit.sync.forecast import Forecast
from fieldkit.sync.line import Line, Told, Traffic
from fieldkit.sync.messages import M, Message
from fieldkit.sync.stop import Stop

if TYPE_CHECKING:
    from tests.screens.conftest import Hand, Office

At = Callable[..., AbstractAsyncContextManager["Hand"]]


def _save(store: Store, many: int) -> list[str]:
    edits = [Edit(VillageOrganisation, {"name": f"Noor VO {n}"}) for n in range(many)]
    return [saved.id for saved in store.save(edits, "Asha")]


def _reject(store: Store, reasons: Mapping[int, str], field: str = "name") -> None:
    standing = store.outbox.standing()
    assert standing is not None
    verdicts = [Verdict(seq, State.REJECTED, reason, field) for seq, reason in reasons.items()]
    store.pull.receive(
        Answered(standing.origin, standing.last_seq, standing.head, verdicts=verdicts)
    )


async def _open(hand: Hand) -> None:
    await hand.press("8", "<enter>")
    assert isinstance(hand.app.screen, SyncScreen)


async def test_what_waits_is_sent_and_both_sides_hold_the_same(
    store: Store, office: Office, at_desk: At
) -> None:
    office.enrol(store)
    ids = _save(store, 12)
    async with at_desk() as hand:
        await _open(hand)
        assert "12 changes to send, " in hand.line("to send")
        assert "kbit/s" not in hand.text()
        assert "F5 or s sync now" in hand.text()
        await hand.press("<f5>")
        assert "12 changes sent" in hand.text()
        assert " ".join(hand.line("This laptop").split()) == "This laptop 12 changes server 12 same"
        assert "Nothing waits to be sent." in hand.text()
        assert "ok, " in hand.text()
        assert "all sent" in hand.text().splitlines()[0]
        await hand.press("s")
        assert "Nothing waited." in hand.text()
    assert set(store.states(ids).values()) == {State.ON_SERVER}


async def test_the_cost_is_told_from_the_line_as_measured(
    store: Store, office: Office, at_desk: At
) -> None:
    office.enrol(store)
    _save(store, 20)
    assert sync(store).ok
    _save(store, 1)
    async with at_desk() as hand:
        await _open(hand)
        line = hand.line("to send")
        assert line.strip().startswith("1 change to send, ")
        assert "about 1 second on this line (" in line
        assert line.strip().endswith("kbit/s)")


async def test_offline_is_a_sentence_and_nothing_is_lost(store: Store, at_desk: At) -> None:
    store.enrol("http://127.0.0.1:9", "t" * 30)
    _save(store, 3)
    async with at_desk() as hand:
        await _open(hand)
        await hand.press("<f5>")
        assert "No connection. 3 changes wait here and are safe." in hand.text()
        assert not hand.app.screen.query_one("#sentence").has_class("-error")
        await hand.press("<escape>")
        assert not isinstance(hand.app.screen, SyncScreen)


async def test_escape_stops_and_then_leaves(
    store: Store, office: Office, at_desk: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.enrol(store)
    _save(store, 5)
    monkeypatch.setattr(pace, "MOST_CHANGES", 2)
    reached, go_on = threading.Event(), threading.Event()
    ask = Line.ask

    def held_up(self: Line, path: str, message: Message, kind: type[M]) -> M:
        reached.set()
        go_on.wait(10)
        return ask(self, path, message, kind)

    monkeypatch.setattr(Line, "ask", held_up)
    async with at_desk() as hand:
        await _open(hand)
        hand.app.post_message(events.Key("f5", None))
        while not reached.is_set():
            await hand.pilot.pause(0.01)
        assert "Esc stop, nothing is lost" in hand.text()
        hand.app.post_message(events.Key("escape", None))
        await hand.pilot.pause()
        await hand.app.quiet()
        assert isinstance(hand.app.screen, SyncScreen)
        assert "stopping" in hand.text()
        go_on.set()
        await hand.settle()
        assert "Stopped. 3 changes wait here and are safe." in hand.text()
        assert hand.line("This laptop").split()[-3:] == ["not", "sent", "yet"]
        await hand.press("<escape>")
        assert not isinstance(hand.app.screen, SyncScreen)
    assert store.outbox.counts()[State.QUEUED] == 3


async def test_a_fault_of_the_server_is_told_while_it_is_tried_again(
    store: Store, office: Office, at_desk: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.enrol(store)
    waiting, go_on = threading.Event(), threading.Event()

    def faulty(self: Line, path: str, message: Message, kind: type[M]) -> M:
        raise Told(500, None)

    def wait(self: Stop, seconds: float | None = None) -> bool:
        waiting.set()
        go_on.wait(10)
        return False

    monkeypatch.setattr(Line, "ask", faulty)
    monkeypatch.setattr(Stop, "wait", wait)
    async with at_desk() as hand:
        await _open(hand)
        hand.app.post_message(events.Key("f5", None))
        while not waiting.is_set():
            await hand.pilot.pause(0.01)
        await hand.pilot.pause()
        assert "The server has a fault; trying again ..." in hand.text()
        go_on.set()
        await hand.settle()
        assert "The server does not answer as it should." in hand.text()


async def test_what_came_back_is_listed_and_enter_opens_it(store: Store, at_desk: At) -> None:
    store.enrol("http://127.0.0.1:9", "t" * 30)
    _save(store, 2)
    _reject(store, {2: "Name: [red]this[/] is \x1b[31mnot a name."})
    async with at_desk() as hand:
        await _open(hand)
        assert "Returned to you" in hand.text()
        assert "Noor VO 1" in hand.line(" > ")
        assert "Name: [red]this[/] is" in hand.text()
        assert "\x1b" not in hand.text()
        assert "Enter correct" in hand.text()
        await hand.press("<enter>")
        assert "Noor VO 1" in hand.text()
        assert not isinstance(hand.app.screen, SyncScreen)


async def test_without_a_server_it_says_what_to_do(store: Store, at_desk: At) -> None:
    _save(store, 1)
    async with at_desk() as hand:
        await _open(hand)
        assert "No server yet. Press e to enrol" in hand.text()
        assert "sync now" not in hand.text()
        await hand.press("<f5>")
        assert "No server yet." in hand.text()
    assert store.outbox.sessions() == []


async def test_f5_syncs_at_once_from_anywhere(store: Store, office: Office, at_desk: At) -> None:
    office.enrol(store)
    ids = _save(store, 3)
    async with at_desk() as hand:
        await hand.press("6", "<enter>", "<f5>")
        assert isinstance(hand.app.screen, SyncScreen)
        assert "3 changes sent" in hand.text()
        assert "online" in hand.text().splitlines()[0]
        await hand.press("<escape>")
        assert not isinstance(hand.app.screen, SyncScreen)
    assert set(store.states(ids).values()) == {State.ON_SERVER}


async def test_a_laptop_is_enrolled_from_the_screen(
    store: Store, office: Office, at_desk: At
) -> None:
    ids = _save(store, 2)
    async with at_desk() as hand:
        await _open(hand)
        await hand.press("e", "<ctrl+u>", "http://office.example.in", "<enter>")
        assert "begins with http, so others" in " ".join(hand.text().split())
        await hand.press("<ctrl+u>", office.url, "<enter>", "wrong", "<enter>")
        assert "The server does not know this code." in hand.text()
        await hand.press("<ctrl+u>", office.code(), "<enter>")
        assert isinstance(hand.app.screen, SyncScreen)
        assert "2 changes sent" in hand.text()
        assert f"Enrolled with {office.url}." in hand.text()
        assert "F5 or s sync now" in hand.text()
    assert set(store.states(ids).values()) == {State.ON_SERVER}


async def test_what_came_from_others_is_told_and_the_receipt_is_a_file(
    store: Store, other: Store, office: Office, at_desk: At, tmp_path: Path
) -> None:
    for laptop in (store, other):
        office.enrol(laptop)
    _save(other, 4)
    assert sync(other).ok
    async with at_desk() as hand:
        await hand.press("<f5>")
        many = int(hand.line("received").split()[1])
        assert many >= 4
        assert "The server and this laptop hold the same." in hand.text()
        await hand.press("r")
        assert "is on the server, and the same. The receipt is in" in " ".join(hand.text().split())
    (written,) = (tmp_path / "receipts").iterdir()
    assert "Receipt of " in written.read_text(encoding="utf-8")


async def test_a_change_that_was_not_taken_can_be_given_up(store: Store, at_desk: At) -> None:
    store.enrol("http://127.0.0.1:9", "t" * 30)
    _save(store, 2)
    _reject(store, {2: "Out of the area."})
    async with at_desk() as hand:
        await _open(hand)
        assert "Enter correct   Del give up" in hand.text()
        await hand.press("<delete>")
        assert "Give up this change of Noor VO 1?" in hand.text()
        await hand.press("<delete>")
        assert "Given up: Noor VO 1" in hand.text()
        assert "Nothing was returned to you." in hand.text()
    assert store.outbox.counts()[State.REJECTED] == 0


async def test_why_a_change_came_back_stands_beside_its_field_in_the_form(
    store: Store, at_desk: At
) -> None:
    store.enrol("http://127.0.0.1:9", "t" * 30)
    _save(store, 1)
    _reject(store, {1: "Noor is the name of another one here."})
    async with at_desk() as hand:
        await _open(hand)
        await hand.press("<enter>")
        assert "Returned to you: Noor is the name of another one here." in hand.text()
        await hand.press("x")
        assert "Returned to you: Noor is the name of another one here." in hand.text()


async def test_the_form_opens_at_the_field_that_came_back(store: Store, at_desk: At) -> None:
    store.enrol("http://127.0.0.1:9", "t" * 30)
    _save(store, 1)
    _reject(store, {1: "Not here."}, "remarks")
    async with at_desk() as hand:
        await _open(hand)
        await hand.press("<enter>")
        assert "Returned to you: Not here." in hand.text()
        screen = hand.app.screen
        assert isinstance(screen, FormScreen)
        assert screen.model is not None
        assert screen.model.at == "remarks"


async def test_what_is_to_check_is_told_where_it_can_be_mended(store: Store, at_desk: At) -> None:
    store.enrol("http://127.0.0.1:9", "t" * 30)
    (number,) = store.save(
        [Edit(Toolkit, {"beneficiary_id": "7K2M9QXR-1", "state": "SELECTED"})], "Asha"
    )
    standing = store.outbox.standing()
    assert standing is not None
    values: dict[str, Json] = {"district": 2, "block": 16, "beneficiary_id": "7K2M9QXR-1"}
    note = FindingNote(
        "one_toolkit", "beneficiary_id", "This artisan has a toolkit already (X1-3)."
    )
    row = ServerRow("toolkit", number.id, 1, values, findings=(note,))
    store.pull.receive(Answered(standing.origin, 1, standing.head, {1: 1}, rows=[row]))
    async with at_desk() as hand:
        await _open(hand)
        await hand.press("<enter>")
        assert "To check: This artisan has a toolkit already (X1-3)." in hand.text()


async def test_all_that_is_to_check_can_be_reached(store: Store, at_desk: At) -> None:
    store.enrol("http://127.0.0.1:9", "t" * 30)
    ids = sorted(_save(store, 70), key=str)
    standing = store.outbox.standing()
    assert standing is not None
    rows = [
        ServerRow(
            "village_organisation",
            one,
            1,
            {"district": 2, "block": 16, "name": f"Noor VO {n}"},
            findings=(FindingNote("same", "name", f"Number {n} may be here twice."),),
        )
        for n, one in enumerate(ids)
    ]
    versions = dict.fromkeys(range(1, 71), 1)
    store.pull.receive(Answered(standing.origin, 70, standing.head, versions, [], rows))
    async with at_desk() as hand:
        await _open(hand)
        await hand.press("<end>", "<down>", "<end>")
        assert "Number 69 may be here twice." in hand.text()


async def test_the_page_of_a_record_says_why_a_change_came_back_until_it_is_given_up(
    store: Store, at_desk: At
) -> None:
    store.enrol("http://127.0.0.1:9", "t" * 30)
    (number,) = _save(store, 1)
    store.save([Edit(VillageOrganisation, {"name": "Noor"}, id=number)], "Asha")
    _reject(store, {2: "Noor is the name of another one here."})
    async with at_desk() as hand:
        await open_record(hand.app, "village_organisation", number)
        await hand.press("<down>")
        assert "Returned to you: Name: Noor is the name of another" in hand.text()
        assert "returned" in hand.text().splitlines()[0]
        standing = store.outbox.standing()
        assert standing is not None
        store.withdraw(standing.origin, 2)
        await hand.press("<escape>")
        await open_record(hand.app, "village_organisation", number)
        await hand.press("<down>")
        assert "on the server" in hand.text().splitlines()[0]
        assert "Returned" not in hand.text()


async def test_new_records_of_another_block_are_put_into_the_area(
    store: Store, office: Office, at_desk: At
) -> None:
    edits = [Edit(VillageOrganisation, {"name": f"Noor VO {n}", "block": 14}) for n in range(2)]
    ids = [saved.id for saved in store.save(edits, "Asha")]
    _save(store, 1)
    office.enrol(store, block=16)
    async with at_desk() as hand:
        await hand.press("<f5>")
        assert "1 change sent, 2 returned to you" in hand.text()
        assert "m put into my area" in hand.text()
        await hand.press("m")
        assert "Put 2 new records into Block Chadoora, Budgam?" in hand.text()
        assert "1 change to send" not in hand.text()
        await hand.press("m")
        assert "Put into Block Chadoora, Budgam: 2 records." in hand.text()
        assert "m put into my area" not in hand.text()
        assert "2 returned to you" not in hand.text()
        await hand.press("<f5>")
        assert "2 changes sent" in hand.text()
    assert set(store.states(ids).values()) == {State.ON_SERVER}


async def test_a_narrow_console_shows_all_of_it(store: Store, office: Office, at_desk: At) -> None:
    office.enrol(store)
    _save(store, 1)
    async with at_desk(60, 16) as hand:
        await _open(hand)
        await hand.press("<f5>")
        for words in ("1 change sent", "same", "ok, ", "Esc back"):
            assert words in hand.text()


def test_syncs_that_failed_alike_stand_in_one_line() -> None:
    failed = [
        SyncSession(at, False, 1, 0, 0, 1.0, "No connection. 3 changes wait here and are safe.")
        for at in (1795257000, 1795256000, 1795255000)
    ]
    worked = SyncSession(1795250000, True, 1, 900, 300, 1.0)
    assert before([*failed, worked], 3) == [
        "  3 times since 21 Nov 2026 15:26  No connection.",
        "  21 Nov 2026 14:03  ok, 1.2 KB",
    ]


def test_what_waits_fits_the_narrowest_screen() -> None:
    cost = Forecast(3000, 30_000, 4_600, kilobits=478, more=True)
    assert waits(cost) == (
        "  3,000 changes to send, 34.6 KB, about 1 second (478 kbit/s), more to come"
    )


def test_words() -> None:
    assert [how_long(n) for n in (-3 * 3600, 720, 90000)] == ["3 hours", "12 minutes", "1 day"]
    assert bar(Progress(8, 12, Traffic())) == "  sending   [################--------]  8 of 12"
    assert (plural(1, "change"), plural(120000, "change")) == ("1 change", "1,20,000 changes")
    assert [weight(n) for n in (999, 1100, 2_500_000)] == ["999 bytes", "1.1 KB", "2.5 MB"]


async def test_what_came_back_is_fetched_a_page_at_a_time(
    store: Store, at_desk: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldkit.screens.sync.PAGE", 4)
    _save(store, 6)
    _reject(store, {seq: f"reason {seq}" for seq in range(1, 7)})
    async with at_desk() as hand:
        await _open(hand)
        picker = hand.app.screen.query_one(Picker)
        assert [row.below[0] for row in picker.answer.rows] == [f"reason {n}" for n in (6, 5, 4, 3)]
        await hand.press(*["<down>"] * 4)
        assert [row.below[0] for row in picker.answer.rows][4:] == ["reason 2", "reason 1"]
        await hand.press("<down>", "<enter>")
        assert "Noor VO 0" in hand.text().splitlines()[0]
