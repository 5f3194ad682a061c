"""A text box and the rows that answer it, as one widget with one queue of keys.

Find, lists, the menu and every choice use it. Each text typed is given to the ``source`` in the
background; the newest text wins, and Enter waits for the rows of the text that is shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import Worker, WorkerError

from fieldkit.plain_text import shown
from fieldkit.screens.widgets.cells import column_widths, fit
from fieldkit.screens.widgets.typed import Typed

WIDE = 110
"""From this width on a row's second line stands beside the first."""


async def stay() -> None:
    """Do nothing: the row is only to be read."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A row: its cells, and what Enter on it does."""

    cells: tuple[str, ...]
    enter: Callable[[], Awaitable[object]] = stay
    below: tuple[str, ...] = ()
    """Cells of a second line; on a wide screen they follow the first."""
    remove: Callable[[], Awaitable[object]] | None = None
    """What Delete on it does."""
    key: str = ""
    """Identifies the row when its cells change; empty: the cells do."""
    head: str = ""
    """A line above the row, which is the first of a group."""

    def is_same(self, other: Choice) -> bool:
        """Say whether both rows stand for the same thing."""
        return self.key == other.key if self.key or other.key else self.cells == other.cells


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source returns for one text."""

    rows: Sequence[Choice] = ()
    last: Choice | None = None
    """A row that stays visible under the others: "None of these: ..."."""
    mark: int | None = 0
    """The marked row; the number of rows marks ``last``; None marks nothing."""
    above: tuple[str, ...] = ()
    """Plain lines between the box and the rows."""
    right: frozenset[int] = frozenset()
    """Columns that are right-aligned."""
    more: Callable[[], Awaitable[Answer]] | None = None
    """Fetches the rows after these, when the mark goes beyond them."""


Source = Callable[[str], Awaitable[Answer]]
Runner = Callable[[Callable[[], Awaitable[object]]], Awaitable[bool]]
"""Runs an action and reports its errors to the operator; see :meth:`Page.run_reporting`."""


class Picker(Widget, can_focus=True):
    """Type to narrow, Up and Down to move the mark, Enter to take the marked row."""

    DEFAULT_CSS = "Picker { height: 1fr; width: 1fr; }"

    def __init__(
        self,
        source: Source,
        run: Runner,
        *,
        prompt: str = "",
        empty: str = "",
        typing: bool = True,
        at_once: bool = False,
        id: str = "picker",  # noqa: A002
    ) -> None:
        """``empty``: shown without rows; ``typing`` False: there is no box, letters go to the page.

        ``at_once``: a digit takes the row it marks, without Enter.
        """
        super().__init__(id=id)
        self._source = source
        self._run_reporting = run
        self.prompt = prompt
        self._empty = empty
        self._typing = typing
        self._at_once = at_once
        self.typed = Typed()
        self.answer = Answer(mark=None)
        self._answered = ""
        self._mark: int | None = None
        self._top = 0
        self._loading: Worker[None] | None = None
        self._drawn: list[tuple[int | None, Strip]] = []

    # --- loading rows ---

    def on_mount(self) -> None:
        """Load the rows of the empty box."""
        self.reload()

    def reload(self, text: str | None = None) -> None:
        """Load the rows of what is typed, or of ``text`` put in its place."""
        if text is not None:
            self.typed.put(text)
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

    async def follow(self) -> None:
        """Load the rows of the empty box again; the mark stays on its row.

        The row stays on its line of the screen. If it is gone, nothing is marked: the next key must
        not take the row that moved into its place. Nothing happens while a text is typed.
        """
        while not self.typed.text and (self._loading is None or self._loading.is_finished):
            before = self.answer
            answer = await self._source("")
            while answer.more and len(answer.rows) < len(before.rows):
                answer = _joined(answer, await answer.more())
            if self.answer is before and not self.typed.text:
                self._replace(answer)
                return

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
        if self._mark is not None and was is not None and not on_last:
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
        elif self._typing:
            before = self.typed.text
            if self.typed.key(event.key, event.character):
                event.stop()
                event.prevent_default()
                await self._typed(before)

    async def on_paste(self, event: events.Paste) -> None:
        """Insert pasted text into the box."""
        event.stop()
        if self._typing:
            before = self.typed.text
            self.typed.insert(event.text.strip())
            await self._typed(before)

    async def _typed(self, before: str) -> None:
        if self.typed.text == before:
            self.refresh()
            return
        self.reload()
        if self._at_once and self.typed.text.isdigit():
            await self.settled()
            await self.enter()

    async def enter(self) -> None:
        """Do what the marked row does."""
        await self.settled()
        if self.marked is not None:
            await self._run_reporting(self.marked.enter)

    async def remove_marked(self) -> None:
        """Do what Delete does on the marked row."""
        if self.marked is not None and self.marked.remove is not None:
            await self._run_reporting(self.marked.remove)

    async def _move(self, key: str) -> bool:
        step = {"up": -1, "shift+tab": -1, "down": 1, "tab": 1}.get(key)
        page = max(self.size.height // 2 - 2, 1)
        jump = {"pageup": -page, "pagedown": page}.get(key)
        if step is None and jump is None:
            if key not in ("home", "end") or (self._typing and self.typed.text):
                return False
            step = -self._count if key == "home" else self._count
        await self.settled()
        await self._shift(step or 0, jump or 0)
        return True

    async def _shift(self, step: int, jump: int) -> None:
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

    # --- mouse ---

    async def on_click(self, event: events.Click) -> None:
        """Take the row under the pointer."""
        y = event.get_content_offset(self)
        if y is not None and y.y < len(self._drawn) and self._drawn[y.y][0] is not None:
            self._mark = self._drawn[y.y][0]
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

    def _draw(self) -> None:
        """Lay out all lines and repaint those that changed."""
        before = [strip for _, strip in self._drawn]
        self._drawn = self._lines(self.size.width, self.size.height)
        after = [strip for _, strip in self._drawn]
        changed = [
            Region(0, y, self.size.width, 1)
            for y in range(self.size.height)
            if before[y : y + 1] != after[y : y + 1]
        ]
        if changed:
            self.refresh(*changed)

    def _lines(self, width: int, height: int) -> list[tuple[int | None, Strip]]:
        head = 2 if self._typing else 0
        # Every strip has a style: without one Textual fails when colours are off (NO_COLOR).
        blank = Strip.blank(width, self.rich_style)
        lines: list[tuple[int | None, Strip]] = [(None, blank)] * head
        lines += [(None, self._strip(text, width)) for text in self.answer.above]
        heads = [row.head for row in self.answer.rows]
        left = height - len(lines) - (2 if self.answer.last else 0) - sum(map(bool, heads))
        blocks = self._blocks(width)
        current = self._answered == self.typed.text
        if current and self._empty and not (self._count or self.answer.above):
            lines += [(None, self._strip("  " + self._empty, width))]
        each = max((len(block) for block in blocks), default=1)
        fits = max(left // each, 1)
        mark = self._mark if self._mark is not None and self._mark < len(blocks) else None
        if mark is not None:
            self._top = min(max(self._top, mark - fits + 1), mark)
        self._top = max(min(self._top, len(blocks) - fits), 0)
        for index in range(self._top, min(self._top + fits, len(blocks))):
            if heads[index]:
                lines.append((None, self._strip(heads[index], width)))
            lines += [(index, strip) for strip in blocks[index]]
        if self.answer.last is not None:
            lines.append((None, self._strip("  " + "-" * (width - 4), width, dim=True)))
            lines.append((len(blocks), self._row(self.answer.last.cells, [width - 3], len(blocks))))
        return lines[:height]

    def _blocks(self, width: int) -> list[list[Strip]]:
        """Return the one or two lines of each row, with aligned columns."""
        rows = self.answer.rows
        wide = width >= WIDE
        firsts = [row.cells + row.below if wide else row.cells for row in rows]
        sizes = column_widths(firsts, width - 3)
        blocks = [[self._row(cells, sizes, index)] for index, cells in enumerate(firsts)]
        if not wide:
            for index, (row, block) in enumerate(zip(rows, blocks, strict=True)):
                if row.below:
                    left, right = row.below[0], "  ".join(row.below[1:])
                    space = width - 6 - cell_len(shown(right))
                    block.append(
                        self._strip(
                            "     " + fit(left, space) + " " + right,
                            width,
                            dim=True,
                            marked=index == self._mark,
                        )
                    )
        return blocks

    def _row(self, cells: Sequence[str], sizes: Sequence[int], index: int) -> Strip:
        marked = index == self._mark
        text = "  ".join(
            fit(cell, size, right=column in self.answer.right)
            for column, (cell, size) in enumerate(zip(cells, sizes, strict=False))
            if size
        )
        return self._strip((" > " if marked else "   ") + text, self.size.width, marked=marked)

    def _strip(self, text: str, width: int, *, marked: bool = False, dim: bool = False) -> Strip:
        style = self.rich_style + Style(bold=marked, reverse=marked, dim=dim and not marked)
        return Strip([Segment(fit(text, width), style)], width)

    def render_line(self, y: int) -> Strip:
        """Return one line: the box, or one that was laid out."""
        width = self.size.width
        if self._typing and y == 0:
            return self._box(width)
        if y < len(self._drawn):
            return self._drawn[y][1]
        return Strip.blank(width, self.rich_style)

    def _box(self, width: int) -> Strip:
        base = self.rich_style
        label = f"  {shown(self.prompt)}  [" if self.prompt else "  ["
        size = max(width - cell_len(label) - 2, 4)
        text, cursor = self.typed.window(size)
        inner = fit(text, size) if cell_len(text) <= size else fit(text[: size + 1], size)
        left = Strip([Segment(inner, base + Style(bold=True))], size)
        return Strip.join(
            [
                Strip([Segment(label, base)]),
                left.crop(0, cursor),
                left.crop(cursor, cursor + 1).apply_style(Style(reverse=True)),
                left.crop(cursor + 1, size),
                Strip([Segment("] ", base)]),
            ]
        ).adjust_cell_length(width, base)


def _joined(first: Answer, second: Answer) -> Answer:
    return replace(first, rows=[*first.rows, *second.rows], more=second.more)
