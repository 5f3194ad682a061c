"""The ways from one screen to another. Screens load when they are first opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from fieldkit.screens.base.app import AppBase
from fieldkit.screens.base.page import Page

if TYPE_CHECKING:
    from fieldkit.screens.form.form import After, Entered
    from fieldkit.store import Draft

T = TypeVar("T")


def say(desk: AppBase, sentence: str) -> None:
    """Say a sentence on the page that is on the screen now."""
    if isinstance(desk.screen, Page):
        desk.screen.say(sentence)


async def open_form(
    desk: AppBase,
    kind: str,
    *,
    record_id: str | None = None,
    texts: Mapping[str, str] | None = None,
    draft: Draft | None = None,
    after: After | None = None,
) -> None:
    """Open the form of a kind: empty, with ``texts`` filled in, of a record, or a draft again.

    ``after`` is told of each record saved in it.
    """
    from fieldkit.records import kinds
    from fieldkit.screens.form.form import FormScreen

    async def told(entered: Entered) -> None:
        if not entered.more:
            say(desk, f"Saved: {entered.label}, {entered.id}")
        if after:
            await after(entered)

    form = FormScreen(
        kinds()[kind], record_id=record_id, texts=texts or {}, draft=draft, after=told
    )
    await desk.push_screen(form)


async def open_new(
    desk: AppBase,
    kind: str,
    *,
    texts: Mapping[str, str] | None = None,
    draft: Draft | None = None,
) -> None:
    """Open the form of a new record or a draft; the page of a new one follows when it is saved."""

    async def follow(entered: Entered) -> None:
        if entered.new and not entered.more and has_page(entered.kind):
            await open_record(desk, entered.kind, entered.id, said=f"Saved: {entered.label}")

    await open_form(desk, kind, texts=texts, draft=draft, after=follow)


async def open_draft(desk: AppBase, draft: Draft) -> None:
    """Open what was left unfinished; as plain text if its form does not ask for all of it.

    So too if its record is no longer here.
    """
    from fieldkit.records import kinds
    from fieldkit.screens.records.stale_draft import KeptPage, unasked

    kind = kinds().get(draft.kind)
    number = draft.record_id
    here = kind is None or number is None
    if not here:
        here = await desk.ask(lambda store: store.get(draft.kind, number or "")) is not None
    if kind is None or not here or unasked(kind, draft.texts):
        await desk.push_screen(KeptPage(draft, here=here))
    else:
        await open_new(desk, draft.kind, draft=draft)


async def open_record(desk: AppBase, kind: str, record_id: str, *, said: str = "") -> None:
    """Open a record: its page, with ``said`` on it, if others refer to its kind; else its form."""
    from fieldkit.records import kinds

    if has_page(kind) and kind in kinds():
        from fieldkit.screens.records.record import RecordPage

        page = RecordPage(record_id)
        await desk.push_screen(page)
        page.say(said)
    else:
        await open_form(desk, kind, record_id=record_id)


def has_page(kind: str) -> bool:
    """Say whether other records refer to this kind, so that a page gathers them."""
    from fieldkit.records import kinds

    return any(
        kind in reference.kinds
        for other in kinds().values()
        for reference in other.references().values()
    )


async def open_list(desk: AppBase, kind: str) -> None:
    """Open the list of a kind."""
    from fieldkit.screens.records.listing import ListPage

    await desk.push_screen(ListPage(kind))


async def open_lists(desk: AppBase) -> None:
    """Open the choice of lists."""
    from fieldkit.screens.records.listing import ListsPage

    await desk.push_screen(ListsPage())


async def open_toolkits(desk: AppBase) -> None:
    """Look for the artisan whose toolkit moves on."""
    from fieldkit.screens.home.find import FindPage
    from fieldkit.screens.records.record import open_toolkit

    async def take(_kind: str, record_id: str) -> None:
        await open_toolkit(desk, record_id)

    await desk.push_screen(FindPage("Toolkit: whose?", ["beneficiary"], take))


async def open_import(desk: AppBase) -> None:
    """Open the import of a spreadsheet."""
    from fieldkit.screens.files.import_ import ImportScreen

    await _once(desk, ImportScreen)


async def open_sync(desk: AppBase, *, begin: bool = False) -> None:
    """Open the sync screen; ``begin``: and sync at once."""
    from fieldkit.screens.sync.sync import SyncScreen

    await _once(desk, SyncScreen)
    if begin and isinstance(desk.screen, SyncScreen):
        desk.courier.begin()
        desk.screen.began()


async def open_conflicts(
    desk: AppBase, *, first: str | None = None, record_id: str | None = None
) -> None:
    """Open the conflicts one after the other, of one record or all, from ``first`` on."""
    from fieldkit.screens.sync.conflicts import ConflictPage

    await desk.push_screen(ConflictPage(first, record_id))


async def open_enrolment(desk: AppBase) -> None:
    """Open the enrolment with a server."""
    from fieldkit.screens.sync.enrolling import EnrolPage

    device = await desk.ask(lambda store: store.device)
    await desk.push_screen(EnrolPage((device and device.server) or ""))


async def open_operators(desk: AppBase) -> None:
    """Open the change of the person at the keyboard."""
    from fieldkit.screens.home.operator import OperatorPage

    await _once(desk, OperatorPage)


async def open_help(desk: AppBase) -> None:
    """Open the keys and words."""
    from fieldkit.screens.home.help import HelpPage

    await _once(desk, HelpPage)


async def open_menu(desk: AppBase) -> None:
    """Open the menu of everything."""
    from fieldkit.screens.home.menu import MenuPage

    await _once(desk, MenuPage)


async def _once(desk: AppBase, page: type[Page[T]]) -> None:
    """Open a page, unless it is the one on the screen."""
    if not isinstance(desk.screen, page):
        await desk.push_screen(page())
