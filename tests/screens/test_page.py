from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.widget import Widget

from fieldkit.plain_text import shown
from fieldkit.screens.base.app import AppBase
from fieldkit.screens.base.page import Line, Page, Sentence
from fieldkit.screens.widgets.cells import fit, two_lines


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
    KEYS = "Esc back"

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
        text = page.query_one("#where", Line).render().plain
        assert text.startswith("[red]x[/]·[31m abc")
        assert cell_len(text) <= 40
        assert "\x1b" not in text


async def test_a_long_sentence_is_parted_at_a_word_and_moves_nothing(tmp_path: Path) -> None:
    app = Trial(tmp_path)
    async with app.run_test(size=(40, 12)) as pilot:
        page = app.screen
        assert isinstance(page, Boxed)
        before = page.query_one(Box).region
        page.say("The same number is on six other people. Meant so? Ctrl+S again.")
        await pilot.pause()
        drawn = page.query_one(Sentence).render().plain
        assert drawn.split("\n") == [
            "The same number is on six other",
            "people. Meant so? Ctrl+S again.",
        ]
        assert page.query_one(Box).region == before


@given(st.text(), st.integers(1, 60))
def test_two_lines_fit_and_lose_no_word_that_has_room(text: str, width: int) -> None:
    first, rest = two_lines(text, width)
    assert cell_len(first) <= width
    assert cell_len(rest) <= width
    if not rest.endswith("~"):
        assert (first + rest).split() == shown(text).split() or f"{first} {rest}".split() == (
            shown(text).split()
        )


def test_shown_keeps_scripts_and_drops_what_reorders() -> None:
    assert shown("ग़ुलाम غلام 🙂") == "ग़ुलाम غلام 🙂"
    assert shown("a\u202eb\x07c\x9b") == "ab·c·"


def test_fit_is_exactly_as_wide_as_asked() -> None:
    for text in ("", "abc", "Ghulam Mohammad", "漢字漢字漢字", "x" * 10_000, "\u202e" * 99 + "ab"):
        assert cell_len(fit(text, 7)) == 7, text
    assert fit("Ghulam Mohammad", 7) == "Ghulam~"
    assert fit("12", 5, right=True) == "   12"
