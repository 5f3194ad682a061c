"""Home: the box that finds and begins everything, the day's jobs, and what needs you.

It paints before anything else is loaded; figures and rows follow from the store.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from fieldkit.screens.base import navigation as doors
from fieldkit.screens.base.app import AppBase
from fieldkit.screens.base.page import Line, Page
from fieldkit.screens.home.find import choice_of, new_row, search
from fieldkit.screens.widgets.cells import fit
from fieldkit.screens.widgets.picker import Answer, Choice, Picker

if TYPE_CHECKING:
    from fieldkit.screens.home.figures import Figures, Recent
    from fieldkit.search.glance import Glimpse
    from fieldkit.store import Notice, Store

Job = tuple[str, str, Callable[[AppBase], Awaitable[object]]]


def _list(kind: str) -> Callable[[AppBase], Awaitable[object]]:
    return lambda desk: doors.open_list(desk, kind)


JOBS: tuple[Job, ...] = (
    ("1", "Register artisan", _list("beneficiary")),
    ("2", "Self-help group", _list("self_help_group")),
    ("3", "Training", _list("training_batch")),
    ("4", "Toolkit hand-over", doors.open_toolkits),
    ("5", "Programme", _list("programme")),
    ("6", "All lists", doors.open_lists),
    ("7", "Import", doors.open_import),
    ("8", "Sync", doors.open_sync),
    ("9", "Change operator", doors.open_operators),
)


class HomePage(Page[None]):
    """Typing is finding; a lone digit and Enter opens that job."""

    KEYBOARD = "#picker"
    KEYS = "? help   F5 sync   / menu   Ctrl+O operator   Ctrl+Q quit"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+n,f9", "new", "New", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self._figures: Figures | None = None
        self._whose = ""
        """The operator whose day is shown."""
        self._seen: int | None = None
        """The notice that is on the screen."""

    def content(self) -> Iterable[Widget]:
        """Yield the box."""
        yield Picker(self.answer, self.told, prompt="Find or new")

    async def arrive(self) -> None:
        """Say where this laptop stands and what waits."""
        self.where("fieldkit")
        if not self.desk.standing.origin:
            await self.desk.take_stock()
        await self._count()
        await self._notice()
        picker = self.query_one(Picker)
        operator = self.desk.operator
        if picker.typed.text:
            picker.freshen()
        elif self._whose != operator:
            picker.turn("")
        else:
            picker.renew()
        self._whose = operator

    async def freshen(self) -> None:
        """Show the new figures; the mark stays where it is, and hits are left alone."""
        await self._count()
        await self.query_one(Picker).follow()

    async def _notice(self) -> None:
        """Say what is kept for the person; it has been seen once one comes back to Home."""
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
        from fieldkit.screens.home.figures import figures  # only now: the records are loaded

        operator = self.desk.operator
        self._figures = await self.desk.background(lambda store: figures(store, operator))
        self.where(f"fieldkit   {self.desk.standing.area}")
        if self._figures.clock:
            self.say(self._figures.clock, error=True)

    async def answer(self, text: str) -> Answer:
        """Answer the empty box with the day, a lone digit with its job, all else with hits."""
        typed = text.strip()
        if not typed:
            return self._day()
        self.keys(self.KEYS)
        job = next((job for job in JOBS if job[0] == typed), None)
        if job:
            _, words, go = job
            return Answer(last=Choice((words,), partial(self._start, go)), above=self._board())
        return await self._hits(text)

    async def _hits(self, text: str) -> Answer:
        glimpses = await self.desk.glance(text)
        if glimpses is not None:
            return self._first_hits(text, glimpses)
        rows, strong = await self.read(lambda store: search(store, text, None), "hits")
        choices = [choice_of(row, self._open) for row in rows]
        last = self._new(text, among=bool(rows))
        return Answer(choices, last, 0 if strong else len(rows))

    def _first_hits(self, text: str, glimpses: Sequence[Glimpse]) -> Answer:
        """Answer from a glance at the file; what is taken waits for the records."""

        async def begin() -> None:
            await self.desk.opened()
            await self._new(text).enter()

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
        last = Choice((new, "Ctrl+N"), begin)
        return Answer(rows, last, 0 if glimpses and glimpses[0].strong else len(rows))

    async def _open(self, kind: str, record_id: str) -> None:
        await self.desk.opened()
        self.query_one(Picker).renew("")
        await doors.open_record(self.desk, kind, record_id)

    async def _start(self, go: Callable[[AppBase], Awaitable[object]]) -> None:
        self.query_one(Picker).renew("")
        await go(self.desk)

    async def action_new(self) -> None:
        """Register what is typed, without looking through the hits."""
        await self.told(self._new(self.query_one(Picker).typed.text).enter)

    def _new(self, typed: str, *, among: bool = False) -> Choice:
        clear = partial(self.query_one(Picker).renew, "")
        return new_row(self.desk, "beneficiary", typed, among=among, before=clear)

    def action_leave(self) -> None:
        """Stay: Home is where Escape leads."""

    # --- the day ---

    def show_standing(self) -> None:
        """Name this laptop as well: Home has room for it."""
        standing, line = self.desk.standing, self.query_one("#where", Line)
        words = standing.words(origin=True, since=True)
        fits = len(line.left) + len(words) + 2 <= self.size.width - 2
        line.put(right=words if fits else standing.words(since=True))

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
        self.keys(self.KEYS + ("   Delete throw away" if unfinished else ""))
        return Answer(rows, mark=0 if unfinished else None, above=self._board())

    async def _resume(self, recent: Recent) -> None:
        if recent.draft is None:
            await doors.open_record(self.desk, recent.kind, recent.id)
            return
        number = recent.draft
        draft = await self.ask(lambda store: store.drafts.get(number))
        if draft is None:
            self.say("This was saved or discarded meanwhile.")
            return
        await doors.open_draft(self.desk, draft)

    async def _throw_away(self, recent: Recent) -> None:
        """Throw an unfinished form away, when asked twice."""
        number, name = recent.draft, recent.cells[0]
        question = f"{name}. Throw away what was typed? Press Delete again."
        if number is not None and self.sure(f"throw away {number}", question):
            await self.ask(lambda store: store.drafts.drop(number))
            await self.arrive()
            self.say("Thrown away.")

    def _board(self) -> tuple[str, ...]:
        """Draw the jobs and, once they are known, the figures."""
        lines = [_line(f"{key} {words}" for key, words, _ in JOBS[row::3]) for row in range(3)]
        if self._figures is None:
            return (*lines, "")
        found = self._figures
        columns = (found.today, found.laptop, found.needs)
        heads = ("Today", "This laptop", "Needs you")
        return (
            *lines,
            "",
            _line(heads),
            *(_line(cells) for cells in zip_longest(*columns, fillvalue="")),
            "",
        )


def _line(cells: Iterable[str]) -> str:
    """Set three cells side by side; the widest words of each have their room at 80 columns."""
    sizes = (24, 24, 28)
    return "  " + "".join(map(fit, cells, sizes)).rstrip()
