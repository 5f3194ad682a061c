"""From a form to a draft or a save, and back: what changed, what is wrong, what was confirmed.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from fieldkit.records import Finding, Severity, Value, sentence
from fieldkit.screens.form.model import FormModel


def changes(model: FormModel) -> dict[str, Value]:
    """Return what the person changed, by field; None clears.

    A field that no longer applies through this edit is cleared; one that never did is left alone.
    """
    before = dict(model.record.values()) if model.record else {}
    after = model.values
    changed: dict[str, Value] = {}
    for name, one in model.fields.items():
        if not one.ask.asked(after):
            if one.original is not None and one.ask.asked(before):
                changed[name] = None
        elif one.value != one.original:
            changed[name] = one.value
    return changed


def draft_texts(model: FormModel, *, typing: bool = False) -> dict[str, str]:
    """Return what was changed, as it may be written into a draft, and what no field asks for.

    ``typing``: the current field may not be finished.
    """
    return model.unasked | {
        name: one.kept_text(typing=typing and name == model.at and not model.fresh)
        for name, one in model.fields.items()
        if one.changed
    }


def wrong(model: FormModel) -> int:
    """Count the fields something is wrong with, without the one being typed."""
    values = model.values
    return sum(
        bool(one.problem or one.finding)
        for name, one in model.fields.items()
        if (model.fresh or name != model.at) and one.ask.asked(values)
    )


def confirmed(model: FormModel) -> frozenset[str]:
    """Return the fields whose doubtful values the person said are meant."""
    return frozenset(name for name, one in model.fields.items() if one.confirmed)


def confirm(model: FormModel) -> None:
    """Saving again says that what was asked about is meant, unless it was changed since."""
    for name in model.asked:
        one = model.fields[name]
        one.confirmed, one.finding = True, ""
        one.read(model.within(one))
    model.asked.clear()


def unreadable(model: FormModel) -> list[Finding]:
    """Return the texts that cannot be read; doubtful ones ask for confirmation."""
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
        if one.problem and one.ask.asked(values)
    ]


def refuse(model: FormModel, findings: Sequence[Finding]) -> None:
    """Show what stands against the save, go to the first of it, and say what to do."""
    order = list(model.fields)
    blocks = [finding for finding in findings if finding.severity is Severity.BLOCK]
    stops = blocks or list(findings)
    stops.sort(key=lambda stop: order.index(stop.field) if stop.field in order else len(order))
    for stop in reversed(stops):
        if stop.field in model.fields and not model.fields[stop.field].problem:
            model.fields[stop.field].finding = sentence(stop)
    model.asked = set() if blocks else {stop.field for stop in stops if stop.field in model.fields}
    first = stops[0]
    model.go_back_to(first.field)
    label = model.fields[first.field].ask.label if first.field in model.fields else ""
    said = sentence(first)
    said = said if said.startswith(label) else f"{label}: {said}"
    many = f"{len(stops)} to correct. " if blocks and len(stops) > 1 else ""
    again = "" if blocks else " Meant so? Ctrl+S again."
    model.say(f"{many}{said}{again}", alarm=True)
