"""Due work: one line each, the longest waiting first, narrowed by letters."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan, put

from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.screens.home.home_page import HomePage
from fieldkit.screens.lists.due_page import DuePage
from fieldkit.screens.look.glyphs import DUE
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.store import Edit, Store

if TYPE_CHECKING:
    from tests.screens.conftest import At, Hand


@pytest.fixture
def waiting(store: Store, block: dict[str, str]) -> dict[str, str]:
    """Two further toolkits that wait: ordered, and handed over to somebody never oriented."""
    ordered = date(2025, 6, 1)
    put(store, Toolkit, beneficiary_id=block["tariq"], state="ORDERED", ordered_on=ordered)
    zahoor = artisan(store, "Zahoor Mir", "Ab Gani", "9419011111", "Nagam")
    put(
        store,
        Toolkit,
        beneficiary_id=zahoor,
        state="DELIVERED",
        selected_on=date(2024, 12, 1),
        ordered_on=date(2024, 12, 9),
        delivered_on=date(2025, 1, 1),
    )
    return {**block, "zahoor": zahoor}


async def open_due(hand: Hand) -> DuePage:
    await hand.press("/", "due", "<enter>")
    page = hand.app.screen
    assert isinstance(page, DuePage)
    return page


async def test_the_longest_waiting_comes_first_and_enter_opens_whom_it_is_about(
    opened_app: At, waiting: dict[str, str]
) -> None:
    async with opened_app(120) as hand:
        await open_due(hand)
        assert hand.line("DAYS").split() == ["WHO", "WHAT", "IS", "DUE", "PLACE", "DAYS"]
        assert "3 due" in hand.text().splitlines()[0]
        assert hand.marked().startswith(" Zahoor Mir  ")
        assert "Invite to an orientation" in hand.marked()
        names = [line[2:].split("  ")[0] for line in hand.text().splitlines() if "artisan" in line]
        assert names == ["Zahoor Mir", "Tariq Lone", "Ghulam Mohammad Bhat"]
        await hand.press("<down>", "<enter>")
        assert isinstance(hand.app.screen, RecordPage)
        assert hand.app.screen.record_id == waiting["tariq"]
        await hand.press("<escape>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)


async def test_it_is_narrowed_by_the_sort_of_work_and_by_a_name(
    opened_app: At, waiting: dict[str, str]
) -> None:
    async with opened_app() as hand:
        page = await open_due(hand)
        await hand.press("f", "orient", "<enter>")
        assert hand.app.screen is page
        assert "1 of 3 due" in hand.text().splitlines()[0]
        assert "Work Invite to an orientation" in hand.text()
        assert "Tariq" not in hand.text()
        await hand.press("f", "<enter>")
        assert "  3 due" in hand.text().splitlines()[0]
        await hand.press("tariq")
        assert hand.marked().startswith(" Tariq Lone")
        assert "Zahoor" not in hand.text()
        await hand.press("<escape>")
        assert "Zahoor" in hand.text()


async def test_the_page_of_a_record_says_the_same(opened_app: At, waiting: dict[str, str]) -> None:
    async with opened_app() as hand:
        await hand.press("zahoor mir", "<enter>")
        assert isinstance(hand.app.screen, RecordPage)
        assert f"{DUE} Invite to an orientation" in hand.text()


async def test_due_work_comes_part_by_part(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    people = [artisan(store, f"Bashir {n:03}", "Ali", f"94190{n:05}", "Khag") for n in range(70)]
    edits = [
        Edit(Toolkit, {"beneficiary_id": one, "state": "SELECTED", "selected_on": date(2026, 1, 1)})
        for one in people
    ]
    store.save(edits, "Asha")
    async with opened_app() as hand:
        page = await open_due(hand)
        assert "71 due" in hand.text().splitlines()[0]
        assert len(page.picker.answer.rows) == 60
        await hand.press("<end>", "<end>")
        assert len(page.picker.answer.rows) == 71
        assert "Ghulam" in hand.text()


async def test_nothing_due_says_so(opened_app: At, store: Store) -> None:
    async with opened_app() as hand:
        await open_due(hand)
        assert "Nothing is due." in hand.text()
