"""What stands around a form: the bar above, the panel beside it, the keys below. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fieldkit.records import Use
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.form.entry.saving import Amiss
from fieldkit.screens.look.glyphs import CORRECT, DUE, SETTLE
from fieldkit.screens.look.parts import Block, Key, keys, rare, state
from fieldkit.screens.look.text import Cell, Span, StyleName, Text, wrapped
from fieldkit.screens.lookup.look_alikes import LookAlike

_SHOWN = 2
"""Most people who are shown; the others are counted."""
_TOLD = 2
"""Most that is said on a line of what two have in common."""


class Bar(NamedTuple):
    """The bar above a form."""

    trail: tuple[str, ...]
    chips: tuple[Cell, ...]


def bar(
    model: FormModel, title: str, area: str, noted: Amiss, *, unfinished: bool, roomy: bool
) -> Bar:
    """Return what is entered, where if there is space for it, and what it still needs."""
    place: tuple[str, ...] = ()
    number: Cell = (Span(model.record.id, "dim"),) if model.record else ""
    if roomy and model.record is None:
        typed = (str(model.values[name] or "") for name in model.kind.used(Use.PLACE))
        place = (", ".join(part for part in (*typed, area) if part),)
    chips = (number, state("unfinished") if unfinished else "", *_noted(noted))
    trail = (f"Correct {lower(model.kind.title)}", title) if model.record else (title, *place)
    return Bar(trail, tuple(chip for chip in chips if chip))


def lower(title: str) -> str:
    """Return a kind's title within a sentence: "toolkit", "SHG"."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _noted(noted: Amiss) -> list[Text]:
    counted: list[tuple[int, str, StyleName]] = [
        (noted.correct, "to correct", "bad"),
        (noted.check, "to check", "warn"),
    ]
    return [(Span(f"{CORRECT} {many} {words}", style),) for many, words, style in counted if many]


def offered_keys(model: FormModel, *, alike: bool = False) -> Sequence[Key]:
    """Return the keys that work in the present field; ``alike``: somebody may be the same."""
    if model.noting.box is not None:
        return keys("Enter keep the note", "Ctrl+U empty it", "Ctrl+S save", "Esc leave it")
    if model.help_open:
        return keys("Esc back to the form")
    if model.second.differs:
        return keys("1 the first", "2 the second", "↑ correct the first", "Esc back")
    if model.second.box is not None:
        return keys("Enter compare", "↑ show the first", "Ctrl+S save", "Esc back")
    one = model.current
    empty = not one.text.strip()
    return (
        *keys("Enter next, by itself once full" if model.goes_on.may(one) else "Enter next"),
        *keys("F4 same person?" if alike else ""),
        *((rare("↑ back"),) if one.name != next(iter(model.fields)) else ()),
        *(keys(f"→ {model.going_on}") if model.completion else ()),
        *((rare("←→ choose"),) if one.closed or one.searched or one.field.open_list else ()),
        *((rare("End edit"),) if model.types_over and not one.closed else ()),
        *((rare("= as last"),) if empty and model.last.get(one.name) else ()),
        *((rare("F3 keep"),) if model.record is None and one.may_be_kept and not empty else ()),
        *keys("Ctrl+S save", "Ctrl+N save, next", "PgDn more", "Ctrl+T go to"),
        *((rare("? help"),) if empty else ()),
        *keys("Esc back"),
    )


# --- the panel ---


def blocks(model: FormModel, likely: Sequence[LookAlike], noted: Amiss, width: int) -> list[Block]:
    """Return the blocks of the panel, whose lines have ``width`` cells.

    ``likely``: those who may be the same person.
    """
    found = [Block("This entry", list(_entry(model, noted, width)))]
    if likely:
        title = (Span(f"{SETTLE} Same person?", "warn"),)
        found.insert(0, Block(title, list(_alike(likely, width)), "F4 compare", style="warn"))
    return found


def alike_line(likely: Sequence[LookAlike]) -> str:
    """Return who may be the same person, and why; empty if there is nobody."""
    if not likely:
        return ""
    first, many = likely[0], len(likely)
    others = f" {many - 1} more." if many > 1 else ""
    named = ", ".join(filter(None, (first.label, first.who)))
    return f"Same person? {named}: {', '.join(first.why[:_TOLD])}.{others}"


def _alike(likely: Sequence[LookAlike], width: int) -> Iterator[Cell]:
    for number, one in enumerate(likely[:_SHOWN]):
        if number:
            yield ()
        yield (Span(one.label, "strong"),)
        yield from wrapped((Span(one.who, "dim"),), width, 2)
        yield from wrapped((Span(", ".join(one.why), "warn"),), width, 3)
        if one.unlike:
            yield from wrapped((Span(f"but {', '.join(one.unlike)}", "dim"),), width, 2)
    if len(likely) > _SHOWN:
        yield ()
        yield (Span(f"and {len(likely) - _SHOWN} more", "dim"),)


def _entry(model: FormModel, noted: Amiss, width: int) -> Iterator[Cell]:
    """Yield how much of what is asked first is filled, what is amiss, and what is due next."""
    values = model.values
    now = [one for one in model.in_section(model.sections[0]) if one.field.asked(values)]
    filled = sum(bool(one.text.strip()) for one in now)
    yield (Span(f"{filled} of {len(now)}", "strong"), Span(" asked now", "dim"))
    yield from _noted(noted)
    due: dict[str, list[str]] = {}
    for one in model.fields.values():
        if one.field.due and not one.text.strip() and one.field.asked(values):
            due.setdefault(one.field.due, []).append(one.field.label)
    for step, labels in sorted(due.items()):
        yield ()
        yield (Span(f"{DUE} before {step}", "warn"),)
        yield from wrapped((Span(", ".join(labels), "dim"),), width, 3)
