"""Late and waiting changes as people read them, and the decisions about them (rule 34)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence
from typing import TypedDict

from sqlalchemy import Connection, Engine, select, tuple_

from fieldkit.protocol.change import Json
from fieldkit.protocol.messages.finding import APPLIED, LATE
from fieldkit.server.database.connection import reading
from fieldkit.server.database.rows import read_places
from fieldkit.server.database.tables import CHANGE, DEVICE
from fieldkit.server.devices.authentication import WrongInput
from fieldkit.server.ingest import settling, unsettled
from fieldkit.server.ingest.unsettled import Unsettled
from fieldkit.server.problems import Refusal

_NAME = re.compile(r"([0-9A-Z]{8})/([1-9][0-9]{0,15})")


class LateChange(TypedDict):
    """A change that is late or waiting; times are seconds since 1970 UTC."""

    change: str
    """Its log and seq, as ``7KQ2M9XD/14``."""
    verdict: str
    """``late``: a supervisor decides. ``waiting``: its record is still to come."""
    device: int
    device_name: str
    received_at: int
    op: str
    kind: str
    record: str
    district: int | None
    block: int | None
    """Where the record stands; neither: the server does not have it."""
    fields: dict[str, Json]
    at: int
    """By the laptop's clock."""
    operator: str


class Taken(TypedDict):
    """What became of a change that was taken in."""

    change: str
    verdict: str
    """``applied``, ``conflict``, ``rejected``, or ``waiting`` if its record is still to come."""
    version: int | None


Choose = Callable[[], "list[Unsettled]"]
"""Returns the changes to decide on that are open now, in order of arrival."""


def described(connection: Connection, found: Sequence[Unsettled]) -> list[LateChange]:
    """Return late and waiting changes as people read them, in this order."""
    its = tuple_(CHANGE.c.origin, CHANGE.c.seq).in_([(one.origin, one.seq) for one in found])
    rows = {(row.origin, row.seq): row for row in connection.execute(select(CHANGE).where(its))}
    names = {row.id: row.name for row in connection.execute(select(DEVICE.c.id, DEVICE.c.name))}
    places = read_places(connection, dict.fromkeys(one.key for one in found))
    listed = []
    for one in found:
        row, place = rows[one.origin, one.seq], places.get(one.key, (None, None))
        body = json.loads(row.body)
        listed.append(
            LateChange(
                change=name_of(one),
                verdict=one.verdict,
                device=one.device,
                device_name=names[one.device],
                received_at=row.received_at,
                op=body["op"],
                kind=one.key[0],
                record=one.key[1],
                district=place[0],
                block=place[1],
                fields=body["fields"],
                at=body["at"],
                operator=body["operator"],
            )
        )
    return listed


def take(engine: Engine, now: int, choose: Choose) -> list[Taken]:
    """Take the chosen late changes in, in order of arrival.

    Raises:
        WrongInput: others kept the server busy; what was taken in stays.
    """
    taken: list[Taken] = []
    done: set[int] = set()
    # What waits for a record may become late when that is taken in.
    while chosen := _next(choose(), done):
        done.add(chosen.number)
        try:
            outcome = settling.take(engine, chosen, now)
        except Refusal:
            raise WrongInput("The server is busy. Run this again.") from None
        if outcome is not None:
            verdict = outcome.verdict.verdict if outcome.verdict else APPLIED
            taken.append(Taken(change=name_of(chosen), verdict=verdict, version=outcome.version))
    return taken


def _next(chosen: Sequence[Unsettled], done: Collection[int]) -> Unsettled | None:
    """Return the next change to take in; None if none is left."""
    return next((one for one in chosen if one.number not in done and one.verdict == LATE), None)


def leave(engine: Engine, now: int, chosen: Sequence[Unsettled]) -> list[str]:
    """Leave late or waiting changes: they come back to their authors as rejected."""
    for one in chosen:
        settling.leave(engine, one, now)
    return [name_of(one) for one in chosen]


def open_changes(
    engine: Engine, changes: Sequence[str], device: int | None = None
) -> list[Unsettled]:
    """Return those of the named changes that are open, or all of a device, in order of arrival.

    Raises:
        WrongInput: a name is none of a change.
    """
    names = [read_name(one) for one in changes]
    with reading(engine) as connection:
        found = unsettled.of_device(connection, device) if device is not None else []
        for origin in dict.fromkeys(origin for origin, _ in names):
            seqs = [seq for of, seq in names if of == origin]
            found += unsettled.listed(connection, origin, seqs)
    return sorted(found, key=lambda one: one.number)


def name_of(one: Unsettled) -> str:
    """Return the number of a change: its log and seq."""
    return f"{one.origin}/{one.seq}"


def read_name(name: str) -> tuple[str, int]:
    """Return the log and seq of a change.

    Raises:
        WrongInput: this is no number of a change.
    """
    found = _NAME.fullmatch(name.strip().upper())
    if found is None:
        raise WrongInput(f"{name} is not the number of a change. It looks like 7KQ2M9XD/14.")
    return found[1], int(found[2])
