"""Export of a list, as it is narrowed and ordered, to a file that can be handed on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from fieldkit.screens.base.words import counted
from fieldkit.screens.lookup.export_page import ExportPage, FileKind

if TYPE_CHECKING:
    from fieldkit.files import FileFormat
    from fieldkit.records import Record
    from fieldkit.store import Store

_FORMATS = (FileKind("xlsx", "Excel workbook"), FileKind("csv", "Table for any program"))
_PERSONAL = "The file holds personal data. Give it only to those it is meant for."


def export_page(
    kind: type[Record],
    records: Callable[[Store], Iterator[Record]],
    say: Callable[..., None],
) -> ExportPage:
    """Return the page that asks for the format.

    ``records``: gives those of the list, in a thread; ``say``: says what became of it.
    """

    def write(store: Store, chosen: FileKind, named: Callable[[str], Path], operator: str) -> str:
        from fieldkit.files import write_records

        form = cast("FileFormat", chosen.suffix)
        many = write_records(store, kind, records(store), named(kind.plural), form, operator)
        return counted(many, kind.title.lower(), kind.plural.lower())

    return ExportPage(kind.plural, _FORMATS, write, say, _PERSONAL)
