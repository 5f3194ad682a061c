"""Commands that compare laptop and server: receipt, conflicts, decisions."""

from __future__ import annotations

from argparse import Namespace

from fieldkit import reference
from fieldkit.about.fields import called
from fieldkit.cli import DONE, IN_PART, OFFLINE, Unusable, print_error
from fieldkit.commands import in_words, open_store, operator_of, say, say_json
from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import Json
from fieldkit.protocol.merge import PLACE
from fieldkit.records import kinds
from fieldkit.records.fields.dates import Moment
from fieldkit.review.conflicts import open_conflicts
from fieldkit.store import Keep, OpenConflict


def receipt(args: Namespace) -> int:
    """Compare laptop and server, log by log and kind by kind."""
    from fieldkit.sync.client import NotEnrolled
    from fieldkit.sync.requests.receipt import as_json, text
    from fieldkit.sync.requests.receipt import receipt as compare

    with open_store() as store:
        try:
            found = compare(store)
        except NotEnrolled as error:
            raise Unusable(str(error)) from None
    if args.output:
        args.output.write_text(text(found), encoding="utf-8")
    if args.json:
        say_json(as_json(found))
    elif args.output:
        say(f"The receipt was saved in {args.output}.")
    else:
        for line in text(found).splitlines():
            say(line)
    if found.error:
        print_error(found.error)
    if found.offline:
        return OFFLINE
    return DONE if found.same else IN_PART


def conflicts(args: Namespace) -> int:
    """List the conflicts that are not decided on this laptop."""
    with open_store() as store:
        found = store.review.conflicts()
        named = store.fetch({one.kind for one in found}, [one.record_id for one in found])
    if args.json:
        say_json([_json(one) for one in found])
        return DONE
    for one in found:
        record = named.get((one.kind, one.record_id))
        say(f"{one.id}  {_label(one)}{f', {record.label()}' if record else ''}")
        # On a laptop that wrote neither, "mine" is the value on the server: name both authors.
        for name, held in (("mine", one.held_here), ("theirs", not one.held_here)):
            value = one.held if held else one.stands
            say(f"  {name:8}{_shown(one, value)}  {_origin_of(one, held=held)}")
        say(f"  before  {_shown(one, one.base)}")
    say("`fieldkit resolve` settles one." if found else "Nothing to settle.")
    return DONE


def _origin_of(one: OpenConflict, *, held: bool) -> str:
    """Say of one of the two values whether it is in use, and who wrote it when."""
    word, by, at = (
        ("not used yet", one.by, one.at)
        if held
        else ("on the server", one.stands_by, one.stands_at)
    )
    return "  ".join(filter(None, (word, by, Moment().show(at) if at else "")))


def resolve(args: Namespace) -> int:
    """Decide one conflict."""
    with open_store() as store:
        keep = next((side for side in Keep if side.value == args.keep), args.keep)
        wanted = str(args.conflict)
        shown = open_conflicts(store, wanted.partition("/")[0])
        denied = next((one.denied for one in shown if one.conflict.id == wanted), "")
        if denied:
            raise Unusable(denied)
        store.review.resolve(args.conflict, keep, operator_of(store))
    say("Settled. The next sync sends this.")
    return DONE


def _json(one: OpenConflict) -> dict[str, object]:
    who, when = _theirs(one)
    return {
        "id": one.id,
        "kind": one.kind,
        "record": one.record_id,
        "field": one.field,
        "mine": one.mine,
        "theirs": one.theirs,
        "base": one.base,
        "who": who,
        "when": when,
    }


def _theirs(one: OpenConflict) -> tuple[str, int]:
    """Return the author and time of the other laptop's value."""
    return (one.stands_by, one.stands_at) if one.held_here else (one.by, one.at)


def _label(one: OpenConflict) -> str:
    kind = kinds().get(one.kind)
    special = {PLACE: "District and block", "deleted": "Deleted"}
    named = special.get(one.field) or called(kind.fields() if kind else {}, one.field)
    return f"{kind.title if kind else one.kind}, {named}"


def _shown(one: OpenConflict, value: Json) -> str:
    """Return a value as people read it; unchanged if kind or field is unknown."""
    if one.field == PLACE:
        return _place(value)
    if one.field == MERGED:
        return f"the same person as {value}" if value else "apart"
    kind = kinds().get(one.kind)
    field = kind.fields().get(one.field) if kind else None
    return in_words(field, value) or "nothing"


def _place(value: Json) -> str:
    if not isinstance(value, list) or len(value) != 2:
        return "nothing"
    names = [
        option.label
        for name, code in zip(("record_district", "block"), value, strict=True)
        if isinstance(code, int) and (option := reference.option(name, code))
    ]
    return ", ".join(reversed(names)) or "nothing"
