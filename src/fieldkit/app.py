"""The application: opens on Home at once, loads the rest behind it, and ends in plain words."""

from __future__ import annotations

import asyncio
import signal
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from fieldkit.screens.base import navigation as doors
from fieldkit.screens.base import textual_private
from fieldkit.screens.base.app import AppBase, is_sentence
from fieldkit.screens.base.page import Page
from fieldkit.screens.base.scheduler import Pace
from fieldkit.screens.home.home import HomePage

PAINTED_BY = 0.05
"""Seconds after which Home stands on the screen; loading would hold its first paint up."""


QUIET_AFTER = 2.0
"""Seconds after the store is open: what nobody waits for leaves the first searches alone."""
_ANYWHERE = {"menu", "operators", "keys", "sync"}


class FieldkitApp(AppBase):
    """fieldkit on the terminal."""

    TITLE = "fieldkit"
    CSS = "Screen { background: ansi_default; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "menu", "Menu", show=False),
        Binding("ctrl+o", "operators", "Operator", show=False),
        Binding("f1", "keys", "Help", show=False),
        Binding("f5", "sync", "Sync", show=False),
    ]

    def __init__(self, home: Path, pace: Pace | None = Pace()) -> None:  # noqa: B008 - it is frozen
        super().__init__(home, pace)

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
            from fieldkit.screens.base.startup_error import TroublePage

            await self.push_screen(TroublePage(str(error)))
            return
        if device is None:
            from fieldkit.screens.home.first_run import FirstRunPage

            await self.push_screen(FirstRunPage())
        self.set_timer(QUIET_AFTER, lambda: self.run_worker(self._in_quiet()))

    async def _in_quiet(self) -> None:
        """Load the form before it is needed, make the day's copy, tidy up, and begin to sync.

        Says if there can be no copy.
        """
        from fieldkit.store import StoreError

        await asyncio.to_thread(import_module, "fieldkit.screens.form.form")
        try:
            await self.work(lambda store: store.back_up_daily())
            await self.work(lambda store: store.tidy())
        except StoreError as error:
            if isinstance(self.screen, Page):
                self.screen.say(f"No copy of today's data was made. {error}", error=True)
        self.courier.by_itself()

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
        """Sync at once, on its screen."""
        await doors.open_sync(self, begin=True)

    def action_help_quit(self) -> None:
        """Say how to quit; Ctrl+C loses nothing."""
        if isinstance(self.screen, Page):
            self.screen.say("Ctrl+Q quits. What is typed is kept.")

    # --- the end ---

    async def action_quit(self) -> None:
        """Put away what is typed, then end; if it cannot be written, only when asked again."""
        page = self.screen
        try:
            await self._put_away()
        except Exception as error:
            if not is_sentence(error) or not isinstance(page, Page):
                raise
            if not page.sure("quit", f"{error} Ctrl+Q again quits without what was typed."):
                return
        self.exit(0)

    async def _put_away(self) -> None:
        for page in self.screen_stack:
            if isinstance(page, Page):
                await page.put_away()

    def end_soon(self, *_: object) -> None:
        """Put away what is typed and end: the window was closed or the laptop shuts down."""

        async def end() -> None:
            self._write_unwritten()
            self.exit(0)

        textual_private.call_from_signal(self, end)

    def _write_unwritten(self) -> None:
        """Write what is typed at once, as far as that can be: the fault may lie in the form."""
        for page in self.screen_stack:
            with suppress(Exception):
                draft = page.unwritten() if isinstance(page, Page) else None
                if draft is not None and self._store is not None:
                    self._store.drafts.keep(draft)

    def note_fault(self) -> str:
        """Write where the present exception arose to a file; return a sentence for the person."""
        log = write_log(self.home)
        return super().note_fault() + (
            f" Send this file to whoever looks after fieldkit: {log}" if log else ""
        )

    def _fatal_error(self) -> None:
        """End with one sentence; where it broke goes to a file, without anyone's data."""
        log = write_log(self.home)
        self._write_unwritten()
        self.fault = (
            "fieldkit stopped because of a mistake in the program. What was saved is safe; "
            "what was being typed is on Home after the next start."
            + (f" Send this file to whoever looks after fieldkit: {log}" if log else "")
        )
        textual_private.stop_at_once(self)

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
        for name in ("SIGHUP", "SIGTERM", "SIGBREAK"):  # no system has all of them
            if number := getattr(signal, name, None):
                signal.signal(number, app.end_soon)
        app.run()
        app.close_store()
        if app.fault:
            _tell(app.fault)
        return 1 if app.fault else 0
    finally:
        lock.release()


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
