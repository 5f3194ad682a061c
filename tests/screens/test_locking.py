"""The screens of an encrypted home: unlocking, locking, operators, a new passphrase."""

from __future__ import annotations

import json
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, func, select
from tests.screens.conftest import open_sync
from textual import events

from fieldkit import stick
from fieldkit.keys.keyfile import KeyFile
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.home.home_page import HomePage
from fieldkit.screens.protection.idle import Idle
from fieldkit.screens.protection.unlock_page import UnlockPage
from fieldkit.screens.sync.sync_page import SyncPage
from fieldkit.server.database.connection import connect, writing
from fieldkit.server.database.tables import DEVICE
from fieldkit.server.devices.enrolment import revoke
from fieldkit.server.devices.recovery import make_recovery_code
from fieldkit.server.ingest.bundles.carried import apply_bundle
from fieldkit.settings import DATABASE, KEYS, is_encrypted
from fieldkit.stick import write_answer_beside
from fieldkit.store import Store, convert
from fieldkit.sync import revoked
from fieldkit.sync.bundle.stick import write_to
from fieldkit.sync.bundle.taking import Taken
from fieldkit.sync.client import sync

if TYPE_CHECKING:
    from tests.screens.conftest import At, Hand, Office

WORDS, HERS, NEW = "walnut river carpet", "apple cedar poplar", "seven quiet bridges"
START = 1_790_000_000


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.at, self.set_by = START, 0

    def __call__(self) -> int:
        return self.at + self.set_by

    def running(self) -> float:
        return self.at


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the waits; keys are derived with the least memory."""
    found = Clock()
    monkeypatch.setattr("fieldkit.keys.passphrase._MEMORY", 8192)
    monkeypatch.setattr("fieldkit.screens.protection.keys_here.now", found)
    monkeypatch.setattr("fieldkit.screens.protection.keys_here.running", found.running)
    return found


@pytest.fixture
def key(tmp_path: Path) -> bytes:
    """Encrypt the home of this test, which Asha and Rubina open; return its data key."""
    with closing(Store.open(tmp_path)) as plain:
        plain.init("Rubina", 2, 16)
        plain.use_operator("Asha")
    found = KeyFile.begin(tmp_path, "Rubina", HERS, START)
    file = KeyFile.read(tmp_path)
    assert file is not None
    file.add("Asha", WORDS, found)
    file.use("Asha")
    convert(tmp_path, found)
    return found


async def opened(hand: Hand) -> None:
    """Give Asha's passphrase."""
    await hand.press(WORDS, "<enter>")
    assert isinstance(hand.app.screen, HomePage)


async def left_alone(hand: Hand, *clocks: Clock) -> None:
    """Let a quarter of an hour pass, and press a key."""
    for clock in clocks:
        clock.at += 15 * 60
    await hand.press("x")


def drafts(home: Path, key: bytes, operator: str = "Asha") -> list[dict[str, str]]:
    with closing(Store.open(home, key=key)) as store:
        return [dict(draft.texts) for draft in store.drafts.of(operator)]


async def test_a_passphrase_opens_home_and_what_is_typed_after_it_goes_there(
    opened_app: At, key: bytes
) -> None:
    async with opened_app() as hand:
        assert hand.marked().strip() == "Asha"
        await hand.press("/wrong? words", "<down>", "<up>")
        assert "wrong" not in hand.text()
        assert "*************" in hand.text()
        hand.app.post_message(events.Paste(WORDS))
        await hand.settle()
        assert "clipboard" in hand.text()
        await hand.press("<enter>")
        assert "Wrong passphrase. Try again." in hand.text()
        await hand.press("<ctrl+o>", "<f1>", "<escape>")
        assert isinstance(hand.app.screen, UnlockPage)
        await hand.press(WORDS, "<enter>", "zooni")
        assert isinstance(hand.app.screen, HomePage)
        assert hand.app.screen.picker.typed.text == "zooni"
        assert hand.app.operator == "Asha"


