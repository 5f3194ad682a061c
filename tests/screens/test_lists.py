"""Lists: their columns, order, filters, and their export."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from tests.screens.conftest import artisan, put

from fieldkit.protocol.change import Op
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.declaration.roles import log_of_exports
from fieldkit.records.targets.entry_check import EntryCheck
from fieldkit.records.training.training_enrolment import TrainingEnrolment
from fieldkit.screens.lists.columns import columns, listed
from fieldkit.screens.lists.list_page import ListPage
from fieldkit.screens.look.text import text_of
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.screens.widgets.picker import Picker
from fieldkit.store import Edit, Store

if TYPE_CHECKING:
    from tests.screens.conftest import At, Hand


@pytest.fixture(autouse=True)
def home_of_the_person(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder of a person without any Documents in it."""
    home = tmp_path_factory.mktemp("person")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.delenv("FIELDKIT_HOME", raising=False)
    return home


@pytest.fixture
def three(store: Store) -> None:
    for name, village, trade in (
        ("Abdul Ahad Jan", "Nagam", "TAIL"),
        ("Farooq Mir", "Khag", "CARP"),
        ("Omar Lone", "Budgam", "CARP"),
    ):
        made = artisan(store, name, "Father Name", "", village)
        store.save([Edit(Beneficiary, {"trade_code": trade, "mobile": None}, made)], "Asha")


async def open_list(hand: Hand, name: str = "artisans") -> ListPage:
    await hand.press("/", f"list: {name}", "<enter>")
    page = hand.app.screen
    assert isinstance(page, ListPage)
    return page


def names(hand: Hand) -> list[str]:
    """The names in the first column, below the headings."""
    lines = hand.text().splitlines()
    start = next(n for n, line in enumerate(lines) if line.strip().startswith("NAME"))
    return [line[2:].partition("  ")[0] for line in lines[start + 1 :] if "s/o" in line]


def beside(line: str) -> str:
    """Return a line of the list without the panel at its right."""
    return re.split("[╭│╰]", line)[0].rstrip()


