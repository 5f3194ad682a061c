"""Somebody who is neither on the roll nor registered: a record with what is known, in few keys.

Only what a record cannot do without is asked; the mark is saved with it, in one act. The record is
real and incomplete: what it still lacks is shown as due, and Home keeps its form as unfinished.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import Page, PickerPage
from fieldkit.screens.find.search import texts_from
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Record, Value
    from fieldkit.reference import Option
    from fieldkit.store import Edit, Saved, Store

Save = Callable[["Edit"], Awaitable[object]]
"""Saves the new person, and what else belongs to the act."""


async def begin_walk_in(page: Page[None], typed: str, save: Save) -> None:
    """Ask what the record of a new person cannot do without, then save it.

    ``typed``: a name, a mobile or both.
    """
    from fieldkit.records.declaration.roles import newcomer

    asking = WalkInPage(newcomer(), texts_from(newcomer().kind(), typed), save)
    await page.app.push_screen(asking)
    await asking.run_reporting(asking.begin)  # the next key answers the first question


def save_walk_in(
    store: Store, person: Edit, mark: Callable[[str], Edit], operator: str
) -> list[Saved]:
    """Save a new person with a mark of theirs, and keep the form as unfinished.

    Runs in a store's thread.
    """
    from fieldkit.store import Draft

    number = store.new_id()
    saved = store.save([replace(person, id=number), mark(number)], operator)
    store.drafts.keep(Draft(person.kind.kind(), operator, record_id=number, base=0))
    return saved


def forget_walk_in(store: Store, record_id: str) -> None:
    """Drop the unfinished form of somebody whose registration is undone. Runs in a thread."""
    for draft in store.drafts.of():
        if draft.record_id == record_id and draft.id is not None:
            store.drafts.drop(draft.id)


class WalkInPage(PickerPage[None]):
    """One question after another; Enter takes the marked choice, or what is typed."""

    PROMPT = "Name"
    KEYS = keys("Enter choose", "Esc back, nobody is registered")

    def __init__(self, kind: type[Record], texts: Mapping[str, str], save: Save) -> None:
        """``kind``: of the person; ``texts``: what is known; ``save``: saves it."""
        super().__init__()
        self._kind, self._texts, self._save = kind, dict(texts), save
        self._values: dict[str, Value] = {}
        self._asked = ""
        """The sentence that asked whether this is somebody else."""
        self._last = ""
        """The question answered last."""
        self._used: Mapping[str, Value] = {}
        """What this operator saved last of such a person: the choice that is marked first."""

    async def begin(self) -> None:
        """Say what is known, and ask the first question."""
        self._used = await self.ask(self._last_used)
        await self._next()

    def _last_used(self, store: Store) -> Mapping[str, Value]:
        found = store.last_saved(1, self.app.operator, self._kind.kind())
        return found[0].values() if found else {}

    @property
    def _question(self) -> str:
        """The first field that is needed and not known."""
        fields = self._kind.form_fields()
        wanted = (name for name, field in fields.items() if field.required)
        return next((name for name in wanted if self._values.get(name) is None), "")

    async def _next(self) -> None:
        """Read what is known; ask the next question, or save."""
        from fieldkit.records import Unfit

        fields = self._kind.form_fields()
        for name, text in [*self._texts.items()]:
            try:
                self._values[name] = fields[name].format.parse(text)
            except Unfit as unfit:
                self.say(f"{fields[name].label}: {unfit}", error=True)
            del self._texts[name]
        if not self._question:
            await self._finish()
            return
        if self._last in self._values:
            self.say("")
        self.picker.prompt = fields[self._question].label
        shown = [fields[one].format.show(value) for one, value in self._values.items()]
        self.set_header("Not on the list", f"New {self._kind.title.lower()}", ", ".join(shown))
        self.picker.start_over("")

    async def answer(self, text: str) -> Answer:
        """Answer with the choices of the question, or with what is typed."""
        from fieldkit.records import Choice as ChoiceFormat

        if not self._question:
            return Answer(mark=None)
        field = self._kind.form_fields()[self._question]
        said: Cell = (Span(f"Needed: {field.required}. The rest is finished later.", "dim"),)
        if isinstance(field.format, ChoiceFormat):
            rows = [
                Choice(
                    ((Span(str(number), "key"),), option.label),
                    partial(self._take, str(option.code)),
                    key=str(option.code),
                )
                for number, option in enumerate(self._options(text.strip()), 1)
            ]
            used = str(self._used.get(self._question))
            place = next((n for n, row in enumerate(rows) if row.key == used), 0)
            return Answer(rows, above=(said,), mark=place if rows else None)
        rows = [Choice((text,), partial(self._take, text))] if text.strip() else []
        return Answer(rows, above=(said,))

    def _options(self, typed: str) -> Sequence[Option]:
        from fieldkit.records import Choice as ChoiceFormat

        form = self._kind.form_fields()[self._question].format
        if not isinstance(form, ChoiceFormat):
            return ()
        if typed.isdecimal():
            place = int(typed[:4]) - 1
            return form.options()[place : place + 1] if place >= 0 else ()
        return form.matching(typed)

    async def _take(self, text: str) -> None:
        self._last = self._question
        self._texts[self._last] = text
        await self._next()

    async def _finish(self) -> None:
        """Save, unless somebody known may be the same person: that is asked once."""
        from fieldkit.records import sentence
        from fieldkit.store import Edit, Refused

        values = {**self._kind.derive(self._values), **self._values}
        record = self._kind.of({"id": "", **values})
        same = await self.read(lambda store: store.same_person(record))
        if same is not None and not self._asked:
            self._asked = sentence(same)
            self.say(self._asked, "Somebody else? Enter again. Esc goes back.", doubt=True)
            self._values.pop(self._last, None)
            return
        try:
            await self._save(Edit(self._kind, values))
        except Refused as refused:
            self.say(str(refused), error=True)
            return
        self.dismiss(None)
