"""Hands a bundle, perhaps another laptop's, to the server over a network without opening it."""

from __future__ import annotations

from fieldkit.protocol.bundle import LARGEST_FILE, read_header
from fieldkit.protocol.wire.errors import Unreadable
from fieldkit.stick import NotCarried
from fieldkit.store import Store
from fieldkit.sync.client import open_transport
from fieldkit.sync.enrol import NotEnrolled
from fieldkit.sync.failures import ConnectionLost, Offline, ServerRefusal
from fieldkit.sync.sentences import refusal_sentence

_OLDER_SERVER = (
    "The server cannot take bundles yet: it is of an older version. Inform its administrator."
)
_REFUSED = {
    "bundle-elsewhere": "This bundle is for another server. Take it to a laptop enrolled there.",
    "bundle-unknown": "The server does not know the laptop that wrote this bundle. Enrol that "
    "laptop again over a network; what it holds is not lost.",
    "bundle-altered": "This bundle was changed on the way, or not copied whole. Nothing of it was "
    "taken. Copy it again, or have the laptop write another one.",
    "bundle-version": "This bundle is of a newer version of fieldkit than the server. Inform the "
    "server administrator.",
}
NO_BUNDLE = "This file is not a bundle. Choose the file that ends with .fkb."


def forward(store: Store, data: bytes) -> bytes:
    """Hand a bundle to the server of this laptop; return the answer for the one that wrote it.

    Raises:
        NotCarried: no connection, or the server refused.
    """
    try:
        read_header(data)
    except Unreadable:
        raise NotCarried(NO_BUNDLE) from None
    try:
        with open_transport(store) as transport:
            return transport.post_file("/v1/bundle", data, LARGEST_FILE)
    except NotEnrolled as error:
        raise NotCarried(str(error)) from None
    except (Offline, ConnectionLost):
        raise NotCarried("No connection. Try again when there is one.", offline=True) from None
    except ServerRefusal as refused:
        raise NotCarried(_sentence(refused)) from None


def _sentence(refused: ServerRefusal) -> str:
    if refused.code in _REFUSED:
        return _REFUSED[refused.code]
    if refused.status == 404:
        return _OLDER_SERVER
    return refusal_sentence(refused)
