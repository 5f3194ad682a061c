"""The base of all pages: fixed lines for the header, the content, a sentence and the keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

from rich.cells import cell_len
from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.css.query import NoMatches
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget

from fieldkit.interruption import Interrupted
from fieldkit.plain_text import shown
from fieldkit.screens.base.app import AppBase, Question, is_sentence
from fieldkit.screens.base.navigator import MenuEntry, Navigator
from fieldkit.screens.base.scheduler import Synced
from fieldkit.screens.widgets.cells import fit, two_lines
from fieldkit.screens.widgets.picker import Answer, Picker

if TYPE_CHECKING:
    from fieldkit.store import Draft, Store

T = TypeVar("T")

_LEAST = 8
"""Cells the left part of a line keeps as long as there is space."""


class Line(Widget):
    """One line: a left part that is cut first, a part kept after it, and a part on the right."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"

    def __init__(self, left: str = "", right: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.left, self.kept, self.right = left, "", right

    def put(
        self, left: str | None = None, right: str | None = None, kept: str | None = None
    ) -> None:
        """Replace the parts that are given."""
        before = self.left, self.kept, self.right
        self.left = self.left if left is None else left
        self.kept = self.kept if kept is None else kept
        self.right = self.right if right is None else right
        if before != (self.left, self.kept, self.right):
            self.refresh()

    def render(self) -> Content:
        """Fit the parts into the width."""
        width = self.size.width
        right = shown(self.right)
        space = width - cell_len(right) - (2 if right else 0)
        left, kept = shown(self.left), shown(self.kept)
        over = cell_len(left) + cell_len(kept) - max(space, 8)
        if over > 0 and cell_len(left) - over >= _LEAST:
            left = fit(left, cell_len(left) - over)
        if space < 8:
            return Content(fit(left + kept, width))
        return Content(fit(left + kept, space) + ("  " + right if right else ""))


class Sentence(Widget):
    """A sentence on two lines, wrapped at a word; a short one leaves the second line empty."""

    DEFAULT_CSS = "Sentence { height: 2; width: 1fr; }"

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.text = ""

    def put(self, text: str) -> None:
        """Replace the sentence."""
        if text != self.text:
            self.text = text
            self.refresh()

    def render(self) -> Content:
        """Wrap it at the width."""
        return Content("\n".join(two_lines(self.text, self.size.width)))


class Rule(Widget):
    """A line of dashes."""

    DEFAULT_CSS = "Rule { height: 1; width: 1fr; color: $text-muted; }"

    def render(self) -> Content:
        """Fill the width."""
        return Content("-" * self.size.width)


class Body(Vertical):
    """The content between the rules."""


class Page(Screen[ScreenResultType]):
    """A screen: header, rule, content, rule, two lines for a sentence, one line of keys.

    A page sets ``TITLE`` and ``KEYS``, yields its widgets from :meth:`content`, and names the
    widget that gets the keys in ``KEYBOARD``. Escape dismisses it with None. :meth:`load_data` runs
    each time the page comes to the top: read what is shown there, with :meth:`ask`.
    """

    app = getters.app(AppBase)
    AUTO_FOCUS = ""
    TITLE = ""
    KEYS: ClassVar[str] = "Esc back"
    """The footer: only keys that work now."""
    KEYBOARD: ClassVar[str] = ""
    """Selector of the widget that gets the keys; empty: the page itself."""
    ALONE: ClassVar[bool] = False
    """Whether the keys of the whole program (menu, help ...) do nothing here."""
    OWNED: ClassVar[bool] = False
    """Whether what is typed here belongs to its operator: the page closes when they change."""
    DEFAULT_CSS = """
    Page { layout: vertical; padding: 0 1; }
    Page > #where { text-style: bold; }
    Page > #content { height: 1fr; }
    Page > #sentence.-error { color: $text-error; text-style: bold; }
    Page > #keys { color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("slash", "app.menu", "Menu", show=False),
        Binding("question_mark", "app.keys", "Help", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Yield the fixed lines around the content."""
        yield Line(self.TITLE or "", id="where")
        yield Rule()
        yield Body(*self.content(), id="content")
        yield Rule()
        yield Sentence(id="sentence")
        yield Line(self.KEYS, id="keys")

    def content(self) -> Iterable[Widget]:
        """Yield the widgets between the rules."""
        return ()

    async def load_data(self) -> None:
        """Read and show the data; runs when the page comes to the top. Keys do not wait for it."""

    async def refresh_data(self) -> None:
        """Show what a sync received, without moving the mark or what is typed."""

    async def save_draft(self) -> None:
        """Write what is typed here into its draft, before the page closes.

        Raises:
            StoreError: it could not be written.
        """

    def unwritten_draft(self) -> Draft | None:
        """Return the draft of what is typed here and not written yet, where no time is left."""
        return None

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the menu offers on this page alone."""
        return ()

    @property
    def navigator(self) -> Navigator:
        """Opens other pages."""
        return self.app.navigator

    @property
    def is_open(self) -> bool:
        """Whether the page is still open; a result that arrives after it closed is dropped."""
        return self in self.app.screen_stack

    def on_mount(self) -> None:
        """Focus the widget that gets the keys."""
        if self.KEYBOARD:
            self.set_focus(self.query_one(self.KEYBOARD), scroll_visible=False)

    def on_screen_resume(self) -> None:
        """Show the header status and load the data."""
        self.show_header_status()
        self.run_worker(self._load(), group="load", exclusive=True)

    def on_status_refreshed(self) -> None:
        """Show the new header status."""
        if self.is_open:
            self.show_header_status()

    def on_synced(self, message: Synced) -> None:
        """Handle the end of a sync, unless the page is closed."""
        if self.is_open:
            self.synced(message)

    def synced(self, message: Synced) -> None:
        """Show what a sync received."""
        if message.outcome is not None and message.outcome.received:
            self.run_worker(self.run_reporting(self.refresh_data), group="refresh", exclusive=True)

    async def _load(self) -> None:
        await self.run_reporting(self.load_data)
        if not self.ALONE:
            await self.run_reporting(self.app.refresh_status)

    # --- the fixed lines ---

    def set_header(self, text: str, kept: str = "") -> None:
        """Set the left of the header; ``text`` is cut before ``kept``."""
        self.query_one("#where", Line).put(text, kept=kept)

    def show_header_status(self) -> None:
        """Show the header status on the right of the header."""
        self.query_one("#where", Line).put(right=self.app.header_status.words())

    def say(self, sentence: str, *, error: bool = False) -> None:
        """Show a sentence; empty clears it."""
        place = self.query_one("#sentence", Sentence)
        place.set_class(error, "-error")
        place.put(sentence)

    def confirmed(self, what: str, question: str) -> bool:
        """Ask ``question``; True if it was the last key too that asked about ``what``."""
        asked, self.app.question = self.app.question, None
        if asked is not None and asked.what == what:
            self.say("")
            return True
        self.say(question)
        self.app.question = Question(what, partial(self._unsay, question))
        return False

    def _unsay(self, sentence: str) -> None:
        if self.is_attached and self.query_one("#sentence", Sentence).text == sentence:
            self.say("")

    def set_keys(self, text: str) -> None:
        """Show the keys that work now in the footer."""
        self.query_one("#keys", Line).put(text)

    # --- the store ---

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Call ``question`` with the store in a thread; see :meth:`AppBase.ask`."""
        return await self.app.ask(question)

    async def read(self, question: Callable[[Store], T], purpose: str = "") -> T:
        """Call ``question`` in the thread of reads; see :meth:`AppBase.read`."""
        return await self.app.read(question, (self, purpose) if purpose else None)

    async def run_reporting(self, action: Callable[[], Awaitable[object]]) -> bool:
        """Run ``action`` and say if it went well; show a StoreError as a sentence on the page."""
        try:
            await action()
        except Interrupted:
            return False
        except NoMatches:
            if self.is_open:
                raise
            return False
        except Exception as error:
            if not is_sentence(error):
                raise
            if self.is_attached:
                self.say(str(error), error=True)
            return False
        return True

    # --- keys ---

    def action_leave(self) -> None:
        """Close the page; nothing typed is lost."""
        self.dismiss(None)


class PickerPage(Page[ScreenResultType]):
    """A page with a picker, whose rows :meth:`answer` returns."""

    KEYBOARD = "#picker"
    BOX: ClassVar[type[Picker]] = Picker
    PROMPT: str | None = None
    """The words before the box; None: there is no box, and letters go to the page."""
    AT_ONCE: ClassVar[bool] = False
    """Whether a digit takes the row it marks, without Enter."""
    EMPTY: ClassVar[str] = ""
    """What stands in place of rows if there are none."""

    def content(self) -> Iterable[Widget]:
        """Yield the picker."""
        yield self.BOX(
            self.answer,
            self.run_reporting,
            prompt=self.PROMPT or "",
            empty=self.EMPTY,
            typing=self.PROMPT is not None,
            at_once=self.AT_ONCE,
        )

    async def answer(self, _text: str, /) -> Answer:
        """Return the rows for what is typed."""
        return Answer(mark=None)

    @property
    def picker(self) -> Picker:
        """The picker of the page."""
        return self.query_one(Picker)


def say_on_screen(app: AppBase, sentence: str) -> None:
    """Show a sentence on the page that is on the screen now."""
    if isinstance(app.screen, Page):
        app.screen.say(sentence)
