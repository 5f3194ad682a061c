"""Sync: what waits and what it costs, how far it has come, what came back, and how it was before.

The sync itself is carried by :mod:`fieldkit.screens.base.scheduler`: it goes on when this page is
left, unless it is stopped here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from fieldkit.screens.base import navigation as doors
from fieldkit.screens.base.page import Line, Page, Sentence
from fieldkit.screens.base.scheduler import Progressed, Synced, apart
from fieldkit.screens.records.rows import fetched, label_of
from fieldkit.screens.sync.out_of_area import misplaced, take_in
from fieldkit.screens.sync.words import (
    agreement,
    before,
    clock_said,
    ended,
    plural,
    received,
    under_way,
    waits,
)
from fieldkit.screens.widgets.picker import Answer, Choice, Picker

if TYPE_CHECKING:
    from pathlib import Path

    from fieldkit.screens.sync.conflicts import Open
    from fieldkit.store import Logged, Store

_SYNCS_SHOWN = 3
_SYNCS_READ = 30
PAGE = 60
"""Changes that came back, or what is to check, fetched at a time."""
_SETTLE, _RETURNED, _CHECK = "  To settle", "  Returned to you", "  To check"
_GROUPS = {_SETTLE: "settle", _RETURNED: "correct", _CHECK: "check"}
"""The groups of the list, and what Enter does there."""
_NOT_ENROLLED = "No server yet. Press e to enrol with the code that the supervisor gave you."


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page shows, read from the store in one go."""

    enrolled: bool
    waiting: str
    agreement: str
    before: list[str]
    clock: str | None
    misplaced: int
    """New records that the server does not take for where they lie."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A change that the server did not take, or a record about which it found something."""

    kind: str
    record_id: str
    label: str
    title: str
    reason: str
    back: Logged | None = None
    """The change that came back; None: it is to check."""


