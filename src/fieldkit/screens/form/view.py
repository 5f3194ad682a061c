"""A form as lines of styled text, and what is where on them.

Pure. Line 0 names the section, the last line has the choices, and between them each field has a
line, which does not move whatever is typed. All text is safe to print and as wide as requested.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TypeAlias

from rich.cells import cell_len

from fieldkit.plain_text import shown
from fieldkit.records import Choice, rules_of
from fieldkit.screens.form.form_field import FormField
from fieldkit.screens.form.model import FormModel
from fieldkit.screens.widgets.cells import fit

Span: TypeAlias = tuple[str, str]
"""A style's name (a component class of the widget, without its prefix) and text."""
Line: TypeAlias = tuple[Span, ...]

_MARGIN = 2
_LONGEST_LABEL = 30
_LEAST_BOX = 18


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of label, text and note, in cells."""

    label: int
    box: int
    note: int

    @property
    def box_at(self) -> int:
        """The first cell of the text."""
        return _MARGIN + self.label + 1


def columns(model: FormModel, width: int) -> Columns:
    """Share the width; the columns are the same in every section, so that nothing moves."""
    longest = max(cell_len(one.field.label) for one in model.fields.values())
    label = min(longest, _LONGEST_LABEL, max(width * 3 // 8, 8))
    rest = max(width - _MARGIN - label - 2, 2)
    box = max(min(_LEAST_BOX, rest - 1), rest * 9 // 20)
    return Columns(label, box, rest - box)


def lines(model: FormModel, width: int, height: int) -> list[Line]:
    """Return every line of the form."""
    if height < 3 or width < 10:
        return [(("dim", " " * width),)] * height
    space = height - 2
    if model.help_open:
        return [_heading(model, width), *_help(model, width, space), _choices(model, width)]
    cols = columns(model, width)
    values = model.values
    shown_fields = _in_view(model, space)
    rows = [_row(model, one, cols, asked=one.field.asked(values)) for one in shown_fields]
    blank: Line = (("dim", " " * width),)
    rows += [blank] * (space - len(rows))
    return [_heading(model, width), *rows, _choices(model, width)]


def cursor(model: FormModel, width: int, height: int) -> tuple[int, int]:
    """Return column and line of the cursor."""
    row = _in_view(model, max(height - 2, 1)).index(model.current)
    window = model.current.box.window(box_width(model, width))
    return columns(model, width).box_at + window.cells, row + 1


def box_width(model: FormModel, width: int) -> int:
    """Return the cells of the current text: those of the note too, if there is no note."""
    return _box_width(columns(model, width), _note(model, model.current, asked=True)[0])


def cut_note(model: FormModel, width: int) -> str:
    """Return the note beside the current text if its column is too narrow for it."""
    note = _note(model, model.current, asked=True)[0]
    return note if cell_len(shown(note)) > columns(model, width).note else ""


def _box_width(cols: Columns, note: str) -> int:
    return cols.box if note else cols.box + 1 + cols.note


def field_at(model: FormModel, line: int, height: int) -> str | None:
    """Return the field on a line."""
    fields = _in_view(model, height - 2)
    inside = 1 <= line <= len(fields) and not model.help_open
    return fields[line - 1].name if inside else None


def choice_at(model: FormModel, column: int, width: int) -> int | None:
    """Return the place of the candidate at a column of the last line."""
    at = 0
    for place, text in _shown_choices(model, width):
        if place is not None and at <= column < at + cell_len(text):
            return place
        at += cell_len(text)
    return None


def _in_view(model: FormModel, space: int) -> list[FormField]:
    """Return the fields of the section that fit; the current one is among them."""
    fields = model.in_section(model.section)
    if len(fields) <= space:
        return fields
    here = fields.index(model.current)
    first = min(max(here - space // 2, 0), len(fields) - space)
    return fields[first : first + space]


def _heading(model: FormModel, width: int) -> Line:
    place = model.sections.index(model.section) + 1
    right = f"{place} of {len(model.sections)}"
    hidden = len(model.in_section(model.section))
    left = fit(f" {model.section}", max(width - len(right) - 1, 1))
    return (("section", left), ("dim", fit(f" {right}", width - cell_len(left)))) if hidden else ()


def _row(model: FormModel, one: FormField, cols: Columns, *, asked: bool) -> Line:
    here = one.name == model.at
    style = "label" if asked else "dim"
    mark = ("here", "> ") if here else (style, "  ")
    label = ("here" if here else style, fit(one.field.label, cols.label) + " ")
    note, how = _note(model, one, asked=asked)
    box = _box(model, one, _box_width(cols, note))
    return (mark, label, *box, *([(how, " " + fit(note, cols.note))] if note else []))


def _box(model: FormModel, one: FormField, width: int) -> tuple[Span, ...]:
    if one.name != model.at:
        return (("box", fit(one.text, width)),)
    view = one.box.window(width)
    over = "over" if model.types_over else "typing"
    parts = (
        (over, view.text[: view.cursor]),
        ("cursor", view.text[view.cursor : view.after] or " "),
        ("typing", view.text[view.after :]),
    )
    return tuple(part for part in parts if part[1])


def _note(model: FormModel, one: FormField, *, asked: bool) -> tuple[str, str]:
    """Return the note to the right of a text, and its style."""
    if not asked:
        return "-", "dim"
    if one.name == model.at and model.mark >= 0:
        found = model.candidates()
        if model.mark < len(found) and (one.closed or one.searched or model.mark):
            return found[model.mark].label, "note"
    if one.wrong:
        typing = one.name == model.at and not model.fresh
        return "" if typing and one.searched else one.wrong, "dim" if typing else "wrong"
    if not one.text.strip():
        due = f"due before {one.field.due}" if one.field.due else ""
        return "needed" if one.field.required else due, "dim"
    return one.read_as(model.names), "note"


def _choices(model: FormModel, width: int) -> Line:
    spans = []
    used = 0
    for place, text in _shown_choices(model, width):
        marked = place is not None and place == model.mark
        spans.append(("marked" if marked else "choice" if place is not None else "dim", text))
        used += cell_len(text)
    return (*spans, ("dim", " " * (width - used)))


def _shown_choices(model: FormModel, width: int) -> list[tuple[int | None, str]]:
    """Return the pieces of the line of choices, each with its candidate's place or None."""
    found = model.candidates()
    if not found:
        return []
    labels = _brief([shown(one.label) for one in found], heads=model.current.closed)
    pieces = [_choice(model, place, found[place].text, label) for place, label in enumerate(labels)]
    head = " choices: "
    first = _first_shown(pieces, model.mark, width - len(head) - 10)
    parts: list[tuple[int | None, str]] = [(None, head)]
    used = len(head)
    for place in range(first, len(pieces)):
        size = cell_len(pieces[place])
        rest = f" +{len(pieces) - place}"
        spare = 0 if place == len(pieces) - 1 else len(rest)
        if used + size + spare > width:
            parts.append((None, fit(rest, min(len(rest), width - used))))
            break
        parts.append((place, pieces[place]))
        used += size
    return parts


