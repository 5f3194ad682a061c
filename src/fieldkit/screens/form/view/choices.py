"""The choices for the field the cursor is in: a list in the free lines below the fields.

Pure. The list is read downwards. It has one column if all entries fit, else as many as the width
takes; what does not fit follows as the mark moves on.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len

from fieldkit.plain_text import shown
from fieldkit.records import Choice
from fieldkit.screens.form.entry.form_field import Candidate
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.form.view.columns import Columns, Places
from fieldkit.screens.look.parts import MARGIN
from fieldkit.screens.look.text import Span, StyleName, Text, cut, fit, joined, width_of, words_of

_LONGEST_BRIEF = 22


class _Entry(NamedTuple):
    """A candidate as it is drawn."""

    code: str
    """What may be typed for it: a number or a code."""
    label: str
    more: str
    style: StyleName
    """How its label looks."""

    def line(self, codes: int, *, marked: bool) -> Text:
        """Return code and label; the label never moves, marked or not."""
        code = (Span(f"{shown(self.code):>{codes}}", "key"),) if codes else ()
        if marked:
            more = f", {self.more}" if self.more else ""
            return (*code, Span(f" {shown(self.label)}{more} ", "chosen"))
        more = f"  {self.more}" if self.more else ""
        return (*code, Span(" "), Span(self.label, self.style), Span(more, "dim"), Span(" "))


class _Grid(NamedTuple):
    """Where the entries stand."""

    at: int
    """The first cell of the first column."""
    size: int
    """The width of a column."""
    columns: int
    rows: int

    def place(self, column: int, row: int) -> int:
        """Return which entry stands at a cell, -1: none."""
        inside = row < self.rows and 0 <= column - self.at < self.size * self.columns
        return (column - self.at) // self.size * self.rows + row if inside else -1


def choice_lines(model: FormModel, cols: Columns, at: Places, width: int) -> list[Text]:
    """Return the line above the choices, if it is free, and the lines of the choices."""
    found = model.candidates()
    if at.rows == 1:
        return [_side_by_side(model, found, width)]
    if not found:
        return [()] * (at.rows + 1)
    entries, grid = _laid_out(model, found, cols, at, width)
    page, codes = _page(found, model.mark, grid.columns * grid.rows), _code_width(entries)
    lines: list[Text] = [_how_many(page, found, width)]
    for row in range(at.rows):
        spans: list[Span] = [Span(" " * grid.at)]
        for place in page[row :: grid.rows] if row < grid.rows else ():
            line = entries[place].line(codes, marked=place == model.mark)
            spans += fit(line, grid.size)
        lines.append(tuple(spans) if len(spans) > 1 else ())
    return lines


def choice_at(
    model: FormModel, cols: Columns, at: Places, width: int, column: int, line: int
) -> int | None:
    """Return the place of the candidate at a cell of the form; None: there is none."""
    found, row = model.candidates(), line - at.choices_at
    if not found or not 0 <= row < at.rows:
        return None
    if at.rows == 1:
        return _side_at(model, found, width, column)
    _, grid = _laid_out(model, found, cols, at, width)
    page, place = _page(found, model.mark, grid.columns * grid.rows), grid.place(column, row)
    return page[place] if 0 <= place < len(page) else None


def whole_list(model: FormModel, width: int, rows: int) -> list[Text]:
    """Return the whole list of the current field in as few columns as it needs, for the help."""
    one = model.current
    entries = _entries(model, one.candidates(model.within(one), whole=True), brief=False)
    codes = _code_width(entries)
    columns = min(max(-(-len(entries) // max(rows, 1)), 1), 3)
    rows = -(-len(entries) // columns)
    drawn = [entry.line(codes, marked=False) for entry in entries]
    return [joined(fit(each, width // columns - 2) for each in drawn[n::rows]) for n in range(rows)]


def _page(found: tuple[Candidate, ...], mark: int, holds: int) -> list[int]:
    """Return the places of the entries shown at once: the marked one, and all that begin one."""
    if len(found) <= holds:
        return [*range(len(found))]
    begin = [place for place, one in enumerate(found) if one.begins]
    others, space = len(found) - len(begin), max(holds - len(begin), 1)
    first = min(max(mark, 0), others - 1) // space * space
    return [*range(first, min(first + space, others)), *begin]


def _how_many(page: list[int], found: tuple[Candidate, ...], width: int) -> Text:
    if len(page) == len(found):
        return ()
    many = sum(not one.begins for one in found)
    last = max(place for place in page if not found[place].begins)
    return fit((Span(f"{page[0] + 1} to {last + 1} of {many}", "dim"),), width - 1, right=True)


# --- the list ---


def _laid_out(
    model: FormModel, found: tuple[Candidate, ...], cols: Columns, at: Places, width: int
) -> tuple[list[_Entry], _Grid]:
    """Lay the entries out by the whole list, so that typing does not move it."""
    one = model.current
    whole = one.candidates(model.within(one), whole=True) if one.closed else found
    space, many = width - cols.box_at - 1, len(whole)
    if many <= at.rows or one.searched:
        grid = _Grid(cols.box_at, space, 1, at.rows)
        return _entries(model, found, brief=False), grid
    size = _widest(tuple(_entries(model, whole, brief=True)))
    wanted, start = -(-many // at.rows), cols.box_at
    if space // size < wanted:
        start, space = MARGIN, width - MARGIN - 1
    columns = max(min(space // size, wanted), 1)
    rows = min(-(-many // columns), at.rows)
    size = min(space // columns, max(size, _LONGEST_BRIEF))
    return _entries(model, found, brief=True), _Grid(start, size, columns, rows)


def _entries(model: FormModel, found: tuple[Candidate, ...], *, brief: bool) -> list[_Entry]:
    one = model.current
    codes = _codes(model)
    labels = tuple(shown(each.label) for each in found)
    labels = _brief(labels) if brief and one.closed else labels
    value = one.field.format.edit(one.value) if one.closed and one.value is not None else None
    entries = []
    for each, label in zip(found, labels, strict=True):
        style: StyleName = "strong" if one.searched else "text"
        style = "accent" if each.text == value or each.begins else style
        code = "+" if each.begins else codes.get(each.text, "")
        entries.append(_Entry(code, label, each.more, style))
    return entries


def _codes(model: FormModel) -> dict[str, str]:
    """Return what may be typed for each entry of a list, by its text: its place, or its code."""
    one = model.current
    if not isinstance(one.field.format, Choice):
        return {}
    whole = one.candidates(model.within(one), whole=True)
    if one.numbers(model.within(one)):
        return {each.text: str(place) for place, each in enumerate(whole, 1)}
    return {each.text: each.text for each in whole}


def _code_width(entries: list[_Entry]) -> int:
    return max((cell_len(shown(entry.code)) for entry in entries), default=0)


@lru_cache(maxsize=64)
def _widest(entries: tuple[_Entry, ...]) -> int:
    """Return the cells of a column in which every entry fits."""
    codes = _code_width(list(entries))
    return max(width_of(entry.line(codes, marked=True)) for entry in entries) + 1


@lru_cache(maxsize=64)
def _brief(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the beginnings of labels, if they still differ."""
    heads = tuple(words_of(cut(label.partition(" (")[0], _LONGEST_BRIEF)) for label in labels)
    return heads if len(set(heads)) == len(labels) else labels


