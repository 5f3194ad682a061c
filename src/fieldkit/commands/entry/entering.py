"""Entering a record as plain questions, without a screen: for screen readers and slow lines."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

from fieldkit.cli import DONE, IN_PART, Unusable, print_error
from fieldkit.commands import known_kind, open_store, operator_of, say
from fieldkit.commands.asking.console import Closed, agreed, ask, prepare
from fieldkit.commands.asking.question import KEYS, chosen_number
from fieldkit.commands.asking.questions import Questions
from fieldkit.commands.asking.saving import Outcome, save
from fieldkit.records import Record
from fieldkit.records.declaration.sent_back import open_note
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.form.reading import base_of, start
from fieldkit.store import Draft, Store, StoreError


def enter(args: Namespace) -> int:
    """Ask for records of one kind until no more are wanted; correct one with ``--record``."""
    kind = known_kind(args.kind)
    if kind.program_log:
        raise Unusable(f"{kind.plural} are logged by fieldkit itself, and not entered.")
    prepare()
    with open_store() as store:
        if store.device is None:
            raise Unusable("This laptop is not set up yet. Run `fieldkit init` first.")
        if args.operator:
            store.use_operator(args.operator)
        operator = operator_of(store)
        record_id = _known_id(store, kind, args.record) if args.record else None
        say(f"{kind.title}, entered by {operator}. Type ? for help on a question, . to save.")
        draft = Draft(kind.kind(), operator, record_id=record_id)
        try:
            draft = _unfinished(store, draft) or draft
            return _enter_all(store, kind, draft)
        except Closed:
            say()
            say("Stopped. What is saved stays saved.")
            return DONE


def _known_id(store: Store, kind: type[Record], number: str) -> str:
    record = store.standing_record(number)
    if record is None or record.kind() != kind.kind():
        raise Unusable(f"There is no {kind.title.lower()} {number} on this laptop.")
    asked = store.record(number)
    if asked is not None and asked.id != record.id:
        say(f"{number} is the same person as {record.label()}, {record.id}.")
    return record.id


def _unfinished(store: Store, new: Draft) -> Draft | None:
    """Ask which unfinished form to go on with, if there are any; None: a new one.

    Raises:
        Closed: no line comes.
    """
    wanted = (new.kind, new.record_id)
    drafts = [one for one in store.drafts.of(new.operator) if (one.kind, one.record_id) == wanted]
    if not drafts:
        return None
    say("Unfinished:")
    for place, one in enumerate(drafts, 1):
        texts = [text for text in one.texts.values() if text][:3]
        say(f"  {place} {', '.join(texts) or 'nothing typed yet'}")
    begin = "begins again" if new.record_id else "begins a new one"
    place_typed = chosen_number(ask(f"Type a number to go on with it; Enter {begin}."), len(drafts))
    return None if place_typed is None else drafts[place_typed]


def _enter_all(store: Store, kind: type[Record], draft: Draft) -> int:
    """Enter one record after another; say how it ended.

    Raises:
        Closed: no line comes, and nothing is unfinished.
    """
    opened = draft if draft.id is not None else None
    while True:
        questions = _begin(store, kind, draft, opened)
        opened = None
        try:
            outcome = _until_saved(questions)
        except (Closed, KeyboardInterrupt):
            return _left(questions)
        if outcome.same:
            draft = replace(questions.draft, record_id=outcome.same)
            say(f"Going on with {outcome.same}: what you typed replaces what was known.")
            continue
        if draft.record_id or not agreed("Another one? y or n"):
            return DONE
        draft = Draft(kind.kind(), draft.operator)


def _begin(store: Store, kind: type[Record], draft: Draft, opened: Draft | None) -> Questions:
    """Begin the questions; ``opened``: the draft that is gone on with, as it was kept."""
    found = start(store, kind, draft.record_id, draft.operator)
    model = FormModel(kind, found.record, draft.texts, "", found.place, found.limits)
    model.last, model.scope, model.second.fields = found.last, found.scope, found.twice
    say(f"Correct {found.label}" if found.record else found.label)
    if found.record and (note := open_note(found.record)):
        say(f"Sent back: {note.shown}")
    for text in {**found.denied, **found.issues}.values():
        say(text)
    say(KEYS)
    return Questions(store, model, replace(draft, base=base_of(found.record, opened)))


def _until_saved(questions: Questions) -> Outcome:
    """Ask, save, and ask again what stopped the save.

    Raises:
        Closed: no line comes.
    """
    while True:
        questions.run()
        outcome = save(questions)
        if outcome.saved or outcome.same:
            return outcome
        if outcome.field:
            questions.go_to(outcome.field)


def _left(questions: Questions) -> int:
    """Keep what was typed; return the exit code."""
    say()
    try:
        questions.keep()
    except StoreError as error:
        return print_error(f"What was typed could not be kept: {error}")
    if questions.draft.id is None:
        say("Stopped. Nothing was typed, so nothing is kept.")
        return DONE
    say("Stopped. What was typed is kept as unfinished: here, and on Home in the application.")
    return IN_PART
