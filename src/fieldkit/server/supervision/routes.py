"""The routes of a supervisor's laptop: what each is asked with, answers, and runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine

from fieldkit.protocol.shapes import M, Message
from fieldkit.protocol.supervision import (
    AreaRequest,
    CodeAnswer,
    CodeRequest,
    DecideLateAnswer,
    DecideLateRequest,
    DeviceAnswer,
    DevicesAnswer,
    DevicesRequest,
    LateAnswer,
    LateRequest,
    ReadersAnswer,
    ReadersRequest,
    RevokeRequest,
)
from fieldkit.server.scope import Device
from fieldkit.server.supervision import devices, late, readers


@dataclass(frozen=True, slots=True)
class Act:
    """One route: its messages, what it does in words, and the function that does it."""

    request: type[Message]
    answer: type[Message]
    summary: str
    run: Callable[[Engine, Device, Message, int], Message]
    """Called with the database, the device that sent the request, the request, and the time."""


def _act(
    request: type[M],
    answer: type[Message],
    summary: str,
    run: Callable[[Engine, Device, M, int], Message],
) -> Act:
    def run_typed(engine: Engine, sender: Device, message: Message, now: int) -> Message:
        assert isinstance(message, request)
        return run(engine, sender, message, now)

    return Act(request, answer, summary, run_typed)


ROUTES: Mapping[str, Act] = {
    "devices": _act(DevicesRequest, DevicesAnswer, "List the area's devices.", devices.devices),
    "revoke": _act(RevokeRequest, DeviceAnswer, "End a device's access.", devices.end_access),
    "area": _act(AreaRequest, DeviceAnswer, "Give a device another area.", devices.give_area),
    "code": _act(CodeRequest, CodeAnswer, "Make a one-time code.", devices.give_code),
    "late": _act(LateRequest, LateAnswer, "List the area's late changes.", late.late_changes),
    "decide-late": _act(
        DecideLateRequest,
        DecideLateAnswer,
        "Take late changes in, or leave them to their authors.",
        late.decide_late,
    ),
    "readers": _act(ReadersRequest, ReadersAnswer, "Count who may read a record.", readers.readers),
}
"""By name: the route ``devices`` is ``/v1/devices``."""
