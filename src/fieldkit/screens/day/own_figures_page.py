"""The operator's own figures by day; nobody else's, and no ranking."""

from __future__ import annotations

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.widgets.rows import Answer, Choice


class OwnFiguresPage(PickerPage[None]):
    """Keys, records and corrections of each day."""

    KEYS = keys("Esc back")
    OWNED = True

    async def load_data(self) -> None:
        """Say whose they are, and that they stay here."""
        self.set_header("My figures", self.app.operator)
        self.say(
            "Only you see these. They stay on this laptop and are never sent; only how many keys "
            "were pressed is counted, never which.",
            hint=True,
        )

    async def answer(self, _text: str) -> Answer:
        """Answer with a line a day, the latest first."""
        from datetime import date

        from fieldkit.day.figures import own_figures
        from fieldkit.records.fields.formats import indian, show_date

        await self.app.keep_figures()
        operator = self.app.operator
        found = await self.ask(lambda store: own_figures(store.notes, operator))
        rows = []
        for day, one in found.items():
            rate, each = one.an_hour(one.new + one.corrected), one.keys_each()
            keys_rate = one.an_hour(one.keys)
            cells: tuple[Cell, ...] = (
                (Span(show_date(date.fromisoformat(day)), "strong"),),
                indian(one.new),
                indian(one.corrected),
                f"{one.minutes // 60}:{one.minutes % 60:02}",
                "" if rate is None else indian(rate),
                "" if keys_rate is None else indian(keys_rate),
                "" if each is None else indian(each),
            )
            rows.append(Choice(cells, key=day))
        return Answer(
            rows,
            headings=(
                "Day",
                "New",
                "Corrected",
                "At work",
                "Records an hour",
                "Keys an hour",
                "Keys a record",
            ),
            right=frozenset(range(1, 7)),
        )
