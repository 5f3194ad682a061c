"""Between a form and a save: what changed, what is wrong, what was confirmed.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fieldkit.protocol.difference import difference_field
from fieldkit.protocol.note import note_field
from fieldkit.records import Finding, Severity, Value, sentence
from fieldkit.records.declaration.review import SAME_PERSON
from fieldkit.records.declaration.sent_back import corrected_by_edit
from fieldkit.screens.form.entry.model import FormModel

_PLACE = frozenset({"district", "block"})


def changes(model: FormModel) -> dict[str, Value]:
    """Return what the operator changed, by field; None clears.

    A field that stops applying through this edit is cleared; one that never applied is left alone.
    """
    before = dict(model.record.values()) if model.record else {}
    after = model.values
    changed: dict[str, Value] = {}
    for name, one in model.fields.items():
        if not one.field.asked(after):
            if one.original is not None and one.field.asked(before):
                changed[name] = None
        elif one.value != one.original:
            changed[name] = one.value
    if changed.keys() & _PLACE:
        # One without the other could come to stand beside another's half.
        changed |= {name: after[name] for name in _PLACE & model.fields.keys()}
    notes = {note_field(name): text or None for name, text in model.changed_notes.items()}
    return changed | notes


def written(model: FormModel, operator: str, at: int) -> dict[str, Value]:
    """Return what a save writes: the changes, and of a record sent back that it is corrected."""
    changed = changes(model)
    return changed | dict(corrected_by_edit(model.record, changed, operator, at))


def sent_back_words(model: FormModel) -> str:
    """Return why the record was sent back, whole, as a sentence; empty if it was not."""
    return f"Sent back: {model.sent_back.words}" if model.sent_back else ""


def draft_texts(model: FormModel, *, typing: bool = False) -> dict[str, str]:
    """Return the changed texts as a draft may hold them, and what has no field of the form.

    ``typing``: the text of the current field may be incomplete.
    """
    different = {difference_field(number): "yes" for number in sorted(model.different)}
    return (
        model.unasked
        | different
        | {note_field(name): text for name, text in model.changed_notes.items()}
        | {
            name: one.draft_text(typing=typing and name == model.at and not model.fresh)
            for name, one in model.fields.items()
            if one.changed
        }
    )


class Amiss(NamedTuple):
    """How many fields need somebody."""

    correct: int
    """Those that stop a save."""
    check: int
    """Those with a remark."""


def amiss(model: FormModel) -> Amiss:
    """Count the fields to correct and those to check, except the one being typed."""
    values = model.values
    noted = [
        one.to_check
        for name, one in model.fields.items()
        if one.wrong and (model.fresh or name != model.at) and one.field.asked(values)
    ]
    return Amiss(noted.count(False), noted.count(True))


def confirmed(model: FormModel) -> frozenset[str]:
    """Return the fields whose doubtful values the operator confirmed."""
    return frozenset(name for name, one in model.fields.items() if one.confirmed)


def confirm(model: FormModel) -> None:
    """Confirm what the last save asked about: saving again means yes, unless the text changed."""
    for name in model.asked:
        one = model.fields[name]
        one.confirmed, one.finding = True, ""
        one.read(model.within(one))
    model.asked.clear()


def unreadable(model: FormModel) -> list[Finding]:
    """Return a finding for each text that cannot be read; a doubtful one asks for confirmation."""
    values = model.values
    return [
        Finding(
            model.kind.kind(),
            "",
            name,
            "unreadable",
            severity=Severity.REASON if one.doubtful else Severity.BLOCK,
            text=one.problem,
        )
        for name, one in model.fields.items()
        if one.problem and one.field.asked(values)
    ]


def refuse(model: FormModel, findings: Sequence[Finding]) -> None:
    """Show the findings that stop the save, go to the first, and say what to do."""
    order = list(model.fields)
    blocks = [finding for finding in findings if finding.severity is Severity.BLOCK]
    stops = blocks or list(findings)
    stops.sort(key=lambda stop: order.index(stop.field) if stop.field in order else len(order))
    for stop in reversed(stops):
        if stop.field in model.fields and not model.fields[stop.field].problem:
            one = model.fields[stop.field]
            one.finding, one.remark = sentence(stop), stop.severity is not Severity.BLOCK
    model.asked = set() if blocks else {stop.field for stop in stops if stop.field in model.fields}
    first = stops[0]
    model.go_back_to(first.field)
    said = sentence(first)
    if first.rule == SAME_PERSON:
        alike = f"{len(stops)} people here are alike. " if len(stops) > 1 else ""
        model.say(f"{alike}{said}", "F4 compare. Somebody else? Ctrl+S again.", alarm=True)
        return
    label = model.fields[first.field].field.label if first.field in model.fields else ""
    said = said if said.startswith(label) else f"{label}: {said}"
    many = f"{len(stops)} to correct. " if blocks and len(stops) > 1 else ""
    again = "" if blocks else "Is that right? Ctrl+S again."
    model.say(f"{many}{said}", again, alarm=True)
