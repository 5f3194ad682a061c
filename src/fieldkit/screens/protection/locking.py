"""When the laptop is locked, what is closed then, and how it is opened again.

Locking covers every page first. Then what is typed is written into its drafts, the store is closed
and the data key is forgotten. The pages stay under the unlock page, with what they show.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from fieldkit.screens.base.app import AppBase, is_sentence
from fieldkit.screens.base.daemon import in_thread
from fieldkit.screens.base.page import Page, owned_pages, say_on_screen
from fieldkit.screens.protection.idle import USUAL, Idle
from fieldkit.screens.protection.keys_here import NotDone, encrypted, read_keys, still_readable
from fieldkit.screens.protection.unlock_page import UnlockPage

if TYPE_CHECKING:
    from fieldkit.store import Store

CHECKED_EVERY = 15.0
"""Seconds between two looks at the time since the last key."""
_AGAIN = 0.5
"""Seconds until the store is tried to be closed again, while an import or a sync still uses it."""
_NOTE = "lock-after.json"
_TOLD = "The data on this laptop is encrypted. Give a second person a passphrase: Ctrl+O."


class Locking:
    """Locks and opens one application."""

    def __init__(self, app: AppBase, save_drafts: Callable[[], Awaitable[None]]) -> None:
        self._app = app
        self._save_drafts = save_drafts
        self._home_page = partial(import_module, "fieldkit.screens.home.home_page")
        self.idle = Idle()
        self.busy = False
        """Whether the data is being encrypted."""

    # --- the start ---

    def ask_at_start(self, go_on: Callable[[], Awaitable[None]]) -> None:
        """Show the unlock page as the first page; ``go_on`` opens the store."""
        self._app.locked = True
        self._app.push_screen(UnlockPage(partial(self._begin, go_on)))

    async def load(self) -> None:
        """Load what Home and the store need, while somebody types."""
        await asyncio.to_thread(self._home_page)
        await self._app.load_records()

    async def _begin(self, go_on: Callable[[], Awaitable[None]], operator: str, key: bytes) -> None:
        """Show Home, then open the store."""
        app = self._app
        app.data_key, app.locked = key, False
        app.header_status = app.header_status._replace(operator=operator)
        module = await asyncio.to_thread(self._home_page)
        app.switch_screen(module.HomePage())
        app.run_worker(go_on())

    async def watch(self) -> None:
        """Lock after some time without a key from now on, if the home is encrypted."""
        if self._app.data_key is not None:
            self.idle.minutes = await self._app.ask(_read_minutes)
            self.idle.press()
            self._app.set_interval(CHECKED_EVERY, self.look)

    # --- time without a key ---

    def may_go_on(self) -> bool:
        """Note a key, and say whether it counts: the first one after a long time only locks."""
        if self._due:
            self.lock()
            return False
        self.idle.press()
        return True

    def look(self) -> None:
        """Lock if it is time to."""
        if self._due:
            self.lock()

    @property
    def _due(self) -> bool:
        app = self._app
        if app.data_key is None or app.locked or not self.idle.over:
            return False
        return not any(isinstance(one, Page) and one.STAYS_OPEN for one in app.screen_stack)

    def take_minutes(self, minutes: int) -> Awaitable[None]:
        """Lock after so many minutes from now on; 0: never."""
        self.idle.minutes = minutes
        return self._app.ask(partial(_keep_minutes, minutes))

    # --- locking and opening again ---

    def lock(self) -> None:
        """Cover everything at once; then close the data."""
        app = self._app
        if app.data_key is not None and not app.locked and not self.busy:
            app.locked = True
            app.push_screen(UnlockPage(self._open_again))
            app.scheduler.pause()
            app.run_worker(self._close_data(), group="lock", exclusive=True)

    async def _close_data(self) -> None:
        """Write the drafts, close the store, forget the key.

        Where a draft cannot be written, the store stays open, so that nothing typed is lost.
        """
        app = self._app
        try:
            await self._save_drafts()
            await app.keep_figures()
        except Exception as error:
            if not is_sentence(error):
                raise
            return
        while app.locked and not await app.close_unused_store():
            await asyncio.sleep(_AGAIN)

    async def _open_again(self, operator: str, key: bytes) -> None:
        """Open the store and uncover the pages; those of another operator are closed.

        Raises:
            StoreError: a draft of the first, or who is at work now, cannot be written; the laptop
                stays locked.
        """
        app = self._app
        app.data_key = key
        await app.open_store()
        other = operator != app.operator
        if other:
            await self._save_drafts()
            await app.change_operator(operator)  # before Home reads whose work it shows
        app.locked = False
        self.idle.press()
        app.pop_screen()
        if other:
            for _ in owned_pages(app):
                app.pop_screen()
        app.scheduler.resume()

    # --- a laptop that the server revoked ---

    async def lock_if_no_passphrase(self) -> None:
        """Lock if no passphrase is left: only a supervisor's code opens the laptop then."""
        if self._app.data_key is None:
            return
        with suppress(NotDone):
            found = await in_thread(partial(read_keys, self._app.home))
            if not found.operators:
                self.lock()

    # --- encrypting a plain home ---

    async def encrypt(self, passphrase: str) -> None:
        """Encrypt the data; the page on the screen says how far it is.

        Raises:
            NotDone: the data is plain, as it was.
            StoreError: a draft cannot be written.
        """
        app, loop = self._app, asyncio.get_running_loop()

        def say(words: str) -> None:
            loop.call_soon_threadsafe(_say, app, words)

        self.busy = True
        app.scheduler.pause()
        try:
            await self._save_drafts()
            await app.keep_figures()
            _say(app, "Waiting for the sync to stop ...")
            while not await app.close_unused_store():
                await asyncio.sleep(_AGAIN)
            work = partial(encrypted, app.home, app.operator, passphrase, say)
            app.data_key = await in_thread(work)
        finally:
            await app.open_store()
            app.scheduler.resume()
            self.busy = False
        await self.watch()

    async def say_encrypted(self) -> None:
        """Say that it is done, and what stays readable."""
        readable = await in_thread(partial(still_readable, self._app.home))
        if readable and isinstance(self._app.screen, Page):
            self._app.screen.say(f"The data is encrypted. {readable}", doubt=True)
        else:
            say_on_screen(self._app, _TOLD)


def _say(app: AppBase, words: str) -> None:
    if isinstance(app.screen, Page):
        app.screen.say(words, hint=True)


def _read_minutes(store: Store) -> int:
    found = store.notes.read(_NOTE) or ""
    return int(found) if found.isascii() and found.isdecimal() and len(found) < 4 else USUAL


def _keep_minutes(minutes: int, store: Store) -> None:
    from fieldkit.store import Unwritable

    try:
        store.notes.write(_NOTE, str(minutes))
    except OSError:
        raise Unwritable(
            "This choice could not be kept: the folder cannot be written. It holds until fieldkit "
            "is closed."
        ) from None
