"""A text box and the rows that answer it, as one widget with one queue of keys.

Find, lists, the menu and every choice use it. Each text typed is given to the ``source`` in the
background; the newest text wins, and Enter waits for the rows of the text that is shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.worker import Worker, WorkerError

from fieldkit.scan.keys import looks_scanned
from fieldkit.screens.look.drawn import Drawn
from fieldkit.screens.look.text import Cell, Text
from fieldkit.screens.widgets.box import box_line, framed_box
from fieldkit.screens.widgets.box_scan import BoxScan
from fieldkit.screens.widgets.rows import NUMBERED, Answer, Choice, RowLine, all_lines, lay_out
from fieldkit.screens.widgets.scrolling import View
from fieldkit.screens.widgets.typed import Typed

_FRAMED_FROM = 10
"""Lines of the widget from which the box has a frame."""

Source = Callable[[str], Awaitable[Answer]]
Runner = Callable[[Callable[[], Awaitable[object]]], Awaitable[bool]]
"""Runs an action and reports its errors to the operator; see :meth:`Page.run_reporting`."""


class Picker(Drawn, can_focus=True):
    """Type to narrow, Up and Down to move the mark, Enter to take the marked row."""

    DEFAULT_CSS = "Picker { height: 1fr; width: 1fr; }"

    class Marked(Message):
        """Another row is marked; None: none is."""

        def __init__(self, row: Choice | None) -> None:
            super().__init__()
            self.row = row

    class NothingMarked(Message):
        """Enter was pressed and no row is marked."""

    def __init__(
        self,
        source: Source,
        run: Runner,
        *,
        prompt: str = "",
        hint: str = "",
        empty: str = "",
        typing: bool = True,
        at_once: bool = False,
        id: str = "picker",  # noqa: A002
    ) -> None:
        """``hint``: what to type, in the frame of the box; ``empty``: shown without rows.

        ``typing`` False: there is no box, letters go to the page.
        ``at_once``: a digit takes the row it marks, without Enter.
        """
        super().__init__(id=id)
        self._source = source
        self._run_reporting = run
        self.prompt = prompt
        self.hint = hint
        self._empty = empty
        self.typing = typing
        self._at_once = at_once
        self.typed = Typed()
        self.take_scan: Callable[[str], Awaitable[object]] | None = None
        """What is done with a card that a scanner types into the box."""
        self._scan = BoxScan(self.typed)
        self.answer = Answer(mark=None)
        self._answered: str | None = None
        """The text that the rows answer; None: no rows came yet."""
        self._mark: int | None = None
        self._moved = False
        """Whether the mark was moved since the text was typed: a number then takes its row."""
        self._top = 0
        self._loading: Worker[None] | None = None
        self._drawn: list[RowLine] = []
        self._reported: Choice | None = None
        """The marked row that the page was last notified of."""

    # --- loading rows ---

    def on_mount(self) -> None:
        """Load the rows of the empty box."""
        self.reload()

    def reload(self, text: str | None = None) -> None:
        """Load the rows of what is typed, or of ``text`` put in its place."""
        if text is not None:
            self.typed.put(text)
            self._moved = False
        # A partial, not a coroutine: a load that the next key replaces is then never created.
        loading = partial(self._load, self.typed.text)
        self._loading = self.run_worker(loading, exclusive=True, group="rows")
        self.refresh()

    def start_over(self, text: str) -> None:
        """Show the rows of another question; the mark is where its answer puts it."""
        self._drawn = []
        self.reload(text)

    def reload_if_idle(self) -> None:
        """Load the rows again, unless they are being loaded."""
        if self._loading is None or self._loading.is_finished:
            self.reload()

    async def follow(self, *, from_top: bool = False) -> None:
        """Load the rows of the empty box again; the mark stays on its row.

        The row stays on its line of the screen; with ``from_top`` the first row is shown instead,
        if both fit. If the marked row is gone, nothing is marked: the next key must not take the
        row that moved into its place. Nothing happens while a text is typed.
        """
        while not self.typed.text and (self._loading is None or self._loading.is_finished):
            before = self.answer
            answer = await self._source("")
            while answer.more and len(answer.rows) < len(before.rows):
                answer = _joined(answer, await answer.more())
            if self.answer is before and not self.typed.text:
                self._replace(answer)
                if from_top:
                    self._top = 0
                    self._draw()
                return

    def surround(self, above: tuple[Cell, ...], after: tuple[Cell, ...]) -> None:
        """Show other lines above and after the same rows."""
        self.answer = self.answer._replace(above=above, after=after)
        self._draw()

    def _replace(self, answer: Answer) -> None:
        """Show other rows; the mark and the first visible row stay where they are."""
        marked, was = self.marked, self._mark
        on_last = was == len(self.answer.rows)
        rows = answer.rows
        if on_last and answer.last is not None:
            self._mark = len(rows)
        elif marked is not None and not any(map(marked.is_same, rows[was or 0 : (was or 0) + 1])):
            self._mark = next((n for n, row in enumerate(rows) if row.is_same(marked)), None)
        self.answer = answer
        if self._mark is not None and was is not None and not on_last and not answer.scrolls:
            self._top = max(self._top + self._mark - was, 0)
        self._draw()

    async def _load(self, text: str) -> None:
        answer = Answer(mark=None)

        async def fetch() -> None:
            nonlocal answer
            answer = await self._source(text)

        await self._run_reporting(fetch)
        place = self._place_in(answer) if self._drawn and text == self._answered else None
        self.answer, self._answered = answer, text
        self._mark = answer.mark if place is None else min(place, self._count - 1)
        if self._mark is not None and not 0 <= self._mark < self._count:
            self._mark = None
        if place is None or not answer.scrolls:
            self._top = 0
        self._draw()

    def _place_in(self, answer: Answer) -> int | None:
        """Return the place of the marked row in ``answer``; if it is gone, its old place."""
        marked, place = self.marked, self._mark
        if (
            marked is None
            or place is None
            or any(map(marked.is_same, answer.rows[place : place + 1]))
        ):
            return place
        return next((n for n, row in enumerate(answer.rows) if row.is_same(marked)), place)

    async def settled(self) -> None:
        """Wait until the rows are those of the text that is shown.

        It is no error if a newer load replaces the one waited for.
        """
        while self._loading is not None and not self._loading.is_finished:
            with suppress(WorkerError):
                # Shielded: cancelling the waiter does not cancel the worker.
                await asyncio.shield(self._loading.wait())

    @property
    def _count(self) -> int:
        return len(self.answer.rows) + (self.answer.last is not None)

    @property
    def marked(self) -> Choice | None:
        """The marked row, if any."""
        if self._mark is None or self._mark >= self._count:
            return None
        rows = self.answer.rows
        return rows[self._mark] if self._mark < len(rows) else self.answer.last

    @property
    def at_first(self) -> bool:
        """Whether the mark is on the first row, or nowhere."""
        return not self._mark

    # --- keys ---

    async def on_key(self, event: events.Key) -> None:
        """Handle keys for the box and the rows; leave the others to the page."""
        if (
            await self._scanned(event)
            or await self.own_key(event)
            or await self._take_number(event.character or "")
        ):
            event.stop()
            event.prevent_default()
            return
        if event.key in ("slash", "question_mark") and not self.typed.text:
            return
        if event.key == "escape" and self.typed.text:
            event.stop()
            self.reload("")
        elif event.key == "enter":
            event.stop()
            await self.enter()
        elif event.key == "delete" and not self.typed.text:
            event.stop()
            await self.remove_marked()
        elif await self._move(event.key):
            event.stop()
            event.prevent_default()
        elif self.typing:
            before = self.typed.text
            if self.typed.key(event.key, event.character):
                event.stop()
                event.prevent_default()
                await self._typed(before)

    async def own_key(self, event: events.Key, /) -> bool:  # noqa: ARG002
        """Handle a key in a way that only this kind of picker has; say whether that was done.

        A scanner's keys never come here.
        """
        return False

    async def on_paste(self, event: events.Paste) -> None:
        """Insert pasted text into the box."""
        event.stop()
        if looks_scanned(event.text):
            await self._read_scan(event.text.strip())
        elif self.typing:
            before = self.typed.text
            self.typed.insert(event.text.strip())
            await self._typed(before)

    @property
    def numbers(self) -> Sequence[int]:
        """The numbers of the rows on the screen that a digit takes now."""
        if not (self.answer.numbered and self._moved):
            return ()
        most = min(len(self.answer.rows), NUMBERED)
        shown = {line.row + 1 for line in self._drawn if line.row is not None}
        return sorted(number for number in shown if number <= most)

    async def _take_number(self, character: str) -> bool:
        """Take the row of a number that is on the screen; say whether the key was one.

        Before the mark was moved a digit is typed: it may begin a mobile or its last digits.
        """
        number = int(character) if character.isascii() and character.isdecimal() else 0
        if number not in self.numbers:
            return False
        self._mark = number - 1
        self._draw()
        await self.enter()
        return True

    async def _scanned(self, event: events.Key) -> bool:
        """Keep the keys of a scanner out of the box; say whether this is one of them."""
        if not self.typing or not self._scan.takes(event):
            return False
        if text := self._scan.take():
            await self._read_scan(text)
        elif self._answered != self.typed.text:
            self.reload()
        return True

    async def _read_scan(self, text: str) -> None:
        take = self.take_scan
        if take is not None:
            await self._run_reporting(lambda: take(text))

    async def _typed(self, before: str) -> None:
        if self.typed.text == before:
            self.refresh()
            return
        self._moved = False
        self.reload()
        if self._at_once and self.typed.text.isdigit():
            await self.settled()
            await self.enter()

    async def enter(self) -> None:
        """Do what the marked row does."""
        await self.settled()
        if self.marked is None:
            self.post_message(self.NothingMarked())
        elif self.in_sight():
            await self._run_reporting(self.marked.enter)

    async def remove_marked(self) -> None:
        """Do what Delete does on the marked row."""
        if self.marked is not None and self.marked.remove is not None and self.in_sight():
            await self._run_reporting(self.marked.remove)

    async def _move(self, key: str) -> bool:
        step = {"up": -1, "shift+tab": -1, "down": 1, "tab": 1}.get(key)
        page = max(self.size.height // 2 - 2, 1)
        jump = {"pageup": -page, "pagedown": page}.get(key)
        if step is None and jump is None:
            if key not in ("home", "end") or (self.typing and self.typed.text):
                return False
            step = -self._count if key == "home" else self._count
        await self.settled()
        if self.answer.scrolls and key in ("home", "end"):
            self._show(self._view.end(first=key == "home"))
        else:
            self._moved = True
            await self._shift(step or 0, jump or 0)
        return True

    async def step(self, step: int) -> None:
        """Move the mark, as Down and Up do."""
        await self._shift(step, 0)

    async def _shift(self, step: int, jump: int) -> None:
        if self.answer.scrolls:
            self._show(self._view.step(step) if step else self._view.jump(jump))
            return
        if not self._count:
            return
        goal = (-1 if self._mark is None and step + jump > 0 else self._mark or 0) + step + jump
        more = self.answer.more
        if goal >= len(self.answer.rows) and more is not None:

            async def fetch() -> None:
                self.answer = _joined(self.answer, await more())

            await self._run_reporting(fetch)
        if abs(step) == 1 and not 0 <= goal < self._count:
            goal %= self._count
        self._mark = min(max(goal, 0), self._count - 1)
        if self._mark == len(self.answer.rows):
            self._top = self._mark
        self._draw()

    # --- what scrolls as a whole ---

    @property
    def _view(self) -> View:
        lines = all_lines(self.answer, self._mark, self.size.width)
        return View(lines, self.size.height - self._box_height, self._top, self._mark)

    def _show(self, view: View) -> None:
        self._top, self._mark = view.top, view.mark
        self._draw()

    def show_after(self) -> None:
        """Bring the lines after the rows to the top."""
        view = self._view
        self._show(view.at(len(view.lines) - len(self.answer.after)))

    def in_sight(self) -> bool:
        """Say whether the marked row is on the screen; if it is not, bring it there.

        No key does anything to a row that is not seen.
        """
        if not self.answer.scrolls or self._view.sees_mark:
            return True
        self._show(self._view.with_mark_in_sight())
        return False

    # --- mouse ---

    async def on_click(self, event: events.Click) -> None:
        """Take the row under the pointer."""
        at = event.get_content_offset(self)
        place = at.y - self._box_height if at else -1
        if 0 <= place < len(self._drawn) and self._drawn[place].row is not None:
            self._mark = self._drawn[place].row
            self._draw()
            await self.enter()

    async def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move the mark down."""
        event.stop()
        await self._shift(0, 1)

    async def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move the mark up."""
        event.stop()
        await self._shift(0, -1)

    # --- drawing ---

    def on_resize(self) -> None:
        """Lay the rows out for the new size."""
        self._draw()

    @property
    def _box_height(self) -> int:
        if not self.typing:
            return 0
        return 3 if self.size.height >= _FRAMED_FROM else 1

    def _draw(self) -> None:
        """Lay out all lines and repaint those that changed."""
        before, (width, height) = self._drawn, self.size
        box = self._box_height
        current = self._answered == self.typed.text
        if self.answer.scrolls:
            self._drawn = self._view.shown
        else:
            self._drawn, self._top = lay_out(
                self.answer,
                self._mark,
                self._top,
                width,
                height - box,
                empty=self._empty if current else "",
                numbers="key" if self._moved else "dim",
            )
        changed = [
            Region(0, box + y, width, 1)
            for y in range(height - box)
            if before[y : y + 1] != self._drawn[y : y + 1]
        ]
        if box:  # the note in its frame may be another
            changed.append(Region(0, 0, width, 1))
        if changed:
            self.refresh(*changed)
        if self.marked is not self._reported:
            self._reported = self.marked
            self.post_message(self.Marked(self.marked))

    def render_line(self, y: int) -> Strip:
        """Draw one line: of the box, or one that was laid out."""
        width, box = self.size.width, self._box_height
        if y < box:
            return self.look.strip(self._box(width)[y], width)
        if y - box >= len(self._drawn):
            return self.look.strip("", width)
        _, text, surface, before = self._drawn[y - box]
        if not before:
            return self.look.strip(text, width, surface)
        left = sum(len(span.text) for span in before)
        beside = self.look.strip(text, width - left, surface)
        return Strip.join([self.look.strip(before, left), beside])

    def _box(self, width: int) -> list[Text]:
        """Return the lines of the box."""
        if self._box_height == 1:
            return [box_line(self.typed, self.prompt, width)]
        note = self.answer.note if self.typed.text else self.hint
        return framed_box(self.typed, self.prompt, note, width)


def _joined(first: Answer, second: Answer) -> Answer:
    return first._replace(rows=[*first.rows, *second.rows], more=second.more)
