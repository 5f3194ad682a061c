"""Which key does what, what the signs and words mean, in groups on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.glyphs import DOWN, LEFT, RIGHT, UP
from fieldkit.screens.look.parts import heading, keys, state_mark
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.widgets.rows import Answer, Choice


class Help(NamedTuple):
    """What one does, the key for it, and a second way."""

    does: str
    key: str
    second: str = ""


_BEGIN = "On a record's page: what belongs to it"
KEYS: dict[str, Sequence[Help]] = {
    "Everywhere": (
        Help("leave; what was typed is kept", "Esc", "/back"),
        Help("menu of everything", "/ in an empty box", "Ctrl+P"),
        Help("help", "? in an empty box", "F1"),
        Help("sync", "F5", "/sync"),
        Help("change operator", "Ctrl+O", "/operator"),
        Help("open what you saved last", "Ctrl+E", "F7"),
        Help("quit; what was typed is kept", "Ctrl+Q", "/quit"),
        Help("colours and signs of the screen", "/colours, /signs"),
    ),
    "Home and lists": (
        Help("find somebody, or see who is alike", "type"),
        Help("open a job", "0 to 9, Enter"),
        Help("go through the rows", f"{UP} {DOWN}", "Tab, PgUp, PgDn"),
        Help("open the marked row", "Enter", "click"),
        Help("new, with what was typed", "Ctrl+N", "F9"),
        Help("undo the last save; again: yes", "Ctrl+Z", "F8"),
        Help("discard an unfinished form; again: yes", "Delete on Home"),
        Help("empty the box", "Esc"),
    ),
    "In a list": (
        Help("narrow it by a choice or a text", "f"),
        Help("order it", "o"),
        Help("export it as it is shown", "x"),
        Help("find in it", "any other letter"),
    ),
    "In review": (
        Help("open what is marked, where it is decided", "Enter"),
        Help("narrow it: a section, a block, how long", "f"),
        Help("by block, or the longest waiting first", "o"),
        Help("a pair: the same person; Enter: yes", "y"),
        Help("a pair: different people", "n"),
        Help("another pair, decide later", f"{LEFT} {RIGHT}"),
        Help("take back the last decision about a pair", "Ctrl+Z", "F8"),
    ),
    "In a report": (
        Help("open the records behind a figure, or a row", "Enter"),
        Help("larger area, smaller area", f"{LEFT} {RIGHT}"),
        Help("another area by its name", "g"),
        Help("earlier period, later period", "[ ]"),
        Help("what the rows are, and their order", "o"),
        Help("export", "x"),
        Help("review note", "p"),
    ),
    "In a form": (
        Help("next field; take the marked choice", "Enter", "Down, Tab"),
        Help("back a field", "Up", "Shift+Tab"),
        Help("next section, section before", "PgDn, PgUp"),
        Help("go to a field or section by its name", "Ctrl+T"),
        Help("edit what is there (a letter replaces it)", "End", f"{LEFT} {RIGHT}"),
        Help("as last time", "= in an empty box", "F2"),
        Help("take how a name goes on", RIGHT),
        Help("keep the value for the next record", "F3", "/keep"),
        Help("full fields go on by themselves, or wait", "/full"),
        Help("Enter: every empty field, or what is needed", "/enter"),
        Help("undo what was typed in the field", "Ctrl+Z", "F8"),
        Help("same person? Compare with who is here already", "F4", "Ctrl+L"),
        Help("save", "Ctrl+S", "F10"),
        Help("save and begin the next", "Ctrl+N", "F9"),
    ),
    "On a record's page": (
        Help("edit the record", "e"),
        Help("begin a new one of its kind", "Ctrl+N", "F9"),
        Help("history: who changed what, and when", "h"),
        Help("go to its details", "g"),
        Help("settle its two values", "w"),
        Help("same person? Who else here may be this one", "y"),
        Help("print a slip, or the people of a training", "p"),
        Help("delete the record; again: yes", "d"),
        Help("restore a deleted record", "z"),
        Help("delete the record on the line; again: yes", "Delete"),
    ),
    _BEGIN: (),
    "At a camp, on the days of a training": (
        Help("mark the person of a number", "the number, Enter"),
        Help("mark, and go on to the next", "Space"),
        Help("absent", "-"),
        Help("not on the list: look in the register, then new", "Ctrl+N", "F9"),
        Help("undo the last mark", "Ctrl+Z", "F8"),
        Help("another day", f"{LEFT} {RIGHT}"),
        Help("clear the mark; again: yes", "Delete"),
        Help("another camp, or more people", "/another, /expected"),
    ),
    "Toolkits, handed over": (
        Help("open the hand-over", "F6", "/toolkit"),
        Help("find whose it is: scan, or type a code or name", "Enter"),
        Help("hand it over as shown", "Enter"),
        Help("by a relative, damaged, refused ...", "1 to 7, Enter"),
        Help("undo the last hand-over", "Ctrl+Z", "F8"),
    ),
    "On my entries": (
        Help("mark the line and go on", "Space"),
        Help("mark all, or none", "*"),
        Help("correct block, date or camp of what is marked", "e"),
        Help("since when, which kind, which camp", "f"),
        Help("put the former values back; again: yes", "Ctrl+Z", "F8"),
    ),
    "At the close of day": (
        Help("how many forms are on paper", "0-9 on a line"),
        Help("open what a line is about", "Enter"),
        Help("print it", "p"),
    ),
    "On Sync": (
        Help("sync now", "F5", "s"),
        Help("enrol with a server", "Enter on its row"),
        Help("receipt to a file", "r"),
        Help("correct a change that was returned", "Enter"),
        Help("discard a change that was returned; again: yes", "Delete"),
        Help("put returned new records into your area", "Enter on their row"),
        Help("settle two values of one field", "Enter on them"),
        Help("settle: keep the first, the second, another", "1, 2, 3"),
    ),
    "With a passphrase": (
        Help("open the laptop; another operator", "the passphrase, Enter", f"{UP} {DOWN}"),
        Help("it is forgotten: a supervisor's code", "Ctrl+R", "the last row"),
        Help("lock now; when it locks by itself", "/lock"),
        Help("set one for this laptop", "/protect"),
        Help("change mine", "/passphrase"),
        Help("give another person one", "Ctrl+O, their name"),
    ),
    "For supervisors": (
        Help("decide on all records of a list", "v in the list"),
        Help("send a record back, accept its correction", "the menu of its page"),
        Help("devices: code for a new laptop", "c"),
        Help("devices: late changes", "l"),
        Help("devices: log of exports", "x"),
        Help("late changes: take one in; again: yes", "t"),
        Help("late changes: return one; again: yes", "l"),
    ),
    "With a portal's list": (
        Help("take the portal's value", "Enter"),
        Help("keep the value here", "Delete"),
        Help("write what is left to a file", "x"),
        Help("undo the last act", "Ctrl+Z", "F8"),
    ),
}
SIGNS: Sequence[tuple[str, str]] = (
    ("on the server", "the server has it"),
    ("not sent yet", "saved on this laptop, waits for the next sync"),
    ("sent, no answer yet", "sent; the server has not answered"),
    ("settle", "two laptops changed one field: choose a value"),
    ("your value, not used yet", "another laptop changed it; your value is kept"),
    ("to check", "the server noticed something; not refused"),
    ("returned to you", "the server did not accept it and says why"),
    ("unfinished", "left before it was saved; Home shows yours"),
    ("due", "needed before the step named, or late"),
)
_WORDS = "Signs and words"
_NARROW = 78


class HelpPage(PickerPage[None]):
    """Keys and words in groups; typing narrows the list."""

    TITLE = "Help"
    PROMPT = "Help on"
    HINT = "what you want to do, a key or a word"
    EMPTY = "No help on that."
    KEYS = keys("type to find", f"{UP}{DOWN} look", "Esc back")

    async def answer(self, text: str) -> Answer:
        """Answer with the keys and words that contain what is typed."""
        await self.ask(lambda _store: None)  # the records are loaded then
        from fieldkit.records.declaration.action import LETTERS

        letters = [Help(does, letter) for letter, does in LETTERS.items()]
        wanted = text.strip().casefold()
        rows: list[Choice] = []
        for group, found in (KEYS | {_BEGIN: letters}).items():
            shown = [one for one in found if wanted in f"{' '.join(one)} {group}".casefold()]
            rows += self._group(group, [_key_cells(one) for one in shown], first=not rows)
        words = [one for one in SIGNS if wanted in " ".join((*one, _WORDS)).casefold()]
        rows += self._group(_WORDS, [_word_cells(*one) for one in words], first=not rows)
        return Answer(rows)

    def _group(self, name: str, found: Sequence[tuple[Cell, Cell]], *, first: bool) -> list[Choice]:
        """Return rows under the name of their group; on a narrow screen two lines for each."""
        narrow = self.app.size.width < _NARROW
        rows = [Choice((a,), below=(b,)) if narrow else Choice((a, b)) for a, b in found]
        if rows:
            rows[0] = rows[0]._replace(head=heading(name), gap=() if first else ("",))
        return rows


def _key_cells(one: Help) -> tuple[Cell, Cell]:
    second = (Span(f", {one.second}", "dim"),) if one.second else ()
    return ((Span(one.key, "key"), *second), one.does)


def _word_cells(word: str, means: str) -> tuple[Cell, Cell]:
    mark = state_mark(word)
    return ((*mark, Span(f" {word}", "strong")), means)
