"""The choice of a report, by a word of its title."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.glyphs import DOWN, UP
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.reports import AnyReport


class ReportsPage(PickerPage[None]):
    """Every report; Enter counts it for the area of this laptop."""

    TITLE = "Progress"
    PROMPT = "Report"
    HINT = "a word of its title"
    EMPTY = "No report of that name."
    KEYS = keys("Enter open", "type to narrow", f"{UP}{DOWN} choose", "Esc back")

    async def answer(self, text: str) -> Answer:
        """Answer with the reports in whose title each word typed begins a word."""
        found = await self.ask(lambda _store: _reports())
        wanted = text.casefold().replace(":", " ").split()
        rows = [
            Choice(
                (
                    (Span(one.title, "strong"),),
                    (Span(_rows(one), "dim"),),
                    (Span(one.code, "dim"),),
                ),
                partial(self._open, one),
                key=one.name,
            )
            for one in found
            if all(_begins(part, f"{one.title} {one.code}") for part in wanted)
        ]
        return Answer(rows)

    async def _open(self, report: AnyReport) -> None:
        from fieldkit.screens.lookup.places import own_area
        from fieldkit.screens.progress.reports.report_page import ReportPage
        from fieldkit.screens.progress.wanted import Wanted

        area = await self.ask(own_area)
        await self.app.push_screen(ReportPage(Wanted(report, area, report.by[0])))


def _reports() -> list[AnyReport]:
    from fieldkit.reports import reports

    return [*reports().values()]


def _rows(report: AnyReport) -> str:
    """Return what its rows can be: "by area, trade, gender"."""
    return f"by {', '.join(one.label.lower() for one in report.by)}"


def _begins(part: str, words: str) -> bool:
    return any(word.startswith(part) for word in words.casefold().replace(":", " ").split())
