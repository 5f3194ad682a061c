"""Export of a list, as it is narrowed and ordered, to a file that can be handed on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from fieldkit.screens.base.daemon import in_thread
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.base.words import counted
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.files import FileFormat
    from fieldkit.records import Record
    from fieldkit.store import Store

_FORMATS: tuple[tuple[FileFormat, str, str], ...] = (
    ("xlsx", "Excel workbook", "XLSX"),
    ("csv", "Table for any program", "CSV"),
)


class ExportPage(PickerPage[None]):
    """Asks for the format; then says on the list where the file is."""

    KEYS = keys("1 2 or Enter export", "Esc back")
    PROMPT = "Export as"
    AT_ONCE: ClassVar[bool] = True

    def __init__(
        self,
        kind: type[Record],
        records: Callable[[Store], Iterator[Record]],
        say: Callable[..., None],
    ) -> None:
        """``records``: gives those of the list, in a thread; ``say``: says what became of it."""
        super().__init__()
        self._kind, self._records, self._say = kind, records, say

    async def load_data(self) -> None:
        """Say what is exported."""
        self.set_header(self._kind.plural, "Export")
        self.say("The file holds personal data. Hand it only to whom it is meant for.")

    async def answer(self, text: str) -> Answer:
        """Answer with the formats."""
        rows = [
            Choice(
                ((Span(str(number), "key"),), words, (Span(short, "dim"),)),
                partial(self._export, form),
            )
            for number, (form, words, short) in enumerate(_FORMATS, 1)
            if text.strip().casefold() in f"{number} {words} {short}".casefold()
        ]
        return Answer(rows)

    async def _export(self, form: FileFormat) -> None:
        self.dismiss(None)
        self._say(f"Exporting {self._kind.plural.lower()} ...")
        store = await self.ask(lambda store: store)
        try:
            many, where = await in_thread(partial(self._write, store, form))
        except OSError as error:
            reason = error.strerror or str(error)
            self._say(f"The file could not be written: {reason}.", error=True)
            return
        words = counted(many, self._kind.title.lower(), self._kind.plural.lower())
        self._say(f"{words} exported to {where}", done=True)

    def _write(self, store: Store, form: FileFormat) -> tuple[int, str]:
        from fieldkit.files import export_folder, free_name, write_records
        from fieldkit.records.fields.formats import today
        from fieldkit.settings import make_private

        folder = export_folder(store.home)
        make_private(folder)
        target = free_name(folder, f"{self._kind.plural} {today().isoformat()}", form)
        return write_records(self._kind, self._records(store), target, form), str(target)
