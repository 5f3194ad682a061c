"""A sync by stick: writes what waits, takes answers, hands over what other laptops wrote."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.base.app import STICK
from fieldkit.screens.base.daemon import in_thread
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.base.words import plural
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span, wrapped
from fieldkit.screens.widgets.path_box import PathBox
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.store import Store

_WHY = (
    "Without a connection, carry the work on a stick: write it here, hand it in at the server or "
    "at a laptop with a connection, bring the answer back and take it here."
)
_NONE = "No stick was found. Put one in, or type the path of its folder."
_NOTHING = "This laptop was removed from the server, and has nothing to carry or to take here."


class _Offer(NamedTuple):
    """What can be done with a stick."""

    words: str
    more: str
    do: Callable[[Store], str]
    """Does it; returns the sentence about it."""
    path: Path


class _Found(NamedTuple):
    offers: list[_Offer]
    why: str = ""
    """Why there are none."""


class StickPage(PickerPage[None]):
    """The sticks that are in, and what can be done with each."""

    TITLE = "Sync by stick"
    PROMPT = "Folder of the stick"
    HINT = "choose below, or type its path"
    BOX = PathBox
    KEYS = keys("Enter do this", "Esc back")

    def __init__(self) -> None:
        super().__init__()
        self._busy = False

    async def load_data(self) -> None:
        """Say where this is, and look for sticks."""
        self.set_header("Sync", "By stick")
        self.picker.reload_if_idle()

    async def answer(self, text: str) -> Answer:
        """Answer with what can be done in the folder typed, or with each stick that is in."""
        store = await self.ask(lambda store: store)
        found = await in_thread(partial(_offers, store, text.strip()))
        above: list[Cell] = [*wrapped((Span(_WHY, "dim"),), self.space[0], 3), ""]
        if found.why:
            return Answer(mark=None, above=(*above, *wrapped((Span(found.why),), self.space[0], 2)))
        return Answer([self._choice(one) for one in found.offers], above=tuple(above))

    def _choice(self, one: _Offer) -> Choice:
        cells = ((Span(one.words, "strong"),), (Span(one.more, "dim"),))
        return Choice(cells, partial(self._begin, one), key=f"{one.words} {one.path}")

    async def _begin(self, one: _Offer) -> None:
        """Do what a row says in the background: a stick may be slow."""
        if not self._busy:
            self._busy = True
            self.say("Do not pull the stick out ...", hint=True)
            # Of the application: it goes on when the page is closed, as it may lock the laptop.
            self.app.run_worker(self.run_reporting(partial(self._do, one)), group=STICK)

    async def _do(self, one: _Offer) -> None:
        from fieldkit.stick import NotCarried

        store = await self.ask(lambda store: store)
        said, failed = "", ""
        try:
            said = await in_thread(partial(one.do, store))
        except NotCarried as error:
            failed = str(error)
        finally:
            self._busy = False
        await self.app.lock_if_no_passphrase()
        await self.app.refresh_status()
        if self.is_open:
            self.picker.reload()
            await self.picker.settled()
            self.say(failed or said, error=bool(failed), done=not failed)


def _offers(store: Store, typed: str) -> _Found:
    """Return what can be done with the sticks, or with the folder that is typed."""
    from fieldkit.files.nearby import path_of
    from fieldkit.stick import NotCarried, sticks

    path = path_of(typed)
    try:
        if path and path.is_file():
            path = path.parent
    except (OSError, ValueError):
        pass  # what is wrong with it is said below
    folders = [path] if path else sticks()
    try:
        offers = [one for folder in folders for one in _of_folder(store, folder)]
    except NotCarried as error:
        return _Found([], str(error))
    return _Found(offers, "" if offers else _NOTHING if folders else _NONE)


def _of_folder(store: Store, folder: Path) -> list[_Offer]:
    """Return what can be done with one stick: its answers first, then what waits here.

    A laptop where nothing waits is there to hand in the bundles of others.

    Raises:
        NotCarried: it is not there.
    """
    from fieldkit.stick import free_space
    from fieldkit.sync.bundle.stick import answers_in, bundles_in

    free = f"{_size(free_space(folder))} free"
    answers = [
        _Offer(f"Take the answer {path.name}", f"from {folder}", partial(_take, path), path)
        for path in answers_in(store, folder)
    ]
    write = [
        _Offer(f"Write {waiting} to {folder}", free, partial(_write, folder), folder)
        for waiting in _waiting(store)
    ]
    forward = [
        _Offer(
            f"Hand {path.name} to the server", "over this connection", partial(_forward, path), path
        )
        for path in bundles_in(folder)
    ]
    if store.outbox.unsent():
        return [*answers, *write, *forward]
    own = f"{store.device.origin}-" if store.device else ""
    others = [one for one in forward if not (own and one.path.name.startswith(own))]
    return [*answers, *others, *write, *(one for one in forward if one not in others)]


def _waiting(store: Store) -> list[str]:
    """Return how much there is to write; none if a revoked laptop has handed in everything."""
    ended = store.access.ended()
    if ended is None:
        return [plural(store.outbox.unsent(), "change")]
    return [plural(sum(one.changes for one in ended.waiting), "change")] if ended.waiting else []


def _write(folder: Path, store: Store) -> str:
    from fieldkit.sync.bundle.sentences import written
    from fieldkit.sync.bundle.stick import write_to

    return written(write_to(store, folder))


def _take(path: Path, store: Store) -> str:
    from fieldkit.sync.bundle.sentences import taken
    from fieldkit.sync.revoked import take_or_hand_in

    found = take_or_hand_in(store, path)
    return " ".join([*taken(found), found.trouble]).strip()


def _forward(path: Path, store: Store) -> str:
    from fieldkit.sync.bundle.stick import forward_file

    answer = forward_file(store, path)
    return f"The server has taken the bundle. Carry its answer, {answer.name}, to the laptop."


def _size(free: int) -> str:
    """Return free space in the unit that people know from sticks."""
    for unit, many in (("GB", 1 << 30), ("MB", 1 << 20)):
        if free >= many:
            return f"{free / many:.1f} {unit}"
    return f"{free >> 10} KB"
