"""Asks what of the inbox is shown: a section, an area, or what has waited for long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.base.words import plural
from fieldkit.screens.look.glyphs import SAME
from fieldkit.screens.look.parts import heading, keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.review.inbox import Wanted
    from fieldkit.store import Store

_DAYS = (7, 14, 30, 90)
_DAY = 86400
Take = Callable[["Wanted"], Awaitable[object]]


class NarrowPage(PickerPage[None]):
    """A line chosen narrows by one more thing; the first line shows everything."""

    KEYS = keys("Enter choose", "type to narrow", "Esc back")
    PROMPT = "Show"
    HINT = "a section, a block, or how long"
    EMPTY = "Nothing of that name waits."

    def __init__(self, wanted: Wanted, take: Take) -> None:
        """``wanted``: what is shown now; ``take``: takes what is chosen."""
        super().__init__()
        self._wanted, self._take = wanted, take

    async def load_data(self) -> None:
        """Say what is asked."""
        self.set_header("Review", "Filter")

    async def answer(self, text: str) -> Answer:
        """Answer with what can be chosen, of which each word typed begins a word."""

        def read(store: Store) -> list[tuple[str, str, Wanted]]:
            return [*self._offered(store)]

        offered = await self.read(read, "areas")
        typed = text.casefold().split()
        rows: list[Choice] = []
        group = ""
        for title, words, wanted in offered:
            begun = words.casefold().split()
            if not all(any(one.startswith(part) for one in begun) for part in typed):
                continue
            head: Cell = heading(title) if title != group else ""
            gap: tuple[Cell, ...] = ("",) if head and rows else ()
            state = (Span(f"{SAME} now", "dim"),) if wanted == self._wanted else ""
            take = partial(self._chosen, wanted)
            rows.append(Choice((words, state), take, key=words, head=head, gap=gap))
            group = title
        return Answer(rows)

    def _offered(self, store: Store) -> Iterator[tuple[str, str, Wanted]]:
        """Yield what can be chosen: its group, its words, and what is wanted then."""
        from fieldkit.about.words import area_words
        from fieldkit.reports import Area
        from fieldkit.review.inbox import Wanted, areas, sections

        wanted = self._wanted
        yield "All", "Everything", Wanted(by_area=wanted.by_area)
        for section in sections(store):
            yield "Section", section.title, wanted._replace(section=section)
        for district, block in areas(store):
            named = area_words(district, block) or "The whole UT"
            area = Area(district=district) if block is None else Area(block=block)
            yield "Area", named, wanted._replace(area=area)
        for days in _DAYS:
            until = store.now() - days * _DAY
            yield "Waiting", f"Longer than {plural(days, 'day')}", wanted._replace(until=until)

    async def _chosen(self, wanted: Wanted) -> None:
        self.dismiss(None)
        await self._take(wanted)


def in_words(wanted: Wanted | None) -> str:
    """Return what is wanted, in words; empty if everything is."""
    if wanted is None:
        return ""
    from fieldkit.records.fields.formats import Moment

    since = Moment().show(wanted.until).rpartition(" ")[0] if wanted.until is not None else ""
    parts = (
        wanted.section.title.removesuffix("?") if wanted.section else "",
        wanted.area.name if wanted.area else "",
        f"since {since} or earlier" if since else "",
    )
    return ", ".join(filter(None, parts))
