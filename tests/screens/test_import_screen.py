from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest
from openpyxl import Workbook
from tests.screens.conftest import At, Hand
from textual import events

from fieldkit.files import Preview, preview
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Store, StoreError

ROSTER = (
    "Office of the BDO,,\nName of Beneficiary,Work,Mobile No.,Aadhaar\n"
    "[red]Zoona[/] Begum,Tailor (Darzi),9419011432,999941057058\n"
    "Ali Lone,Carpanter,9.41912E+09,\nReyaz Dar,Mason,9419011434,\n"
)


@pytest.fixture
def roster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    person = tmp_path / "person"
    (person / "Downloads").mkdir(parents=True)
    path = person / "Downloads" / "roster of artisans.csv"
    path.write_text(ROSTER, encoding="utf-8")
    monkeypatch.setattr(Path, "home", lambda: person)
    return path


async def opened(hand: Hand) -> None:
    await hand.app.navigator.open_import()
    await hand.settle()


async def test_a_roster_is_loaded_with_its_columns_corrected(
    opened_app: At, store: Store, roster: Path
) -> None:
    async with opened_app() as hand:
        await opened(hand)
        assert "roster of artisans.csv" in hand.text()
        await hand.press("<enter>", "<enter>")
        assert "left out" in hand.line("Work")
        assert "A needed column is missing: Trade" in hand.text()
        assert "999941057058" not in hand.text()
        assert "The heading says so." in hand.line("Aadhaar, last four")
        await hand.press("aadhaar", "<enter>")
        assert "7058 (last four)" in hand.text()
        await hand.press("<escape>", "work", "<enter>", "trade", "<enter>")
        assert "Trade" in hand.line("Work")
        assert "You chose this." in hand.line("Work")
        await hand.press("<ctrl+s>")
        assert "Tailor" in hand.line("Trade ")
        assert "Row 4 is not taken. Mobile" in hand.text()
        await hand.press("<ctrl+s>")
        assert "2 new" in hand.text()
        assert "1 rejected" in hand.text()
        assert "roster of artisans-rejected.csv" in hand.text()
        assert "999941057058" not in hand.text()
    names = [record.value("name") for record in store.each("beneficiary")]
    assert names == ["[red]Zoona[/] Begum", "Reyaz Dar"]
    assert [r.value("trade_code") for r in store.where(Beneficiary.kind(), name="Reyaz Dar")] == [
        "MASN"
    ]


async def test_enter_alone_loads_what_is_recognised(
    opened_app: At, store: Store, roster: Path
) -> None:
    roster.write_text("Name,Trade\nAli Lone,Mason\n", encoding="utf-8")
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("<enter>", "<enter>", "<enter>", "<enter>")
        assert "1 new" in hand.text()
    assert store.counts()["beneficiary"] == 1


async def test_likely_duplicates_are_named_with_their_file(
    opened_app: At, store: Store, roster: Path
) -> None:
    roster.write_text(
        "Name,Trade,Mobile,Year of Birth\n" + 2 * "Ali Lone,Mason,9419011434,1980\n",
        encoding="utf-8",
    )
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("<enter>", "<enter>", "<enter>", "<enter>")
        assert "1 may be the same as another record" in hand.text()
        assert "roster of artisans-duplicates.csv" in hand.text()


async def test_a_path_may_be_pasted_in_quotes(
    opened_app: At, store: Store, roster: Path, tmp_path: Path
) -> None:
    other = tmp_path / "a b.csv"
    other.write_text("Name,Trade\nAli Lone,Mason\n", encoding="utf-8")
    async with opened_app() as hand:
        await opened(hand)
        hand.app.post_message(events.Paste(f'"{other}"'))
        await hand.settle()
        assert "a b.csv" in hand.text()
        await hand.press("<enter>")
        assert "What it lists" in hand.text()


async def test_a_path_may_be_typed_from_its_slash(
    opened_app: At, store: Store, roster: Path
) -> None:
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("/", "no/such.csv")
        assert "/no/such.csv" in hand.text()
        assert "There is no folder /no." in hand.text()


async def test_what_is_no_table_is_said(opened_app: At, store: Store, roster: Path) -> None:
    roster.write_bytes(b"%PDF-1.7")
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("<enter>", "<enter>")
        assert "This is a PDF." in hand.text()


