"""The day up to which a report counts: typed, or one of those that reviews ask for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import date, timedelta
from functools import partial

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Span
from fieldkit.screens.widgets.rows import Answer, Choice


class DayPage(PickerPage[None]):
    """Asks for a day that has passed."""

    KEYS = keys("Enter show", "type a day", "Esc back")
    PROMPT = "As on"
    HINT = "26 9 2025, 31 Mar ..."

    def __init__(
        self,
        title: str,
        reviewed: date | None,
        go: Callable[[date | None], Awaitable[object]],
    ) -> None:
        """``reviewed``: the last review meeting; ``go``: shows the report as on a day."""
        super().__init__()
        self._title, self._reviewed, self._go = title, reviewed, go

    async def load_data(self) -> None:
        """Say of which report."""
        self.set_header(self._title, "As on a day")

    async def answer(self, text: str) -> Answer:
        """Answer with the day typed; with nothing typed, with days that are often asked for."""
        from fieldkit.records.fields.formats import PAST_DATE, Unfit, show_date, today

        if not text.strip():
            days = dict(self._usual(today()))
            return Answer([self._row(show_date(day), words, day) for day, words in days.items()])
        try:
            day = PAST_DATE.parse(text)
        except Unfit as error:
            return _refused(str(error))
        if not isinstance(day, date):
            return Answer(mark=None)
        if day > today():
            return _refused(f"{show_date(day)} has not come yet. Type a day that has passed.")
        return Answer([self._row(show_date(day), "", day)])

    def _usual(self, today: date) -> Iterator[tuple[date, str]]:
        """Give the ends of the last month and financial year, and the last review meeting."""
        yield today.replace(day=1) - timedelta(days=1), "the end of last month"
        year = today.year - (today.month < 4)
        yield date(year, 3, 31), "the end of the last financial year"
        if self._reviewed:
            yield self._reviewed, "the last review meeting"

    def _row(self, day_shown: str, words: str, day: date) -> Choice:
        cells = ((Span(day_shown, "strong"),), (Span(words, "dim"),))
        return Choice(cells, partial(self._taken, day), key=day_shown)

    async def _taken(self, day: date) -> None:
        self.dismiss(None)
        await self._go(day)


def _refused(sentence: str) -> Answer:
    return Answer(mark=None, above=("", (Span(sentence, "bad"),)))
