"""The form page: a new record of any kind, a correction, or a draft."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from fieldkit.records import Finding, Record, Reference, Use, kinds
from fieldkit.scan.card import Unreadable
from fieldkit.scan.fill import texts_of
from fieldkit.scan.read import read_card
from fieldkit.screens.base.last_save import LastSave
from fieldkit.screens.base.navigator import AfterSave, MenuEntry, SavedRecord
from fieldkit.screens.base.page import Page, say_on_screen
from fieldkit.screens.form.comparing import Comparing
from fieldkit.screens.form.drafting import Drafting
from fieldkit.screens.form.entry.form_field import Candidate
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.form.entry.saving import (
    amiss,
    changes,
    confirm,
    confirmed,
    refuse,
    unreadable,
)
from fieldkit.screens.form.entry.terms import Lookup, Message
from fieldkit.screens.form.form_widget import Form
from fieldkit.screens.form.go_to_page import GoToPage
from fieldkit.screens.form.keeping import Keeping
from fieldkit.screens.form.reading import base_of, listed, referred, start
from fieldkit.screens.form.view.lines import cut_note
from fieldkit.screens.form.view.panel import alike_line, bar, blocks, offered_keys
from fieldkit.screens.look.parts import keys
from fieldkit.screens.lookup.rows import in_words
from fieldkit.screens.lookup.search import texts_from
from fieldkit.screens.widgets.bars import PANEL_WIDTH
from fieldkit.store import Draft, Edit, Refused, StoreError

_ROOMY = 100
"""Columns from which the bar has space for the place."""
_PANEL = PANEL_WIDTH - 5
"""Cells of a line in the panel."""
_PANEL_AFTER = 0.06
"""Seconds after a key until the panel follows, so that fast keys do not wait for it."""
_REPLACES = "The next key replaces this. An arrow or End edits it."


class FormPage(Page["SavedRecord | None"]):
    """Dismissed with :class:`SavedRecord` once the record is saved, with None if it was left."""

    KEYBOARD = "#form"
    OWNED = True
    KEYS = keys("Enter next", "Ctrl+S save", "Ctrl+N save, next", "Esc back")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave_form", "Back", show=False)]

    def __init__(
        self,
        kind: type[Record],
        *,
        record_id: str | None = None,
        texts: Mapping[str, str] | None = None,
        draft: Draft | None = None,
        after: AfterSave | None = None,
    ) -> None:
        """Make the page for a form of ``kind``, with ``texts``, of a record, or with a draft."""
        super().__init__()
        self._after_saving = after
        self._open: Callable[[], Awaitable[None]] | None = partial(
            self.begin, kind, record_id=record_id, texts=texts, draft=draft
        )
        self._ready = asyncio.Event()
        self._drafting = Drafting(self)
        self._comparing = Comparing(self)
        self._panel_waits = False
        """Whether the panel is about to be shown again."""
        self._label = ""
        self._issues: Mapping[str, str] = {}
        self._keeping = Keeping(self)

    def content(self) -> Iterable[Widget]:
        """Yield the form."""
        yield Form(self)

    @property
    def form(self) -> Form:
        """The widget that gets the keys."""
        return self.query_one(Form)

    @property
    def model(self) -> FormModel | None:
        """The model of the form; None while there is none to type into."""
        return self.form.model

    async def load_data(self) -> None:
        """Open the form the page was made for, until it is open: a later call replaces this one."""
        if self._open is not None:
            await self._open()
            self._open = None

    async def begin(
        self,
        kind: type[Record],
        *,
        record_id: str | None = None,
        texts: Mapping[str, str] | None = None,
        draft: Draft | None = None,
    ) -> None:
        """Show another form in the same widget; keys wait until it is there.

        Raises:
            StoreError: the record cannot be read.
        """
        self._ready.clear()
        try:
            record_id = draft.record_id if draft else record_id
            operator = self.app.operator
            if record_id:
                self.set_header(record_id)
            found = await self.ask(lambda store: start(store, kind, record_id, operator))
            record, self._label = found.record, found.label
            merged = record_id if record and record_id != record.id else ""
            if record and merged:
                record_id = record.id
                draft = draft and replace(draft, record_id=record_id, base=record.version or 0)
            self._issues = {**found.denied, **found.issues}
            kept = self._keeping.begin(found.choices, kind)
            texts = {**({} if draft or record else kept), **(texts or {})}
            overlay = {**texts, **(draft.texts if draft else {})}
            at = draft.field if draft else next(filter(None, found.issues), "")
            model = FormModel(kind, record, overlay, at, found.place, found.limits)
            model.last, model.begun, model.scope = found.last, found.begun, found.scope
            model.name_words, model.recent = found.names, found.recent
            self._keeping.apply(model)
            model.second.open(found.twice, copied=texts or {})
            if draft:
                model.go_on_typing()
            said = f"{merged} is the same person: this is {record_id}. " if merged else ""
            model.say(said + self._issues.get("", ""))
            begun = draft or Draft(kind.kind(), self.app.operator, None, record_id)
            self._drafting.begin(replace(begun, base=base_of(record, draft)), texts)
            self.form.show(model)
            self.show_state()
            self._comparing.begin(model)
        finally:
            self._ready.set()

    # --- what the form needs ---

    async def form_ready(self) -> None:
        """Wait until a form is open."""
        await self._ready.wait()

    async def look_up(self, model: FormModel, lookup: Lookup) -> Sequence[Candidate]:
        """Return what a text could mean, from the store."""
        found: Sequence[Candidate] = ()

        async def look() -> None:
            nonlocal found
            field, district = model.fields[lookup.field].field, model.values.get("district")
            form = field.format
            if isinstance(form, Reference):
                found = await self.read(lambda store: referred(store, form.kinds, lookup.text))
            else:
                beside = model.beside(lookup.field)
                found = await self.read(
                    lambda store: listed(store, field, lookup.text, district, beside)
                )

        stopped = self._comparing.give_way()
        await self.run_reporting(look)
        if stopped:
            self._comparing.look_soon()
        return found

    async def register(self, model: FormModel, kind: str) -> None:
        """Open a form for a record that is missing; once it is saved, this form goes on with it."""
        name = model.at
        filled = False

        async def fill(saved: SavedRecord) -> None:
            nonlocal filled
            if not filled:  # the form may go on to others
                filled = True
                at = model.at
                model.fill_reference(name, saved.id, saved.label)
                model.say(f"Saved: {saved.label}, {saved.id}.")
                self.form.done(model, at)

        async def begin() -> None:
            await self._drafting.write()
            texts = texts_from(kind, model.current.text)
            await self.navigator.open_form(kind, texts=texts, after=fill)

        await self.run_reporting(begin)

    async def read_scan(self, model: FormModel) -> None:
        """Fill the form from the card that was scanned."""
        text = model.scan.take()
        if not model.kind.person:
            model.say("A scanned card fills the form of a person only.", alarm=True)
            return
        try:
            card = await self.ask(lambda store: read_card(text, store.home))
        except Unreadable as unreadable:
            model.say(str(unreadable), alarm=True)
            self.app.bell()
            return
        filled, differ = model.fill_card(texts_of(card))
        other = f" Other on the card: {', '.join(differ)}." if differ else ""
        model.say(f"{filled} fields filled from the card.{other}", card.checked)
        self.form_typed(left_field=True)  # so that it is looked up who this may be

    async def choose_field(self, model: FormModel) -> None:
        """Open the choice of fields."""
        await self.app.push_screen(GoToPage(self._label, model, self.form.go_to))

    def kept_changed(self, model: FormModel) -> None:
        """Write what is kept for the next record."""
        self._keeping.changed(model)

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Offer to keep the present field, and the two ways of Enter."""
        return self._keeping.menu_entries()

    def form_typed(self, *, left_field: bool) -> None:
        """Update what stands around the form, and have the draft written."""
        self.show_state()
        if left_field:
            self.call_after_refresh(self._drafting.write_soon)
            self._comparing.look_soon()
        else:
            self._drafting.write_later()

    async def compare(self, model: FormModel) -> None:
        """Show who may be the same person, beside what is typed."""
        await self.run_reporting(partial(self._comparing.compare, model))

    # --- what stands around the form ---

    def on_resize(self) -> None:
        """Show what the new width has space for."""
        self.show_state()

    def show_state(self) -> None:
        """Show the bar, the panel, the sentence of the present field and its keys."""
        model = self.model
        if model is None:
            return
        noted, width = amiss(model), self.app.size.width
        above = bar(
            model,
            self._label,
            self.app.header_status.area,
            noted,
            unfinished=self._unfinished(model),
            roomy=width >= _ROOMY,
        )
        self.set_header(*above.trail, chips=above.chips)
        if self.wide and not self._panel_waits:
            self._panel_waits = True
            self.run_worker(self._show_panel(), group="panel")
        self.set_keys(*offered_keys(model, alike=bool(self._comparing.likely)))
        self._show_sentence(model)

    async def _show_panel(self) -> None:
        """Show the panel, once for several keys pressed in a row."""
        await asyncio.sleep(_PANEL_AFTER)
        self._panel_waits = False
        if (model := self.model) is not None:
            self.set_panel(*blocks(model, self._comparing.likely, amiss(model), _PANEL))

    def _show_sentence(self, model: FormModel) -> None:
        """Say what the last key did, else what is wrong here, who it may be, or how to type."""
        one, message = model.current, model.message
        note = one.wrong if model.fresh or one.searched else ""
        alike = "" if self.wide else alike_line(self._comparing.likely)
        if message != Message():
            self.say(message.text, message.then, error=message.alarm)
        elif note:
            stands = model.fresh and not one.to_check
            self.say(f"To check: {note}" if one.to_check else note, error=stands)
        elif alike:
            self.say(alike, "F4 compare.", doubt=True)
        else:
            issue = self._issues.get(model.at, "")
            hint = issue or ("" if model.help_open else self._beside(model))
            self.say(hint, hint=not issue)

    def _beside(self, model: FormModel) -> str:
        """Return a note too long for its column, else texts to type elsewhere, else the help."""
        if note := cut_note(model, self.form.size.width):
            return note
        texts = "   ".join(f"{in_words(name)}: {text}" for name, text in model.unasked.items())
        if texts:
            return f"Typed before, not asked here: {texts}"
        over = model.types_over and not model.current.closed
        return _REPLACES if over else model.current.field.help

    def _unfinished(self, model: FormModel) -> bool:
        """Say whether anything was typed since the form was opened."""
        texts = self._drafting.texts
        return any(
            one.changed and one.text != texts.get(name) for name, one in model.fields.items()
        )

    # --- the draft ---

    def unwritten_draft(self) -> Draft | None:
        """Return the draft as it should be written; None if it is."""
        return self._drafting.unwritten()

    async def save_draft(self) -> None:
        """Write the draft, or drop it if it holds no more than the form was opened with.

        Raises:
            StoreError: it could not be written.
        """
        await self._drafting.save()

    async def save_typed(self) -> None:
        """Write what is typed into the draft.

        Raises:
            StoreError: it could not be written.
        """
        await self._drafting.write()

    async def move_draft(
        self, *, record_id: str | None, base: int | None, texts: Mapping[str, str]
    ) -> None:
        """Go on with these texts as an edit of a record seen at the version ``base``, or as new.

        Raises:
            StoreError: the draft cannot be written, or the record cannot be read.
        """
        draft = await self._drafting.move(record_id, base, texts)
        await self.begin(kinds()[draft.kind], draft=draft)
        if self.model is not None and record_id is not None:
            said = f"Goes on as an edit of {self._label}. Nothing is saved yet."
            self.model.say(said, "Ctrl+Z in a field brings back what was known.")
            self.show_state()

    async def action_leave_form(self) -> None:
        """Leave and keep what was typed; if it cannot be written, leave at the second key."""
        try:
            await self.save_draft()
        except StoreError as error:
            if not self.confirmed("leave", str(error), "Esc again leaves without what was typed."):
                return
        self.dismiss(None)

    # --- saving ---

    async def save_form(self, model: FormModel, *, then_new: bool) -> None:
        """Save; keys typed meanwhile wait and go to the next form."""
        if await self.run_reporting(partial(self._save, model, then_new=then_new)):
            self.show_state()

    async def _save(self, model: FormModel, *, then_new: bool) -> None:
        confirm(model)
        number, findings = "", unreadable(model)
        if not findings:
            findings = await self._comparing.question()
        if not findings:
            async with self._drafting.lock:
                number, findings = await self._commit(model)
        if number:
            await self._finish(model, number, then_new=then_new)
        else:
            refuse(model, findings)
            self.app.bell()  # people who type from paper do not look at the screen
            self._drafting.write_soon()

    async def _commit(self, model: FormModel) -> tuple[str, list[Finding]]:
        """Return the record's id once it is on the disk, else the findings that stop the save."""
        opened = self._drafting.draft
        edit = Edit(
            model.kind, changes(model), opened.record_id, opened.base, confirmed=confirmed(model)
        )
        left = replace(opened, texts=model.unasked, field="", base=opened.base or 0)
        operator, apart = self.app.operator, frozenset(model.different)
        try:
            (done,) = await self.ask(
                lambda store: store.save([edit], operator, left=left, different=apart)
            )
        except Refused as refused:
            return "", [finding for _, finding in refused.findings]
        self.form.model = None
        return done.id, []

    async def _finish(self, model: FormModel, number: str, *, then_new: bool) -> None:
        kind = model.kind
        await self._keeping.saved(model)
        named = " ".join(str(model.values[name] or "") for name in kind.used(Use.NAME)).strip()
        label = named or (self._label if model.record else kind.title)
        self._note_saved(model, number, label)
        entered = SavedRecord(kind.kind(), number, label, new=model.record is None, more=then_new)
        if not then_new:
            self._leave(entered)
        if self._after_saving is not None:
            await self._after_saving(entered)
        if then_new:
            await self._next(kind, f"Saved: {label}, {number}.", entered)

    def _note_saved(self, model: FormModel, number: str, label: str) -> None:
        """Note what was saved, so that it can be undone."""
        saved, record = changes(model), model.record
        before = None if record is None else {name: record.value(name) for name in saved}
        kind, operator = model.kind.kind(), self.app.operator
        self.app.saves.note(LastSave(kind, number, label, operator, saved, before))

    async def _next(self, kind: type[Record], saved: str, entered: SavedRecord) -> None:
        """Go on with an empty form; if it cannot be opened, leave the page."""
        self.run_worker(self.run_reporting(self.app.refresh_status), group="status", exclusive=True)
        try:
            from fieldkit.records.declaration.roles import belongs_to

            owners = belongs_to(kind)  # what the record belongs to, the next one does too
            texts = self._drafting.texts
            carried = {name: text for name, text in texts.items() if name in owners}
            await self.begin(kind, texts=carried)
        except StoreError as error:
            self._leave(entered)
            say_on_screen(self.app, f"{saved} {error}")
        else:
            if self.model is not None:
                self.model.say(f"{saved} Next one:")

    def _leave(self, entered: SavedRecord) -> None:
        self._ready.clear()
        self.dismiss(entered)