async def test_escape_stops_and_what_is_in_stays(
    opened_app: At, store: Store, roster: Path
) -> None:
    rows = "".join(f"Ali {'abcdefgh'[n % 8] * (n % 9 + 1)},Mason\n" for n in range(4000))
    roster.write_text("Name,Trade\n" + rows, encoding="utf-8")
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("<enter>", "<enter>", "<enter>")
        hand.app.post_message(events.Key("ctrl+s", None))
        hand.app.post_message(events.Key("escape", None))
        await hand.settle()
        assert "stopped before the end" in hand.text()
    assert 0 < store.counts()["beneficiary"] < 4000


async def test_a_load_that_failed_is_told_though_nothing_can_be_counted(
    opened_app: At, store: Store, roster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_given: object, **_named: object) -> None:
        raise StoreError("Another program is using the data file.")

    roster.write_text("Name,Trade\nAli Lone,Mason\n", encoding="utf-8")
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("<enter>", "<enter>", "<enter>")
        with monkeypatch.context() as patch:
            patch.setattr("fieldkit.files.load", busy)
            patch.setattr("fieldkit.screens.base.app.read_status", busy)
            await hand.press("<ctrl+s>")
        assert "Another program is using the data file." in hand.text()
        await hand.press("<ctrl+s>")
        assert "1 new" in hand.text()


async def test_escape_goes_back_one_step_at_a_time(
    opened_app: At, store: Store, roster: Path
) -> None:
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("<enter>", "<enter>", "work", "<enter>")
        await hand.press("<escape>", "<escape>", "<escape>")
        assert "a part of its name, or its path" in hand.text()
        await hand.press("<escape>")
        assert "a part of its name, or its path" not in hand.text()


TWO_NAMES = (
    "Name,Artisan Name,Trade\nGhulam Rasool,Mohd Rasool,Mason\nHaleema,Haleema Bano,Tailor\n"
)


async def test_two_columns_that_could_be_the_name_are_asked_about(
    opened_app: At, store: Store, roster: Path
) -> None:
    roster.write_text(TWO_NAMES, encoding="utf-8")
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("<enter>", "<enter>")
        assert "could be Name as on Aadhaar" in hand.text()
        assert "Mohd Rasool" in hand.line("Artisan Name  ")
        await hand.press("<ctrl+s>")
        assert "could be Name as on Aadhaar" in hand.text()
        await hand.press("<down>", "<enter>")
        assert "Name as on Aadhaar" in hand.line("Artisan Name  ")
        assert "left out" in hand.line(" Name ")
        await hand.press("<escape>")
        assert "could be Name as on Aadhaar" in hand.text()
        await hand.press("artisan", "<enter>", "<enter>")
        assert "NAME AS ON AADHAAR" in hand.text()
        assert "Mohd Rasool" in hand.line("row 2")
        await hand.press("<enter>")
        assert "2 new" in hand.text()
    assert [record.value("name") for record in store.each("beneficiary")] == [
        "Mohd Rasool",
        "Haleema Bano",
    ]


async def test_columns_may_be_chosen_from_the_list_of_them(
    opened_app: At, store: Store, roster: Path
) -> None:
    roster.write_text(TWO_NAMES, encoding="utf-8")
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("<enter>", "<enter>", "<up>", "<enter>")
        assert "left out" in hand.line("Artisan Name  ")
        await hand.press("artisan", "<enter>", "on aadhaar", "<enter>")
        assert "Name as on Aadhaar" in hand.line("Artisan Name  ")
        await hand.press("<ctrl+s>", "<ctrl+s>")
        assert "2 new" in hand.text()


async def test_the_sheet_is_asked_for_and_can_be_changed(
    opened_app: At, store: Store, roster: Path
) -> None:
    book = Workbook()
    for name, person in (("Magam", "Ali Lone"), ("Nagam", "Zoona Begum")):
        sheet = book.create_sheet(name)
        sheet.append(["Name", "Trade"])
        sheet.append([person, "Mason"])
    book.save(roster.with_suffix(".xlsx"))
    roster.unlink()
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("<enter>", "<enter>")
        assert "have the same headings" in hand.text()
        await hand.press("nagam", "<enter>")
        assert "one of 3 sheets" in hand.line("Sheet Nagam")
        await hand.press("<up>", "<enter>", "mag", "<enter>")
        assert "one of 3 sheets" in hand.line("Sheet Magam")
        await hand.press("<enter>", "<enter>")
        assert "1 new" in hand.text()
    assert [record.value("name") for record in store.each("beneficiary")] == ["Ali Lone"]


