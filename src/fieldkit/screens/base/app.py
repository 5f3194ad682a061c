"""The application as pages see it: the open store, the operator, and one queue of keys.

**One queue of keys.** Textual hands a key to the widget that has the focus when the key arrives.
A scanner or a fast typist is ahead of the screen: keys meant for the form that Enter is about to
open would land in the box that was left. The application therefore delivers a key only when the key
before it has been handled completely, including the screens it opened. A handler that must finish
before the next key counts (opening a screen, waiting for results) awaits; a worker does not hold
keys back.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Coroutine, Hashable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.message import Message

from fieldkit.screens.base import textual_private
from fieldkit.screens.base.header_status import HeaderStatus, read_status
from fieldkit.screens.base.key_count import KeyCount
from fieldkit.screens.base.last_save import LastSaves
from fieldkit.screens.base.navigator import Navigator
from fieldkit.screens.base.scheduler import Pace, SyncScheduler
from fieldkit.screens.base.store_threads import StoreThreads
from fieldkit.screens.look.chosen import chosen_look, fitting_look
from fieldkit.screens.look.look import Look, theme_of
from fieldkit.screens.look.palette import PLAIN
from fieldkit.settings import DATABASE, is_practice_file

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.message_pump import MessagePump

    from fieldkit.keys.notes import Notes
    from fieldkit.search.glance import Glimpse
    from fieldkit.store import Store

T = TypeVar("T")

_QUICK_TURNS = 0.0005
"""Seconds after which a thread lets another run while the records are imported: keys first."""
_USES = (events.Key, events.Paste, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp)
"""What somebody at the laptop does."""
_PATIENCE = 1.0
"""Seconds after which Ctrl+Q no longer waits for what the keys before it read."""

STICK = "stick"
"""The group of workers that use the store outside of its threads, as a stick may be slow."""


class StatusRefreshed(Message):
    """The header status changed."""


class Question(NamedTuple):
    """A question: the same key pressed again means yes, any other key no."""

    what: str
    withdraw: Callable[[], None]


class AppBase(App[int]):
    """An application on one store, opened in a thread after the first paint."""

    navigator: Navigator
    """Opens pages; set by the application, which knows them all."""
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", priority=True, show=False),
    ]

    def __init__(self, home: Path, pace: Pace | None = None) -> None:
        """``pace``: when to sync without being asked; None: never."""
        super().__init__()
        self.home = home
        """The folder that holds all of this installation."""
        self.data_key: bytes | None = None
        """The key of an encrypted home, while somebody has it unlocked."""
        self.locked = False
        """Whether the unlock page covers everything."""
        colours = not self.no_color and self.console.color_system in ("256", "truecolor")
        self._fitting = fitting_look(os.environ, sys.platform, colours=colours)
        self.look = Look()
        """How everything looks."""
        self.show_look("")
        self.practice = is_practice_file(home / DATABASE)
        """Whether this is a home to practise in, which every page says."""
        self.header_status = HeaderStatus()
        self.question: Question | None = None
        self.saves = LastSaves()
        """What was saved since the start, so that it can be undone."""
        self.scheduler = SyncScheduler(self, pace)
        self._keys_pressed = KeyCount()
        self._store: Store | None = None
        self._store_error: Exception | None = None
        self._store_open = asyncio.Event()
        self._threads = StoreThreads()
        self._keys: asyncio.Queue[events.Key | events.Paste] = asyncio.Queue()
        self._key_task: asyncio.Task[None] | None = None
        self._holding: asyncio.Task[object] | None = None
        """What the key being handled began; the next key waits for it."""

    @property
    def notes(self) -> Notes:
        """The small private files of the home, also before the store is open."""
        from fieldkit.keys.notes import Notes

        return Notes(self.home, self.data_key)

    # --- the look ---

    def show_look(self, operator: str) -> None:
        """Take the look that an operator chose; on an empty name, that of the last one."""
        found = chosen_look(self.home, operator, self._fitting)
        if found != self.look or not operator:
            self.look = found
            self._show_theme()
            for screen in self.screen_stack if operator else ():
                for widget in (screen, *screen.query("*")):
                    widget.refresh()

    def _show_theme(self) -> None:
        palette = self.look.palette
        if palette is PLAIN:
            self.theme = "ansi-dark"
            return
        theme = theme_of(palette)
        self.register_theme(theme)
        if self.is_running:
            self.theme = theme.name
            return
        # Not as above: before the start Textual would parse all styles for it a second time.
        self.set_reactive(App.theme, theme.name)
        self.set_class(theme.dark, "-dark-mode", update=False)
        self.set_class(not theme.dark, "-light-mode", update=False)
        self.stylesheet.set_variables(self.get_css_variables())

    @property
    def few_colours(self) -> bool:
        """Whether the terminal has 16 colours at most, so that there is no theme to choose."""
        return self._fitting.palette is PLAIN

    # --- the store ---

    async def load_records(self) -> None:
        """Import the records in the thread of entry, before the store can be opened."""
        with _quick_turns():
            await self._threads.enter(_import_records)

    async def open_store(self) -> None:
        """Import the records and open the store in a thread; :meth:`ask` raises what went wrong.

        Nothing is done while it is open.
        """
        if self._store is not None:
            return
        self._store_error = None
        try:
            with _quick_turns():
                self._store, operator = await self._threads.enter(self._open)
            # Set before the first key counts: what it saves carries the operator's name.
            self.header_status = self.header_status._replace(operator=operator)
            self.show_look(self.operator)
        except Exception as error:
            self._store_error = error
        self._store_open.set()

    def _open(self) -> tuple[Store, str]:
        """Open the store; return it, and the operator: who unlocked it, or the last one."""
        _import_records()
        from fieldkit.store import Store, StoreError

        store = Store.open(self.home, key=self.data_key)
        last = next(iter(store.operators()), "")
        if self.operator and self.operator != last:
            with suppress(StoreError):  # on a full disk they can read all the same
                store.use_operator(self.operator)
        return store, self.operator or last

    async def close_unused_store(self) -> bool:
        """Close the store and forget its key, if nothing uses it now; say whether that was done.

        What asks for the store from then on waits until it is opened again.
        """
        carries = any(one.group == STICK and not one.is_finished for one in self.workers)
        if carries or self.scheduler.running or not self._threads.quiet:
            return False
        store, self._store, self.data_key = self._store, None, None
        self._store_open.clear()
        if store is not None:
            await self._threads.enter(store.close)
        return True

    async def opened(self) -> None:
        """Wait until the store is open or has failed to open."""
        await self._store_open.wait()

    async def glance(self, typed: str) -> list[Glimpse] | None:
        """Search the database file before the store is open; None once it is, or if that fails."""
        if self._store_open.is_set():
            return None
        from fieldkit.search.glance import glance

        search = partial(glance, self.home / DATABASE, typed, key=self.data_key)
        return await self._threads.read(search, "glance")

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Call ``question`` with the store in the thread of entry, once the store is open.

        For saves, drafts, and what a key must know: it waits for no search and no figures.

        Raises:
            StoreError: a sentence for the person (also: the store could not be opened).
        """
        return await self._threads.enter(partial(question, await self._opened_store()))

    async def read(self, question: Callable[[Store], T], purpose: Hashable = None) -> T:
        """Call ``question`` in the thread of reads; a newer read of the same purpose replaces it.

        Raises:
            Interrupted: it was replaced; :meth:`Page.run_reporting` ignores it.
            StoreError: a sentence for the person.
        """
        return await self._threads.read(partial(question, await self._opened_store()), purpose)

    async def background(self, question: Callable[[Store], T]) -> T:
        """Call ``question`` when no other call runs, again if one came between; it only reads.

        Raises:
            StoreError: a sentence for the person.
        """
        return await self._threads.background(partial(question, await self._opened_store()))

    async def work(self, question: Callable[[Store], T]) -> T:
        """Call ``question`` in a thread of its own, for as long as it takes: imports, backups.

        Raises:
            StoreError: a sentence for the person.
        """
        return await self._threads.work(partial(question, await self._opened_store()))

    async def _opened_store(self) -> Store:
        await self.opened()
        if self._store is None:
            raise self._store_error or RuntimeError("the store was never opened")
        return self._store

    def exit(
        self,
        result: int | None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """End the application; what is being read is stopped, what is being written is not."""
        self._threads.end()
        super().exit(result, return_code, message)

    def close_store(self) -> None:
        """Close the store at the end, if it was opened."""
        self.scheduler.stop()
        self._threads.close()
        if self._store is not None:
            self._add_figures(self._store)
            self._store.close()

    @property
    def operator(self) -> str:
        """The person at the keyboard; their name is on every change they save."""
        return self.header_status.operator

    async def change_operator(self, name: str) -> None:
        """Make ``name`` the operator; drafts stay with the operator who began them."""
        await self.keep_figures()
        await self.ask(lambda store: store.use_operator(name))
        self.header_status = self.header_status._replace(operator=name)
        self.show_look(name)
        await self.refresh_status()

    async def keep_figures(self) -> None:
        """Keep the operator's own figures, counted since they were kept last."""
        await self.ask(self._add_figures)

    def _add_figures(self, store: Store) -> None:
        """Add what was counted; a folder that cannot be written must not stop the work."""
        from fieldkit.day.figures import Figures, add_figures
        from fieldkit.records.fields.dates import today

        operator, counted = self.operator, self._keys_pressed.take()
        new, corrected = (store.saved_here.pop((operator, one), 0) for one in (True, False))
        with suppress(OSError):
            add_figures(store.notes, operator, today(), Figures(*counted, new, corrected))

    async def refresh_status(self) -> None:
        """Read the header status again and show it, unless everything is locked."""
        if self.locked:
            return
        operator = self.header_status.operator
        found = await self.background(lambda store: read_status(store, operator))
        self.scheduler.note_status(found.unsent or 0, found.last_sync)
        # The operator may have changed during the read: what is saved carries the present name.
        operator = self.header_status.operator or found.operator
        self.header_status = found._replace(operator=operator, line=self.scheduler.word)
        self.screen.post_message(StatusRefreshed())

    async def lock_if_no_passphrase(self) -> None:
        """Lock an encrypted laptop that dropped its passphrases; a subclass knows how."""

    def note_fault(self) -> str:
        """Return a sentence about the exception being handled; a subclass logs it."""
        return "An error in the program stopped this. What was saved is safe."

    # --- one queue of keys ---

    async def on_event(self, event: events.Event) -> None:
        """Queue keys and pasted text; handle other events as Textual does."""
        if isinstance(event, _USES) and not event.is_forwarded and not self.may_go_on():
            return
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            if self._key_task is None:
                self._key_task = asyncio.create_task(self._deliver_keys())
            self._keys_pressed.press()
            if not isinstance(event, events.Key) or _meant(event):
                self._keys.put_nowait(event)
            if isinstance(event, events.Key) and event.key == "ctrl+q":
                self.set_timer(_PATIENCE, self._let_keys_through)
        else:
            await super().on_event(event)

    def may_go_on(self) -> bool:
        """Say whether a key or a click counts; a subclass knows when the laptop was left alone."""
        return True

    def on_unmount(self) -> None:
        """Stop delivering keys: the application ends."""
        if self._key_task:
            self._key_task.cancel()

    def _let_keys_through(self) -> None:
        """Stop the reads that still hold keys back."""
        if not self._keys.empty():
            self._threads.interrupt()

    async def keys_handled(self) -> None:
        """Wait until every key that arrived has been handled."""
        await self._keys.join()

    def hold_keys(self, action: Coroutine[None, None, object]) -> None:
        """Run what a key began, with later keys waiting; the app's own messages and timers do not.

        An action that awaits in the app's message queue would stop the timer that opens the store.
        """
        self._holding = asyncio.create_task(action)

    async def _deliver_keys(self) -> None:
        with textual_private.as_active(self):
            while textual_private.running(self):
                event = await self._keys.get()
                try:
                    await self._deliver_key(event)
                except Exception as error:
                    textual_private.handle_exception(self, error)
                finally:
                    self._keys.task_done()

    async def _deliver_key(self, event: events.Key | events.Paste) -> None:
        """Deliver one key and wait until everything it caused is done."""
        screen = self.screen
        await textual_private.mounted(screen)
        target: DOMNode = screen.focused or screen
        question = self.question
        await super().on_event(event)
        done = asyncio.Event()
        _follow(_queues_upwards(target, self), done)
        await done.wait()
        if self._holding is not None:
            holding, self._holding = self._holding, None
            await holding
        if question is not None and self.question is question:
            self.question = None
            question.withdraw()


def _import_records() -> None:
    """Import the store and the records; the first time takes as long as everything else."""
    first = "fieldkit.store" not in sys.modules
    gc.disable()  # thousands of classes, no garbage: collecting takes a fifth longer
    try:
        import fieldkit.store  # noqa: F401
    finally:
        if first:  # later collections need not look at them: that would hold keys up
            gc.freeze()
        gc.enable()


@contextmanager
def _quick_turns() -> Iterator[None]:
    """Let threads change quickly, so that keys do not wait for an import."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_QUICK_TURNS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _meant(key: events.Key) -> bool:
    """Say whether a key counts; with Alt or Ctrl it types no character."""
    if key.key.startswith(("alt+", "ctrl+", "super+", "meta+", "hyper+")):
        key.character = None
    return key.character not in textual_private.ALT_SIGNS


def is_sentence(error: Exception) -> bool:
    """Say whether the text of ``error`` is a sentence for the person: of the store, or of rules."""
    from fieldkit.store import Refused, StoreError

    return isinstance(error, StoreError | Refused)


def _queues_upwards(target: DOMNode, app: AppBase) -> Iterator[MessagePump]:
    """Yield each message queue the key passes, twice: the first pass may have posted more."""
    for node in target.ancestors_with_self:
        yield node
        yield node
    if app not in target.ancestors_with_self:
        yield app


def _follow(queues: Iterator[MessagePump], done: asyncio.Event) -> None:
    """Set ``done`` once each queue has handled what it held; skip queues that are closing."""
    for queue in queues:
        if queue.call_later(_follow, queues, done):
            return
    done.set()
