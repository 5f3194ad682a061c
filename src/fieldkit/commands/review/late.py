"""Commands by which a supervisor decides about late changes, on the server."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import TYPE_CHECKING

from fieldkit.about.fields import called
from fieldkit.cli import DONE, Unusable
from fieldkit.commands import in_words, say, say_json
from fieldkit.commands.server import moment, place_in_words, server_parts
from fieldkit.records import kinds

if TYPE_CHECKING:
    from fieldkit.server.operation.late import LateChange

_DONE_TO = {
    "create": "entered",
    "edit": "changed",
    "delete": "deleted",
    "decide": "decided",
}
_TAKEN = {
    "applied": "is taken in",
    "conflict": "is taken in; one value is to settle",
    "waiting": "still waits for its record",
}


def listing(args: Namespace) -> int:
    """List the late changes, and those that wait for a record."""
    with server_parts():
        from fieldkit.server.operation.late import late_changes

        found = late_changes(args.database, args.device)
    if args.json:
        say_json([{**one} for one in found])
        return DONE
    for one in found:
        _say_change(one)
    if not found:
        say("No late changes.")
    return DONE


def take(args: Namespace) -> int:
    """Take late changes in."""
    _check_chosen(args)
    with server_parts():
        from fieldkit.server.operation.late import take as take_in

        taken = take_in(args.database, int(time.time()), args.change, args.device)
    for one in taken:
        say(f"{one['change']} {_TAKEN.get(one['verdict'], 'cannot be taken in')}.")
    if not taken:
        say("No late changes of that device.")
    return DONE


def leave(args: Namespace) -> int:
    """Leave late changes: they are returned to their authors."""
    _check_chosen(args)
    with server_parts():
        from fieldkit.server.operation.late import leave as leave_out

        left = leave_out(args.database, int(time.time()), args.change, args.device)
    for one in left:
        say(f"{one} is returned to its author at the next sync.")
    if not left:
        say("No late changes of that device.")
    return DONE


def _check_chosen(args: Namespace) -> None:
    if bool(args.change) == (args.device is not None):
        raise Unusable("Give the changes, or a device with --device.")


def _say_change(one: LateChange) -> None:
    kind = kinds().get(one["kind"])
    title = kind.title.lower() if kind else one["kind"]
    where = "not on the server"
    if one["district"] is not None:
        where = place_in_words(one["district"], one["block"])
    waits = ", waits for its record" if one["verdict"] == "waiting" else ""
    say(f"{one['change']}  {title} {one['record']}, {where}{waits}")
    say(
        f"  {_DONE_TO.get(one['op'], one['op'])} by {one['operator'] or 'no name'}, "
        f"{moment(one['at'])} by the clock of device {one['device']} "
        f"({one['device_name'] or 'no name'}), received {moment(one['received_at'])}"
    )
    for name, value in one["fields"].items():
        fields = kind.fields() if kind else {}
        say(f"    {called(fields, name)}: {in_words(fields.get(name), value) or 'nothing'}")
