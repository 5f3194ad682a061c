"""What the import page says in plain lines: doubts, the first rows, the result."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from typing import TYPE_CHECKING

from fieldkit.screens.widgets.cells import fit

if TYPE_CHECKING:
    from fieldkit.files import Guess, Loaded, Preview
    from fieldkit.records import Record

_EDGE = 4
"""Cells at the right that wrapped lines leave free."""
_DATE = 11
"""Cells of a date or a mobile."""
_NARROWEST = 8
"""Cells of a label, at least."""
_MARGIN = "   "


def remarks(kind: type[Record], seen: Preview) -> list[str]:
    """Say where the headings are, what is left out or in doubt, and what is needed and missing."""
    lines = [f"Headings in row {seen.heading}." if seen.heading else "No row of headings."]
    lines += [question.sentence for question in seen.questions]
    held = {one.target for one in seen.columns}
    asked = {question.field for question in seen.questions}
    missing = [
        field.label
        for name, field in kind.fields().items()
        if field.required and name not in held | asked and not field.system
    ]
    if missing and "id" not in held:
        lines.append(f"No column holds what is needed: {', '.join(missing)}.")
    return [*lines, *seen.notes]


def about_column(one: Guess) -> list[str]:
    """Say what a column is thought to hold and why, with some of its values."""
    values = ", ".join(one.samples) or "none in the first rows"
    cut = " (last four)" if one.aadhaar else ""
    return [f"{one.sure.capitalize()}. {one.why}", f"Its values: {values}{cut}."]


def first_rows(kind: type[Record], seen: Preview, width: int, height: int) -> list[str]:
    """Show the first rows as they will be stored, beside each other, a line for each field.

    Below stands why a row would not be taken.
    """
    if not seen.rows:
        return [f"{_MARGIN}The table has no row with a record."]
    labels = _labels(kind, seen)
    many, whole = len(seen.rows), width + _EDGE
    side = max(min(max(map(len, (*labels, "Row"))), whole - many * (_DATE + 1)), _NARROWEST)
    each = (whole - side) // many - 1
    table = [("Row", [str(row.number) for row in seen.rows])]
    table += [(label, [row.values.get(label, "") for row in seen.rows]) for label in labels]
    lines = [
        _MARGIN + " ".join((fit(label, side), *(fit(value, each) for value in values)))
        for label, values in table
    ]
    wrong = [f"Row {row.number} is not taken. {row.problem}" for row in seen.rows if row.problem]
    room = max(height - len(lines) - 1, height // 3)
    below = fitted(wrong, width, room) if wrong else ()
    above = height - len(below) - 2
    if len(lines) > above:
        lines = [*lines[: above - 1], f"{_MARGIN}... and {len(lines) - above + 1} fields more."]
    return [*lines, "", *below, *([""] if below else [])]


def _labels(kind: type[Record], seen: Preview) -> list[str]:
    """Return the labels of the fields that hold something, in the order of the columns."""
    from fieldkit.files import targets

    labels = targets(kind)
    ordered = [labels[one.target] for one in seen.columns if one.target and one.target in labels]
    held = {label: None for row in seen.rows for label in row.values}
    return [*(label for label in ordered if label in held), *(held.keys() - ordered)]


def result_lines(loaded: Loaded) -> list[str]:
    """Return the result of an import as lines."""
    from fieldkit.records.fields.formats import indian

    counts = [
        (loaded.imported, "new"),
        (loaded.changed, "changed"),
        (loaded.skipped, "here already, the same"),
        (loaded.rejected, "rejected, each with its reasons"),
        (len(loaded.duplicates), "may be the same as another record"),
    ]
    lines = [f"{indian(many)} {what}" for many, what in counts if many]
    if not lines:
        lines.append("No record was in the file.")
    if loaded.rejects_file:
        lines += ["", f"The rejected rows are in {loaded.rejects_file.name}, folder"]
        lines += [str(loaded.rejects_file.parent), "Mend them there and import that file."]
    if loaded.duplicates_file:
        lines += ["", f"Those that may be the same are in {loaded.duplicates_file.name}, folder"]
        lines += [str(loaded.duplicates_file.parent), "Look at each pair: one may be too many."]
    return [*lines, "", *loaded.notes]


def fitted(lines: Iterable[str], width: int, height: int) -> tuple[str, ...]:
    """Wrap lines at the width and cut them at the height; an empty one stays."""
    found = [part for line in lines for part in wrap(line, width, subsequent_indent="  ") or [""]]
    if len(found) > height:
        found = [*found[: height - 1], f"... and {len(found) - height + 1} lines more."]
    return tuple(f"{_MARGIN}{line}" for line in found)
