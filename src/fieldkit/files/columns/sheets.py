"""Choose the sheet to read: the one with the most known headings, unless several could be meant."""

from __future__ import annotations

from collections.abc import Sequence

from fieldkit.files.columns.questions import which_sheet
from fieldkit.files.columns.understanding import Preview, Unanswered
from fieldkit.files.layout.heading_rows import heading_rows
from fieldkit.files.tables.table import Choose, Sheet, Table, Unreadable, first_filled
from fieldkit.records import Record


def sheet_of(kind: type[Record], named: str) -> Choose:
    """Return the function that chooses among the sheets of a file.

    ``named``: the sheet a person chose; empty if none. Sheets that are not shown are read only if
    they are named.

    Raises:
        Unanswered: several sheets have as many known headings, and records below them.
        Unreadable: there is no such sheet, or none holds a table.
    """

    def choose(sheets: Sequence[Sheet]) -> int:
        if named:
            return _named(sheets, named)
        known = {at: _known(sheet, kind) for at, sheet in enumerate(sheets) if not sheet.hidden}
        most = max(known.values(), default=0)
        meant = [at for at, fields in known.items() if fields == most]
        if not most or not meant:
            return first_filled(sheets)
        if len(meant) > 1:
            names = tuple(sheet.name for sheet in sheets)
            asked = which_sheet([sheets[at].name for at in meant])
            raise Unanswered(Preview(kind.kind(), [], 0, [], (asked,), sheets=names))
        return meant[0]

    return choose


def about_file(table: Table) -> list[str]:
    """Return what to say about a file before its rows: which of its sheets is read."""
    others = [f"“{sheet.name}”" for sheet in table.sheets if sheet.name != table.sheet]
    if not others:
        return list(table.notes)
    left = ", ".join(others)
    return [*table.notes, f"Only the sheet “{table.sheet}” is read, not: {left[:500]}."]


def _named(sheets: Sequence[Sheet], name: str) -> int:
    for same in (str, str.casefold):
        for at, sheet in enumerate(sheets):
            if same(sheet.name.strip()) == same(name.strip()):
                return at
    names = ", ".join(f"“{sheet.name}”" for sheet in sheets)
    raise Unreadable(f"There is no sheet “{name[:80]}”. Choose one of: {names[:500]}.")


def _known(sheet: Sheet, kind: type[Record]) -> int:
    """Return how many fields the headings of a sheet name; a sheet without rows below has none."""
    found = heading_rows(sheet.first, kind)
    if found is None:
        return 0
    below = sheet.first[found.start + found.rows :]
    return found.known if any(any(map(str.strip, row.cells)) for row in below) else 0
