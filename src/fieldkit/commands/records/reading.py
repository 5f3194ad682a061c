"""Commands about records: kinds, sample data, export, find and show."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import cast

from fieldkit.about.fields import called, notes_of
from fieldkit.cli import DONE, Unusable, print_error
from fieldkit.commands import (
    condition_of,
    in_words,
    known_kind,
    known_record,
    open_store,
    operator_of,
    say,
    say_json,
)
from fieldkit.file_fault import why
from fieldkit.files import FileFormat, fields_of
from fieldkit.files import export as write
from fieldkit.protocol.identity import read_id
from fieldkit.protocol.messages.finding import Finding
from fieldkit.records import Field, Record, Use, sentence
from fieldkit.records import kinds as all_kinds
from fieldkit.records.declaration.sent_back import open_note, read_note
from fieldkit.records.fields.formats import Choice, Moment, show_date
from fieldkit.store import Event, Logged, Store, restoration

_BUDGAM, _CHADOORA = 2, 16
"""The area of samples if no laptop is set up."""
_NO_NUMBER = "A record number looks like 7KQ2M9XD-142."


def kinds(args: Namespace) -> int:
    """List every kind with its fields."""
    if args.json:
        say_json([_kind(kind) for kind in all_kinds().values()])
        return DONE
    for name, kind in all_kinds().items():
        say(f"{name}: {kind.plural}")
        for field_name, field in kind.form_fields().items():
            needed = "  needed" if field.required else ""
            say(f"  {field_name:28}{field.format.type:16}{field.label}{needed}")
    return DONE


def _kind(kind: type[Record]) -> dict[str, object]:
    return {
        "kind": kind.kind(),
        "title": kind.title,
        "fields": [_field(name, field) for name, field in kind.fields().items()],
    }


def _field(name: str, field: Field) -> dict[str, object]:
    options = field.format.options() if isinstance(field.format, Choice) else ()
    return {
        "name": name,
        "type": field.format.type,
        "label": field.label,
        "required": bool(field.required),
        "replaced_by": field.replaced_by or None,
        "choices": [
            {"code": option.code, "label": option.label, "confirmed": option.confirmed}
            for option in options
        ],
    }


def sample(args: Namespace) -> int:
    """Write made-up records to files."""
    from fieldkit.sample import write as write_sample

    district, block = _area(args)
    written = write_sample(
        args.out,
        args.format,
        people=args.people,
        seed=args.seed,
        district=district,
        block=block,
        of_office=args.office,
    )
    for path in written.values():
        say(str(path))
    return DONE


def _area(args: Namespace) -> tuple[int, int]:
    """Return the requested area, else the laptop's, else Chadoora in Budgam."""
    from fieldkit import reference

    if args.block is not None:
        district = reference.district_of(args.block)
        if district is None or args.district not in (None, district):
            raise Unusable(f"There is no block {args.block} in that district. Check the LGD codes.")
        return district, args.block
    if args.district is not None:
        inside = [o for o in reference.options("block") if o.within == args.district]
        if not inside:
            raise Unusable(f"There is no district {args.district}. Check the LGD code.")
        return args.district, int(inside[0].code)
    from fieldkit.settings import DATABASE, home_folder

    if (home_folder() / DATABASE).exists():
        with open_store() as store:
            if store.device and store.device.block:
                return store.device.district, store.device.block
    return _BUDGAM, _CHADOORA


def export(args: Namespace) -> int:
    """Write the records of one kind to a file or to standard output."""
    kind = known_kind(args.kind)
    where = {one.field: one.text for one in (condition_of(kind, given) for given in args.where)}
    form = args.format or (args.output.suffix[1:].casefold() if args.output else "csv")
    if form not in ("csv", "xlsx", "jsonl"):
        raise Unusable("The format must be csv, xlsx or jsonl: give it with --format.")
    target = args.output or sys.stdout.buffer
    with open_store() as store:
        try:
            many = write(
                store,
                args.kind,
                target,
                cast(FileFormat, form),
                where,
                notes=args.notes,
                operator=operator_of(store),
            )
        except BrokenPipeError:
            raise
        except OSError as error:
            named = args.output or "The output"
            raise Unusable(f"{named} cannot be written: {why(error)}.") from None
    if args.output:
        say(f"{many} records were written to {args.output}.")
    return DONE


def find(args: Namespace) -> int:
    """Find records."""
    if args.kind:
        known_kind(args.kind)
    with open_store() as store:
        hits = store.find(args.text, [args.kind] if args.kind else None, args.limit)
        if args.json:
            say_json(
                [
                    {
                        "id": hit.id,
                        "kind": hit.kind,
                        "label": hit.label,
                        "fields": _columns(store, hit.kind, hit.id),
                    }
                    for hit in hits
                ]
            )
            return DONE
    for hit in hits:
        columns = [text for text in hit.line.values() if text and text != hit.label]
        say(f"{hit.id:16}{hit.label:32}{'  '.join(columns)}")
    if not hits:
        print_error("Nothing found. Try the mobile, or another spelling.")
    return DONE


