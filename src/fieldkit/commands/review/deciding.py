"""Send a record back, accept it, decide on it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from fieldkit.about.rows import fetch_references, label_of
from fieldkit.cli import DONE, Unusable
from fieldkit.commands import known_record, open_store, operator_of, say
from fieldkit.commands.review.verifying import read_day
from fieldkit.day.correction import correct
from fieldkit.day.decision import Act, Said, acts_on, plan
from fieldkit.records import Record
from fieldkit.records.fields.formats import today
from fieldkit.store import Store


def send_back(args: Namespace) -> int:
    """Send a record back with a reason, or accept it as it now stands."""
    with open_store() as store:
        record = known_record(store, args.id)
        operator, named = operator_of(store), _named(store, record)
        if args.accept:
            store.review.accept(record.id, operator)
            say(f"Accepted: {named}.")
        elif args.corrected is not None:
            store.review.mark_corrected(record.id, args.corrected, operator)
            say(f"Noted as corrected: {named}.")
        else:
            store.review.send_back(record.id, args.reason, operator)
            said = "The person who entered it reads the reason after a sync."
            say(f"Sent back: {named}. {said}")
    return DONE


def decide(args: Namespace) -> int:
    """Decide on a record: approve or reject at a stage, or move it to a state."""
    on = read_day(args.on) if args.on else today()
    with open_store() as store:
        record = known_record(store, args.id)
        record = store.standing_record(record.id) or record
        act = _act(record, args.stage, args.outcome)
        said = Said(on, args.reason, operator_of(store))
        found = plan(store, [(record.kind(), record.id)], act, said)
        for kept in found.refused:
            why = kept.reason.removesuffix(".")
            raise Unusable(f"{kept.named}: {why}. Nothing was changed.")
        if not found.changes:
            say(f"{_named(store, record)} already has this decision. Nothing was changed.")
            return DONE
        correct(store, found, said.operator)
    for one in found.changes:
        if one.remark:
            say(f"To check: {one.remark}")
        say(f"{act.words}: {one.label}, {one.id}. `fieldkit entries --undo` undoes it.")
    return DONE


def _named(store: Store, record: Record) -> str:
    """Return what a record is called, by the person it is about, with its number."""
    return f"{label_of(fetch_references(store, [record]), record)}, {record.id}"


def _act(record: Record, stage: str, outcome: str) -> Act:
    """Return what is to be done.

    Raises:
        Unusable: records of the kind are not decided so.
    """
    offered = [one for one in acts_on(record.kind()) if one.decides and one.stage == stage]
    found = next((one for one in offered if one.key.casefold() == outcome.casefold()), None)
    if found is None:
        where = f"at stage {stage}" if stage else "without --stage"
        raise Unusable(f"{record.title}: {_offered(offered)} {where}.")
    return found


def _offered(offered: Sequence[Act]) -> str:
    if not offered:
        return "nothing is decided"
    return f"--as is one of {', '.join(one.key for one in offered)}"
