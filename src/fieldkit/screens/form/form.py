"""The one form for all kinds: a new record, a correction, or what was left unfinished."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from fieldkit.records import Finding, Record, Reference, Use
from fieldkit.screens.base import navigation as doors
from fieldkit.screens.base.page import Page
from fieldkit.screens.form.field import Candidate
from fieldkit.screens.form.model import FormModel
from fieldkit.screens.form.reading import base_of, referred, start
from fieldkit.screens.form.saving import (
    changes,
    confirm,
    confirmed,
    draft_texts,
    refuse,
    unreadable,
    wrong,
)
from fieldkit.screens.form.terms import Opening, Wanted
from fieldkit.screens.form.view import cut_note
from fieldkit.screens.records.rows import in_words
from fieldkit.screens.widgets.form import Form
from fieldkit.store import Draft, Edit, Refused, StoreError

KEEP_AFTER = 0.8
"""Seconds after which what is typed is written, although the field was not left yet."""
_ROOMY = 100
"""Columns from which the header has room for the place."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What was saved: the result of the screen."""

    kind: str
    id: str
    label: str = ""
    """What it is called in a sentence."""
    new: bool = False
    """It was created, not corrected."""
    more: bool = False
    """The form goes on to the next one."""


After = Callable[[Entered], Awaitable[object]]
"""What is done once a record is saved, before the next key counts."""


