"""One row of a list: field by field beside the record here, or those who could be meant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import say_on_screen
from fieldkit.screens.look.text import Cell, Span, wrapped
from fieldkit.screens.reconcile.listing import Session
from fieldkit.screens.reconcile.preview_page import PreviewPage
from fieldkit.screens.reconcile.undoing import ComparingPage
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.reconcile.acts import Act
    from fieldkit.reconcile.compare import Difference
    from fieldkit.reconcile.rows import Row
    from fieldkit.store import Store

_LONGEST = 6
"""Most lines of what the portal says."""


class RowPage(ComparingPage[None]):
    """Enter takes the portal's value or says who is meant; Delete keeps the values here."""

    def __init__(self, session: Session, number: int, name: str) -> None:
        """``number``: of the row; ``name``: of the file."""
        super().__init__()
        self._session, self._number, self._file = session, number, name

    @property
    def session(self) -> Session:
        """The comparison."""
        return self._session

    async def answer(self, _text: str) -> Answer:
        """Answer with the row as it stands now."""
        row = await self._row()
        self.set_header("Portal list", self._file, f"Row {row.number}", row.label)
        match str(row.outcome):
            case "differs":
                return self._differing(row)
            case "kept":
                return self._kept(row)
            case "uncertain":
                return await self._uncertain(row)
            case "portal":
                return self._only_there(row)
        self.set_keys("Esc back")
        return Answer(mark=None, above=("This row and the record here say the same.",))

    async def _row(self) -> Row:
        found = self._session.found
        return (await self.read(lambda _store: found.rows.some([self._number]), "row"))[0]

    # --- field by field ---

    def _differing(self, row: Row) -> Answer:
        self.set_keys("Enter take the portal's", "Del keep ours", "Esc back")
        rows = [
            Choice(
                self._cells(one),
                partial(self._accept, row, one.field),
                remove=partial(self._keep, row, one.field),
                key=one.field,
            )
            for one in row.differing
        ]
        if len(rows) > 1:
            every: tuple[Cell, ...] = ((Span("All of these", "strong"),), "", "")
            keep = partial(self._keep, row, "")
            rows.append(Choice(every, partial(self._accept, row, ""), remove=keep, key="all"))
        rows.append(_all("Open the record", partial(self._open, row)))
        return Answer(rows, headings=("Field", "Here", "Portal"))

    def _cells(self, one: Difference) -> tuple[Cell, ...]:
        found = self._session.found.kind.fields()[one.field]
        here = found.format.show(one.here)
        return (
            (Span(found.label, "strong"),),
            here or (Span("empty", "dim"),),
            (Span(found.format.show(one.portal), "accent"),),
        )

    async def _accept(self, row: Row, field: str) -> None:
        from fieldkit.reconcile import acts

        found, fields = self._session.found, [field] if field else []
        await self._preview(lambda store: acts.accept(store, found, [row], fields), row)

    async def _keep(self, row: Row, field: str) -> None:
        from fieldkit.reconcile import acts

        found, fields = self._session.found, [field] if field else []
        await self.ask(lambda store: acts.keep(store, found, [row], fields))
        await self._done("Kept as it is here. It is listed as kept.")

    def _kept(self, row: Row) -> Answer:
        self.set_keys("Enter ask again", "Esc back")
        again = partial(self._ask_again, row)
        rows = [Choice(self._cells(one), again, key=one.field) for one in row.kept]
        return Answer(rows, headings=("Field", "Here, kept", "Portal"))

    async def _ask_again(self, row: Row) -> None:
        from fieldkit.reconcile import acts

        found = self._session.found
        await self.ask(lambda store: acts.ask_again(store, found, row))
        await self._done("It is open again.")

    async def _open(self, row: Row) -> None:
        await self.navigator.open_record(self._session.found.kind.kind(), row.record)

    # --- who is meant ---

    async def _uncertain(self, row: Row) -> Answer:
        def read(store: Store) -> list[tuple[str, str, str]]:
            from fieldkit.reconcile.acts import titles

            return titles(row.candidates, store)

        meant = await self.read(read, "candidates")
        self.set_keys("Enter this one is meant" if meant else "", "Esc back")
        rows = [
            Choice((number, words), partial(self._confirm, row, kind, number), key=number)
            for kind, number, words in meant
        ]
        none = _all("None of these: only the portal has it", partial(self._deny, row))
        # Nothing is marked: a second Enter decides nothing.
        return Answer(rows, none if rows else None, None, above=self._said(row))

    def _said(self, row: Row) -> tuple[Cell, ...]:
        from fieldkit.reconcile.acts import portal_words
        from fieldkit.records import kinds

        kind = self._session.found.kind
        about = [
            words
            for person, values in row.about.items()
            for words in portal_words(kinds()[person], values)
        ]
        said = "; ".join(dict.fromkeys((*portal_words(kind, row.values), *about)))
        width = self.space[0]
        why: tuple[Cell, ...] = tuple(wrapped((Span(row.why, "warn"),), width, 2))
        portal = (Span("Portal  ", "dim"), Span(said))
        return (*(why if row.why else ()), *wrapped(portal, width, _LONGEST), "")

    async def _confirm(self, row: Row, kind: str, number: str) -> None:
        from fieldkit.reconcile import acts

        found = self._session.found
        await self._preview(lambda store: acts.confirm(store, found, row, kind, number), row)

    async def _deny(self, row: Row) -> None:
        from fieldkit.reconcile import acts

        found = self._session.found
        await self.ask(lambda store: acts.deny(store, found, row))
        await self._done("Remembered: only the portal has it.")

    # --- only on the portal ---

    def _only_there(self, row: Row) -> Answer:
        self.set_keys("Enter choose", "Esc back")
        rows = [
            _all("Make this record", partial(self._create, row)),
            _all("Ask again who is meant", partial(self._ask_again, row)),
        ]
        return Answer(rows, above=self._said(row))

    async def _create(self, row: Row) -> None:
        from fieldkit.reconcile import acts

        found = self._session.found
        await self._preview(lambda store: acts.create(store, found, [row]), row)

    # --- acts ---

    async def _preview(self, plan: Callable[[Store], Act], row: Row) -> None:
        act = await self.app.work(plan)
        title = row.label or f"Row {row.number}"
        await self.app.push_screen(PreviewPage(self._session, act, title, self._done))

    async def _done(self, said: str) -> None:
        """Show what is left of the row; nothing: go back to the rows."""
        row = await self._row()
        if str(row.outcome) in {"same", "kept", "repeated"}:
            self.count_unsent()
            self.dismiss(None)
            say_on_screen(self.app, said)
            return
        await self.show_again(said)


def _all(words: str, do: Callable[[], Awaitable[object]]) -> Choice:
    return Choice((words,), do, key=words)
