"""Acts at the server that no key waits for; why one was not done stands on the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from fieldkit.screens.base.daemon import in_thread
from fieldkit.screens.base.page import PickerPage

if TYPE_CHECKING:
    from fieldkit.store import Store

T = TypeVar("T")


class AskingPage(PickerPage[None]):
    """A page that asks the server; one act at a time."""

    _asking = False

    def begin(
        self, act: Callable[[Store], T], then: Callable[[T], Awaitable[object]], said: str
    ) -> None:
        """Ask the server in the background, and go on with its answer.

        ``said``: stands on the page meanwhile.
        """
        if not self._asking:
            self._asking = True
            self.say(said, hint=True)
            self.run_worker(self.run_reporting(partial(self._ask, act, then)), group="server")

    async def _ask(self, act: Callable[[Store], T], then: Callable[[T], Awaitable[object]]) -> None:
        from fieldkit.sync.supervision import NotDone

        store = await self.ask(lambda store: store)
        try:
            answer = await in_thread(partial(act, store))
        except NotDone as failed:
            if self.is_open:
                self.say(str(failed), error=True)
            return
        finally:
            self._asking = False
        if self.is_open:
            self.say("")
            await then(answer)

    async def follow_list(self) -> None:
        """Show the list as it is now; the mark stays where it is, or begins at the first row."""
        if self.picker.marked is None:
            self.picker.reload()
        await self.picker.follow()
