"""A form as lines of styled text, and what is where on them.

Pure. Line 0 names the section; each field has a line of its own; the choices stand below.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from rich.cells import cell_len

from fieldkit.plain_text import shown
from fieldkit.screens.form.entry.form_field import FormField
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.form.view.choices import choice_at as _choice_at
from fieldkit.screens.form.view.choices import choice_lines, whole_list
from fieldkit.screens.form.view.columns import GAP, Columns, columns, places
from fieldkit.screens.look.glyphs import CORRECT, DUE, NOTE, OPEN, SENT
from fieldkit.screens.look.look import Piece, Surface
from fieldkit.screens.look.parts import MARGIN, rule
from fieldkit.screens.look.parts import cursor as gutter
from fieldkit.screens.look.text import Span, StyleName, Text, cut, fit, width_of, wrapped

Line: TypeAlias = tuple[Piece, ...]


def lines(model: FormModel, width: int, height: int) -> list[Line]:
    """Return every line of the form."""
    if height < 3 or width < 10:
        return [_plain((), width)] * height
    if model.help_open:
        texts = [_heading(model, width), (), *_help(model, width, height - 2)]
        return [_plain(text, width) for text in texts[:height]]
    at, cols, values = places(model, height), columns(model, width), model.values
    below = choice_lines(model, cols, at, width)
    found = [_plain(_heading(model, width), width)]
    found += [_plain(_sent_back(model, width), width)] * (at.first - 1)
    found += [_row(model, one, cols, width, asked=one.field.asked(values)) for one in at.fields]
    found += [_plain((), width)] * (at.choices_at - (at.rows > 1) - len(found))
    found += [_plain(text, width) for text in below]
    return [*found, *[_plain((), width)] * (height - len(found))]


def cursor(model: FormModel, width: int, height: int) -> tuple[int, int]:
    """Return column and line of the cursor."""
    at, cols = places(model, height), columns(model, width)
    window = model.box.window(box_width(model, width))
    line = at.first + at.fields.index(model.current)
    return min(cols.box_at + 1 + window.cells, width - 1), min(line, height - 1)


def box_width(model: FormModel, width: int) -> int:
    """Return the cells of the current text: those of the note too, if there is no note."""
    one = model.current
    return _text_width(columns(model, width), model.box.text, _note(model, one, asked=True))


def cut_note(model: FormModel, width: int) -> str:
    """Return the note beside the current text if its column is too narrow for it."""
    note = _note(model, model.current, asked=True)
    if width_of(note) <= columns(model, width).note:
        return ""
    return "".join(span.text for span in note).removeprefix(f"{CORRECT} ")


def field_at(model: FormModel, line: int, height: int) -> str | None:
    """Return the field on a line."""
    at = places(model, height)
    inside = at.first <= line < at.first + len(at.fields) and not model.help_open
    return at.fields[line - at.first].name if inside else None


def choice_at(model: FormModel, column: int, line: int, width: int, height: int) -> int | None:
    """Return the place of the candidate at a cell of the form."""
    if model.help_open:
        return None
    return _choice_at(model, columns(model, width), places(model, height), width, column, line)


def text_at(model: FormModel, width: int) -> int:
    """Return the first cell of the text in a box."""
    return columns(model, width).box_at + 1


def _plain(text: Text, width: int) -> Line:
    return (Piece(text, width),)


def _heading(model: FormModel, width: int) -> Text:
    here = model.sections.index(model.section)
    return _section_line(model.section, here, len(model.sections), width)


def _sent_back(model: FormModel, width: int) -> Text:
    """Return why the record was sent back, on the line above the fields; empty if it was not."""
    note = model.sent_back
    if note is None:
        return ()
    by = f" by {note.by}" if note.by else ""
    said = (Span(f"{CORRECT} Sent back{by}: ", "bad"), Span(note.words, "strong"))
    return (Span(" " * MARGIN), *cut(said, max(width - 2 * MARGIN, 1)))


@lru_cache(maxsize=64)
def _section_line(section: str, here: int, many: int, width: int) -> Text:
    """Return the section's name, a thin line, a dot for each section and which one this is."""
    name = cut((Span(section, "accent"),), max(width - 12, 1))
    number = (Span(f" {here + 1} / {many}", "dim"),)
    dots: list[Span] = []
    for place in range(many):
        dots.append(Span(SENT, "accent") if place == here else Span(OPEN, "dim"))
        dots.append(Span(" "))
    space = width - MARGIN - width_of(name) - width_of(number) - 3
    if space - len(dots) < 4:
        dots = []
    thin = rule(space - len(dots) + bool(dots))
    return (Span(" " * MARGIN), *name, Span(" "), *thin, Span(" "), *dots[:-1], *number)


# --- rows ---


