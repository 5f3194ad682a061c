"""Every change of a record, with who made it, on which laptop, and where it stands.

What was done here is shown at once; what others did comes from the server, if there is a line (26).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING

from textual.widget import Widget

from fieldkit.screens.base.page import Page
from fieldkit.screens.base.scheduler import apart
from fieldkit.screens.records.rows import in_words, state_words
from fieldkit.screens.sync.words import how_long, plural
from fieldkit.screens.widgets.picker import Answer, Choice, Picker

if TYPE_CHECKING:
    from fieldkit.protocol.messages import HistoryItem
    from fieldkit.store import Logged, Store
    from fieldkit.sync.history import History
    from fieldkit.sync.transport import Stop

_DONE = {"create": "entered", "edit": "changed", "delete": "deleted", "decide": "settled"}


class HistoryPage(Page[None]):
    """The changes of one record, the newest first."""

    KEYBOARD = "#picker"
    KEYS = "Up Down look   Esc back"

    def __init__(self, kind: str, record_id: str, label: str) -> None:
        super().__init__()
        self.kind, self.record_id, self.label = kind, record_id, label
        self._told: History | None = None
        """What the server said; None: nothing yet."""
        self._stop: Stop | None = None

    def content(self) -> Iterable[Widget]:
        """Yield the lines."""
        yield Picker(self.answer, self.told, typing=False)

    async def arrive(self) -> None:
        """Say whose history this is, and ask what others did, unless that is known."""
        self.where(f"History of {self.label}   {self.record_id}")
        if self._told is None or self._told.error:
            self.run_worker(self.told(self._ask_server), group="others", exclusive=True)

    async def answer(self, _text: str) -> Answer:
        """Answer with the changes: those made here, and those of others as far as they came."""
        from fieldkit.sync.history import merge_histories

        logged = await self.read(lambda store: store.changes_of(self.record_id))
        told = self._told.changes if self._told else ()
        made = [_choice(self.kind, one) for one in reversed(merge_histories(logged, told))]
        others = len(made) - len(logged)
        said = wrap(f"Others' changes: {self._said(others)}", max(self.size.width - 4, 20))
        nothing = [] if made else ["   Nothing was changed on this laptop."]
        return Answer(made, above=(*(f" {line}" for line in said), "", *nothing))

    def _said(self, others: int) -> str:
        """Say how it stands with the changes of others."""
        if self._told is None:
            return "asking the server ..."
        if self._told.error:
            return _trouble(self._told.error)
        count = plural(others, "change") if others else "none"
        return f"{count}; older ones are on the server alone" if self._told.more else count

    async def _ask_server(self) -> None:
        """Ask the server in a thread that no key waits for; then show what it said."""
        from fieldkit.sync.history import History

        store = await self.ask(lambda store: store)
        try:
            self._told = await apart(partial(self._carry, store))
        except Exception:
            self._told = History(error=self.desk.note_fault())
        picker = self.query_one(Picker)
        await picker.settled()
        await picker.follow()

    def _carry(self, store: Store) -> History:
        from fieldkit.sync.history import history
        from fieldkit.sync.transport import Stop

        self._stop = Stop(abort_after=0)
        return history(store, self.kind, self.record_id, stop=self._stop)

    def on_unmount(self) -> None:
        """Give up asking for a page that nobody sees."""
        if self._stop is not None:
            self._stop.set()


def _trouble(sentence: str) -> str:
    """Return a sentence as the end of one."""
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


def _choice(kind: str, made: Logged | HistoryItem) -> Choice:
    """Return the line of one change, which is known again by where it was made."""
    from fieldkit.store import Logged

    if isinstance(made, Logged):
        return Choice(line(made), stay, key=f"{made.origin} {made.change.seq}")
    return Choice(_others_line(kind, made), stay, key=f"{made.origin} {made.seq}")


def line(logged: Logged) -> tuple[str, ...]:
    """Return the cells of one change made here: when, who, what, and where it stands."""
    from fieldkit.records import sentence
    from fieldkit.records.fields.formats import Moment

    change = logged.change
    state = state_words(str(logged.state))
    wrong = f" (the clock was wrong by {how_long(logged.skew)})" if logged.skew else ""
    return (
        Moment().show(change.at) + wrong,
        change.operator,
        _done(change.kind, str(change.op), change.fields),
        f"{state}: {sentence(logged.reason)}" if logged.reason else state,
    )


def _others_line(kind: str, item: HistoryItem) -> tuple[str, ...]:
    """Return the cells of a change of others: when, who, what, and on which laptop."""
    from fieldkit.records.fields.formats import Moment

    held = ", not used at once" if item.verdict == "conflict" else ""
    return (
        Moment().show(item.at),
        item.operator,
        _done(kind, item.op, item.fields),
        f"laptop {item.origin}{held}",
    )


def _done(kind: str, op: str, fields: Iterable[str]) -> str:
    """Say what a change did, and to which fields."""
    from fieldkit.protocol.change import DECIDED
    from fieldkit.records import kinds

    known = kinds().get(kind)
    asks = known.fields() if known else {}
    names = [name for name in fields if name != DECIDED]
    told = ", ".join(asks[name].label.lower() if name in asks else in_words(name) for name in names)
    done = _DONE.get(op, op)
    return f"{done}: {told}" if told else done


async def stay() -> None:
    """Enter on a line of the history leads nowhere further."""
