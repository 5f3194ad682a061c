"""Commands about a working day: what was entered, its move to another block, the close of day."""

from __future__ import annotations

from argparse import Namespace

from fieldkit.about.words import counted
from fieldkit.cli import DONE, IN_PART, Unusable
from fieldkit.commands import known_kind, open_store, operator_of, say, say_json
from fieldkit.commands.records.printing import put_page
from fieldkit.day.closing import Closing, closing_page, note_paper, read_closing
from fieldkit.day.correction import BLOCK, CorrectedField, correct, may_undo, preview, undo
from fieldkit.day.entries import Wanted, find_entries, lines_of, read_since
from fieldkit.records import Unfit
from fieldkit.reference import option
from fieldkit.store import Store


def entries(args: Namespace) -> int:
    """List what an operator entered, or move all of it to another block."""
    with open_store() as store:
        operator = args.operator or operator_of(store)
        if args.undo:
            return _undo(store, operator)
        if args.kind:
            known_kind(args.kind)
        wanted = Wanted(_since(store, args.since), kind=args.kind or "")
        found = find_entries(store, operator, wanted)
        if args.move_to is not None:
            numbers = [(one.kind, one.id) for one in found]
            return _move(store, numbers, args.move_to, operator, dry=args.dry_run)
        lines = lines_of(store, found)
    if args.json:
        say_json([{**one._asdict(), "time": one.time} for one in lines])
        return DONE
    for one in lines:
        say("  ".join((one.time, one.id, one.kind, one.label, one.camp, one.area, one.state)))
    say(f"{counted(len(lines), 'entry', 'entries')} of {operator}.")
    return DONE


def _since(store: Store, text: str) -> int:
    try:
        return read_since(text, store.now()) if text else store.start_of_today()
    except Unfit as error:
        raise Unusable(str(error)) from None


def _move(
    store: Store, numbers: list[tuple[str, str]], block: int, operator: str, *, dry: bool
) -> int:
    if option("block", block) is None:
        raise Unusable(f"There is no block {block}. Check the LGD code.")
    found = preview(store, numbers, CorrectedField("", BLOCK, "Block"), block)
    for one in found.changes:
        say(f"{one.id}  {one.label}: {one.before}, becomes {one.after}")
    for kept in found.refused:
        say(f"{kept.named} stays as it is: {kept.reason}")
    if dry:
        say(f"{counted(len(found.changes), 'entry', 'entries')} would change. Nothing was saved.")
        return DONE
    many = correct(store, found, operator)
    say(f"{counted(many, 'entry', 'entries')} moved. `fieldkit entries --undo` puts all back.")
    return IN_PART if found.refused else DONE


def _undo(store: Store, operator: str) -> int:
    if not may_undo(store, operator):
        raise Unusable("There is no correction to undo.")
    say(undo(store, operator).sentence())
    return DONE


def close(args: Namespace) -> int:
    """Say or print how the day stands: paper against records, and what is left to do."""
    with open_store() as store:
        operator = args.operator or operator_of(store)
        for given in args.paper:
            kind, _, many = given.partition("=")
            if not (many.isascii() and many.isdigit() and len(many) < 5):
                raise Unusable(f"{given!r} is not KIND=NUMBER.")
            note_paper(store, operator, known_kind(kind).kind(), int(many))
        found = read_closing(store, operator)
    if args.json:
        say_json(_json(found))
        return DONE
    return put_page(closing_page(found), args)


def _json(found: Closing) -> dict[str, object]:
    return {
        "day": found.day.isoformat(),
        "operator": found.operator,
        "kinds": [
            {"kind": one.kind, "entered": one.entered, "paper": one.paper} for one in found.counts
        ],
        "unfinished": len(found.unfinished),
        "not_sent": found.unsent,
        "returned": found.returned,
        "to_settle": found.to_settle,
        "undecided": found.undecided,
        "left": found.left(),
    }
