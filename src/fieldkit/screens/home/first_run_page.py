"""First run: name, district, block, then a passphrase or none. It works offline."""

from __future__ import annotations

from functools import partial

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.charts import Step, steps
from fieldkit.screens.look.parts import MARGIN, keys
from fieldkit.screens.look.text import Cell, Span, wrapped
from fieldkit.screens.widgets.rows import Answer, Choice, stay

_PROMPTS = ("Your name", "District", "Block")
_HINTS = (
    "Each record carries the name of who entered it. More people can be added later.",
    "Where this laptop works. Begin to type, or go down to it.",
    "The block of this laptop, or the whole district.",
)


class FirstRunPage(PickerPage[bool]):
    """Three questions, one after the other; Escape goes back one."""

    TITLE = "fieldkit"
    PROMPT = _PROMPTS[0]
    EMPTY = "No such place."
    ALONE = True
    KEYS = keys("Enter next", "Esc back one", "Ctrl+Q quit")

    def __init__(self) -> None:
        super().__init__()
        self._who = ""
        self._district: tuple[int, str] | None = None

    async def load_data(self) -> None:
        """Show the first question."""
        self._ask_next("")

    @property
    def _step(self) -> int:
        return (1 if self._who else 0) + (1 if self._district else 0)

    def _ask_next(self, text: str) -> None:
        self.picker.prompt = _PROMPTS[self._step]
        number = f"{self._step + 1} of {len(_PROMPTS)}"
        self.set_header("fieldkit", "For the first time on this laptop", chips=[number])
        self.picker.reload(text)

    def _above(self) -> tuple[Cell, ...]:
        """Return how far this is, and a hint for the question."""
        given = [self._who, self._district[1] if self._district else ""]
        words = [one or prompt for one, prompt in zip((*given, ""), _PROMPTS, strict=True)]
        row = [Step(word, done=n < self._step) for n, word in enumerate(words)]
        hint = wrapped((Span(_HINTS[self._step], "dim"),), self.app.size.width - 2 * MARGIN, 2)
        return ("", steps(row, self.app.size.width - 2 * MARGIN), "", *hint, "")

    async def answer(self, text: str) -> Answer:
        """Answer the present question."""
        typed = " ".join(text.split())
        if not self._who or self._step == 0:
            return self._names(typed)
        return await self.ask(lambda _store: self._places(typed))

    def _names(self, typed: str) -> Answer:
        if not any(c.isalpha() for c in typed) or any(c.isdigit() for c in typed):
            return Answer(mark=None, above=self._above())
        name = typed.title() if typed.islower() else typed
        take = Choice(((Span(name, "strong"),),), partial(self._take_name, name))
        return Answer([take], above=self._above())

    async def _take_name(self, name: str) -> None:
        self._who = name
        self._ask_next("")

    def _places(self, typed: str) -> Answer:
        from fieldkit.reference import matching, options

        if self._district is None:
            return Answer(
                [
                    Choice((one.label,), partial(self._take_district, int(one.code), one.label))
                    for one in matching(options("district"), typed)
                ],
                above=self._above(),
            )
        code = self._district[0]
        blocks = [option for option in options("block") if option.within == code]
        rows = [
            Choice((o.label,), partial(self._finish, int(o.code))) for o in matching(blocks, typed)
        ]
        words = (Span("+ ", "key"), Span("the whole district "), Span(self._district[1], "strong"))
        return Answer(rows, Choice((words,), partial(self._finish, None)), above=self._above())

    async def _take_district(self, code: int, label: str) -> None:
        self._district = (code, label)
        self._ask_next("")

    async def _finish(self, block: int | None) -> None:
        if self._district is not None:
            district, name = self._district[0], self._who
            await self.ask(lambda store: store.init(name, district, block))
            await self.app.change_operator(name)
            self.dismiss(True)
            await self.navigator.open_protection(stay)

    def action_leave(self) -> None:
        """Go back to the question before."""
        if self._district:
            self._district = None
            self._ask_next("")
        elif self._who:
            name, self._who = self._who, ""
            self._ask_next(name)
