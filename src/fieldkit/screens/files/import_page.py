"""Import of a spreadsheet: file, kind, doubts, columns, first rows, loading, and the result."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.files.column_rows import column_rows, field_rows, question_rows
from fieldkit.screens.files.file_box import FileBox, files_meant
from fieldkit.screens.files.lines import (
    about_column,
    first_rows,
    fitted,
    remarks,
    result_lines,
)
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.files import Choices, Loaded, Preview, Question
    from fieldkit.records import Record

_BAR = 20


class Progressed(Message):
    """Rows were loaded."""

    def __init__(self, rows: int, done: int, total: int) -> None:
        super().__init__()
        self.rows, self.done, self.total = rows, done, total


class ImportPage(PickerPage[None]):
    """Steps from the file to the result; Escape goes back one.

    What a file means is read again after every choice, so that all that is shown is what an import
    would do. The rows of a step wait for that, so that keys typed meanwhile meet what they meant.
    """

    BOX = FileBox
    PROMPT = "File"
    EMPTY = "No such file."
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s,f10", "go_on", "Go on", show=False)]
    _KEYS: ClassVar[dict[str, str]] = {
        "file": "Enter choose   type or paste the file's name   Ctrl+P menu   Esc back",
        "kind": "Enter choose   type to narrow   Esc back one",
        "sheet": "Enter choose   type to narrow   Esc back one",
        "question": "Enter choose   Esc back one",
        "columns": "Enter change a column   Ctrl+S the first rows   Esc back one",
        "field": "Enter choose   type to narrow   Esc back one",
        "rows": "Ctrl+S load   Esc back one",
        "loading": "Esc stop; what is in stays in",
        "result": "Enter another file   Esc back",
    }
    _BACK: ClassVar[dict[str, str]] = {
        "kind": "file",
        "question": "kind",
        "columns": "kind",
        "sheet": "columns",
        "field": "columns",
        "rows": "columns",
    }

    def __init__(self) -> None:
        super().__init__()
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
        self._stop = Event()
        self._loaded: Loaded | None = None

    async def load_data(self) -> None:
        """Show the present step."""
        self._to(self._step)

    def on_unmount(self) -> None:
        """Stop loading when the program ends."""
        self._stop.set()

    def _to(self, step: str, text: str = "") -> None:
        """Go to a step."""
        picker = self.query_one(FileBox)
        prompts = {"file": "File", "kind": "What it lists", "sheet": "Sheet", "field": "Holds"}
        picker.prompt = prompts.get(step, "")
        picker.paths = step == "file"
        self._show(step)
        parts = ["Import", self._path.name if step != "file" else ""]
        parts.append(self._kind.plural if self._kind and step not in {"file", "kind"} else "")
        self.set_header(*(part for part in parts if part))
        picker.start_over(text)

    def _show(self, step: str) -> None:
        self._step = step
        self.set_keys(self._KEYS[step])

    @property
    def _room(self) -> tuple[int, int]:
        """The width and height of what stands above the rows."""
        return self.size.width - 8, self.size.height - 9

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
            "loading": super().answer,
            "result": self._result,
        }[self._step](text)

    # --- the file ---

    async def _files(self, text: str) -> Answer:
        found = await asyncio.to_thread(files_meant, text)
        above = () if text else ("   Type or paste the name of a table, or of a JSONL file:", "")
        return Answer(
            [Choice((p.name, str(p.parent)), partial(self._choose, p)) for p in found], above=above
        )

    async def _choose(self, path: Path) -> None:
        self._path = path
        self.say("")
        self._to("kind")

    # --- the kind ---

    async def _kinds(self, text: str) -> Answer:
        from fieldkit.records import kinds

        name = self._path.stem.casefold().replace(" ", "_")
        ordered = sorted(
            kinds().values(), key=lambda kind: (kind.kind() not in name, not kind.person)
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
        from fieldkit.files import preview

        if self._seen is None:
            path, choices = self._path, self._choices
            self.say("reading the file")
            self._seen = await self.app.work(
                lambda store: preview(
                    path,
                    kind.kind(),
                    choices=choices,
                    home=store.device.district if store.device else 0,
                    known=store,
                )
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
        above = fitted([question.sentence, ""], *self._room)
        return Answer(rows, last=own if seen.columns else None, above=above)

    async def _settle(self, choices: Choices) -> None:
        self._before.append(self._choices)
        self._decide(self._chosen(choices))

    async def _choose_by_hand(self) -> None:
        self._by_hand = True
        self._to("columns")

    def _listed(self, kind: type[Record], seen: Preview, text: str) -> Answer:
        rows = column_rows(kind, seen, text, self._open)
        at = next((at for at, row in enumerate(rows) if row.key == self._column), None)
        if seen.sheets and not text:
            cells = (f"Sheet {seen.sheet}", f"one of {len(seen.sheets)} sheets")
            rows.append(Choice(cells, self._open_sheets))
        width, height = self._room
        last = Choice(("Look at the first rows as they will be stored",), self.action_go_on)
        above = fitted([*remarks(kind, seen), ""], width, height // 2)
        first = 0 if text and rows else len(rows)
        return Answer(rows, last=last, mark=first if text or at is None else at, above=above)

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
        rows = field_rows(self._kind, text, self._map)
        at = next((at for at, row in enumerate(rows) if row.key == one.target), None)
        first = 0 if rows and text else len(rows)
        width, height = self._room
        out = Choice(("Leave this column out",), partial(self._map, None))
        above = fitted([*about_column(one), ""], width, height // 2)
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
        elif self._step == "rows":
            self._stop.clear()
            self._to("loading")
            self.say("loading")
            self.run_worker(self._import_rows(), group="import", exclusive=True)

    async def _rows(self, _text: str) -> Answer:
        if self._kind is None or self._seen is None:
            return Answer()
        above = first_rows(self._kind, self._seen, *self._room)
        load = Choice((f"Load these rows as {self._kind.plural.lower()}",), self.action_go_on)
        return Answer([load], above=tuple(above))

    # --- loading ---

    async def _import_rows(self) -> None:
        from fieldkit.files import Unreadable, load

        if self._kind is None:
            return
        kind, path, choices = self._kind.kind(), self._path, self._choices
        operator, stop = self.app.operator, self._stop

        def report(rows: int, done: int, total: int) -> None:
            self.post_message(Progressed(rows, done, total))

        async def run() -> None:
            self._loaded = await self.app.work(
                lambda store: load(
                    store,
                    kind,
                    path,
                    operator=operator,
                    choices=choices,
                    progress=report,
                    stop=stop,
                )
            )

        try:
            good = await self.run_reporting(run)
        except Unreadable as problem:
            self.say(str(problem), error=True)
            good = False
        if good:
            self.say("")
        self._to("result" if good else "rows")
        await self.run_reporting(self.app.refresh_status)

    def on_progressed(self, event: Progressed) -> None:
        """Show the progress."""
        from fieldkit.records.fields.formats import indian

        if self._step != "loading":
            return
        bar = ""
        if event.total:
            full = _BAR * min(event.done, event.total) // event.total
            bar = f"[{'#' * full}{'-' * (_BAR - full)}]  "
        self.say(f"loading  {bar}{indian(event.rows)} rows")

    # --- the result ---

    async def _result(self, _text: str) -> Answer:
        if self._loaded is None:
            return Answer()
        above = fitted([*result_lines(self._loaded), ""], *self._room)
        return Answer([Choice(("Another file",), self._again)], above=above)

    async def _again(self) -> None:
        self._loaded = None
        self.say("")
        self._to("file")

    def action_leave(self) -> None:
        """Go back one step, or stop the loading."""
        if self._step == "loading":
            self._stop.set()
            self.say("stopping after the rows in hand")
        elif self._step in {"question", "columns"} and self._before:
            self._by_hand = False
            self._decide(self._before.pop())
        elif back := self._BACK.get(self._step):
            self.say("")
            self._to(back)
        else:
            self.dismiss(None)
