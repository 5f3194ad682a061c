"""The end of the questions: what stops a save is asked about, then it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from fieldkit.commands import say
from fieldkit.commands.asking.console import agreed, ask, chosen, say_all
from fieldkit.commands.asking.questions import Questions, said_fields
from fieldkit.records import Finding, Severity, Use, sentence
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.form.entry.saving import changes, confirmed, unreadable, written
from fieldkit.screens.lookup.look_alikes import look_alikes
from fieldkit.store import Edit, Refused


class Outcome(NamedTuple):
    """How an attempt to save ended."""

    saved: str = ""
    """The number of the record that was saved."""
    field: str = ""
    """The field that stops it."""
    same: str = ""
    """The number of the known person that it is."""


def save(questions: Questions) -> Outcome:
    """Ask what must be asked, then save.

    Raises:
        Closed: no line comes.
        StoreError: it could not be written.
    """
    model, store = questions.model, questions.store
    if not changes(model):
        return _unchanged(questions)
    if stops := unreadable(model):
        return _stopped(model, stops)
    found = store.judge(_edit(questions))
    stops = [one for one in found if one.severity is Severity.BLOCK]
    if stops:
        return _stopped(model, stops)
    for one in found:
        if one.severity is Severity.WARN:
            say(f"To check: {_said(model, one)}")
        elif not _confirms(model, one):
            return Outcome(field=one.field)
    same = _same_person(questions)
    if same or not _agrees(model):
        return Outcome(same=same, field="" if same else model.at)
    return _commit(questions)


def _edit(questions: Questions) -> Edit:
    model, draft = questions.model, questions.draft
    fields = written(model, draft.operator, questions.store.now())
    return Edit(model.kind, fields, draft.record_id, draft.base, confirmed=confirmed(model))


def _unchanged(questions: Questions) -> Outcome:
    model = questions.model
    say("Nothing was changed." if model.record else "Nothing is filled in yet.")
    if model.record:
        if questions.draft.id is not None:
            questions.store.drafts.drop(questions.draft.id)
        return Outcome(saved=model.record.id)
    return Outcome(field=next(iter(model.fields)))


def _stopped(model: FormModel, stops: Sequence[Finding]) -> Outcome:
    """Say what stops the save, in the order of the form; return the first field."""
    order = list(model.fields)
    placed = sorted(stops, key=lambda one: order.index(one.field) if one.field in order else 999)
    say("Not saved yet. To correct:")
    for one in placed:
        say(f"  {_said(model, one)}")
    field = placed[0].field
    return Outcome(field=field if field in model.fields else order[0])


def _said(model: FormModel, finding: Finding) -> str:
    label = model.fields[finding.field].field.label if finding.field in model.fields else ""
    said = sentence(finding)
    return said if not label or said.startswith(label) else f"{label}: {said}"


def _confirms(model: FormModel, finding: Finding) -> bool:
    if not agreed(f"{_said(model, finding)} Is that right? y or n"):
        return False
    if finding.field in model.fields:
        model.fields[finding.field].confirmed = True
    return True


def _same_person(questions: Questions) -> str:
    """Ask whether this is a person who is known already; return that person's number if it is."""
    same, store = questions.same, questions.store
    if (opened := same.model.record) is not None and same.known is None:
        same.open_with(opened, look_alikes(store, opened))
    if (typed := same.to_look_up()) is not None:
        same.answer(typed, look_alikes(store, typed))
    for stop in same.question():
        number = stop.related[0][1]
        one = next(one for one in same.likely if one.id == number)
        say(f"Same person? {one.label}, {one.who}, {one.id}")
        say(f"  Alike: {', '.join(one.why)}")
        if one.unlike:
            say(f"  Not alike: {', '.join(one.unlike)}")
        question = "Type s if it is the same person, d if it is somebody else."
        answers = {"s": True, "same": True, "d": False, "different": False}
        if chosen(question, answers, question):
            return number
        same.model.different.add(number)
    return ""


def _agrees(model: FormModel) -> bool:
    named = " ".join(str(model.values[name] or "") for name in model.kind.used(Use.NAME)).strip()
    lines = said_fields(model)
    say(f"{named or model.kind.title}: {len(lines)} filled.")
    while True:
        typed = ask("Save? y saves, n goes on, ? reads it back.").casefold()
        if typed in {"y", "yes", "n", "no"}:
            return typed.startswith("y")
        say_all(lines if typed == "?" else ())


def _commit(questions: Questions) -> Outcome:
    model, draft = questions.model, questions.draft
    left = replace(draft, texts=model.unasked, field="", base=draft.base or 0)
    edit = _edit(questions)
    try:
        apart = frozenset(model.different)
        done, *_ = questions.store.save([edit], draft.operator, left=left, different=apart)
    except Refused as refused:
        return _stopped(model, [finding for _, finding in refused.findings])
    record = questions.store.record(done.id)
    say(f"Saved: {record.label() if record else model.kind.title}, {done.id}.")
    return Outcome(saved=done.id)
