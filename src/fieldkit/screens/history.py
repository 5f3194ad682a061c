"""Every change of a record made on this laptop, with who made it and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.widget import Widget

from fieldkit.screens.page import Page
from fieldkit.screens.rows import state_words
from fieldkit.screens.sync_words import how_long
from fieldkit.screens.widgets.picker import Answer, Choice, Picker

if TYPE_CHECKING:
    from fieldkit.store import Logged

_DONE = {"create": "entered", "edit": "changed", "delete": "deleted", "decide": "settled"}


class HistoryPage(Page[None]):
    """The changes of one record, the newest first."""

    KEYBOARD = "#picker"
    KEYS = "Up Down look   Esc back"

    def __init__(self, record_id: str, label: str) -> None:
        super().__init__()
        self.record_id, self.label = record_id, label

    def content(self) -> Iterable[Widget]:
        """Yield the lines."""
        yield Picker(
            self.answer, self.told, typing=False, empty="Nothing was changed on this laptop."
        )

    async def arrive(self) -> None:
        """Say whose history this is."""
        self.where(f"History of {self.label}   {self.record_id}")

    async def answer(self, _text: str) -> Answer:
        """Answer with the changes."""
        logged = await self.ask(lambda store: store.changes_of(self.record_id))
        return Answer([Choice(line(one), stay) for one in reversed(logged)])


def line(logged: Logged) -> tuple[str, ...]:
    """Return the cells of one change: when, who, what, and where it stands."""
    from fieldkit.records import kinds
    from fieldkit.records.change import DECIDED
    from fieldkit.records.formats import Moment

    change = logged.change
    kind = kinds().get(change.kind)
    asks = kind.asks() if kind else {}
    names = [name for name in change.fields if name != DECIDED]
    fields = ", ".join(asks[name].label.lower() if name in asks else name for name in names)
    state = state_words(str(logged.state))
    wrong = f" (the clock was wrong by {how_long(logged.skew)})" if logged.skew else ""
    return (
        Moment().show(change.at) + wrong,
        change.operator,
        f"{_DONE[change.op]}: {fields}" if fields else _DONE[change.op],
        f"{state}: {logged.reason}" if logged.reason else state,
    )


async def stay() -> None:
    """Enter on a line of the history leads nowhere further."""
