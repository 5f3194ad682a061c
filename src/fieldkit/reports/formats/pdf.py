"""A page as PDF. fpdf2 is imported only when one is written.

The files hold their own letters: Latin, Arabic (Urdu, Kashmiri), Devanagari and Gurmukhi. Other
characters are marked, and the file says so.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, time
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from fieldkit.reports.formats.page import (
    Bars,
    Blank,
    Blanks,
    Grid,
    Page,
    Section,
    Text,
    with_letters,
)
from fieldkit.reports.formats.widths import column_widths, wrapped

if TYPE_CHECKING:
    from fpdf import FPDF

_FONTS = {
    "latin": "NotoSans-Regular.ttf",
    "arabic": "NotoNaskhArabic-Regular.ttf",
    "devanagari": "NotoSansDevanagari-Regular.ttf",
    "gurmukhi": "NotoSansGurmukhi-Regular.ttf",
}
_BOLD = "NotoSans-Bold.ttf"
_SIDE, _TOP, _PAD = 12.0, 11.0, 1.2
_LINE = 0.46
"""The height of a line in mm for each point of its letters."""
_SIZES = (8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0)
"""Sizes of letters in points; the largest that fits is taken."""
_SIDEWAYS = _SIZES[3:]
_BOX, _TICK, _TICK_BOX = 5.2, 4.6, 3.0
"""Paper forms, in mm: the box of a character, the line of a choice to tick and its box."""
_TALL = 3.6
"""More mm of a row in which something is written by hand."""
_GREEN, _DARK, _GREY, _PALE = (47, 125, 79), (20, 83, 45), (85, 85, 85), (228, 231, 228)


class NoPdf(Exception):
    """PDF files cannot be written here; the text says why."""


def to_pdf(page: Page) -> bytes:
    """Return a page as a file.

    Raises:
        NoPdf: the library for it is not installed.
    """
    pdf = _document(page)
    sheet = _Sheet(pdf, with_letters(page, _letters(pdf)))
    sheet.fit()
    sheet.draw()
    return bytes(pdf.output())


def _letters(pdf: FPDF) -> set[int]:
    """Return the characters that the fonts have."""
    from fpdf.fonts import TTFFont

    fonts = [font for font in pdf.fonts.values() if isinstance(font, TTFFont)]
    return {char for font in fonts for char in font.cmap}


def _document(page: Page) -> FPDF:
    try:
        import uharfbuzz  # noqa: F401  (without it letters of Urdu and Hindi would not join)
        from fpdf import FPDF
    except ModuleNotFoundError:
        raise NoPdf(
            "Writing PDF files needs fieldkit-jk[pdf]. Install it, or write HTML and let the "
            "browser print it."
        ) from None
    pdf = FPDF("landscape" if page.sideways else "portrait", "mm", "A4")
    with as_file(files("fieldkit.reports.formats") / "fonts") as folder:
        for name, file in _FONTS.items():
            pdf.add_font(name, "", folder / file)
        pdf.add_font("latin", "B", folder / _BOLD)
    pdf.set_fallback_fonts([name for name in _FONTS if name != "latin"], exact_match=False)
    pdf.set_auto_page_break(False)
    pdf.c_margin = 0
    pdf.set_title(page.title)
    pdf.set_lang("en")
    pdf.set_creator("fieldkit")
    pdf.set_creation_date(datetime.combine(page.as_on, time(), UTC))
    return pdf


class _Sheet:
    """Draws a page; without ``drawing`` it only finds how high things are."""

    def __init__(self, pdf: FPDF, page: Page) -> None:
        self._pdf = pdf
        self._page = page
        self._size = _SIZES[0]
        self._drawing = False
        self._y = _TOP
        self._x = _SIDE
        self._width = pdf.w - 2 * _SIDE
        self._measured: dict[tuple[str, float, bool], float] = {}

    @property
    def _line(self) -> float:
        return self._size * _LINE

    def fit(self) -> None:
        """Take the largest letters with which columns, or the whole page, fit."""
        for size in _SIDEWAYS if self._page.sideways else _SIZES:
            self._size = size
            if all(self._columns(one)[1] for one in self._grids()) and self._fits():
                return
        self._size = _SIZES[2]

    def _grids(self) -> list[tuple[Grid, float]]:
        return [
            (section.block, self._each(row))
            for row in self._page.rows
            for section in row
            if isinstance(section.block, Grid)
        ]

    def _fits(self) -> bool:
        if not self._page.single:
            return True
        self._y = _TOP
        self._all()
        return self._y <= self._pdf.h - _TOP

    def draw(self) -> None:
        """Draw everything."""
        self._drawing = True
        self._next_page()
        self._all()

    def _next_page(self) -> None:
        self._pdf.add_page()
        self._y = _TOP
        if self._pdf.page > 1:
            at = self._pdf.w - _SIDE - 40
            self._put(f"page {self._pdf.page}", at, self._pdf.h - 8, 40, right=True, colour=_GREY)

    def _all(self) -> None:
        self._text(self._page.title, self._size * 1.7, bold=True, colour=_DARK)
        self._text(self._page.subtitle, self._size, colour=_GREY)
        self._y += 1
        self._rectangle(_SIDE, self._y, self._width, 0.5, _DARK)
        self._y += 1.5
        for row in self._page.rows:
            self._row(row)
        if self._page.foot:
            self._y += 1.5
            self._rectangle(_SIDE, self._y, self._width, 0.15, _GREY)
            self._y += 0.8
            self._text(self._page.foot, self._size * 0.85, colour=_GREY)

    def _each(self, row: Sequence[Section]) -> float:
        whole = self._pdf.w - 2 * _SIDE
        return (whole - 5 * (len(row) - 1)) / len(row)

    def _row(self, row: Sequence[Section]) -> None:
        """Draw sections beside each other; several are kept on one page."""
        whole, each = self._width, self._each(row)
        if len(row) > 1 and self._drawing:
            self._need(max(self._height(section, each) for section in row))
        top, ends = self._y, [self._y]
        for place, section in enumerate(row):
            self._x, self._width, self._y = _SIDE + place * (each + 5), each, top
            self._section(section)
            ends.append(self._y)
        self._x, self._width, self._y = _SIDE, whole, max(ends) + 1

    def _height(self, section: Section, width: float) -> float:
        before = self._y, self._width
        self._drawing, self._width = False, width
        self._section(section)
        height = self._y - before[0]
        self._drawing, (self._y, self._width) = True, before
        return height

    def _need(self, height: float) -> bool:
        """Turn to a new page if so much does not fit on this one."""
        if not self._drawing or self._y + height <= self._pdf.h - _TOP:
            return False
        self._next_page()
        return True

    def _section(self, section: Section) -> None:
        if section.title:
            self._y += 1
            self._need(self._line * 4)
            self._text(section.title, self._size * 1.08, bold=True, colour=_DARK)
            self._y += 0.5
        block = section.block
        if isinstance(block, Grid):
            self._grid(block)
        elif isinstance(block, Bars):
            self._bars(block)
        elif isinstance(block, Blanks):
            for blank in block.blanks:
                self._blank(blank)
        else:
            for line in block.lines:
                self._text(line, self._size * 0.85, colour=_GREY)
        if section.note:
            self._y += 0.5
            self._text(section.note, self._size * 0.85, colour=_GREY)

    def _text(
        self,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: tuple[int, int, int] = (28, 28, 28),
    ) -> None:
        """Write lines over the whole width."""
        before, self._size = self._size, size
        for line in self._wrapped(text, self._width, bold=bold):
            self._need(self._line)
            self._put(line, self._x, self._y, self._width, bold=bold, colour=colour)
            self._y += self._line
        self._size = before

    def _grid(self, grid: Grid) -> None:
        widths, _ = self._columns((grid, self._width))
        self._headings(grid, widths)
        for row in grid.rows:
            texts = [
                self._wrapped(cell.text, width - 2 * _PAD, bold=cell.strong)
                for cell, width in zip(row, widths, strict=True)
            ]
            height = max(
                len(lines) * self._line + (0.6 if cell.share is None else 1.8)
                for cell, lines in zip(row, texts, strict=True)
            )
            height += _TALL if grid.tall else 0
            if self._need(height + 1):
                self._headings(grid, widths)
            x = self._x
            for cell, lines, width, right in zip(row, texts, widths, grid.right, strict=True):
                self._cell(cell, lines, x, width, right=right)
                x += width
            self._y += height
            colour = _GREY if grid.tall else _PALE
            self._rectangle(self._x, self._y - 0.1, self._width, 0.1, colour)

    def _cell(
        self, cell: Text, lines: Sequence[str], x: float, width: float, *, right: bool
    ) -> None:
        y = self._y
        for line in lines:
            self._put(line, x + _PAD, y, width - 2 * _PAD, right=right, bold=cell.strong)
            y += self._line
        if cell.months:
            self._sparkline(cell.months, x + _PAD, self._y + 0.5, width - 2 * _PAD)
        elif cell.share is not None:
            self._bar(cell.share, x + _PAD, y, width - 2 * _PAD, 0.9)

    def _headings(self, grid: Grid, widths: Sequence[float]) -> None:
        if not any(grid.headings):
            return
        texts = [
            self._wrapped(heading, width - 2 * _PAD, bold=True)
            for heading, width in zip(grid.headings, widths, strict=True)
        ]
        most, x = max(map(len, texts)), self._x
        for lines, width, right in zip(texts, widths, grid.right, strict=True):
            y = self._y + (most - len(lines)) * self._line
            for line in lines:
                self._put(line, x + _PAD, y, width - 2 * _PAD, right=right, bold=True)
                y += self._line
            x += width
        self._y += most * self._line + 0.6
        self._rectangle(self._x, self._y - 0.2, self._width, 0.2, _GREY)
        self._y += 0.4

    def _columns(self, of: tuple[Grid, float]) -> tuple[list[float], bool]:
        grid, whole = of
        cells = [
            [heading, *(row[place].text for row in grid.rows)]
            for place, heading in enumerate(grid.headings)
        ]
        return column_widths(cells, whole, lambda text: self._wide(text, bold=True), 2 * _PAD)

    def _bars(self, bars: Bars) -> None:
        label, number = self._width * 0.38, self._width * 0.26
        for bar in bars.bars:
            lines = self._wrapped(bar.label, label - _PAD)
            self._need(len(lines) * self._line)
            at = self._y + self._line * 0.15
            middle = self._width - label - number - 2 * _PAD
            self._bar(bar.share, self._x + label + _PAD, at, middle, self._line * 0.7)
            right = self._x + self._width - number
            self._put(bar.text, right, self._y, number, right=True)
            for line in lines:
                self._put(line, self._x, self._y, label)
                self._y += self._line
            self._y += 0.5

    def _blank(self, blank: Blank) -> None:
        """Draw a place to write: its label at the left, boxes, choices or a line beside it."""
        label = self._width * 0.36
        lines = self._wrapped(blank.label, label - _PAD)
        notes = self._small(blank.note, label - _PAD)
        choices = self._ticks(blank.choices, self._width - label)
        height = max(_BOX + 2, (len(lines) + len(notes)) * self._line, len(choices) * _TICK) + 1.2
        self._need(height)
        x, y = self._x + label, self._y + 1
        for place, line in enumerate(lines):
            self._put(line, self._x, y + place * self._line, label)
        y += len(lines) * self._line
        for place, note in enumerate(notes):
            self._put(note, self._x, y + place * self._line * 0.9, label, colour=_GREY, scale=0.85)
        for place, ticks in enumerate(choices):
            at = self._y + 0.8 + place * _TICK
            for begins, choice in ticks:
                self._outline(x + begins, at + 0.5, _TICK_BOX)
                self._put(choice, x + begins + _TICK_BOX + 1, at, self._width)
        if blank.boxes:
            self._boxes(blank.boxes, x, self._y + 1)
        elif not choices:
            self._rectangle(x, self._y + height - 0.6, self._width - label, 0.15, _GREY)
        self._y += height

    def _small(self, text: str, width: float) -> list[str]:
        return self._wrapped(text, width * 1.15) if text else []

    def _ticks(self, choices: Sequence[str], width: float) -> list[list[tuple[float, str]]]:
        """Return the choices by line, each with where it begins."""
        lines: list[list[tuple[float, str]]] = []
        ends = width + 1
        for choice in choices:
            wide = _TICK_BOX + 1 + self._wide(choice) + 3.5
            if ends + wide > width + 3.5:
                lines.append([])
                ends = 0.0
            lines[-1].append((ends, choice))
            ends += wide
        return lines

    def _boxes(self, boxes: str, x: float, y: float) -> None:
        for sign in boxes:
            if sign == "_":
                self._outline(x, y, _BOX)
                x += _BOX
            else:
                wide = self._wide(sign) + 0.8
                self._put(sign, x + 0.4, y + (_BOX - self._line) / 2, wide)
                x += wide

    def _outline(self, x: float, y: float, size: float) -> None:
        if self._drawing:
            self._pdf.set_draw_color(*_GREY)
            self._pdf.set_line_width(0.2)
            self._pdf.rect(x, y, size, size, style="D")

    def _bar(self, share: float, x: float, y: float, width: float, height: float) -> None:
        self._rectangle(x, y, width, height, _PALE)
        self._rectangle(x, y, width * min(max(share, 0), 1), height, _GREEN)

    def _sparkline(self, months: Sequence[int], x: float, y: float, width: float) -> None:
        height, step = self._line - 0.6, width / max(len(months) - 1, 1)
        top = max(*months, 1)
        points = [
            (x + step * place, y + height - height * max(many, 0) / top)
            for place, many in enumerate(months)
        ]
        if self._drawing:
            self._pdf.set_draw_color(*(_GREEN if any(months) else _PALE))
            self._pdf.set_line_width(0.3)
            self._pdf.polyline(points)

    def _rectangle(
        self, x: float, y: float, width: float, height: float, colour: tuple[int, int, int]
    ) -> None:
        if self._drawing and width > 0:
            self._pdf.set_fill_color(*colour)
            self._pdf.rect(x, y, width, height, style="F")

    def _put(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        *,
        right: bool = False,
        bold: bool = False,
        colour: tuple[int, int, int] = (28, 28, 28),
        scale: float = 1.0,
    ) -> None:
        """Write one line; ``scale``: its letters are so much smaller."""
        if not self._drawing or not text:
            return
        self._letters(text, bold=bold, scale=scale)
        self._pdf.set_text_color(*colour)
        self._pdf.set_xy(x, y)
        self._pdf.cell(width, self._line, text, align="R" if right or _from_right(text) else "L")

    def _letters(self, text: str, *, bold: bool, scale: float = 1.0) -> None:
        self._pdf.set_font("latin", "B" if bold else "", self._size * scale)
        self._pdf.set_text_shaping(not text.isascii())

    def _wide(self, text: str, *, bold: bool = False) -> float:
        found = self._measured.get((text, self._size, bold))
        if found is None:
            self._letters(text, bold=bold)
            found = self._pdf.get_string_width(text)
            self._measured[text, self._size, bold] = found
        return found

    def _wrapped(self, text: str, width: float, *, bold: bool = False) -> list[str]:
        return list(wrapped(text, width + 0.01, lambda part: self._wide(part, bold=bold)))


def _from_right(text: str) -> bool:
    """Say whether a text is written from right to left."""
    strong = (unicodedata.bidirectional(char) for char in text)
    return next((one for one in strong if one in {"L", "R", "AL"}), "L") != "L"
