from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan
from textual import events

from fieldkit.protocol.change import Op
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.screens.base.header_status import HeaderStatus, read_status
from fieldkit.screens.base.scheduler import Pace, SyncScheduler
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.home.home_page import HomePage
from fieldkit.screens.lists.list_page import ListPage
from fieldkit.screens.look.text import words_of
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.screens.sync.sync_page import SyncPage
from fieldkit.screens.widgets.picker import Picker
from fieldkit.screens.widgets.rows import Answer
from fieldkit.settings import DATABASE
from fieldkit.store import Edit, State, Store, SyncSession
from fieldkit.sync import client
from fieldkit.sync.client import Outcome, sync

if TYPE_CHECKING:
    from tests.screens.conftest import At, Hand, Office

SOON = Pace(first=0.01, every=3600.0, rested=0.01, failing=(0.01, 3600.0), jitter=0.0)
IN_AN_HOUR = Pace(first=3600.0, every=3600.0, rested=3600.0, jitter=0.0)


def _enrolled(store: Store) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30)


def _vo(store: Store, name: str) -> str:
    return store.save([Edit(VillageOrganisation, {"name": name})], "Asha")[0].id


def _outcome(
    *, ok: bool = True, offline: bool = False, stopped: bool = False, at: int = 1_795_257_000
) -> Outcome:
    error = None if ok else "No connection. 1 change is not sent yet and is safe here."
    session = SyncSession(at, ok, 1, 100, 100, 1.0, error)
    return Outcome(session, received=1 if ok else 0, offline=offline, stopped=stopped)


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds after which each next sync was planned; none ever falls due by itself."""
    found: list[float] = []

    def note(self: SyncScheduler, seconds: float) -> None:
        found.append(seconds)
        self._timer = self._host.set_timer(3600, self._fall_due)

    monkeypatch.setattr(SyncScheduler, "_set_timer", note)
    return found


async def _until(hand: Hand, true: Callable[[], bool]) -> None:
    while not true():
        await hand.pilot.pause(0.01)
    await hand.settle()


async def test_what_is_saved_goes_by_itself_and_home_says_so(
    store: Store, office: Office, opened_app: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldkit.app.QUIET_AFTER", 0.01)
    office.enrol(store)
    _vo(store, "Noor VO")
    async with opened_app(pace=SOON) as hand:
        await _until(hand, lambda: hand.app.header_status.line == "online")
        assert isinstance(hand.app.screen, HomePage)
        assert "✓ all sent  ● online" in hand.text().splitlines()[0]
        # No sentence, no page: nobody asked.
        assert hand.text().splitlines()[-3].strip() == ""
        await hand.app.ask(lambda mine: _vo(mine, "Another VO"))
        await hand.app.refresh_status()
        await _until(hand, lambda: store.outbox.counts()[State.QUEUED] == 0)
        await _until(hand, lambda: not hand.app.scheduler.running)
        assert "✓ all sent  ● online" in hand.text().splitlines()[0]


async def test_a_laptop_without_a_server_asks_nobody(
    store: Store, opened_app: At, planned: list[float]
) -> None:
    _vo(store, "Noor VO")
    async with opened_app(pace=IN_AN_HOUR) as hand:
        hand.app.scheduler._fall_due()
        await hand.settle()
        assert "1 not sent" in hand.text().splitlines()[0]
        assert "line" not in hand.text().splitlines()[0]
    assert store.outbox.sessions() == []


async def test_it_backs_off_while_there_is_no_line_and_saves_do_not_hasten_it(
    store: Store, opened_app: At, planned: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    _enrolled(store)
    ends = [_outcome(ok=False, offline=True)] * 6 + [_outcome(), _outcome(ok=False, offline=True)]
    monkeypatch.setattr(client, "sync", lambda *_, **__: ends.pop(0))
    async with opened_app(pace=Pace(jitter=0.0)) as hand:
        hand.app.scheduler.start_schedule()
        for _ in range(6):
            hand.app.scheduler._fall_due()
            await hand.settle()
        assert planned == [5.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1200.0]
        assert "○ offline" in hand.text().splitlines()[0]
        assert hand.app.header_status.line == "offline since 21 Nov 2026 16:00"
        await hand.app.ask(lambda mine: _vo(mine, "Noor VO"))
        await hand.app.refresh_status()
        assert len(planned) == 7
        hand.app.scheduler._fall_due()
        await hand.settle()
        assert planned[7:] == [240.0]
        assert "online" in hand.text().splitlines()[0]
        await hand.app.ask(lambda mine: _vo(mine, "Another VO"))
        await hand.app.refresh_status()
        assert planned[8:] == [30.0]
        hand.app.scheduler._fall_due()
        await hand.settle()
        assert planned[9:] == [60.0]


async def test_a_sync_in_another_window_ends_the_waiting_for_the_line(
    store: Store, opened_app: At, planned: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    _enrolled(store)
    ends = [_outcome(ok=False, offline=True)] * 3

    def end(its: Store, **_: object) -> Outcome:
        outcome = ends.pop()
        its.outbox.note(outcome.session)
        return outcome

    monkeypatch.setattr(client, "sync", end)
    async with opened_app(pace=Pace(jitter=0.0)) as hand:
        for _ in range(3):
            hand.app.scheduler._fall_due()
            await hand.settle()
        assert "○ offline" in hand.text().splitlines()[0]
        await hand.app.refresh_status()
        assert planned[-1] == 300.0
        store.outbox.note(_outcome(ok=False, offline=True, at=1_795_257_060).session)
        await hand.app.refresh_status()
        assert "○ offline" in hand.text().splitlines()[0]
        assert planned[-1] == 300.0
        store.outbox.note(_outcome().session)
        await hand.press("8", "<enter>")
        assert "online" in hand.text().splitlines()[0]
        assert planned[-1] == 240.0


async def test_keys_count_while_it_runs_and_esc_leaves_what_nobody_asked_for(
    store: Store, opened_app: At, planned: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    _enrolled(store)
    artisan(store, "Ghulam Mohammad Bhat", "Abdul Ahad Bhat", "9419011432")
    reached, go_on = threading.Event(), threading.Event()

    ran = 0

    def held_up(*_: object, **__: object) -> Outcome:
        nonlocal ran
        ran += 1
        reached.set()
        go_on.wait(30)
        return _outcome()

    monkeypatch.setattr(client, "sync", held_up)
    async with opened_app(pace=IN_AN_HOUR) as hand:

        async def press(*keys: events.Key) -> None:
            for key in keys:
                hand.app.post_message(key)
            await hand.pilot.pause()
            await hand.app.keys_handled()

        hand.app.scheduler._fall_due()
        while not reached.is_set():
            await hand.pilot.pause(0.01)
        await press(*(events.Key(digit, digit) for digit in "9419011432"))
        await press(events.Key("enter", None))
        assert isinstance(hand.app.screen, RecordPage)
        await press(events.Key("escape", None))
        assert isinstance(hand.app.screen, HomePage)
        await hand.app.refresh_status()
        assert hand.app.header_status.line == "sending ..."
        await press(events.Key("8", "8"), events.Key("enter", None), events.Key("escape", None))
        assert isinstance(hand.app.screen, HomePage)
        # F5 makes it the person's: then Esc stops it.
        await press(events.Key("f5", None), events.Key("escape", None))
        assert isinstance(hand.app.screen, SyncPage)
        assert hand.app.scheduler.stopping
        await press(events.Key("f5", None))
        assert ran == 1
        go_on.set()
        await hand.settle()
        assert not hand.app.scheduler.running
    # The last F5 began another once the first had stopped.
    assert ran == 2


async def test_a_mistake_in_it_ends_neither_the_program_nor_what_is_typed(
    store: Store, opened_app: At, planned: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    _enrolled(store)

    def broken(*_: object, **__: object) -> Outcome:
        raise ValueError("Zooni Akhter 9419011432")

    monkeypatch.setattr(client, "sync", broken)
    async with opened_app(pace=IN_AN_HOUR) as hand:
        await hand.press("zooni", "<ctrl+n>")
        hand.app.scheduler._fall_due()
        await hand.settle()
        assert isinstance(hand.app.screen, FormPage)
        assert "mistake" not in hand.text()
        await hand.press("<f5>")
        assert "An error in the program stopped this." in hand.text()
        (log,) = list((hand.app.home / "logs").iterdir())[:1]
        assert "Zooni" not in log.read_text(encoding="utf-8")
        await hand.press("<escape>")
        assert isinstance(hand.app.screen, FormPage)
        assert "Zooni" in hand.text()


def _arrive(monkeypatch: pytest.MonkeyPatch, bring: Callable[[Store], object]) -> None:
    """Let the next sync bring what ``bring`` writes."""

    def brought(store: Store, **_: object) -> Outcome:
        bring(store)
        return _outcome()

    monkeypatch.setattr(client, "sync", brought)


async def _sync_by_itself(hand: Hand) -> None:
    hand.app.scheduler._fall_due()
    await hand.settle()


async def test_a_list_shows_what_came_and_the_mark_stays_on_its_record(
    store: Store, opened_app: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    _enrolled(store)
    for letter in "cegi":
        _vo(store, f"{letter.upper()} VO")
    _arrive(monkeypatch, lambda mine: [_vo(mine, f"{one} VO") for one in "ABF"])
    async with opened_app(pace=IN_AN_HOUR) as hand:
        await hand.press("/", "list: village org", "<enter>")
        assert isinstance(hand.app.screen, ListPage)
        await hand.press("<down>", "<down>")
        picker = hand.app.screen.query_one(Picker)
        assert picker.marked is not None
        assert words_of(picker.marked.cells[0]) == "G VO"
        await _sync_by_itself(hand)
        assert [words_of(row.cells[0])[0] for row in picker.answer.rows] == list("ABCEFGI")
        assert picker.marked is not None
        assert words_of(picker.marked.cells[0]) == "G VO"
        assert "Village organisations" in hand.text().splitlines()[0]
        assert "  7  Asha" in hand.text().splitlines()[0]


async def test_a_mark_whose_record_is_gone_marks_nothing_else(
    store: Store, opened_app: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    _enrolled(store)
    ids = [_vo(store, f"{letter} VO") for letter in "ABC"]

    def delete(mine: Store) -> None:
        mine.save([Edit(VillageOrganisation, {}, ids[1], op=Op.DELETE)], "Reyaz")

    _arrive(monkeypatch, delete)
    async with opened_app(pace=IN_AN_HOUR) as hand:
        await hand.press("/", "list: village org", "<enter>", "<down>")
        await _sync_by_itself(hand)
        picker = hand.app.screen.query_one(Picker)
        assert [words_of(row.cells[0]) for row in picker.answer.rows] == ["A VO", "C VO"]
        assert picker.marked is None
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, ListPage)


async def test_home_counts_what_came_and_leaves_what_is_typed_alone(
    store: Store, opened_app: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    _enrolled(store)
    artisan(store, "Ghulam Mohammad Bhat", "Abdul Ahad Bhat", "9419011432")
    _arrive(
        monkeypatch,
        lambda mine: artisan(mine, "Ghulam Mohd Bhat", "Ab Rashid", "9419017710"),
    )
    async with opened_app(pace=IN_AN_HOUR) as hand:
        assert "1 artisan" in hand.text()
        await _sync_by_itself(hand)
        assert "2 artisans" in hand.text()
        await hand.press("ghulam", "<down>")
        picker = hand.app.screen.query_one(Picker)
        marked, rows = picker.marked, picker.answer
        await _sync_by_itself(hand)
        assert picker.answer is rows
        assert picker.marked is marked


async def test_a_form_keeps_what_was_seen_when_it_opened(
    store: Store, other: Store, office: Office, opened_app: At
) -> None:
    district = next(office.unused)
    for laptop in (store, other):
        office.enrol(laptop, district)
        assert sync(laptop).ok
    person = artisan(store, "Ghulam Mohammad Bhat", "Abdul Ahad Bhat", "9419011432")
    assert sync(store).ok
    assert sync(other).ok
    async with opened_app(pace=IN_AN_HOUR) as hand:
        await hand.press("9419011432", "<enter>", "e")
        assert isinstance(hand.app.screen, FormPage)
        before = hand.text()
        other.save([Edit(Beneficiary, {"mobile": "7006155210"}, person)], "Reyaz")
        assert sync(other).ok
        await _sync_by_itself(hand)
        landed = store.get("beneficiary", person)
        assert landed is not None
        assert landed.value("mobile") == "7006155210"
        assert isinstance(hand.app.screen, FormPage)
        assert hand.text().splitlines()[2:-4] == before.splitlines()[2:-4]
        assert hand.app.screen.model is not None
        hand.app.screen.model.go("mobile")
        await hand.press("<ctrl+u>", "9419011433", "<enter>", "<ctrl+s>")
        assert isinstance(hand.app.screen, RecordPage)
    assert sync(store).ok
    (conflict,) = store.review.conflicts(person)
    assert (conflict.field, conflict.mine) == ("mobile", "9419011433")


async def test_a_copied_home_is_told_once(opened_app: At, tmp_path: Path) -> None:
    first = Store.open(tmp_path / "first")
    first.init("Asha", 2, 16)
    first.close()
    shutil.copy(tmp_path / "first" / DATABASE, tmp_path / DATABASE)
    copied = Store.open(tmp_path)
    (notice,) = copied.notices()
    copied.close()
    async with opened_app() as hand:
        assert " ".join(notice.text.split()[:5]) in hand.text()
        await hand.press("8", "<enter>", "<escape>")
        assert await hand.app.ask(lambda store: store.notices()) == []


async def test_who_gives_up_waiting_for_rows_does_not_end_the_asking_for_them(
    opened_app: At, block: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_app() as hand:
        picker = hand.app.screen.query_one(Picker)
        reached, go_on, source = asyncio.Event(), asyncio.Event(), picker._source

        async def held_up(text: str) -> Answer:
            reached.set()
            await go_on.wait()
            return await source(text)

        monkeypatch.setattr(picker, "_source", held_up)
        picker.start_over("Tariq")
        await reached.wait()
        waiting = asyncio.create_task(picker.settled())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        go_on.set()
        await picker.settled()
        assert words_of(picker.answer.rows[0].cells[0]) == "Tariq Lone"


async def test_a_status_read_before_the_operator_changed_does_not_put_the_old_name_back(
    opened_app: At, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.use_operator("Reyaz")
    store.use_operator("Asha")
    began, go_on = threading.Event(), threading.Event()

    def slow(store: Store, operator: str) -> HeaderStatus:
        found = read_status(store, operator)
        began.set()
        go_on.wait(10)
        return found

    async with opened_app() as hand:
        monkeypatch.setattr("fieldkit.screens.base.app.read_status", slow)
        refreshing = asyncio.create_task(hand.app.refresh_status())
        await _held_up(began)
        monkeypatch.setattr("fieldkit.screens.base.app.read_status", read_status)
        changing = asyncio.create_task(hand.app.change_operator("Reyaz"))
        while hand.app.operator != "Reyaz":
            await asyncio.sleep(0.01)
        go_on.set()
        await refreshing
        assert hand.app.operator == "Reyaz"
        await changing


async def _held_up(reached: threading.Event) -> None:
    while not reached.is_set():
        await asyncio.sleep(0.01)