def _first_shown(pieces: list[str], mark: int, space: int) -> int:
    """Return the first candidate to show, so that the marked one is on the line."""
    first, used = 0, 0
    for place in range(mark + 1):
        used += cell_len(pieces[place])
        while used > space and first < place:
            used -= cell_len(pieces[first])
            first += 1
    return first


def _brief(labels: list[str], *, heads: bool) -> list[str]:
    """Return short labels; ``heads``: only their beginnings, if those still differ."""
    cut = [_cut(label.partition(" (")[0], 22) for label in labels]
    return cut if heads and len(set(cut)) == len(labels) else [_cut(label, 34) for label in labels]


def _cut(label: str, longest: int) -> str:
    return fit(label, longest).rstrip() if cell_len(label) > longest else label


def _choice(model: FormModel, place: int, text: str, label: str) -> str:
    one = model.current
    if model.fresh or not one.text.strip():
        if one.numbers(model.within(one)):
            label = f"{place + 1} {label}"
        elif isinstance(one.field.format, Choice):
            label = f"{text} {label}"
    return f"[{label}] " if place == model.mark else f" {label}  "


def _help(model: FormModel, width: int, space: int) -> list[Line]:
    one = model.current
    paragraphs = one.explain()
    listed = [
        f"{number} {option.label}" if one.numbers(model.within(one)) else option.label
        for number, option in enumerate(one.candidates(model.within(one), whole=True), 1)
    ]
    sources = {
        rule.source for rule in rules_of(model.kind) if rule.field == one.name and rule.source
    }
    paragraphs += [f"Checked by: {'; '.join(sorted(sources))}"] if sources else []
    paragraphs += ["  ".join(listed)] if listed else []
    texts: list[tuple[str, str]] = [("here", f" {one.field.label}")]
    for paragraph in paragraphs:
        wrapped = textwrap.wrap(shown(paragraph), max(width - 4, 8))
        texts += [("note", f"   {text}") for text in wrapped]
    texts = texts[: space - 1]
    texts += [("dim", "")] * (space - 1 - len(texts))
    texts.append(("dim", "   Any key goes on; nothing is lost."))
    return [((style, fit(text, width)),) for style, text in texts]
