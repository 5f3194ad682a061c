"""A practised operator at the keyboard of the real application, who knows what each key costs.

The operator reads what the form shows after each key (what a text could mean, how a name may go on,
what was entered last) and takes it where that costs fewer keys than typing on.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from textual.pilot import Pilot

from benchmarks.keystrokes.hand import key_events
from benchmarks.keystrokes.people import Wanted
from fieldkit.app import FieldkitApp
from fieldkit.records import Use, Value
from fieldkit.records.declaration.field import Twice
from fieldkit.records.fields.formats import (
    Born,
    Choice,
    Date,
    Format,
    PersonName,
    Text,
    YesNo,
    today,
)
from fieldkit.reference import branch
from fieldkit.screens.form.entry.form_field import FormField
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.form.form_page import FormPage

_PATIENCE = 2000
_FURTHEST = 3
"""Times that Right is pressed at most to reach what is listed."""


def plainly(form: Format, value: Value) -> str:
    """Return a value as it is typed; an amount without the commas that group it."""
    text = form.edit(value)
    return text.replace(",", "") if form.numeric else text


class Typist:
    """Presses keys and counts them."""

    def __init__(self, app: FieldkitApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot
        self.keys = 0

    async def press(self, *keys: str) -> None:
        """Press keys one after another; a word is typed, a key's name stands in brackets."""
        for key in key_events(*keys):
            self.keys += 1
            self.app.post_message(key)
            await self.settle()

    async def settle(self) -> None:
        """Wait until the key was handled, and what the text could mean is listed."""
        await self.pilot.pause(0)
        await self.app.keys_handled()
        for _ in range(_PATIENCE):
            page = self.app.screen
            if not isinstance(page, FormPage):
                return
            if page.model is not None and page.model.needed_lookup() is None:
                return
            await asyncio.sleep(0.001)
        raise AssertionError("the form waits for what does not come")

    @property
    def model(self) -> FormModel:
        """The form on the screen."""
        page = self.app.screen
        if not isinstance(page, FormPage) or page.model is None:
            raise AssertionError("there is no form on the screen")
        return page.model

    async def enter(self, wanted: Wanted, keep: Sequence[str] = ()) -> None:
        """Enter a record into the empty form on the screen, save it, and go on to the next.

        ``keep``: fields to keep for the next record.
        """
        for name in list(self.model.fields):
            if self._missing(name, wanted.values):
                await self._go_to(name)
                await self._fill(name, wanted.values)
                if name in keep:
                    await self.press("<f3>")
        before = self.model
        await self.press("<ctrl+n>")
        await self._type_again()
        if self.model is before:
            page = self.app.screen
            said = page.sentence if isinstance(page, FormPage) else ""
            raise AssertionError(f"not saved: {said}")

    def _missing(self, name: str, wanted: Mapping[str, Value]) -> bool:
        one = self.model.fields[name]
        return wanted.get(name) is not None and one.value != wanted[name]

    async def _go_to(self, name: str) -> None:
        """Go to a field: by Enter, which passes over what is filled, or past whole sections."""
        order = list(self.model.fields)
        while self.model.at != name:
            at = self.model.at
            await self.press("<pagedown>" if self._skips_to(name) else "<enter>")
            await self._type_again()
            if self.model.at == at or order.index(self.model.at) > order.index(name):
                raise AssertionError(f"Keys lead from {at} to {self.model.at}, not to {name}")

    def _skips_to(self, name: str) -> bool:
        """Say whether Page Down on the way to a field costs fewer keys than Enter alone."""
        model = self.model
        order, sections = list(model.fields), model.sections
        here, there = order.index(model.at), order.index(name)
        stops = [
            one.field.section
            for one in map(model.fields.get, order[here + 1 : there + 1])
            if one is not None and not one.text.strip() and model.applies(one.name)
        ]
        goal = model.fields[name].field.section
        pages = sections.index(goal) - sections.index(model.section)
        return pages > 0 and pages + stops.count(goal) - 1 < len(stops)

    async def _type_again(self) -> None:
        """Type a number once more while the form asks for it; of an IFSC its last six."""
        while self.model.second.box is not None:
            one = self.model.current
            text = plainly(one.field.format, one.value)
            await self.press(text[-6:] if one.field.twice is Twice.IFSC else text, "<enter>")

    # --- one field ---

    async def _fill(self, name: str, wanted: Mapping[str, Value]) -> None:
        one, value = self.model.fields[name], wanted[name]
        text = plainly(one.field.format, value)
        if self.model.last.get(name) and self._reads(one, self.model.last[name]) == value:
            await self.press("=")
        elif isinstance(one.field.format, PersonName):
            await self._type_name(one, text)
        elif one.field.open_list:
            await self._type_listed(one, text)
        elif isinstance(one.field.format, Text):
            await self._type_word(one, text)
        else:
            await self.press(self._shortest(one, value, text))
        if not self._holds(one, value):
            raise AssertionError(f"{name}: {one.text!r} is read as {one.value!r}, not {value!r}")

    def _holds(self, one: FormField, value: Value) -> bool:
        """Say whether the field will hold the value once the cursor leaves it."""
        marked = self.model.marked
        if marked is None or marked.text == one.text:
            return one.value == value
        return marked.text == one.field.format.edit(value)

    @staticmethod
    def _reads(one: FormField, text: str) -> Value:
        return one.field.format.parse(text)

    async def _type_name(self, one: FormField, text: str) -> None:
        """Type a name word by word; take what the form offers where it is right."""
        words = text.split()
        for place, word in enumerate(words):
            last = place == len(words) - 1
            if place and Use.KIN in one.field.uses and last and word == self._surname():
                await self.press("=")
                return
            if one.text and not one.text.endswith(" "):
                await self.press(" ")
            await self._type_word(one, " ".join(words[: place + 1]))

    async def _type_word(self, one: FormField, so_far: str) -> None:
        while one.text.rstrip() != so_far:
            rest = so_far[len(one.text) :]
            whole = self.model.completion
            offered = whole.rstrip()
            fits = rest == offered or rest.startswith(whole)  # what is offered ends a word
            if len(offered) > 1 and fits:
                await self.press("<right>")
            else:
                await self.press(rest[0])

    def _surname(self) -> str:
        words = self.model.fields["name"].text.split()
        return words[-1] if len(words) > 1 else ""

    async def _type_listed(self, one: FormField, text: str) -> None:
        """Type into an open list until what is wanted stands near; else type all of it."""
        known = branch(text)
        spelled = f"{known.branch} {known.bank}" if known else text
        if await self._take_listed(text, len(spelled)):
            return
        for place, letter in enumerate(spelled, 1):
            await self.press(letter.lower() if known else letter)
            if await self._take_listed(text, len(spelled) - place):
                return
        if one.text != text:
            await self.press("<ctrl+u>", text)

    async def _take_listed(self, text: str, left: int) -> bool:
        """Mark what is wanted if it is listed within reach; ``left``: letters still to be typed."""
        found = [one.text for one in self.model.candidates()]
        if text not in found:
            return False
        steps = found.index(text) - max(self.model.mark, -1)
        if not 0 <= steps <= min(_FURTHEST, left):
            return False
        await self.press(*["<right>"] * steps)
        return True

    def _shortest(self, one: FormField, value: Value, text: str) -> str:
        """Return the fewest letters or digits that mean the value."""
        form = one.field.format
        if isinstance(form, YesNo):
            return "y" if value else "n"
        if isinstance(form, Born | Date):
            return self._day(one, value)
        if not isinstance(form, Choice):
            return text
        within = self.model.within(one)
        probe = FormField(one.name, one.field)
        options = form.options(within)
        place = next(n for n, option in enumerate(options, 1) if option.code == value)
        label = options[place - 1].label
        for typed in sorted({*_beginnings(str(place), label, text)}, key=len):
            probe.box.put(typed)
            found = probe.candidates(within, whole=False)
            if found and found[0].text == str(value):
                return typed
        return text

    @staticmethod
    def _day(one: FormField, value: Value) -> str:
        if isinstance(value, str) and len(value) == 4:
            return value
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
        for typed in (f"{day:%d%m}", f"{day:%d%m%y}", f"{day:%d%m%Y}"):
            if one.field.format.parse(typed) == value and (
                len(typed) > 4 or day.year == today().year
            ):
                return typed
        return day.isoformat()


def _beginnings(place: str, label: str, code: str) -> Iterator[str]:
    """Yield what may be typed for an entry: its place, its code, the beginnings of its words."""
    yield place
    for word in (code, *label.casefold().split()):
        yield from (word[:length] for length in range(1, len(word) + 1) if word.isalnum())