class SyncScreen(Page[None]):
    """Send what waits, bring what others did, and mend or settle what came back."""

    TITLE = "Sync"
    KEYBOARD = "#picker"
    KEYS = "Esc back"
    DEFAULT_CSS = """
    SyncScreen #picker { margin-top: 1; margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,s", "sync", "Sync now", show=False),
        Binding("r", "receipt", "Receipt", show=False),
        Binding("e", "enrol", "Enrol", show=False),
        Binding("x", "give_up", "Give up", show=False),
        Binding("m", "take_in", "Take into the area", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._enrolled = False
        self._misplaced = 0
        self._done = ""
        """What the last sync did that ended while the page was open."""

    def content(self) -> Iterable[Widget]:
        """Yield the fixed lines, and between them what came back."""
        yield Line(id="waiting")
        yield Line(id="progress")
        yield Line(id="received")
        yield Picker(self.answer, self.told, typing=False, empty="Nothing was returned to you.")
        yield Line(id="agreement")
        for place in range(_SYNCS_SHOWN):
            yield Line(id=f"before-{place}")

    async def arrive(self) -> None:
        """Show how things stand."""
        if not self.desk.courier.running:
            self._done = ""
            self.query_one("#received", Line).put("")
        self._show_progress()
        self.query_one(Picker).freshen()
        await self._show()

    async def freshen(self) -> None:
        """Show what is to be settled and mended now."""
        await self.query_one(Picker).follow()

    # --- what is to be settled and mended ---

    async def answer(self, _text: str) -> Answer:
        """Answer with what is to settle, what the server did not take, and what is to check."""
        from fieldkit.screens.sync.conflicts import open_conflicts

        found = await self.read(lambda store: open_conflicts(store))
        first = await self._page(_RETURNED)
        heads = [_SETTLE] + [""] * len(found)
        to_settle = [self._to_settle(one, head) for one, head in zip(found, heads, strict=False)]
        return Answer([*to_settle, *first.rows], more=first.more)

    def _to_settle(self, one: Open, head: str) -> Choice:
        async def settle() -> None:
            await doors.open_conflicts(self.desk, first=one.conflict.id)

        sides = f"{one.mine.words} ({one.mine.title}), {one.theirs.words} ({one.theirs.title})"
        below = (sides, one.conflict.record_id)
        return Choice((one.label, one.field), settle, below, key=one.conflict.id, head=head)

    async def _page(self, group: str, skip: int = 0) -> Answer:
        """Return a page of what came back, then of what is to check; the first line is headed."""
        read = _returned if group == _RETURNED else _findings
        told = await self.read(lambda store: read(store, skip))
        heads = ["" if skip else group] + [""] * len(told)
        rows = [self._choice(one, head) for one, head in zip(told, heads, strict=False)]
        if len(told) == PAGE:
            return Answer(rows, more=partial(self._page, group, skip + PAGE))
        if group == _CHECK:
            return Answer(rows)
        check = await self._page(_CHECK)
        return Answer([*rows, *check.rows], more=check.more)

    def _choice(self, one: _Told, head: str) -> Choice:
        """Return a line: Enter corrects what came back, or opens what is to check."""
        cells, below = (one.label, one.title), (one.reason, one.record_id)
        if one.back is None:
            look = partial(doors.open_record, self.desk, one.kind, one.record_id)
            return Choice(cells, look, below, key=f"{one.record_id} {one.reason}", head=head)
        mend = partial(doors.open_form, self.desk, one.kind, record_id=one.record_id)
        give_up = partial(self._give_up, one, one.back)
        return Choice(cells, mend, below, give_up, f"{_at(one.back)}", head)

    async def _give_up(self, one: _Told, back: Logged) -> None:
        """Give a change up, when asked twice."""
        from fieldkit.protocol.change import Op

        question = f"Give up this change of {one.label}? It is gone then. Press the key again."
        if back.change.op is Op.CREATE:
            gone = "It leaves this laptop. Press the key again."
            question = f"Give up {one.label} with all that was typed on it? {gone}"
        if self.sure(f"give up {_at(back)}", question):
            await self.ask(lambda store: store.withdraw(*_at(back)))
            self.query_one(Picker).renew()
            await self.desk.take_stock()
            await self._show()
            self.say(f"Given up: {one.label}")

    async def action_give_up(self) -> None:
        """Give the marked change up, as Delete does."""
        picker = self.query_one(Picker)
        await picker.settled()
        if picker.marked is not None and picker.marked.remove is not None:
            await self.told(picker.marked.remove)

    async def action_take_in(self) -> None:
        """Put the new records that lie outside the area into it, when asked twice."""
        if not self._misplaced:
            return
        many = plural(self._misplaced, "new record")
        question = f"Put {many} into {self.desk.standing.area}? Press m again."
        if self.sure("take in", question):
            await self.told(self._take_in)

    async def _take_in(self) -> None:
        operator = self.desk.operator
        many = await self.ask(lambda store: take_in(store, operator))
        self._done = ""
        self._show_progress()
        self.query_one(Picker).renew()
        await self.desk.take_stock()
        await self._show()
        moved = plural(many, "record")
        self.say(f"Put into {self.desk.standing.area}: {moved}. The next sync sends this.")

    # --- the fixed lines ---

    def show_standing(self) -> None:
        """Say as well since when there is no line."""
        self.query_one("#where", Line).put(right=self.desk.standing.words(since=True))

    async def _show(self) -> None:
        found = await self.read(_read)
        self._enrolled, self._misplaced = found.enrolled, found.misplaced
        self.query_one("#waiting", Line).put(found.waiting)
        self.query_one("#agreement", Line).put(found.agreement)
        for place in range(_SYNCS_SHOWN):
            text = found.before[place] if place < len(found.before) else ""
            self.query_one(f"#before-{place}", Line).put(text)
        if not found.enrolled:
            self.say(_NOT_ENROLLED)
        elif found.clock and not self.query_one("#sentence", Sentence).text:
            self.say(found.clock, error=True)
        await self.query_one(Picker).settled()
        self._show_keys()

    def _show_keys(self) -> None:
        if self.desk.courier.running and self.desk.courier.asked:
            self.keys("Esc stop, nothing is lost")
            return
        rows = self.query_one(Picker).answer.rows
        heads = {row.head for row in rows}
        words = [word for head, word in _GROUPS.items() if head in heads]
        receipt, give_up = "r receipt to a file", "Delete give up"
        offered = [
            "F5 or s sync now" if self._enrolled else "e enrol",
            f"Enter {' or '.join(words)}" if words else "",
            "m put into my area" if self._misplaced else "",
            give_up if _RETURNED in heads else "",
            receipt if self._enrolled else "",
            "Esc back",
        ]
        for rare in (receipt, give_up):  # the help names them all
            if len("   ".join(filter(None, offered))) > self.size.width - 2:
                offered = [key for key in offered if key != rare]
        self.keys("   ".join(filter(None, offered)))

    def _show_progress(self) -> None:
        """Draw how far the sync under way has come, or what the last one did."""
        courier = self.desk.courier
        progress = courier.progress if courier.running else None
        text = self._done
        if courier.running and courier.stopping:
            text = "  stopping after this request ...   Esc again: at once"
        elif progress is not None:
            text = under_way(progress)
        elif courier.running:
            text = "  connecting ..."
        self.query_one("#progress", Line).put(text)
        if progress:
            self.query_one("#received", Line).put(received(progress.received))

    # --- the sync ---

    async def action_sync(self) -> None:
        """Begin, unless that is under way."""
        await doors.open_sync(self.desk, begin=True)

    def began(self) -> None:
        """Show that a sync begins for whoever is at this page."""
        self.say("")
        self._done = ""
        self.query_one("#received", Line).put("")
        self._show_progress()
        self._show_keys()

    def action_leave(self) -> None:
        """Stop what was begun by hand and is under way, else go back."""
        courier = self.desk.courier
        if courier.running and courier.asked:
            courier.stop()
            self._show_progress()
        else:
            super().action_leave()

    def on_progressed(self, _message: Progressed) -> None:
        """Draw how far it has come."""
        if self.here:
            self._show_progress()

    def synced(self, message: Synced) -> None:
        """Say how it ended, and show how things stand."""
        outcome = message.outcome
        if message.fault:
            self.say(message.fault, error=True)
        if outcome is not None:
            self._done = f"  {ended(outcome)}"
            self.query_one("#received", Line).put(received(outcome.received))
            if outcome.session.error:
                self.say(outcome.session.error, error=not (outcome.offline or outcome.stopped))
        self._show_progress()
        after = partial(self._after, asked=message.asked)
        self.run_worker(self.told(after), group="freshen", exclusive=True)

    async def _after(self, *, asked: bool) -> None:
        picker = self.query_one(Picker)
        if asked and picker.at_first:
            picker.turn("")  # whoever asked looks for what came, which stands first
        else:
            await self.freshen()
        await self._show()

    # --- receipt and enrolment ---

    async def action_receipt(self) -> None:
        """Write the receipt to a file of its own, in the background."""
        if self._enrolled and not self.desk.courier.running:
            self.say("Asking the server what it holds ...")
            self.run_worker(self.told(self._receipt), group="receipt", exclusive=True)

    async def _receipt(self) -> None:
        store = await self.ask(lambda store: store)
        try:
            path, verdict = await apart(partial(_write_receipt, store))
        except OSError as error:
            self.say(f"The receipt cannot be written: {error.strerror or error}.", error=True)
        else:
            self.say(f"{verdict} The receipt is in {path}")

    async def action_enrol(self) -> None:
        """Enrol, or enrol again."""
        await self.told(partial(doors.open_enrolment, self.desk))


def _read(store: Store) -> _Shown:
    """Read what the page shows; runs in a thread."""
    from fieldkit.sync.client import forecast

    device = store.device
    return _Shown(
        enrolled=bool(device and device.server and store.token()),
        waiting=waits(forecast(store)),
        agreement=agreement(store),
        before=before(store.outbox.sessions(_SYNCS_READ), _SYNCS_SHOWN),
        clock=clock_said(store),
        misplaced=len(misplaced(store)),
    )


def _at(back: Logged) -> tuple[str, int]:
    """Return by what the log knows a change."""
    return back.origin, back.change.seq


def _returned(store: Store, skip: int) -> list[_Told]:
    """Return a page of what the server did not take."""
    from fieldkit.records import sentence

    return _told(
        store,
        [
            (
                one.change.kind,
                one.change.record_id,
                sentence(one.reason) if one.reason else "No reason was given.",
                one,
            )
            for one in store.outbox.returned(PAGE, skip)
        ],
    )


def _findings(store: Store, skip: int) -> list[_Told]:
    """Return a page of what the server found to check."""
    from fieldkit.records import sentence

    found = store.findings()[skip : skip + PAGE]
    return _told(store, [(one.kind, one.record_id, sentence(one), None) for one in found])


def _told(store: Store, found: Sequence[tuple[str, str, str, Logged | None]]) -> list[_Told]:
    """Name the records that reasons are about."""
    from fieldkit.records import kinds

    records = store.fetch({kind for kind, *_ in found}, [number for _, number, *_ in found])
    kept = fetched(store, records.values())
    told = []
    for kind, number, reason, back in found:
        record, known = records.get((kind, number)), kinds().get(kind)
        label = label_of(kept, record) if record else number
        told.append(_Told(kind, number, label, known.title.lower() if known else "", reason, back))
    return told


def _write_receipt(store: Store) -> tuple[Path, str]:
    """Write what both sides hold to a file; return where it is and what it comes to.

    Raises:
        OSError: it cannot be written.
    """
    from fieldkit.records.fields.dates import INDIA
    from fieldkit.sync.receipt import receipt, text, verdict

    found = receipt(store)
    folder = store.home / "receipts"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"receipt-{datetime.fromtimestamp(found.at, INDIA):%Y-%m-%d-%H%M}.txt"
    path.write_text(text(found), encoding="utf-8")
    return path, verdict(found)
