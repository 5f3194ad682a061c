"""The application: shows Home at once, loads the rest afterwards, and ends in a sentence."""

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

from fieldkit.file_fault import why
from fieldkit.screens.base import textual_private
from fieldkit.screens.base.app import AppBase, is_sentence
from fieldkit.screens.base.page import Page
from fieldkit.screens.base.scheduler import Pace
from fieldkit.screens.navigation import Navigation
from fieldkit.screens.protection.locking import Locking
from fieldkit.settings import KEYS, is_locked, make_private

PAINTED_BY = 0.05
"""Seconds after which Home is on the screen; loading earlier would delay its first paint."""

FIGURES_EVERY = 120.0
"""Seconds after which the operator's own figures are kept; a power cut loses no more of them."""

QUIET_AFTER = 2.0
"""Seconds from opening the store to background work, so that searches run first."""
_GLOBAL_ACTIONS = {"menu", "operators", "keys", "sync", "last_saved", "hand_over"}


class FieldkitApp(AppBase):
    """fieldkit on the terminal."""

    TITLE = "fieldkit"
    CSS = "Screen { background: $background; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "menu", "Menu", show=False),
        Binding("ctrl+o", "operators", "Operator", show=False),
        Binding("f1", "keys", "Help", show=False),
        Binding("f5", "sync", "Sync", show=False),
        Binding("ctrl+e,f7", "last_saved", "Last saved", show=False),
        Binding("f6", "hand_over", "Toolkits", show=False),
    ]

    def __init__(self, home: Path, pace: Pace | None = Pace()) -> None:  # noqa: B008 - it is frozen
        super().__init__(home, pace)
        self.locking = Locking(self, self._save_drafts)
        self.navigator = Navigation(self, self.locking)
        self.fault = ""
        """The sentence to end with, if the program failed."""

    def on_mount(self) -> None:
        """Show Home, then open the store; an encrypted home asks for a passphrase before that."""
        begin = self._begin
        if is_locked(self.home) and (self.home / KEYS).exists():
            self.locking.ask_at_start(begin)
            begin = self.locking.load
        else:
            from fieldkit.screens.home.home_page import HomePage

            self.push_screen(HomePage())
        # Not call_after_refresh: a screen opened by an early key would keep it from ever running.
        self.set_timer(PAINTED_BY, lambda: self.run_worker(begin()))

    async def _begin(self) -> None:
        await self.open_store()
        from fieldkit.store import StoreError

        try:
            device = await self.ask(lambda store: store.device)
        except StoreError as error:
            from fieldkit.screens.home.startup_error_page import StartupErrorPage

            await self.push_screen(StartupErrorPage(str(error)))
            return
        await self.locking.watch()
        if device is None:
            from fieldkit.screens.home.first_run_page import FirstRunPage

            await self.push_screen(FirstRunPage())
        self.set_timer(QUIET_AFTER, lambda: self.run_worker(self._start_background_work()))

    async def _start_background_work(self) -> None:
        """Load the form before it is needed, back up, tidy up, count names, start the schedule.

        If the backup fails, the page says so.
        """
        from fieldkit.store import StoreError

        await asyncio.to_thread(import_module, "fieldkit.screens.form.form_page")
        try:
            await self.work(lambda store: store.back_up_daily())
            await self.work(lambda store: store.tidy())
            await self.work(lambda store: store.learn_names())
        except StoreError as error:
            if isinstance(self.screen, Page):
                self.screen.say(f"No copy of today's data was made. {error}", error=True)
        self.scheduler.start_schedule()
        self.set_interval(FIGURES_EVERY, lambda: self.run_worker(self._keep_figures()))

    async def _keep_figures(self) -> None:
        from fieldkit.store import StoreError

        if not self.locked:
            with suppress(StoreError):
                await self.keep_figures()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the keys of the whole program on pages that stand alone."""
        alone = isinstance(self.screen, Page) and self.screen.ALONE
        if alone and action in _GLOBAL_ACTIONS:
            return False
        return super().check_action(action, parameters)

    def may_go_on(self) -> bool:
        """Say whether a key counts: the first one after a long time locks an encrypted home."""
        return self.locking.may_go_on()

    async def lock_if_no_passphrase(self) -> None:
        """Lock an encrypted laptop that dropped its passphrases."""
        await self.locking.lock_if_no_passphrase()

    async def action_menu(self) -> None:
        """Open the menu of everything."""
        await self.navigator.open_menu()

    async def action_operators(self) -> None:
        """Open the change of operator."""
        await self.navigator.open_operators()

    async def action_keys(self) -> None:
        """Open the help."""
        await self.navigator.open_help()

    async def action_sync(self) -> None:
        """Open the sync page and sync."""
        await self.navigator.open_sync(begin=True)

    def action_last_saved(self) -> None:
        """Open the record that this operator saved last."""
        page = self.screen
        if isinstance(page, Page):
            self.hold_keys(page.run_reporting(self.navigator.open_last_saved))

    async def action_hand_over(self) -> None:
        """Open the hand-over of toolkits."""
        await self.navigator.open_hand_over()

    def action_help_quit(self) -> None:
        """Say how to quit; Ctrl+C loses nothing."""
        if isinstance(self.screen, Page):
            self.screen.say("Ctrl+Q quits. What is typed is kept.")

    # --- quitting ---

    async def action_quit(self) -> None:
        """Save what is typed as drafts, then end; if that fails, end at the second key."""
        page = self.screen
        if self.locking.busy and isinstance(page, Page):
            page.say("The data is being encrypted. Wait until it is done, then quit.")
            return
        try:
            await self._save_drafts()
        except Exception as error:
            if not is_sentence(error) or not isinstance(page, Page):
                raise
            if not page.confirmed(
                "quit", f"{error} Press Ctrl+Q again to quit without what was typed."
            ):
                return
        self.exit(0)

    async def _save_drafts(self) -> None:
        if self._store is None and self.locked:
            return  # they were saved as it was locked
        for page in self.screen_stack:
            if isinstance(page, Page):
                await page.save_draft()

    def end_soon(self, *_: object) -> None:
        """Save drafts and end: the window was closed or the laptop shuts down."""

        async def end() -> None:
            self._write_drafts_now()
            self.exit(0)

        textual_private.call_from_signal(self, end)

    def _write_drafts_now(self) -> None:
        """Write the drafts that can be written, at once; the form itself may have failed."""
        for page in self.screen_stack:
            with suppress(Exception):
                draft = page.unwritten_draft() if isinstance(page, Page) else None
                if draft is not None and self._store is not None:
                    self._store.drafts.keep(draft)

    def note_fault(self) -> str:
        """Log where the exception being handled was raised; return a sentence about it."""
        log = write_log(self.home)
        return super().note_fault() + (
            f" Send this file to the fieldkit administrator: {log}" if log else ""
        )

    def _fatal_error(self) -> None:
        """End with one sentence; log where the program failed, without personal data."""
        if self.fault:  # what fails while it ends follows from the first fault
            textual_private.stop_at_once(self)
            return
        log = write_log(self.home)
        self._write_drafts_now()
        self.fault = (
            "fieldkit stopped because of an error in the program. What was saved is safe; what "
            "was being typed is on Home after the next start."
            + (f" Send this file to the fieldkit administrator: {log}" if log else "")
        )
        textual_private.stop_at_once(self)


def write_log(home: Path) -> Path | None:
    """Write the trace of the exception being handled: files, lines and types, but no values."""
    kind, error, trace = sys.exc_info()
    lines = [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)
    ]
    now = datetime.now(UTC)
    folder = home / "logs"
    try:
        make_private(folder)
        path = folder / f"fault-{now:%Y%m%d-%H%M%S}.txt"
        named = kind.__name__ if kind else type(error).__name__
        named += f" {getattr(getattr(error, 'orig', error), 'sqlite_errorname', '')}"
        path.write_text("\n".join([f"{now:%Y-%m-%d %H:%M:%S} UTC", named, *lines, ""]), "utf-8")
    except OSError:
        return None
    return path


def run(home: Path) -> int:
    """Run the application on ``home`` and return the exit code.

    A second one on the same home is refused: both would number and chain the same records.
    """
    from filelock import FileLock, Timeout

    try:
        make_private(home)
        lock = FileLock(home / "fieldkit.lock")
        lock.acquire(timeout=0)
    except Timeout:
        _tell("fieldkit is already open on this folder. Use that window, or quit it first.")
        return 2
    except OSError as error:
        _tell(f"The folder {home} cannot be written: {why(error)}.")
        return 2
    try:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            _tell("fieldkit needs a terminal. `fieldkit --help` lists the commands that need none.")
            return 2
        app = FieldkitApp(home)
        textual_private.tolerate_any_byte(app.end_soon)
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
