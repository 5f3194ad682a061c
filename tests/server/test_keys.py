"""The route by which devices and the server exchange their public keys."""

from __future__ import annotations

from tests.server.conftest import Api, Make, problem

from fieldkit.keys.sealing import new_signing_pair, to_text
from fieldkit.server.devices.keys import MOST_KEYS, device_keys


def test_keys_are_answered_with_the_servers_own(make_laptop: Make) -> None:
    one, other = make_laptop(), make_laptop()
    ask = {"signing": to_text(new_signing_pair().public)}
    found = [laptop.post("/v1/keys", ask).json() for laptop in (one, other, one)]
    assert {key["sealing"] for key in found} == {found[0]["sealing"]}
    assert {key["signing"] for key in found} == {found[0]["signing"]}
    assert found[0]["sealing"] != found[0]["signing"]


def test_keys_are_for_devices_only(api: Api) -> None:
    ask = {"signing": to_text(new_signing_pair().public)}
    assert problem(api.post("/v1/keys", ask)) == (401, "unauthorised")
    assert problem(api.post("/v1/keys", {"signing": "short"}, api.token())) == (400, "unreadable")


def test_a_device_has_a_bounded_number_of_keys(api: Api) -> None:
    token, keys = api.token(), [new_signing_pair().public for _ in range(MOST_KEYS + 1)]
    for key in keys:
        api.now += 1
        assert api.post("/v1/keys", {"signing": to_text(key)}, token).status_code == 200
    with api.engine.connect() as connection:
        assert device_keys(connection, 1) == keys[:0:-1]
