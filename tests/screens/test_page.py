from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from rich.cells import cell_len
from textual import events
from textual.widget import Widget

from fieldkit.plain_text import shown
from fieldkit.screens.base.app import AppBase
from fieldkit.screens.base.page import Page
from fieldkit.screens.look.parts import MARGIN, keys
from fieldkit.screens.widgets.bars import Sentence, TopBar


class Box(Widget, can_focus=True):
    """Collects what is typed; Enter opens the next page, slowly."""

    def __init__(self) -> None:
        super().__init__(id="box")
        self.typed = ""

    async def on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            await asyncio.sleep(0.01)
            await self.app.push_screen(Boxed())
        elif event.character:
            self.typed += event.character


class Boxed(Page[None]):
    KEYBOARD = "#box"
    KEYS = keys("Esc back")

    def content(self) -> Iterable[Widget]:
        yield Box()


class Trial(AppBase):
    def on_mount(self) -> None:
        self.push_screen(Boxed())


async def test_keys_typed_ahead_land_in_the_page_that_enter_opens(tmp_path: Path) -> None:
    app = Trial(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ["a", "b", "enter", "c", "d", "enter", "e", "escape", "f", "escape", "g"]:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        await app.keys_handled()
        assert app.screen_stack[-1].query_one(Box).typed == "abg"
        assert len(app.screen_stack) == 2


async def test_keys_after_enter_stay_in_order(tmp_path: Path) -> None:
    app = Trial(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ["a", "enter", "c", "d", "enter", "e"]:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        await app.keys_handled()
        typed = [screen.query_one(Box).typed for screen in app.screen_stack[1:]]
        assert typed == ["a", "cd", "e"]


async def test_a_sentence_and_a_hostile_title_stay_one_line(tmp_path: Path) -> None:
    app = Trial(tmp_path)
    async with app.run_test(size=(40, 12)) as pilot:
        page = app.screen
        assert isinstance(page, Boxed)
        page.set_header("[red]x[/]\x1b[31m\n\u202eabc" + "long " * 50)
        page.say("Not saved: the disk is full.", error=True)
        await pilot.pause()
        text = page.query_one("#where", TopBar).render_line(0).text
        assert text.startswith("▌[red]x[/]·[31m abc")
        assert cell_len(text) <= 40
        assert "\x1b" not in text


async def test_a_long_sentence_is_parted_at_a_word_and_moves_nothing(tmp_path: Path) -> None:
    app = Trial(tmp_path)
    async with app.run_test(size=(40, 12)) as pilot:
        page = app.screen
        assert isinstance(page, Boxed)
        before = page.query_one(Box).region
        page.say("The same number is on six other people. Is that right? Ctrl+S again.")
        await pilot.pause()
        sentence = page.query_one(Sentence)
        assert [sentence.render_line(y).text[MARGIN:].rstrip() for y in range(2)] == [
            "The same number is on six other",
            "people. Is that right? Ctrl+S again.",
        ]
        assert page.query_one(Box).region == before


def test_shown_keeps_scripts_and_drops_what_reorders() -> None:
    assert shown("ग़ुलाम غلام 🙂") == "ग़ुलाम غلام 🙂"
    assert shown("a\u202eb\x07c\x9b") == "ab·c·"


async def test_a_sentence_goes_when_another_page_opens(tmp_path: Path) -> None:
    app = Trial(tmp_path)
    async with app.run_test(size=(40, 12)) as pilot:
        page = app.screen
        assert isinstance(page, Boxed)
        page.say("Saved: Zooni Akhter", done=True)
        app.post_message(events.Key("enter", None))
        await pilot.pause()
        await app.keys_handled()
        app.post_message(events.Key("escape", None))
        await pilot.pause()
        await app.keys_handled()
        assert page in app.screen_stack[-1:]
        assert not page.query_one(Sentence).text
