"""The rows of one section of a list, and the records that only the field has."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.reconcile.listing import Section, Session
from fieldkit.screens.reconcile.row_page import RowPage
from fieldkit.screens.reconcile.undoing import ComparingPage
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.reconcile.rows import Row
    from fieldkit.store import Store

_PART = 200
"""Rows read at a time."""


class RowsPage(ComparingPage[None]):
    """Enter opens a row; those decided are gone when one comes back."""

    KEYS = keys("Enter open", "Esc back")
    EMPTY = "Nothing is left here."

    def __init__(self, session: Session, section: Section, name: str) -> None:
        super().__init__()
        self._session, self._section, self._file = session, section, name

    @property
    def session(self) -> Session:
        """The comparison."""
        return self._session

    async def load_data(self) -> None:
        """Show the rows as they are now."""
        self.set_header("Portal list", self._file, self._section.words.capitalize())
        self.picker.reload_if_idle()

    async def answer(self, _text: str) -> Answer:
        """Answer with the first rows."""
        return await self._part(-1)

    async def _part(self, after: int) -> Answer:
        found = self._session.found

        def read(_store: Store) -> list[Row]:
            from fieldkit.reconcile.rows import Outcome

            return found.rows.page(Outcome(self._section.outcome), after, _PART)

        rows = await self.read(read, "rows")
        more = partial(self._part, rows[-1].number) if len(rows) == _PART else None
        return Answer([self._row(one) for one in rows], headings=("Row", "Name", ""), more=more)

    def _row(self, one: Row) -> Choice:
        fields = self._session.found.kind.fields()
        named = ", ".join(fields[d.field].label for d in (*one.differing, *one.kept))
        words: Cell = (Span(one.why or named, "dim"),)
        cells: tuple[Cell, ...] = (str(one.number), (Span(one.label, "strong"),), words)
        return Choice(cells, partial(self._open, one.number), key=str(one.number))

    async def _open(self, number: int) -> None:
        await self.app.push_screen(RowPage(self._session, number, self._file))


class MissingPage(PickerPage[None]):
    """The records of the list's area and period that the list lacks."""

    KEYS = keys("Enter open", "Esc back")
    EMPTY = "Nothing is left here."

    def __init__(self, session: Session, section: Section, name: str) -> None:
        super().__init__()
        self._session, self._section, self._file = session, section, name

    async def load_data(self) -> None:
        """Say which section it is, and of which period."""
        from fieldkit.records.fields.dates import show_date

        self.set_header("Portal list", self._file, self._section.words.capitalize())
        period = self._session.found.period
        if period is not None:
            label = self._session.found.kind.fields()[period.field].label
            days = f"{show_date(period.since)} to {show_date(period.until)}"
            self.say(f"Records of the list's areas, {label} {days}.", hint=True)

    async def answer(self, _text: str) -> Answer:
        """Answer with the first records."""
        return await self._part("")

    async def _part(self, after: str) -> Answer:
        found = self._session.found
        missing = await self.read(lambda _store: found.rows.missing(after, _PART), "rows")
        more = partial(self._part, missing[-1][0]) if len(missing) == _PART else None
        rows = [
            Choice(
                (number, (Span(name, "strong"),), (Span(why, "dim"),)),
                partial(self.navigator.open_record, found.kind.kind(), number),
                key=number,
            )
            for number, name, why in missing
        ]
        return Answer(rows, headings=("Number", "Name", ""), more=more)
