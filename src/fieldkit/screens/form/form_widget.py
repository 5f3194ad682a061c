"""The form on the screen: one widget, one queue of keys.

With an input box per field, text typed fast after Enter would land in the field that was left. Here
every key goes to one model, and only the lines that changed are painted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget

from fieldkit.screens.form import view as form_view
from fieldkit.screens.form.form_field import Candidate
from fieldkit.screens.form.model import FormModel
from fieldkit.screens.form.terms import Act, Lookup


class FormHost(Protocol):
    """What the form needs of its page."""

    async def form_ready(self) -> None:
        """Wait until there is a form to type into; keys wait meanwhile."""

    async def look_up(self, model: FormModel, lookup: Lookup) -> Sequence[Candidate]:
        """Return what the text could mean."""

    async def save_form(self, model: FormModel, *, then_new: bool) -> None:
        """Save the form, or show what stops that; keys wait until it is done."""

    def form_typed(self, *, left_field: bool) -> None:
        """Something was typed, or the cursor left a field."""


class Form(Widget, can_focus=True):
    """Draws a :class:`FormModel` and feeds it keys, pasted text and clicks."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"form--{name}"
        for name in (
            "section", "label", "here", "box", "typing", "over", "cursor",
            "note", "wrong", "dim", "choice", "marked",
        )
    }  # fmt: skip
    DEFAULT_CSS = """
    Form { width: 1fr; height: 1fr; }
    Form > .form--section { text-style: bold; }
    Form > .form--here { text-style: bold; }
    Form > .form--typing { text-style: underline; }
    Form > .form--over { text-style: reverse; }
    Form > .form--cursor { text-style: reverse; }
    Form > .form--wrong { color: $text-error; text-style: bold; }
    Form > .form--dim { color: $text-muted; }
    Form > .form--marked { text-style: bold reverse; }
    """

    def __init__(self, host: FormHost) -> None:
        super().__init__(id="form")
        self.host = host
        self.model: FormModel | None = None
        self._lines: list[form_view.Line] = []
        self._styles: dict[str, Style] = {}
        self._looking_up = False

    def show(self, model: FormModel) -> None:
        """Show another form in this widget."""
        self.model = model
        self.paint()
        self._look_up()

    # --- drawing ---

    def paint(self) -> None:
        """Repaint the lines that differ from what is on the screen."""
        width, height = self.size
        if self.model is None or not width:
            return
        lines = form_view.lines(self.model, width, height)
        before, self._lines = self._lines, lines
        if len(before) != len(lines):
            self.refresh()
        else:
            changed = [y for y, line in enumerate(lines) if line != before[y]]
            if changed:
                self.refresh(*(Region(0, y, width, 1) for y in changed))
        if self.has_focus:
            self.app.cursor_position = self.content_region.offset + Offset(
                *form_view.cursor(self.model, width, height)
            )

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        if y >= len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        return Strip(
            [Segment(text, self._style(name)) for name, text in self._lines[y]], self.size.width
        )

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self.get_component_rich_style(f"form--{name}")
        return style

    def notify_style_update(self) -> None:
        """Forget the colours of the theme before."""
        super().notify_style_update()
        self._styles.clear()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._lines = []
        self.paint()

    # --- input ---

    async def on_key(self, event: events.Key) -> None:
        """Handle one key; the next one waits until it is done."""
        await self.host.form_ready()
        model = self.model
        if model is None:
            return
        at = model.at
        act = model.press(event.key, event.character)
        if act is Act.LOOK_UP:
            await self._await_lookup(model)
            act = model.press(event.key, event.character)
        if act is not Act.OTHER:
            event.stop()
            event.prevent_default()
        if act in {Act.SAVE, Act.SAVE_NEXT}:
            await self.host.save_form(model, then_new=act is Act.SAVE_NEXT)
            self.paint()
        else:
            self._done(model, at)

    async def on_paste(self, event: events.Paste) -> None:
        """Insert text from the clipboard."""
        event.stop()
        event.prevent_default()
        await self.host.form_ready()
        if self.model is not None:
            self.model.paste(event.text)
            self._done(self.model, self.model.at)

    async def on_click(self, event: events.Click) -> None:
        """Go to the field, or take the choice, that was clicked."""
        await self.host.form_ready()
        model, (width, height) = self.model, self.size
        where = event.get_content_offset(self)
        if model is None or where is None:
            return
        at = model.at
        await self._click_at(model, where, width, height)
        self._done(model, at)

    async def _click_at(self, model: FormModel, where: Offset, width: int, height: int) -> None:
        if where.y == height - 1:
            place = form_view.choice_at(model, where.x, width)
            if place is not None:
                model.take(place)
            return
        name = form_view.field_at(model, where.y, height)
        if name is None:
            return
        if model.go(name) is Act.LOOK_UP:
            await self._await_lookup(model)
            model.go(name)
        box_at, box = form_view.columns(model, width).box_at, form_view.box_width(model, width)
        if model.at == name and box_at <= where.x < box_at + box:
            model.current.box.point(where.x - box_at, box)

    def _done(self, model: FormModel, at: str) -> None:
        self.paint()
        self.host.form_typed(left_field=model.at != at)
        self._look_up()

    # --- lookups ---

    async def _await_lookup(self, model: FormModel) -> None:
        """Wait for what the text shown could mean."""
        lookup = model.needed_lookup()
        if lookup is not None:
            model.supply(lookup, await self.host.look_up(model, lookup))

    def _look_up(self) -> None:
        """Look up the text shown in the background; keys do not wait."""
        if (
            not self._looking_up
            and self.model is not None
            and self.model.needed_lookup() is not None
        ):
            self._looking_up = True
            self.call_after_refresh(self.run_worker, self._look_up_all, group="choices")

    async def _look_up_all(self) -> None:
        try:
            while (model := self.model) is not None and (
                lookup := model.needed_lookup()
            ) is not None:
                model.supply(lookup, await self.host.look_up(model, lookup))
                self.paint()
        finally:
            self._looking_up = False
