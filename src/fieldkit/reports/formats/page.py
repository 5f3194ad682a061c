"""A page to read and to print: what stands on it, whatever it is written as. Pure."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple, TypeAlias
from unicodedata import normalize

from fieldkit.plain_text import shown
from fieldkit.reports.declaration.measure import PERCENT
from fieldkit.reports.declaration.report import TOTAL, Heading, Row, Table, unit_of
from fieldkit.reports.formats.words import in_words, subtitle

LACKING = "\ufffd"
"""Stands for a character that has no letter."""
_MANY_COLUMNS = 7
"""Tables with more columns are printed on paper turned sideways."""


@dataclass(frozen=True, slots=True)
class Text:
    """A cell: its text, perhaps with a bar or a line of months below it."""

    text: str
    share: float | None = None
    """The length of its bar, from 0 to 1."""
    months: tuple[int, ...] = ()
    strong: bool = False


def whole(text: str) -> str:
    """Return a text that is never broken into lines, such as a figure or a day."""
    return text.replace(" ", "\u00a0")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; each row has as many cells as there are headings."""

    headings: Sequence[str]
    right: Sequence[bool]
    """Which columns hold figures, which stand to the right."""
    rows: Sequence[Sequence[Text]]
    tall: bool = False
    """Its rows leave space to write by hand."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled bar."""

    label: str
    text: str
    share: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars below each other, such as the steps of a funnel."""

    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Lines:
    """Small lines of text."""

    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Blank:
    """A place to write by hand: what it is for, and boxes, choices to tick, or a line."""

    label: str
    note: str = ""
    boxes: str = ""
    """``_`` for the box of a character; the rest stands between boxes."""
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Blanks:
    """Places to write by hand, below each other."""

    blanks: Sequence[Blank]


Block: TypeAlias = Grid | Bars | Lines | Blanks


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a page."""

    title: str
    block: Block
    note: str = ""


class Holds(NamedTuple):
    """The records on a page, whose print is logged."""

    kind: str
    records: int


@dataclass(frozen=True, slots=True)
class Page:
    """What is printed: a title and rows of sections; those of one row stand beside each other."""

    title: str
    subtitle: str
    as_on: date
    rows: Sequence[Sequence[Section]]
    sideways: bool = False
    single: bool = False
    """It is to fit one sheet; its letters get smaller for that."""
    foot: str = field(default="")
    holds: Holds | None = None
    """None: it holds no records, but figures or blank fields."""

    def texts(self) -> Iterator[str]:
        """Give every text that stands on it."""
        yield from (self.title, self.subtitle, self.foot)
        for section in (one for row in self.rows for one in row):
            yield from (section.title, section.note)
            yield from _texts(section.block)


def _texts(block: Block) -> Iterator[str]:
    if isinstance(block, Lines):
        yield from block.lines
    elif isinstance(block, Bars):
        for bar in block.bars:
            yield from (bar.label, bar.text)
    elif isinstance(block, Blanks):
        for blank in block.blanks:
            yield from (blank.label, blank.note, *blank.choices)
    else:
        yield from block.headings
        yield from (cell.text for row in block.rows for cell in row)


def page_of(table: Table) -> Page:
    """Return the page of a report's table, without columns that are empty or hold codes."""
    kept = [place for place, heading in enumerate(table.columns) if _worth(table, place, heading)]
    headings = [table.columns[place] for place in kept]
    rows = [[_cell(table, row, place) for place in kept] for row in table.rows]
    grid = Grid([shown(one.label) for one in headings], [bool(one.unit) for one in headings], rows)
    sections = [Section("", grid if rows else Lines(["There is nothing to show."]))]
    if table.notes:
        sections.append(Section("Notes", Lines([shown(note) for note in table.notes])))
    if meanings := [f"{one.label}: {one.meaning}" for one in headings if one.meaning]:
        sections.append(Section("What is counted", Lines([shown(line) for line in meanings])))
    return Page(
        shown(table.title),
        shown(subtitle(table)),
        table.as_on,
        [[section] for section in sections],
        len(kept) > _MANY_COLUMNS,
    )


def _worth(table: Table, place: int, heading: Heading) -> bool:
    if heading.name == "code":
        return False
    return place == 0 or any(row.cells[place] is not None for row in table.rows)


def _cell(table: Table, row: Row, place: int) -> Text:
    value, unit = row.cells[place], unit_of(table.columns[place], row)
    share = value / 100 if unit == PERCENT and isinstance(value, int | float) else None
    total = row.key is None and row.cells[0] == TOTAL
    text = shown(in_words(value, unit))
    return Text(text if isinstance(value, str) else whole(text), share, strong=total)


def with_letters(page: Page, letters: Container[int]) -> Page:
    """Return the page with each character marked that has no letter, and a line that says so."""
    lacking = {
        char for text in page.texts() for char in normalize("NFC", text) if ord(char) not in letters
    }
    if not lacking:
        return _changed(page, lambda text: normalize("NFC", text))
    marks = dict.fromkeys(map(ord, lacking), LACKING)
    note = (
        f"{len(lacking)} different characters have no letters in this file and are shown as "
        f"{LACKING}. The HTML file shows them."
    )
    marked = _changed(page, lambda text: normalize("NFC", text).translate(marks))
    return replace(marked, rows=[*marked.rows, [Section("", Lines([note]))]])


def _changed(page: Page, change: Callable[[str], str]) -> Page:
    """Return the page with every text changed."""
    return replace(
        page,
        title=change(page.title),
        subtitle=change(page.subtitle),
        rows=[
            [
                Section(change(one.title), _changed_block(one.block, change), change(one.note))
                for one in row
            ]
            for row in page.rows
        ],
        foot=change(page.foot),
    )


def _changed_block(block: Block, change: Callable[[str], str]) -> Block:
    if isinstance(block, Lines):
        return Lines([change(line) for line in block.lines])
    if isinstance(block, Bars):
        return Bars([replace(one, label=change(one.label), text=change(one.text))
                     for one in block.bars])  # fmt: skip
    if isinstance(block, Blanks):
        return Blanks(
            [
                Blank(change(one.label), change(one.note), one.boxes, [*map(change, one.choices)])
                for one in block.blanks
            ]
        )
    rows = [[replace(cell, text=change(cell.text)) for cell in row] for row in block.rows]
    return replace(block, headings=[change(one) for one in block.headings], rows=rows)
