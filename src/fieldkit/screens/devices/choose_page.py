"""The choice of an area, and of a role: for a code, or for a device."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.devices.asking import AskingPage
from fieldkit.screens.devices.code_page import CodePage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.protocol.messages.scope import Role
    from fieldkit.protocol.messages.supervision import CodeAnswer
    from fieldkit.screens.base.page import Page
    from fieldkit.store import Store

_MOST = 300
"""Rows shown; typing narrows them."""


class Chosen(NamedTuple):
    """A row to choose: an area, or a role."""

    words: str
    more: str = ""
    district: int | None = None
    block: int | None = None


Take = Callable[[Chosen], Awaitable[object]]


class ChoosePage(AskingPage):
    """Rows to choose from; Enter takes one, after a question if there is one."""

    KEYS = keys("Enter choose", "type to narrow", "Esc back")
    EMPTY = "Nothing has that name."

    def __init__(
        self, title: str, prompt: str, rows: Sequence[Chosen], take: Take, question: str = ""
    ) -> None:
        """``question``: asked at the first Enter, with the ``{words}`` of the row."""
        super().__init__()
        self._title, self._rows, self._take, self._question = title, rows, take, question
        self.PROMPT = prompt

    async def load_data(self) -> None:
        """Say what is chosen."""
        self.set_header("Devices", self._title)

    async def answer(self, text: str) -> Answer:
        """Answer with the rows that have each word typed."""
        wanted = text.casefold().split()
        found = [one for one in self._rows if all(part in one.words.casefold() for part in wanted)]
        begun = " ".join(wanted)
        found.sort(key=lambda one: not one.words.casefold().startswith(begun))
        return Answer([self._choice(one) for one in found[:_MOST]])

    def _choice(self, one: Chosen) -> Choice:
        cells = ((Span(one.words, "strong"),), (Span(one.more, "dim"),))
        return Choice(cells, partial(self._enter, one), key=one.words)

    async def _enter(self, one: Chosen) -> None:
        asked = self._question.format(words=one.words) if self._question else ""
        if not asked or self.confirmed(one.words, asked, "Press Enter again."):
            self.dismiss(None)
            await self._take(one)


class _CodeAreaPage(ChoosePage):
    """The area of a new laptop; the code is made at the second Enter."""

    def __init__(self, role: Role, areas: Sequence[Chosen]) -> None:
        super().__init__(
            f"Code for a new {role}", "Area", areas, self._make, f"Make a code: {role}, {{words}}?"
        )
        self._role = role

    async def _enter(self, one: Chosen) -> None:
        asked = self._question.format(words=one.words)
        if self.confirmed(one.words, asked, "Press Enter again."):
            await self._make(one)

    async def _make(self, one: Chosen) -> None:
        from fieldkit.sync.requests.supervision import new_code

        act = partial(new_code, role=self._role, district=one.district, block=one.block)
        self.begin(act, self._show, "Asking for a code ...")

    async def _show(self, made: CodeAnswer) -> None:
        self.dismiss(None)
        await self.app.push_screen(CodePage(made))


def roles_to_give(store: Store) -> Sequence[Role]:
    """Return the roles that are not above this laptop's own."""
    from fieldkit.protocol.messages.scope import ROLES, is_at_least

    scope = store.pull.state().scope
    return [role for role in ROLES if scope is not None and is_at_least(scope.role, role)]


def choose_role(
    roles: Sequence[Role],
    areas: Sequence[Chosen],
    push: Callable[[Page[None]], Awaitable[object]],
) -> ChoosePage:
    """Return the page that asks for the role of a new laptop; its area follows."""
    names: dict[str, Role] = {role.capitalize(): role for role in roles}

    async def take(one: Chosen) -> None:
        await push(_CodeAreaPage(names[one.words], areas))

    rows = [Chosen(words, _MAY[role]) for words, role in names.items()]
    return ChoosePage("Code for a new laptop", "Role", rows, take)


_MAY: dict[Role, str] = {
    "viewer": "reads, writes nothing",
    "registrar": "records people, attendance and hand-overs",
    "operator": "writes everything of the area",
    "supervisor": "decides, and looks after the devices of the area",
    "administrator": "also what belongs to the whole UT",
}


def area_choices(store: Store) -> Sequence[Chosen]:
    """Return the areas within this laptop's own: the largest first, then blocks by name."""
    from fieldkit.about.words import area_words
    from fieldkit.reference import options

    scope = store.pull.state().scope
    if scope is None:
        return []
    if scope.block is not None:
        return [Chosen(area_words(scope.district, scope.block), "", scope.district, scope.block)]
    districts = [one for one in options("district") if scope.district in (None, one.code)]
    found = [Chosen("All districts")] if scope.district is None else []
    found += [Chosen(one.label, "the whole district", int(one.code)) for one in districts]
    for district in districts:
        found += [
            Chosen(f"Block {one.label}, {district.label}", "", int(district.code), int(one.code))
            for one in options("block")
            if one.within == district.code
        ]
    return found
