"""The decisions that wait, by stage and age; Enter lists them, to be decided together."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.base.navigator import Among
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.glyphs import DUE
from fieldkit.screens.look.parts import heading, keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fieldkit.review.decisions import Stage
    from fieldkit.store import Store

_DAY = 86_400
_AGES = (("over 90 days", 90, None), ("31 to 90 days", 30, 90), ("up to 30 days", None, 30))
"""Words, and between which ages in days."""
_MOST = 2_000
"""Records of one line that are listed, the longest waiting first."""


class Group(NamedTuple):
    """What waits for a stage, of one age."""

    stage: Stage
    age: str
    ids: Sequence[str]


class WaitingPage(PickerPage[None]):
    """Each stage with how many wait for it, and how long."""

    KEYS = keys("Enter list them", "Esc back")
    EMPTY = "Nothing waits for a decision."

    async def load_data(self) -> None:
        """Count again: some may have been decided."""
        self.set_header("Decisions that wait")
        self.picker.reload_if_idle()

    async def refresh_data(self) -> None:
        """Show what a sync received; the mark stays on its line."""
        await self.picker.follow()

    async def answer(self, _text: str) -> Answer:
        """Answer with the stages, each by the age of what waits."""
        from fieldkit.records import kinds
        from fieldkit.records.fields.formats import indian

        rows: list[Choice] = []
        before = ""
        for one in await self.read(read_groups, "waiting"):
            named = f"{kinds()[one.stage.kind].plural}, {one.stage.word}"
            head: Cell = heading(named) if named != before else ""
            cells: tuple[Cell, ...] = (
                (Span(f"{DUE} ", "warn"), Span(one.age)),
                (Span(indian(len(one.ids)), "strong"),),
            )
            gap: tuple[Cell, ...] = ("",) if head and rows else ()
            open_ = partial(self._list, one, named)
            rows.append(Choice(cells, open_, key=f"{named} {one.age}", head=head, gap=gap))
            before = named
        return Answer(rows, right=frozenset({1}))

    async def _list(self, one: Group, named: str) -> None:
        title = f"{named}, {one.age}"
        among = Among(title, one.ids[:_MOST], "Decisions that wait")
        await self.navigator.open_list(one.stage.kind, among)


def read_groups(store: Store) -> list[Group]:
    """Return what waits, the longest waiting first. Runs in a thread."""
    return [*_groups(store)]


def _groups(store: Store) -> Iterator[Group]:
    from fieldkit.review.decisions import stages

    now = store.now()
    for stage in stages():
        found = store.review.undecided(stage.kind, stage.stage)
        for words, least, most in _AGES:
            ids = [
                one.id
                for one in found
                if (least is None or now - one.since > least * _DAY)
                and (most is None or now - one.since <= most * _DAY)
            ]
            if ids:
                yield Group(stage, words, ids)
