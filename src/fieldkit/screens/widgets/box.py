"""A box with a text and its cursor, as lines of styled text. Pure."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from fieldkit.screens.look.parts import frame
from fieldkit.screens.look.text import Span, Text
from fieldkit.screens.widgets.typed import Typed

_LEAST = 4
"""Cells of the narrowest box."""


def box_line(typed: Typed, prompt: str, width: int) -> Text:
    """Return the box as one line behind its prompt."""
    label = (Span("  "), Span(prompt, "key"), Span("  ")) if prompt else (Span("  "),)
    inside = max(width - sum(len(span.text) for span in label) - 2, _LEAST)
    return (*label, *_typed_text(typed, inside))


def framed_box(typed: Typed, prompt: str, note: str, width: int) -> list[Text]:
    """Return the box as three lines with a frame; ``note`` stands in the frame."""
    inside = _typed_text(typed, max(width - 6, _LEAST))
    lines = frame((Span(prompt, "key"),), note, [inside], width - 2, "accent")
    return [(Span(" "), *line) for line in lines]


def _typed_text(typed: Typed, width: int) -> Text:
    text, cursor = typed.window(width)
    if cell_len(text) > width:
        text = set_cell_size(text, width)
    at = _letter_at(text, cursor)
    return (
        Span(text[:at], "strong"),
        Span(text[at : at + 1] or " ", "cursor"),
        Span(text[at + 1 :], "strong"),
    )


def _letter_at(text: str, cells: int) -> int:
    """Return the place of the letter that begins at a cell."""
    place = 0
    while place < len(text) and cell_len(text[:place]) < cells:
        place += 1
    return place
