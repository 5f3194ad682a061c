"""Import of a spreadsheet: the file, the kind, what each column holds, loading, and the result."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from textwrap import wrap
from threading import Event
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.widgets.picker import Answer, Choice, Picker

if TYPE_CHECKING:
    from fieldkit.files import Loaded, Preview
    from fieldkit.records import Record

_BAR = 20


class FileBox(Picker):
    """A box for a path, in which a slash at the beginning does not open the menu."""

    paths = True
    """Whether a path is typed here."""

    async def on_key(self, event: events.Key) -> None:
        """Type the slash a path begins with."""
        if event.key == "slash" and self.paths and not self.typed.text:
            event.stop()
            event.prevent_default()
            self.typed.insert("/")
            self.reload()


class Progressed(Message):
    """Rows were loaded."""

    def __init__(self, rows: int, done: int, total: int) -> None:
        super().__init__()
        self.rows, self.done, self.total = rows, done, total


class ImportPage(PickerPage[None]):
    """Five steps: file, kind, columns, loading, result; Escape goes back one."""

    BOX = FileBox
    PROMPT = "File"
    EMPTY = "No such file."
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s,f10", "load", "Load", show=False)]
    _KEYS: ClassVar[dict[str, str]] = {
        "file": "Enter choose   type or paste the file's name   Ctrl+P menu   Esc back",
        "kind": "Enter choose   type to narrow   Esc back one",
        "columns": "Enter change a column   Ctrl+S load   Esc back one",
        "field": "Enter choose   type to narrow   Esc back one",
        "loading": "Esc stop; what is in stays in",
        "result": "Enter another file   Esc back",
    }

    def __init__(self) -> None:
        super().__init__()
        self._step = "file"
        self._path = Path()
        self._kind: type[Record] | None = None
        self._preview: Preview | None = None
        self._mapping: dict[str, str | None] = {}
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
        self._step = step
        picker = self.query_one(FileBox)
        picker.prompt = {"file": "File", "kind": "What it lists", "field": "Holds"}.get(step, "")
        picker.paths = step == "file"
        self.set_keys(self._KEYS[step])
        parts = ["Import", self._path.name if step != "file" else ""]
        parts.append(self._kind.plural if self._kind and step not in {"file", "kind"} else "")
        self.set_header("   ".join(part for part in parts if part))
        picker.start_over(text)

    async def answer(self, text: str) -> Answer:
        """Answer the present question."""
        await self.ask(lambda _store: None)
        return await {
            "file": self._files,
            "kind": self._kinds,
            "columns": self._columns,
            "field": self._fields,
            "loading": super().answer,
            "result": self._result,
        }[self._step](text)

    # --- the file ---

    async def _files(self, text: str) -> Answer:
        from fieldkit.files import nearby, path_of, tables_in

        def look() -> list[Path]:
            path = path_of(text)
            if path is None:
                return nearby()
            try:
                if path.is_file():
                    return [path]
                if path.is_dir():
                    return tables_in(path)
            except (OSError, ValueError):
                return []
            words = text.casefold().split()
            return [p for p in nearby() if all(word in p.name.casefold() for word in words)]

        found = await asyncio.to_thread(look)
        above = () if text else ("   Type or paste the name of a CSV, XLSX, XLS or JSONL file:", "")
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
        from fieldkit.files import Unreadable, preview

        try:
            seen = await asyncio.to_thread(preview, self._path, kind.kind())
        except Unreadable as problem:
            self.say(str(problem), error=True)
            self._to("file")
            return
        self._kind, self._preview, self._column = kind, seen, ""
        self._mapping = {guess.column: guess.target for guess in seen.columns}
        self._to("columns")

    # --- the columns ---

    async def _columns(self, text: str) -> Answer:
        from fieldkit.files import targets

        if self._kind is None or self._preview is None:
            return Answer()
        labels = targets(self._kind)
        wanted = text.casefold()
        rows = [
            Choice(
                (
                    guess.column,
                    labels.get(self._mapping[guess.column] or "", "left out"),
                    ", ".join(guess.samples[:2]) + (" (last four)" if guess.aadhaar else ""),
                ),
                partial(self._open, guess.column),
            )
            for guess in self._preview.columns
            if wanted in guess.column.casefold()
        ]
        load = Choice((f"Load these rows as {self._kind.plural.lower()}",), self.action_load)
        above = (*(f"   {line}" for line in _remarks(self._kind, self._preview, self._mapping)), "")
        shown = [row.cells[0] for row in rows]
        at = shown.index(self._column) if self._column in shown else len(rows)
        return Answer(rows, last=load, mark=0 if text and rows else at, above=above)

    async def _open(self, column: str) -> None:
        self._column = column
        self.say(f"{column}: what does it hold?")
        self._to("field")

    async def _fields(self, text: str) -> Answer:
        from fieldkit.files import targets

        if self._kind is None:
            return Answer()
        words = text.casefold().split()
        found = [
            (name, label)
            for name, label in targets(self._kind).items()
            if all(word in f"{label} {name}".casefold() for word in words)
        ]
        rows = [Choice((label,), partial(self._map, name)) for name, label in found]
        out = Choice(("Leave this column out",), partial(self._map, None))
        now = self._mapping.get(self._column)
        at = next((place for place, (name, _) in enumerate(found) if name == now), None)
        first = 0 if rows and words else len(rows)
        return Answer(rows, last=out, mark=first if at is None else at)

    async def _map(self, target: str | None) -> None:
        for column, taken in self._mapping.items():
            if target is not None and taken == target:
                self._mapping[column] = None
        self._mapping[self._column] = target
        self.say("")
        self._to("columns")

    # --- loading ---

    async def action_load(self) -> None:
        """Load the rows, if the columns are shown."""
        if self._step == "columns":
            self._stop.clear()
            self._to("loading")
            self.say("loading")
            self.run_worker(self._import_rows(), group="import", exclusive=True)

    async def _import_rows(self) -> None:
        from fieldkit.files import Choices, Unreadable, load

        if self._kind is None:
            return
        kind, path, mapping = self._kind.kind(), self._path, dict(self._mapping)
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
                    choices=Choices(mapping),
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
        self._to("result" if good else "columns")
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
        again = Choice(("Another file",), self._again)
        width, height = self.size.width - 8, self.size.height - 9
        lines = [line for one in _result_lines(self._loaded) for line in _wrapped(one, width)]
        if len(lines) > height:
            lines = [*lines[: height - 1], f"... and {len(lines) - height + 1} lines more."]
        return Answer([again], above=tuple(f"   {line}" for line in (*lines, "")))

    async def _again(self) -> None:
        self._loaded = None
        self._to("file")

    def action_leave(self) -> None:
        """Go back one step, or stop the loading."""
        back = {"kind": "file", "columns": "kind", "field": "columns"}.get(self._step)
        if self._step == "loading":
            self._stop.set()
            self.say("stopping after the rows in hand")
        elif back:
            self.say("")
            self._to(back)
        else:
            self.dismiss(None)


def _remarks(kind: type[Record], seen: Preview, mapping: Mapping[str, str | None]) -> list[str]:
    """Say where the headings are, what is left out or in doubt, and what is needed and missing."""
    lines = [f"Headings in row {seen.heading}." if seen.heading else "No row of headings."]
    mapped = set(mapping.values())
    lines += [q.sentence for q in seen.questions if q.field not in mapped]
    missing = [
        field.label
        for name, field in kind.fields().items()
        if field.required and name not in mapped and not field.system
    ]
    if missing and "id" not in mapped:
        lines.append(f"No column holds what is needed: {', '.join(missing)}.")
    return lines


def _result_lines(loaded: Loaded) -> list[str]:
    """Return the result of an import as lines."""
    from fieldkit.records.fields.formats import indian

    counts = [
        (loaded.imported, "new"),
        (loaded.changed, "changed"),
        (loaded.skipped, "here already, the same"),
        (loaded.rejected, "rejected, each with its reasons"),
        (len(loaded.duplicates), "may be the same as another record"),
    ]
    lines = [f"{indian(many)} {what}" for many, what in counts if many]
    if not lines:
        lines.append("No record was in the file.")
    if loaded.rejects_file:
        lines += ["", f"The rejected rows are in {loaded.rejects_file.name}, folder"]
        lines += [str(loaded.rejects_file.parent), "Mend them there and import that file."]
    if loaded.duplicates_file:
        lines += ["", f"Those that may be the same are in {loaded.duplicates_file.name}, folder"]
        lines += [str(loaded.duplicates_file.parent), "Look at each pair: one may be too many."]
    return [*lines, "", *loaded.notes]


def _wrapped(line: str, width: int) -> list[str]:
    """Wrap a line at the width; an empty one stays."""
    return wrap(line, width, subsequent_indent="  ") or [""]
