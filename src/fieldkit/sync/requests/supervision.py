"""What a supervisor's laptop asks the server about devices, late changes and readers.

Lists are kept as they come, so that they can be read offline; a one-time code never is.
"""

from __future__ import annotations

from collections.abc import Sequence

from fieldkit.plain_text import shown
from fieldkit.protocol.messages.scope import Role
from fieldkit.protocol.messages.shapes import M, Message
from fieldkit.protocol.messages.supervision import (
    AreaRequest,
    CodeAnswer,
    CodeRequest,
    DecidedItem,
    DecideLateAnswer,
    DecideLateRequest,
    DecideSealedAnswer,
    DecideSealedRequest,
    DeviceAnswer,
    DeviceItem,
    DevicesAnswer,
    DevicesRequest,
    LateAnswer,
    LateRequest,
    ReadersAnswer,
    ReadersRequest,
    RecoveryCodeRequest,
    RevokeRequest,
)
from fieldkit.store import Store
from fieldkit.sync.client import open_transport
from fieldkit.sync.enrol import NotEnrolled
from fieldkit.sync.failures import ConnectionLost, Offline, ServerRefusal
from fieldkit.sync.sentences import refusal_sentence
from fieldkit.sync.transport import Transport

_OLDER_SERVER = (
    "The server has an older version of fieldkit, which cannot do this. Inform the server "
    "administrator."
)
_UNKNOWN_LATE = "These changes are not late any more. Fetch the list again."


class NotDone(Exception):
    """The server was not reached or refused; the text is a sentence why."""

    def __init__(self, sentence: str, *, offline: bool = False) -> None:
        super().__init__(sentence)
        self.offline = offline


def fetch_devices(store: Store, *, transport: Transport | None = None) -> DevicesAnswer:
    """Ask for the devices of this laptop's area, and keep the answer.

    Tests replace ``transport``, here and below.

    Raises:
        NotDone: no connection, or the server refused; the list kept before stays.
    """
    answer = _ask(store, transport, "devices", DevicesRequest(), DevicesAnswer)
    store.keep_answer(answer)
    return answer


def revoke(store: Store, device: int, *, transport: Transport | None = None) -> DeviceItem:
    """End a device's access for good; return it as it is then.

    Raises:
        NotDone: no connection, or the server refused; nothing was done.
    """
    request = RevokeRequest(device=device)
    return _changed(store, _ask(store, transport, "revoke", request, DeviceAnswer))


def change_area(
    store: Store,
    device: int,
    district: int | None,
    block: int | None,
    *,
    transport: Transport | None = None,
) -> DeviceItem:
    """Give a device another area; return it as it is then.

    Raises:
        NotDone: no connection, or the server refused; nothing was done.
    """
    request = AreaRequest(device=device, district=district, block=block)
    return _changed(store, _ask(store, transport, "area", request, DeviceAnswer))


def device_code(store: Store, device: int, *, transport: Transport | None = None) -> CodeAnswer:
    """Ask for a one-time code with the role and area of a device; it is kept nowhere.

    Raises:
        NotDone: no connection, or the server refused.
    """
    return _ask(store, transport, "code", CodeRequest(device=device), CodeAnswer)


def recovery_code(store: Store, device: int, *, transport: Transport | None = None) -> CodeAnswer:
    """Ask for a one-time code that unlocks a device; it is kept nowhere.

    Raises:
        NotDone: no connection, or the server refused.
    """
    request = RecoveryCodeRequest(device=device)
    return _ask(store, transport, "recovery-code", request, CodeAnswer)


def new_code(
    store: Store,
    role: Role,
    district: int | None,
    block: int | None,
    minutes: int | None = None,
    *,
    transport: Transport | None = None,
) -> CodeAnswer:
    """Ask for a one-time code for a new device; it is kept nowhere.

    Raises:
        NotDone: no connection, or the server refused.
    """
    request = CodeRequest(role=role, district=district, block=block, minutes=minutes)
    return _ask(store, transport, "code", request, CodeAnswer)


def fetch_late(store: Store, *, transport: Transport | None = None) -> LateAnswer:
    """Ask for the late and waiting changes of this laptop's area, and keep the answer.

    Raises:
        NotDone: no connection, or the server refused; the list kept before stays.
    """
    answer = _ask(store, transport, "late", LateRequest(), LateAnswer)
    store.keep_answer(answer)
    return answer


def decide_late(
    store: Store, changes: Sequence[str], *, take: bool, transport: Transport | None = None
) -> Sequence[DecidedItem]:
    """Take late changes in, or leave them to their authors; return what became of each.

    Raises:
        NotDone: no connection, or the server refused.
    """
    request = DecideLateRequest(changes=list(changes), take=take)
    try:
        answer = _ask(store, transport, "decide-late", request, DecideLateAnswer)
    except NotDone as failed:
        if isinstance(failed.__cause__, ServerRefusal) and failed.__cause__.code == "not-here":
            raise NotDone(_UNKNOWN_LATE) from failed.__cause__
        raise
    if before := store.kept_answer(LateAnswer):
        left = [one for one in before.answer.changes if one.change not in changes]
        store.keep_answer(before.answer.model_copy(update={"changes": left}), before.at)
    return answer.decided


def decide_sealed(
    store: Store,
    device: int,
    numbers: Sequence[int],
    *,
    admit: bool,
    transport: Transport | None = None,
) -> DecideSealedAnswer:
    """Admit what a revoked device handed in, or discard it for good.

    ``numbers``: the pieces of work that were seen.

    Raises:
        NotDone: no connection, or the server refused.
    """
    request = DecideSealedRequest(device=device, numbers=list(numbers), admit=admit)
    answer = _ask(store, transport, "decide-sealed", request, DecideSealedAnswer)
    _keep_changed(store, answer.device)
    return answer


def readers(
    store: Store, kind: str, record_id: str, *, transport: Transport | None = None
) -> ReadersAnswer:
    """Ask how many devices may read a record.

    Raises:
        NotDone: no connection, or the server refused.
    """
    request = ReadersRequest(kind=kind, id=record_id)
    return _ask(store, transport, "readers", request, ReadersAnswer)


def _changed(store: Store, answer: DeviceAnswer) -> DeviceItem:
    _keep_changed(store, answer.device)
    return answer.device


def _keep_changed(store: Store, device: DeviceItem) -> None:
    """Put a device as it is now into the list that is kept."""
    if before := store.kept_answer(DevicesAnswer):
        devices = [device if one.id == device.id else one for one in before.answer.devices]
        store.keep_answer(before.answer.model_copy(update={"devices": devices}), before.at)


def _ask(store: Store, transport: Transport | None, act: str, request: Message, sort: type[M]) -> M:
    try:
        if transport is not None:
            return transport.post(f"/v1/{act}", request, sort)
        with open_transport(store) as opened:
            return opened.post(f"/v1/{act}", request, sort)
    except NotEnrolled as error:
        raise NotDone(str(error)) from None
    except (Offline, ConnectionLost):
        raise NotDone("No connection. Try again when there is one.", offline=True) from None
    except ServerRefusal as refused:
        raise NotDone(_sentence(refused)) from refused


def _sentence(refused: ServerRefusal) -> str:
    """Return the sentence of a refusal; what was wrong in a request, only the server says."""
    if refused.problem is not None and refused.code == "wrong-input":
        return shown(refused.problem.detail)
    if refused.problem is not None and refused.status == 404 and refused.code == "about:blank":
        return _OLDER_SERVER
    return refusal_sentence(refused)