class FormScreen(Page["Entered | None"]):
    """Dismissed with :class:`Entered` once the store has it, with None if it was left."""

    KEYBOARD = "#form"
    OWNED = True
    KEYS = "Enter next  Up back  = as last  ? help  Ctrl+S save  Ctrl+N save, next  Esc"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "put_away", "Back", show=False)]

    class Saved(Message):
        """A record was saved: committed, and on the disk."""

        def __init__(self, kind: str, record_id: str) -> None:
            super().__init__()
            self.kind = kind
            self.id = record_id

    def __init__(
        self,
        kind: type[Record] | None = None,
        *,
        record_id: str | None = None,
        texts: Mapping[str, str] | None = None,
        draft: Draft | None = None,
        after: After | None = None,
    ) -> None:
        """Open a form at once; without ``kind`` it waits for :meth:`begin`."""
        super().__init__()
        self._after_saving = after
        self._first = (kind, record_id, texts, draft) if kind is not None else None
        self._ready = asyncio.Event()
        self._keeping = asyncio.Lock()
        self._keep_timer: Timer | None = None
        self._keep_waits = False
        self._texts: Mapping[str, str] = {}
        self._draft = Draft("", "")
        self._label = ""
        self._objections: Mapping[str, str] = {}
        self._telling: tuple[str, str, str, bool] | None = None

    def content(self) -> Iterable[Widget]:
        """Yield the form."""
        yield Form(self)

    @property
    def form(self) -> Form:
        """The widget that takes the keys."""
        return self.query_one(Form)

    @property
    def model(self) -> FormModel | None:
        """What is typed; None while there is no form to type into."""
        return self.form.model

    async def arrive(self) -> None:
        """Open what the screen was made for; later arrivals find it open."""
        if self._first is not None:
            kind, record_id, texts, draft = self._first
            self._first = None
            if kind is not None:
                await self.begin(kind, record_id=record_id, texts=texts, draft=draft)

    async def begin(
        self,
        kind: type[Record],
        *,
        record_id: str | None = None,
        texts: Mapping[str, str] | None = None,
        draft: Draft | None = None,
    ) -> None:
        """Show another form in the same widget; keys typed meanwhile wait for it.

        Raises:
            StoreError: the record cannot be read.
        """
        self._ready.clear()
        try:
            record_id = draft.record_id if draft else record_id
            operator = self.desk.operator
            if record_id:
                self.where(record_id)
            found = await self.ask(lambda store: start(store, kind, record_id, operator))
            record, self._label, self._objections = found.record, found.label, found.objections
            self._texts = dict(texts or {})
            overlay = {**self._texts, **(draft.texts if draft else {})}
            at = draft.field if draft else next(filter(None, found.objections), "")
            model = FormModel(Opening(kind, record, overlay, at, found.standing))
            model.last = found.last
            model.say(found.objections.get("", ""))
            begun = draft or Draft(kind.kind(), self.desk.operator, None, record_id)
            self._draft = replace(begun, base=base_of(record, draft))
            self.form.show(model)
            self._tell()
        finally:
            self._ready.set()

    # --- what the form asks for ---

    async def form_ready(self) -> None:
        """Wait until a form is open."""
        await self._ready.wait()

    async def seek(self, wanted: Wanted) -> Sequence[Candidate]:
        """Look in the store for what a text could mean."""
        model = self.model
        if model is None:
            return ()
        found: Sequence[Candidate] = ()

        async def look() -> None:
            nonlocal found
            ask, district = model.fields[wanted.field].ask, model.values.get("district")
            form = ask.format
            if isinstance(form, Reference):
                found = await self.read(lambda store: referred(store, form.kinds, wanted.text))
            else:
                place = district if isinstance(district, int) else 0
                names = await self.read(
                    lambda store: store.suggest(ask.suggest, wanted.text, place)
                )
                found = [Candidate(name, name) for name in names]

        await self.told(look)
        return found

    def form_typed(self, *, left_field: bool) -> None:
        """Say what there is to say, and see that it is written into the draft."""
        self._tell()
        if left_field:
            self.call_after_refresh(self._keep_soon)
        elif self._keep_timer is None:
            self._keep_timer = self.set_timer(KEEP_AFTER, self._keep_soon)

    def _tell(self) -> None:
        """Bring header and sentence up to date."""
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
        said = (one.problem or one.finding) if model.fresh or one.searched else ""
        telling = (
            self._label,
            "".join(f"   {part}" for part in parts if part),
            model.message
            or said
            or self._objections.get(model.at)
            or ("" if model.help_open else self._beside(model)),
            model.alarm,
        )
        if telling != self._telling:
            self._telling = telling
            self.where(*telling[:2])
            self.say(telling[2], error=telling[3])

    def _place(self, model: FormModel) -> str:
        """Return where a new record is from: what is typed, then where this laptop works."""
        typed = [str(model.values[name] or "") for name in model.kind.used(Use.PLACE)]
        parts = [part for part in (*typed, self.desk.standing.area) if part]
        return f"place: {', '.join(parts)}" if parts and model.record is None else ""

    def _beside(self, model: FormModel) -> str:
        """Return a note too long for its place, else texts to type elsewhere, else the help."""
        if note := cut_note(model, self.form.size.width):
            return note
        kept = "   ".join(f"{in_words(name)}: {text}" for name, text in model.unasked.items())
        return f"Typed before, not asked here: {kept}" if kept else model.current.ask.help

    def _unfinished(self, model: FormModel) -> bool:
        """Say whether anything was typed beyond the texts the form was opened with."""
        return any(
            one.changed and one.text != self._texts.get(name) for name, one in model.fields.items()
        )

    # --- the draft ---

    def _keep_soon(self) -> None:
        if self._keep_timer is not None:
            self._keep_timer.stop()
            self._keep_timer = None
        if not self._keep_waits:
            self._keep_waits = True
            self.run_worker(self.told(lambda: self.keep(typing=True)), group="draft")

    async def keep(self, *, typing: bool = False) -> None:
        """Write what is typed into the draft, unless it stands there already.

        ``typing``: the field may go on.

        Raises:
            StoreError: it could not be written.
        """
        async with self._keeping:
            self._keep_waits = False
            draft = self._unkept(typing=typing)
            if draft is not None:
                self._draft = await self.ask(lambda store: store.drafts.keep(draft))

    def unwritten(self) -> Draft | None:
        """Return the draft as it ought to stand; None if it does.

        One that is being written just now may come to stand twice: better than not at all.
        """
        return self._unkept()

    def _unkept(self, *, typing: bool = False) -> Draft | None:
        model = self.model
        if model is None:
            return None
        texts = draft_texts(model, typing=typing)
        typed = any(texts.values()) or model.record is not None
        if texts == self._draft.texts or (self._draft.id is None and not typed):
            return None
        return replace(self._draft, texts=texts, field=model.at)

    async def action_put_away(self) -> None:
        """Leave; what was typed is kept. If it cannot be written, only when asked again."""
        try:
            await self.put_away()
        except StoreError as error:
            if not self.sure("leave", f"{error} Esc again leaves without what was typed."):
                return
        self.dismiss(None)

    async def put_away(self) -> None:
        """Write the draft; one that holds no more than the form was opened with is thrown away.

        Raises:
            StoreError: it could not be written.
        """
        model = self.model
        if model is None:
            return
        await self.keep()
        number = self._draft.id
        opened = {name: text for name, text in self._texts.items() if text}
        if number is not None and {k: t for k, t in draft_texts(model).items() if t} == opened:
            await self.ask(lambda store: store.drafts.drop(number))

    # --- saving ---

    async def save_form(self, *, then_new: bool) -> None:
        """Save; keys typed meanwhile wait, and go to the next form."""
        if await self.told(lambda: self._save(then_new=then_new)):
            self._tell()

    async def _save(self, *, then_new: bool) -> None:
        model = self.model
        if model is None:
            return
        confirm(model)
        number, findings = "", unreadable(model)
        if not findings:
            async with self._keeping:
                number, findings = await self._commit(model)
        if number:
            await self._after(model, number, then_new=then_new)
        else:
            refuse(model, findings)
            self.app.bell()  # whoever types from paper does not look up
            self._keep_soon()

    async def _commit(self, model: FormModel) -> tuple[str, list[Finding]]:
        """Return the record's number once it is on the disk, else what stands against it."""
        opened = self._draft
        edit = Edit(
            model.kind, changes(model), opened.record_id, opened.base, confirmed=confirmed(model)
        )
        left = replace(opened, texts=model.unasked, field="", base=opened.base or 0)
        operator = self.desk.operator
        try:
            (done,) = await self.ask(lambda store: store.save([edit], operator, left=left))
        except Refused as refused:
            return "", [finding for _, finding in refused.findings]
        self.form.model = None
        return done.id, []

    async def _after(self, model: FormModel, number: str, *, then_new: bool) -> None:
        kind = model.kind
        self.post_message(self.Saved(kind.kind(), number))
        named = " ".join(str(model.values[name] or "") for name in kind.used(Use.NAME)).strip()
        label = named or (self._label if model.record else kind.title)
        entered = Entered(kind.kind(), number, label, new=model.record is None, more=then_new)
        if not then_new:
            self._leave(entered)
        if self._after_saving is not None:
            await self._after_saving(entered)
        if then_new:
            await self._next(kind, f"Saved: {label}, {number}.", entered)

    async def _next(self, kind: type[Record], saved: str, entered: Entered) -> None:
        """Go on with an empty form; if none can be opened, leave: this one has nothing to type."""
        self.run_worker(self.told(self.desk.take_stock), group="stock", exclusive=True)
        try:
            await self.begin(kind, texts=self._carried(kind))
        except StoreError as error:
            self._leave(entered)
            doors.say(self.desk, f"{saved} {error}")
        else:
            if self.model is not None:
                self.model.say(f"{saved} Next one:")

    def _leave(self, entered: Entered) -> None:
        self._ready.clear()
        self.dismiss(entered)

    def _carried(self, kind: type[Record]) -> dict[str, str]:
        """Return the texts of the opening that the next form shares: what the record belongs to."""
        return {name: text for name, text in self._texts.items() if name in kind.references()}
