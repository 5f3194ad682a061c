"""Two saved records of one person become one: which is kept, and which value of each field.

The other keeps its number, which leads to the kept one from then on. All of it can be undone.
"""

from __future__ import annotations

from textual import events

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.base.words import within
from fieldkit.screens.look.glyphs import LEFT, RIGHT, SAME
from fieldkit.screens.look.parts import MARGIN
from fieldkit.screens.look.text import Cell, Span, wrapped
from fieldkit.screens.lookup.rows import NOT_HERE
from fieldkit.screens.same_person.beside import refused
from fieldkit.screens.same_person.compared import Both, Difference, both
from fieldkit.screens.same_person.merging import Merged, merge
from fieldkit.screens.widgets.rows import Answer, Choice

_NAMED = 3
"""Fields that the sentence names."""


class MergePage(PickerPage[Merged | None]):
    """Two records, and what they say differently; dismissed with what was done."""

    OWNED = True

    def __init__(self, kind: str, kept: str, duplicate: str) -> None:
        super().__init__()
        self._kind, self._numbers = kind, (kept, duplicate)
        self._kept = 0
        """The place of the record that is kept."""
        self._used: set[str] | None = None
        """The fields of which the other's value is taken; None: not chosen yet."""
        self._both: Both | None = None

    async def answer(self, _text: str) -> Answer:
        """Answer with what will be done, and with each field that differs."""
        found = self._both = await self.read(lambda store: both(store, self._kind, self._numbers))
        if found is None:
            return Answer(mark=None, above=(NOT_HERE,))
        if self._used is None:
            self._used = {one.name for one in found.differences if not one.values[self._kept]}
        self.set_header(found.labels[self._kept], "Merge two records")
        self._show_keys(found)
        width = self.size.width - 2 * MARGIN
        sentence = refused(found.denied, width) or wrapped((Span(self._sentence(found)),), width, 4)
        above: list[Cell] = [*sentence, ""]
        if not found.differences:
            above.append((Span("Both say the same.", "dim"),))
        rows = self._rows(found) or [Choice((f"Merge {found.labels[0]}",), self._merge, key="all")]
        numbers = [f"keep {self._number(0)}", f"also {self._number(1)}"]
        heads = ("", "Field", *numbers) if found.differences else ()
        return Answer(rows, above=tuple(above), headings=heads)

    def _show_keys(self, found: Both) -> None:
        if found.denied:
            self.set_keys("Esc back")
            return
        choose = "Space choose the value" if found.differences else ""
        self.set_keys("Enter merge", f"{LEFT}{RIGHT} keep the other", choose, "Esc back")

    def _number(self, place: int) -> str:
        """Return the number of the kept record (0), or of the other (1)."""
        return self._numbers[place ^ self._kept]

    def _sentence(self, found: Both) -> str:
        """Say what Enter does."""
        used = (one.label for one in found.differences if one.name in (self._used or ()))
        labels = [within(label) for label in used]
        more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
        taken = f" It takes {', '.join(labels[:_NAMED])}{more} from the other." if labels else ""
        return (
            f"Enter merges: {found.labels[self._kept]}, {self._number(0)}, is kept and stands for "
            f"{self._number(1)}, whose number leads to it.{taken}"
        )

    def _rows(self, found: Both) -> list[Choice]:
        return [
            Choice(self._cells(place, one), self._merge, key=one.name)
            for place, one in enumerate(found.differences, 1)
        ]

    def _cells(self, place: int, one: Difference) -> tuple[Cell, ...]:
        """Return number, field and both values, the one that is kept marked."""
        values = (one.values[self._kept], one.values[1 - self._kept])
        taken = one.name in (self._used or ())
        shown: list[Cell] = [
            (Span(f"{SAME} ", "ok"), Span(value or "empty", "strong"))
            if chosen
            else (Span("  "), Span(value or "empty", "dim"))
            for value, chosen in zip(values, (not taken, taken), strict=True)
        ]
        number = (Span(str(place), "key"),) if place <= 9 else ""
        return (number, (Span(one.label),), *shown)

    # --- keys ---

    async def on_key(self, event: events.Key) -> None:
        """Choose a value by Space or by its digit; keep the other record by Left and Right."""
        await self.picker.settled()
        if self._both is None or self._both.denied:
            return
        differing, digit = self._both.differences, event.character or ""
        names = [one.name for one in differing]
        if event.key in ("left", "right"):
            event.stop()
            self._kept, self._used = 1 - self._kept, None
            self.picker.reload()
        elif event.key == "space" and (marked := self.picker.marked) and marked.key in names:
            event.stop()
            self._turn(marked.key)
        elif digit.isdecimal() and 1 <= int(digit) <= len(names):
            event.stop()
            self._turn(names[int(digit) - 1])

    def _turn(self, name: str) -> None:
        """Keep the other value of a field."""
        self._used = (self._used or set()) ^ {name}
        self.picker.reload()

    # --- merging ---

    async def _merge(self) -> None:
        found = self._both
        if found is None:
            return
        if found.denied:
            self.say(found.denied, error=True)
            return
        names = [one.name for one in found.differences if one.name in (self._used or ())]
        kind, kept, duplicate = self._kind, self._number(0), self._number(1)
        operator, seen = self.app.operator, found.seen
        self.dismiss(
            await self.ask(lambda store: merge(store, kind, kept, duplicate, names, operator, seen))
        )
