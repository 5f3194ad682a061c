"""The base of all screens: fixed places for where you are, the content, a sentence and the keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from rich.cells import cell_len
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
from fieldkit.screens.base.scheduler import Synced
from fieldkit.screens.widgets.cells import fit, two_lines

if TYPE_CHECKING:
    from fieldkit.store import Draft, Store

__all__ = ["Line", "Page", "fit", "shown"]

T = TypeVar("T")

_LEAST = 8
"""Cells of a text that give way last."""


class Line(Widget):
    """One line of text: a left part that gives way, what is kept after it, and a right part."""

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
        """Draw the parts to the width at hand."""
        width = self.size.width
        right = shown(self.right)
        room = width - cell_len(right) - (2 if right else 0)
        left, kept = shown(self.left), shown(self.kept)
        over = cell_len(left) + cell_len(kept) - max(room, 8)
        if over > 0 and cell_len(left) - over >= _LEAST:
            left = fit(left, cell_len(left) - over)
        if room < 8:
            return Content(fit(left + kept, width))
        return Content(fit(left + kept, room) + ("  " + right if right else ""))


class Sentence(Widget):
    """A sentence on two lines, parted at a word; the second stays free for a short one."""

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
        """Draw it to the width at hand."""
        return Content("\n".join(two_lines(self.text, self.size.width)))


class Rule(Widget):
    """A line of dashes."""

    DEFAULT_CSS = "Rule { height: 1; width: 1fr; color: $text-muted; }"

    def render(self) -> Content:
        """Draw to the width at hand."""
        return Content("-" * self.size.width)


class Body(Vertical):
    """What stands between the rules."""


class Page(Screen[ScreenResultType]):
    """A screen: header, rule, content, rule, two lines for a sentence, one line of keys.

    A page says ``TITLE`` and ``KEYS``, yields its widgets from :meth:`content`, and names the
    widget that takes the keys in ``KEYBOARD``. Escape leaves with None. :meth:`arrive` runs when
    the page comes up and whenever one is back at it: fetch there what is shown, with :meth:`ask`.
    """

    AUTO_FOCUS = ""
    TITLE = ""
    KEYS: ClassVar[str] = "Esc back"
    """The footer: only keys that work now."""
    KEYBOARD: ClassVar[str] = ""
    """Selector of the widget that takes the keys; empty: the page itself."""
    ALONE: ClassVar[bool] = False
    """The menu, help and other keys of the whole program do nothing here."""
    OWNED: ClassVar[bool] = False
    """What is typed here belongs to who began it: nobody else goes on with it."""
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

    def compose_request(self) -> ComposeResult:
        """Lay out the fixed places round the content."""
        yield Line(self.TITLE or "", id="where")
        yield Rule()
        yield Body(*self.content(), id="content")
        yield Rule()
        yield Sentence(id="sentence")
        yield Line(self.KEYS, id="keys")

    def content(self) -> Iterable[Widget]:
        """Yield the widgets between the rules."""
        return ()

    async def arrive(self) -> None:
        """Fetch and show; runs whenever the page comes up, without holding keys back."""

    async def freshen(self) -> None:
        """Show what came from other laptops meanwhile, without moving what a hand is on."""

    async def put_away(self) -> None:
        """Write down what is typed here, before the page goes.

        Raises:
            StoreError: it could not be written.
        """

    def unwritten(self) -> Draft | None:
        """Return what is typed here and not written yet, for want of time to put it away."""
        return None

    @property
    def desk(self) -> AppBase:
        """The application, as screens see it."""
        return cast(AppBase, self.app)

    @property
    def here(self) -> bool:
        """Whether the page has not been left; what was fetched for one that was goes nowhere."""
        return self in self.app.screen_stack

    def on_mount(self) -> None:
        """Take the keys."""
        if self.KEYBOARD:
            self.set_focus(self.query_one(self.KEYBOARD), scroll_visible=False)

    def on_screen_resume(self) -> None:
        """Say who is at the keyboard, and let the page fetch what it shows."""
        self.show_standing()
        self.run_worker(self._arrive(), group="arrive", exclusive=True)

    def on_status_refreshed(self) -> None:
        """Show the new standing."""
        if self.here:
            self.show_standing()

    def on_synced(self, message: Synced) -> None:
        """Take note of a sync that has ended."""
        if self.here:
            self.synced(message)

    def synced(self, message: Synced) -> None:
        """Show what came with a sync."""
        if message.outcome is not None and message.outcome.received:
            self.run_worker(self.told(self.freshen), group="freshen", exclusive=True)

    async def _arrive(self) -> None:
        await self.told(self.arrive)
        if not self.ALONE:
            await self.told(self.desk.take_stock)

    # --- the fixed places ---

    def where(self, text: str, kept: str = "") -> None:
        """Say where you are, at the left of the header; ``text`` gives way to what is ``kept``."""
        self.query_one("#where", Line).put(text, kept=kept)

    def show_standing(self) -> None:
        """Bring the right end of the header up to date."""
        self.query_one("#where", Line).put(right=self.desk.standing.words())

    def say(self, sentence: str, *, error: bool = False) -> None:
        """Put a sentence into its place; empty clears it."""
        place = self.query_one("#sentence", Sentence)
        place.set_class(error, "-error")
        place.put(sentence)

    def sure(self, what: str, question: str) -> bool:
        """Ask ``question``; True when the key that asked for ``what`` was pressed twice running."""
        asked, self.desk.question = self.desk.question, None
        if asked is not None and asked.what == what:
            self.say("")
            return True
        self.say(question)
        self.desk.question = Question(what, partial(self._unsay, question))
        return False

    def _unsay(self, sentence: str) -> None:
        if self.is_attached and self.query_one("#sentence", Sentence).text == sentence:
            self.say("")

    def keys(self, text: str) -> None:
        """Put the keys that work now into the footer."""
        self.query_one("#keys", Line).put(text)

    # --- the store ---

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Put ``question`` to the store in a thread; see :meth:`Desk.ask`."""
        return await self.desk.ask(question)

    async def read(self, question: Callable[[Store], T], purpose: str = "") -> T:
        """Call ``question`` in the thread of reads; see :meth:`AppBase.read`."""
        return await self.desk.read(question, (self, purpose) if purpose else None)

    async def told(self, errand: Callable[[], Awaitable[object]]) -> bool:
        """Run ``errand``; a StoreError becomes its sentence on the page. Say if all went well."""
        try:
            await errand()
        except Interrupted:
            return False
        except NoMatches:
            if self.here:
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
        """Go back; nothing typed is lost."""
        self.dismiss(None)
