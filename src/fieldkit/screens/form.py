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

from fieldkit.records import Choice, Finding, Record, Reference, Use, Value, kinds, read_id
from fieldkit.screens.form_field import Candidate
from fieldkit.screens.form_model import FormModel
from fieldkit.screens.form_saving import (
    changes,
    confirm,
    confirmed,
    draft_texts,
    refuse,
    unreadable,
    wrong,
)
from fieldkit.screens.form_terms import Opening, Wanted
from fieldkit.screens.form_view import cut_note
from fieldkit.screens.objections import by_field
from fieldkit.screens.page import Page
from fieldkit.screens.rows import NOT_HERE, in_words, label_of
from fieldkit.screens.widgets.form import Form
from fieldkit.store import Draft, Edit, Hit, Refused, Store, StoreError

KEEP_AFTER = 0.8
"""Seconds after which what is typed is written, although the field was not left yet."""
_LIKELY = 0.9
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
            found = await self.ask(lambda store: _fetch(store, kind, record_id, operator))
            record, self._label, self._objections = found.record, found.label, found.objections
            self._texts = dict(texts or {})
            overlay = {**self._texts, **(draft.texts if draft else {})}
            at = draft.field if draft else next(filter(None, found.objections), "")
            model = FormModel(Opening(kind, record, overlay, at, found.standing))
            model.last = found.last
            model.say(found.objections.get("", ""))
            begun = draft or Draft(kind.kind(), self.desk.operator, None, record_id)
            self._draft = replace(begun, base=_base(record, draft))
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
                found = await self.ask(lambda store: _referred(store, form.kinds, wanted.text))
            else:
                place = district if isinstance(district, int) else 0
                names = await self.ask(lambda store: store.suggest(ask.suggest, wanted.text, place))
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

        def save(store: Store) -> str:
            done = store.save([edit], self.desk.operator, draft=None if left.texts else opened.id)
            if left.texts:
                store.drafts.keep(replace(left, record_id=done[0].id))
            return done[0].id

        try:
            number = await self.ask(save)
        except Refused as refused:
            return "", [finding for _, finding in refused.findings]
        self.form.model = None
        return number, []

    async def _after(self, model: FormModel, number: str, *, then_new: bool) -> None:
        kind = model.kind
        self.post_message(self.Saved(kind.kind(), number))
        named = " ".join(str(model.values[name] or "") for name in kind.used(Use.NAME)).strip()
        label = named or (self._label if model.record else kind.title)
        entered = Entered(kind.kind(), number, label, new=model.record is None, more=then_new)
        if not then_new:
            self._ready.clear()
            self.dismiss(entered)
        if self._after_saving is not None:
            await self._after_saving(entered)
        if not then_new:
            return
        self.run_worker(self.told(self.desk.take_stock), group="stock", exclusive=True)
        await self.begin(kind, texts=self._carried(kind))
        if self.model is not None:
            self.model.say(f"Saved: {entered.label}, {number}. Next one:")

    def _carried(self, kind: type[Record]) -> dict[str, str]:
        """Return the texts of the opening that the next form shares: what the record belongs to."""
        return {name: text for name, text in self._texts.items() if name in kind.references()}


@dataclass(frozen=True, slots=True)
class _Start:
    """What a form starts from."""

    record: Record | None
    standing: dict[str, Value]
    label: str
    """What it is called."""
    last: dict[str, str]
    """Texts of the record of this kind that the operator saved last."""
    objections: Mapping[str, str]
    """What the server says against it, by field."""


def _base(record: Record | None, draft: Draft | None) -> int | None:
    """Return the record's version the person saw when the form was opened (23); None: a new one.

    A sync that lands while it is open must not vouch for values nobody saw, so a draft keeps its
    own; one without was kept before the server had answered with any version.
    """
    if draft is not None:
        return draft.base if record is None else draft.base or 0
    return None if record is None else record.version or 0


def _fetch(store: Store, kind: type[Record], record_id: str | None, operator: str) -> _Start:
    """Read what the form starts from.

    Loads as well, in this thread, what the first keys would load.
    """
    kind()  # the first record made readies all kinds for the database: 50-100 ms
    for ask in kind.questions().values():
        if isinstance(ask.format, Choice):
            ask.format.matching("a")
    record = store.get(kind.kind(), record_id) if record_id else None
    if record_id and record is None:
        raise StoreError(NOT_HERE)
    others = (one for one in store.last_saved(2, operator, kind.kind()) if one.id != record_id)
    last = next((_texts(kind, one) for one in others), {})
    if record is not None:
        label = ", ".join(dict.fromkeys((label_of(store, record), record.label())))
        standing: dict[str, Value] = {"district": record.district, "block": record.block}
        return _Start(record, standing, label, last, by_field(store, record.id, kind.questions()))
    device = store.device
    standing = {"district": device.district, "block": device.block} if device else {}
    return _Start(None, standing, f"New {_lower(kind.title)}", last, {})


def _texts(kind: type[Record], record: Record) -> dict[str, str]:
    return {name: ask.format.edit(record.value(name)) for name, ask in kind.questions().items()}


def _referred(store: Store, among: Sequence[str], typed: str) -> list[Candidate]:
    """Return the records a text could mean: a number, a name, or the newest where none is typed."""
    if read_id(typed):
        record = store.record(typed)
        known = record is not None and record.kind() in among
        return [_candidate(record, sure=True)] if record is not None and known else []
    if not typed:
        newest = [r for kind in among for r in store.page(kind, newest_first=True, limit=9).records]
        return [_candidate(record) for record in newest[:9]]
    hits = store.find(typed, list(among), limit=9)
    alone = len(hits) == 1 and hits[0].score >= _LIKELY
    return [
        Candidate(hit.id, _called(hit.label, _told_by(hit)), sure=hit.strong or alone)
        for hit in hits
    ]


def _told_by(hit: Hit) -> list[str]:
    """Return what tells the record from others of its name: kin and place, where it has them."""
    kind = kinds()[hit.kind]
    fields = [*kind.used(Use.KIN), *kind.used(Use.PLACE)] or list(hit.line)
    return [hit.line[name] for name in fields if name in hit.line]


def _candidate(record: Record, *, sure: bool = False) -> Candidate:
    fields = [*record.used(Use.KIN), *record.used(Use.PLACE)]
    return Candidate(
        record.id, _called(record.label(), [str(record.value(f) or "") for f in fields]), sure=sure
    )


def _called(label: str, more: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(part for part in (label, *more) if part))


def _lower(title: str) -> str:
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
