"""The scopes of devices: giving another one, closing those that ended, and how long these count."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from fieldkit.reference import district_of, option
from fieldkit.server.database.statements import upsert_rows
from fieldkit.server.database.tables import DEVICE, SCOPE, SETTING
from fieldkit.server.devices.authentication import WrongInput, device_of, lock_device
from fieldkit.server.scope import DAY, GRACE_DAYS, Device

_GRACE = "ended_scope_days"
_MOST_DAYS = 3650


def checked_district(district: int | None, block: int | None) -> int | None:
    """Return the district of a scope; that of the block if only the block is given.

    Raises:
        WrongInput: there is no such district or block, or the block is in another district.
    """
    if district is not None and option("district", district) is None:
        raise WrongInput(f"There is no district {district}. Give its LGD code.")
    if block is None:
        return district
    within = district_of(block)
    if within is None:
        raise WrongInput(f"There is no block {block}. Give its LGD code.")
    if district not in {None, within}:
        raise WrongInput(f"Block {block} is in district {within}, not in {district}.")
    return within


def begin_scope(
    connection: Connection,
    device: int,
    epoch: int,
    district: int | None,
    block: int | None,
    now: int,
) -> None:
    """Give a locked device a scope, and end the one it had."""
    ended = update(SCOPE).where(SCOPE.c.device == device, SCOPE.c.ended_at.is_(None))
    connection.execute(ended.values(ended_at=now))
    connection.execute(
        insert(SCOPE).values(
            device=device, epoch=epoch, district=district, block=block, began_at=now
        )
    )


def change_scope(
    connection: Connection, device: int, district: int | None, block: int | None, now: int
) -> Device:
    """Give a device another scope, in a new epoch; it learns of it at its next sync.

    Raises:
        WrongInput: there is no such device, district or block.
    """
    district = checked_district(district, block)
    epoch = lock_device(connection, device).epoch + 1
    connection.execute(update(DEVICE).where(DEVICE.c.id == device).values(epoch=epoch))
    begin_scope(connection, device, epoch, district, block, now)
    return device_of(connection, device)


def close_scopes(connection: Connection, device: int, now: int) -> int:
    """Close the ended scopes of a device, so that they no longer count (rule 32).

    Returns how many still counted.

    Raises:
        WrongInput: there is no device of this number.
    """
    lock_device(connection, device)
    ended = (SCOPE.c.device == device, SCOPE.c.ended_at.is_not(None), SCOPE.c.closed_at.is_(None))
    since = now - grace_seconds(connection)
    counted = connection.execute(
        select(SCOPE.c.epoch).where(*ended, SCOPE.c.ended_at >= since)
    ).all()
    connection.execute(update(SCOPE).where(*ended).values(closed_at=now))
    return len(counted)


def grace_seconds(connection: Connection) -> int:
    """Return for how many seconds an ended scope counts (rule 32)."""
    query = select(SETTING.c.value).where(SETTING.c.name == _GRACE)
    days: int | None = connection.execute(query).scalar_one_or_none()
    return (GRACE_DAYS if days is None else days) * DAY


def set_grace(connection: Connection, days: int) -> None:
    """Set for how many days an ended scope counts.

    Raises:
        WrongInput: it is no sensible number of days.
    """
    if not 0 <= days <= _MOST_DAYS:
        raise WrongInput(f"The days must be from 0 to {_MOST_DAYS}.")
    upsert_rows(connection, SETTING, [{"name": _GRACE, "value": days}])
