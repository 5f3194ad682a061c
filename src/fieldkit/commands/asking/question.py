"""The lines in which one field of a form is asked, from its declaration. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from fieldkit.records import Choice
from fieldkit.screens.form.entry.form_field import Candidate, FormField
from fieldkit.screens.form.entry.model import FormModel

_FEW = 9
"""Entries up to which a list is read out with its question."""
KEYS = (
    "Enter alone skips, or keeps what is there.  ? help  < back  = as last time  - empties  "
    "> next section  /word goes to a field  . saves"
)


def question(model: FormModel, one: FormField) -> list[str]:
    """Return the question: label, what is needed, what stands there, and a short list whole."""
    field = one.field
    needed = ", needed" if field.required else f", before {field.due}" if field.due else ""
    lines = [f"{field.label}{needed}"]
    if one.text.strip():
        lines.append(f"  Now: {stands(model, one)}. Enter keeps it.")
    elif last := model.last.get(one.name):
        lines.append(f"  Last time: {_last(model, one, last)}. = repeats it.")
    lines += _choices(model, one)
    return lines


def stands(model: FormModel, one: FormField) -> str:
    """Return what stands in a field, as people read it."""
    return one.read_as(model.names) or one.text


def explained(model: FormModel, one: FormField) -> list[str]:
    """Return the help on a field, its whole list, and what can be typed everywhere."""
    texts = [f"  {text}" for text in one.explain()]
    whole = _whole(model, one) if isinstance(one.field.format, Choice) else ()
    return [*texts, *listed(model, one, whole), f"  {KEYS}"]


def listed(model: FormModel, one: FormField, found: Sequence[Candidate]) -> list[str]:
    """Return entries of a field's list, each with its number or code."""
    codes = _codes(model, one)
    return [f"  {codes.get(each.text, each.text)} {each.label}" for each in found]


def numbered(found: Sequence[Candidate]) -> list[str]:
    """Return what a text could mean, numbered from 1."""
    return [f"  {place} {each.called}" for place, each in enumerate(found, 1)]


def chosen_number(typed: str, many: int) -> int | None:
    """Return the place of the entry whose number was typed; None: it is another text."""
    place = int(typed) if typed.isdecimal() and len(typed) < 4 else 0
    return place - 1 if 1 <= place <= many else None


def _choices(model: FormModel, one: FormField) -> list[str]:
    if not one.closed:
        return []
    whole = _whole(model, one)
    if not isinstance(one.field.format, Choice):
        return ["  y or n"]
    if len(whole) <= _FEW:
        return listed(model, one, whole)
    return [f"  {len(whole)} choices: type a code or how one begins; ? reads them out."]


def _whole(model: FormModel, one: FormField) -> tuple[Candidate, ...]:
    return one.candidates(model.within(one), whole=True)


def _codes(model: FormModel, one: FormField) -> dict[str, str]:
    """Return what may be typed for each entry: its place and its code, or its code alone."""
    whole = _whole(model, one)
    if not isinstance(one.field.format, Choice):
        return {}
    if one.numbers(model.within(one)):
        return {
            each.text: f"{place}" if each.text.isdecimal() else f"{place} or {each.text}:"
            for place, each in enumerate(whole, 1)
        }
    return {each.text: f"{each.text}:" for each in whole}


def _last(model: FormModel, one: FormField, last: str) -> str:
    if one.searched:
        return model.names.get(last, last)
    return next((each.label for each in _whole(model, one) if each.text == last), last)
