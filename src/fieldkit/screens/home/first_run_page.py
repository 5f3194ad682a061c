"""First run: name, district, block. It works offline, without a server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from textual.widget import Widget

from fieldkit.screens.base.page import Page
from fieldkit.screens.widgets.picker import Answer, Choice, Picker

_PROMPTS = ("Your name", "District", "Block")


class FirstRunPage(Page[bool]):
    """Three questions, one after the other; Escape goes back one."""

    KEYBOARD = "#picker"
    ALONE = True
    KEYS = "Enter next   Esc back one   Ctrl+Q quit"

    def __init__(self) -> None:
        super().__init__()
        self._who = ""
        self._district: tuple[int, str] | None = None

    def content(self) -> Iterable[Widget]:
        """Yield the box."""
        yield Picker(self.answer, self.run_reporting, prompt=_PROMPTS[0], empty="No such place.")

    async def load_data(self) -> None:
        """Show the title and the first question."""
        self.set_header("fieldkit, for the first time on this laptop")
        self._ask_next("")

    @property
    def _step(self) -> int:
        return (1 if self._who else 0) + (1 if self._district else 0)

    def _ask_next(self, text: str) -> None:
        picker = self.query_one(Picker)
        picker.prompt = _PROMPTS[self._step]
        given = [self._who, self._district[1] if self._district else ""]
        self.say(f"{self._step + 1} of 3   " + "   ".join(filter(None, given)))
        picker.reload(text)

    async def answer(self, text: str) -> Answer:
        """Answer the present question."""
        typed = " ".join(text.split())
        if not self._who or self._step == 0:
            return self._names(typed)
        return await self.ask(lambda _store: self._places(typed))

    def _names(self, typed: str) -> Answer:
        if not any(c.isalpha() for c in typed) or any(c.isdigit() for c in typed):
            hint = "Every record carries the name of who entered it. More people can be added."
            return Answer(mark=None, above=(f"  {hint}",))
        name = typed.title() if typed.islower() else typed

        async def enter() -> None:
            self._who = name
            self._ask_next("")

        return Answer([Choice((name,), enter)])

    def _places(self, typed: str) -> Answer:
        from fieldkit.reference import matching, options

        if self._district is None:
            found = matching(options("district"), typed)
            return Answer([Choice((o.label,), self._in(int(o.code), o.label)) for o in found])
        code = self._district[0]
        blocks = [option for option in options("block") if option.within == code]
        rows = [Choice((o.label,), self._at(int(o.code))) for o in matching(blocks, typed)]
        whole = Choice((f"The whole district {self._district[1]}, no one block",), self._at(None))
        return Answer(rows, whole)

    def _in(self, code: int, label: str) -> Callable[[], Awaitable[object]]:
        async def enter() -> None:
            self._district = (code, label)
            self._ask_next("")

        return enter

    def _at(self, block: int | None) -> Callable[[], Awaitable[object]]:
        async def enter() -> None:
            if self._district is None:
                return
            district, name = self._district[0], self._who
            await self.ask(lambda store: store.init(name, district, block))
            await self.app.change_operator(name)
            self.dismiss(True)

        return enter

    def action_leave(self) -> None:
        """Go back to the question before."""
        if self._district:
            self._district = None
            self._ask_next("")
        elif self._who:
            name, self._who = self._who, ""
            self._ask_next(name)
