"""What the operator of a form page chose: values kept for the next record, the way of Enter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fieldkit.records import Record
from fieldkit.screens.base.navigator import MenuEntry
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.lookup.entry_choices import (
    GOES_ON,
    NEEDED_ONLY,
    EntryChoices,
    write_choices,
)

if TYPE_CHECKING:
    from fieldkit.screens.form.form_page import FormPage


class Keeping:
    """The choices of the operator of a page, which outlast its forms."""

    def __init__(self, page: FormPage) -> None:
        self._page = page
        self._choices = EntryChoices()

    def begin(self, choices: EntryChoices, kind: type[Record]) -> Mapping[str, str]:
        """Take what was read; return the texts that a new record of ``kind`` begins with."""
        self._choices = choices
        return choices.kept.get(kind.kind(), {})

    def apply(self, model: FormModel) -> None:
        """Tell a new form what was chosen."""
        model.needed_only = self._choices.needed_only
        model.goes_on.on = self._choices.goes_on
        if model.record is None:
            model.kept = dict(self._choices.kept.get(model.kind.kind(), {}))

    def changed(self, model: FormModel) -> None:
        """Write what is kept now; keys do not wait."""
        self._take(self._choices.keeping(model.kind.kind(), model.kept))

    async def saved(self, model: FormModel) -> None:
        """Keep the values of the record that was saved in place of those before."""
        now = model.kept_after_save()
        if model.record is None and now != model.kept:
            await self._write(self._choices.keeping(model.kind.kind(), now))

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Offer to keep the present field, the two ways of Enter, and to do without it."""
        model = self._page.model
        if model is None:
            return ()
        alone = MenuEntry(GOES_ON[not model.goes_on.on], "", self._change_going_on)
        if model.record is not None:
            return (alone,)
        keep = "Stop keeping" if model.at in model.kept else "Keep"
        label = model.current.field.label
        return (
            MenuEntry(f"{keep} for the next: {label}", "F3", self._keep),
            MenuEntry(NEEDED_ONLY[not model.needed_only], "", self._change_way),
            alone,
        )

    async def _keep(self) -> None:
        if (model := self._page.model) is not None:
            model.keep()
            self.changed(model)
            self._page.form.done(model, model.at)

    async def _change_way(self) -> None:
        if (model := self._page.model) is not None:
            model.needed_only = not model.needed_only
            self._take(replace(self._choices, needed_only=model.needed_only))
            model.say(f"{NEEDED_ONLY[model.needed_only]}.")
            self._page.form.done(model, model.at)

    async def _change_going_on(self) -> None:
        if (model := self._page.model) is not None:
            on = model.goes_on.on = not model.goes_on.on
            self._take(replace(self._choices, goes_on=on))
            if on:
                model.say("A full field goes on by itself.", "One Enter after it does nothing.")
            else:
                model.say("Every field waits for Enter.")
            self._page.form.done(model, model.at)

    def _take(self, choices: EntryChoices) -> None:
        """Take other choices; keys do not wait until they are written."""
        self._choices = choices
        self._page.run_worker(self._write(choices), group="choices of entry")

    async def _write(self, choices: EntryChoices) -> None:
        page = self._page
        operator = page.app.operator
        try:
            await page.ask(lambda store: write_choices(store.notes, operator, choices))
        except OSError:
            page.say("This could not be kept: the folder cannot be written.", error=True)
