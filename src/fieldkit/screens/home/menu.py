"""The menu of everything: type a word of what you want."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from textual.widget import Widget

from fieldkit.screens.base import navigation as doors
from fieldkit.screens.base.app import AppBase
from fieldkit.screens.base.page import Page
from fieldkit.screens.widgets.picker import Answer, Choice, Picker


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing the program can do."""

    words: str
    keys: str
    go: Callable[[AppBase], Awaitable[object]]


async def _quit(desk: AppBase) -> None:
    await desk.action_quit()


def _list(kind: str) -> Callable[[AppBase], Awaitable[object]]:
    async def go(desk: AppBase) -> None:
        await doors.open_list(desk, kind)

    return go


def _new(kind: str) -> Callable[[AppBase], Awaitable[object]]:
    async def go(desk: AppBase) -> None:
        await doors.open_new(desk, kind)

    return go


def entries() -> list[Entry]:
    """Return everything there is, the lists of all kinds and a new one of each included."""
    from fieldkit.records import kinds

    return [
        Entry("Toolkit: move on or hand over", "4 on Home", doors.open_toolkits),
        Entry("Import a spreadsheet", "7 on Home", doors.open_import),
        Entry("Sync: send what was saved", "F5", doors.open_sync),
        Entry("Change operator", "Ctrl+O", doors.open_operators),
        Entry("Help: keys and words", "F1", doors.open_help),
        *(
            Entry(f"List: {kind.plural}", "", _list(name))
            for name, kind in sorted(kinds().items(), key=lambda item: item[1].plural)
        ),
        *(
            Entry(f"New: {kind.title.lower()}", "", _new(name))
            for name, kind in sorted(kinds().items(), key=lambda item: item[1].title)
        ),
        Entry("Quit", "Ctrl+Q", _quit),
    ]


class MenuPage(Page[None]):
    """Type to narrow, Enter to go there."""

    KEYBOARD = "#picker"
    KEYS = "Enter go   type to narrow   Esc back"

    def content(self) -> Iterable[Widget]:
        """Yield the entries."""
        yield Picker(self.answer, self.told, prompt="/", empty="Nothing of that name.")

    async def arrive(self) -> None:
        """Say where you are."""
        self.where("Menu of everything")

    async def answer(self, text: str) -> Answer:
        """Answer with the entries in which every word typed begins a word."""
        await self.ask(lambda _store: None)
        wanted = text.casefold().replace("/", " ").split()
        found = [
            Choice((entry.words, entry.keys), self._going(entry))
            for entry in entries()
            if all(
                any(word.startswith(part) for word in entry.words.casefold().split())
                for part in wanted
            )
        ]
        if any("back".startswith(part) for part in wanted):
            found.append(Choice(("Back", "Esc"), self._back))
        return Answer(found)

    def _going(self, entry: Entry) -> Callable[[], Awaitable[object]]:
        async def enter() -> None:
            self.dismiss(None)
            await entry.go(self.desk)

        return enter

    async def _back(self) -> None:
        self.dismiss(None)
