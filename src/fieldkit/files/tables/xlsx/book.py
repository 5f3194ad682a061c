"""Open an XLSX file: find its sheets, let one be chosen, and read it row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from fieldkit.files.tables.merged import Merged
from fieldkit.files.tables.noticed import Noticed
from fieldkit.files.tables.table import (
    SAMPLED_ROWS,
    SAVE_AS,
    Choose,
    Row,
    Sheet,
    Table,
    Unreadable,
)
from fieldkit.files.tables.xlsx.package import BROKEN, Package
from fieldkit.files.tables.xlsx.parse import Attributes, parse
from fieldkit.files.tables.xlsx.sheet import Workbook, merged_blocks, read_rows
from fieldkit.files.tables.xlsx.styles import read_styles
from fieldkit.files.tables.xlsx.texts import SharedTexts, read_shared

_SMALL = 16 << 20
_MOST_SHEETS = 200


@dataclass(frozen=True, slots=True)
class _Part:
    """A sheet as the workbook lists it."""

    name: str
    hidden: bool
    part: str


def read_xlsx(stream: BinaryIO, choose: Choose) -> Table:
    """Read the chosen sheet, row by row.

    Raises:
        Unreadable: the file is damaged, protected or suspiciously large, or no sheet is chosen.
    """
    try:
        package = Package(stream)
        parts, from_1904 = _sheets(package)
        book = _workbook(package, from_1904=from_1904)
        sheets = tuple(
            Sheet(
                part.name,
                _first(package, part.part, book),
                part.hidden,
                package.size(part.part),
            )
            for part in parts
        )
        at = choose(sheets)
        chosen = parts[at].part
        with package.open(chosen) as content:
            merged = Merged.of(merged_blocks(content))
    except BROKEN:
        raise Unreadable(f"This XLSX file is damaged. {SAVE_AS}") from None
    noticed, size = Noticed(), package.size(chosen)
    return Table(
        "xlsx",
        _rows(package, chosen, book, merged, noticed),
        lambda: (noticed.bytes, size),
        remarks=noticed.remarks,
        sheets=sheets,
        sheet=parts[at].name,
        days_from_1904=from_1904,
    )


def _rows(
    package: Package, part: str, book: Workbook, merged: Merged, noticed: Noticed
) -> Iterator[Row]:
    try:
        with package.open(part) as content:
            yield from read_rows(content, book, merged, noticed)
    except BROKEN:
        raise Unreadable(f"The XLSX file is damaged after row {noticed.row}. {SAVE_AS}") from None


def _first(package: Package, part: str, book: Workbook) -> list[Row]:
    with package.open(part) as content:
        rows = read_rows(content, book, Merged.of(()), Noticed())
        return list(islice(rows, SAMPLED_ROWS))


def _sheets(package: Package) -> tuple[list[_Part], bool]:
    """Return the sheets of a workbook, and whether it counts its days from 1904."""
    related = package.related(package.book)
    found: list[_Part] = []
    from_1904 = [False]

    def start(tag: str, given: Attributes) -> None:
        if tag == "workbookPr":
            from_1904[0] = given.get("date1904") in {"1", "true"}
        elif tag == "sheet" and len(found) < _MOST_SHEETS:
            link = next((value for name, value in given.items() if name.endswith(":id")), "")
            relation = related.get(link)
            if relation and relation.kind == "worksheet" and package.holds(relation.target):
                hidden = given.get("state", "visible") != "visible"
                found.append(_Part(given.get("name", "")[:100], hidden, relation.target))

    with package.open(package.book, _SMALL) as content:
        parse(content, start)
    return found, from_1904[0]


def _workbook(package: Package, *, from_1904: bool) -> Workbook:
    related = {r.kind: r.target for r in package.related(package.book).values()}
    book = Workbook(SharedTexts(), [], from_1904)
    styles = related.get("styles", "xl/styles.xml")
    if package.holds(styles):
        with package.open(styles, _SMALL) as content:
            book.styles = read_styles(content)
    shared = related.get("sharedStrings", "xl/sharedStrings.xml")
    if package.holds(shared):
        with package.open(shared) as content:
            book.texts = read_shared(content)
    return book
