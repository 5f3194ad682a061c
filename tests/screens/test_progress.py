"""Reports: counted beside the keys, drawn with bars, and each figure leads to its records."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan, put
from tests.screens.test_store_threads import ENDLESS
from textual import events

from fieldkit import cli
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.fields.formats import today
from fieldkit.records.targets.snapshot import Snapshot
from fieldkit.records.targets.target import Target
from fieldkit.screens.lists.list_page import ListPage
from fieldkit.screens.look.glyphs import CURSOR, FULL, HEIGHTS
from fieldkit.screens.lookup.export_page import ExportPage
from fieldkit.screens.progress.reports import report_page
from fieldkit.screens.progress.reports.kept import KeepPage, KeptPage
from fieldkit.screens.progress.reports.report_page import ReportPage
from fieldkit.store import Store

if TYPE_CHECKING:
    from tests.screens.conftest import At, Hand


@pytest.fixture
def toolkits(store: Store, block: dict[str, str]) -> dict[str, str]:
    """Three toolkits selected, of which one is handed over."""
    put(
        store,
        Toolkit,
        beneficiary_id=block["tariq"],
        state="SELECTED",
        selected_on=date(2026, 3, 1),
    )
    farooq = artisan(store, "Farooq Mir", "Ab Gani", "9419011111", "Nagam")
    put(
        store,
        Toolkit,
        beneficiary_id=farooq,
        state="DELIVERED",
        selected_on=date(2026, 1, 5),
        ordered_on=date(2026, 2, 1),
        delivered_on=date(2026, 5, 1),
    )
    return {**block, "farooq": farooq}


async def open_report(hand: Hand, words: str) -> ReportPage:
    await hand.press("9", "<enter>", words, "<enter>")
    page = hand.app.screen
    assert isinstance(page, ReportPage)
    return page


async def mark(hand: Hand, words: str) -> None:
    """Go down to the line with these words."""
    for _ in range(80):
        # A bar may hold the sign of the cursor, but no line begins with a bar.
        lines = hand.text().splitlines()[1:]
        if any(line.startswith(CURSOR) and words in line for line in lines):
            return
        await hand.press("<down>")
    raise AssertionError(hand.text())


async def test_a_report_has_a_line_with_a_bar_for_each_figure(
    opened_app: At, toolkits: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        assert "Block Chadoora, Budgam · everything up to today" in hand.text()
        selected, delivered = hand.line("Toolkits selected"), hand.line("Toolkits delivered")
        assert " 3  " in selected
        assert " 1  " in delivered
        assert selected.count(FULL) > 2 * delivered.count(FULL) > 0
        assert set(HEIGHTS[1:]) & set(selected.rpartition("  ")[2])  # by month


async def test_enter_on_a_figure_lists_exactly_its_records(
    opened_app: At, toolkits: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await mark(hand, "Toolkits delivered")
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, ListPage)
        assert "Toolkits delivered › Toolkits" in hand.text().splitlines()[0]
        assert "Farooq Mir" in hand.text()
        assert "Tariq" not in hand.text()
        await hand.press("tariq")
        assert "Nothing like that in this list." in hand.text()
        await hand.press("<escape>", "<escape>")
        assert isinstance(hand.app.screen, ReportPage)
        assert "Toolkits delivered" in hand.marked()


async def test_a_figure_that_follows_from_others_has_no_records(
    opened_app: At, toolkits: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await mark(hand, "Delivered of selected")
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, ReportPage)
        assert "There are no records behind" in hand.text()


async def test_keys_change_area_and_period(opened_app: At, toolkits: dict[str, str]) -> None:
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await hand.press("<left>")
        assert "District Budgam · everything" in hand.text()
        assert "Only records of Block Chadoora, Budgam are on this laptop" in hand.text()
        await hand.press("<left>", "<left>", "<left>")
        assert "J&K UT · everything" in hand.text()
        assert "This is the largest area." in hand.text()
        await hand.press("<right>", "<right>", "<right>")
        assert "Block Chadoora, Budgam · everything" in hand.text()
        await hand.press("[", "[")
        earlier = hand.text()
        assert "financial year" in earlier
        await hand.press("]", "]", "]")
        assert "There is no later period." in hand.text()
        assert "everything up to today" in hand.text()
        await hand.press("g", "khag", "<enter>")
        assert "Block Khag, Budgam" in hand.text()


async def test_targets_and_published_figures_stand_beside_what_is_recorded(
    opened_app: At, toolkits: dict[str, str], store: Store
) -> None:
    for kind, low, high in (("TARGET", 7, 9), ("REPORTED", 1_54_881, None)):
        put(
            store,
            Target,
            metric="toolkits_selected",
            target_kind=kind,
            low=low,
            high=high,
            source="A review",
            district=2,
            block=16,
        )
    async with opened_app() as hand:
        await open_report(hand, "targets")
        heads = hand.line("FIGURE").split()
        assert [one for one in heads if one in ("TARGET", "REPORTED")] == ["TARGET", "REPORTED"]
        line = hand.line("PMV toolkits selected").split()
        assert line[3:] == ["7-9", "3", "1,54,881"] or line[3:6] == ["7-9", "3", "42.9%"]
        await mark(hand, "PMV toolkits selected")
        await hand.press("<enter>")
        assert "1,54,881" in hand.line("Reported")
        assert "1,54,884" not in hand.text()
        await mark(hand, "Recorded in all")
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, ListPage)
        assert "3" in hand.text().splitlines()[0]


async def test_keys_go_on_while_a_report_is_counted(
    opened_app: At, toolkits: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(store: Store, _wanted: object) -> None:
        store.query(lambda connection: connection.exec_driver_sql(ENDLESS))

    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        with monkeypatch.context() as slow:
            slow.setattr(report_page, "read_table", endless)
            hand.app.post_message(events.Key("left_square_bracket", "["))
            while "Counting ..." not in hand.text():
                await asyncio.sleep(0.05)
        # What is asked next stops it, as leaving the page does.
        await hand.press("]")
        assert "Toolkits selected" in hand.text()
        with monkeypatch.context() as slow:
            slow.setattr(report_page, "read_table", endless)
            hand.app.post_message(events.Key("left_square_bracket", "["))
            hand.app.post_message(events.Key("escape", None))
            while isinstance(hand.app.screen, ReportPage):
                await asyncio.sleep(0.05)
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, ReportPage)


async def test_a_report_and_the_note_are_written_to_files(
    opened_app: At, toolkits: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path))
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await hand.press("x")
        assert isinstance(hand.app.screen, ExportPage)
        await hand.press("csv", "<enter>")
        await hand.settle()
        assert isinstance(hand.app.screen, ReportPage)
        await hand.press("p", "1")
        await hand.settle()
        for _ in range(100):
            if "exported" in hand.text():
                break
            await hand.pilot.pause(0.05)
        day = today().isoformat()
        # However long the name of the folder is, the file can be found by what is said.
        assert f"Budgam {day}.html" in " ".join(hand.text().split())
    names = {path.name for path in (tmp_path / "exports").iterdir()}
    assert {f"Review note, Block Chadoora, Budgam {day}.html"} < names
    table = next(path for path in (tmp_path / "exports").iterdir() if path.suffix == ".csv")
    assert "toolkits_selected" in table.read_text(encoding="utf-8-sig").splitlines()[0]


# --- another day, and snapshots ---


async def test_a_report_is_shown_as_on_another_day(
    opened_app: At, toolkits: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await hand.press("h", "another", "<enter>")
        assert "the end of last month" in hand.text()
        await hand.press("1 feb 2099")
        assert "has not come yet" in hand.text()
        await hand.press("<escape>", "1 2 2026", "<enter>")
        assert "everything up to 01 Feb 2026" in hand.text()
        assert "Only what is dated up to that day counts" in hand.text()
        assert " 2  " in hand.line("Toolkits selected")  # Tariq's is of March
        assert " 0  " in hand.line("Toolkits delivered")
        await mark(hand, "Toolkits selected")
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, ListPage)
        assert "Farooq Mir" in hand.text()
        assert "Tariq" not in hand.text()
        await hand.press("<escape>", "[")
        assert "financial year 2025-26 up to 01 Feb 2026" in hand.text()
        await hand.press("h", "today", "<enter>")
        assert "up to" not in hand.line("financial year")
        assert " 3  " in hand.line("Toolkits selected")


async def test_a_year_that_the_day_does_not_reach_is_left(
    opened_app: At, toolkits: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await hand.press("[")
        assert "financial year" in hand.text()
        await hand.press("h", "another", "<enter>", "1 2 2020", "<enter>")
        assert "everything up to 01 Feb 2020" in hand.text()
        await hand.press("[")
        assert "financial year 2019-20 up to 01 Feb 2020" in hand.text()


async def keep(hand: Hand, name: str) -> None:
    await hand.press("h", "keep", "<enter>", name, "<enter>")


async def test_a_snapshot_stays_the_same_when_more_is_entered(
    opened_app: At, toolkits: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await keep(hand, "Before Eid")
        assert "Kept as “Before Eid”" in hand.text()
        put(
            store,
            Toolkit,
            beneficiary_id=artisan(store, "Nazir Dar", "Ali Dar", "9419022222"),
            state="DELIVERED",
            selected_on=date(2026, 1, 5),
            delivered_on=date(2026, 6, 1),
        )
        await hand.press("<left>", "<right>")
        assert " 2  " in hand.line("Toolkits delivered")
        await hand.press("h", "eid", "<enter>")
        assert isinstance(hand.app.screen, KeptPage)
        assert "wait › Snapshot" in hand.text().splitlines()[0]
        assert "Before Eid" in hand.line("by Asha. It stays the same")
        assert "It stays the same for ever, whatever" in " ".join(hand.text().split())
        assert "Block Chadoora, Budgam, as on" in hand.text()
        assert " 1  " in hand.line("Toolkits delivered")
        await mark(hand, "Toolkits delivered")
        await hand.press("<enter>")
        assert "A snapshot holds figures, not the records" in hand.text()
        await hand.press("<escape>")
        assert isinstance(hand.app.screen, ReportPage)


async def test_a_snapshot_kept_by_key_is_the_one_the_command_prints(
    opened_app: At,
    toolkits: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path))
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await keep(hand, "")
        await keep(hand, "Second")
        await hand.press("h", "keep", "<enter>", "second", "<escape>", "Second")
        assert "There is a snapshot “Second” already. Type another name." in hand.text()
        await hand.press("<enter>")
        assert "There is a snapshot “Second” already" in hand.text()
    assert cli.run(["report", "toolkit_ageing", "--block", "16", "--json"]) == 0
    counted = capsys.readouterr().out
    assert cli.run(["snapshot", "list", "--json"]) == 0
    kept = json.loads(capsys.readouterr().out)
    usual = f"toolkit_ageing Block Chadoora, Budgam {today().isoformat()}"
    assert [one["name"] for one in kept] == [usual, "Second"]
    places = {(one["report"], one["district"], one["block"], one["by"]) for one in kept}
    assert places == {("toolkit_ageing", 2, 16, "Asha")}
    for one in kept:
        assert cli.run(["snapshot", "show", one["name"], "--format", "json"]) == 0
        assert capsys.readouterr().out == counted


async def test_snapshots_of_other_areas_and_reports_are_told_apart(
    opened_app: At, toolkits: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await keep(hand, "Of the block")
        await hand.press("<left>")
        await keep(hand, "Of the district")
        await hand.press("h")
        lines = hand.text().splitlines()
        places = [
            next(n for n, line in enumerate(lines) if words in line)
            for words in (
                "SNAPSHOTS OF DISTRICT BUDGAM",
                "Of the district, as on",
                "SNAPSHOTS OF OTHER AREAS",
                "Of the block, as on",
            )
        ]
        assert places == sorted(places)
        await hand.press("<escape>", "<escape>", "<escape>", "<escape>")
        await open_report(hand, "r1")
        await hand.press("h")
        assert "Of the" not in hand.text()


async def test_the_total_of_a_snapshot_is_no_row_and_each_row_opens(
    opened_app: At, toolkits: dict[str, str], store: Store
) -> None:
    nazir = artisan(store, "Nazir Dar", "Ali Dar", "9419022222")
    put(store, Toolkit, beneficiary_id=nazir, state="SELECTED", district=2, block=15)
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await hand.press("<left>")
        await keep(hand, "Rows")
        await hand.press("h", "rows", "<enter>")
        assert " 4  " in hand.line("Toolkits selected")
        await mark(hand, "Beerwah")
        assert not any(line.strip().startswith("Total") for line in hand.text().splitlines())
        await hand.press("<enter>")
        assert "› Beerwah" in hand.text().splitlines()[0]
        assert " 1  " in hand.line("Toolkits selected")
        await hand.press("<escape>")
        assert isinstance(hand.app.screen, KeptPage)
        assert " 4  " in hand.line("Toolkits selected")


async def test_the_review_note_is_of_the_day_that_is_shown(
    opened_app: At, toolkits: dict[str, str], tmp_path: Path
) -> None:
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await hand.press("h", "another", "<enter>", "1 2 2026", "<enter>", "p", "1")
        await hand.settle()
        for _ in range(100):
            if "exported" in hand.text():
                break
            await hand.pilot.pause(0.05)
    (note,) = (tmp_path / "exports").iterdir()
    assert "01 Feb 2026" in note.read_text(encoding="utf-8")


async def test_only_what_was_asked_for_is_kept_or_exported(
    opened_app: At, toolkits: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(store: Store, _wanted: object) -> None:
        store.query(lambda connection: connection.exec_driver_sql(ENDLESS))

    async def keys(*names: str) -> None:
        for name in names:
            hand.app.post_message(events.Key(name, name if len(name) == 1 else None))
        await hand.pilot.pause(0.5)

    async with opened_app() as hand:
        page = await open_report(hand, "toolkits: how")
        with monkeypatch.context() as slow:
            slow.setattr(report_page, "read_table", endless)
            slow.setattr(report_page, "_PATIENCE", 60)
            await keys("left", "x")
            assert hand.app.screen is page
            assert "still being counted. Wait for it" in hand.text()
            await keys("h", *"keep", "enter")
            assert hand.app.screen is page
            assert "still being counted. Wait for it" in hand.text()
        await hand.press("<left>", "<right>")
        await keep(hand, "Of the district")
        assert "Kept as “Of the district”" in hand.text()


@pytest.mark.parametrize(
    ("role", "scope", "left", "said"),
    [
        ("operator", (2, 16), 0, "Only a laptop enrolled for a supervisor may keep a snapshot."),
        ("supervisor", (2, 16), 0, ""),
        ("supervisor", (2, 16), 1, "a snapshot of District Budgam would lack the others."),
        ("supervisor", (2, None), 1, ""),
        ("supervisor", (None, None), 3, "Only an administrator may keep a snapshot of J&K UT."),
        ("administrator", (None, None), 3, ""),
    ],
)
async def test_only_who_may_write_a_snapshot_is_asked_its_name(
    opened_app: At,
    toolkits: dict[str, str],
    store: Store,
    role: str,
    scope: tuple[int | None, int | None],
    left: int,
    said: str,
) -> None:
    store.access.enrol("http://localhost", "t", role, *scope, 1)
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await hand.press(*["<left>"] * left)
        while hand.app.screen._found.wanted.area != hand.app.screen._wanted.area:  # type: ignore[attr-defined]
            await asyncio.sleep(0.05)
        await hand.press("h", "keep", "<enter>")
        assert isinstance(hand.app.screen, ReportPage if said else KeepPage)
        assert said in " ".join(hand.text().split())


async def test_a_snapshot_that_a_newer_fieldkit_kept_says_so(
    opened_app: At, toolkits: dict[str, str], store: Store
) -> None:
    put(store, Snapshot, report="toolkit_ageing", name="Odd", content="z85:", district=2, block=16)
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await hand.press("h", "odd", "<enter>")
        assert "was kept by a newer fieldkit" in hand.text()


# --- divisions ---


def elsewhere(store: Store) -> None:
    """Select two toolkits in Jammu, one in another district of Kashmir, one in another block."""
    for n, (district, block) in enumerate(((7, 6970), (7, 6970), (1, 1), (2, 15))):
        one = artisan(store, f"Nazir {'ABCD'[n] * 4}", "Ali Dar", f"941902222{n}")
        put(store, Toolkit, beneficiary_id=one, state="SELECTED", district=district, block=block)


async def test_the_whole_territory_by_division_leads_to_districts_and_blocks(
    opened_app: At, toolkits: dict[str, str], store: Store
) -> None:
    elsewhere(store)
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await hand.press("o")
        assert "by division" not in hand.text()
        await hand.press("<escape>", "<left>", "<left>", "<left>", "o", "division", "<enter>")
        assert "J&K UT · everything up to today · by division" in hand.text()
        assert " 7  " in hand.line("Toolkits selected")
        await mark(hand, "Kashmir")
        assert hand.line(f"{CURSOR} Kashmir").split()[2] == "5"
        assert hand.line("  Jammu").split()[1] == "2"
        await hand.press("<enter>")
        assert "Kashmir division · everything up to today · by area" in hand.text()
        await mark(hand, "Budgam")
        await hand.press("<enter>")
        assert "District Budgam" in hand.text()
        await mark(hand, "Chadoora")
        await hand.press("<enter>")
        assert "Block Chadoora, Budgam" in hand.text()


async def test_an_area_chosen_from_rows_by_division_has_rows_by_area(
    opened_app: At, toolkits: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await open_report(hand, "toolkits: how")
        await hand.press("<left>", "<left>", "<left>", "o", "division", "<enter>")
        await hand.press("<right>")
        assert "Kashmir division · everything up to today · by area" in hand.text()
        await hand.press("<left>", "o", "division", "<enter>", "g", "khag", "<enter>")
        assert "Block Khag, Budgam · everything up to today · by area" in hand.text()


async def test_ranked_divisions_are_opened_too(
    opened_app: At, toolkits: dict[str, str], store: Store
) -> None:
    elsewhere(store)
    async with opened_app() as hand:
        await open_report(hand, "rankings")
        await hand.press("<left>", "<left>", "<left>", "o", "division", "<enter>")
        await mark(hand, "Kashmir")
        await hand.press("<enter>")
        assert "Kashmir division" in hand.text()
        assert "Budgam" in hand.text()
