"""What all screens share: the open store, the person at the keyboard, and one queue of keys.

**One queue of keys.** Textual hands a key to the widget that has the focus when the key arrives.
A scanner or a fast typist is ahead of the screen: keys meant for the form that Enter is about to
open would land in the box that was left. The desk therefore hands out a key only when the one
before it has been handled wherever it went, screens it opened included. A handler that must finish
before the next key counts (opening a screen, waiting for results) awaits; a worker does not hold
keys back.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.message import Message

from fieldkit.screens.base import textual_private
from fieldkit.screens.base.scheduler import Pace, SyncScheduler
from fieldkit.screens.base.store_threads import StoreThreads
from fieldkit.settings import DATABASE

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.message_pump import MessagePump

    from fieldkit.search.glance import Glimpse
    from fieldkit.store import Store, SyncSession

T = TypeVar("T")

_PATIENCE = 1.0
"""Seconds after which Ctrl+Q no longer waits for what the keys before it read."""


@dataclass(frozen=True, slots=True)
class HeaderStatus:
    """What the right end of every header says; unknown parts are empty or None."""

    operator: str = ""
    origin: str = ""
    area: str = ""
    """The district and block in words: "Block Chadoora, Budgam"."""
    unsent: int | None = None
    """None as well where there is nothing to send and nowhere to send it."""
    line: str = ""
    """How it stands with the line to the server: "online", "sending ..."."""
    last_sync: SyncSession | None = None
    """Whoever began it: a command in another window syncs the same data."""

    def words(self, *, origin: bool = False, since: bool = False) -> str:
        """Return it for a header; the origin, and how long the line is as it is, if told to."""
        waiting = "all sent" if self.unsent == 0 else ""
        if self.unsent:
            from fieldkit.records.fields.formats import indian  # loaded by whoever counted

            waiting = f"{indian(self.unsent)} not sent"
        line = self.line if since else self.line.partition(" since ")[0]
        parts = (self.operator, self.origin if origin else "", waiting, line)
        return "   ".join(part for part in parts if part)


class StatusRefreshed(Message):
    """The standing was brought up to date."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that the same key pressed again answers with yes, any other with no."""

    what: str
    withdraw: Callable[[], None]


