"""The application: opens on Home at once, loads the rest behind it, and ends in plain words."""

from __future__ import annotations

import asyncio
import sys
import traceback
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from fieldkit.screens import doors
from fieldkit.screens.desk import Desk
from fieldkit.screens.home import HomePage
from fieldkit.screens.page import Page

PAINTED_BY = 0.05
"""Seconds after which Home stands on the screen; loading would hold its first paint up."""


QUIET_AFTER = 2.0
"""Seconds after the store is open: what nobody waits for leaves the first searches alone."""
_ANYWHERE = {"menu", "operators", "keys", "sync"}


class FieldkitApp(Desk):
    """fieldkit on the terminal."""

    TITLE = "fieldkit"
    CSS = "Screen { background: ansi_default; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "menu", "Menu", show=False),
        Binding("ctrl+o", "operators", "Operator", show=False),
        Binding("f1", "keys", "Help", show=False),
        Binding("f5", "sync", "Sync", show=False),
    ]

    def on_mount(self) -> None:
        """Paint Home, then open the store behind it."""
        self.push_screen(HomePage())
        # No call_after_refresh: a screen opened by an early key would hold it back for good.
        self.set_timer(PAINTED_BY, lambda: self.run_worker(self._begin()))

    async def _begin(self) -> None:
        await self.open_store()
        from fieldkit.store import StoreError

        try:
            device = await self.ask(lambda store: store.device)
        except StoreError as error:
            from fieldkit.screens.trouble import TroublePage

            await self.push_screen(TroublePage(str(error)))
            return
        if device is None:
            from fieldkit.screens.first_run import FirstRunPage

            await self.push_screen(FirstRunPage())
        self.set_timer(QUIET_AFTER, lambda: self.run_worker(self._in_quiet()))

    async def _in_quiet(self) -> None:
        """Load the form before it is needed and make the day's copy; say if that cannot be."""
        from fieldkit.store import StoreError

        await asyncio.to_thread(import_module, "fieldkit.screens.form")
        try:
            await self.ask(lambda store: store.back_up_daily())
        except StoreError as error:
            if isinstance(self.screen, Page):
                self.screen.say(f"No copy of today's data was made. {error}", error=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let the keys of the whole program do nothing where a page stands alone."""
        alone = isinstance(self.screen, Page) and self.screen.ALONE
        if alone and action in _ANYWHERE:
            return False
        return super().check_action(action, parameters)

    async def action_menu(self) -> None:
        """Open the menu of everything."""
        await doors.open_menu(self)

    async def action_operators(self) -> None:
        """Open the change of operator."""
        await doors.open_operators(self)

    async def action_keys(self) -> None:
        """Open the help."""
        await doors.open_help(self)

    async def action_sync(self) -> None:
        """Open the sync screen."""
        await doors.open_sync(self)

    def action_help_quit(self) -> None:
        """Say how to quit; Ctrl+C loses nothing."""
        if isinstance(self.screen, Page):
            self.screen.say("Ctrl+Q quits. What is typed is kept.")

    def _fatal_error(self) -> None:
        """End with one sentence; where it broke goes to a file, without anyone's data."""
        log = write_log(self.home)
        self._exit_renderables.clear()
        self.fault = (
            "fieldkit stopped because of a mistake in the program. What was saved is safe; "
            "what was being typed is on Home after the next start."
            + (f" Send this file to whoever looks after fieldkit: {log}" if log else "")
        )
        self._close_messages_no_wait()

    fault: str = ""
    """The sentence to end with, if something broke."""


def write_log(home: Path) -> Path | None:
    """Write where the present exception arose: files, lines and types; no values, no messages."""
    kind, error, trace = sys.exc_info()
    lines = [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)
    ]
    now = datetime.now(UTC)
    folder = home / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"fault-{now:%Y%m%d-%H%M%S}.txt"
        named = kind.__name__ if kind else type(error).__name__
        path.write_text("\n".join([f"{now:%Y-%m-%d %H:%M:%S} UTC", named, *lines, ""]), "utf-8")
    except OSError:
        return None
    return path


def run(home: Path) -> int:
    """Run the application on ``home`` and return the exit code.

    A second one on the same home is refused, for both would number and chain the same records.
    """
    from filelock import FileLock, Timeout

    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = FileLock(home / "fieldkit.lock")
        lock.acquire(timeout=0)
    except Timeout:
        _tell("fieldkit is already open on this folder. Use that window, or quit it first.")
        return 2
    except OSError:
        _tell(f"The folder {home} cannot be written. Ask whoever set up this laptop.")
        return 2
    try:
        app = FieldkitApp(home)
        app.run()
        app.close_store()
        if app.fault:
            _tell(app.fault)
        return 1 if app.fault else 0
    finally:
        lock.release()


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
