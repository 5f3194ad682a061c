"""Keys and words, on one page."""

from __future__ import annotations

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.widgets.rows import Answer, Choice

KEYS = (
    ("next field; take the marked line", "Enter", "Down, Tab"),
    ("back a field", "Up", "Shift+Tab"),
    ("as last time", "= in an empty box", "F2"),
    ("save", "Ctrl+S", "F10"),
    ("new; save and next", "Ctrl+N", "F9"),
    ("edit a record", "e on its page", ""),
    ("history of a record", "h on its page", ""),
    ("delete a record; again: yes", "d on its page", "Delete on its line"),
    ("mark who was present", "p on a training's page", ""),
    ("throw an unfinished form away; again: yes", "Delete on Home", ""),
    ("undo what was typed in the field", "Ctrl+Z", "F8"),
    ("sync", "F5", "s on Sync, /sync"),
    ("enrol with a server; receipt to a file", "e, r on Sync", ""),
    ("give up a change that was returned; again: yes", "Delete on Sync", "x"),
    ("put new records that came back into your area", "m on Sync", ""),
    ("settle two values of one field", "Enter on Sync", "s on its page"),
    ("settle: keep the first, the second, another", "1, 2, 3", "m, t, e"),
    ("menu of everything", "/ in an empty box", "Ctrl+P"),
    ("change operator", "Ctrl+O", "/operator"),
    ("help", "? in an empty box", "F1"),
    ("leave; what was typed is kept", "Esc", "/back"),
    ("quit", "Ctrl+Q", "/quit"),
)
WORDS = (
    ("not sent yet", "saved on this laptop, waits for the next sync"),
    ("sent, no answer yet", "on its way; the server has not answered"),
    ("on the server", "the server has it"),
    ("your value, not used yet", "another laptop changed the same field; yours is kept"),
    ("settle", "two laptops wrote the same field: keep one value or type a third"),
    ("to check", "the server found something about it; nothing was refused for it"),
    ("returned to you", "the server did not take it and says why: correct it and save"),
    ("unfinished", "a form that was left before it was saved; Home shows yours"),
    ("due", "not needed now, but before the step that is named"),
)


class HelpPage(PickerPage[None]):
    """Which key does what, and what the words mean; typing narrows the list."""

    TITLE = "Help: keys, then words"
    PROMPT = "Help on"
    EMPTY = "No help on that."
    KEYS = keys("type to find", "Up Down look", "Esc back")

    async def answer(self, text: str) -> Answer:
        """Answer with the keys and words that contain what is typed."""
        wanted = text.strip().casefold()
        lines = [(", ".join(filter(None, keys)), does) for does, *keys in KEYS] + list(WORDS)
        return Answer([Choice(line) for line in lines if wanted in " ".join(line).casefold()])
