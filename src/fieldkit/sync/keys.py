"""Exchange of public keys: the laptop's signing key for the server's own keys."""

from __future__ import annotations

from contextlib import suppress

from fieldkit.keys.sealing import from_text, new_signing_pair, to_text
from fieldkit.protocol.keys import KeysAnswer, KeysRequest
from fieldkit.store import DeviceKeys, Store, StoreError
from fieldkit.sync.failures import ConnectionLost, Offline, ServerRefusal
from fieldkit.sync.transport import Transport


def exchange_keys(store: Store, transport: Transport) -> None:
    """Exchange keys with the server, if this laptop has none of it.

    Failures are left to what follows: without keys everything goes on but what needs them, and the
    next sync tries again.
    """
    if not store.wants_keys():
        return
    signing = new_signing_pair()
    keys: DeviceKeys | None = None
    try:
        request = KeysRequest(signing=to_text(signing.public))
        answer = transport.post("/v1/keys", request, KeysAnswer)
        keys = DeviceKeys(signing, from_text(answer.sealing), from_text(answer.signing))
    except (Offline, ConnectionLost):
        return
    except ServerRefusal as refused:
        if refused.status != 404:
            return
    with suppress(StoreError):  # as on a full disk, of which the next step tells
        store.keep_keys(keys)
