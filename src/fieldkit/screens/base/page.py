"""The base of all pages: a bar, the content with a panel beside it, a sentence and the keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.css.query import NoMatches
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget
from textual.worker import Worker

from fieldkit.interruption import Interrupted
from fieldkit.screens.base.app import AppBase, Question, is_sentence
from fieldkit.screens.base.navigator import MenuEntry, Navigator
from fieldkit.screens.base.scheduler import Synced
from fieldkit.screens.look.parts import MARGIN, Block, Key, keys
from fieldkit.screens.look.text import Cell, Span, StyleName
from fieldkit.screens.widgets.bars import KeyLine, Panel, Sentence, TopBar
from fieldkit.screens.widgets.picker import Picker
from fieldkit.screens.widgets.rows import WIDE, Answer

if TYPE_CHECKING:
    from fieldkit.store import Draft, Store

T = TypeVar("T")

_PRACTICE = (Span(" PRACTICE ", "badge"),)
LOW = 22
"""Lines of a terminal below which no line is left blank."""


class Body(Vertical):
    """The content between the bar and the sentence."""


class Page(Screen[ScreenResultType]):
    """A screen: a bar, the content, two lines for a sentence, one line of keys.

    A page sets ``TITLE`` and ``KEYS``, yields its widgets from :meth:`content`, and names the
    widget that gets the keys in ``KEYBOARD``. Escape dismisses it with None. :meth:`load_data` runs
    each time the page comes to the top: read what is shown there, with :meth:`ask`.
    """

    app = getters.app(AppBase)
    AUTO_FOCUS = ""
    TITLE = ""
    KEYS: ClassVar[Sequence[Key]] = keys("Esc back")
    """The line of keys: only those that work now."""
    KEYBOARD: ClassVar[str] = ""
    """Selector of the widget that gets the keys; empty: the page itself."""
    ALONE: ClassVar[bool] = False
    """Whether the keys of the whole program (menu, help ...) do nothing here."""
    OWNED: ClassVar[bool] = False
    """Whether what is typed here belongs to its operator: the page closes when they change."""
    STAYS_OPEN: ClassVar[bool] = False
    """Whether the laptop does not lock itself here, however long no key is pressed."""
    _unsent_count: Worker[bool] | None = None
    DEFAULT_CSS = """
    Page { layout: vertical; }
    Page > #middle { height: 1fr; margin-top: 1; }
    Page.-low > #middle { margin-top: 0; }
    Page > #middle > #content { width: 1fr; height: 1fr; }
    Page.-wide > #middle > #panel.-filled { display: block; margin-left: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("slash", "app.menu", "Menu", show=False),
        Binding("question_mark", "app.keys", "Help", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Yield the fixed lines around the content."""
        yield TopBar(self.TITLE or "", mark=_PRACTICE if self.app.practice else "")
        with Horizontal(id="middle"):
            yield Body(*self.content(), id="content")
            yield Panel()
        yield Sentence()
        yield KeyLine(self.KEYS)

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

    def on_screen_suspend(self) -> None:
        """Drop the sentence: it belongs to what was done before the next page."""
        if self.is_open:
            self.say("")

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

    def set_header(self, *trail: Cell, chips: Sequence[Cell] = ()) -> None:
        """Say where this is, as a trail, and what is known of it."""
        self.query_one("#where", TopBar).put(trail, chips)

    def show_header_status(self) -> None:
        """Show the header status on the right of the bar."""
        self.query_one("#where", TopBar).put(status=self.app.header_status.chips())

    def say(
        self,
        sentence: str,
        then: str = "",
        *,
        error: bool = False,
        done: bool = False,
        doubt: bool = False,
        hint: bool = False,
    ) -> None:
        """Show a sentence; empty clears it. ``then``: what to press, which is never cut.

        ``done``: it says what was done; ``doubt``: that something is to settle; ``hint``: how to
        go on.
        """
        style: StyleName = (
            "bad" if error else "ok" if done else "warn" if doubt else "dim" if hint else "text"
        )
        self.query_one("#sentence", Sentence).put(sentence, style, then)

    def begin_next(self) -> None:
        """Drop the sentence about what was done: the next thing begins."""
        sentence = self.query_one("#sentence", Sentence)
        if sentence.style == "ok":
            sentence.put("")

    @property
    def sentence(self) -> str:
        """The sentence that is shown."""
        return self.query_one("#sentence", Sentence).text

    def set_panel(self, *blocks: Block) -> None:
        """Show blocks beside the content, if the terminal is wide."""
        self.query_one("#panel", Panel).put(*blocks)

    @property
    def space(self) -> tuple[int, int]:
        """Cells across and lines of the content beside no panel, known before it is laid out."""
        width, height = self.app.size
        return width - 2 * MARGIN, height - (4 if height < LOW else 5)

    @property
    def wide(self) -> bool:
        """Whether there is space for a panel."""
        return self.app.size.width >= WIDE

    def on_resize(self) -> None:
        """Show the panel on a wide terminal, and no blank line on a low one."""
        self.set_class(self.wide, "-wide")
        self.set_class(self.app.size.height < LOW, "-low")

    def confirmed(self, what: str, question: str, then: str = "") -> bool:
        """Ask ``question``; True if it was the last key too that asked about ``what``.

        ``then``: what to press, which is never cut.
        """
        asked, self.app.question = self.app.question, None
        if asked is not None and asked.what == what:
            self.say("")
            return True
        self.say(question, then)
        self.app.question = Question(what, partial(self._unsay, self.sentence))
        return False

    def _unsay(self, sentence: str) -> None:
        if self.is_attached and self.sentence == sentence:
            self.say("")

    def set_keys(self, *offered: str | Key) -> None:
        """Show the keys that work now, written as "Enter open"; empty ones are left out."""
        found = [one if isinstance(one, Key) else keys(one)[0] for one in offered if one]
        self.query_one("#keys", KeyLine).put(found)

    # --- the store ---

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Call ``question`` with the store in a thread; see :meth:`AppBase.ask`."""
        return await self.app.ask(question)

    async def read(self, question: Callable[[Store], T], purpose: str = "") -> T:
        """Call ``question`` in the thread of reads; see :meth:`AppBase.read`."""
        return await self.app.read(question, (self, purpose) if purpose else None)

    def count_unsent(self) -> None:
        """Refresh the header status after a save; the next key does not wait for it."""
        counting = partial(self.run_reporting, self.app.refresh_status)
        self._unsent_count = self.run_worker(counting, group="status", exclusive=True)

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
            if self.is_open:
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
    """The title of the box; None: there is no box, and letters go to the page."""
    HINT: ClassVar[str] = ""
    """What to type, in the frame of the box."""
    AT_ONCE: ClassVar[bool] = False
    """Whether a digit takes the row it marks, without Enter."""
    EMPTY: ClassVar[str] = ""
    """What stands in place of rows if there are none."""

    def content(self) -> Iterable[Widget]:
        """Yield the picker."""
        box = self.BOX(
            self.answer,
            self.run_reporting,
            prompt=self.PROMPT or "",
            hint=self.HINT,
            empty=self.EMPTY,
            typing=self.PROMPT is not None,
            at_once=self.AT_ONCE,
        )
        box.take_scan = self.take_scan
        yield box

    async def take_scan(self, _text: str, /) -> None:
        """Take a card that was scanned into the box; most pages have no use for it."""
        self.say("Scan a card into a form, or into a box that finds people.")

    async def answer(self, _text: str, /) -> Answer:
        """Return the rows for what is typed."""
        return Answer(mark=None)

    @property
    def picker(self) -> Picker:
        """The picker of the page."""
        return self.query_one(Picker)


def owned_pages(app: AppBase, least: int = 0) -> Sequence[Page[object]]:
    """Return the pages from the first that belongs to its operator on, up to the top.

    ``least``: how many pages at the top are returned in any case.
    """
    pages = [page for page in app.screen_stack if isinstance(page, Page)]
    first = next((place for place, page in enumerate(pages) if page.OWNED), len(pages))
    return pages[min(first, len(pages) - least) :]


def say_on_screen(app: AppBase, sentence: str) -> None:
    """Say what was done, on the page that is on the screen now."""
    if isinstance(app.screen, Page):
        app.screen.say(sentence, done=True)
