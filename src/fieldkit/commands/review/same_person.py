"""Commands about two records of perhaps one person: merge, take that back, or tell them apart."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from fieldkit.cli import DONE, Unusable
from fieldkit.commands import known_record, open_store, operator_of, say, say_json
from fieldkit.protocol.difference import difference_field, smaller_first
from fieldkit.records import Record, Value
from fieldkit.records.declaration.permission import MERGED
from fieldkit.records.declaration.review import said_different
from fieldkit.store import Edit, Store


def merge(args: Namespace) -> int:
    """Note that two records are of one person, whom the first stands for from then on."""
    use = [name for given in args.use for name in given.split(",") if name]
    with open_store() as store:
        kept, duplicate = _two(store, args.kept, args.duplicate)
        fields = kept.form_fields()
        unknown = [name for name in use if name not in fields]
        if unknown:
            raise Unusable(
                f"{kept.title} has no field {', '.join(unknown)}. `fieldkit kinds` lists them."
            )
        _check_not_different(kept, duplicate)
        _check_may_merge(store, duplicate, kept, use)
        store.merges.merge(kept.kind(), kept.id, duplicate.id, operator_of(store), use)
    if args.json:
        say_json({"kept": kept.id, "duplicate": duplicate.id, "used": use})
        return DONE
    taken = ", ".join(fields[name].label.lower() for name in use)
    say(f"Merged: {_named(duplicate)} is the same person as {_named(kept)}.")
    say(f"Taken over: {taken}." if taken else "No values were taken over.")
    say(f"`fieldkit unmerge {duplicate.id}` takes this back.")
    return DONE


def unmerge(args: Namespace) -> int:
    """Take back that a record is the same person as another."""
    with open_store() as store:
        record = known_record(store, args.id)
        _check_may_merge(store, record)
        kept = record.value(MERGED) if MERGED in record.fields() else None
        if not store.merges.unmerge(record.kind(), record.id, operator_of(store)):
            raise Unusable(f"{_named(record)}, is not merged into another record.")
    if args.json:
        say_json({"id": record.id, "was": kept})
    else:
        say(f"Taken back: {_named(record)} is a separate record again.")
        say("Values that were taken over stay; correct them where they are wrong.")
    return DONE


def _check_not_different(one: Record, other: Record) -> None:
    if said_different(one, other):
        raise Unusable(
            f"{_named(one)}, and {_named(other)}, are noted as different people. `fieldkit "
            f"different {one.id} {other.id} --undo` takes that back. Nothing was changed."
        )


def _check_may_merge(
    store: Store, duplicate: Record, kept: Record | None = None, use: Sequence[str] = ()
) -> None:
    """Refuse what the server would not take from this laptop, before anything is written.

    Raises:
        Unusable: its role or its area does not allow it.
    """
    if MERGED not in duplicate.fields():
        return
    value = None if duplicate.value(MERGED) else duplicate.id
    edits = [Edit(type(duplicate), {MERGED: value}, duplicate.id)]
    if kept and use:
        taken = {name: duplicate.value(name) for name in use}
        edits.append(Edit(type(kept), taken, kept.id))
    _check_permitted(store, edits)


def _check_permitted(store: Store, edits: Sequence[Edit]) -> None:
    for why in filter(None, store.denied(edits)):
        raise Unusable(f"{why} Nothing was changed.")


def different(args: Namespace) -> int:
    """Note that two records are of different people, or take that back."""
    with open_store() as store:
        one, other = _two(store, args.id, args.other)
        named = f"{_named(one)}, and {_named(other)}"
        _check_may_differ(store, one, other, said=not args.undo)
        if not args.undo:
            store.merges.say_different(one.kind(), one.id, other.id, operator_of(store))
            say(f"Noted as different: {named}. Nobody is asked about them again.")
        elif store.merges.take_back_different(one.kind(), one.id, other.id, operator_of(store)):
            say(f"Taken back: {named}, may be the same person.")
        else:
            raise Unusable(f"Nobody has said that {named}, are different.")
    return DONE


def _check_may_differ(store: Store, one: Record, other: Record, *, said: bool) -> None:
    """Refuse what is merged, and what the server would not take from this laptop.

    Raises:
        Unusable: they are merged, or its role or its area does not allow it.
    """
    standing = store.merges.stands_for(one.kind(), [one.id, other.id])
    if said and len({*standing.values()}) == 1:
        twice = one if standing[one.id] != one.id else other
        raise Unusable(
            f"{_named(one)}, and {_named(other)}, are merged. `fieldkit unmerge {twice.id}` takes "
            "that back. Nothing was changed."
        )
    number, another = smaller_first(one.id, other.id)
    fields: dict[str, Value] = {difference_field(another): True if said else None}
    _check_permitted(store, [Edit(type(one), fields, number)])


def _two(store: Store, number: str, another: str) -> tuple[Record, Record]:
    """Return the two records of numbers as typed.

    Raises:
        Unusable: one is not here, or they are not two of one kind.
    """
    one, other = known_record(store, number), known_record(store, another)
    if one.kind() != other.kind() or one.id == other.id:
        raise Unusable(f"{_named(one)}, and {_named(other)}, are not two records of one kind.")
    return one, other


def _named(record: Record) -> str:
    return f"{record.label()}, {record.id}"
