"""Read the tables of a web page, which portals send under the name of a spreadsheet."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import BinaryIO

from fieldkit.files.tables.cell_text import cell_text
from fieldkit.files.tables.delimited import PeekedStream, as_text, guess_encoding
from fieldkit.files.tables.noticed import Noticed
from fieldkit.files.tables.table import (
    LONGEST_CELL,
    LONGEST_ROW,
    MOST_COLUMNS,
    SAMPLED_ROWS,
    SAVE_AS,
    Choose,
    Row,
    Sheet,
    Table,
    Unreadable,
)

LARGEST_PAGE = 64 << 20
_PIECE = 1 << 16
_LONGEST_TAG = 2 << 20
"""Characters of one tag or script, which the parser holds as a whole."""
_MOST_TABLES = 200
_DEEPEST = 50
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]{2,20})""", re.IGNORECASE)
_BEGINS = re.compile(
    r"\s*(<!doctype html|<!--|<(html|head|meta|title|body|style|div|span|center|font|form|table|tr"
    r"|td|th|thead|tbody|p|br|b|h[1-6]|script|link)[\s/>])",
    re.IGNORECASE,
)
_HOLDS = re.compile(r"<table[\s>].*<t[rdh][\s>]", re.IGNORECASE | re.DOTALL)
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_BROKEN_NUMBER = re.compile(r"-?\d(\.\d+)?E\+\d+", re.IGNORECASE)
_BREAKS = frozenset({"br", "p", "div", "li", "hr"})
_WITHOUT_END = frozenset({"br", "hr", "img", "input", "col", "meta", "link", "wbr"})


def is_web_page(head: str) -> bool:
    """Say whether a text is the beginning of a web page; some begin with their table."""
    if head.lstrip("\ufeff \t\r\n").lower().startswith("<?xml"):
        return "<html" in head.lower()
    start = head.lstrip("\ufeff")
    return bool(_BEGINS.match(start) or (start.lstrip()[:1] == "<" and _HOLDS.search(head)))


def read_web_page(stream: BinaryIO, size: int, choose: Choose) -> Table:
    """Read the chosen table of a web page; ``stream`` is read twice from its start.

    Raises:
        Unreadable: it holds no table, or is too large.
    """
    if size > LARGEST_PAGE:
        raise Unreadable(f"This web page is too large. {SAVE_AS}")
    head = stream.read(_PIECE)
    encoding = _encoding(head)
    found: dict[int, _Found] = {}
    for table, row in _rows(_again(stream), encoding, None, Noticed()):
        one = found.setdefault(table, _Found())
        one.rows += 1
        if len(found) <= _MOST_TABLES and len(one.first) < SAMPLED_ROWS:
            one.first.append(row)
    if not found:
        raise Unreadable(
            "This is a web page without a table, perhaps a login page or an error. Download the "
            "file again."
        )
    places = list(found)[:_MOST_TABLES]
    sheets = tuple(
        Sheet(f"table {at}", found[place].first, size=found[place].rows)
        for at, place in enumerate(places, 1)
    )
    at, noticed, peeked = choose(sheets), Noticed(), _again(stream)
    wanted = _rows(peeked, encoding, places[at], noticed)
    return Table(
        "html",
        (row for _, row in wanted),
        lambda: (peeked.count, size),
        ("The file is a web page saved under another name.",),
        noticed.remarks,
        sheets,
        sheets[at].name,
    )


@dataclass(slots=True)
class _Found:
    first: list[Row] = field(default_factory=list)
    rows: int = 0


def _again(stream: BinaryIO) -> PeekedStream:
    stream.seek(0)
    return PeekedStream(b"", stream)


def _encoding(head: bytes) -> str:
    guessed = guess_encoding(head)
    said = _CHARSET.search(head[:4096])
    if guessed != "utf-8" or not said:
        return guessed
    try:
        name = codecs.lookup(said[1].decode()).name
    except LookupError:
        return guessed
    return "cp1252" if name == "iso8859-1" else guessed if name.startswith("utf-") else name


def _rows(
    stream: PeekedStream, encoding: str, wanted: int | None, noticed: Noticed
) -> Iterator[tuple[int, Row]]:
    """Yield (table, row) of the wanted table, or of all."""
    text = as_text(stream, encoding)
    parser = _TableParser(wanted, noticed)
    while piece := text.read(_PIECE):
        parser.feed(piece)
        if len(parser.rawdata) > _LONGEST_TAG:
            raise Unreadable(f"This web page holds an endless tag. {SAVE_AS}")
        yield from parser.taken()
    parser.close()
    parser.finish()
    yield from parser.taken()
    text.detach()


@dataclass(slots=True)
class _OpenTable:
    """A table whose end has not come yet; tables may lie within cells of others."""

    place: int
    row: list[_Cell] | None = None
    cell: _Cell | None = None
    number: int = 0
    hidden: bool = False
    spans: dict[int, _Span] = field(default_factory=dict)
    """By column: cells of rows above that reach into the next row."""


@dataclass(slots=True)
class _Cell:
    """A cell while its text is read."""

    columns: int
    rows: int
    number: str
    pieces: list[str] = field(default_factory=list)
    length: int = 0


@dataclass(frozen=True, slots=True)
class _Span:
    """A cell that reaches into further rows."""

    rows: int
    text: str
    from_left: bool


