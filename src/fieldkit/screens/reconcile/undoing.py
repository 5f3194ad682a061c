"""The last act on a list undone, on each page of the comparison."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ScreenResultType

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.base.words import counted
from fieldkit.screens.reconcile.listing import Session


class ComparingPage(PickerPage[ScreenResultType]):
    """A page on which the last act can be undone; its rows are loaded again then."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z,f8", "undo", "Undo", show=False)]

    @property
    @abstractmethod
    def session(self) -> Session | None:
        """The comparison; None until it is made."""

    async def action_undo(self) -> None:
        """Undo the last act."""
        await self.picker.settled()
        await self.run_reporting(self.undo)

    async def undo(self) -> None:
        """Undo the last act, and show what it was about as it is now."""
        from fieldkit.reconcile.acts import undo

        session, operator = self.session, self.app.operator
        if session is None or session.last is None:
            self.say("There is nothing to undo here.")
            return
        act = session.last
        undone = await self.app.work(lambda store: undo(store, session.found, act, operator))
        session.last = None
        said = f"{counted(undone.many, 'record is', 'records are')} as before."
        if undone.since:
            since = counted(undone.since, "was", "were")
            said += f" {since} changed since, and stayed as changed."
        await self.show_again(said)

    async def show_again(self, said: str) -> None:
        """Show the rows as they are now, and what was done."""
        self.picker.reload()
        await self.picker.settled()
        self.say(said, done=True)
        self.count_unsent()