async def test_a_list_has_one_line_a_record_under_headings(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app(width=160) as hand:
        await open_list(hand)
        head = beside(hand.line("NAME")).split()
        assert head == ["NAME", "FATHER", "OR", "HUSBAND", "MOBILE", "VILLAGE", "TRADE", "STATUS"]
        assert hand.marked().split("  ")[0] == " Ghulam Mohammad Bhat"
        assert "s/o Tariq" not in hand.text()
        line = beside(hand.line("Tariq Lone"))
        assert "s/o Ali Lone" in line
        assert "94190 17710" in line
        assert "Carpenter" in line
        assert line.endswith("○")


async def test_the_log_of_exports_is_read_in_words_and_never_typed(
    opened_app: At, store: Store
) -> None:
    log = log_of_exports()
    entry: dict[str, Value] = {
        "exported_by": "Asha",
        "way": "export",
        "record_kind": "beneficiary",
        "records": 1,
    }
    store.save([Edit(log, entry)], "Asha")
    async with opened_app() as hand:
        await hand.app.navigator.open_list(log_of_exports().kind())
        await hand.press("<ctrl+n>")
        assert "Exports" in hand.text().splitlines()[0]
        assert "Ctrl+N" not in hand.text()
        assert hand.marked().split()[:5] == ["Asha", "export", "Artisans", "1", "○"]
        await hand.press("<enter>")
        assert "Export › History" in hand.text()
        assert "Number of records  1" in hand.text()


async def test_a_wide_list_shows_what_is_known_of_the_marked_record_beside_it(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app(width=120) as hand:
        await open_list(hand)
        assert hand.line("╭").rpartition("╭─ ")[2].startswith("Ghulam Mohammad Bhat ─")
        assert hand.line("  Abdul Ahad Bhat  ").endswith("│")
        await hand.press("<down>")
        assert hand.line("Father or husband").endswith("Ali Lone │")
        await hand.press("q", "x")
        assert "Ali Lone │" not in hand.text()
    async with opened_app(width=80) as hand:
        await open_list(hand)
        assert "╭" not in hand.text()


async def test_a_list_comes_part_by_part(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    store.load(
        [
            Edit(Beneficiary, {"name": f"Bashir {n:03}", "village": "Khag", "trade_code": "CARP"})
            for n in range(150)
        ],
        "Asha",
    )
    async with opened_app() as hand:
        page = await open_list(hand)
        picker = page.query_one(Picker)
        assert "152" in hand.line("Artisans")
        assert len(picker.answer.rows) < 152
        await hand.press("<end>")
        first = len(picker.answer.rows)
        await hand.press("<end>", "<end>", "<end>")
        assert first < len(picker.answer.rows) == 152
        assert "Tariq Lone" in hand.text()


async def test_a_letter_that_means_nothing_begins_to_find(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        page = await open_list(hand)
        await hand.press("zooni")
        assert "Zooni Akhter" not in hand.text()
        await hand.press("<escape>")
        assert hand.app.screen is page
        assert "Find" not in hand.text()
        await hand.press("tar", "<enter>")
        assert isinstance(hand.app.screen, RecordPage)
        assert hand.app.screen.record_id == block["tariq"]
        await hand.press("<escape>", "<escape>", "<escape>")
        assert hand.app.screen is not page


async def test_o_orders_a_list(opened_app: At, store: Store, three: None) -> None:
    async with opened_app() as hand:
        await open_list(hand)
        assert names(hand) == ["Abdul Ahad Jan", "Farooq Mir", "Omar Lone"]
        await hand.press("o")
        assert "1  Name" in hand.line("now")
        await hand.press("village", "<enter>")
        assert names(hand) == ["Omar Lone", "Farooq Mir", "Abdul Ahad Jan"]
        assert "ordered by Village" in hand.text()
        await hand.press("o", "1")
        assert names(hand) == ["Abdul Ahad Jan", "Farooq Mir", "Omar Lone"]
        assert "ordered by" not in hand.text()


async def test_f_narrows_a_list_by_a_choice_or_a_text(
    opened_app: At, store: Store, three: None
) -> None:
    async with opened_app() as hand:
        await open_list(hand)
        await hand.press("f", "carp", "<enter>")
        assert names(hand) == ["Farooq Mir", "Omar Lone"]
        assert "2 of 3" in hand.line("Artisans")
        assert "Trade Carpenter" in hand.text()
        await hand.press("mir")
        assert names(hand) == ["Farooq Mir"]
        await hand.press("<escape>", "f", "farooq")
        assert "Find farooq in this list" in hand.text()
        await hand.press("<enter>")
        assert names(hand) == ["Farooq Mir"]
        await hand.press("f", "<enter>")  # show all
        assert len(names(hand)) == 3


async def export(hand: Hand, digit: str) -> Path:
    await hand.press("x", digit)
    said = " ".join(hand.text().split())
    return Path(said.partition("exported to ")[2].partition(" Enter ")[0])


async def test_x_exports_the_list_as_it_is_narrowed(
    opened_app: At, store: Store, three: None, tmp_path: Path
) -> None:
    async with opened_app(width=200) as hand:
        await open_list(hand)
        await hand.press("f", "carp", "<enter>", "o", "village", "<enter>")
        path = await export(hand, "2")
        assert "2 artisans exported to" in hand.text()
        assert path.parent == tmp_path / "exports"
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert next(file).startswith("This file holds personal data.")
            assert [row["name"] for row in csv.DictReader(file)] == ["Omar Lone", "Farooq Mir"]
        if os.name == "posix":
            assert path.stat().st_mode & 0o077 == 0
            assert path.parent.stat().st_mode & 0o077 == 0
        again = await export(hand, "2")
        assert again != path
        await hand.press("f", "farooq", "<enter>")
        assert "found by farooq" in hand.text()
        assert "1 of 3" in hand.line("Artisans")
        book = openpyxl.load_workbook(await export(hand, "1"))
        rows = list(book["Records"].values)
        assert [row[rows[0].index("name")] for row in rows[1:]] == ["Farooq Mir"]


async def test_an_export_goes_where_people_look_for_files(
    opened_app: At, store: Store, three: None, home_of_the_person: Path
) -> None:
    (home_of_the_person / "Documents").mkdir()
    async with opened_app(width=200) as hand:
        await open_list(hand)
        path = await export(hand, "2")
        assert path.parent == home_of_the_person / "Documents"
        assert path.exists()


async def test_an_export_that_cannot_be_written_says_why(
    opened_app: At, store: Store, three: None, tmp_path: Path
) -> None:
    (tmp_path / "exports").write_text("a file in the way", encoding="utf-8")
    async with opened_app() as hand:
        await open_list(hand)
        await hand.press("x", "2")
        assert "could not be written" in " ".join(hand.text().split())


async def test_what_belongs_to_a_deleted_person_says_so(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    put(store, TrainingEnrolment, training_batch_id=block["batch"], beneficiary_id=block["ghulam"])
    put(store, Toolkit, beneficiary_id=block["tariq"], state="SELECTED")
    store.save([Edit(Beneficiary, {}, block["ghulam"], None, Op.DELETE)], "Asha")
    async with opened_app() as hand:
        for name in ("toolkits", "enrolments"):
            await open_list(hand, name)
            assert "of a deleted record" in hand.line("Ghulam Mohammad Bhat")
            if name == "toolkits":
                assert "of a deleted record" not in hand.line("Tariq Lone")
            await hand.press("<escape>")


def test_a_number_is_shown_though_the_name_has_it(store: Store) -> None:
    check = EntryCheck(id="7KQ2M9XD-1", operator="Operator 7", checked=7)
    shown = columns(EntryCheck)
    row = listed(store, check, shown, "")
    place = next(n for n, one in enumerate(shown) if one.field == "checked")
    assert text_of(row.cells[place])
