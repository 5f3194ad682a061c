from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import Hand, artisan, put, reject
from textual import events

from fieldkit.app import FieldkitApp
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.training.training_enrolment import TrainingEnrolment
from fieldkit.screens.base.header_status import HeaderStatus, read_status
from fieldkit.screens.find.find_page import NewPage
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.home.figures import Figures, Need, figures
from fieldkit.screens.home.home_page import HomePage
from fieldkit.screens.lists.due_page import DuePage
from fieldkit.screens.look.chosen import keep_look
from fieldkit.screens.look.glyphs import MORE
from fieldkit.screens.look.look import Look
from fieldkit.screens.look.palette import CHINAR_LIGHT
from fieldkit.screens.look.text import joined, words_of
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.screens.sync.sync_page import SyncPage
from fieldkit.screens.widgets.picker import Picker
from fieldkit.store import Draft, Edit, Store
from fieldkit.store.write.drafts import Drafts

if TYPE_CHECKING:
    from tests.screens.conftest import At


async def test_first_run_asks_name_district_and_block_typed_without_a_pause(
    opened_app: At, tmp_path: Path
) -> None:
    async with opened_app() as hand:
        assert "first time" in hand.text()
        await hand.press("asha jan", "<enter>", "budg", "<enter>", "chadoo", "<enter>")
        assert "Protect this laptop" in hand.line("fieldkit")
        await hand.press("<escape>")
        assert isinstance(hand.app.screen, HomePage)
        assert "Block Chadoora, Budgam" in hand.text()
        device = await hand.app.ask(lambda store: store.device)
        assert device is not None
        assert (device.name, device.district, device.block) == ("Asha Jan", 2, 16)


async def test_first_run_escape_goes_back_one_question(opened_app: At) -> None:
    async with opened_app() as hand:
        await hand.press("asha", "<enter>", "jammu", "<enter>", "<escape>", "<escape>")
        assert "Your name" in hand.text()
        assert hand.app.screen.query_one(Picker).typed.text == "Asha"


