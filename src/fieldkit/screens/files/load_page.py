"""The loading of a spreadsheet, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from textual.message import Message
from textual.widget import Widget

from fieldkit.screens.base.app import is_sentence
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.files.remarks import counts, files_written, fitted
from fieldkit.screens.files.steps import step_line
from fieldkit.screens.look.charts import progress_line
from fieldkit.screens.look.drawn import Lines
from fieldkit.screens.look.parts import heading, keys
from fieldkit.screens.look.text import Cell, Span, wrapped
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.files import Choices, Loaded
    from fieldkit.records import Record

_LINE = 40
"""Most cells of the line that shows how far loading is."""
_LONGEST = 6
"""Most lines of a reason or a note."""


class Progressed(Message):
    """Rows were loaded."""

    def __init__(self, rows: int, done: int, total: int) -> None:
        super().__init__()
        self.rows, self.done, self.total = rows, done, total


class LoadPage(PickerPage[str]):
    """Loads at once; then the result.

    It ends with None if the person leaves, with a fault as a sentence, or empty for another file.
    """

    KEYS = keys("Esc stop; imported rows stay")

    def __init__(self, kind: type[Record], path: Path, choices: Choices | None) -> None:
        """``choices``: what the person has decided about the file; None: nothing."""
        super().__init__()
        self._kind, self._path, self._choices = kind, path, choices
        self._stop = Event()
        self._loading = True
        self._loaded: Loaded | None = None

    def content(self) -> Iterable[Widget]:
        """Yield the steps and how far loading is; the result stands below."""
        yield Lines(id="steps")
        yield Lines(id="progress")
        yield from super().content()

    def on_mount(self) -> None:
        """Begin to load."""
        super().on_mount()
        self._show_step()
        self._show_progress(0, 0.0)
        self.run_worker(self._load_rows(), group="import", exclusive=True)

    def on_unmount(self) -> None:
        """Stop loading when the program ends."""
        self._stop.set()

    def _show_step(self) -> None:
        self.set_header("Import", self._path.name, self._kind.plural)
        step = "loading" if self._loading else "result"
        self.query_one("#steps", Lines).put(step_line(step, self.space[0]), "")

    def on_resize(self) -> None:
        """Show the steps and the result for the new size."""
        super().on_resize()
        self._show_step()
        self.picker.reload_if_idle()

    # --- loading ---

    async def _load_rows(self) -> None:
        from fieldkit.files import Unreadable

        fault = ""
        try:
            await self._load_all()
        except Unreadable as problem:
            fault = str(problem)
        except Exception as error:
            if not is_sentence(error):
                raise
            fault = str(error)
        self._loading = False
        if fault:
            self.dismiss(fault)
        else:
            self.say("")
            self.query_one("#progress", Lines).put()
            self._show_step()
            self.set_keys("Enter another file", "Esc back")
            self.picker.reload()
        await self.run_reporting(self.app.refresh_status)

    async def _load_all(self) -> None:
        from fieldkit.files import load

        def report(rows: int, done: int, total: int) -> None:
            self.post_message(Progressed(rows, done, total))

        self._loaded = await self.app.work(
            partial(
                load,
                kind=self._kind.kind(),
                source=self._path,
                operator=self.app.operator,
                choices=self._choices,
                progress=report,
                stop=self._stop,
            )
        )

    def on_progressed(self, event: Progressed) -> None:
        """Show how far loading is."""
        if self._loading:
            self._show_progress(event.rows, event.done / event.total if event.total else 0.0)

    def _show_progress(self, rows: int, share: float) -> None:
        from fieldkit.records.fields.formats import indian

        line = progress_line(share, min(self.space[0] - 30, _LINE))
        many = (Span(f"  {indian(rows)}", "strong"), Span(" rows", "dim")) if rows else ()
        self.query_one("#progress", Lines).put((Span("  loading  ", "dim"), *line, *many))

    # --- the result ---

    async def answer(self, _text: str) -> Answer:
        """Answer with what came of it; reasons and notes scroll."""
        if self._loaded is None:
            return Answer(mark=None)
        width, height = self.space
        written = [line for one in files_written(self._loaded) for line in ("", one)]
        above = fitted([*counts(self._loaded), *written], width, height - 6)
        rows = [
            *_listed("Rejected", [(f"row {n}", why) for n, why in self._loaded.reasons], width),
            *_listed("Notes", [("", note) for note in self._loaded.notes], width),
        ]
        return Answer(rows, Choice(("Another file",), self._again), len(rows), above)

    async def _again(self) -> None:
        self.dismiss("")

    def action_leave(self) -> None:
        """Stop loading; after that leave."""
        if self._loading:
            self._stop.set()
            self.say("Stopping after the rows in hand ...")
        else:
            super().action_leave()


def _listed(head: str, lines: list[tuple[str, str]], width: int) -> list[Choice]:
    """Return sentences as rows that are only read, a row for each of their lines."""
    label = max((len(one) for one, _ in lines), default=0)
    rows: list[Choice] = []
    for name, words in lines:
        for number, text in enumerate(wrapped(words, width - label - 3, _LONGEST)):
            first: Cell = (Span(name if not number else " ", "dim"),) if label else ""
            rows.append(Choice((first, text), key=f"{head} {len(rows)}"))
    return [rows[0]._replace(head=heading(head), gap=("",)), *rows[1:]] if rows else []
