"""Late and waiting changes for the supervisor of the area where their records stand (rule 34)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from fieldkit.protocol.messages.finding import REJECTED
from fieldkit.protocol.messages.scope import WHOLE_UT
from fieldkit.protocol.messages.supervision import (
    MOST_LATE,
    DecidedItem,
    DecideLateAnswer,
    DecideLateRequest,
    LateAnswer,
    LateItem,
    LateRequest,
)
from fieldkit.server.database.connection import reading
from fieldkit.server.devices.authentication import confirm_device
from fieldkit.server.ingest import late, unsettled
from fieldkit.server.ingest.late import LateChange
from fieldkit.server.ingest.unsettled import Unsettled
from fieldkit.server.problems import refusal
from fieldkit.server.scope import Device
from fieldkit.server.supervision.authority import check_supervisor, logged


class _Listed(NamedTuple):
    """A change of the sender's area."""

    one: Unsettled
    said: LateChange
    district: int
    block: int | None


def late_changes(engine: Engine, sender: Device, _request: LateRequest, now: int) -> LateAnswer:
    """Return the late and waiting changes of the sender's area.

    Raises:
        Refusal: 403, the sender is no supervisor's.
    """
    with logged("late", sender), reading(engine) as connection:
        confirm_device(connection, sender)
        check_supervisor(sender)
        there, found = unsettled.of_device(connection, None), list[_Listed]()
        for start in range(0, len(there), MOST_LATE):
            if len(found) > MOST_LATE:
                break
            found += _of_area(connection, sender, there[start : start + MOST_LATE])
    items = [
        LateItem.model_validate({**one.said, "district": one.district, "block": one.block})
        for one in found[:MOST_LATE]
    ]
    return LateAnswer(now=now, changes=items, more=len(found) > MOST_LATE)


def decide_late(
    engine: Engine, sender: Device, request: DecideLateRequest, now: int
) -> DecideLateAnswer:
    """Take late changes in, or leave late and waiting ones; those not open any more are passed.

    Raises:
        Refusal: 403, the sender is no supervisor's; 404, one of the changes is of another area.
    """
    act, about = "take-late" if request.take else "leave-late", request.changes[0]
    with logged(act, sender, about):
        _check(engine, sender, request)

        def choose() -> list[Unsettled]:
            return late.open_changes(engine, request.changes)

        if request.take:
            done = late.take(engine, now, choose)
            decided = [DecidedItem(change=one["change"], verdict=one["verdict"]) for one in done]
        else:
            left = late.leave(engine, now, choose())
            decided = [DecidedItem(change=name, verdict=REJECTED) for name in left]
    return DecideLateAnswer(now=now, decided=decided)


def _check(engine: Engine, sender: Device, request: DecideLateRequest) -> None:
    with reading(engine) as connection:
        confirm_device(connection, sender)
        check_supervisor(sender)
        asked = late.open_changes(engine, request.changes)
        if len(_of_area(connection, sender, asked)) < len(asked):
            raise refusal(
                "not-here",
                404,
                "There is no such late change in the area of this laptop.",
                "Fetch the list again.",
            )


def _of_area(connection: Connection, sender: Device, found: Sequence[Unsettled]) -> list[_Listed]:
    """Return those of the changes about which the sender decides, with their place.

    It is where the record stands; of one that the server does not have, where the change puts it,
    else the district of the change's log as a whole.
    """
    listed = []
    for one, said in zip(found, late.described(connection, found), strict=True):
        district, block, fields = said["district"], said["block"], said["fields"]
        if district is None and isinstance(named := fields.get("district"), int):
            of_block = fields.get("block")
            district, block = named, of_block if isinstance(of_block, int) else None
        if district is not None:
            decides = sender.scope.writes(district, block)
        else:
            district = one.district
            decides = district != WHOLE_UT and sender.oversees(district, None)
        if decides:
            listed.append(_Listed(one, said, district, block))
    return listed
