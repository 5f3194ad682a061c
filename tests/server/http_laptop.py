"""Laptops played by a test that speak HTTP to a server in this process, whose clock it sets."""

from __future__ import annotations

from sqlalchemy import Connection
from tests.server.conftest import Api
from tests.server.fake_laptop import Laptop

from fieldkit.protocol.messages.sync import SyncAnswer, SyncRequest
from fieldkit.protocol.wire.codec import decode, encode
from fieldkit.server.database.connection import writing
from fieldkit.server.devices.authentication import device_of, device_of_token
from fieldkit.server.devices.scopes import change_scope

DAY = 86_400


class HttpLaptop(Laptop):
    """A laptop that enrols with a code, and whose requests are bytes of the protocol."""

    def __init__(
        self,
        api: Api,
        district: int | None = None,
        block: int | None = None,
        *,
        role: str = "operator",
        operator: str = "Asha",
        after: HttpLaptop | None = None,
    ) -> None:
        self.api = api
        self.token: str = api.token(api.code(role, district, block), after.token if after else "")
        with writing(api.engine) as connection:
            device = device_of(connection, _number(connection, self.token))
        super().__init__(api.engine, device=device, operator=operator)

    def ask(self, request: SyncRequest) -> SyncAnswer:
        body = encode(request, "identity")
        answer = self.api.send("/v1/sync", body, self.token)
        assert answer.status_code == 200, answer.text
        return decode(answer.content, SyncAnswer, "identity")

    def gets(self, district: int | None = None, block: int | None = None) -> None:
        """Give the device another area; the laptop goes on declaring the epoch it knows."""
        self.api.write(
            lambda connection: change_scope(
                connection, self.device.id, district, block, self.api.now
            )
        )


def _number(connection: Connection, token: str) -> int:
    row = device_of_token(connection, f"Bearer {token}")
    assert row is not None
    return int(row.id)
