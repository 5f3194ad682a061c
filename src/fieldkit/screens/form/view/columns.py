"""Where things stand in a form: columns of a row, and lines for fields and choices.

Pure. A field's line follows from the section and the size of the form alone, so nothing that is
typed or offered moves it.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len

from fieldkit.screens.form.entry.form_field import FormField
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.look.parts import MARGIN

GAP = 2
"""Cells between label, box and note."""
_SHORTEST_LABEL, _LONGEST_LABEL = 18, 30
_LEAST_BOX, _USUAL_BOX, _WIDEST_BOX = 14, 24, 44
_LEAST_NOTE = 18
_LEAST_CHOICES = 3
"""Lines of choices for which it is worth to leave a line above them empty."""
_MANY_CHOICES = 5
"""Lines of choices from which on a line below them is left empty, too."""


class Columns(NamedTuple):
    """The widths of label, box and note, in cells."""

    label: int
    box: int
    note: int

    @property
    def box_at(self) -> int:
        """The first cell of the box; its text begins in the next one."""
        return MARGIN + self.label + GAP


def columns(model: FormModel, width: int) -> Columns:
    """Share the width among the columns of the section on the screen."""
    longest = max(cell_len(one.field.label) for one in model.in_section(model.section))
    label = min(max(longest, _SHORTEST_LABEL), _LONGEST_LABEL, max(width * 3 // 8, 8))
    rest = max(width - MARGIN - label - 2 * GAP - 1, 2)
    box = max(rest // 2, min(_USUAL_BOX, rest - _LEAST_NOTE))
    box = min(max(box, _LEAST_BOX), _WIDEST_BOX, rest - 1)
    return Columns(label, box, rest - box)


class Places(NamedTuple):
    """The lines of a form; line 0 names the section."""

    first: int
    """The line of the first field."""
    fields: list[FormField]
    """Those that are on the screen; a section longer than it scrolls."""
    choices_at: int
    """The first line of the choices."""
    rows: int
    """How many lines the choices have; 1: they stand side by side."""


def places(model: FormModel, height: int) -> Places:
    """Share the lines among fields and choices; the current field is among those shown."""
    fields = model.in_section(model.section)
    many = len(fields)
    noted = model.sent_back is not None  # the line above the fields says why
    for above in (1,) if noted else (1, 0):  # an empty line above the fields, then none
        free = height - 2 - above - many
        if free >= _LEAST_CHOICES:
            return Places(1 + above, fields, 2 + above + many, free - (free > _MANY_CHOICES))
    space = max(height - 2 - noted, 1)
    if many > space:
        here = fields.index(model.current)
        start = min(max(here - space // 2, 0), many - space)
        fields = fields[start : start + space]
    return Places(1 + noted, fields, height - 1, 1)
