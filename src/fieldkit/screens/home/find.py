"""Find is New: look for someone, and register them from the same box if they are not there.

People do not search before they create, whatever the training says; so the search is the way into
the form. A strong hit is marked; else "None of these: register ..." is, with the name or the
mobile carried into the form.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from fieldkit.screens.base import navigation as doors
from fieldkit.screens.base.app import AppBase
from fieldkit.screens.base.page import Page
from fieldkit.screens.records.rows import Row, fetched, row_of
from fieldkit.screens.widgets.picker import Answer, Choice, Picker

if TYPE_CHECKING:
    from fieldkit.screens.form.form import After
    from fieldkit.store import Hit, Store

Take = Callable[[str, str], Awaitable[object]]
"""What is done with the chosen record: its kind and its id."""

_NAMED = 0.9
"""From this score on every word typed is in the name."""
NEW_OF: dict[str, str] = {"beneficiary": "register"}
"""The word for making a new one, where "new" is not what people say."""


def carried(kind: str, typed: str) -> dict[str, str]:
    """Return the form's texts for what was typed in the box: a mobile, a name, or both.

    Pure; a number that is no whole mobile is what they were looked for by, and is not carried.
    """
    from fieldkit.plain_text import plain
    from fieldkit.records import Use, kinds

    found = kinds()[kind]
    texts: dict[str, str] = {}
    words = plain(typed).split()
    digits = "".join(c for word in words if word[-1:].isdigit() for c in word if c.isdigit())
    name = " ".join(word for word in words if not any(c.isdigit() for c in word))
    if len(digits) >= 10 and (mobile := found.used(Use.DIGITS)):
        texts[mobile[0]] = digits[-10:]
    if name and (names := found.used(Use.NAME)):
        texts[names[0]] = name.title() if name.islower() or name.isupper() else name
    return texts


def new_row(
    desk: AppBase,
    kind: str,
    typed: str,
    *,
    among: bool = False,
    before: Callable[[], None] | None = None,
    after: After | None = None,
) -> Choice:
    """Return the row that begins a new record with what was typed.

    ``among``: it stands under hits; ``before`` runs as the form opens, ``after`` when it is saved
    in place of the record's page.
    """
    from fieldkit.records import kinds

    texts = carried(kind, typed)
    called = f'"{list(texts.values())[-1]}"' if texts else ""
    title = kinds()[kind].title.lower()
    verb = NEW_OF.get(kind)
    text = f"{verb} {called or 'a new ' + title}" if verb else f"new {title} {called}"
    text = f"None of these: {text}" if among else text[:1].upper() + text[1:]

    async def begin() -> None:
        if before:
            before()
        if after:
            await doors.open_form(desk, kind, texts=texts, after=after)
        else:
            await doors.open_new(desk, kind, texts=texts)

    return Choice((text.strip(), "Ctrl+N"), begin)


def choice_of(row: Row, take: Take) -> Choice:
    """Turn a record's row into one that can be taken."""

    async def enter() -> None:
        await take(row.kind, row.id)

    return Choice(row.cells, enter, row.below, key=row.id)


def search(store: Store, text: str, kinds: Sequence[str] | None) -> tuple[list[Row], bool]:
    """Return the rows that answer ``text`` and whether the first is likely meant; in a thread."""
    hits = store.find(text, kinds=kinds, limit=20)
    found = store.fetch({hit.kind for hit in hits}, [hit.id for hit in hits])
    records = [found[hit.kind, hit.id] for hit in hits if (hit.kind, hit.id) in found]
    kept, mixed = fetched(store, records), kinds is None or len(kinds) > 1
    return [row_of(kept, record, titled=mixed) for record in records], likely(hits)


def likely(hits: Sequence[Hit]) -> bool:
    """Say whether the first hit is meant: it is strong, or the one group or training so named.

    A name alone does not tell people apart; groups and trainings have little else.
    """
    from fieldkit.records import kinds

    if not hits or hits[0].strong:
        return bool(hits)
    rest = max((hit.score for hit in hits[1:]), default=0.0)
    return not kinds()[hits[0].kind].person and hits[0].score >= _NAMED > rest


class FindPage(Page[None]):
    """A box to find one record of some kinds; what Enter does with it is up to the caller."""

    KEYBOARD = "#picker"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+n,f9", "new", "New", show=False)]

    def __init__(
        self,
        title: str,
        kinds: Sequence[str],
        take: Take,
        *,
        new: str | None = None,
        skip: Callable[[Store], set[str]] | None = None,
    ) -> None:
        """``new``: the kind that is begun when none fits; ``skip``: ids that are not offered."""
        super().__init__()
        self._purpose, self._kinds, self._take = title, kinds, take
        self._new, self._skip = new, skip

    def content(self) -> Iterable[Widget]:
        """Yield the box."""
        yield Picker(self.answer, self.told, prompt="Find", empty="Nobody found.")

    async def arrive(self) -> None:
        """Say what is looked for."""
        self.where(self._purpose)
        self.keys("Enter take   Ctrl+N new   Esc back" if self._new else "Enter take   Esc back")
        self.query_one(Picker).freshen()

    async def answer(self, text: str) -> Answer:
        """Answer what is typed."""
        if not text.strip():
            return await self.at_first(self.new(""))

        def look(store: Store) -> tuple[list[Row], bool]:
            rows, strong = search(store, text, self._kinds)
            skipped = self._skip(store) if self._skip else set()
            kept = [row for row in rows if row.id not in skipped]
            return kept, strong and kept == rows

        rows, strong = await self.read(look, "hits")
        choices = [choice_of(row, self.taken) for row in rows]
        last = self.new(text, among=bool(rows))
        marked = 0 if strong or (last is None and len(rows) == 1) else len(rows) if last else None
        return Answer(choices, last, marked)

    async def at_first(self, last: Choice | None) -> Answer:
        """Answer the empty box: invite the mobile, which finds best."""
        hint = "Type the mobile: surest. Or name and father's name, or name and village."
        return Answer(last=last, mark=None if last is None else 0, above=("  " + hint,))

    async def taken(self, kind: str, record_id: str) -> None:
        """Hand the record over and leave the box."""
        self.dismiss(None)
        await self._take(kind, record_id)

    def new(self, typed: str, *, among: bool = False) -> Choice | None:
        """Return the row that begins a new record, where there is such."""
        return new_row(self.desk, self._new, typed, among=among) if self._new else None

    async def action_new(self) -> None:
        """Begin a new record with what is typed."""
        row = self.new(self.query_one(Picker).typed.text)
        if row:
            await self.told(row.enter)
