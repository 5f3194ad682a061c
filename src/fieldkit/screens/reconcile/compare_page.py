"""The comparison of a list with the records here, and its sections with what can be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message
from textual.widget import Widget

from fieldkit.file_fault import why
from fieldkit.interruption import Interrupted
from fieldkit.screens.base.app import is_sentence
from fieldkit.screens.base.navigator import MenuEntry, Open
from fieldkit.screens.base.words import counted
from fieldkit.screens.look.charts import progress_line
from fieldkit.screens.look.drawn import Lines
from fieldkit.screens.look.parts import heading, keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.reconcile.as_of_page import AsOfPage
from fieldkit.screens.reconcile.listing import SECTIONS, Section, Session
from fieldkit.screens.reconcile.preview_page import PreviewPage
from fieldkit.screens.reconcile.rows_page import MissingPage, RowsPage
from fieldkit.screens.reconcile.undoing import ComparingPage
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.files import Choices
    from fieldkit.reconcile.acts import Act
    from fieldkit.reconcile.comparison import Comparison, Counts
    from fieldkit.records import Record
    from fieldkit.store import Store

_LINE = 40
"""Most cells of the line that shows how far the comparison is."""


class Progressed(Message):
    """Rows were read, or compared."""

    def __init__(self, what: str, rows: int, share: float) -> None:
        super().__init__()
        self.what, self.rows, self.share = what, rows, share


class ComparePage(ComparingPage[str]):
    """Compares at once; then the sections, each with what can be done.

    It ends with None if the person leaves, with a fault as a sentence, or empty for another file.
    """

    KEYS = keys("Esc stop; nothing is changed")

    def __init__(self, kind: type[Record], path: Path, choices: Choices | None) -> None:
        """``choices``: what the person has decided about the file; None: nothing."""
        super().__init__()
        self._kind, self._path, self._choices = kind, path, choices
        self._stop = Event()
        self._session: Session | None = None

    @property
    def session(self) -> Session | None:
        """The comparison; None until it is made."""
        return self._session

    def content(self) -> Iterable[Widget]:
        """Yield how far the comparison is, and the sections below it."""
        yield Lines(id="progress")
        yield from super().content()

    def on_mount(self) -> None:
        """Begin to compare."""
        super().on_mount()
        self.set_header("Portal list", self._path.name, self._kind.plural)
        self._show_progress("reading", 0, 0.0)
        self.run_worker(self._compare(), group="compare", exclusive=True)

    def on_unmount(self) -> None:
        """Stop comparing, and forget what was compared."""
        self._stop.set()
        if self._session:
            self._session.found.close()

    # --- comparing ---

    async def _compare(self) -> None:
        from fieldkit.files import Unreadable

        try:
            found = await self.app.work(self._compared)
        except Interrupted:
            if self.is_open:
                self.dismiss("Stopped. Nothing was changed.")
            return
        except Unreadable as problem:
            self.dismiss(str(problem))
            return
        except Exception as error:
            if not is_sentence(error):
                raise
            self.dismiss(str(error))
            return
        if not self.is_open:
            found.close()
            return
        self._session = Session(found)
        self.query_one("#progress", Lines).put()
        self.say("")
        self.set_keys("Enter open", "x write what is left", "Ctrl+Z undo", "Esc back")
        self.picker.reload()

    def _compared(self, store: Store) -> Comparison:
        from fieldkit.reconcile.comparison import reconcile
        from fieldkit.records.fields.dates import day_at

        def read(rows: int, done: int, total: int) -> None:
            self.post_message(Progressed("reading", rows, done / total if total else 0.0))

        def compared(done: int, total: int) -> None:
            self.post_message(Progressed("comparing", done, done / total if total else 0.0))

        return reconcile(
            store,
            self._kind.kind(),
            self._path,
            as_of=day_at(store.now()),
            choices=self._choices,
            progress=read,
            compared=compared,
            stop=self._stop,
        )

    def on_progressed(self, event: Progressed) -> None:
        """Show how far the comparison is."""
        if self._session is None:
            self._show_progress(event.what, event.rows, event.share)

    def _show_progress(self, what: str, rows: int, share: float) -> None:
        from fieldkit.records.fields.formats import indian

        line = progress_line(share, min(self.space[0] - 30, _LINE))
        many = (Span(f"  {indian(rows)}", "strong"), Span(" rows", "dim")) if rows else ()
        self.query_one("#progress", Lines).put((Span(f"  {what}  ", "dim"), *line, *many))

    # --- the sections ---

    async def load_data(self) -> None:
        """Show the sections as they are after an act."""
        if self._session is not None:
            self.picker.reload_if_idle()

    async def answer(self, _text: str) -> Answer:
        """Answer with the sections, then what can be done with all at once."""
        session = self._session
        if session is None:
            return Answer(mark=None)
        found = session.found

        def read(_store: Store) -> tuple[Counts, Mapping[str, int]]:
            return found.counts(), found.rows.differing()

        counts, fields = await self.read(read, "sections")
        rows = [row for one in SECTIONS if (row := self._section(one, counts))]
        acts = [*self._acts(counts), *self._fields(fields), self._as_of(found)]
        acts[0] = acts[0]._replace(head=heading("All at once"), gap=("",) if rows else ())
        return Answer([*rows, *acts], above=(*self._above(counts), ""), right=frozenset({0}))

    def _above(self, counts: Counts) -> list[Cell]:
        from fieldkit.records.fields.formats import indian

        says = " row says" if counts.same == 1 else " rows say"
        same: Cell = (Span(indian(counts.same), "strong"), Span(f"{says} the same as here."))
        lines: list[Cell] = [same]
        if counts.repeated:
            lines.append(f"{counted(counts.repeated, 'row repeats', 'rows repeat')} another row.")
        loaded = self._session.found.loaded if self._session else None
        if counts.rejected and loaded:
            path = loaded.rejects_file
            where = f" They are in {path.name} in the folder {path.parent}." if path else ""
            many = counted(counts.rejected, "row was", "rows were")
            lines.append((Span(f"{many} rejected, each with its reasons.{where}", "bad"),))
        if counts.all_same:
            lines.append((Span("Nothing is left to decide.", "ok"),))
        return lines

    def _section(self, one: Section, counts: Counts) -> Choice | None:
        from fieldkit.records.fields.formats import indian

        many = {
            "differs": counts.differs,
            "uncertain": counts.uncertain,
            "portal": counts.portal_only,
            "": counts.field_only,
            "kept": counts.kept,
        }[one.outcome]
        if not many or self._session is None:
            return None
        page = partial(self._open_rows, one)
        longest = max(len(section.words) for section in SECTIONS)
        words: Cell = (
            Span(f"{one.sign} ", one.style),
            Span(one.words.ljust(longest), "strong"),
            Span(f"  {one.then}", "dim"),  # one cell: the acts below are longer than the words
        )
        return Choice(((Span(indian(many), "strong"),), words), page, key=one.words)

    async def _open_rows(self, one: Section) -> None:
        if self._session is None:
            return
        session, name = self._session, self._path.name
        page = RowsPage(session, one, name) if one.outcome else MissingPage(session, one, name)
        await self.app.push_screen(page)

    def _acts(self, counts: Counts) -> list[Choice]:
        found: list[Choice] = []
        if counts.differs:
            found.append(_act("Take all of the portal's values", partial(self._accept, "")))
            found.append(_act("Keep all as they are here", partial(self._keep, "")))
        if counts.portal_only:
            found.append(_act("Make all records that only the portal has", self._create))
        return found

    def _as_of(self, found: Comparison) -> Choice:
        from fieldkit.records.fields.dates import show_date

        return _act(f"The list is as of {show_date(found.as_of)}: change that", self._change_as_of)

    async def _change_as_of(self) -> None:
        if self._session is not None:
            await self.app.push_screen(AsOfPage(self._session, self.show_again))

    def _fields(self, fields: Mapping[str, int]) -> list[Choice]:
        labels = {name: one.label for name, one in self._kind.fields().items()}
        found: list[Choice] = []
        for field, many in fields.items():
            words = f"{labels[field]} of {counted(many, 'record', 'records')}"
            found.append(_act(f"{words}: take the portal's", partial(self._accept, field)))
            found.append(_act(f"{words}: keep ours", partial(self._keep, field)))
        return found

    # --- acts ---

    async def _accept(self, field: str) -> None:
        from fieldkit.reconcile import acts
        from fieldkit.reconcile.rows import Outcome

        if (session := self._session) is None:
            return
        fields = [field] if field else []

        def plan(store: Store) -> acts.Act:
            rows = acts.some_rows(session.found, Outcome.DIFFERS, fields)
            return acts.accept(store, session.found, rows, fields)

        await self._preview(session, plan, "Take the portal's values")

    async def _create(self) -> None:
        from fieldkit.reconcile import acts
        from fieldkit.reconcile.rows import Outcome

        if (session := self._session) is None:
            return

        def plan(store: Store) -> acts.Act:
            rows = acts.some_rows(session.found, Outcome.PORTAL_ONLY)
            return acts.create(store, session.found, rows)

        await self._preview(session, plan, "Make the records")

    async def _preview(self, session: Session, plan: Callable[[Store], Act], title: str) -> None:
        self.say("Working out what will change ...")
        act = await self.app.work(plan)
        self.say("")
        await self.app.push_screen(PreviewPage(session, act, title, self.show_again))

    async def _keep(self, field: str) -> None:
        from fieldkit.reconcile import acts
        from fieldkit.reconcile.rows import Outcome

        if (session := self._session) is None:
            return
        fields = [field] if field else []

        def keep(store: Store) -> int:
            rows = acts.some_rows(session.found, Outcome.DIFFERS, fields)
            return acts.keep(store, session.found, rows, fields)

        many = await self.app.work(keep)
        said = counted(many, "value is", "values are")
        await self.show_again(f"{said} kept. They are listed as kept, and can be asked again.")

    # --- keys ---

    async def on_key(self, event: events.Key) -> None:
        """Handle the letter of the line of keys."""
        if (event.character or "").lower() == "x":
            event.stop()
            await self.picker.settled()
            await self.run_reporting(self._write)

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the keys do, for the menu."""
        return [
            MenuEntry("Here: write what is left to a file", "x on this page", self._write),
            MenuEntry("Here: undo the last act", "Ctrl+Z", self.undo),
        ]

    async def _write(self) -> None:
        from fieldkit.files import export_folder, free_name
        from fieldkit.reconcile.rest import write_rest

        if (session := self._session) is None:
            return
        name, operator = f"{self._path.stem}-left", self.app.operator

        def write(store: Store) -> tuple[int, Path]:
            folder = export_folder(store)
            folder.mkdir(parents=True, exist_ok=True)
            target = free_name(folder, name, "xlsx")
            return write_rest(store, session.found, target, operator), target

        try:
            many, target = await self.app.work(write)
        except OSError as error:
            self.say(f"The file could not be written: {why(error)}.", error=True)
            return
        self.say(f"{counted(many, 'line', 'lines')} written to {target}", done=True)

    def action_leave(self) -> None:
        """Stop comparing; after that leave."""
        if self._session is None:
            self._stop.set()
            self.say("Stopping ...")
        else:
            super().action_leave()


def _act(words: str, do: Open) -> Choice:
    return Choice(("", words), do, key=words)