async def test_home_says_what_is_here_and_escape_does_nothing(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("<escape>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)
        assert "2 artisans" in hand.text()
        assert "◷ 1 Toolkit selected" in hand.text()
        assert "6 not sent" in hand.line("fieldkit")
        assert "LAST SAVED" in hand.text()


async def test_the_line_of_keys_says_what_enter_does_with_the_marked_row(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("lone")
        assert "Enter open" not in hand.text()
        await hand.press("<down>")
        assert "Enter open" in hand.text()
        await hand.press("<down>")
        assert "Enter register" in hand.text()
        await hand.press("<escape>", "1", "<enter>", "lone")
        assert "Enter" not in hand.text()
        await hand.press("<down>")
        assert "Enter open" in hand.text()
        await hand.press("<down>")
        assert "Enter new" in hand.text()


async def test_typing_on_home_finds_and_a_lone_digit_opens_a_job(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("9419011432")
        assert hand.marked().startswith(" Ghulam Mohammad Bhat  s/o Abdul Ahad")
        await hand.press("<escape>", "6", "<enter>", "training")
        assert "Trainings" in hand.text()


async def test_keys_typed_before_the_store_is_open_wait_in_the_box(
    tmp_path: Path, block: dict[str, str]
) -> None:
    app = FieldkitApp(tmp_path)
    async with app.run_test() as pilot:
        for letter in "9419011432":
            app.post_message(events.Key(letter, letter))
        app.post_message(events.Key("enter", None))
        await pilot.pause()
        await app.keys_handled()
        assert isinstance(app.screen, RecordPage)
        assert app.screen.record_id == block["ghulam"]
    app.close_store()


async def test_the_first_paint_has_the_fixed_jobs_and_places_for_the_declared_ones(
    tmp_path: Path, block: dict[str, str]
) -> None:
    class Waiting(FieldkitApp):
        gate = asyncio.Event()

        async def open_store(self) -> None:
            await self.gate.wait()
            await super().open_store()

    app = Waiting(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        first = board(app)
        assert [line.split() for line in first] == [
            [],
            ["6", "All", "lists"],
            ["7", "Import", "8", "Sync", "9", "Progress"],
        ]
        for key, character in (("1", "1"), ("enter", None)):
            app.post_message(events.Key(key, character))
        await pilot.pause()
        app.gate.set()
        await app.keys_handled()
        assert isinstance(app.screen, NewPage)
        app.post_message(events.Key("escape", None))
        await app.keys_handled()
        while "1 Register artisan" not in board(app)[0]:
            await pilot.pause(0.05)
        for before, after in zip(first, board(app), strict=True):
            assert all(word == " " or after[at] == word for at, word in enumerate(before))
        assert "5 Toolkit hand-over" in board(app)[1]
    app.close_store()


def board(app: FieldkitApp) -> list[str]:
    """Return the three lines of jobs on Home."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()][6:9]


async def test_the_operator_is_known_before_any_key_counts(
    tmp_path: Path, block: dict[str, str]
) -> None:
    app = FieldkitApp(tmp_path)
    await app.open_store()
    assert app.operator == "Asha"
    app.close_store()


async def test_ctrl_c_does_not_quit_and_ctrl_q_does(opened_app: At, block: dict[str, str]) -> None:
    async with opened_app() as hand:
        await hand.press("<ctrl+c>")
        assert "Ctrl+Q quits" in hand.text()
        await hand.press("<ctrl+q>")
        assert hand.app.return_value is None or hand.app.return_value == 0
        assert not hand.app.is_running


async def test_a_damaged_file_is_one_sentence(opened_app: At, tmp_path: Path) -> None:
    (tmp_path / "fieldkit.sqlite3").write_bytes(b"this is no database at all" * 400)
    async with opened_app() as hand:
        said = " ".join(hand.text().replace("│", "").split())
        assert "is damaged or is not a fieldkit file" in said
        await hand.press("abc", "<enter>", "<escape>")
        assert "is damaged" in hand.text()


def test_a_second_one_on_the_same_home_is_refused(tmp_path: Path) -> None:
    from filelock import FileLock

    with FileLock(tmp_path / "fieldkit.lock"):
        second = subprocess.run(
            [
                sys.executable,
                "-c",
                f"from fieldkit.app import run; from pathlib import Path;"
                f"raise SystemExit(run(Path({str(tmp_path)!r})))",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    assert second.returncode == 2
    assert "already open" in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_home_loads_neither_records_nor_store() -> None:
    heavy = ["sqlmodel", "fieldkit.records", "fieldkit.store", "httpx", "openpyxl", "sqlalchemy"]
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, fieldkit.app; print([m for m in {heavy} if m in sys.modules])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == "[]"


async def test_a_fault_ends_in_one_sentence_and_a_log_without_data(tmp_path: Path) -> None:
    class Broken(FieldkitApp):
        async def action_sync(self) -> None:
            raise ValueError("Zooni Akhter 9419011432")

    app = Broken(tmp_path)
    try:
        async with app.run_test() as pilot:
            await pilot.press("f5")
    except ValueError:
        pass
    assert "error in the program" in app.fault
    log = next((tmp_path / "logs").iterdir()).read_text(encoding="utf-8")
    assert "ValueError" in log
    assert "action_sync" in log
    assert "Zooni" not in log
    app.close_store()


async def test_the_keys_of_the_whole_program_wait_until_the_first_run_is_done(
    opened_app: At,
) -> None:
    async with opened_app() as hand:
        await hand.press("/", "<ctrl+p>", "<f5>", "<ctrl+o>", "<f1>", "<escape>")
        assert "first time" in hand.text()


async def test_a_page_of_the_whole_program_opens_once(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("<f1>", "<f1>", "<ctrl+p>", "<ctrl+p>", "<ctrl+o>", "<ctrl+o>")
        assert len(hand.app.screen_stack) == 5
        await hand.press("<escape>", "<escape>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)


async def test_home_answers_from_the_file_while_the_records_load(
    store: Store, block: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading = threading.Event()
    opens = Store.open

    def slow_open(home: Path, *, key: bytes | None = None) -> Store:
        loading.wait(30)
        return opens(home, key=key)

    monkeypatch.setattr(Store, "open", slow_open)
    app = FieldkitApp(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        try:
            for letter in "ghulam":
                await pilot.press(letter)
            picker = app.screen.query_one(Picker)
            while not picker.answer.rows:
                await pilot.pause()
            assert words_of(picker.answer.rows[0].cells[0]) == "Ghulam Mohammad Bhat"
            app.post_message(events.Key("down", None))
            app.post_message(events.Key("enter", None))
        finally:
            loading.set()
        await app.opened()
        await app.keys_handled()
        await app.workers.wait_for_complete()
        assert isinstance(app.screen, RecordPage)


async def test_alt_and_ctrl_type_nothing(opened_app: At, block: dict[str, str]) -> None:
    async with opened_app() as hand:
        for key, character in (
            ("inverted_exclamation_mark", "\u00a1"),
            ("alt+a", "a"),
            ("ctrl+b", "\x02"),
            ("alt+\u00e9", "\u00e9"),
        ):
            hand.app.post_message(events.Key(key, character))
        await hand.press("zo")
        assert hand.app.screen.query_one(Picker).typed.text == "zo"
        await hand.press("<escape>", "1", "<enter>", "<ctrl+n>", "Zo")
        hand.app.post_message(events.Key("alt+a", "a"))
        hand.app.post_message(events.Key("infinity", "\u221e"))
        await hand.press("oni")
        form = hand.app.screen
        assert isinstance(form, FormPage)
        assert form.model is not None
        assert form.model.current.text == "Zooni"


async def test_the_help_names_the_keys_that_a_narrow_line_of_keys_leaves_out(
    opened_app: At, store: Store
) -> None:
    async with opened_app() as hand:
        for what, key in {
            "history": "h",
            "receipt": "r",
            "discard a change": "Delete",
            "settle: keep": "1, 2, 3",
            "edit the": "e",
            "toolkit": "k",
            "restore": "z",
        }.items():
            await hand.press("<f1>", what)
            found = [line.strip("▌ ").split("  ")[0] for line in hand.text().splitlines()[5:-3]]
            assert any(one.startswith(key) for one in found), what
            await hand.press("<escape>", "<escape>")


async def test_nothing_in_the_help_is_cut_at_80_columns(opened_app: At, store: Store) -> None:
    async with opened_app() as hand:
        await hand.press("<f1>")
        for _ in range(30):
            assert MORE not in hand.text()
            if hand.marked().startswith(" ◷ due"):
                break
            await hand.press("<pagedown>")
        assert hand.marked().startswith(" ◷ due")


async def test_what_is_unfinished_is_discarded_when_asked_twice(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("2", "<enter>", "<ctrl+n>", "Gulshan SHG", "<escape>", "<escape>")
        assert "Delete discard" in hand.text()
        assert hand.marked().split()[:3] == ["◌", "Gulshan", "SHG"]
        await hand.press("<down>")  # a record that is saved
        assert "Delete discard" not in hand.text()
        await hand.press("<up>")
        assert "Delete discard" in hand.text()
        await hand.press("<delete>")
        asked = "Discard Gulshan SHG (self-help group, unfinished)? Press Delete again."
        assert asked in hand.text()
        await hand.press("z", "<escape>", "<delete>")
        assert len(store.drafts.of("Asha")) == 1
        await hand.press("<delete>")
        assert store.drafts.of("Asha") == []
        assert "Discarded: Gulshan SHG" in hand.text()
        assert "unfinished" not in hand.text()
        assert "Delete discard" not in hand.text()


async def test_the_last_saved_are_the_operators_own_and_name_the_person_first(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    put(store, TrainingEnrolment, training_batch_id=block["batch"], beneficiary_id=block["tariq"])
    artisan(store, "Zooni Akhter", "Ab Gani", "9419011111")
    store.use_operator("Reyaz")
    store.save([Edit(SelfHelpGroup, {"name": "Wular SHG"})], "Reyaz")
    async with opened_app() as hand:
        assert hand.text().count("not sent yet") == 1
        assert "○ Wular SHG" in hand.text()
        await hand.press("<ctrl+o>", "2")
        assert "○ Zooni Akhter" in hand.text()
        assert "○ Tariq Lone, Carpentry" in hand.text()
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, HomePage)


def test_nothing_is_said_of_sending_where_nothing_was_saved_and_no_server_is(
    tmp_path: Path, store: Store
) -> None:
    assert said(read_status(store, "")) == "Asha"
    store.access.enrol("http://127.0.0.1:1", "token")
    assert said(read_status(store, "")) == "Asha  ✓ all sent"
    put(store, SelfHelpGroup, name="Wular SHG")
    assert said(read_status(store, "")) == "Asha  ↑ 1 not sent"
    assert said(HeaderStatus("Asha", unsent=154881)) == "Asha  ↑ 1,54,881 not sent"


def said(status: HeaderStatus) -> str:
    """Return what the bar says at its right end."""
    return words_of(joined(status.chips()))


# --- what Home says, and where its mark stands ---


async def test_a_sentence_about_what_was_done_goes_with_the_next_save(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press(block["zooni"], "<enter>", "d", "d")
        assert "Deleted: " in hand.text()
        await hand.press("mehnaz dar", "<ctrl+n>", "d", "<enter>", "ali dar", "<enter>")
        await hand.press("<ctrl+s>", "<escape>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)
        assert "Deleted: " not in hand.text()
        assert "Saved: " not in hand.text()


async def test_a_sentence_about_what_was_done_goes_when_the_next_search_begins(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press(block["zooni"], "<enter>", "d", "d")
        assert "Deleted: " in hand.text()
        await hand.press("tariq")
        assert "Deleted: " not in hand.text()


async def test_the_draft_just_left_is_marked_and_delete_asks_about_it(
    opened_app: At, block: dict[str, str], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Gulshan SHG", "Wular SHG"):
        store.drafts.keep(Draft("self_help_group", "Asha", texts={"name": name}))
    later = store.now() + 60
    async with opened_app() as hand:
        monkeypatch.setattr(Drafts, "clock", lambda _: later)
        while "Gulshan" not in hand.marked():
            await hand.press("<down>")
        await hand.press("<enter>", "<down>", "Nagam", "<enter>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)
        assert "Gulshan SHG" in hand.marked()
        await hand.press("<delete>")
        assert "Discard Gulshan SHG" in hand.text()


async def test_a_new_draft_just_left_is_marked(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    store.drafts.keep(Draft("self_help_group", "Asha", texts={"name": "Wular SHG"}))
    async with opened_app() as hand:
        assert "Wular SHG" in hand.marked()
        await hand.press("<ctrl+n>", "Mehnaz Dar", "<enter>", "<escape>")
        assert isinstance(hand.app.screen, HomePage)
        assert "Mehnaz Dar" in hand.marked()


async def test_the_job_to_register_looks_for_the_person_first(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("1", "<enter>", "tariq lone")
        assert isinstance(hand.app.screen, NewPage)
        assert hand.marked().startswith(" Tariq Lone")
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, RecordPage)
        await hand.press("<escape>", "<ctrl+u>", "nasreen mir")
        assert hand.marked().startswith(" + Register Nasreen Mir")
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, FormPage)
        assert "Nasreen Mir" in hand.text()


async def test_what_needs_the_operator_is_reached_by_down_and_opened_by_enter(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    reject(store, {1: "Name missing"}, "name")
    async with opened_app() as hand:
        assert hand.marked() == ""
        await hand.press("<down>")
        assert hand.marked().split() == ["▲", "1", "returned", "to", "you"]
        assert hand.line("returned to you").startswith("  2 artisans")
        assert "8 Sync  1" in hand.text()
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, SyncPage)
        await hand.press("<escape>", "<down>")
        assert hand.marked().split()[:3] == ["◷", "1", "Toolkit"]
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, DuePage)
        assert "1 due" in hand.text().splitlines()[0]


async def test_what_is_due_is_opened_as_a_whole_or_by_its_sort(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    other = artisan(store, "Zooni Akhter", "Ab Gani", "9419011111")
    for who in (block["tariq"], other):
        put(store, Toolkit, beneficiary_id=who, state="ORDERED", ordered_on=date(2026, 2, 1))
    async with opened_app() as hand:
        await hand.press("<down>")
        assert hand.marked().split()[:3] == ["◷", "3", "due,"]
        await hand.press("<enter>")
        assert "3 due" in hand.text().splitlines()[0]
        await hand.press("<escape>", "<down>")
        assert hand.marked().split()[:4] == ["◷", "2", "Toolkit", "ordered;"]
        await hand.press("<enter>")
        assert "2 of 3 due" in hand.text().splitlines()[0]
        assert "Work Toolkit ordered" in hand.text()
        assert "Zooni Akhter" in hand.text()
        assert "Ghulam" not in hand.text()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 36), (60, 20), (110, 24)])
async def test_nothing_moves_when_the_figures_come(
    tmp_path: Path, block: dict[str, str], width: int, height: int
) -> None:
    class Waiting(FieldkitApp):
        gate = asyncio.Event()

        async def open_store(self) -> None:
            await self.gate.wait()
            await super().open_store()

    app = Waiting(tmp_path)
    app.gate = asyncio.Event()
    async with app.run_test(size=(width, height)) as pilot:
        await pilot.pause()
        first = screen_of(app)[1:]
        app.gate.set()
        while "artisans" not in "".join(screen_of(app)):
            await pilot.pause(0.05)
        await app.workers.wait_for_complete()
        for before, after in zip(first, screen_of(app)[1:], strict=True):
            assert all(
                word == " " or after[at : at + 1] == word for at, word in enumerate(before)
            ), (before, after)
    app.close_store()


def screen_of(app: FieldkitApp) -> list[str]:
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20), (120, 36)])
async def test_all_of_home_is_seen_at_once(
    opened_app: At, block: dict[str, str], width: int, height: int
) -> None:
    async with opened_app(width=width, height=height) as hand:
        for words in (
            *("1 Register artisan", "9 Progress", "TODAY", "NEEDS YOU", "2 artisans"),
            *("◷ 1 Toolkit", "UNFINISHED AND LAST SAVED", "○ Ghulam Mohammad", "Ctrl+Q quit"),
        ):
            assert words in hand.text(), words
        assert ("last 14 days" in hand.text()) == (height > 20)
        assert ("Server" in hand.text()) == (width >= 110)


async def test_an_unfinished_form_hides_nothing_that_needs_the_operator(
    opened_app: At, block: dict[str, str], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crowded(store: Store, operator: str) -> Figures:
        found = figures(store, operator)
        words = ("sent back", "returned to you", "to settle", "same person?", "to check")
        return found._replace(needs=[Need("1", one, one) for one in words])

    monkeypatch.setattr("fieldkit.screens.home.figures.figures", crowded)
    store.drafts.keep(Draft("self_help_group", "Asha", texts={"name": "Wular SHG"}))
    async with opened_app() as hand:
        assert "Wular SHG" in hand.marked()
        assert hand.line("1 sent back").startswith("  2 artisans")
        assert hand.text().index("to check") < hand.text().index("1 Toolkit")


async def test_the_days_are_drawn_with_their_sum(opened_app: At, block: dict[str, str]) -> None:
    async with opened_app() as hand:
        line = hand.line("Artisans, last 14 days")
        assert "▁▁▁▁▁▁▁▁▁▁▁▁▁█  2, and 0 in the 14 days before" in line


async def test_colours_and_signs_are_chosen_in_the_menu_and_kept_for_the_operator(
    tmp_path: Path, block: dict[str, str], store: Store
) -> None:
    store.use_operator("Reyaz")
    store.use_operator("Asha")
    app = FieldkitApp(tmp_path, None)
    app._fitting = Look()  # as in a terminal of many colours
    async with app.run_test(size=(80, 24)) as pilot:
        hand = Hand(pilot, app)
        await hand.settle()
        await hand.press("/", "light", "<enter>")
        assert app.look.palette is CHINAR_LIGHT
        assert "✓ now" in hand.line("Chinar, light")
        await hand.press("<ctrl+u>", "plain letters", "<enter>")
        assert app.look.glyphs == "ascii"
        assert hand.text().isascii()
        await hand.press("<escape>", "<escape>", "<ctrl+o>", "2")
        assert app.operator == "Reyaz"
        assert app.look == Look()
        await hand.press("<ctrl+o>", "2")
        assert app.look == Look(CHINAR_LIGHT, "ascii")
    app.close_store()


async def test_the_look_of_another_operator_ends_when_the_data_is_open(
    store: Store, tmp_path: Path, opened_app: At
) -> None:
    keep_look(tmp_path, "Reyaz", glyphs="classic")
    store.close()
    turns = sys.getswitchinterval()
    async with opened_app() as hand:
        assert hand.app.operator == "Asha"
        assert hand.app.look.glyphs != "classic"
        assert sys.getswitchinterval() == turns