async def test_after_wrong_words_the_wait_counts_down_and_survives_a_restart(
    opened_app: At, key: bytes, clock: Clock
) -> None:
    async with opened_app() as hand:
        for _ in range(4):
            await hand.press("wrong words", "<enter>")
        assert "Wait 30 seconds" in hand.text()
    async with opened_app() as hand:
        page = hand.app.screen
        assert isinstance(page, UnlockPage)
        assert "Wait 30 seconds" in hand.text()
        await hand.press("<ctrl+r>")
        page.tick()
        await hand.settle()
        assert "has not synced since" in hand.text(), "the countdown leaves it time to be read"
        await hand.press(WORDS, "<enter>")
        clock.at += 10
        page.tick()
        await hand.settle()
        assert "Wait 20 seconds" in hand.text()
        clock.set_by -= 7200
        page.tick()
        await hand.settle()
        assert "Wait 20 seconds" in hand.text(), "also where the clock is set back"
        clock.set_by = 0
        await hand.press(WORDS, "<enter>")
        assert isinstance(hand.app.screen, UnlockPage), "not before the time"
        clock.at += 20
        page.tick()
        await hand.settle()
        assert "can be tried again now" in hand.text()
        await opened(hand)


async def test_a_narrow_window_wraps_and_the_mark_stays(opened_app: At, key: bytes) -> None:
    async with opened_app() as hand:
        await hand.press("<down>", HERS)
        await hand.pilot.resize_terminal(60, 20)
        await hand.settle()
        assert "with your passphrase." in " ".join(hand.text().split())
        await hand.press("<enter>")
        assert hand.app.operator == "Rubina"


