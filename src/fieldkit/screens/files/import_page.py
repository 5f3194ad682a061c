"""A spreadsheet that is read: its file, what it lists, doubts, its columns, its first rows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from fieldkit.screens.base.page import LOW, PickerPage
from fieldkit.screens.base.words import plural
from fieldkit.screens.files.column_rows import (
    COLUMN_HEADINGS,
    column_rows,
    field_rows,
    first_rows,
    question_rows,
)
from fieldkit.screens.files.files_meant import files_meant
from fieldkit.screens.files.purpose import IMPORT, Purpose
from fieldkit.screens.files.remarks import about_column, fitted, remarks, warning
from fieldkit.screens.files.steps import BACK, BOXES, keys_of, step_line
from fieldkit.screens.look.drawn import Lines
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.widgets.path_box import PathBox
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.files import Choices, Preview, Question
    from fieldkit.records import Record

_BOX = 3
"""Lines of the box."""


class ImportPage(PickerPage[None]):
    """Steps from the file to the result; Escape goes back one.

    What a file means is read again after every choice, so that all that is shown is what an import
    would do. The rows of a step wait for that, so that keys typed meanwhile meet what they meant.
    """

    BOX = PathBox
    PROMPT = "File"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s,f10", "go_on", "Go on", show=False)]

    def __init__(self, purpose: Purpose = IMPORT, kind: type[Record] | None = None) -> None:
        """``kind``: what the file lists, if that is known."""
        super().__init__()
        self._purpose, self._known = purpose, kind
        self._step = "file"
        self._path = Path()
        self._kind: type[Record] | None = None
        self._choices: Choices | None = None
        """What the person has decided about the file; None: nothing."""
        self._before: list[Choices | None] = []
        """The choices before each question that was answered."""
        self._by_hand = False
        """Questions are passed over: the columns are chosen from the list of them."""
        self._seen: Preview | None = None
        """What the file means under these choices; None: not read yet."""
        self._column = ""

    async def load_data(self) -> None:
        """Show the present step."""
        self._to(self._step)

    def content(self) -> Iterable[Widget]:
        """Yield the steps above the box."""
        yield Lines(id="steps")
        yield from super().content()

    def _to(self, step: str, text: str = "") -> None:
        """Go to a step."""
        picker = self.query_one(PathBox)
        picker.prompt, picker.hint = BOXES.get(step, ("", ""))
        picker.typing = step in BOXES
        picker.paths = step == "file"
        self._show(step)
        picker.start_over(text)

    def _show(self, step: str) -> None:
        self._step = step
        self.set_keys(*keys_of(step, self._purpose.verb))
        file = self._path.name if step != "file" else ""
        kind = self._kind.plural if self._kind and step not in {"file", "kind"} else ""
        self.set_header(self._purpose.title, file, kind)
        self._show_steps()

    def _show_steps(self) -> None:
        low = self.app.size.height < LOW
        air = () if low else ("",)
        self.query_one("#steps", Lines).put(step_line(self._step, self.space[0]), *air)

    def on_resize(self) -> None:
        """Show the steps and the rows for the new size."""
        super().on_resize()
        self._show_steps()
        self.picker.reload_if_idle()

    def _told(self, lines: Iterable[Cell], share: int = 1) -> tuple[Cell, ...]:
        """Return the lines above the rows, in a part of the space, with an empty line below."""
        width, height = self.space
        air = 0 if self.app.size.height < LOW else 1
        box = _BOX if self._step in BOXES else 0
        space = (height - box - 1 - air) // share - air
        return (*fitted(lines, width, space), *([""] * air))

    async def answer(self, text: str) -> Answer:
        """Answer the present question."""
        await self.ask(lambda _store: None)
        return await {
            "file": self._files,
            "kind": self._kinds,
            "sheet": self._sheets,
            "question": self._columns,
            "columns": self._columns,
            "field": self._fields,
            "rows": self._rows,
        }[self._step](text)

    # --- the file ---

    async def _files(self, text: str) -> Answer:
        found = await asyncio.to_thread(files_meant, text)
        if not found.files:
            return Answer(mark=None, above=self._told([warning(found.why)]))
        rows = [Choice(_file_cells(path), partial(self._choose, path)) for path in found.files]
        return Answer(rows, headings=("File", "Folder", "Changed"))

    async def _choose(self, path: Path) -> None:
        self._path = path
        self.say("")
        if self._known is None:
            self._to("kind")
        else:
            await self._take_kind(self._known)

    # --- the kind ---

    async def _kinds(self, text: str) -> Answer:
        from fieldkit.records import kinds

        name = self._path.stem.casefold().replace(" ", "_")
        ordered = sorted(
            (kind for kind in kinds().values() if not kind.program_log),
            key=lambda kind: (kind.kind() not in name, not kind.person),
        )
        wanted = text.casefold()
        found = [k for k in ordered if wanted in k.plural.casefold() or wanted in k.kind()]
        return Answer([Choice((kind.plural,), partial(self._take_kind, kind)) for kind in found])

    async def _take_kind(self, kind: type[Record]) -> None:
        self._kind, self._column, self._by_hand = kind, "", False
        self._before.clear()
        self._decide(None)

    # --- what the file means ---

    def _decide(self, choices: Choices | None) -> None:
        """Read the file again under these choices."""
        self._choices, self._seen = choices, None
        self._to("columns")

    def _chosen(self, choices: Choices) -> Choices:
        """Return the choices made so far with further ones."""
        return choices if self._choices is None else self._choices.and_also(choices)

    async def _understood(self, kind: type[Record]) -> Preview:
        if self._seen is None:
            path, choices = self._path, self._choices
            self.say("Reading the file ...")
            self._seen = await self.app.work(
                lambda store: self._purpose.preview(store, path, kind, choices)
            )
            self.say("")
        return self._seen

    async def _columns(self, text: str) -> Answer:
        from fieldkit.files import Unreadable

        if self._kind is None:
            return Answer()
        try:
            seen = await self._understood(self._kind)
        except Unreadable as problem:
            self.say(str(problem), error=True)
            return Answer([Choice(("Another file",), self._again)])
        if seen.questions and not self._by_hand:
            self._show("question")
            return self._questioned(seen, seen.questions[0], text)
        self._show("columns")
        return self._listed(self._kind, seen, text)

    def _questioned(self, seen: Preview, question: Question, text: str) -> Answer:
        rows = question_rows(seen, question, text, self._settle)
        own = Choice(("Choose what each column holds",), self._choose_by_hand)
        above = self._told([warning(question.sentence)])
        return Answer(rows, last=own if seen.columns else None, above=above)

    async def _settle(self, choices: Choices) -> None:
        self._before.append(self._choices)
        self._decide(self._chosen(choices))

    async def _choose_by_hand(self) -> None:
        self._by_hand = True
        self._to("columns")

    def _listed(self, kind: type[Record], seen: Preview, text: str) -> Answer:
        self.picker.hint = f"{plural(len(seen.columns), 'column')}, type a part of a heading"
        rows = column_rows(self._purpose.labels(kind), seen, text, self._open)
        at = next((at for at, row in enumerate(rows) if row.key == self._column), None)
        if seen.sheets and not text:
            cells = (f"Sheet {seen.sheet}", f"one of {len(seen.sheets)} sheets", "")
            rows.append(Choice(cells, self._open_sheets))
        last = Choice(("Look at the first rows as they will be stored",), self.action_go_on)
        first = 0 if text and rows else len(rows)
        return Answer(
            rows,
            last=last,
            mark=first if text or at is None else at,
            above=self._told(remarks(kind, seen, new=self._purpose.new), 2),
            headings=COLUMN_HEADINGS,
        )

    # --- the sheet ---

    async def _open_sheets(self) -> None:
        self._to("sheet")

    async def _sheets(self, text: str) -> Answer:
        names = self._seen.sheets if self._seen else ()
        found = [name for name in names if text.casefold() in name.casefold()]
        return Answer([Choice((name,), partial(self._take_sheet, name)) for name in found])

    async def _take_sheet(self, name: str) -> None:
        from fieldkit.files import Choices

        self._before.clear()
        self._by_hand = False
        self._decide(Choices(sheet=name))

    # --- the columns ---

    async def _open(self, column: str) -> None:
        self._column = column
        self.say(f"{column}: what does it hold?")
        self._to("field")

    async def _fields(self, text: str) -> Answer:
        if self._kind is None or self._seen is None:
            return Answer()
        one = next(one for one in self._seen.columns if one.column == self._column)
        rows = field_rows(self._purpose.labels(self._kind), text, self._map)
        at = next((at for at, row in enumerate(rows) if row.key == one.target), None)
        first = 0 if rows and text else len(rows)
        out = Choice(("Leave this column out",), partial(self._map, None))
        above = self._told(about_column(one), 2)
        return Answer(rows, last=out, mark=first if at is None else at, above=above)

    async def _map(self, target: str | None) -> None:
        from fieldkit.files import Choices

        taken = self._seen.columns if self._seen and target else ()
        others = {one.column: None for one in taken if one.target == target}
        self.say("")
        self._decide(self._chosen(Choices({**others, self._column: target})))

    # --- the first rows ---

    async def action_go_on(self) -> None:
        """Show the first rows after the columns, and load after these; a doubt comes first."""
        if self._step == "columns" and self._seen is not None:
            self._by_hand = False
            self._to("columns" if self._seen.questions else "rows")
        elif self._step == "rows" and self._kind is not None:
            page = self._purpose.open(self._kind, self._path, self._choices)
            await self.app.push_screen(page, self._after_load)

    async def _rows(self, _text: str) -> Answer:
        if self._kind is None or self._seen is None:
            return Answer()
        if not self._seen.rows:
            return Answer(mark=None, above=self._told(["The table has no row with a record."]))
        labels = self._purpose.labels(self._kind)
        found = first_rows(labels, self._seen, self.space[0], self._open)
        wrong = [
            warning(f"Row {row.number} is not taken. {row.problem}")
            for row in self._seen.rows
            if row.problem
        ]
        above = self._told(wrong, 3) if wrong else ()
        load = Choice((self._purpose.last(self._kind),), self.action_go_on)
        return found._replace(last=load, mark=len(found.rows), above=above)

    def _after_load(self, fault: str | None) -> None:
        """Go on after loading: None leaves, a fault stays at the rows, empty takes another file."""
        if fault is None:
            self.dismiss(None)
        elif fault:
            self.say(fault, error=True)
        else:
            self._to("file")

    async def _again(self) -> None:
        self.say("")
        self._to("file")

    def action_leave(self) -> None:
        """Go back one step."""
        if self._step in {"question", "columns"} and self._before:
            self._by_hand = False
            self._decide(self._before.pop())
        elif back := BACK.get(self._step):
            self.say("")
            self._to("file" if back == "kind" and self._known else back)
        else:
            self.dismiss(None)


def _file_cells(path: Path) -> tuple[Cell, ...]:
    """Return a file's name, its folder, and when it was changed."""
    from fieldkit.records.fields.formats import Moment

    try:
        changed = Moment().show(int(path.stat().st_mtime))
    except OSError:
        changed = ""
    folder = str(path.parent).replace(str(Path.home()), "~", 1)
    return (Span(path.name, "strong"),), (Span(folder, "dim"),), (Span(changed, "dim"),)
