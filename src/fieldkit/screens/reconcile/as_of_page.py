"""The day on which the portal wrote a list."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Span
from fieldkit.screens.reconcile.listing import Session
from fieldkit.screens.reconcile.preview_page import Done
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.store import Store


class AsOfPage(PickerPage[None]):
    """Type the date; what was registered here later is not missing on the list."""

    KEYS = keys("Enter use it", "Esc back")
    PROMPT = "As of"
    HINT = "like 26 Sep 2026"

    def __init__(self, session: Session, done: Done) -> None:
        super().__init__()
        self._session, self._done = session, done

    async def load_data(self) -> None:
        """Say what it is."""
        self.set_header("Portal list", "As of")
        self.say("Changes taken from the list carry this date.", hint=True)

    async def answer(self, text: str) -> Answer:
        """Answer with the date that was typed."""
        from fieldkit.records import Unfit
        from fieldkit.records.fields.dates import PAST_DATE, show_date
        from fieldkit.records.fields.formats import today

        try:
            day = PAST_DATE.parse(text)
        except Unfit as error:
            return Answer(mark=None, above=("", (Span(str(error), "bad"),)))
        if not isinstance(day, date):
            return Answer(mark=None)
        if day > today():
            said = f"{show_date(day)} is still to come."
            return Answer(mark=None, above=("", (Span(said, "bad"),)))
        return Answer([Choice(((Span(show_date(day), "strong"),),), partial(self._take, day))])

    async def _take(self, day: date) -> None:
        from fieldkit.records.fields.dates import show_date

        found = self._session.found

        def take(store: Store) -> None:
            found.take_as_of(store, day)

        await self.app.work(take)
        self.dismiss(None)
        await self._done(f"The list is as of {show_date(day)}.")