class _TableParser(HTMLParser):
    """Collects the rows of tables; never fails, whatever tags are left open."""

    def __init__(self, wanted: int | None, noticed: Noticed) -> None:
        super().__init__()
        self.rawdata: str
        self._wanted = wanted
        self._noticed = noticed
        self._tables = 0
        self._open: list[_OpenTable] = []
        self._done: list[tuple[int, Row]] = []
        self._unseen = ""
        """The element that hides the text within it; "" if it is shown."""
        self._depth = 0

    def taken(self) -> list[tuple[int, Row]]:
        """Return the rows finished since the last call."""
        done, self._done = self._done, []
        return done

    def finish(self) -> None:
        """End all tables that are still open."""
        while self._open:
            self._end_table()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Note the start of an element."""
        given = {name: value or "" for name, value in attrs}
        if self._unseen == tag == "option":
            self._unseen = ""
        elif self._unseen:
            self._depth += tag == self._unseen
        if tag == "table":
            self._unseen = ""
            if len(self._open) >= _DEEPEST:
                raise Unreadable(
                    f"The tables of this web page lie too deep in each other. {SAVE_AS}"
                )
            self._open.append(_OpenTable(self._tables))
            self._tables += 1
        elif self._open and tag == "tr":
            self._end_row()
            self._open[-1].row = []
            self._open[-1].hidden = _is_hidden(given)
        elif self._open and tag in {"td", "th"}:
            self._begin_cell(given)
        elif tag in _BREAKS:
            self.handle_data(" ")
        elif not self._unseen and tag not in _WITHOUT_END and _is_unseen(tag, given):
            self._unseen, self._depth = tag, 1

    def handle_endtag(self, tag: str) -> None:
        """Note the end of an element."""
        if self._unseen and (tag == self._unseen or tag == "select"):
            self._depth = 0 if tag == "select" else self._depth - 1
            self._unseen = self._unseen if self._depth else ""
        if not self._open:
            return
        if tag in {"td", "th"}:
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._end_table()
        elif tag in _BREAKS:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        """Take text for the open cell."""
        cell = self._open[-1].cell if self._open else None
        if cell is None or self._unseen or self.cdata_elem:
            return
        cell.pieces.append(data)
        cell.length += len(data)
        if cell.length > LONGEST_CELL:
            raise Unreadable(f"A cell of this web page is longer than a book. {SAVE_AS}")

    def _begin_cell(self, given: Mapping[str, str]) -> None:
        self._end_cell()
        table = self._open[-1]
        if table.row is None:
            table.row = []
        columns, rows = _count(given.get("colspan"), 1000), _count(given.get("rowspan"), 65534)
        table.cell = _Cell(columns, rows, given.get("x:num", ""))

    def _end_cell(self) -> None:
        table = self._open[-1]
        if table.cell is not None and table.row is not None:
            self._unseen = ""
            if len(table.row) < MOST_COLUMNS:
                table.row.append(table.cell)
            elif "".join(table.cell.pieces).strip():
                self._noticed.over = self._noticed.over or table.number + 1
        table.cell = None

    def _end_row(self) -> None:
        table = self._open[-1]
        self._end_cell()
        if table.row is None:
            return
        table.number += 1
        row = _laid_out(table)
        table.row = None
        if sum(map(len, row.cells)) > LONGEST_ROW:
            raise Unreadable(f"A row of this web page is longer than a book. {SAVE_AS}")
        if self._wanted is None or self._wanted == table.place:
            self._noticed.row = row.number
            if table.hidden and any(row.cells):
                self._noticed.add(self._noticed.hidden, row.number)
            self._done.append((table.place, row))

    def _end_table(self) -> None:
        self._end_row()
        self._open.pop()


def _laid_out(table: _OpenTable) -> Row:
    """Place the cells of a row in its columns, beside those that reach down from rows above."""
    cells: list[str] = []
    left, above = set[int](), set[int]()
    spans: dict[int, _Span] = {}
    waiting = iter(table.row or ())
    while len(cells) < MOST_COLUMNS:
        at = len(cells)
        if span := table.spans.pop(at, None):
            cells.append(span.text)
            above.add(at)
            left |= {at} if span.from_left else set()
            if span.rows > 1:
                spans[at] = _Span(span.rows - 1, span.text, span.from_left)
        elif cell := next(waiting, None):
            text = _text(cell)
            for more in range(min(cell.columns, MOST_COLUMNS - at)):
                table.spans.pop(at + more, None)
                cells.append(text)
                left |= {at + more} if more else set()
                if cell.rows > 1:
                    spans[at + more] = _Span(cell.rows - 1, text, more > 0)
        elif table.spans:
            cells.append("")
        else:
            break
    table.spans = spans
    return Row(table.number, cells, from_left=frozenset(left), from_above=frozenset(above))


def _text(cell: _Cell) -> str:
    text = " ".join("".join(cell.pieces).split())
    if cell.number and _BROKEN_NUMBER.fullmatch(text):
        try:
            return cell_text(float(cell.number))
        except ValueError:
            return text
    return text


def _count(written: str | None, most: int) -> int:
    digits = (written or "").strip()
    return min(max(int(digits), 1), most) if re.fullmatch(r"[0-9]{1,6}", digits) else 1


def _is_hidden(given: Mapping[str, str]) -> bool:
    return "hidden" in given or bool(_NOT_SHOWN.search(given.get("style", "")))


def _is_unseen(tag: str, given: Mapping[str, str]) -> bool:
    """Say whether an element's text is not shown; of a list to choose from, only the choice is."""
    return _is_hidden(given) or (tag == "option" and "selected" not in given) or tag == "caption"
