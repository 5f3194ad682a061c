"""Home: the box that finds and begins everything, the day's jobs, and what needs the operator.

It paints before anything else is loaded; declared jobs, figures and rows follow from the store. The
board keeps a place for each of them, so that nothing moves when they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from fieldkit.screens.base.page import PickerPage, TopBar
from fieldkit.screens.home.jobs import FIXED, JobRow, all_jobs
from fieldkit.screens.look.parts import keys
from fieldkit.screens.lookup.find_page import choice_of, new_row
from fieldkit.screens.lookup.search import search
from fieldkit.screens.widgets.cells import fit
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.screens.home.figures import Figures, Recent
    from fieldkit.search.glance import Glimpse
    from fieldkit.store import Notice, Store


class HomePage(PickerPage[None]):
    """Typing searches; a lone digit and Enter opens that job."""

    TITLE = "fieldkit"
    PROMPT = "Find or new"
    HINT = "name, mobile, village or number"
    KEYS = keys("? help", "F5 sync", "/ menu", "Ctrl+O operator", "Ctrl+Q quit")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+n,f9", "new", "New", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self._jobs: Sequence[JobRow] = FIXED
        self._figures: Figures | None = None
        self._figures_of = ""
        """The operator whose figures are shown."""
        self._seen: int | None = None
        """The notice that is on the screen."""

    async def load_data(self) -> None:
        """Show the figures, a notice if there is one, and the rows."""
        if not self.app.header_status.origin:
            await self.app.refresh_status()
        await self._count()
        await self._show_notice()
        operator = self.app.operator
        if self.picker.typed.text:
            self.picker.reload_if_idle()
        elif self._figures_of != operator:
            self.picker.start_over("")
        else:
            self.picker.reload()
        self._figures_of = operator

    async def refresh_data(self) -> None:
        """Show the new figures; the mark stays where it is, and hits are left alone."""
        await self._count()
        await self.picker.follow()

    async def _show_notice(self) -> None:
        """Show the oldest notice; it counts as seen once the operator comes back to Home."""
        seen = self._seen

        def read(store: Store) -> list[Notice]:
            if seen is not None:
                store.noticed(seen)
            return store.notices()

        waiting = await self.ask(read)
        self._seen = waiting[0].id if waiting else None
        if waiting:
            self.say(waiting[0].text)

    async def _count(self) -> None:
        from fieldkit.screens.home.figures import figures  # not before: it loads the records

        operator = self.app.operator
        self._figures = await self.app.background(lambda store: figures(store, operator))
        self._jobs = all_jobs()
        self.set_header("fieldkit", self.app.header_status.area)
        if self._figures.clock:
            self.say(self._figures.clock, error=True)

    async def answer(self, text: str) -> Answer:
        """Answer the empty box with the day, a lone digit with its job, all else with hits."""
        typed = text.strip()
        if not typed:
            return self._day()
        self.set_keys(*self.KEYS)
        job = await self._job(typed) if len(typed) == 1 and typed.isdigit() else None
        if job:
            return Answer(last=Choice((job.words,), partial(self._start, job)), above=self._board())
        return await self._hits(text)

    async def _job(self, key: str) -> JobRow | None:
        """Return the job of a digit; wait for the records if it is none of the fixed ones."""
        if key not in {job.key for job in self._jobs}:
            self._jobs = await self.ask(lambda _store: all_jobs())
        return next((job for job in self._jobs if job.key == key), None)

    async def _hits(self, text: str) -> Answer:
        glimpses = await self.app.glance(text)
        if glimpses is not None:
            return self._first_hits(text, glimpses)
        rows, sure = await self.read(lambda store: search(store, text, None), "hits")
        choices = [choice_of(row, self._open) for row in rows]
        last = self._new(text, among=bool(rows))
        return Answer(choices, last, 0 if sure else len(rows))

    def _first_hits(self, text: str, glimpses: Sequence[Glimpse]) -> Answer:
        """Answer from the database file alone; what is taken waits until the records are loaded."""
        rows = [
            Choice(
                (one.label, one.relation, one.place, one.last_four and f"..{one.last_four}", ""),
                partial(self._open, one.kind, one.id),
                (one.title.lower(), one.id),
            )
            for one in glimpses
        ]
        new = f'register "{text.strip()}"'
        new = f"None of these: {new}" if rows else new[:1].upper() + new[1:]
        last = Choice((new, "Ctrl+N"), partial(self._begin, text))
        return Answer(rows, last, 0 if glimpses and glimpses[0].strong else len(rows))

    async def _open(self, kind: str, record_id: str) -> None:
        await self.app.opened()
        self.picker.reload("")
        await self.navigator.open_record(kind, record_id)

    async def _start(self, job: JobRow) -> None:
        self.picker.reload("")
        await job.open(self.navigator)

    def action_new(self) -> None:
        """Register what is typed, without looking at the hits."""
        self.app.hold_keys(self.run_reporting(partial(self._begin, self.picker.typed.text)))

    async def _begin(self, typed: str) -> None:
        """Open the form of a new record, once the records are loaded."""
        await self.ask(lambda _store: None)
        await self._new(typed).enter()

    def _new(self, typed: str, *, among: bool = False) -> Choice:
        from fieldkit.records.declaration.roles import newcomer

        clear = partial(self.picker.reload, "")
        return new_row(self.navigator, newcomer().kind(), typed, among=among, before=clear)

    def action_leave(self) -> None:
        """Stay: Home is where Escape leads."""

    # --- the day ---

    def show_header_status(self) -> None:
        """Name this laptop too, if there is space."""
        self.query_one("#where", TopBar).put(status=self.app.header_status.chips(origin=self.wide))

    def _day(self) -> Answer:
        if self._figures is None:
            return Answer(mark=None, above=self._board())
        rows = [
            Choice(
                recent.cells,
                partial(self._resume, recent),
                remove=None if recent.draft is None else partial(self._throw_away, recent),
            )
            for recent in self._figures.recent
        ]
        unfinished = bool(self._figures.recent) and self._figures.recent[0].draft is not None
        self.set_keys(*self.KEYS, "Delete discard" if unfinished else "")
        return Answer(rows, mark=0 if unfinished else None, above=self._board())

    async def _resume(self, recent: Recent) -> None:
        if recent.draft is None:
            await self.navigator.open_record(recent.kind, recent.id)
            return
        number = recent.draft
        draft = await self.ask(lambda store: store.drafts.get(number))
        if draft is None:
            self.say("This was saved or discarded meanwhile.")
            return
        await self.navigator.open_draft(draft)

    async def _throw_away(self, recent: Recent) -> None:
        """Delete a draft, after the second key."""
        number, name = recent.draft, recent.cells[0]
        question = f"{name}. Throw away what was typed? Press Delete again."
        if number is not None and self.confirmed(f"throw away {number}", question):
            await self.ask(lambda store: store.drafts.drop(number))
            await self.load_data()
            self.say("Thrown away.")

    def _board(self) -> tuple[str, ...]:
        """Return the lines of the jobs and, once they are known, the figures."""
        words = {job.key: f"{job.key} {job.words}" for job in self._jobs}
        places = (("1", "4", "7"), ("2", "5", "8"), ("3", "6", "9"))
        lines = [_line(words.get(key, "") for key in row) for row in places]
        if self._figures is None:
            return (*lines, "")
        found = self._figures
        columns = (found.today, found.laptop, found.needs)
        return (
            *lines,
            "",
            _line(("Today", "This laptop", "Needs you")),
            *(_line(cells) for cells in zip_longest(*columns, fillvalue="")),
            "",
        )


def _line(cells: Iterable[str]) -> str:
    """Return three cells side by side, as wide as the longest words of each need at 80 columns."""
    sizes = (24, 24, 28)
    return "  " + "".join(map(fit, cells, sizes)).rstrip()