# --- the one line where nothing is free ---


def _side_by_side(model: FormModel, found: tuple[Candidate, ...], width: int) -> Text:
    spans: list[Span] = [Span(" " * MARGIN)]
    for place, text in _side(model, found, width):
        spans += text
        spans.append(Span(" " if place is not None else ""))
    return tuple(spans)


def _side_at(model: FormModel, found: tuple[Candidate, ...], width: int, column: int) -> int | None:
    at = MARGIN
    for place, text in _side(model, found, width):
        if at <= column < at + width_of(text):
            return place
        at += width_of(text) + 1
    return None


def _side(
    model: FormModel, found: tuple[Candidate, ...], width: int
) -> list[tuple[int | None, Text]]:
    """Return the entries that fit side by side, the marked one among them, and how many follow."""
    pieces = [
        cut(entry.line(cell_len(entry.code), marked=place == model.mark), width - 10)
        for place, entry in enumerate(_entries(model, found, brief=True))
    ]
    sizes = [width_of(piece) + 1 for piece in pieces]
    space = width - 2 * MARGIN - len(" +99")
    first = 0
    while sum(sizes[first : model.mark + 1]) > space and first < model.mark:
        first += 1
    parts: list[tuple[int | None, Text]] = []
    for place in range(first, len(pieces)):
        if sum(sizes[first : place + 1]) > space:
            parts.append((None, (Span(f"+{len(pieces) - place}", "dim"),)))
            break
        parts.append((place, pieces[place]))
    return parts
