"""Commands of a supervisor's laptop: the devices of its area, and changes that came too late."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import TypeVar

from fieldkit.cli import DONE, OFFLINE, Unusable, print_error
from fieldkit.commands import open_store, say, say_json
from fieldkit.protocol.messages.shapes import M
from fieldkit.protocol.messages.supervision import (
    CodeAnswer,
    DecideSealedAnswer,
    DevicesAnswer,
    LateAnswer,
)
from fieldkit.records.fields.dates import Moment
from fieldkit.review.devices import Devices, Listed, area_of, became_words, in_order
from fieldkit.review.late import LateChange, find
from fieldkit.store import Kept, Store
from fieldkit.sync.requests import supervision
from fieldkit.sync.requests.supervision import NotDone

T = TypeVar("T")

_DECIDED = {
    "applied": "is taken in",
    "conflict": "is taken in; one value is to settle",
    "rejected": "is returned to its author at the next sync",
    "waiting": "still waits for its record",
}


def devices(args: Namespace) -> int:
    """List the devices of the area; offline, as they were last listed."""
    with open_store() as store:
        kept, code = _fetched(store, supervision.fetch_devices, DevicesAnswer)
    if kept is None:
        return code
    if args.json:
        answer = kept.answer.model_dump()
        say_json({"as_of": kept.at, "offline": code == OFFLINE, **answer})
        return code
    _say_devices(in_order(kept.answer, kept.at))
    if kept.answer.more:
        print_error("There are more devices than are listed. Ask an administrator for the rest.")
    return code


def _fetched(
    store: Store, fetch: Callable[[Store], object], sort: type[M]
) -> tuple[Kept[M] | None, int]:
    """Fetch a list; where there is no connection, return the one kept before."""
    code = DONE
    try:
        fetch(store)
    except NotDone as failed:
        if not failed.offline:
            raise Unusable(str(failed)) from None
        code = OFFLINE
        print_error(str(failed))
    kept = store.kept_answer(sort)
    if kept is None:
        print_error("The list was never fetched on this laptop.")
    elif code:
        print_error(f"This is the list of {Moment().show(kept.at)}.")
    return kept, code


def _say_devices(found: Devices) -> None:
    for one in found.listed:
        say(f"{one.item.id:>5}  {one.name}, {one.item.role}, {one.area}, {_seen(one)}")
        say(f"       {_counts(one)}")
        for remark in one.remarks:
            say(f"       {remark}")
    if not found.listed:
        say("No device is enrolled in this area. `fieldkit devices code` makes the code for one.")


def _seen(one: Listed) -> str:
    if one.item.revoked_at is not None:
        return f"revoked {Moment().show(one.item.revoked_at)}"
    own = "this laptop, " if one.item.own else ""
    seen = Moment().show(one.item.last_seen)
    return f"{own}seen {seen}" if seen else f"{own}not seen yet"


def _counts(one: Listed) -> str:
    unsent = "not known" if one.item.unsent is None else f"{one.item.unsent}"
    return (
        f"fieldkit {one.item.program or 'of a version not known'}, changes on the server "
        f"{one.item.changes}, not sent {unsent}"
    )


def revoke(args: Namespace) -> int:
    """End a device's access."""
    code, _ = _done(lambda store: supervision.revoke(store, args.device))
    if code == DONE:
        say(f"Device {args.device} is revoked. At its next sync it hands in what is not sent.")
    return code


def area(args: Namespace) -> int:
    """Give a device another area."""
    code, item = _done(
        lambda store: supervision.change_area(store, args.device, args.district, args.block)
    )
    if item is not None:
        say(f"From its next sync, device {item.id} has: {area_of(item.district, item.block)}.")
    return code


def code(args: Namespace) -> int:
    """Print a one-time code for a device, or for a new one."""

    def ask(store: Store) -> CodeAnswer:
        if args.device is not None:
            return supervision.device_code(store, args.device)
        return supervision.new_code(store, args.role, args.district, args.block, args.minutes)

    if (args.device is None) == (args.role is None):
        raise Unusable("Give the number of a device, or --role for a new one.")
    result, made = _done(ask)
    if made is not None:
        say(made.code)
        print_error(
            f"For {made.role}, {area_of(made.district, made.block)}, until "
            f"{Moment().show(made.expires_at)}. It works once and is shown only now."
        )
    return result


def recover(args: Namespace) -> int:
    """Print a one-time code that unlocks a device."""
    result, made = _done(lambda store: supervision.recovery_code(store, args.device))
    if made is not None:
        say(made.code)
        print_error(
            f"For device {args.device}, until {Moment().show(made.expires_at)}. It works once and "
            "is shown only now. On the locked laptop: `fieldkit unlock --recover CODE`."
        )
    return result


def admit(args: Namespace) -> int:
    """Admit what a revoked device handed in."""
    return _decide_sealed(args, admit=True)


def discard(args: Namespace) -> int:
    """Discard what a revoked device handed in."""
    return _decide_sealed(args, admit=False)


def _decide_sealed(args: Namespace, *, admit: bool) -> int:
    """Decide on all the sealed work of a device that the server has now."""

    def decide(store: Store) -> DecideSealedAnswer:
        devices = supervision.fetch_devices(store).devices
        found = next((one for one in devices if one.id == args.device), None)
        if found is None or not found.sealed:
            raise NotDone(f"Device {args.device} has handed in no sealed work.")
        numbers = [one.number for one in found.sealed]
        return supervision.decide_sealed(store, args.device, numbers, admit=admit)

    code, answer = _done(decide)
    if answer is not None:
        became = became_words(answer.verdicts, answer.left)
        say(became if admit else f"The sealed work of device {args.device} is discarded.")
    return code


def late(args: Namespace) -> int:
    """List the late changes of the area; offline, as they were last listed."""
    with open_store() as store:
        kept, result = _fetched(store, supervision.fetch_late, LateAnswer)
        found = find(store)
    if kept is None:
        return result
    if args.json:
        say_json([one.model_dump() for one in kept.answer.changes])
        return result
    for one in found:
        _say_late(one)
    if not found:
        say("No late changes.")
    if kept.answer.more:
        print_error("There are more, which came later: decide these, then list them again.")
    return result


def _say_late(one: LateChange) -> None:
    say(f"{one.change}  {one.title}, {area_of(one.district, one.block)}")
    say(f"  {one.sentence}")
    for label, value in one.values:
        say(f"    {label}: {value or 'nothing'}")


def take(args: Namespace) -> int:
    """Take late changes in."""
    return _decide(args, take_in=True)


def leave(args: Namespace) -> int:
    """Leave late changes to their authors."""
    return _decide(args, take_in=False)


def _decide(args: Namespace, *, take_in: bool) -> int:
    names = [one.strip().upper() for one in args.change]
    result, decided = _done(lambda store: supervision.decide_late(store, names, take=take_in))
    for one in decided or ():
        say(f"{one.change} {_DECIDED.get(one.verdict, 'was decided')}.")
    if decided is not None and len(decided) < len(names):
        say("The others are not late any more.")
    return result


def _done(act: Callable[[Store], T]) -> tuple[int, T | None]:
    """Do something at the server; without a connection, say so and return that code."""
    with open_store() as store:
        try:
            return DONE, act(store)
        except NotDone as failed:
            if not failed.offline:
                raise Unusable(str(failed)) from None
            print_error(str(failed))
            return OFFLINE, None
