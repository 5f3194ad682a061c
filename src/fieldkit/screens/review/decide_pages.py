"""A decision on many records: what is decided, on which day, why, and what will change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.review.denied import denied_values
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.base.words import counted
from fieldkit.screens.look.glyphs import CORRECT
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span, wrapped
from fieldkit.screens.lookup.acts.preview_page import Done, PreviewPage
from fieldkit.screens.lookup.spoken_day import spoken_day
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.day.decision import Act, Said
    from fieldkit.store import Store

Numbers = Sequence[tuple[str, str]]
"""Kind and number of each record; all of one kind."""


class _Asking(PickerPage[None]):
    """A page that asks one thing about the records; Escape goes back by one."""

    def __init__(self, entries: Numbers, done: Done) -> None:
        super().__init__()
        self._entries, self._done = entries, done

    def about(self, *more: str) -> None:
        """Say on how many records, and what was answered so far."""
        self.set_header(f"Decide {counted(len(self._entries), 'record', 'records')}", *more)

    async def work_out(self, act: Act, said: Said) -> None:
        """Show what will change."""
        from fieldkit.day.decision import ACCEPT, SEND_BACK, plan

        did = {SEND_BACK: "sent back", ACCEPT: "accepted"}.get(act.key, "decided")
        entries = self._entries
        self.say("Working out what will change ...")
        found = await self.read(lambda store: plan(store, entries, act, said), "preview")
        self.say("")
        await self.app.push_screen(PreviewPage("Decide", found, self.finish, did))

    async def finish(self, said: str) -> None:
        """Close with the pages above it, which are closed first, once it was decided."""
        self.dismiss(None)
        await self._done(said)


class ActPage(_Asking):
    """What can be done to the records: stages, states, sending back."""

    KEYS = keys("Enter choose", "type to narrow", "Esc back")
    PROMPT = "Decide"
    HINT = "approve, reject, a state, send back"
    EMPTY = "No such decision."

    async def load_data(self) -> None:
        """Say on how many records."""
        self.about()

    async def answer(self, text: str) -> Answer:
        """Answer with the acts that have each word typed; below them why others are not offered."""
        kind = self._entries[0][0]
        acts = await self.read(lambda store: [*_acts(store, kind)], "acts")
        words = text.casefold().split()
        reasons = dict.fromkeys(denied for _, denied in acts if denied)
        refused = [
            line
            for one in reasons
            for line in wrapped((Span(f"{CORRECT} {one}", "dim"),), self.space[0], 3)
        ]
        return Answer(
            [
                Choice(((Span(one.words, "strong"),),), partial(self._take, one), key=one.words)
                for one, denied in acts
                if not denied and all(word in one.words.casefold() for word in words)
            ],
            after=("", *refused) if refused else (),
        )

    async def _take(self, act: Act) -> None:
        from fieldkit.day.decision import Said

        said = Said(operator=self.app.operator)
        if act.dated or act.reasoned:
            page = DayPage if act.dated else ReasonPage
            await self.app.push_screen(page(self._entries, self.finish, act, said))
        else:
            await self.work_out(act, said)


def _acts(store: Store, kind: str) -> Iterator[tuple[Act, str]]:
    """Yield what can be done to records of a kind, with why the server would refuse it."""
    from fieldkit.day.decision import acts_on, written_by

    for one in acts_on(kind):
        written, fields, new = written_by(kind, one)
        yield one, denied_values(store, written, fields, new=new)


class _Said(_Asking):
    """A page that asks what goes with an act."""

    def __init__(self, entries: Numbers, done: Done, act: Act, said: Said) -> None:
        super().__init__(entries, done)
        self._act, self._so_far = act, said

    async def load_data(self) -> None:
        """Say what is decided."""
        self.about(self._act.words)


class DayPage(_Said):
    """The day of the decision: today, unless another is typed."""

    KEYS = keys("Enter choose", "type another day", "Esc back")
    PROMPT = "Day"
    HINT = "today, yesterday, or 20 11"

    async def answer(self, text: str) -> Answer:
        """Answer with the day that was typed, or today."""
        from fieldkit.records import Unfit
        from fieldkit.records.fields.formats import PAST_DATE, show_date, today

        try:
            said = spoken_day(text, today())
            on = PAST_DATE.parse(said.isoformat() if said else text) if text.strip() else today()
        except Unfit as error:
            return Answer(mark=None, above=("", (Span(str(error), "bad"),)))
        day = on if isinstance(on, date) else today()
        words: Cell = (Span(show_date(day), "strong"), Span("" if text.strip() else "  today"))
        return Answer([Choice((words,), partial(self._take, day), key=str(day))])

    async def _take(self, on: date) -> None:
        said = self._so_far._replace(on=on)
        if self._act.reasoned:
            await self.app.push_screen(ReasonPage(self._entries, self.finish, self._act, said))
        else:
            await self.work_out(self._act, said)


class ReasonPage(_Said):
    """The reason: the person who entered the record reads it."""

    KEYS = keys("Enter choose", "Esc back")
    PROMPT = "Reason"
    HINT = "one for all of them"

    async def answer(self, text: str) -> Answer:
        """Answer with the reason that was typed."""
        reason = " ".join(text.split())
        if not reason:
            hint: Cell = (
                Span("Type the reason: the person who entered the record reads it.", "dim"),
            )
            return Answer(mark=None, above=("", hint))
        words: Cell = (Span(reason, "strong"),)
        said = self._so_far._replace(reason=reason)
        return Answer([Choice((words,), partial(self.work_out, self._act, said), key=reason)])