def _row(model: FormModel, one: FormField, cols: Columns, width: int, *, asked: bool) -> Line:
    label, note = one.field.label, _note(model, one, asked=asked)
    if one.name == model.at and model.noting.box is not None:
        label = f"Note on {label}"
    if one.name != model.at:
        return _quiet_row(label, one.text[:1000] if asked else None, note, cols, width)
    inside = _text_width(cols, model.box.text, note)
    view = model.box.window(inside)
    style: StyleName = "replaced" if model.types_over else "typed"
    under = view.text[view.cursor : view.after] or " "
    behind: Text = (Span(view.text[view.after :], "typed"),)
    if rest := model.completion.rstrip()[: len(view.text) - view.cursor]:
        after = view.text[view.cursor + len(rest) :]
        under, behind = rest[0], (Span(rest[1:], "dim"), Span(after, "typed"))
    box = (Span(" "), Span(view.text[: view.cursor], style), Span(under, "cursor"), *behind)
    return _pieces((Span(label, "strong"),), box, inside, note, cols, width, "selected")


@lru_cache(maxsize=256)
def _quiet_row(label: str, text: str | None, note: Text, cols: Columns, width: int) -> Line:
    """Return the row of a field without the cursor; ``text`` None: it does not apply."""
    named = (Span(label, "dim"),)
    if text is None:
        return _pieces(named, (Span(" -", "dim"),), -1, (), cols, width, "page")
    inside = _text_width(cols, text, note)
    return _pieces(named, (Span(" "), *fit(text, inside)), inside, note, cols, width, "page")


def _pieces(
    label: Text, box: Text, inside: int, note: Text, cols: Columns, width: int, surface: Surface
) -> Line:
    """Return a row; ``inside``: the cells for the text, -1: there is no box."""
    marked = surface == "selected"
    label = (*gutter(marked=marked), *fit(label, cols.label, right=True))
    left = Piece(fit(label, cols.box_at), cols.box_at, surface)
    if inside < 0:
        return (left, Piece(box, width - cols.box_at, surface))
    space = width - cols.box_at - inside - 1
    rest = (Span(" " * GAP), *cut(note, cols.note)) if note else ()
    return (left, Piece(box, inside + 1, "field"), Piece(rest, space, surface))


def _text_width(cols: Columns, text: str, note: Text) -> int:
    """Return the cells for a text: those of the note too where there is none and it is long."""
    inside = cols.box - 1
    if note or cell_len(shown(text[:1000])) < inside:
        return inside
    return inside + GAP + cols.note


def _note(model: FormModel, one: FormField, *, asked: bool) -> Text:
    """Return what stands to the right of a text: about it, then the operator's note on it."""
    if one.name == model.at and model.noting.box is not None:
        return ()
    about, kept = _about(model, one, asked=asked), model.notes.get(one.name, "")
    if not kept:
        return about
    return (*about, *((Span("  "),) if about else ()), Span(NOTE, "key"), Span(f" {kept}", "dim"))


def _about(model: FormModel, one: FormField, *, asked: bool) -> Text:
    """Return what a text is read as, what is wrong with it, or what is wanted."""
    here = one.name == model.at
    if not asked:
        return ()
    if here and model.second.box is not None:
        return (Span("which is right?" if model.second.differs else "once more", "warn"),)
    chosen = model.mark or not one.text.strip()
    if here and (marked := model.marked) and (one.closed or one.searched or chosen):
        return (Span(marked.called),)
    if one.wrong:
        return _fault(one, typing=here and not model.fresh)
    if not one.text.strip():
        return _wanted(model, one, here=here)
    read = one.read_as(model.names)
    kept = model.kept.get(one.name) == one.text
    return (
        *((Span("kept  ", "key"),) if kept else ()),
        *((Span(read, "text" if here else "dim"),) if read else ()),
    )


def _wanted(model: FormModel, one: FormField, *, here: bool) -> Text:
    """Return why a text is wanted, or in the present field what can be repeated there."""
    if here and (last := _last(model, one)):
        return (Span("=", "key"), Span(f" {last}", "dim"))
    if one.field.required:
        return (Span("needed", "dim"),)
    return (Span(f"{DUE} before {one.field.due}", "dim"),) if one.field.due else ()


def _last(model: FormModel, one: FormField) -> str:
    """Return what was entered here last time, as people read it; of a record, if that is known."""
    text = model.last.get(one.name, "")
    if one.searched:
        return model.names.get(text, "")
    listed = one.candidates(model.within(one), whole=True) if text and one.closed else ()
    return next((each.label for each in listed if each.text == text), text)


def _fault(one: FormField, *, typing: bool) -> Text:
    """Return what is wrong with a text; quietly while it is being typed."""
    if typing:
        return () if one.searched else (Span(one.wrong, "dim"),)
    if one.to_check:
        return (Span(f"{CORRECT} Check: {one.wrong}", "warn"),)
    return (Span(f"{CORRECT} {one.wrong}", "bad"),)


# --- help ---


def _help(model: FormModel, width: int, space: int) -> list[Text]:
    one, inside = model.current, width - 2 * MARGIN
    options = one.candidates(model.within(one), whole=True)
    texts: list[Text] = [(Span(one.field.label, "strong"),)]
    for number, paragraph in enumerate(one.explain()):
        texts += [] if number and options else [()]
        texts += wrapped(paragraph, inside, space)
    if options:
        texts.append(())
        texts += whole_list(model, inside, space - len(texts) - 2)
    texts = [(Span(" " * MARGIN), *text) if text else () for text in texts[: space - 2]]
    texts += [()] * (space - 1 - len(texts))
    return [*texts, (Span(" " * MARGIN), Span("Any key goes on; nothing is lost.", "dim"))]
