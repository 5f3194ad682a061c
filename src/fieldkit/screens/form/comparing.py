"""Who else the form on the screen may be about: looked up and shown while it is typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.protocol.difference import difference_field
from fieldkit.records import Finding
from fieldkit.screens.base.navigator import PersonAnswers
from fieldkit.screens.form.entry.same_person import SamePerson
from fieldkit.screens.form.entry.saving import draft_texts
from fieldkit.screens.lookup.look_alikes import LookAlike, look_alikes

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.screens.form.entry.model import FormModel
    from fieldkit.screens.form.form_page import FormPage
    from fieldkit.store import Store

_GROUP = "same person"


class Comparing:
    """Compares the person of the form that a page shows with all who are here."""

    def __init__(self, page: FormPage) -> None:
        self._page = page
        self.same: SamePerson | None = None
        """What is known of the person; None until a form is open."""
        self._looking = False
        """Whether people are being looked up for no key."""
        self._as_new: Mapping[str, str] | None = None
        """What was typed for a new record, if the form has become an edit of a known one since."""

    @property
    def likely(self) -> Sequence[LookAlike]:
        """Those who are said without being asked for."""
        return self.same.likely if self.same else ()

    def begin(self, model: FormModel) -> None:
        """Compare the person of another form."""
        self.same, self._as_new = SamePerson(model), None
        self.look_soon()

    def look_soon(self) -> None:
        """Look up whom the form may be about, once the key is painted; no key waits for it."""
        if self.same is not None and self.same.model.kind.person:
            self._page.call_after_refresh(
                self._page.run_worker,
                partial(self._page.run_reporting, self._look),
                group=_GROUP,
                exclusive=True,
            )

    async def question(self) -> list[Finding]:
        """Return what stops the save until the operator saves again.

        Raises:
            StoreError: nobody could be looked up.
        """
        await self._look(waits=True)
        return self.same.question() if self.same else []

    async def _look(self, *, waits: bool = False) -> None:
        """Look up whom the form may be about, and show that; ``waits``: a key waits for it."""
        same = self.same
        if same is None or not same.model.kind.person:
            return
        if waits:
            self.give_way()
        before = self.likely
        ask = self._page.ask if waits else partial(self._page.read, purpose=_GROUP)
        self._looking = not waits
        if (opened := same.model.record) is not None and same.known is None:
            same.open_with(opened, await ask(partial(_look_alikes, opened)))
        if (typed := same.to_look_up()) is not None:
            same.answer(typed, await ask(partial(_look_alikes, typed)))
        self._looking = False
        if self.likely != before:
            self._page.show_state()

    def give_way(self) -> bool:
        """Stop looking people up, as a key waits for another read; say whether that was stopped."""
        stopped, self._looking = self._looking, False
        self._page.workers.cancel_group(self._page, _GROUP)
        return stopped

    # --- the comparison ---

    async def compare(self, model: FormModel) -> None:
        """Show those who may be the same person, beside what is typed.

        Raises:
            StoreError: nobody could be looked up, or the draft could not be written.
        """
        same = self.same
        if same is None:
            return
        await self._page.save_typed()
        await self._look(waits=True)
        if not same.anybody and self._as_new is None:
            model.say("Nobody here is like this one.")
            self._page.show_state()
            return
        again = self._as_new is not None
        typed = same.typed()
        if again:  # the known record is compared with once more
            typed = type(typed).of({**typed.values(), "id": ""})
        goes_on = self._go_on_with if again or model.record is None else None
        answers = PersonAnswers(self._tell_apart, self._take_back, self._told_apart, goes_on)
        await self._page.navigator.open_same_person(typed, answers)

    def _told_apart(self) -> Collection[str]:
        return self.same.model.different if self.same else ()

    async def _tell_apart(self, number: str) -> None:
        if (same := self.same) is None:
            return
        same.model.different.add(number)
        if same.model.record is not None and same.model.record.id == number:
            # The known one is somebody else after all: a new record, with all that was typed.
            texts = self._typed_as_new(same.model)
            await self._page.move_draft(record_id=None, base=None, texts=texts)
        else:
            await self._page.save_typed()
            self._page.show_state()

    async def _take_back(self, number: str) -> None:
        if self.same is not None:
            self.same.model.different.discard(number)
            await self._page.save_typed()
            self._page.show_state()

    async def _go_on_with(self, number: str, version: int | None) -> None:
        """Go on as an edit of a known record, with what was typed over it; nothing is saved yet.

        ``version``: that of the record as it was shown, which the edit will name as its base.
        """
        same = self.same
        if same is None or (same.model.record is not None and same.model.record.id == number):
            return
        texts = self._typed_as_new(same.model)
        texts.pop(difference_field(number), None)
        await self._page.move_draft(record_id=number, base=version or 0, texts=texts)
        self._as_new = texts

    def _typed_as_new(self, model: FormModel) -> dict[str, str]:
        """Return all that was typed, before and after the form went on as an edit."""
        typed = {**(self._as_new or {}), **draft_texts(model)}
        return {name: text for name, text in typed.items() if text}


def _look_alikes(record: Record, store: Store) -> list[LookAlike]:
    return look_alikes(store, record)
