"""Whether the sender may do what it asks about devices and areas; each refusal is logged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from fieldkit.protocol.messages.scope import Role, is_at_least
from fieldkit.server.devices.authentication import DatabaseRow, WrongInput, device_of, lock_device
from fieldkit.server.problems import Refusal, refusal
from fieldkit.server.request_log import log_event
from fieldkit.server.scope import Device


@contextmanager
def logged(act: str, sender: Device, about: int | str | None = None) -> Iterator[None]:
    """Log an act of a supervisor's laptop: that it was done, or why it was refused.

    ``about``: the number of the device, or the change. No names and no values are logged.

    Raises:
        Refusal: the act was refused; of wrong input, 400.
    """
    try:
        yield
    except WrongInput as wrong:
        log_event("act_refused", act=act, device=sender.id, about=about, problem="wrong-input")
        raise refusal("wrong-input", 400, "This cannot be done.", str(wrong)) from None
    except Refusal as refused:
        log_event("act_refused", act=act, device=sender.id, about=about, problem=refused.code)
        raise
    log_event("act", act=act, device=sender.id, about=about)


def check_supervisor(sender: Device) -> None:
    """Check that the sender is a supervisor's or an administrator's.

    Raises:
        Refusal: 403, its role is below.
    """
    if not is_at_least(sender.scope.role, "supervisor"):
        raise refusal(
            "not-supervisor",
            403,
            "Only the laptop of a supervisor may do this.",
            "Ask your supervisor.",
        )


def check_area(sender: Device, district: int | None, block: int | None) -> None:
    """Check that an area lies wholly within the sender's.

    Raises:
        Refusal: 403, it does not.
    """
    if not sender.oversees(district, block):
        raise refusal(
            "not-your-area",
            403,
            "This area is not within the area of your laptop.",
            "Ask the supervisor of that area, or an administrator.",
        )


def check_role(sender: Device, role: Role) -> None:
    """Check that a role is not above the sender's own.

    Raises:
        Refusal: 403, it is.
    """
    if not is_at_least(sender.scope.role, role):
        raise refusal(
            "role-above",
            403,
            "This role is above the role of your laptop.",
            "Ask an administrator.",
        )


def device_overseen(connection: Connection, sender: Device, number: int) -> DatabaseRow:
    """Return the row of a device that the sender may act on, locked until the transaction ends.

    Raises:
        Refusal: 403, it may not; 404, no such device is in its area (whether elsewhere or nowhere).
    """
    check_supervisor(sender)
    try:
        row, scope = lock_device(connection, number), device_of(connection, number).scope
    except WrongInput:
        raise _no_device() from None
    if not sender.oversees(scope.district, scope.block):
        raise _no_device()
    check_role(sender, scope.role)
    return row


def check_not_own(sender: Device, number: int) -> None:
    """Check that the sender does not take away its own access.

    Raises:
        Refusal: 409, it is the device itself.
    """
    if sender.id == number:
        raise refusal(
            "own-device",
            409,
            "This is the laptop that you are using.",
            "Another supervisor or an administrator may do this.",
        )


def _no_device() -> Refusal:
    return refusal(
        "no-device",
        404,
        "There is no such device in the area of your laptop.",
        "Fetch the list of devices again.",
    )
