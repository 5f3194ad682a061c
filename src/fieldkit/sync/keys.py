"""Exchange of public keys: the laptop's signing key for the server's own keys."""

from __future__ import annotations

from contextlib import suppress

from fieldkit.keys.content import UnreadableKeys
from fieldkit.keys.keyfile import KeyFile
from fieldkit.keys.passphrase import WrongKey
from fieldkit.keys.sealing import from_text, new_signing_pair, to_text
from fieldkit.protocol.messages.keys import KeysAnswer, KeysRequest
from fieldkit.store import DeviceKeys, Store, StoreError
from fieldkit.sync.failures import ConnectionLost, Offline, ServerRefusal
from fieldkit.sync.transport import Transport


def exchange_keys(store: Store, transport: Transport) -> None:
    """Exchange keys with the server, if this laptop has none of it, and seal the data key to it.

    Failures are left to what follows: without keys everything goes on but what needs them, and the
    next sync tries again.
    """
    if store.access.wants_keys():
        _exchange(store, transport)
    seal_data_key(store)


def _exchange(store: Store, transport: Transport) -> None:
    before, keys = store.access.keys(), None
    signing = before.signing if before else new_signing_pair()
    try:
        request = KeysRequest(signing=to_text(signing.public), data_key=store.access.proof())
        answer = transport.post("/v1/keys", request, KeysAnswer)
        keys = DeviceKeys(signing, from_text(answer.sealing), from_text(answer.signing))
    except (Offline, ConnectionLost):
        return
    except ServerRefusal as refused:
        if refused.status != 404:
            return
    with suppress(StoreError):  # as on a full disk, of which the next step tells
        store.access.keep_keys(keys)


def seal_data_key(store: Store, *, again: bool = False) -> bool:
    """Seal the key of an encrypted home to its server, with the address at which to ask for it.

    Say whether the key file holds it so: then a supervisor can have the laptop unlocked.
    ``again``: seal it also where the file holds one, which nobody here can open to check it.
    """
    keys, device, data_key = store.access.keys(), store.device, store.data_key
    if keys is None or device is None or device.server is None or data_key is None:
        return False
    with suppress(OSError, UnreadableKeys, WrongKey):
        found = KeyFile.read(store.home)
        if found is None or not found.fits(data_key):
            return False
        if again or (found.sealed_to, found.server) != (keys.server_sealing, device.server):
            found.seal_to(keys.server_sealing, data_key, device.server)
        return True
    return False
