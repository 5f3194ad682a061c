"""Every change of a record: who made it, when, on which laptop, and its state.

Changes made here are shown at once; those of others come from the server, if there is a line
(rule 26).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import events

from fieldkit.review.denied import denied_merge
from fieldkit.screens.base.daemon import in_thread
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.base.words import how_long, plural
from fieldkit.screens.look.charts import Fact, card
from fieldkit.screens.look.glyphs import DOWN, UP
from fieldkit.screens.look.parts import MARGIN, keys, state
from fieldkit.screens.look.text import Cell, Span, text_of, wrapped
from fieldkit.screens.lookup.acts.deleting import denied_delete, restore
from fieldkit.screens.lookup.rows import state_words
from fieldkit.screens.records.changes import (
    FieldChange,
    Made,
    change_line,
    made,
    referred_names,
    what_was_done,
    with_before,
)
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.store import Logged, Store
    from fieldkit.sync.requests.history import History
    from fieldkit.sync.transport import Stop


class HistoryPage(PickerPage[None]):
    """The changes of one record, the newest first, with each field before and after."""

    KEYS = keys(f"{UP}{DOWN} look", "Esc back")

    def __init__(self, kind: str, record_id: str, label: str) -> None:
        super().__init__()
        self.kind, self.record_id, self.label = kind, record_id, label
        self._deleted = self._restores = False
        self._kept = ""
        """The number of the record that stands for this one, if that can be taken back here."""
        self._of_others: History | None = None
        """The server's answer; None: none yet."""
        self._stop: Stop | None = None

    async def load_data(self) -> None:
        """Ask the server for the changes of others, unless they are here."""
        self.picker.reload_if_idle()
        if self._of_others is None or self._of_others.error:
            self.run_worker(self.run_reporting(self._ask_server), group="others", exclusive=True)

    async def answer(self, _text: str) -> Answer:
        """Answer with the changes made here, and those of others that have arrived."""
        from fieldkit.sync.requests.history import merge_histories

        theirs = self._of_others.changes if self._of_others else ()

        def read(store: Store) -> tuple[list[Logged], bool, list[Made], Mapping[str, str]]:
            merges = not denied_merge(store, self.kind)
            self._kept = kept_of(store, self.kind, self.record_id) if merges else ""
            record = store.get(self.kind, self.record_id)
            self._restores = record is not None and not denied_delete(store, record)
            logged = store.outbox.of(self.record_id)
            history = [made(one) for one in merge_histories(logged, theirs)]
            names = referred_names(store, self.kind, history)
            return logged, record is not None and record.deleted, history, names

        logged, self._deleted, history, names = await self.read(read)
        chips: list[Cell] = [(Span("deleted", "bad"),)] if self._deleted else []
        self.set_header(self.label, "History", chips=[*chips, (Span(self.record_id, "dim"),)])
        merged = ("y not the same after all",) * bool(self._kept)
        restores = ("z restore",) * (self._deleted and self._restores)
        self.set_keys(*restores, *merged, *self.KEYS)
        width = self.size.width - 2 * MARGIN
        changes = list(reversed(list(with_before(self.kind, history, names))))
        others = (
            Span("Others' changes  ", "dim"),
            Span(self._others_words(len(history) - len(logged))),
        )
        below: list[Cell] = []
        rows: list[Choice] = []
        for one, fields in changes:
            rows.append(Choice(_cells(one), key=one.key, gap=(*below, "")))
            below = field_lines(one, fields, width)
        nothing = () if rows else ("", (Span("Nothing was changed on this laptop.", "dim"),))
        return Answer(
            rows,
            above=(*wrapped(others, width, 3), *nothing),
            after=tuple(below),
            scrolls=True,
        )

    def _others_words(self, others: int) -> str:
        """Say how many changes of others there are, or why they are not known."""
        if self._of_others is None:
            return "asking the server ..."
        if self._of_others.error:
            return _clause(self._of_others.error)
        count = plural(others, "change") if others else "none"
        return f"{count}; older ones are only on the server" if self._of_others.more else count

    async def on_key(self, event: events.Key) -> None:
        """Restore a deleted record at z; at y, take a merge back."""
        await self.picker.settled()
        letter = (event.character or "").lower()
        if self._deleted and self._restores and letter == "z":
            event.stop()
            await self.run_reporting(self._restore)
        elif self._kept and letter == "y":
            event.stop()
            await self.run_reporting(self._unmerge)

    async def _unmerge(self) -> None:
        """Ask at the first key, take back at the second that this is the same person."""
        kept, operator = self._kept, self.app.operator
        question = f"{self.label} is not the same person as {kept}?"
        stays = "Values that were taken over stay."
        if not self.confirmed(f"unmerge {self.record_id}", question, f"y again. {stays}"):
            return
        await self.ask(lambda store: store.merges.unmerge(self.kind, self.record_id, operator))
        await self.picker.follow()
        await self.app.refresh_status()
        self.say(f"{self.label}, {self.record_id}, is a separate person again.", done=True)

    async def _restore(self) -> None:
        label = await restore(self, self.record_id)
        await self.picker.follow()
        await self.app.refresh_status()
        self.say(f"Restored: {label}", done=True)

    async def _ask_server(self) -> None:
        """Ask the server in its own thread, which no key waits for; then show the answer."""
        from fieldkit.sync.requests.history import History

        store = await self.ask(lambda store: store)
        try:
            self._of_others = await in_thread(partial(self._fetch, store))
        except Exception:
            self._of_others = History(error=self.app.note_fault())
        await self.picker.settled()
        await self.picker.follow()

    def _fetch(self, store: Store) -> History:
        from fieldkit.sync.requests.history import history
        from fieldkit.sync.transport import Stop

        self._stop = Stop(abort_after=0)
        return history(store, self.kind, self.record_id, stop=self._stop)

    def on_unmount(self) -> None:
        """Stop asking the server once the page is closed."""
        if self._stop is not None:
            self._stop.set()


def kept_of(store: Store, kind: str, number: str) -> str:
    """Return the record that stands for another; empty if it stands for itself."""
    kept = store.merges.stands_for(kind, [number])[number]
    return "" if kept == number else kept


def _clause(sentence: str) -> str:
    """Return a sentence as the end of another."""
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


def _cells(one: Made) -> tuple[Cell, ...]:
    """Return the line of a change: when, what, who, and its state or its laptop."""
    from fieldkit.records import sentence
    from fieldkit.records.fields.formats import Moment

    when: Cell = (Span(Moment().show(one.at), "dim"),)
    if one.logged is not None:
        words, reason = state_words(str(one.logged.state)), one.logged.reason
        more = f": {sentence(reason)}" if reason else ""
        where: Cell = (*state(words), Span(more))
        if one.logged.skew:
            wrong = f" (the clock was wrong by {how_long(one.logged.skew)})"
            when = (*text_of(when), Span(wrong, "warn"))
    else:
        held = ", not used at first" if one.item and one.item.verdict == "conflict" else ""
        where = (Span(f"laptop {one.key.partition(' ')[0]}{held}", "dim"),)
    return (when, (Span(what_was_done(one), "strong"),), one.operator, where)


def field_lines(one: Made, fields: Sequence[FieldChange], width: int) -> list[Cell]:
    """Return what a change did to each field; what was entered at once as a card."""
    inside = width - MARGIN
    if one.op == "create":
        lines = card([Fact(each.label, each.after) for each in fields], inside)
    else:
        lines = [line for each in fields for line in wrapped(change_line(each), inside, 4)]
    return [(Span(" " * MARGIN), *line) for line in lines]
