from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan, put
from textual import events

from fieldkit.app import FieldkitApp
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.training.training_enrolment import TrainingEnrolment
from fieldkit.screens.base.header_status import HeaderStatus, read_status
from fieldkit.screens.form.form_page import FormPage
from fieldkit.screens.home.home_page import HomePage
from fieldkit.screens.records.list_page import ListPage
from fieldkit.screens.records.record_page import RecordPage
from fieldkit.screens.widgets.picker import Picker
from fieldkit.store import Edit, Store

if TYPE_CHECKING:
    from tests.screens.conftest import At


async def test_first_run_asks_name_district_and_block_typed_without_a_pause(
    opened_app: At, tmp_path: Path
) -> None:
    async with opened_app() as hand:
        assert "first time" in hand.text()
        await hand.press("asha jan", "<enter>", "budg", "<enter>", "chadoo", "<enter>")
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
        assert "1 toolkit over 30 days" in hand.text()
        assert "6 not sent" in hand.line("fieldkit")
        assert "Saved:" in hand.text()


async def test_typing_on_home_finds_and_a_lone_digit_opens_a_job(
    opened_app: At, block: dict[str, str]
) -> None:
    async with opened_app() as hand:
        await hand.press("9419011432")
        assert hand.line("Ghulam").startswith("  > Ghulam Mohammad Bhat  s/o Abdul Ahad")
        await hand.press("<escape>", "6", "<enter>")
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
            ["7", "Import"],
            ["8", "Sync"],
            ["6", "All", "lists", "9", "Change", "operator"],
        ]
        for key, character in (("1", "1"), ("enter", None)):
            app.post_message(events.Key(key, character))
        await pilot.pause()
        app.gate.set()
        await app.keys_handled()
        assert isinstance(app.screen, ListPage)
        app.post_message(events.Key("escape", None))
        await app.keys_handled()
        while "1 Register artisan" not in board(app)[0]:
            await pilot.pause(0.05)
        for before, after in zip(first, board(app), strict=True):
            assert all(word == " " or after[at] == word for at, word in enumerate(before))
        assert "4 Toolkit hand-over" in board(app)[0]
    app.close_store()


def board(app: FieldkitApp) -> list[str]:
    """Return the three lines of jobs on Home."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()][4:7]


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
        assert "is damaged or is not a fieldkit file" in " ".join(hand.text().split())
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

    def slow_open(home: Path) -> Store:
        loading.wait(30)
        return opens(home)

    monkeypatch.setattr(Store, "open", slow_open)
    app = FieldkitApp(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        try:
            for letter in "ghulam":
                await pilot.press(letter)
            picker = app.screen.query_one(Picker)
            while not picker.answer.rows:
                await pilot.pause()
            assert picker.answer.rows[0].cells[0] == "Ghulam Mohammad Bhat"
            app.post_message(events.Key("up", None))
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


async def test_the_help_names_the_keys_that_a_narrow_footer_leaves_out(
    opened_app: At, store: Store
) -> None:
    async with opened_app() as hand:
        for what, key in {
            "history": "h on its page",
            "receipt": "r on Sync",
            "give up": "Delete on Sync",
            "settle: keep": "1, 2, 3, m, t, e",
            "edit a": "e on its page",
        }.items():
            await hand.press("<f1>", what)
            assert key in hand.text(), what
            await hand.press("<escape>", "<escape>")


async def test_what_is_unfinished_is_thrown_away_when_asked_twice(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    async with opened_app() as hand:
        await hand.press("2", "<enter>", "<ctrl+n>", "Gulshan SHG", "<escape>", "<escape>")
        assert "Delete throw away" in hand.text()
        assert "> Unfinished: Gulshan SHG" in hand.text()
        await hand.press("<delete>")
        assert "Throw away what was typed? Press Delete again." in hand.text()
        await hand.press("z", "<escape>", "<delete>")
        assert len(store.drafts.of("Asha")) == 1
        await hand.press("<delete>")
        assert store.drafts.of("Asha") == []
        assert "Unfinished" not in hand.text()
        assert "Delete throw away" not in hand.text()


async def test_the_last_saved_are_the_operators_own_and_name_the_person_first(
    opened_app: At, block: dict[str, str], store: Store
) -> None:
    put(store, TrainingEnrolment, training_batch_id=block["batch"], beneficiary_id=block["tariq"])
    artisan(store, "Zooni Akhter", "Ab Gani", "9419011111")
    store.use_operator("Reyaz")
    store.save([Edit(SelfHelpGroup, {"name": "Wular SHG"})], "Reyaz")
    async with opened_app() as hand:
        assert hand.text().count("Saved: ") == 1
        assert "Saved: Wular SHG" in hand.text()
        await hand.press("<ctrl+o>", "2")
        assert "Saved: Zooni Akhter" in hand.text()
        assert "Saved: Tariq Lone, PMV basic" in hand.text()
        await hand.press("<enter>")
        assert isinstance(hand.app.screen, HomePage)


def test_nothing_is_said_of_sending_where_nothing_was_saved_and_no_server_is(
    tmp_path: Path, store: Store
) -> None:
    assert read_status(store, "").words() == "Asha"
    store.enrol("http://127.0.0.1:1", "token")
    assert read_status(store, "").words() == "Asha   all sent"
    put(store, SelfHelpGroup, name="Wular SHG")
    assert read_status(store, "").words() == "Asha   1 not sent"
    assert HeaderStatus("Asha", unsent=154881).words() == "Asha   1,54,881 not sent"
