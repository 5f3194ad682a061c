"""Home: the box that finds and begins everything, the day's jobs, and what needs the operator.

It paints before anything else is loaded; declared jobs, figures and rows follow from the store. The
board keeps a place for each of them, so that nothing moves when they come.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from fieldkit.screens.base.page import LOW, PickerPage
from fieldkit.screens.find.hits import (
    NOTHING_MARKED,
    alike,
    choice_of,
    has_letters,
    keys_for,
    marked_place,
    new_cells,
    new_row,
)
from fieldkit.screens.find.scanning import ScannedCard
from fieldkit.screens.find.search import search
from fieldkit.screens.home import board
from fieldkit.screens.home.jobs import FIXED, REVIEW, SYNC, JobRow, all_jobs
from fieldkit.screens.look.glyphs import DOWN, UP
from fieldkit.screens.look.parts import keys, rare
from fieldkit.screens.look.text import Span, Text
from fieldkit.screens.lookup.acts.undoing import UNDO, undo_last_save
from fieldkit.screens.lookup.rows import HEADINGS, headings_of
from fieldkit.screens.widgets.bars import PANEL_WIDTH, TopBar
from fieldkit.screens.widgets.picker import Picker
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.screens.home.figures import DueWork, Figures, Need, Recent
    from fieldkit.search.glance import Glimpse
    from fieldkit.store import Notice, Store

_FRAME, _FRAMED_FROM = 3, 10


class HomePage(PickerPage[None]):
    """Typing searches; a lone digit and Enter opens that job."""

    TITLE = "fieldkit"
    PROMPT = "Find or new"
    HINT = "name, mobile, village or number"
    KEYS = keys("? help", "/ menu", "F5 sync", "Ctrl+O operator", "Ctrl+Q quit")
    FINDING = (
        *keys("Enter open", "Ctrl+N register", f"{UP}{DOWN} choose"),
        *(rare("? help"),),
        *keys("Esc clear"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n,f9", "new", "New", show=False),
        UNDO,
    ]

    def __init__(self) -> None:
        super().__init__()
        self._card = ScannedCard()
        self._jobs: Sequence[JobRow] = FIXED
        self._figures: Figures | None = None
        self._due: DueWork | None = None
        """What is due; counted after the figures."""
        self._figures_of = ""
        """The operator whose figures are shown."""
        self._left: tuple[int | None, int] | None = None
        """The draft that was left last, and when."""
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
        elif self._figures_of != operator or self._another_draft():
            self.picker.start_over("")
        else:
            self.picker.reload()
        self._figures_of = operator
        await self._count_due()

    def _another_draft(self) -> bool:
        """Say whether another draft is the one left last: the mark goes to it."""
        drafts = [(one.draft, one.worked_at) for one in self._recent if one.draft is not None]
        before, self._left = self._left, drafts[0] if drafts else None
        return self._left is not None and self._left != before

    @property
    def _recent(self) -> Sequence[Recent]:
        return self._figures.recent if self._figures else ()

    async def refresh_data(self) -> None:
        """Show the new figures; the mark stays where it is, and hits are left alone."""
        await self._count()
        await self.picker.follow()
        await self._count_due()

    async def _show_notice(self) -> None:
        """Show the oldest notice; it counts as seen once the operator comes back to Home."""
        seen = self._seen

        def read(store: Store) -> list[Notice]:
            if seen is not None:
                store.noticed(seen)
            return store.notices()

        waiting = await self.ask(read)
        on_top = self.app.screen is self  # else nobody sees it, and it is said once more
        self._seen = waiting[0].id if waiting and on_top else None
        if waiting and on_top:
            self.say(waiting[0].text)

    async def _count(self) -> None:
        from fieldkit.screens.home.figures import figures  # not before: it loads the records

        operator = self.app.operator
        self._figures = await self.app.background(lambda store: figures(store, operator))
        self._jobs = all_jobs()
        self.set_header("fieldkit", self.app.header_status.area)
        self._show_panel()
        if self._figures.warning:
            self.say(self._figures.warning, error=True)

    async def _count_due(self) -> None:
        """Count what is due, which takes longest; the mark stays where it is."""
        from fieldkit.screens.home.figures import due_work_here

        due = await self.app.background(due_work_here)
        if due != self._due:
            self._due = due
            self._show_panel()
            await self.picker.settled()
            await self.picker.follow(from_top=True)

    async def answer(self, text: str) -> Answer:
        """Answer the empty box with the day, a lone digit with its job, all else with hits."""
        typed = text.strip()
        if self.sentence == NOTHING_MARKED:
            self.say("")  # it was about another text
        if not typed:
            return self._day()
        self.begin_next()
        # Enter is offered once a row is marked.
        self.set_keys(*self.FINDING[len(typed) > 1 :])
        job = await self._job(typed) if len(typed) == 1 and typed.isdigit() else None
        if job:
            words = (Span(job.key, "key"), Span(f" {job.words}", "strong"))
            start = Choice((words, (Span("Enter", "key"),)), partial(self._start, job))
            return Answer(last=start, above=self._jobs_shown())
        return await self._hits(text)

    def on_picker_marked(self, event: Picker.Marked) -> None:
        """Say what Enter does with the marked row."""
        typed = self.picker.typed.text.strip()
        if not typed:
            self._show_day_keys(discards=event.row is not None and event.row.remove is not None)
        elif len(typed) > 1:
            box = self.picker
            begins = "register"
            self.set_keys(*keys_for(event.row, box.answer, self.FINDING, begins, box.numbers))

    def on_picker_nothing_marked(self, _event: Picker.NothingMarked) -> None:
        """Say what to press instead of Enter."""
        if self.picker.typed.text:
            self.say(NOTHING_MARKED)

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
        choices = [choice_of(row, self._open, text) for row in rows]
        last = self._new(text, among=bool(rows))
        return Answer(
            choices,
            last,
            marked_place(len(rows), sure=sure, last=True),
            headings=headings_of(rows),
            note=alike(len(rows)),
            numbered=has_letters(text),
        )

    def _first_hits(self, text: str, glimpses: Sequence[Glimpse]) -> Answer:
        """Answer from the database file alone; what is taken waits until the records are loaded."""
        from fieldkit.screens.find.matched import hit_cells

        rows = []
        for one in glimpses:
            four = one.last_four and f"..{one.last_four}"
            cells = hit_cells((one.label, one.relation, one.place, four, ""), text)
            below = ((Span(f"  {one.title.lower()}"),), (Span(one.id),))
            rows.append(Choice(cells, partial(self._open, one.kind, one.id), below, key=one.id))
        new = new_cells("register ", text.strip(), among=bool(rows))
        last = Choice(new, partial(self._begin, text))
        sure = bool(glimpses) and glimpses[0].strong
        marked = marked_place(len(rows), sure=sure, last=True)
        return Answer(rows, last, marked, headings=HEADINGS, numbered=has_letters(text))

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

    def action_undo_save(self) -> None:
        """Undo the last save, at the second key."""
        self.app.hold_keys(self.run_reporting(self._undo))

    async def _undo(self) -> None:
        if await undo_last_save(self):
            said = self.sentence
            await self.load_data()
            self.say(said, done=True)

    async def _begin(self, typed: str) -> None:
        """Open the form of a new record, once the records are loaded."""
        await self.ask(lambda _store: None)
        await self._new(typed).enter()

    def _new(self, typed: str, *, among: bool = False) -> Choice:
        from fieldkit.records.declaration.roles import newcomer

        clear = partial(self.picker.reload, "")
        return new_row(
            self.navigator,
            newcomer().kind(),
            typed,
            among=among,
            ask=self.ask,
            before=clear,
            texts=self._card.texts(typed),
        )

    async def take_scan(self, text: str, /) -> None:
        """Look for the person of a scanned card; Ctrl+N registers them with what it says."""
        await self._card.take(self, text)

    def action_leave(self) -> None:
        """Stay: Home is where Escape leads."""

    # --- the day ---

    def on_mount(self) -> None:
        """Show the frames of the panel, so that nothing moves when it is filled."""
        self._show_panel()

    def on_resize(self) -> None:
        """Lay the day out for the new size."""
        self._show_panel()
        if self._figures and not self.picker.typed.text:
            self.picker.reload()

    def show_header_status(self) -> None:
        """Name this laptop too, if there is space; the panel says how long the line is as it is."""
        self.query_one("#where", TopBar).put(status=self.app.header_status.chips(origin=self.wide))
        self._show_panel()

    def _show_panel(self) -> None:
        if not self.wide:
            return
        line = self.app.header_status.line_chip(since=True)
        self.set_panel(*board.panel(self._figures, self._due, line))

    def _space(self) -> board.Space:
        width, height = self.app.size
        lines = height - 4 - (height >= LOW)  # bar, sentence and keys
        box = _FRAME if lines >= _FRAMED_FROM else 1
        beside = PANEL_WIDTH + 1 if self.wide else 0
        return board.space_for(width - beside, lines - box)

    def _jobs_shown(self) -> tuple[Text, ...]:
        words, space, found = (
            {job.key: job.words for job in self._jobs},
            self._space(),
            self._figures,
        )
        if found is None or not found.reviews:
            words.pop(REVIEW, "")
        badges = {SYNC: found.waiting, REVIEW: found.to_review} if found else {}
        return (*(((),) if space.air else ()), *board.job_lines(words, badges, space))

    def _day(self) -> Answer:
        space, found = self._space(), self._figures
        above = (*self._jobs_shown(), (), board.headings(space))
        if found is None:
            return Answer(mark=None, above=above)
        due = self._due
        needs = board.shown_needs(found, due, space) if due else found.needs
        lines = board.beside(found, needs, space)
        if due and not needs:
            lines[0] = board.nothing_needed(lines[0], space)
        rows = [
            self._need(one, needs, line, space) for one, line in zip(needs, lines, strict=False)
        ]
        recents = [self._choice(one) for one in found.recent]
        crowded = bool(recents) and len(lines) > space.most
        lines = lines[len(rows) :]
        if space.sparkline and not crowded:
            lines += [(), board.daily_line(found.daily, space)]
        if recents:
            recents[0] = recents[0]._replace(gap=(*lines, ()), head=board.GO_ON)
            lines = []
        unfinished = bool(recents) and recents[0].remove is not None
        self._show_day_keys(discards=unfinished)
        mark = len(rows) if unfinished else None
        return Answer([*rows, *recents], mark=mark, above=above, after=tuple(lines))

    def _show_day_keys(self, *, discards: bool) -> None:
        """Show the keys of the empty box; ``discards``: the marked row is unfinished."""
        self.set_keys(*self.KEYS[:-1], "Delete discard" if discards else "", self.KEYS[-1])

    def _need(self, one: Need, needs: Sequence[Need], line: Text, space: board.Space) -> Choice:
        return Choice(
            (board.need(one, needs, space),),
            partial(self._attend, one),
            key=f"{one.state} {one.what}",
            before=board.before_need(line, space),
        )

    async def _attend(self, one: Need) -> None:
        """Open what something that needs the operator names."""
        if one.state == "unfinished":
            await self._resume(self._recent[0])
        elif one.state == "due":
            await self.navigator.open_due(one.what)
        elif one.state == "sent back":
            await self.navigator.open_sent_back()
        elif one.what:
            await self.navigator.open_review(one.what)
        else:
            await self.navigator.open_sync()

    def _choice(self, recent: Recent) -> Choice:
        return Choice(
            board.recent_cells(recent),
            partial(self._resume, recent),
            remove=None if recent.draft is None else partial(self._discard, recent),
            key=recent.id if recent.draft is None else f"draft {recent.draft}",
        )

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

    async def _discard(self, recent: Recent) -> None:
        """Delete a draft, after the second key."""
        number = recent.draft
        question = f"Discard {recent.name} ({recent.title}, unfinished)?"
        again = "Press Delete again."
        if number is not None and self.confirmed(f"discard {number}", question, again):
            await self.ask(lambda store: store.drafts.drop(number))
            await self.load_data()
            self.say(f"Discarded: {recent.name}", done=True)
