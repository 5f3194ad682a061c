"""The form page: a new record of any kind, a correction, or a draft."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from fieldkit.records import Finding, Record, Reference, Use
from fieldkit.screens.base.navigator import AfterSave, SavedRecord
from fieldkit.screens.base.page import Page, say_on_screen
from fieldkit.screens.form.form_field import Candidate
from fieldkit.screens.form.form_widget import Form
from fieldkit.screens.form.model import FormModel
from fieldkit.screens.form.reading import base_of, referred, start
from fieldkit.screens.form.same_person import SamePerson
from fieldkit.screens.form.saving import (
    changes,
    confirm,
    confirmed,
    draft_texts,
    refuse,
    unreadable,
    wrong,
)
from fieldkit.screens.form.terms import Lookup
from fieldkit.screens.form.view import cut_note
from fieldkit.screens.look.parts import keys
from fieldkit.screens.lookup.rows import in_words
from fieldkit.store import Draft, Edit, Refused, StoreError

DRAFT_AFTER = 0.8
"""Seconds after which what is typed is written into the draft while the cursor is in the field."""
_ROOMY = 100
"""Columns from which the header has space for the place."""


class FormPage(Page["SavedRecord | None"]):
    """Dismissed with :class:`SavedRecord` once the record is saved, with None if it was left."""

    KEYBOARD = "#form"
    OWNED = True
    KEYS = keys("Enter next  Up back  = as last  ? help  Ctrl+S save  Ctrl+N save, next  Esc")
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
        self._draft_lock = asyncio.Lock()
        self._draft_timer: Timer | None = None
        self._draft_pending = False
        self._texts: Mapping[str, str] = {}
        self._draft = Draft("", "")
        self._label = ""
        self._issues: Mapping[str, str] = {}
        self._shown: tuple[str, str, str, bool] | None = None
        self._same: SamePerson | None = None

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
            self._issues = {**found.denied, **found.issues}
            self._texts = dict(texts or {})
            overlay = {**self._texts, **(draft.texts if draft else {})}
            at = draft.field if draft else next(filter(None, found.issues), "")
            model = FormModel(kind, record, overlay, at, found.place)
            model.last = found.last
            self._same = SamePerson(model)
            model.say(self._issues.get("", ""))
            begun = draft or Draft(kind.kind(), self.app.operator, None, record_id)
            self._draft = replace(begun, base=base_of(record, draft))
            self.form.show(model)
            self._show_state()
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
                place = district if isinstance(district, int) else 0
                names = await self.read(
                    lambda store: store.suggest(field.suggest, lookup.text, place)
                )
                found = [Candidate(name, name) for name in names]

        await self.run_reporting(look)
        return found

    def form_typed(self, *, left_field: bool) -> None:
        """Update header and sentence, and have the draft written."""
        self._show_state()
        if left_field:
            self.call_after_refresh(self._write_draft_soon)
            self.run_worker(self.run_reporting(self._recognise), group="same person")
        elif self._draft_timer is None:
            self._draft_timer = self.set_timer(DRAFT_AFTER, self._write_draft_soon)

    async def _recognise(self) -> None:
        """Look up whom the form may be about, and show that; keys do not wait."""
        same = self._same
        if same is None:
            return
        async with same.lock:
            record = same.to_look_up()
            if record is not None:
                same.answer(record, await self.ask(lambda store: store.same_person(record)))
                self._show_state()

    def _show_state(self) -> None:
        """Show the header and the sentence of the present field."""
        model = self.model
        if model is None:
            return
        many = wrong(model)
        parts = [
            model.record.id if model.record else "",
            "unfinished" if self._unfinished(model) else "",
            f"{many} to correct" if many else "",
            self._place(model) if self.size.width >= _ROOMY else "",
        ]
        one = model.current
        note = one.wrong if model.fresh or one.searched else ""
        shown = (
            self._label,
            "".join(f"   {part}" for part in parts if part),
            model.message
            or note
            or (self._same.sentence() if self._same else "")
            or self._issues.get(model.at)
            or ("" if model.help_open else self._beside(model)),
            model.alarm,
        )
        if shown != self._shown:
            self._shown = shown
            self.set_header(*shown[:2])
            self.say(shown[2], error=shown[3])

    def _place(self, model: FormModel) -> str:
        """Return the place of a new record: what is typed, then the laptop's area."""
        typed = [str(model.values[name] or "") for name in model.kind.used(Use.PLACE)]
        parts = [part for part in (*typed, self.app.header_status.area) if part]
        return f"place: {', '.join(parts)}" if parts and model.record is None else ""

    def _beside(self, model: FormModel) -> str:
        """Return a note too long for its column, else texts to type elsewhere, else the help."""
        if note := cut_note(model, self.form.size.width):
            return note
        texts = "   ".join(f"{in_words(name)}: {text}" for name, text in model.unasked.items())
        return f"Typed before, not asked here: {texts}" if texts else model.current.field.help

    def _unfinished(self, model: FormModel) -> bool:
        """Say whether anything was typed since the form was opened."""
        return any(
            one.changed and one.text != self._texts.get(name) for name, one in model.fields.items()
        )

    # --- the draft ---

    def _write_draft_soon(self) -> None:
        if self._draft_timer is not None:
            self._draft_timer.stop()
            self._draft_timer = None
        if not self._draft_pending:
            self._draft_pending = True
            self.run_worker(
                self.run_reporting(lambda: self.write_draft(typing=True)), group="draft"
            )

    async def write_draft(self, *, typing: bool = False) -> None:
        """Write what is typed into the draft, unless it is there already.

        ``typing``: the text of the current field may be incomplete.

        Raises:
            StoreError: it could not be written.
        """
        async with self._draft_lock:
            self._draft_pending = False
            draft = self.unwritten_draft(typing=typing)
            if draft is not None:
                self._draft = await self.ask(lambda store: store.drafts.keep(draft))

    def unwritten_draft(self, *, typing: bool = False) -> Draft | None:
        """Return the draft as it should be written; None if it is.

        A draft that is being written at this moment may be written twice. ``typing``: the text of
        the current field may be incomplete.
        """
        model = self.model
        if model is None:
            return None
        texts = draft_texts(model, typing=typing)
        typed = any(texts.values()) or model.record is not None
        if texts == self._draft.texts or (self._draft.id is None and not typed):
            return None
        return replace(self._draft, texts=texts, field=model.at)

    async def action_leave_form(self) -> None:
        """Leave and keep what was typed; if it cannot be written, leave at the second key."""
        try:
            await self.save_draft()
        except StoreError as error:
            if not self.confirmed("leave", f"{error} Esc again leaves without what was typed."):
                return
        self.dismiss(None)

    async def save_draft(self) -> None:
        """Write the draft, or drop it if it holds no more than the form was opened with.

        Raises:
            StoreError: it could not be written.
        """
        model = self.model
        if model is None:
            return
        await self.write_draft()
        number = self._draft.id
        opened = {name: text for name, text in self._texts.items() if text}
        if number is not None and {k: t for k, t in draft_texts(model).items() if t} == opened:
            await self.ask(lambda store: store.drafts.drop(number))

    # --- saving ---

    async def save_form(self, model: FormModel, *, then_new: bool) -> None:
        """Save; keys typed meanwhile wait and go to the next form."""
        if await self.run_reporting(partial(self._save, model, then_new=then_new)):
            self._show_state()

    async def _save(self, model: FormModel, *, then_new: bool) -> None:
        confirm(model)
        number, findings = "", unreadable(model)
        if not findings and self._same:
            await self._recognise()
            findings = self._same.question()
        if not findings:
            async with self._draft_lock:
                number, findings = await self._commit(model)
        if number:
            await self._finish(model, number, then_new=then_new)
        else:
            refuse(model, findings)
            self.app.bell()  # people who type from paper do not look at the screen
            self._write_draft_soon()

    async def _commit(self, model: FormModel) -> tuple[str, list[Finding]]:
        """Return the record's id once it is on the disk, else the findings that stop the save."""
        opened = self._draft
        edit = Edit(
            model.kind, changes(model), opened.record_id, opened.base, confirmed=confirmed(model)
        )
        left = replace(opened, texts=model.unasked, field="", base=opened.base or 0)
        operator = self.app.operator
        try:
            (done,) = await self.ask(lambda store: store.save([edit], operator, left=left))
        except Refused as refused:
            return "", [finding for _, finding in refused.findings]
        self.form.model = None
        return done.id, []

    async def _finish(self, model: FormModel, number: str, *, then_new: bool) -> None:
        kind = model.kind
        named = " ".join(str(model.values[name] or "") for name in kind.used(Use.NAME)).strip()
        label = named or (self._label if model.record else kind.title)
        entered = SavedRecord(kind.kind(), number, label, new=model.record is None, more=then_new)
        if not then_new:
            self._leave(entered)
        if self._after_saving is not None:
            await self._after_saving(entered)
        if then_new:
            await self._next(kind, f"Saved: {label}, {number}.", entered)

    async def _next(self, kind: type[Record], saved: str, entered: SavedRecord) -> None:
        """Go on with an empty form; if it cannot be opened, leave the page."""
        self.run_worker(self.run_reporting(self.app.refresh_status), group="status", exclusive=True)
        try:
            references = kind.references()  # what the record belongs to, the next one does too
            carried = {name: text for name, text in self._texts.items() if name in references}
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
