"""The choice of a list: all kinds by domain, with the number of their records."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import heading, keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Record


class ListsPage(PickerPage[None]):
    """All kinds with the number of their records."""

    TITLE = "Lists"
    PROMPT = "Lists"
    HINT = "what is in it"
    EMPTY = "No such list."
    KEYS = keys("Enter open", "type to narrow", "Esc back")

    async def load_data(self) -> None:
        """Count the records."""
        self.picker.reload_if_idle()

    async def answer(self, text: str) -> Answer:
        """Answer with the kinds whose name contains what is typed, under their domains.

        Kinds without records stand after those that have some.
        """
        from fieldkit.records.declaration.roles import by_domain

        counts = await self.ask(lambda store: store.counts())
        wanted, rows = text.strip().casefold(), list[Choice]()
        for domain, found in by_domain():
            named = [kind for kind in found if wanted in f"{kind.plural} {domain}".casefold()]
            for number, kind in enumerate(
                sorted(named, key=lambda kind: not counts.get(kind.kind()))
            ):
                row = self._row(kind, counts.get(kind.kind(), 0))
                if number == 0:
                    row = row._replace(head=heading(domain), gap=("",) if rows else ())
                rows.append(row)
        return Answer(rows, headings=("List", "Records"), right=frozenset({1}))

    def _row(self, kind: type[Record], many: int) -> Choice:
        from fieldkit.records.fields.formats import indian

        cells: tuple[Cell, ...] = (
            (Span(kind.plural, "strong" if many else "text"),),
            (Span(indian(many), "text" if many else "dim"),),
        )
        return Choice(cells, partial(self.navigator.open_list, kind.kind()), key=kind.kind())
