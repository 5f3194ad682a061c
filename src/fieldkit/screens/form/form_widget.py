"""The form on the screen: one widget, one queue of keys.

With an input box per field, text typed fast after Enter would land in the field that was left. Here
every key goes to one model, and only the lines that changed are painted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from textual import events
from textual.geometry import Offset, Region
from textual.strip import Strip

from fieldkit.screens.form.entry.form_field import Candidate
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.form.entry.terms import Act, Lookup
from fieldkit.screens.form.view import lines as form_view
from fieldkit.screens.look.drawn import Drawn

_SCAN_STOPS = 1.0
"""Seconds without a key after which a scan is over."""


class FormHost(Protocol):
    """What the form needs of its page."""

    async def form_ready(self) -> None:
        """Wait until there is a form to type into; keys wait meanwhile."""

    async def look_up(self, model: FormModel, lookup: Lookup) -> Sequence[Candidate]:
        """Return what the text could mean."""

    async def save_form(self, model: FormModel, *, then_new: bool) -> None:
        """Save the form, or show what stops that; keys wait until it is done."""

    async def register(self, model: FormModel, kind: str) -> None:
        """Open a form for a record that the current field is to refer to."""

    async def read_scan(self, model: FormModel) -> None:
        """Fill the form from a scanned card, or say what is wrong with it."""

    async def choose_field(self, model: FormModel) -> None:
        """Ask which field to go to."""

    async def compare(self, model: FormModel) -> None:
        """Show who may be the same person, beside what is typed."""

    def kept_changed(self, model: FormModel) -> None:
        """Other values are kept for the next record."""

    def form_typed(self, *, left_field: bool) -> None:
        """Something was typed, or the cursor left a field."""


class Form(Drawn, can_focus=True):
    """Draws a :class:`FormModel` and feeds it keys, pasted text and clicks."""

    DEFAULT_CSS = "Form { width: 1fr; height: 1fr; }"

    def __init__(self, host: FormHost) -> None:
        super().__init__(id="form")
        self.host = host
        self.model: FormModel | None = None
        self._lines: list[form_view.Line] = []
        self._looking_up = False
        self._key_at = 0.0
        """When the last key came."""

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
            return self.look.strip("", self.size.width)
        return self.look.strip_of(self._lines[y])

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
        model.scan.pause(event.time - self._key_at)
        self._key_at = event.time
        at, scanning = model.at, model.scan.active
        act = model.press(event.key, event.character)
        if scanning and model.scan.active:
            event.stop()
            event.prevent_default()
            return  # nothing is painted for the thousands of keys of a scanner
        if model.scan.active:
            self._end_stopped_scan(model, model.scan.gathered)
        if act is Act.LOOK_UP:
            await self._await_lookup(model)
            act = model.press(event.key, event.character)
        if act is not Act.OTHER:
            event.stop()
            event.prevent_default()
        await self._do(act, model, at)

    async def _do(self, act: Act, model: FormModel, at: str) -> None:
        """Do what a key or a click asks of the page; ``at``: the field it was pressed in."""
        marked = model.marked
        if act in {Act.SAVE, Act.SAVE_NEXT}:
            await self.host.save_form(model, then_new=act is Act.SAVE_NEXT)
            self.paint()
        elif act is Act.REGISTER and marked is not None:
            await self.host.register(model, marked.begins)
        elif act is Act.SCANNED:
            await self.host.read_scan(model)
            self.done(model, at)
        elif act is Act.GO_TO:
            await self.host.choose_field(model)
        elif act is Act.COMPARE:
            await self.host.compare(model)
            self.paint()
        elif act is Act.KEEP:
            self.host.kept_changed(model)
            self.done(model, at)
        else:
            self.done(model, at)

    def _end_stopped_scan(self, model: FormModel, gathered: int) -> None:
        """End a scan whose keys have stopped without an Enter: its end is missing."""

        async def look() -> None:
            if self.model is model and model.scan.active:
                if model.scan.gathered == gathered and model.scan.end(enter=False):
                    await self._do(Act.SCANNED, model, model.at)
                else:
                    self._end_stopped_scan(model, model.scan.gathered)

        self.set_timer(_SCAN_STOPS, look)

    async def on_paste(self, event: events.Paste) -> None:
        """Insert text from the clipboard."""
        event.stop()
        event.prevent_default()
        await self.host.form_ready()
        if self.model is not None:
            model = self.model
            model.paste(event.text)
            await self._do(Act.SCANNED if model.scan.text else Act.NONE, model, model.at)

    async def on_click(self, event: events.Click) -> None:
        """Go to the field, or take the choice, that was clicked."""
        await self.host.form_ready()
        model, (width, height) = self.model, self.size
        where = event.get_content_offset(self)
        if model is None or where is None:
            return
        at = model.at
        place = form_view.choice_at(model, where.x, where.y, width, height)
        if place is not None:
            await self._do(model.take(place), model, at)
        elif name := form_view.field_at(model, where.y, height):
            await self.go_to(name)
            start, cells = form_view.text_at(model, width), form_view.box_width(model, width)
            if model.at == name and start <= where.x < start + cells:
                model.box.point(where.x - start, cells)
                model.go_on_typing()
                self.paint()

    async def go_to(self, name: str) -> None:
        """Go to a field."""
        model = self.model
        if model is None:
            return
        at = model.at
        if model.go(name) is Act.LOOK_UP:
            await self._await_lookup(model)
            model.go(name)
        self.done(model, at)

    def done(self, model: FormModel, at: str) -> None:
        """Show what a key or click did; ``at``: the field the cursor was in before."""
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
