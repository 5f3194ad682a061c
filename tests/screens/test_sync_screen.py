from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection
from tests.screens.conftest import open_sync, organisations
from textual import events

from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.screens.base.scheduler import SyncScheduler
from fieldkit.screens.base.words import how_long, plural
from fieldkit.screens.look.text import width_of, words_of
from fieldkit.screens.sync.summary import (
    Holdings,
    agreement,
    headline,
    last_syncs,
    sending,
    weight,
)
from fieldkit.screens.sync.sync_page import SyncPage
from fieldkit.store import Closed, DiskFull, State, Store, SyncSession
from fieldkit.store.database import Database
from fieldkit.sync.client import Forecast, Outcome, Progress, sync
from fieldkit.sync.exchange import transfer_size
from fieldkit.sync.failures import ServerRefusal
from fieldkit.sync.sentences import FAULTY
from fieldkit.sync.transport import HttpTransport, Stop, Traffic

if TYPE_CHECKING:
    from tests.screens.conftest import At, Hand, Office


async def _held_up(hand: Hand, reached: threading.Event) -> None:
    """Begin to sync, and return once the sync is where it waits."""
    hand.app.post_message(events.Key("f5", None))
    while not reached.is_set():
        await hand.pilot.pause(0.01)
    await hand.pilot.pause()


async def test_what_waits_is_sent_and_both_sides_hold_the_same(
    store: Store, office: Office, opened_app: At
) -> None:
    office.enrol(store)
    ids = organisations(store, 12)
    async with opened_app() as hand:
        await open_sync(hand)
        assert hand.line("to send").startswith("  12 changes to send  ")
        assert "kbit/s" not in hand.text()
        assert "F5 sync now" in hand.text()
        await hand.press("<f5>")
        assert "12 changes sent" in hand.text()
        said = "this laptop 12 changes server 12 ✓ the same"
        assert " ".join(hand.line("this laptop").split()) == said
        assert "✓ All sent" in hand.text()
        assert hand.text().partition("BEFORE\n")[2].split()[1] == "✓"
        assert "● online" in hand.text().splitlines()[0]
        await hand.press("s")
        assert "Nothing waited." in hand.text()
    assert set(store.states(ids).values()) == {State.ON_SERVER}


async def test_the_cost_is_told_from_the_line_as_measured(
    store: Store, office: Office, opened_app: At
) -> None:
    office.enrol(store)
    organisations(store, 20)
    assert sync(store).ok
    organisations(store, 1)
    async with opened_app() as hand:
        await open_sync(hand)
        line = hand.line("to send")
        assert line.strip().startswith("1 change to send  ")
        assert "about 1 second on this connection (" in line
        assert line.strip().endswith("kbit/s)")


async def test_offline_is_a_sentence_and_nothing_is_lost(store: Store, opened_app: At) -> None:
    store.access.enrol("http://127.0.0.1:9", "t" * 30)
    organisations(store, 3)
    async with opened_app() as hand:
        await open_sync(hand)
        await hand.press("<f5>")
        assert "No connection. 3 changes are not sent yet and are safe here." in hand.text()
        assert not hand.app.screen.query_one("#sentence").has_class("-error")
        await hand.press("<escape>")
        assert not isinstance(hand.app.screen, SyncPage)


