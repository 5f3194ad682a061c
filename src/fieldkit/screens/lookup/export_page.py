"""Asks for the format of a file to hand on; then says on the page before where it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from fieldkit.file_fault import why
from fieldkit.screens.base.daemon import in_thread
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.store import Store


class FileKind(NamedTuple):
    """A format to choose: the ending of the file's name, and what it is."""

    suffix: str
    words: str


Write = Callable[["Store", FileKind, Callable[[str], Path], str], str]
"""Writes the file, in a thread, to a path by its name, and logs it for an operator.

It returns what was done: "12 artisans"."""


class ExportPage(PickerPage[None]):
    """The formats; a digit takes one."""

    KEYS = keys("1-9 or Enter choose", "Esc back")
    PROMPT = "Format"
    AT_ONCE: ClassVar[bool] = True

    def __init__(
        self,
        title: str,
        formats: Sequence[FileKind],
        write: Write,
        say: Callable[..., None],
        warning: str = "",
        does: tuple[str, str] = ("Export", "exported"),
    ) -> None:
        """``say``: says on the page before what became of it; ``warning``: said here;
        ``does``: what it does, and has done."""
        super().__init__()
        self._title, self._formats, self._write, self._say = title, formats, write, say
        self._warning, (self._does, self._did) = warning, does

    async def load_data(self) -> None:
        """Say what is exported."""
        self.set_header(self._title, self._does)
        self.say(self._warning)

    async def answer(self, text: str) -> Answer:
        """Answer with the formats."""
        rows = [
            Choice(
                ((Span(str(number), "key"),), one.words, (Span(one.suffix.upper(), "dim"),)),
                partial(self._export, one),
            )
            for number, one in enumerate(self._formats, 1)
            if text.strip().casefold() in f"{number} {one.words} {one.suffix}".casefold()
        ]
        return Answer(rows)

    async def _export(self, chosen: FileKind) -> None:
        self.dismiss(None)
        self._say(f"Writing {self._title} ...")
        store = await self.ask(lambda store: store)
        try:
            done, where = await in_thread(partial(self._written, store, chosen))
        except OSError as error:
            self._say(f"The file could not be written: {why(error)}.", error=True)
            return
        self._say(f"{done} {self._did} to", where, done=True)

    def _written(self, store: Store, chosen: FileKind) -> tuple[str, str]:
        from fieldkit.files import export_folder, free_name
        from fieldkit.records.fields.formats import today
        from fieldkit.settings import make_private

        folder = export_folder(store)
        make_private(folder)
        target: list[Path] = []

        def named(name: str) -> Path:
            target.append(free_name(folder, f"{name} {today().isoformat()}", chosen.suffix))
            return target[-1]

        return self._write(store, chosen, named, self.app.operator), str(target[-1])
