"""My entries and their correction, close of day, my figures, and the practice home."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import put

from fieldkit.records.fields.dates import today
from fieldkit.records.outreach.attendance import Attendance
from fieldkit.records.outreach.programme import Programme
from fieldkit.store import Draft, Edit, Practice, Store
from fieldkit.sync.client import sync
from fieldkit.sync.enrol import NotEnrolled, enrol

if TYPE_CHECKING:
    from tests.screens.conftest import At

BEERWAH, CHADOORA = 15, 16


def blocks(store: Store, *ids: str) -> set[int | None]:
    return {record.block for one in ids if (record := store.record(one))}


def programmes(store: Store, *ids: str) -> set[object]:
    return {record.value("programme_id") for one in ids if (record := store.record(one))}


async def test_many_entries_are_corrected_in_one_act_and_undone_in_one_act(
    opened_app: At, store: Store, block: dict[str, str]
) -> None:
    camp = put(store, Programme, programme_kind="ORIENT", held_on=today(), place="Nagam")
    other = put(store, Programme, programme_kind="AWARE", held_on=today(), place="Khag")
    marks = [
        put(
            store,
            Attendance,
            programme_id=camp,
            beneficiary_id=block[who],
            on=today(),
            present=True,
        )
        for who in ("ghulam", "tariq")
    ]
    last = store.outbox.log_position()
    assert last is not None
    async with opened_app(width=120) as hand:
        await hand.press("/", "my entries", "<enter>")
        assert "10 entries" in hand.line("My entries")
        await hand.press(" ", " ", "e", "programme", "<enter>", "khag", "<enter>")
        assert "Change 2 entries" in hand.marked()
        assert "Nagam" in hand.text()
        assert store.outbox.log_position() == last  # a preview saves nothing
        await hand.press("<enter>")
        assert "2 entries corrected" in hand.text()
        assert programmes(store, *marks) == {other}
    # One of them is corrected by hand, in another start: it stays as the hand left it.
    store.save([Edit(Attendance, {"programme_id": camp, "present": False}, marks[0])], "Asha")
    store.save([Edit(Attendance, {"programme_id": other}, marks[0])], "Asha")
    store.save([Edit(Attendance, {"programme_id": camp}, marks[1])], "Asha")
    async with opened_app(width=120) as hand:
        await hand.press("/", "my entries", "<enter>", "<ctrl+z>")
        assert "former values of 2 entries" in hand.text()
        await hand.press("<ctrl+z>")
        assert "1 entry has the former value again. 1 was changed since" in hand.text()
        assert programmes(store, *marks) == {camp}
        await hand.press("<ctrl+z>")
        assert "no correction to undo" in hand.text()


async def test_all_entered_since_a_time_moves_to_another_block(
    opened_app: At, store: Store, block: dict[str, str]
) -> None:
    ids = block.values()
    async with opened_app(width=120) as hand:
        await hand.press("/", "wrong block", "<enter>", "0:00", "<enter>", "beerwah", "<enter>")
        assert "Change 6 entries" in hand.marked()
        await hand.press("<down>")
        assert "enter new records in Block Beerwah" in hand.marked()
        assert blocks(store, *ids) == {CHADOORA}
        await hand.press("<enter>")
        assert blocks(store, *ids) == {BEERWAH}
        device = store.device
        assert device is not None
        assert device.block == BEERWAH
        await hand.press("<ctrl+z>", "<ctrl+z>")
        assert blocks(store, *ids) == {CHADOORA}
        device = store.device
        assert device is not None
        assert device.block == CHADOORA


async def test_the_close_of_day_compares_paper_and_leads_to_what_is_left(
    opened_app: At, store: Store, block: dict[str, str], tmp_path: Path
) -> None:
    store.drafts.keep(Draft("beneficiary", "Asha", texts={"name": "Zahoor"}))
    async with opened_app(width=120) as hand:
        await hand.press("zahoor", "<escape>")
        await hand.press("/", "close of day", "<enter>")
        assert "Artisans" in hand.marked()
        await hand.press("3")
        assert "1 on paper not entered" in hand.marked()
        await hand.press("<backspace>", "2")
        assert "same" in hand.marked()
        assert "6 changes are not sent yet" in hand.text()
        assert "1 form is unfinished" in hand.text()
        await hand.press("<escape>", "/", "my figures", "<enter>")
        assert "Only you see these" in hand.text()
        assert str(today().day) in hand.marked()
    kept = (tmp_path / "own-figures.json").read_text()
    (days,) = json.loads(kept).values()
    keys, minutes, new, corrected = days[today().isoformat()]
    assert keys > 30
    assert (minutes >= 1, new, corrected) == (True, 0, 0)
    assert "zahoor" not in kept.casefold()
    assert "own-figures" not in str(store.outbox.of(block["ghulam"]))


def test_practice_is_marked_in_its_data_and_never_leaves(tmp_path: Path, store: Store) -> None:
    with pytest.raises(Exception, match="data in this folder already"):
        store.begin_practice()
    assert not store.practice
    home, real = tmp_path / "practice", tmp_path / "real"
    made = Store.open(home)
    made.begin_practice()
    made.init("Asha", 2, 16)
    put(made, Programme, programme_kind="ORIENT", held_on=date(2026, 1, 5))
    with pytest.raises(Practice):
        made.access.enrol("https://example.in", "token", "registrar")
    with pytest.raises(NotEnrolled, match="practice"):
        enrol(made, "https://example.in", "code")
    outcome = sync(made)
    assert not outcome.ok
    assert "never synced" in str(outcome.session.error)
    made.back_up(tmp_path / "copy.sqlite3")
    made.close()
    Store.restore(real, tmp_path / "copy.sqlite3")
    restored = Store.open(real)
    assert restored.practice
    assert restored.counts()["programme"] == 1
    restored.close()


async def test_every_page_says_that_it_is_practice(opened_app: At, tmp_path: Path) -> None:
    made = Store.open(tmp_path)
    made.begin_practice()
    made.init("Asha", 2, 16)
    made.close()
    async with opened_app() as hand:
        assert "PRACTICE" in hand.text().splitlines()[0]
        for keys in (("/",), ("my entries", "<enter>"), ("<escape>", "8", "<enter>")):
            await hand.press(*keys)
            assert "PRACTICE" in hand.text().splitlines()[0]
        await hand.press("<f5>")
        assert "never enrolled, never synced" in hand.text()
        assert "Enrol this laptop" not in hand.text()
