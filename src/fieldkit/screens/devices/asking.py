"""Pages that ask the server in the background, and show why an act was not done."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from fieldkit.screens.base.daemon import in_thread
from fieldkit.screens.base.page import PickerPage

if TYPE_CHECKING:
    from fieldkit.screens.base.scheduler import Synced
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
        from fieldkit.sync.requests.supervision import NotDone

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


class FetchingPage(AskingPage):
    """A list of the server's: fetched as the page opens, after each act and after a sync."""

    _fetched = False

    @abstractmethod
    def fetch(self, store: Store, /) -> object:
        """Ask the server for the list, and keep it."""

    async def load_data(self) -> None:
        """Show what was listed last, and ask the server for the list."""
        self.picker.reload_if_idle()
        if self._fetched:
            self.fetch_again()
        else:
            self.begin(self.fetch, self._show_fetched, "Asking the server ...")

    async def _show_fetched(self, _answer: object) -> None:
        self._fetched = True
        await self.follow_list()

    def fetch_again(self) -> None:
        """Ask for the list once more; what was said stays, and no act waits for it."""
        fetching = self.run_reporting(self._fetch_again)
        self.run_worker(fetching, group="fetch", exclusive=True)

    async def _fetch_again(self) -> None:
        from fieldkit.sync.requests.supervision import NotDone

        store = await self.ask(lambda store: store)
        try:
            await in_thread(partial(self.fetch, store))
        except NotDone:
            return  # the list says as of when it is
        if self.is_open:
            await self._show_fetched(None)

    def synced(self, message: Synced) -> None:
        """Ask for the list again, if the server can be reached."""
        super().synced(message)
        if message.outcome is not None and not message.outcome.session.error:
            self.fetch_again()
