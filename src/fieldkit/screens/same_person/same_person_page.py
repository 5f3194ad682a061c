"""Perhaps the same person: one record beside each known one that is like it.

Somebody decides: the same, or different people. Nothing is marked at first, so that a second Enter
decides nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import events

from fieldkit.review.denied import denied_difference, denied_merge
from fieldkit.screens.base.page import PickerPage, say_on_screen
from fieldkit.screens.look.glyphs import LEFT, RIGHT, SETTLE
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.lookup.look_alikes import LookAlike, look_alikes
from fieldkit.screens.lookup.rows import NOT_HERE
from fieldkit.screens.same_person.beside import BesidePicker, beside, refused
from fieldkit.screens.same_person.compared import compared
from fieldkit.screens.same_person.merge_page import MergePage
from fieldkit.screens.same_person.merging import Merged, undo_merge
from fieldkit.screens.widgets.pause import Pause
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.screens.base.navigator import PersonAnswers

_NOBODY = "Nobody here is like this one."
_GOES_ON = "go on with the known record; what you typed is kept"


class SamePersonPage(PickerPage[None]):
    """One known person beside the record; Left and Right show the others."""

    BOX = BesidePicker
    EMPTY = _NOBODY
    OWNED = True

    def __init__(self, record: Record, answers: PersonAnswers) -> None:
        """``record``: the one at the left, saved or not; ``answers``: what is done about it."""
        super().__init__()
        self._record, self._answers = record, answers
        self._found: Sequence[LookAlike] | None = None
        """Those who are like it, as they were when the page opened."""
        self._place = 0
        self._version: int | None = None
        """The known record's version, as it is shown."""
        self._last: str | Merged | None = None
        """The number of the one said to be different last, or what was merged last, for undo."""
        self._denied, self._denied_apart = "", ""
        """Why the server will not take a merge, or that they are different; empty: it will."""
        self._pause = Pause()

    @property
    def _shown(self) -> LookAlike | None:
        found = self._found or ()
        return found[self._place] if self._place < len(found) else None

    async def answer(self, _text: str) -> Answer:
        """Answer with both records, and what can be said of them."""
        record = self._record
        if self._found is None:
            self._found = await self.read(lambda store: look_alikes(store, record))
            await self._ask_denied()
        one = self._shown
        self._show_header()
        if one is None:
            return Answer(mark=None, above=(_NOBODY,))
        found = await self.read(lambda store: compared(store, record, one.id))
        if found is None:
            return Answer(mark=None, above=(NOT_HERE,))
        self._version = found.version
        rows, (width, height) = self._rows(one), self.space
        mine = "this one" if record.id else "as typed"
        both = beside(one, found, width, mine=mine, said=self._is_said(one))
        after = refused(self._denied, width)
        space = height - len(rows) - len(after) - 1
        above = self.query_one(BesidePicker).put(both, space, (record.id, one.id))
        return Answer(rows, mark=None, above=above, after=tuple(after))

    async def _ask_denied(self) -> None:
        """Ask what of it this laptop may say of two saved records."""
        kind, number = self._record.kind(), self._record.id
        if self._answers.merges:
            self._denied, self._denied_apart = await self.read(
                lambda store: (denied_merge(store, kind), denied_difference(store, kind, number))
            )

    def _show_header(self) -> None:
        many, one = len(self._found or ()), self._shown
        label = self._record.label() if self._record.id else f"New {self._record.title.lower()}"
        chip: Cell = (Span(f"{SETTLE} {self._place + 1} of {many}", "warn"),) if many > 1 else ""
        self.set_header(label, "Same person?", chips=[chip])
        offered = () if one is None else self._offered(one)
        another = f"{LEFT}{RIGHT} another" if many > 1 else ""
        self.set_keys(*(f"{key} {words}" for key, words, _ in offered), another, "Esc back")

    def _offered(self, one: LookAlike) -> list[tuple[str, str, Callable[[], Awaitable[object]]]]:
        """Return the keys that decide here, each with what it does."""
        found: list[tuple[str, str, Callable[[], Awaitable[object]]]] = []
        if self._answers.same:
            found.append(("y", "same person", self._same))
        elif self._answers.merges and not self._denied:
            found.append(("y", "same person: merge", self._merge))
        if self._denied_apart:
            pass
        elif self._is_said(one):
            found.append(("n", "not different after all", self._take_back))
        else:
            found.append(("n", "different people", self._tell_apart))
        if not self._answers.same:
            found.append(("o", "open that record", partial(self._open_known, one)))
        return found

    def _is_said(self, one: LookAlike) -> bool:
        return one.id in self._answers.told_apart()

    def _rows(self, one: LookAlike) -> list[Choice]:
        """Return the same as rows, with what follows."""
        merges = "choose which record is kept, and which values"
        more = {
            "y": merges if self._answers.merges else _GOES_ON,
            "n": "nobody is asked about them again",
            "o": "its whole page",
        }
        return [
            Choice(
                ((Span(key, "key"),), words[:1].upper() + words[1:], (Span(more[key], "dim"),)),
                does,
                key=key,
            )
            for key, words, does in self._offered(one)
        ]

    def on_resize(self) -> None:
        """Lay both out for the new size."""
        super().on_resize()
        if self._found is not None:
            self.picker.reload_if_idle()

    # --- keys ---

    async def on_key(self, event: events.Key) -> None:
        """Handle the keys that decide, and those that show another one."""
        await self.picker.settled()
        one = self._shown
        if event.key in ("ctrl+z", "f8"):
            event.stop()
            await self.run_reporting(self._undo)
        if one is None:
            return
        letter, many = (event.character or "").lower(), len(self._found or ())
        step = {"left": -1, "right": 1}.get(event.key)
        does = next((does for key, _, does in self._offered(one) if key == letter), None)
        if step is not None:
            event.stop()
            self._show((self._place + step) % many)
        elif letter.isdecimal() and 1 <= int(letter) <= many:
            event.stop()
            self._show(int(letter) - 1)
        elif does is not None:
            event.stop()
            await self.run_reporting(does)

    def _show(self, place: int) -> None:
        self._place = place
        self.picker.start_over("")

    # --- what is decided ---

    async def _same(self) -> None:
        one, same = self._shown, self._answers.same
        if one is not None and same is not None and self._may_decide():
            self.dismiss(None)
            await same(one.id, self._version)

    async def _merge(self) -> None:
        """Open the merge of both; those that are left are shown after it."""
        one, record = self._shown, self._record
        if one is None or not self._may_decide():
            return
        page = MergePage(record.kind(), record.id, one.id)
        await self.app.push_screen(page, self._merged)

    async def _merged(self, done: Merged | None) -> None:
        """Show those who may still be the same person as the record that is kept."""
        if done is None:
            return
        self._last = done
        await self._show_anew(done.kept)
        words = f"Merged: {done.duplicate} is {self._record.label()}, {done.kept}."
        self.say(words, "Ctrl+Z undoes it.", done=True)

    async def _show_anew(self, number: str) -> None:
        kind = self._record.kind()
        record = await self.ask(lambda store: store.get(kind, number))
        self._record = record or self._record
        self._found = None
        self._show(0)
        await self.picker.settled()
        await self.app.refresh_status()

    async def _tell_apart(self) -> None:
        one = self._shown
        if one is None or not self._may_decide():
            return
        await self._answers.different(one.id)
        self._last = one.id
        said = f"Different from {one.label}, {one.id}."
        left = [n for n, other in enumerate(self._found or ()) if self._is_open(other)]
        if left:
            self._show(left[0])
            self._pause.begin()
            self.say(f"{said} Another one:")
        elif self._answers.stays:
            self._show(self._place)
            self.say(said, "Ctrl+Z takes it back.", done=True)
        else:
            self.dismiss(None)
            say_on_screen(self.app, f"{said} It is saved with this form.")

    def _is_open(self, one: LookAlike) -> bool:
        return one.likely and not self._is_said(one)

    def _may_decide(self) -> bool:
        """Say whether the present one can have been read; if not, say that it is another."""
        if self._pause.is_over():
            return True
        self.say("This is another one. Read it, then press the key again.")
        return False

    async def _take_back(self) -> None:
        one = self._shown
        if one is not None and self._may_decide():
            await self._answers.take_back(one.id)
            self._show(self._place)
            self.say(f"Taken back: {one.label}, {one.id}, may be the same person.", done=True)

    async def _undo(self) -> None:
        """Take back the last decision, and show whom it was about."""
        number, self._last = self._last, None
        if number is None:
            self.say("Nothing to undo here.")
            return
        if isinstance(number, Merged):
            done, operator = number, self.app.operator
            said = await self.ask(lambda store: undo_merge(store, done, operator))
            await self._show_anew(self._record.id)
            self.say(said, done=True)
            return
        ids = [one.id for one in self._found or ()]
        self._place = ids.index(number)
        await self._take_back()

    async def _open_known(self, one: LookAlike) -> None:
        await self.navigator.open_record(self._record.kind(), one.id)
