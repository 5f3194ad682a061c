"""The menu of everything, in groups: type a word of what you want."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.review.denied import may_supervise
from fieldkit.screens.base.app import AppBase
from fieldkit.screens.base.navigator import MenuEntry, Open
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.chosen import keep_look
from fieldkit.screens.look.glyphs import DOWN, SAME, SETS, UP
from fieldkit.screens.look.palette import PALETTES
from fieldkit.screens.look.parts import heading, keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.lookup.entry_choices import (
    GOES_ON,
    NEEDED_ONLY,
    EntryChoices,
    read_choices,
    write_choices,
)
from fieldkit.screens.lookup.twice import asked_twice, keep_twice
from fieldkit.screens.widgets.rows import Answer, Choice, stay

if TYPE_CHECKING:
    from fieldkit.records.declaration.field import Twice

_COLOURS, _SIGNS = "Colours", "Signs"
_SUPERVISOR = "Supervisor"
"""What the server answers to no other role."""


def entries(app: AppBase) -> list[MenuEntry]:
    """Return what the program can do."""
    from fieldkit.records.declaration.roles import handed_over, home_jobs

    navigator = app.navigator
    return [
        *(
            MenuEntry(
                job.menu or job.label,
                f"{job.number} on Home" if job.number else "",
                partial(navigator.open_job, kind.kind()),
                "Work",
            )
            for job, kind in home_jobs()
        ),
        *(
            [
                MenuEntry(
                    f"{given.plural}: hand over at a camp", "F6", navigator.open_hand_over, "Work"
                )
            ]
            if (given := handed_over())
            else []
        ),
        MenuEntry("Due: what waits for whom", "", navigator.open_due, "Work"),
        MenuEntry("Review: what waits for a decision", "0 on Home", navigator.open_review, "Work"),
        MenuEntry("Same person? One pair after the other", "", navigator.open_pairs, "Work"),
        MenuEntry("Decisions that wait, by stage", "", navigator.open_waiting, "Work"),
        MenuEntry("Sent back: to correct", "", navigator.open_sent_back, "Work"),
        MenuEntry("Progress: reports and figures", "9 on Home", navigator.open_reports, "Work"),
        MenuEntry("Import a spreadsheet", "7 on Home", navigator.open_import, "Work"),
        MenuEntry("Portal list: compare it with the records", "", navigator.open_reconcile, "Work"),
        MenuEntry("My entries: what I entered", "", navigator.open_entries, "My day"),
        MenuEntry(
            "Wrong block: move all since a time",
            "",
            partial(navigator.open_entries, move=True),
            "My day",
        ),
        MenuEntry("Close of day: paper and what is left", "", navigator.open_closing, "My day"),
        MenuEntry("Slip of the last record saved", "", partial(_last_slip, app), "My day"),
        MenuEntry("My figures: records and keys", "", navigator.open_own_figures, "My day"),
        MenuEntry("Devices: laptops of this area", "", navigator.open_devices, _SUPERVISOR),
        MenuEntry("Late changes: too late for their area", "", navigator.open_late, _SUPERVISOR),
        MenuEntry("Sync: send what was saved", "F5", navigator.open_sync, "This laptop"),
        MenuEntry("Last saved: open it", "Ctrl+E", navigator.open_last_saved, "Work"),
        MenuEntry("Change operator", "Ctrl+O", navigator.open_operators, "This laptop"),
        *_protection(app),
        MenuEntry("Help: keys and words", "F1", navigator.open_help, "This laptop"),
        MenuEntry("Quit", "Ctrl+Q", app.action_quit, "This laptop"),
    ]


def _protection(app: AppBase) -> list[MenuEntry]:
    """Return what can be done about passphrases; nothing in practice."""
    navigator, here = app.navigator, "This laptop"
    if app.practice:
        return []
    if app.data_key is None:
        words = "Protect this laptop with a passphrase"
        return [MenuEntry(words, "no passphrase yet", navigator.open_protection, here)]
    return [
        MenuEntry("Lock now", "", navigator.lock, here),
        MenuEntry("Lock by itself: after how long", "", navigator.open_lock_after, here),
        MenuEntry("Passphrase: change mine", "", navigator.open_own_passphrase, here),
    ]


async def _last_slip(app: AppBase) -> None:
    """Open what can be printed of the record that the operator saved last."""
    saved = await app.ask(lambda store: store.last_saved(1, app.operator))
    if saved:
        await app.navigator.open_print(saved[0].kind(), saved[0].id)


def records(app: AppBase) -> list[MenuEntry]:
    """Return the list of each kind, and a new record of each, by domain."""
    from fieldkit.records.declaration.roles import by_domain

    navigator = app.navigator
    lists = [
        MenuEntry(
            f"List: {kind.plural}",
            "",
            partial(navigator.open_list, kind.kind()),
            f"Lists: {domain}",
        )
        for domain, kinds in by_domain()
        for kind in kinds
    ]
    new = [
        MenuEntry(
            f"New: {kind.title.lower()}",
            "",
            partial(navigator.open_new, kind.kind()),
            f"New: {domain}",
        )
        for domain, kinds in by_domain()
        for kind in kinds
        if not kind.program_log
    ]
    return [*lists, *new]


class MenuPage(PickerPage[None]):
    """Type to narrow, Enter to go there; the look is chosen without leaving."""

    TITLE = "Menu"
    PROMPT = "Go to"
    HINT = "a word of what you want"
    EMPTY = "Nothing has that name."
    KEYS = keys("Enter go", "type to narrow", f"{UP}{DOWN} choose", "Esc back")

    def __init__(self, of_page: Sequence[MenuEntry] = ()) -> None:
        """``of_page``: what the page under the menu adds to it; stands first."""
        super().__init__()
        self._of_page = of_page

    async def answer(self, text: str) -> Answer:
        """Answer with the entries in which each word typed begins a word."""
        supervises = await self.ask(may_supervise)  # the records are loaded then
        wanted = text.casefold().replace("/", " ").replace(":", " ").split()
        back = MenuEntry("Back", "Esc", partial(self._open, stay), "This laptop")
        found = [
            *(one._replace(open=partial(self._open, one.open)) for one in self._of_page),
            *(
                one._replace(open=partial(self._open, one.open))
                for one in entries(self.app)
                if supervises or one.group != _SUPERVISOR
            ),
            *self._looks(),
            *self._of_entry(),
            *self._twice(),
            *(one._replace(open=partial(self._open, one.open)) for one in records(self.app)),
            *([back] if wanted else []),
        ]
        return Answer(grouped([one for one in found if _fits(one, wanted)]))

    async def _open(self, open_entry: Open) -> None:
        self.dismiss(None)
        await open_entry()

    # --- the look ---

    def _looks(self) -> Iterator[MenuEntry]:
        """Yield the themes and sets of signs to choose from; 16 colours leave one theme."""
        look = self.app.look
        themes = [look.palette] if self.app.few_colours else PALETTES.values()
        for palette in themes:
            now = look.palette is palette
            yield _choice(_COLOURS, palette.label, partial(self._take, palette.name, ""), now=now)
        for name, (label, _) in SETS.items():
            now = look.glyphs == name
            yield _choice(_SIGNS, label, partial(self._take, "", name), now=now)

    def _of_entry(self) -> Iterator[MenuEntry]:
        """Yield how forms are filled; the form under the menu offers its own way to change it."""
        now = read_choices(self.app.notes, self.app.operator)
        of_form = {one.words for one in self._of_page}
        offered = [
            *((words, replace(now, goes_on=on)) for on, words in GOES_ON.items()),
            *((words, replace(now, needed_only=only)) for only, words in NEEDED_ONLY.items()),
        ]
        for words, choices in offered:
            if words not in of_form:
                take = partial(self._take_entry, words, choices)
                state = f"{SAME} now" if choices == now else ""
                yield MenuEntry(words, state, take, "How forms are filled")

    async def _take_entry(self, words: str, choices: EntryChoices) -> None:
        """Fill forms so from the next one on, for this operator."""
        operator = self.app.operator
        try:
            write_choices(self.app.notes, operator, choices)
        except OSError:
            self.say("This choice could not be kept: the folder cannot be written.", error=True)
            return
        self.picker.reload()
        self.say(f"{words}, from the next form on. Kept for {operator}.", done=True)

    def _twice(self) -> Iterator[MenuEntry]:
        """Yield the numbers that this laptop asks for twice, or may."""
        from fieldkit.records.declaration.field import Twice

        now = asked_twice(self.app.home)
        for number in Twice:
            take = partial(self._ask_twice, number, on=number not in now)
            state = f"{SAME} now" if number in now else ""
            yield MenuEntry(f"Asked twice: {number}", state, take, "Typed twice on this laptop")

    async def _ask_twice(self, number: Twice, *, on: bool) -> None:
        """Ask for a number twice from the next form on, or no longer."""
        try:
            keep_twice(self.app.home, number, on=on)
        except OSError:
            self.say("This choice could not be kept: the folder cannot be written.", error=True)
            return
        self.picker.reload()
        what = "is asked twice" if on else "is asked once"
        self.say(f"From the next form on, the {number} {what} on this laptop.", done=True)

    async def _take(self, theme: str, glyphs: str) -> None:
        """Show a theme or a set of signs, and keep it for this operator."""
        operator = self.app.operator
        try:
            keep_look(self.app.home, operator, theme, glyphs)
        except OSError:
            self.say("This choice could not be kept: the folder cannot be written.", error=True)
            return
        self.app.show_look(operator)
        self.picker.reload()
        self.say(f"Kept for {operator}.", done=True)


def _choice(what: str, label: str, take: Open, *, now: bool) -> MenuEntry:
    return MenuEntry(f"{what}: {label}", f"{SAME} now" if now else "", take, "Look of the screen")


def _fits(one: MenuEntry, wanted: Sequence[str]) -> bool:
    """Say whether each word typed begins a word of an entry."""
    words = one.words.casefold().replace(":", " ").split()
    return all(any(word.startswith(part) for word in words) for part in wanted)


def grouped(found: Sequence[MenuEntry]) -> list[Choice]:
    """Return entries as rows, each group under its heading."""
    rows: list[Choice] = []
    group = ""
    for one in found:
        head: Cell = heading(one.group) if one.group != group else ""
        gap: tuple[Cell, ...] = ("",) if head and rows else ()
        cells: tuple[Cell, ...] = (one.words, (Span(one.keys, "dim"),))
        rows.append(Choice(cells, one.open, key=one.words, head=head, gap=gap))
        group = one.group
    return rows
