"""A portal's list compared on the screen: what differs, who is meant, what only the portal has."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.screens.conftest import At, Hand, artisan, put
from textual import events

from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.store import Edit, Store

HEAD = "Application ID,Name,S/o,Mobile,Trade,Village,Registration Date\n"


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    person = tmp_path / "person"
    (person / "Downloads").mkdir(parents=True)
    path = person / "Downloads" / "[red]list[b].csv"
    monkeypatch.setattr(Path, "home", lambda: person)
    return path


@pytest.fixture
def ghulam(store: Store) -> str:
    number = artisan(store, "Ghulam Mohammad Bhat", "Abdul Ahad Bhat", "9419011432")
    given: dict[str, Value] = {"portal_no": "PMV1001", "registered_on": date(2026, 4, 2)}
    store.save([Edit(Beneficiary, given, number)], "Asha")
    return number


async def compared(hand: Hand, kind: str = "beneficiary") -> None:
    """Go from the file to the sections."""
    await hand.app.navigator.open_reconcile(kind)
    await hand.settle()
    await hand.press("<enter>", "<enter>", "<enter>")


async def test_a_list_is_settled_by_keys_alone(
    opened_app: At, store: Store, portal: Path, ghulam: str
) -> None:
    ali = artisan(store, "Ali Lone", "Rashid Lone", "9419011433")
    portal.write_text(
        f"{HEAD}PMV1001,ghulam mohammad bhat,Abdul Ahad Bhat,9419011439,Mason,Wathoora,02-04-2026\n"
        "PMV1002,Ali Lone,Rashid Lone,9419011433,Carpenter,,\n"
        "PMV1003,[red]Zooni[/] Akhter,Gani,9419011444,Tailor,Nagam,10-05-2026\n",
        encoding="utf-8",
    )
    async with opened_app() as hand:
        await compared(hand)
        assert "[red]list[b].csv" in hand.text()
        assert "0 rows say the same as here." in hand.text()
        assert "1  " in hand.line("uncertain")
        assert "take the portal's values, or keep ours" in hand.text()

        await hand.press("<enter>", "<enter>")
        assert "94190 11432" in hand.line("Mobile")
        assert "94190 11439" in hand.line("Mobile")
        await hand.press("<enter>")
        assert "Nothing is saved yet." in hand.text()
        await hand.press("<enter>")
        assert "1 record saved." in hand.text()
        await hand.press("<ctrl+z>")
        assert "94190 11432" in hand.line("Mobile")
        await hand.press("<home>", "<enter>", "<enter>")
        assert "Mobile" not in hand.text()
        await hand.press("<delete>")
        assert "Kept as it is here." in hand.text()
        record = store.get("beneficiary", ghulam)
        assert record is not None
        assert (record.value("mobile"), record.value("trade_code")) == ("9419011439", "CARP")

        await hand.press("<escape>")
        assert "differ, kept as they are here" in hand.text()
        await hand.press("<enter>", "<enter>")
        assert "Perhaps the same person." in hand.text()
        assert ali in hand.text()
        await hand.press("<down>", "<enter>")
        assert "PMV1002" in hand.text()
        await hand.press("<enter>", "<escape>")
        assert "Make all records that only the portal has" in hand.text()
        await hand.press("<enter>", "<enter>")
        assert "[red]Zooni[/] Akhter" in hand.text()
        await hand.press("<enter>", "<enter>", "<escape>")
        assert "Nothing is left to decide." not in hand.text()  # one value is kept
        assert store.counts()["beneficiary"] == 3
        await hand.press("<ctrl+z>")
        assert store.counts()["beneficiary"] == 2
        await hand.press("x")
        assert "written to" in hand.text()


async def test_all_rows_are_taken_at_once(
    opened_app: At, store: Store, portal: Path, ghulam: str
) -> None:
    put(store, Toolkit, beneficiary_id=ghulam, state="SELECTED", selected_on=date(2026, 2, 1))
    portal.write_text(
        "Application ID,Beneficiary Name,Toolkit Status,Date of Delivery\n"
        "PMV1001,Ghulam M Bhat,Delivered,05-06-2026\n",
        encoding="utf-8",
    )
    async with opened_app() as hand:
        await hand.app.navigator.open_reconcile("toolkit")
        await hand.settle()
        await hand.press("<enter>")
        assert "Artisan: Portal number" in hand.line("Application ID")
        await hand.press("<ctrl+s>")
        assert "Compare these rows with the toolkits here" in hand.text()
        await hand.press("<ctrl+s>")
        await hand.press("<down>", "<enter>")
        assert "State" in hand.text()
        assert "Delivered" in hand.text()
        await hand.press("<enter>")
        assert "Nothing is left to decide." in hand.text()
        assert store.where("toolkit", state="DELIVERED")
        assert "portal, " in store.outbox.of(store.where("toolkit")[0].id)[-1].change.operator
        await hand.press("<enter>", "26 sep 2099")
        assert "26 Sep 2099 is still to come." in hand.text()
        await hand.press("<ctrl+u>", "26 sep 2025")
        await hand.press("<enter>")
        assert "The list is as of 26 Sep 2025" in hand.text()
        await hand.press("<ctrl+z>")
        assert store.where("toolkit", state="SELECTED")
        assert "Take all of the portal's values" in hand.text()


async def test_escape_stops_a_comparison(
    opened_app: At, store: Store, portal: Path, ghulam: str
) -> None:
    lines = "".join(f"PMV{n + 20000},Ali {'abcdefgh'[n % 8] * 4},,,Mason,,\n" for n in range(3000))
    portal.write_text(HEAD + lines, encoding="utf-8")
    async with opened_app() as hand:
        await hand.app.navigator.open_reconcile("beneficiary")
        await hand.settle()
        await hand.press("<enter>", "<enter>")
        hand.app.post_message(events.Key("ctrl+s", None))
        hand.app.post_message(events.Key("escape", None))
        await hand.settle()
        assert "Stopped. Nothing was changed." in hand.text()
    assert not list(store.home.glob("reconcile-*"))


async def test_it_is_offered_in_the_menu_and_on_a_list(
    opened_app: At, store: Store, portal: Path, ghulam: str
) -> None:
    portal.write_text(HEAD + "PMV1001,Ghulam Mohammad Bhat,,,,,\n", encoding="utf-8")
    async with opened_app() as hand:
        await hand.press("/", "portal", "<enter>")
        assert "Portal list" in hand.text()
        await hand.press("<escape>")
        await hand.app.navigator.open_list("beneficiary")
        await hand.settle()
        await hand.press("/", "compare", "<enter>")
        await hand.press("<enter>", "<enter>", "<enter>")
        assert "Nothing is left to decide." in hand.text()