async def test_a_laptop_left_alone_locks_and_nothing_typed_is_lost(
    opened_app: At, key: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is typed is written by nothing but the lock.
    monkeypatch.setattr("fieldkit.screens.form.drafting.Drafting.write_soon", lambda _self: None)
    async with opened_app() as hand:
        await opened(hand)
        steady, asleep = Clock(), Clock()
        hand.app.locking.idle = Idle((steady, asleep))
        await hand.press("zooni akhter", "<ctrl+n>", "<enter>", "d")
        form = hand.app.screen
        assert isinstance(form, FormPage)
        await left_alone(hand, asleep)
        assert isinstance(hand.app.screen, UnlockPage)
        assert "zooni" not in hand.text().lower()
        assert hand.app.data_key is None
        hand.app.scheduler.begin()
        assert not hand.app.scheduler.running, "nothing is synced while it is locked"
        assert drafts(tmp_path, key)[0]["name"].lower() == "zooni akhter", "a kill loses nothing"
        await hand.press(WORDS, "<enter>", "<enter>", "Gani")
        again: object = hand.app.screen
        assert again is form
        assert "Gani" in hand.text()
        hand.app.locking.lock()
        await hand.settle()
        await hand.press("<ctrl+q>")
    assert "Gani" in drafts(tmp_path, key)[0].values()


async def test_another_operator_who_opens_a_locked_laptop_finds_no_page_of_the_first(
    opened_app: At, key: bytes, tmp_path: Path
) -> None:
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("zooni akhter", "<ctrl+n>", "<enter>", "d", "<enter>")
        await hand.press("/", "lock now", "<enter>")
        assert isinstance(hand.app.screen, UnlockPage)
        await hand.press("<down>", HERS, "<enter>")
        assert isinstance(hand.app.screen, HomePage)
        assert hand.app.operator == "Rubina"
        assert "zooni" not in hand.text().lower(), "Home offers her no form of the first"
    assert drafts(tmp_path, key)
    assert drafts(tmp_path, key, "Rubina") == []


async def test_a_camp_stays_open_and_the_choice_of_minutes_is_kept(
    opened_app: At, key: bytes
) -> None:
    steady = Clock()
    async with opened_app() as hand:
        await opened(hand)
        hand.app.locking.idle = Idle((steady,))
        await hand.press("/", "camp", "<enter>")
        assert hand.app.screen.STAYS_OPEN  # type: ignore[attr-defined]
        await left_alone(hand, steady)
        assert not hand.app.locked
        while not isinstance(hand.app.screen, HomePage):
            await hand.press("<escape>")
        await hand.press("<ctrl+p>", "lock by", "<enter>", "<up>", "<enter>")
        steady.at += 5 * 60
        hand.app.locking.look()
        await hand.settle()
        assert isinstance(hand.app.screen, UnlockPage)
    async with opened_app() as hand:
        await opened(hand)
        assert hand.app.locking.idle.minutes == 5


async def test_the_next_operator_gives_their_passphrase_and_a_new_one_chooses_it(
    opened_app: At, key: bytes, tmp_path: Path
) -> None:
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("<ctrl+o>", "2", WORDS, "<enter>")
        assert "Wrong passphrase" in hand.text()
        assert hand.app.operator == "Asha"
        await hand.press(HERS, "<enter>")
        assert (hand.app.operator, type(hand.app.screen)) == ("Rubina", HomePage)
        await hand.press("<ctrl+o>", "nasir", "<enter>", "1234567890", "<enter>")
        assert "A number is guessed too easily" in hand.text()
        assert "**" not in hand.text(), "what is typed next begins anew"
        await hand.press(NEW, "<enter>")
        assert "Esc back one" in hand.text()
        await hand.press("another one than that", "<enter>")
        assert "not the same" in hand.text()
        assert "Esc back one" not in hand.text()
        await hand.press(NEW, "<enter>", NEW, "<enter>")
        assert (hand.app.operator, type(hand.app.screen)) == ("nasir", HomePage)
    file = KeyFile.read(tmp_path)
    assert file is not None
    assert file.unlock("nasir", NEW, START) == key


async def test_a_plain_laptop_is_protected_from_the_menu(
    opened_app: At, block: dict[str, str], store: Store, tmp_path: Path
) -> None:
    store.back_up_daily()
    store.close()
    async with opened_app() as hand:
        await hand.press("/", "protect", "<enter>", NEW, "<enter>", NEW, "<enter>")
        assert isinstance(hand.app.screen, HomePage)
        assert "The data on this laptop is encrypted" in hand.text()
        await hand.press("tariq", "<down>", "<enter>")
        assert "Tariq Lone" in hand.text()
    assert is_encrypted(tmp_path / DATABASE)
    assert all(map(is_encrypted, (tmp_path / "backups").glob("*.sqlite3")))
    async with opened_app() as hand:
        await hand.press(NEW, "<enter>", "tariq")
        assert "Tariq Lone" in hand.text()


async def test_a_laptop_that_cannot_be_protected_stays_open_and_plain(
    opened_app: At, block: dict[str, str], store: Store, tmp_path: Path
) -> None:
    (tmp_path / f"{KEYS}.part").mkdir()
    async with opened_app() as hand:
        await hand.press("/", "protect", "<enter>", NEW, "<enter>", NEW, "<enter>")
        assert "nothing was encrypted" in hand.text()
        await hand.press("<escape>", "<escape>", "tariq")
        assert "Tariq Lone" in hand.text()
    assert not is_encrypted(tmp_path / DATABASE)


async def test_a_forgotten_passphrase_is_replaced_with_a_supervisors_code(
    opened_app: At, key: bytes, office: Office, tmp_path: Path
) -> None:
    async with opened_app() as hand:
        await hand.press("<ctrl+r>")
        assert "has not synced since" in hand.text()
    with closing(Store.open(tmp_path, key=key)) as store:
        office.enrol(store)
        assert sync(store).ok
    assert "http" in json.loads((tmp_path / KEYS).read_text())["server"]
    async with opened_app() as hand:
        await hand.press("<ctrl+r>", "00000-00000", "<enter>", NEW, "<enter>", NEW, "<enter>")
        assert "does not know this code" in " ".join(hand.text().split())
        await hand.press("<escape>", "<ctrl+u>", recovery_code(office), "<enter>")
        await hand.press(NEW, "<enter>", NEW, "<enter>")
        assert isinstance(hand.app.screen, HomePage)
        assert hand.app.operator == "Asha"
    async with opened_app() as hand:
        await hand.press(NEW, "<enter>")
        assert isinstance(hand.app.screen, HomePage)


def recovery_code(office: Office) -> str:
    """Make a code for the device that enrolled last."""
    engine = connect(f"sqlite:///{office.database}")
    with writing(engine) as connection:
        made = make_recovery_code(connection, last_device(connection), int(time.time()))
    engine.dispose()
    return made


def last_device(connection: Connection) -> int:
    """Return the number of the device that enrolled last."""
    return int(connection.execute(select(func.max(DEVICE.c.id))).scalar_one())


async def test_a_laptop_whose_passphrases_were_dropped_by_a_sync_locks_at_once(
    opened_app: At, key: bytes, office: Office, tmp_path: Path
) -> None:
    with closing(Store.open(tmp_path, key=key)) as store:
        office.enrol(store)
        assert sync(store).ok
    engine = connect(f"sqlite:///{office.database}")
    with writing(engine) as connection:
        revoke(connection, last_device(connection), START)
    engine.dispose()
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("<f5>")
        assert isinstance(hand.app.screen, UnlockPage)
        said = " ".join(hand.text().split())
        assert "removed from the server, so no passphrase opens it any more" in said
        assert "Enter use a code Ctrl+Q quit" in said
        await hand.press("<ctrl+r>", "a" * 101, "<enter>")
        assert "at most 100 characters" in hand.text()
        await hand.press("<ctrl+u>", "rubina", "<enter>", "<escape>")
        assert "Your name" in hand.text(), "back one"
        await hand.press("asha", "<enter>", recovery_code(office), "<enter>")
        await hand.press(NEW, "<enter>", NEW, "<enter>")
        assert hand.app.operator == "Asha", "the same person, however the name is typed"
        await hand.press("<escape>")
        assert "nothing new can be saved on it" in " ".join(hand.text().split())


async def test_a_laptop_whose_passphrases_were_dropped_by_a_stick_locks_also_after_escape(
    office: Office, opened_app: At, tmp_path: Path, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    monkeypatch.setattr(stick, "sticks", lambda: [folder])
    with closing(Store.open(tmp_path, key=key)) as store:
        office.enrol(store)
        assert sync(store).ok
        bundle = write_to(store, folder).path
    office.revoke_newest()
    engine = connect(f"sqlite:///{office.database}")
    write_answer_beside(bundle, apply_bundle(engine, bundle.read_bytes(), START).answer)
    engine.dispose()
    slow = threading.Event()
    take = revoked.take_or_hand_in

    def taken(store: Store, path: Path) -> Taken:
        slow.wait(10)
        return take(store, path)

    monkeypatch.setattr(revoked, "take_or_hand_in", taken)
    async with opened_app() as hand:
        await opened(hand)
        await open_sync(hand)
        await hand.press("b")
        assert hand.marked().strip().startswith("Take the answer")
        await hand.pilot.press("enter")
        await hand.pilot.press("escape")
        assert isinstance(hand.app.screen, SyncPage)
        assert not await hand.app.close_unused_store()
        slow.set()
        await hand.settle()
        assert isinstance(hand.app.screen, UnlockPage)


async def test_a_new_operators_passphrase_is_kept_under_the_name_that_the_laptop_keeps(
    opened_app: At, key: bytes, tmp_path: Path
) -> None:
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("<ctrl+o>", "x" * 101, "<enter>")
        assert "at most 100 characters" in hand.text()
        await hand.press("<ctrl+u>", "Zo\u0308ni", "<enter>", NEW, "<enter>", NEW, "<enter>")
        assert hand.app.operator == "Z\u00f6ni"
    file = KeyFile.read(tmp_path)
    assert file is not None
    assert set(file.operators) == {"Asha", "Rubina", "Z\u00f6ni"}