class AppBase(App[int]):
    """An application on one store, opened in a thread after the first paint."""

    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", priority=True, show=False),
    ]

    def __init__(self, home: Path, pace: Pace | None = None) -> None:
        """``pace``: when to sync without being asked; None: never."""
        super().__init__()
        self.theme = "ansi-dark"
        self.home = home
        """The folder that holds all of this installation."""
        self.standing = HeaderStatus()
        self.question: Question | None = None
        self.courier = SyncScheduler(self, pace)
        self._store: Store | None = None
        self._store_error: Exception | None = None
        self._store_open = asyncio.Event()
        self._threads = StoreThreads()
        self._keys: asyncio.Queue[events.Key | events.Paste] = asyncio.Queue()
        self._hands: asyncio.Task[None] | None = None

    # --- the store ---

    async def open_store(self) -> None:
        """Import the records and open the store in a thread; a fault waits for :meth:`ask`."""

        def opened() -> tuple[Store, str]:
            gc.disable()  # thousands of classes and no garbage: looking for it takes a fifth longer
            try:
                from fieldkit.store import Store
            finally:
                gc.enable()
            store = Store.open(self.home)
            return store, next(iter(store.operators()), "")

        try:
            self._store, operator = await self._threads.enter(opened)
            # Before the first key counts: whatever it leads to carries the operator's name.
            self.standing = replace(self.standing, operator=self.operator or operator)
        except Exception as error:
            self._store_error = error
        self._store_open.set()

    async def opened(self) -> None:
        """Return when the store is open, or known not to open."""
        await self._store_open.wait()

    async def glance(self, typed: str) -> list[Glimpse] | None:
        """Look into the file before the store is open; None once it is, or if it cannot tell."""
        if self._store_open.is_set():
            return None
        from fieldkit.search.glance import glance

        return await self._threads.read(partial(glance, self.home / DATABASE, typed), "glance")

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
            Interrupted: it was replaced; :meth:`Page.told` passes over it.
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
        self.courier.stop()
        self._threads.close()
        if self._store is not None:
            self._store.close()

    @property
    def operator(self) -> str:
        """The person at the keyboard: what they save carries this name."""
        return self.standing.operator

    async def change_operator(self, name: str) -> None:
        """Put ``name`` at the keyboard; unfinished work stays with who began it."""
        await self.ask(lambda store: store.use_operator(name))
        self.standing = replace(self.standing, operator=name)
        await self.take_stock()

    async def take_stock(self) -> None:
        """Bring what the headers say up to date."""
        operator = self.standing.operator
        found = await self.background(lambda store: stock(store, operator))
        self.courier.noticed(found.unsent or 0, found.last_sync)
        self.standing = replace(found, line=self.courier.word)
        self.screen.post_message(StatusRefreshed())

    def note_fault(self) -> str:
        """Note where the present exception arose; return a sentence for the person."""
        return "A mistake in the program stopped this. What was saved is safe."

    # --- one queue of keys ---

    async def on_event(self, event: events.Event) -> None:
        """Queue keys and pasted text; all else goes Textual's way."""
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            if self._hands is None:
                self._hands = asyncio.create_task(self._hand_out())
            if not isinstance(event, events.Key) or _meant(event):
                self._keys.put_nowait(event)
            if isinstance(event, events.Key) and event.key == "ctrl+q":
                self.set_timer(_PATIENCE, self._let_keys_through)
        else:
            await super().on_event(event)

    def _let_keys_through(self) -> None:
        """Stop the reads that still hold keys back."""
        if not self._keys.empty():
            self._threads.interrupt()

    async def quiet(self) -> None:
        """Return when every key that came has been handled."""
        await self._keys.join()

    async def _hand_out(self) -> None:
        with textual_private.as_active(self):
            while textual_private.running(self):
                event = await self._keys.get()
                try:
                    await self._hand(event)
                except Exception as error:
                    textual_private.handle_exception(self, error)
                finally:
                    self._keys.task_done()

    async def _hand(self, event: events.Key | events.Paste) -> None:
        """Give one key to whom it is for and wait until all it set off is done."""
        screen = self.screen
        await textual_private.mounted(screen)
        target: DOMNode = screen.focused or screen
        question = self.question
        await super().on_event(event)
        done = asyncio.Event()
        _follow(_upwards(target, self), done)
        await done.wait()
        if question is not None and self.question is question:
            self.question = None
            question.withdraw()


def stock(store: Store, operator: str) -> HeaderStatus:
    """Read the standing of a store; runs in a thread. The first operator if none is named."""
    from fieldkit.reference import option

    device = store.device
    if device is None:
        return HeaderStatus(operator)
    district = option("district", device.district)
    block = option("block", device.block) if device.block is not None else None
    named = operator or next(iter(store.operators()), device.name)
    unsent = store.outbox.unsent()
    return HeaderStatus(
        operator=named,
        origin=device.origin,
        area=", ".join(
            part
            for part in (
                f"Block {block.label}" if block else "",
                district.label if district else "",
            )
            if part
        ),
        unsent=unsent if unsent or device.server else None,
        last_sync=next(iter(store.outbox.sessions(1)), None),
    )


def _meant(key: events.Key) -> bool:
    """Say whether a key counts; with Alt or Ctrl it types nothing."""
    if key.key.startswith(("alt+", "ctrl+", "super+", "meta+", "hyper+")):
        key.character = None
    return key.character not in textual_private.ALT_SIGNS


def is_sentence(error: Exception) -> bool:
    """Say whether ``error`` is a StoreError: plain words for the person."""
    from fieldkit.store import StoreError

    return isinstance(error, StoreError)


def _upwards(target: DOMNode, desk: AppBase) -> Iterator[MessagePump]:
    """Yield each queue the key passes, twice: the second time after what the first round posted."""
    for node in target.ancestors_with_self:
        yield node
        yield node
    if desk not in target.ancestors_with_self:
        yield desk


def _follow(queues: Iterator[MessagePump], done: asyncio.Event) -> None:
    """Walk the queues behind the key; a queue that is closing is passed over."""
    for queue in queues:
        if queue.call_later(_follow, queues, done):
            return
    done.set()