def _columns(store: Store, kind: str, record_id: str) -> Mapping[str, object]:
    record = store.get(kind, record_id)
    return fields_of(record, record.used(Use.LIST)) if record else {}


def show(args: Namespace) -> int:
    """Show a record, its events, and its changes with their sync state.

    For a record that has left this laptop: the changes made here.
    """
    number = read_id(args.id)
    if number is None:
        raise Unusable(_NO_NUMBER)
    with open_store() as store:
        asked, record = store.record(args.id), store.standing_record(args.id)
        others = store.merges.merged_with(record.kind(), record.id) if record else []
        events = store.timeline(record.id) if record else []
        changes = store.outbox.of(record.id if record else str(number))
        noted = store.review.findings(record.id) if record else []
    if record is None and not changes:
        raise Unusable(
            f"There is no record {args.id} on this laptop. Check the number, or sync first."
        )
    if args.json:
        say_json(
            {
                "kind": record.kind() if record else changes[0].change.kind,
                "label": record.label() if record else None,
                "record": fields_of(record, record.fields()) if record else None,
                "also_entered_as": others,
                "events": [_event(event) for event in events],
                "changes": [_change(logged) for logged in changes],
            }
        )
    elif record is None:
        _say_gone(str(number), changes)
    else:
        if asked is not None and asked.id != record.id:
            say(f"{asked.id} is the same person as {record.label()}, {record.id}:")
        _say_record(record, others, noted, events, changes)
    return DONE


def undelete(args: Namespace) -> int:
    """Restore a deleted record."""
    with open_store() as store:
        record = known_record(store, args.id)
        if not record.deleted:
            raise Unusable(f"{record.label()}, {record.id}, is not deleted.")
        store.save([restoration(record)], operator_of(store))
        say(f"Restored: {record.label()}, {record.id}.")
        for one in store.remarks(record):
            say(f"To check: {sentence(one)}")
    return DONE


def _event(event: Event) -> dict[str, object]:
    return {
        "on": event.on.isoformat() if event.on else None,
        "kind": event.kind,
        "id": event.id,
        "number": event.number or None,
        "sentence": event.sentence,
        "by": event.by,
        "state": str(event.state),
    }


def _change(logged: Logged) -> dict[str, object]:
    return {
        "origin": logged.origin,
        "seq": logged.change.seq,
        "op": str(logged.change.op),
        "fields": dict(logged.change.fields),
        "at": logged.change.at,
        "operator": logged.change.operator,
        "state": str(logged.state),
        "reason": sentence(logged.reason) if logged.reason else None,
        "reason_field": (logged.reason.field or None) if logged.reason else None,
    }


def _say_record(
    record: Record,
    others: Sequence[str],
    noted: Sequence[Finding],
    events: Sequence[Event],
    changes: Sequence[Logged],
) -> None:
    say(f"{record.label()}  {record.id}{'  deleted' if record.deleted else ''}")
    for number in others:
        say(f"  Also entered as {number}")
    _say_values(record)
    for one in noted:
        say(f"To check: {sentence(one)}")
    if events:
        say("What happened:")
    for event in events:
        on = show_date(event.on) if event.on else ""
        under = f"  under {event.number}" if event.number else ""
        say(f"  {on:12}{event.sentence}{under}  {event.by}  {event.state}")
    say("Saved on this laptop:")
    for logged in changes:
        _say_change(logged)


def _say_values(record: Record) -> None:
    if note := open_note(record):
        say(f"Sent back: {note.shown}")
        if done := read_note(record.corrected):
            say(f"Corrected: {done.shown}. It waits for the supervisor.")
    for name, field in record.form_fields().items():
        if text := field.format.show(record.value(name)):
            say(f"  {field.label:32} {text}")
    for name, text in notes_of(record).items():
        say(f"Note on {called(record.fields(), name)}: {text}")


def _say_gone(record_id: str, changes: Sequence[Logged]) -> None:
    say(f"{record_id} is no longer on this laptop. What was entered here:")
    for logged in changes:
        _say_change(logged)
        known = all_kinds().get(logged.change.kind)
        fields = known.fields() if known else {}
        for name, value in logged.change.fields.items():
            say(f"    {called(fields, name):32}{in_words(fields.get(name), value)}")


def _say_change(logged: Logged) -> None:
    change = logged.change
    at = Moment().show(change.at)
    why = sentence(logged.reason) if logged.reason else ""
    say(f"  {at}  {change.op}  {change.operator}  {logged.state}  {why}")