async def test_what_is_left_out_is_said_before_loading(
    opened_app: At, store: Store, roster: Path
) -> None:
    roster.write_text("Name,Trade\nAli,Mason\nZoona,Tailor\nTotal,2\n", encoding="utf-8")
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("<enter>", "<enter>")
        assert "total (row 4 “Total 2”)" in hand.text()


async def test_keys_typed_while_a_file_is_read_meet_what_they_meant(
    opened_app: At, store: Store, roster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster.write_text("Name,Trade\nAli Lone,Mason\n", encoding="utf-8")
    read, may_end = threading.Event(), threading.Event()

    def slow(path: Path, kind: str, **named: object) -> Preview:
        read.set()
        assert may_end.wait(10)
        return preview(path, kind)

    monkeypatch.setattr("fieldkit.files.preview", slow)
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("<enter>")
        hand.app.post_message(events.Key("enter", None))
        await asyncio.to_thread(read.wait, 10)
        assert "Reading the file" in hand.text()
        await hand.pilot.press("escape")
        assert "What it lists" in hand.text()
        may_end.set()
        await hand.press("<enter>", "<enter>", "<enter>")
        assert "1 new" in hand.text()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("zoona", 'or your home folder has "zoona" in its name.'),
        ("/no/such.csv", "There is no folder /no"),
        ("~/Downloads/zoona", 'No table has "zoona" in its name in the folder'),
        ("~/Downloads/empty", "There is no table in the folder"),
    ],
)
async def test_why_no_file_is_meant_is_said(
    opened_app: At, store: Store, roster: Path, typed: str, why: str
) -> None:
    (roster.parent / "empty").mkdir()
    home = roster.parent.parent
    async with opened_app() as hand:
        await opened(hand)
        await hand.press(typed.replace("~", str(home)))
        assert why in " ".join(hand.text().split())
        assert "No such file" not in hand.text()


async def test_a_part_of_a_files_name_narrows_the_list(
    opened_app: At, store: Store, roster: Path
) -> None:
    for n in range(50):
        later = roster.with_name(f"camp {n}.csv")
        later.write_text(ROSTER, encoding="utf-8")
        os.utime(later, (2e9 + n, 2e9 + n))
    async with opened_app() as hand:
        await opened(hand)
        assert "camp 49.csv" in hand.text()
        for part in ("artis", f"{roster.parent}/artis"):
            await hand.press("<ctrl+u>", part)
            assert "roster of artisans.csv" in hand.text()
            assert "camp" not in hand.text()


async def test_a_folder_where_the_program_was_started_does_not_hide_a_part_of_a_name(
    opened_app: At, store: Store, roster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here" / "roster").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    async with opened_app() as hand:
        await opened(hand)
        await hand.press("roster")
        assert "roster of artisans.csv" in hand.text()


async def test_every_field_of_the_first_rows_can_be_reached(
    opened_app: At, store: Store, roster: Path
) -> None:
    headings = (
        "Name,Father's Name,Mobile,Trade,Village,Gender,Category,Ration Card,Account No,IFSC,"
        "Bank,Monthly Income,Address,Remarks"
    )
    values = (
        "Ali Lone,Ab Gani,9419011432,Mason,Magam,M,GEN,RC 12,012345678901,JAKA0MAGAMX,"
        "J&K Bank,10000,Near the bridge,The last field"
    )
    roster.write_text(f"{headings}\n{values}\n{values}\n", encoding="utf-8")
    async with opened_app(80, 20) as hand:
        await opened(hand)
        await hand.press("<enter>", "<enter>")
        await hand.press("<ctrl+s>")
        assert "FIELD" in hand.text()
        assert "more" not in hand.text()
        for _ in range(14):
            if "The last" in hand.text():
                break
            await hand.press("<up>")
        assert "The last" in hand.text()
