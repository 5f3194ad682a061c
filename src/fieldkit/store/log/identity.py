"""The identity of this database: its origin, place and server, and its record numbers.

An origin is *frozen* when another one continues it: its unsent changes are still sent under it, but
nothing is added to it (2). The new origin inherits its log up to that end.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from fieldkit.protocol.identity import new_origin
from fieldkit.records import Unfit
from fieldkit.records.fields.formats import Text
from fieldkit.store import tables
from fieldkit.store.clock import WRONG
from fieldkit.store.database import Database
from fieldkit.store.errors import DiskFull, StoreError, Unwritable
from fieldkit.store.log.changes import chain_end, head_after

# Held ready: building a statement takes longer than running it, and every save runs these.
_device = tables.device.c
_DEVICE = select(
    _device.origin,
    _device.name,
    _device.district,
    _device.block,
    _device.server,
    _device.role,
    _device.skew,
)
_COUNTER = select(_device.counter)
_COUNT_ON = update(tables.device).values(counter=bindparam("to"))


_PLACE = select(_device.place)
# A notice is kept once by its text, also one that an earlier version wrote: the texts stay.
_MOVED = (
    "This folder of fieldkit was copied or moved since it was last open here. New entries get "
    "other record numbers, so that no two copies give out the same."
)
_OLDER = (
    "This is an older copy: the server has more from this laptop than is here. All of it "
    "comes back with the sync, and new entries get other record numbers."
)
MOST_BY_SERVER = 100
"""Origins that may begin because a server said so: a faulty one must not fill the file."""
_FURTHEST = 1_000_000
"""How far above the counter an imported record number of this database may be. Without a limit, one
mistyped number would use up all numbers."""


@dataclass(frozen=True, slots=True)
class Device:
    """The identity of this database."""

    origin: str
    name: str
    district: int
    block: int | None
    server: str | None
    role: str | None = None
    """Of this laptop's enrolment; None before."""
    skew: int | None = None
    """Seconds the server's clock was ahead of this laptop's, when last heard of."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence kept for the person until they have seen it."""

    id: int
    at: int
    text: str


def read_device(connection: Connection) -> Device | None:
    """Return the device, or None before the first run."""
    row = connection.execute(_DEVICE).one_or_none()
    return Device(*row) if row else None


def set_up(device: Device | None) -> Device:
    """Return the identity of a database that has one.

    Raises:
        StoreError: the first run has not been done.
    """
    if device is None:
        raise StoreError("This laptop is not set up yet. Start fieldkit, or run `fieldkit init`.")
    return device


def fit_name(name: str) -> str:
    """Return a name as it is kept: no Aadhaar number in its place, no control character.

    Raises:
        StoreError: the name will not do.
    """
    try:
        fitting = Text(longest=100).parse(name)
    except Unfit as error:
        raise StoreError(str(error)) from None
    if not isinstance(fitting, str):
        raise StoreError("Enter the name of the person who works on this laptop.")
    return fitting


def make_device(
    connection: Connection, name: str, district: int, block: int | None, place: str
) -> None:
    """Give a new database its identity, or an existing one another name and place."""
    if read_device(connection) is None:
        origin = new_origin()
        connection.execute(
            insert(tables.device).values(
                id=1,
                origin=origin,
                counter=0,
                name=name,
                district=district,
                block=block,
                place=place,
            )
        )
        _bear(connection, origin, parent=None)
    else:
        connection.execute(update(tables.device).values(name=name, district=district, block=block))


def renew_origin(connection: Connection, *, place: str | None = None) -> None:
    """Give a restored or copied database a new identity; the old origin is frozen.

    The counter goes on, so that no record number is ever given out twice. ``place`` None: it is
    noted when the database is next opened.
    """
    old = connection.execute(select(tables.device.c.origin)).scalar_one_or_none()
    if old is not None:
        origin = new_origin()
        connection.execute(update(tables.device).values(origin=origin, place=place))
        _bear(connection, origin, parent=old)


def settle_place(database: Database, here: str, at: int) -> None:
    """Renew the identity of a database that was copied or moved since it was last opened (2).

    Otherwise this reads one row and returns. What cannot be written now is noted another time.
    """
    with database.read() as connection:
        row = connection.execute(_PLACE).one_or_none()
    if row is None or row.place == here:
        return
    with suppress(Unwritable, DiskFull), database.write() as connection:
        place = connection.execute(_PLACE).scalar_one()
        if place is None:
            connection.execute(update(tables.device).values(place=here))
        elif place != here:
            renew_origin(connection, place=here)
            note(connection, at, _MOVED)


