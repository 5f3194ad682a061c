"""The routes of a supervisor's laptop: what each is asked with, answers, and runs."""

from __future__ import annotations

from collections.abc import Mapping

from fieldkit.protocol.messages.supervision import (
    AreaRequest,
    CodeAnswer,
    CodeRequest,
    DecideLateAnswer,
    DecideLateRequest,
    DecideSealedAnswer,
    DecideSealedRequest,
    DeviceAnswer,
    DevicesAnswer,
    DevicesRequest,
    LateAnswer,
    LateRequest,
    ReadersAnswer,
    ReadersRequest,
    RecoveryCodeRequest,
    RevokeRequest,
)
from fieldkit.server.acts import Act, act
from fieldkit.server.supervision import devices, late, readers, sealed

ROUTES: Mapping[str, Act] = {
    "devices": act(DevicesRequest, DevicesAnswer, "List the area's devices.", devices.devices),
    "revoke": act(RevokeRequest, DeviceAnswer, "End a device's access.", devices.end_access),
    "area": act(AreaRequest, DeviceAnswer, "Give a device another area.", devices.give_area),
    "code": act(CodeRequest, CodeAnswer, "Make a one-time code.", devices.give_code),
    "recovery-code": act(
        RecoveryCodeRequest,
        CodeAnswer,
        "Make a code that unlocks a device.",
        devices.give_recovery_code,
    ),
    "late": act(LateRequest, LateAnswer, "List the area's late changes.", late.late_changes),
    "decide-late": act(
        DecideLateRequest,
        DecideLateAnswer,
        "Take late changes in, or leave them to their authors.",
        late.decide_late,
    ),
    "decide-sealed": act(
        DecideSealedRequest,
        DecideSealedAnswer,
        "Admit what a revoked device handed in, or discard it.",
        sealed.decide_sealed,
    ),
    "readers": act(ReadersRequest, ReadersAnswer, "Count who may read a record.", readers.readers),
}
"""By name: the route ``devices`` is ``/v1/devices``."""
