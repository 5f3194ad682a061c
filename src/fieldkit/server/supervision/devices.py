"""The devices of a supervisor's area: lists them, revokes them, gives them codes and areas."""

from __future__ import annotations

from sqlalchemy import Connection, Engine

from fieldkit import __version__
from fieldkit.protocol.messages.supervision import (
    MOST_DEVICES,
    AreaRequest,
    CodeAnswer,
    CodeRequest,
    DeviceAnswer,
    DeviceItem,
    DevicesAnswer,
    DevicesRequest,
    RecoveryCodeRequest,
    RevokeRequest,
    SealedItem,
)
from fieldkit.server.database.connection import reading, writing
from fieldkit.server.devices.authentication import WrongInput, confirm_device, device_of
from fieldkit.server.devices.enrolment import CODE_MINUTES, make_code, revoke
from fieldkit.server.devices.listing import Enrolment, list_devices, silent_days
from fieldkit.server.devices.recovery import RECOVERY_MINUTES, make_recovery_code
from fieldkit.server.devices.scopes import change_scope, checked_district
from fieldkit.server.scope import Device
from fieldkit.server.supervision.authority import (
    check_area,
    check_not_own,
    check_role,
    check_supervisor,
    device_overseen,
    logged,
)

_MOST_NAMED = 100
"""Logs and devices named with one device."""


def devices(engine: Engine, sender: Device, _request: DevicesRequest, now: int) -> DevicesAnswer:
    """Return the devices of the sender's area.

    Raises:
        Refusal: 403, the sender is no supervisor's.
    """
    with logged("devices", sender), reading(engine) as connection:
        confirm_device(connection, sender)
        check_supervisor(sender)
        found = list_devices(connection, now, sender.scope)
        return DevicesAnswer(
            now=now,
            silent_days=silent_days(connection),
            program=__version__,
            devices=[_item(one, sender) for one in found[:MOST_DEVICES]],
            more=len(found) > MOST_DEVICES,
        )


def end_access(engine: Engine, sender: Device, request: RevokeRequest, now: int) -> DeviceAnswer:
    """Revoke a device; what it sent stays.

    Raises:
        Refusal: the sender may not, or it is the sender itself.
    """
    with logged("revoke", sender, request.device), writing(engine) as connection:
        confirm_device(connection, sender)
        device_overseen(connection, sender, request.device)
        check_not_own(sender, request.device)
        revoke(connection, request.device, now)
        return device_answer(connection, sender, request.device, now)


def give_area(engine: Engine, sender: Device, request: AreaRequest, now: int) -> DeviceAnswer:
    """Give a device another area; it learns of it at its next sync.

    Raises:
        Refusal: the sender may not, for the present area or the new one; there is no such area; or
            the device was revoked.
    """
    with logged("area", sender, request.device), writing(engine) as connection:
        confirm_device(connection, sender)
        row = device_overseen(connection, sender, request.device)
        check_not_own(sender, request.device)
        if row.revoked_at is not None:
            raise WrongInput("This device was revoked. A new code enrols it again.")
        block = request.block
        district = checked_district(request.district, block)
        check_area(sender, district, block)
        scope = device_of(connection, request.device).scope
        if (scope.district, scope.block) != (district, block):
            change_scope(connection, request.device, district, block, now)
        return device_answer(connection, sender, request.device, now)


def give_code(engine: Engine, sender: Device, request: CodeRequest, now: int) -> CodeAnswer:
    """Make a one-time code: for a device, or for a new one.

    Raises:
        Refusal: the sender may not give that role or area, or act on that device.
    """
    with logged("code", sender, request.device), writing(engine) as connection:
        confirm_device(connection, sender)
        check_supervisor(sender)
        role, district, block = request.role, request.district, request.block
        if request.device is not None:
            row = device_overseen(connection, sender, request.device)
            if row.revoked_at is not None:
                raise WrongInput("This device was revoked. Make a code for a new laptop.")
            scope = device_of(connection, request.device).scope
            role, district, block = scope.role, scope.district, scope.block
        if role is None:
            raise WrongInput("Say for which role the code is.")
        district = checked_district(district, block)
        check_area(sender, district, block)
        check_role(sender, role)
        minutes = request.minutes or CODE_MINUTES
        code = make_code(connection, role, district, block, now, minutes)
    return CodeAnswer(
        now=now,
        code=code,
        role=role,
        district=district,
        block=block,
        expires_at=now + 60 * minutes,
    )


def give_recovery_code(
    engine: Engine, sender: Device, request: RecoveryCodeRequest, now: int
) -> CodeAnswer:
    """Make a one-time code by which a device, revoked or not, gets its data key back.

    Raises:
        Refusal: the sender may not act on that device.
    """
    minutes = request.minutes or RECOVERY_MINUTES
    with logged("recovery-code", sender, request.device), writing(engine) as connection:
        confirm_device(connection, sender)
        device_overseen(connection, sender, request.device)
        code = make_recovery_code(connection, request.device, now, minutes)
        scope = device_of(connection, request.device).scope
    return CodeAnswer(
        now=now,
        code=code,
        role=scope.role,
        district=scope.district,
        block=scope.block,
        expires_at=now + 60 * minutes,
    )


def device_answer(connection: Connection, sender: Device, number: int, now: int) -> DeviceAnswer:
    """Return a device of the sender's area as it is now."""
    (found,) = list_devices(connection, now, sender.scope, number)
    return DeviceAnswer(now=now, device=_item(found, sender))


def _item(one: Enrolment, sender: Device) -> DeviceItem:
    held = dict.fromkeys(log["id"] for log in one["holds"])
    return DeviceItem(
        id=one["id"],
        name=one["name"],
        role=one["role"],
        district=one["district"],
        block=one["block"],
        enrolled_at=one["enrolled_at"],
        last_seen=one["last_seen"],
        last_batch=one["last_batch"],
        changes=one["changes"],
        unsent=one["unsent"],
        program=one["program"] or "",
        skew=one["skew"],
        revoked_at=one["revoked_at"],
        held_before=list(held)[:_MOST_NAMED],
        copies=one["busy_at_once"][:_MOST_NAMED],
        own=one["id"] == sender.id,
        sealed=[SealedItem(**piece) for piece in one["sealed"]],
    )
