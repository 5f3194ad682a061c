"""Tell the rows of a table that hold no record: totals, notes, headings again. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import TypeAlias

from fieldkit.aadhaar import masked
from fieldkit.files.layout.headings import meaning, own_name
from fieldkit.files.tables.table import Row
from fieldkit.records import Record
from fieldkit.reference import Footer, footer
from fieldkit.reference.choices import fold

Texts: TypeAlias = dict[int, str]
"""The filled cells of a row by column."""
_SHOWN, _LONGEST = 3, 50
_SERIAL = re.compile(r"\(?\d{1,7}\s?[.)]?")
_NUMBER = re.compile(r"[\d,.\s/%()=+-]+")
_SERIAL_HEADINGS = frozenset(
    fold(text)
    for text in ("S.No", "SNo", "Sr.No", "SrNo", "Sl.No", "SlNo", "S.N", "Sr", "Sl", "Serial No",
                 "Serial Number", "Serial", "Ser No", "No", "Number", "क्र.सं.", "क्रमांक",
                 "क्रम संख्या", "क्र.")
)  # fmt: skip
_HEADING_SIGN = re.compile(r"(?i)\b(name|s\.?\s?no|sr\.?\s?no)\b|नाम|क्र")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv",
          "xv", "xvi", "xvii", "xviii", "xix", "xx")  # fmt: skip


class Why(StrEnum):
    """Why a row holds no record."""

    BLANK = "blank"
    TITLE = "title above the headings"
    HEADING = "heading repeated"
    NUMBERS = "column numbers"
    TOTAL = "total"
    NOTE = "note or signature"
    TEXT = "text in one cell"
    FOREIGN = "nothing for any field"


@dataclass(slots=True)
class LeftOut:
    """The rows left out so far."""

    rows: dict[Why, list[tuple[int, str]]] = field(default_factory=dict)
    """The first rows by reason: (row, its text)."""
    counts: dict[Why, int] = field(default_factory=dict)

    def add(self, row: Row, why: Why) -> None:
        """Count a row."""
        self.counts[why] = self.counts.get(why, 0) + 1
        named = self.rows.setdefault(why, [])
        if len(named) < _SHOWN:
            named.append((row.number, line_of(row)))

    def notes(self) -> list[str]:
        """Return what to say about them; blank rows need no word."""
        said = [
            self._said(why, count) for why, count in self.counts.items() if why is not Why.BLANK
        ]
        return [f"Left out, not records: {'; '.join(said)}."] if said else []

    def _said(self, why: Why, count: int) -> str:
        rows = self.rows[why]
        more = f" and {count - len(rows)} more" if count > len(rows) else ""
        named = ", ".join(f"{number} “{masked(text)}”" for number, text in rows)
        return f"{why} ({'row' if count == 1 else 'rows'} {named}{more})"


def line_of(row: Row) -> str:
    """Return the text of a row, shortened."""
    texts = (" ".join(cell.split()) for at, cell in enumerate(row.cells) if at not in row.from_left)
    text = " ".join(filter(None, texts))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


@dataclass(slots=True)
class RowSorter:
    """Sorts the rows below the headings, from the top: records, and what is none."""

    kind: type[Record]
    columns: Sequence[str]
    heads: Sequence[Row]
    """The rows of the headings."""
    serial: int | None = None
    """The column of serial numbers."""
    usual: float = 1
    """How many cells of a record are filled."""
    _ended: bool = False
    """Signatures or notes have begun."""
    _other_table: int = 0
    """The row where headings of another table stand; 0 while there are none."""

    @classmethod
    def of(
        cls, kind: type[Record], columns: Sequence[str], heads: Sequence[Row], first: Sequence[Row]
    ) -> RowSorter:
        """Prepare for a table by its first rows."""
        sorter = cls(kind, columns, heads)
        rows = [texts for row in first if not _counts_up(texts := _texts(row)) and len(texts) > 1]
        sorter.serial = _serial_column(kind, columns, rows)
        numbered = [len(texts) for texts in rows if sorter._is_numbered(texts)]
        if 2 * len(numbered) < len(rows):
            sorter.serial = None
        counts = numbered if sorter.serial is not None else list(map(len, rows))
        sorter.usual = median(counts) if counts else 1
        return sorter

    def why_none(self, row: Row) -> Why | None:
        """Return why a row holds no record; None if it may hold one."""
        texts = _texts(row)
        if row.problem:
            return None
        if not set(texts) - row.from_above or self._is_number_alone(texts):
            return Why.BLANK
        if why := self._head_again(texts, row.number):
            return why
        if self._is_numbered(texts) or len(texts) >= max(self.usual, 2):
            return self._full(texts)
        return self._sparse(texts)

    def doubt(self, row: Row) -> str:
        """Return why a row that may hold a record is not taken for one, as a sentence."""
        texts = _texts(row)
        if self._other_table:
            return (
                f"Another table with other headings begins in row {self._other_table}. Put it on "
                "a separate sheet."
            )
        if row.problem:
            return ""
        few = self.serial is not None and 2 * len(texts) <= self.usual
        if few and not self._is_numbered(texts):
            return (
                "This row has no serial number and few values. If it is a record, fill them; "
                "if not, remove the row."
            )
        return self._merged(row)

    def _merged(self, row: Row) -> str:
        """Doubt names that are merged with other cells: one person in two rows or columns."""
        for at, column in enumerate(self.columns):
            if not _is_name(column, self.kind):
                continue
            if at in row.from_above and _target(column, self.kind) == own_name(self.kind):
                return f"“{column}” is merged with the row above. Give each record one row."
            if at in row.from_left or at + 1 in row.from_left:
                return f"“{column}” is merged with the next cell. Split the cells."
        return ""

    def _is_number_alone(self, texts: Texts) -> bool:
        return set(texts) == {self.serial} and all(map(_SERIAL.fullmatch, texts.values()))

    def _is_numbered(self, texts: Texts) -> bool:
        number = texts.get(self.serial, "") if self.serial is not None else ""
        return len(texts) > 1 and _SERIAL.fullmatch(number) is not None

    def _head_again(self, texts: Texts, number: int) -> Why | None:
        if _counts_up(texts):
            return Why.NUMBERS
        cells = {at: fold(text) for at, text in texts.items()}
        if len(cells) > 1 and any(
            all(at < len(head.cells) and fold(head.cells[at]) == cell for at, cell in cells.items())
            for head in self.heads
        ):
            self._ended = False
            return Why.HEADING
        if any(map(_HEADING_SIGN.search, texts.values())):
            return self._other_heading(texts, number)
        return None

    def _other_heading(self, texts: Texts, number: int) -> Why | None:
        """Note headings of another table; the same fields in the same columns are no other one."""
        named = {at: target for at, text in texts.items() if (target := _target(text, self.kind))}
        numbers = any(map(_NUMBER.fullmatch, texts.values()))
        if numbers or len(named) < 2 or 2 * len(named) < len(texts):
            return None
        ours = {at: _target(self.columns[at], self.kind) for at in named if at < len(self.columns)}
        self._ended = False
        if ours != named:
            self._other_table = number
        return Why.HEADING

    def _full(self, texts: Texts) -> Why | None:
        """Judge a row as full as a record."""
        words = [text for text in texts.values() if not _NUMBER.fullmatch(text)]
        if words and all(footer(text) for text in words):
            return self._footer(words[0])
        self._ended = False
        return None

    def _sparse(self, texts: Texts) -> Why | None:
        """Judge a row with fewer cells than a record has."""
        words = [text for text in texts.values() if not _NUMBER.fullmatch(text)]
        if words and footer(words[0]):
            return self._footer(words[0])
        if len(texts) == 1 and self.usual > 1:
            return Why.NOTE if self._ended else Why.TEXT
        if not words and 2 * len(texts) <= self.usual:
            return Why.TOTAL
        return Why.NOTE if self._ended else None

    def _footer(self, text: str) -> Why:
        found = footer(text)
        self._ended = self._ended or found is Footer.SIGNATURE
        return Why.TOTAL if found is Footer.TOTAL else Why.NOTE


def _texts(row: Row) -> Texts:
    """Return the filled cells of a row; of cells merged across columns only the first."""
    return {
        at: text
        for at, cell in enumerate(row.cells)
        if at not in row.from_left and (text := cell.strip())
    }


def _target(heading: str, kind: type[Record]) -> str:
    found = meaning(heading, kind)
    return found.target if found else ""


def _is_name(column: str, kind: type[Record]) -> bool:
    return _target(column, kind) in {own_name(kind), "relation_name"} - {""}


def _counts_up(texts: Texts) -> bool:
    """Say whether cells count their columns: 1 2 3, (a) (b) (c), i ii iii, ``4=(2+3)``."""
    if len(texts) < 2:
        return False
    signs = [re.sub(r"^[\s(\[]+|=.*|[\s)\].]+$", "", text.casefold()) for text in texts.values()]
    in_brackets = all(text.startswith(("(", "[")) for text in texts.values())
    if len(signs) < 3 and not in_brackets:
        return False
    places = [str(at + 1) for at in texts]
    letters = [chr(ord("a") + at) for at in range(min(len(signs), 26))]
    numbers = [str(at + 1) for at in range(len(signs))]
    return signs in (places, numbers, letters, list(_ROMAN[: len(signs)]))


def _serial_column(kind: type[Record], columns: Sequence[str], rows: Sequence[Texts]) -> int | None:
    """Return the column of serial numbers, by its heading or by numbers that rise."""
    for at, column in enumerate(columns[:3]):
        if column == "#" or fold(column) in _SERIAL_HEADINGS:
            return at
    for at, column in enumerate(columns[:2]):
        numbers = [int(row[at]) for row in rows if re.fullmatch(r"\d{1,6}", row.get(at, ""))]
        rising = all(one < other for one, other in pairwise(numbers))
        if len(numbers) > 2 and rising and numbers[0] < 1000 and not _target(column, kind):
            return at
    return None