async def test_escape_stops_and_then_leaves(
    store: Store, office: Office, opened_app: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.enrol(store)
    organisations(store, 5)
    monkeypatch.setattr(transfer_size, "MOST_CHANGES", 2)
    reached, go_on = threading.Event(), threading.Event()
    ask = HttpTransport.post

    def held_up(self: HttpTransport, path: str, message: Message, kind: type[M]) -> M:
        reached.set()
        go_on.wait(10)
        return ask(self, path, message, kind)

    monkeypatch.setattr(HttpTransport, "post", held_up)
    async with opened_app() as hand:
        await open_sync(hand)
        await _held_up(hand, reached)
        assert "Esc stop, nothing is lost" in hand.text()
        hand.app.post_message(events.Key("escape", None))
        await hand.pilot.pause()
        await hand.app.keys_handled()
        assert isinstance(hand.app.screen, SyncPage)
        assert "stopping" in hand.text()
        go_on.set()
        await hand.settle()
        assert "Stopped. 3 changes are not sent yet and are safe here." in hand.text()
        assert hand.line("this laptop").split()[-3:] == ["not", "sent", "yet"]
        await hand.press("<escape>")
        assert not isinstance(hand.app.screen, SyncPage)
    assert store.outbox.counts()[State.QUEUED] == 3


async def test_escape_counts_while_the_sync_is_still_loading(
    store: Store, office: Office, opened_app: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.enrol(store)
    organisations(store, 2)
    reached, go_on = threading.Event(), threading.Event()
    carry = SyncScheduler._sync

    def loading(
        self: SyncScheduler, store: Store, progress: Callable[[Progress], None]
    ) -> Outcome | None:
        reached.set()
        go_on.wait(10)
        return carry(self, store, progress)

    monkeypatch.setattr(SyncScheduler, "_sync", loading)
    async with opened_app() as hand:
        await open_sync(hand)
        await _held_up(hand, reached)
        hand.app.post_message(events.Key("escape", None))
        await hand.pilot.pause()
        await hand.app.keys_handled()
        assert "stopping" in hand.text()
        go_on.set()
        await hand.settle()
        assert "Stopped. 2 changes are not sent yet and are safe here." in hand.text()
    assert store.outbox.counts()[State.QUEUED] == 2


async def test_a_full_disk_is_told_and_what_waits_is_said_to_be_safe(
    store: Store, office: Office, opened_app: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def full(_database: Database) -> Iterator[Connection]:
        raise DiskFull("The disk is full: nothing more can be saved.")
        yield

    office.enrol(store)
    organisations(store, 12)
    async with opened_app() as hand:
        await open_sync(hand)
        with monkeypatch.context() as patch:
            patch.setattr(Database, "write", full)
            await hand.press("<f5>")
        said = (
            "The disk is full: nothing more can be saved. "
            "12 changes are not sent yet and are safe here."
        )
        assert said in " ".join(hand.text().split())


async def test_a_fault_of_the_server_is_told_while_it_is_tried_again(
    store: Store, office: Office, opened_app: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.enrol(store)
    waiting, go_on = threading.Event(), threading.Event()

    def faulty(self: HttpTransport, path: str, message: Message, kind: type[M]) -> M:
        raise ServerRefusal(500, None)

    def wait(self: Stop, seconds: float | None = None) -> bool:
        waiting.set()
        go_on.wait(10)
        return False

    monkeypatch.setattr(HttpTransport, "post", faulty)
    monkeypatch.setattr(Stop, "wait", wait)
    async with opened_app() as hand:
        await open_sync(hand)
        await _held_up(hand, waiting)
        assert "The server has an error; trying again ..." in hand.text()
        go_on.set()
        await hand.settle()
        assert "The server does not answer properly." in hand.text()


async def test_without_a_server_it_says_what_to_do(store: Store, opened_app: At) -> None:
    organisations(store, 1)
    async with opened_app() as hand:
        await open_sync(hand)
        assert "No server yet  1 change on this laptop alone" in hand.text()
        assert "Enrol this laptop with a server" in hand.marked()
        assert "Enter enrol" in hand.text().splitlines()[-1]
        assert "sync now" not in hand.text()
        await hand.press("<f5>")
        assert "No server yet" in hand.text()
    assert store.outbox.sessions() == []


async def test_f5_syncs_at_once_from_anywhere(store: Store, office: Office, opened_app: At) -> None:
    office.enrol(store)
    ids = organisations(store, 3)
    async with opened_app() as hand:
        await hand.press("6", "<enter>", "<f5>")
        assert isinstance(hand.app.screen, SyncPage)
        assert "3 changes sent" in hand.text()
        assert "online" in hand.text().splitlines()[0]
        await hand.press("<escape>")
        assert not isinstance(hand.app.screen, SyncPage)
    assert set(store.states(ids).values()) == {State.ON_SERVER}


async def test_a_revoked_laptop_hands_in_its_work_and_saves_nothing_new(
    store: Store, office: Office, opened_app: At
) -> None:
    office.enrol(store)
    organisations(store, 3)
    office.revoke_newest()
    async with opened_app() as hand:
        await hand.press("<f5>")
        said = " ".join(hand.text().split())
        assert "3 changes are sealed and handed in; a supervisor decides on it." in said
        assert "on it. Ask your supervisor for a code, and enrol it again." in said, "not cut"
        await hand.press("<escape>")
        assert "nothing new can be saved on it" in " ".join(hand.text().split())
        await open_sync(hand)
        said = " ".join(hand.text().split())
        assert "Removed from the server 3 changes are sealed and handed in" in said
        assert "Enter enrol" in said
        await hand.press("<enter>")
        assert f"Use the server {office.url}" in hand.marked(), "a new code is enough"
        await hand.press("<enter>")
        assert "as your supervisor wrote it down" in hand.text()
    with pytest.raises(Closed):
        organisations(store, 1)


async def test_a_laptop_is_enrolled_from_the_screen(
    store: Store, office: Office, opened_app: At
) -> None:
    ids = organisations(store, 2)
    async with opened_app() as hand:
        await open_sync(hand)
        await hand.press("<enter>", "<ctrl+u>", "http://office.example.in", "<enter>")
        assert "begins with http, so others" in " ".join(hand.text().split())
        assert "● address ─ ○ code ─ ○ first sync" in hand.text()
        await hand.press("<ctrl+u>", office.url, "<enter>", "wrong", "<enter>")
        assert "● address ─ ● code ─ ○ first sync" in hand.text()
        assert f"server  {office.url}" in hand.text()
        assert "The server does not know this code." in hand.text()
        await hand.press("<ctrl+u>", office.code(), "<enter>")
        assert "Protect this laptop" in hand.line("fieldkit")
        await hand.press("<escape>")
        assert isinstance(hand.app.screen, SyncPage)
        assert "2 changes sent" in hand.text()
        assert f"Enrolled with {office.url}." in hand.text()
        assert "F5 sync now" in hand.text()
    assert set(store.states(ids).values()) == {State.ON_SERVER}


async def test_what_came_from_others_is_told_and_the_receipt_is_a_file(
    store: Store, other: Store, office: Office, opened_app: At, tmp_path: Path
) -> None:
    for laptop in (store, other):
        office.enrol(laptop)
    organisations(other, 4)
    assert sync(other).ok
    async with opened_app() as hand:
        await hand.press("<f5>")
        many = int(hand.line("received").split()[1])
        assert many >= 4
        assert "The server and this laptop hold the same." in hand.text()
        await hand.press("r")
        (written,) = (tmp_path / "receipts").iterdir()
        assert "and is the same." in hand.text()
        assert f"The receipt is in {written}".replace(" ", "") in "".join(hand.text().split())
    assert "Receipt of " in written.read_text(encoding="utf-8")


async def test_a_laptop_that_only_received_says_how_much_and_that_nothing_was_entered(
    store: Store, other: Store, office: Office, opened_app: At
) -> None:
    for laptop in (store, other):
        office.enrol(laptop)
    organisations(other, 28)
    assert sync(other).ok
    for _ in range(2):
        assert sync(store).ok
    many = sum(store.counts().values())
    assert many >= 28
    async with opened_app() as hand:
        await open_sync(hand)
        assert f"{many} from the server, nothing entered here yet" in hand.text()
        assert "0 changes" not in hand.text()


async def test_a_narrow_console_shows_all_of_it(
    store: Store, office: Office, opened_app: At
) -> None:
    office.enrol(store)
    organisations(store, 1)
    async with opened_app(60, 16) as hand:
        await open_sync(hand)
        await hand.press("<f5>")
        for words in ("1 change sent", "✓ the same", "✓ All sent", " in 1 s", "Esc back"):
            assert words in hand.text()


def test_syncs_that_failed_alike_stand_in_one_line() -> None:
    failed = [
        SyncSession(
            at,
            False,
            1,
            0,
            0,
            1.0,
            "No connection. 3 changes are not sent yet and are safe here.",
        )
        for at in (1795257000, 1795256000, 1795255000)
    ]
    worked = SyncSession(1795250000, True, 1, 900, 300, 1.0)
    before = SyncSession(1795250000 - 86400, True, 1, 900, 300, 130.0)
    found = last_syncs([*failed, worked, before], 1795258000, 5, 76)
    assert [words_of(line) for line in found] == [
        "16:00      ▲ No connection. 3 times since 15:26.",
        "14:03      ✓ 1.2 KB in 1 s",
        "Fri 14:03  ✓ 1.2 KB in 2 min",
    ]
    (line,) = last_syncs([worked], 1795250000 + 30 * 86400, 1, 76)
    assert words_of(line) == "21 Nov 2026 14:03  ✓ 1.2 KB in 1 s"


def test_no_past_sync_is_cut_where_lines_are_short() -> None:
    failed = SyncSession(1795257000, False, 1, 0, 0, 1.0, f"{FAULTY} 3 changes wait here.")
    lines = last_syncs([failed], 1795258000, 9, 30)
    assert all(width_of(line) <= 31 for line in lines)
    assert " ".join(" ".join(map(words_of, lines)).split()) == f"16:00 ▲ {FAULTY}"


@pytest.mark.parametrize("width", [56, 76])
def test_what_waits_and_what_it_costs_is_said_whole(width: int) -> None:
    cost = Forecast(3000, 30_000, 4_600, kilobits=478, more=True)
    lines = [words_of(line) for line in headline(True, cost, Holdings(5, 5, 2, True), width)]
    assert " ".join(" ".join(lines).split()) == (
        "3,000 changes to send 34.6 KB, about 1 second on this connection (478 kbit/s), "
        "more is to come from the server"
    )
    assert all(len(line.rstrip()) <= width for line in lines)


@pytest.mark.parametrize(
    ("enrolled", "changes", "holdings", "words"),
    [
        (False, 0, Holdings(), "No server yet"),
        (True, 0, Holdings(), "Nothing to send"),
        (True, 0, Holdings(4, 4, 4, True), "✓ All sent"),
        (True, 2, Holdings(4, 4, 2, True), "2 changes to send"),
        (True, 2, Holdings(4, 4, 2, False), "▲ Not the same"),
    ],
)
def test_how_the_laptop_stands_is_said_in_a_few_words(
    enrolled: bool, changes: int, holdings: Holdings, words: str
) -> None:
    (first, *_) = headline(enrolled, Forecast(changes, 100, 100), holdings, 76)
    assert words_of(first).startswith(words)
    bold = "".join(span.text for span in first if span.style == "strong")
    assert bold == words.lstrip("✓▲ ")


def test_both_sides_are_compared_in_signs_and_words() -> None:
    found = {
        holdings: " ".join(" ".join(map(words_of, agreement(holdings))).split())
        for holdings in (
            Holdings(9, 9, 9, True),
            Holdings(9, 9, 7, True),
            Holdings(9, 9, 9, False),
            Holdings(0, 0, 0, True, 28),
            Holdings(9, 9, 0, None),
        )
    }
    assert list(found.values()) == [
        "this laptop 9 changes server 9 ✓ the same",
        "this laptop 9 changes server 7 ○ 2 not sent yet",
        "this laptop 9 changes server 9 ▲ not the same",
        "28 from the server, nothing entered here yet",
        "",
    ]


def test_how_far_a_sync_is_is_a_thin_line() -> None:
    line = sending(Progress(8, 12, Traffic()), 76)
    assert words_of(line).split() == ["sending", "━" * 28 + "─" * 14, "8", "of", "12"]
    assert words_of(sending(Progress(0, 0, Traffic()), 76)) == "asking the server ..."


def test_words() -> None:
    assert [how_long(n) for n in (-3 * 3600, 720, 90000)] == ["3 hours", "12 minutes", "1 day"]
    assert (plural(1, "change"), plural(120000, "change")) == ("1 change", "1,20,000 changes")
    assert [weight(n) for n in (999, 1100, 2_500_000)] == ["999 bytes", "1.1 KB", "2.5 MB"]
