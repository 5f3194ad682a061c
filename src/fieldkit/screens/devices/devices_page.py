"""The devices of the area, silent ones first: as last listed, while the server is asked again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import events

from fieldkit.screens.base.navigator import MenuEntry
from fieldkit.screens.base.words import plural
from fieldkit.screens.devices.asking import FetchingPage
from fieldkit.screens.devices.choose_page import area_choices, choose_role, roles_to_give
from fieldkit.screens.devices.device_page import DevicePage
from fieldkit.screens.look.glyphs import DUE
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span, StyleName
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.review.devices import Devices, Listed
    from fieldkit.store import Store


class DevicesPage(FetchingPage):
    """Every laptop of the area; Enter opens one."""

    TITLE = "Devices"
    KEYS = keys("Enter open", "c code for a new laptop", "l late changes", "x exports", "Esc back")

    def __init__(self, first: str = "") -> None:
        """``first``: the number of the device that is marked as the page opens."""
        super().__init__()
        self._first = first

    def fetch(self, store: Store, /) -> object:
        """Ask for the devices of the area."""
        from fieldkit.sync.requests.supervision import fetch_devices

        return fetch_devices(store)

    async def answer(self, _text: str) -> Answer:
        """Answer with the devices, those that need somebody first."""
        from fieldkit.records.fields.formats import Moment
        from fieldkit.review.devices import kept_devices

        found = await self.read(kept_devices, "devices")
        if found is None:
            nothing: Cell = (Span("The list was never fetched on this laptop.", "dim"),)
            return Answer(mark=None, above=("", nothing))
        more = "  There are more than are listed." if found.more else ""
        as_of: Cell = (Span(f"As of {Moment().show(found.as_of)}", "dim"), Span(more, "warn"))
        rows = [self._row(one, found) for one in found.listed]
        return Answer(
            rows,
            mark=next((n for n, row in enumerate(rows) if row.key == self._first), 0),
            above=(as_of, ""),
            headings=("Name", "Role", "Area", "Last sync", "Not sent"),
            right=frozenset({4}),
        )

    def _row(self, one: Listed, found: Devices) -> Choice:
        gone = one.item.revoked_at is not None
        style: StyleName = "warn" if one.silent else "dim" if gone else "text"
        left = "" if one.item.unsent is None else str(one.item.unsent)
        cells: tuple[Cell, ...] = (
            (
                Span(one.name, "dim" if gone else "strong"),
                Span(" (this laptop)" if one.item.own else "", "dim"),
            ),
            (Span(one.item.role, "dim"),),
            (Span(one.place, "dim"),),
            (Span(f"{DUE} " if one.silent else "", style), Span(_seen(one, found), style)),
            (Span(left, "dim"),),
        )
        below: tuple[Cell, ...] = tuple((Span(remark, "warn"),) for remark in one.remarks[:1])
        return Choice(cells, partial(self._open, one), below=below, key=str(one.item.id))

    async def _open(self, one: Listed) -> None:
        await self.app.push_screen(DevicePage(one.item.id))

    # --- keys ---

    async def on_key(self, event: events.Key) -> None:
        """Handle the letters."""
        acts = {"c": self._code, "l": self.navigator.open_late, "x": self._exports}
        act = acts.get((event.character or "").lower())
        if act is not None:
            event.stop()
            await self.run_reporting(act)

    async def _code(self) -> None:
        areas = await self.read(area_choices, "areas")
        roles = await self.read(roles_to_give, "roles")
        await self.app.push_screen(choose_role(roles, areas, self.app.push_screen))

    async def _exports(self) -> None:
        from fieldkit.records.declaration.roles import log_of_exports

        await self.navigator.open_list(log_of_exports().kind())

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the keys do, for the menu."""
        return [
            MenuEntry("Here: code for a new laptop", "c on this page", self._code),
            MenuEntry("Here: log of exports", "x on this page", self._exports),
        ]


def _seen(one: Listed, found: Devices) -> str:
    if one.item.revoked_at is not None:
        return "revoked"
    if one.item.last_seen is None:
        return "never"
    from fieldkit.review.devices import DAY

    return _days_ago((found.now - one.item.last_seen) // DAY)


def _days_ago(days: int) -> str:
    return f"{plural(days, 'day')} ago" if days > 0 else "today"
