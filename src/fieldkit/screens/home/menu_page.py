"""The menu of everything: type a word of what you want."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from fieldkit.screens.base.app import AppBase
from fieldkit.screens.base.navigator import MenuEntry, Open
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.widgets.rows import Answer, Choice, stay


def entries(app: AppBase) -> list[MenuEntry]:
    """Return what the program can do, with the list of each kind and a new record of each."""
    from fieldkit.records import kinds
    from fieldkit.records.declaration.roles import home_jobs

    navigator = app.navigator
    return [
        *(
            MenuEntry(
                job.menu,
                f"{job.number} on Home" if job.number else "",
                partial(navigator.open_job, kind.kind()),
            )
            for job, kind in home_jobs()
            if job.menu
        ),
        MenuEntry("Import a spreadsheet", "7 on Home", navigator.open_import),
        MenuEntry("Sync: send what was saved", "F5", navigator.open_sync),
        MenuEntry("Change operator", "Ctrl+O", navigator.open_operators),
        MenuEntry("Help: keys and words", "F1", navigator.open_help),
        *(
            MenuEntry(f"List: {kind.plural}", "", partial(navigator.open_list, name))
            for name, kind in sorted(kinds().items(), key=lambda item: item[1].plural)
        ),
        *(
            MenuEntry(f"New: {kind.title.lower()}", "", partial(navigator.open_new, name))
            for name, kind in sorted(kinds().items(), key=lambda item: item[1].title)
        ),
        MenuEntry("Quit", "Ctrl+Q", app.action_quit),
    ]


class MenuPage(PickerPage[None]):
    """Type to narrow, Enter to go there."""

    TITLE = "Menu of everything"
    PROMPT = "/"
    EMPTY = "Nothing of that name."
    KEYS = keys("Enter go", "type to narrow", "Esc back")

    def __init__(self, of_page: Sequence[MenuEntry] = ()) -> None:
        """``of_page``: what the page under the menu adds to it; stands first."""
        super().__init__()
        self._of_page = of_page

    async def answer(self, text: str) -> Answer:
        """Answer with the entries in which each word typed begins a word."""
        await self.ask(lambda _store: None)  # the records are loaded then
        wanted = text.casefold().replace("/", " ").split()
        found = [
            Choice((entry.words, entry.keys), partial(self._open, entry.open))
            for entry in (*self._of_page, *entries(self.app))
            if all(
                any(word.startswith(part) for word in entry.words.casefold().split())
                for part in wanted
            )
        ]
        if any("back".startswith(part) for part in wanted):
            found.append(Choice(("Back", "Esc"), partial(self._open, stay)))
        return Answer(found)

    async def _open(self, open_entry: Open) -> None:
        self.dismiss(None)
        await open_entry()
