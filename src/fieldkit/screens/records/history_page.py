"""Every change of a record: who made it, when, on which laptop, and its state.

Changes made here are shown at once; those of others come from the server, if there is a line
(rule 26).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING

from fieldkit.screens.base.daemon import in_thread
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.base.words import how_long, plural
from fieldkit.screens.look.parts import keys
from fieldkit.screens.lookup.rows import in_words, state_words
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.protocol.messages import HistoryItem
    from fieldkit.store import Logged, Store
    from fieldkit.sync.history import History
    from fieldkit.sync.transport import Stop

_DONE = {"create": "entered", "edit": "changed", "delete": "deleted", "decide": "settled"}


class HistoryPage(PickerPage[None]):
    """The changes of one record, the newest first."""

    KEYS = keys("Up Down look", "Esc back")

    def __init__(self, kind: str, record_id: str, label: str) -> None:
        super().__init__()
        self.kind, self.record_id, self.label = kind, record_id, label
        self._of_others: History | None = None
        """The server's answer; None: none yet."""
        self._stop: Stop | None = None

    async def load_data(self) -> None:
        """Show the title, and ask the server for the changes of others, unless they are here."""
        self.set_header(self.label, "History", chips=[self.record_id])
        if self._of_others is None or self._of_others.error:
            self.run_worker(self.run_reporting(self._ask_server), group="others", exclusive=True)

    async def answer(self, _text: str) -> Answer:
        """Answer with the changes made here, and those of others that have arrived."""
        from fieldkit.sync.history import merge_histories

        logged = await self.read(lambda store: store.outbox.of(self.record_id))
        theirs = self._of_others.changes if self._of_others else ()
        made = [_choice(self.kind, one) for one in reversed(merge_histories(logged, theirs))]
        others = len(made) - len(logged)
        above = wrap(f"Others' changes: {self._others_words(others)}", max(self.size.width - 4, 20))
        nothing = [] if made else ["   Nothing was changed on this laptop."]
        return Answer(made, above=(*(f" {line}" for line in above), "", *nothing))

    def _others_words(self, others: int) -> str:
        """Say how many changes of others there are, or why they are not known."""
        if self._of_others is None:
            return "asking the server ..."
        if self._of_others.error:
            return _clause(self._of_others.error)
        count = plural(others, "change") if others else "none"
        return f"{count}; older ones are on the server alone" if self._of_others.more else count

    async def _ask_server(self) -> None:
        """Ask the server in its own thread, which no key waits for; then show the answer."""
        from fieldkit.sync.history import History

        store = await self.ask(lambda store: store)
        try:
            self._of_others = await in_thread(partial(self._fetch, store))
        except Exception:
            self._of_others = History(error=self.app.note_fault())
        await self.picker.settled()
        await self.picker.follow()

    def _fetch(self, store: Store) -> History:
        from fieldkit.sync.history import history
        from fieldkit.sync.transport import Stop

        self._stop = Stop(abort_after=0)
        return history(store, self.kind, self.record_id, stop=self._stop)

    def on_unmount(self) -> None:
        """Stop asking the server once the page is closed."""
        if self._stop is not None:
            self._stop.set()


def _clause(sentence: str) -> str:
    """Return a sentence as the end of another."""
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


def _choice(kind: str, made: Logged | HistoryItem) -> Choice:
    """Return the row of one change, identified by its place in the log it was made in."""
    from fieldkit.store import Logged

    if isinstance(made, Logged):
        return Choice(line(made), key=f"{made.origin} {made.change.seq}")
    return Choice(_others_line(kind, made), key=f"{made.origin} {made.seq}")


def line(logged: Logged) -> tuple[str, ...]:
    """Return the cells of a change made here: when, who, what, and its state."""
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
    """Return the cells of another's change: when, who, what, and on which laptop."""
    from fieldkit.records.fields.formats import Moment

    held = ", not used at once" if item.verdict == "conflict" else ""
    return (
        Moment().show(item.at),
        item.operator,
        _done(kind, item.op, item.fields),
        f"laptop {item.origin}{held}",
    )


def _done(kind: str, op: str, fields: Iterable[str]) -> str:
    """Return what a change did, and to which fields."""
    from fieldkit.protocol.change import DECIDED
    from fieldkit.records import kinds

    known = kinds().get(kind)
    labels = {name: field.label.lower() for name, field in known.fields().items()} if known else {}
    names = [labels.get(name, in_words(name)) for name in fields if name != DECIDED]
    done = _DONE.get(op, op)
    return f"{done}: {', '.join(names)}" if names else done
