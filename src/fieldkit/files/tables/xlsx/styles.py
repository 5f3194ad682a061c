"""Read the number formats of an XLSX file's styles."""

from __future__ import annotations

from typing import BinaryIO

from fieldkit.files.tables.number_formats import NumberFormat, number_format
from fieldkit.files.tables.table import SAVE_AS, Unreadable
from fieldkit.files.tables.xlsx.parse import Attributes, parse

_MOST_STYLES = 100_000


def read_styles(stream: BinaryIO) -> list[NumberFormat]:
    """Return the number format of each style of a workbook."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    codes = dict(BUILTIN_FORMATS)
    found: list[NumberFormat] = []
    known: dict[int, NumberFormat] = {}
    within = [""]

    def start(tag: str, given: Attributes) -> None:
        if tag == "numFmt" and len(codes) < _MOST_STYLES:
            codes[int(given.get("numFmtId", "0"))] = given.get("formatCode", "")[:200]
        elif tag in {"cellXfs", "cellStyleXfs"}:
            within[0] = tag
        elif tag == "xf" and within[0] == "cellXfs":
            number = int(given.get("numFmtId", "0"))
            if number not in known:
                known[number] = number_format(codes.get(number, "General"))
            found.append(known[number])
            if len(found) > _MOST_STYLES:
                raise Unreadable(f"This file has too many styles. {SAVE_AS}")

    def end(tag: str) -> None:
        if tag == within[0]:
            within[0] = ""

    parse(stream, start, end)
    return found
