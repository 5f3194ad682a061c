"""A page that asks for something that nobody else may see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual import events
from textual.message import Message

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.text import Span, Text, wrapped
from fieldkit.screens.widgets.box import box_line, framed_box
from fieldkit.screens.widgets.picker import Picker
from fieldkit.screens.widgets.typed import Typed

Opened = Callable[[str, bytes], Awaitable[None]]
"""Called with the operator and the data key, once a passphrase was right."""

_ROW_KEYS = {"up", "down", "tab", "shift+tab", "pageup", "pagedown", "enter"}
_HIDDEN = "*"


class SecretBox(Picker):
    """A box that shows a sign for each letter; every letter is for the box, also ``/`` and ``?``.

    The rows do not follow what is typed. Nothing is pasted: a clipboard keeps what was in it.
    """

    hidden = True
    """Whether the letters are hidden."""

    class Pasted(Message):
        """Somebody pasted into the hidden box."""

    def clear(self) -> None:
        """Forget what was typed."""
        self.typed.put("")
        self.refresh()

    async def _scanned(self, _event: events.Key) -> bool:
        return False

    async def own_key(self, event: events.Key, /) -> bool:
        """Type into the box; the mark of the rows stays where it is."""
        if event.key in _ROW_KEYS:
            return False
        if event.key == "escape":
            typed = bool(self.typed.text)
            self.clear()
            return typed
        done = self.typed.key(event.key, event.character)
        self.refresh()
        return done

    async def on_paste(self, event: events.Paste) -> None:
        """Take pasted text only where it may be seen."""
        event.stop()
        event.prevent_default()
        if self.hidden:
            self.post_message(self.Pasted())
        else:
            self.typed.insert(event.text.strip())
            self.refresh()

    def _box(self, width: int) -> list[Text]:
        """Return the lines of the box."""
        typed = self.typed
        if self.hidden:
            typed = Typed(_HIDDEN * len(typed.text), typed.cursor)
        if self._box_height == 1:
            return [box_line(typed, self.prompt, width)]
        return framed_box(typed, self.prompt, self.hint, width)


class SecretPage(PickerPage[None]):
    """A hidden box; the keys of the whole program do nothing here."""

    BOX = SecretBox
    ALONE = True
    HINT = "it is not shown"

    @property
    def box(self) -> SecretBox:
        """The box."""
        return self.query_one(SecretBox)

    def on_resize(self) -> None:
        """Wrap the sentences for the new size."""
        super().on_resize()
        self.call_later(self._wrap_again)

    async def _wrap_again(self) -> None:
        """Leave the rows and their mark: a passphrase is typed for the marked one."""
        answer = await self.answer("")
        self.picker.surround(answer.above, answer.after)

    def show_header_status(self) -> None:
        """Say nothing of the work: who is at the keyboard is not known yet."""

    def on_secret_box_pasted(self) -> None:
        """Say why nothing was pasted."""
        self.say("Type the passphrase, do not paste it: others could read it in the clipboard.")

    def lines(self, words: Sequence[str]) -> list[Text]:
        """Return sentences, dim and wrapped, each on lines of its own."""
        width = self.space[0]
        return [line for one in words for line in wrapped((Span(one, "dim"),), width, 4)]
