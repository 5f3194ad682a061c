"""The routes of every laptop that are about itself."""

from __future__ import annotations

from collections.abc import Mapping

from fieldkit.protocol.messages.keys import KeysAnswer, KeysRequest
from fieldkit.server.acts import Act, act
from fieldkit.server.devices.keys import exchange_keys

ROUTES: Mapping[str, Act] = {
    "keys": act(KeysRequest, KeysAnswer, "Exchange public keys.", exchange_keys),
}
"""By name: the route ``keys`` is ``/v1/keys``."""
