"""Which page asks for a passphrase, and what is done with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.app import AppBase
from fieldkit.screens.base.daemon import in_thread
from fieldkit.screens.base.navigator import Open
from fieldkit.screens.base.page import say_on_screen
from fieldkit.screens.protection.keys_here import NotDone, add, read_keys
from fieldkit.screens.protection.new_page import NewPassphrasePage
from fieldkit.screens.protection.unlock_page import UnlockPage

if TYPE_CHECKING:
    from fieldkit.screens.protection.locking import Locking

_WHY = (
    "With a passphrase, nobody else can read the data if this laptop is lost or stolen.",
    "If it is forgotten, another operator of this laptop can help; so can a supervisor, once the "
    "laptop has synced. So give two people one.",
)


async def ask_operator(app: AppBase, name: str, then: Open) -> None:
    """Ask an operator for their passphrase; who has none chooses one. Then call ``then``."""

    async def opened(_operator: str, _key: bytes) -> None:
        app.pop_screen()
        await then()

    async def added(passphrase: str) -> None:
        await _add(app, name, passphrase)
        app.pop_screen()
        await then()

    try:
        found = await in_thread(partial(read_keys, app.home))
    except NotDone as error:
        say_on_screen(app, str(error))
        return
    if name in found.operators:
        await app.push_screen(UnlockPage(opened, only=name))
        return
    why = [f"{name} has no passphrase on this laptop yet. {name} chooses one and types it."]
    await app.push_screen(NewPassphrasePage(("Change operator", name), why, added))


async def ask_own(app: AppBase) -> None:
    """Ask the operator for their passphrase, then for a new one."""
    name = app.operator

    async def opened(_operator: str, _key: bytes) -> None:
        app.pop_screen()
        why = [f"From now on {name} opens this laptop with the new passphrase."]
        await app.push_screen(NewPassphrasePage(("New passphrase", name), why, changed))

    async def changed(passphrase: str) -> None:
        await _add(app, name, passphrase)
        app.pop_screen()
        say_on_screen(app, f"{name} opens this laptop with the new passphrase from now on.")

    await app.push_screen(UnlockPage(opened, only=name))


async def _add(app: AppBase, name: str, passphrase: str) -> None:
    key = app.data_key
    if key is not None:
        await in_thread(partial(add, app.home, name, passphrase, key))


async def offer(app: AppBase, locking: Locking, then: Open | None) -> None:
    """Offer to encrypt a plain home; ``then`` follows either way."""
    if app.practice or app.data_key is not None:
        if then is not None:
            await then()
        elif app.practice:
            say_on_screen(app, "This is practice with made-up people: there is nothing to protect.")
        return
    page = ProtectPage(locking, then)
    await app.push_screen(page)


class ProtectPage(NewPassphrasePage):
    """A passphrase for a plain home; the data is encrypted then. Escape goes on without one."""

    def __init__(self, locking: Locking, then: Open | None) -> None:
        leave = "Esc not now" if then else "Esc back"
        trail = ("fieldkit", "Protect this laptop")
        super().__init__(trail, _WHY, self._encrypt, leave=leave)
        self._locking, self._then = locking, then

    async def _encrypt(self, passphrase: str) -> None:
        await self._locking.encrypt(passphrase)
        await self._close()
        await self._locking.say_encrypted()

    async def _close(self) -> None:
        self.dismiss(None)
        if self._then is not None:
            await self._then()

    def action_leave(self) -> None:
        """Go back to the first time; else leave the data as it is."""
        if self._busy or self._first or self._then is None:
            super().action_leave()
        else:
            self.app.hold_keys(self._close())