def heads_to_show(connection: Connection, most: int) -> list[tuple[str, int, bytes]]:
    """Return heads of every log here, by which a server sees that it is this laptop's (rule 38).

    A restored server may have less than it acknowledged, so of each log some further back are
    among them, the first one included. At most so many; those of newer logs come first.
    """
    logs = connection.execute(select(tables.origin).order_by(tables.origin.c.born.desc())).all()
    wanted: list[tuple[int, int, str, int]] = []
    for place, row in enumerate(logs):
        last, _ = chain_end(connection, row.origin)
        back = (row.acked_seq - (1 << power) for power in range(row.acked_seq.bit_length()))
        seqs = dict.fromkeys([row.acked_seq, 1, last, *back])
        shown = [seq for seq in seqs if 0 < seq <= last]
        wanted += [(turn, place, row.origin, seq) for turn, seq in enumerate(shown)]
    return [
        (origin, seq, head_after(connection, origin, seq))
        for _, _, origin, seq in sorted(wanted)[:most]
    ]


def freeze(connection: Connection, origin: str, at: int) -> None:
    """Continue under a new origin: the server has more of the present one than this database.

    Raises:
        StoreError: too many origins began because a server said so.
    """
    if leave(connection, origin):
        note(connection, at, _OLDER)


def leave(connection: Connection, origin: str) -> bool:
    """Continue under a new origin if ``origin`` is the one in use; say whether it was.

    Raises:
        StoreError: too many origins began because a server said so.
    """
    if connection.execute(select(_device.origin)).scalar_one_or_none() != origin:
        return False
    place = connection.execute(select(_device.place)).scalar_one()
    renew_origin(connection, place=place)
    note_by_server(connection, connection.execute(select(_device.origin)).scalar_one())
    return True


def note_by_server(connection: Connection, origin: str) -> None:
    """Note that an origin began because a server said so.

    Raises:
        StoreError: too many did.
    """
    table = tables.origin
    connection.execute(update(table).where(table.c.origin == origin).values(by_server=1))
    many = select(func.count()).where(table.c.by_server == 1)
    if connection.execute(many).scalar_one() > MOST_BY_SERVER:
        raise StoreError(
            "The server says too often that this laptop was copied. Inform the server "
            "administrator."
        )


def note(connection: Connection, at: int, text: str) -> None:
    """Keep a sentence for the person until they have seen it; the same one is kept once."""
    connection.execute(delete(tables.notice).where(tables.notice.c.text == text))
    connection.execute(insert(tables.notice).values(at=at, text=text))


def read_notices(connection: Connection) -> list[Notice]:
    """Return the sentences kept for the person, the oldest first."""
    rows = connection.execute(select(tables.notice).order_by(tables.notice.c.id))
    return [Notice(row.id, row.at, row.text) for row in rows]


def last_time(connection: Connection) -> int | None:
    """Return a time that the clock cannot be long before; None if there is none.

    It is the time of the last sync if the clock was right then, as earlier saves may have had a
    wrong clock; else the time of the last save.
    """
    skew = connection.execute(select(_device.skew)).scalar_one_or_none()
    if skew is not None and abs(skew) <= WRONG:
        session = tables.sync_session.c
        right = select(session.at).where(session.ok == 1).order_by(session.id.desc()).limit(1)
        if (at := connection.execute(right).scalar_one_or_none()) is not None:
            return int(at)
    last: int | None = connection.execute(select(func.max(tables.change.c.at))).scalar_one()
    return last


def _bear(connection: Connection, origin: str, parent: str | None) -> None:
    born = connection.execute(select(func.count()).select_from(tables.origin)).scalar_one()
    connection.execute(
        insert(tables.origin).values(
            origin=origin, born=born, parent=parent, sent_seq=0, acked_seq=0
        )
    )


def highest_brought(connection: Connection) -> int:
    """Return the highest record number of this database that a file may bring."""
    counter: int = connection.execute(_COUNTER).scalar_one()
    return counter + _FURTHEST


def take_numbers(connection: Connection, many: int, *, beyond: int = 0) -> int:
    """Take ``many`` record numbers, all above ``beyond``; return the first of them."""
    counter: int = connection.execute(_COUNTER).scalar_one()
    start = max(counter, beyond)
    if start + many > counter:
        connection.execute(_COUNT_ON, {"to": start + many})
    return start + 1
