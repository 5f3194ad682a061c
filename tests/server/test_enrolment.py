from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.server.conftest import Door, Laptop, problem

from fieldkit.protocol.change import first_head
from fieldkit.protocol.identity import new_origin
from fieldkit.protocol.wire.codec import chain
from fieldkit.server.devices.enrolment import (
    TOKEN_SECONDS,
    Tries,
    WrongInput,
    change_scope,
    revoke,
    rotated,
    sender,
)
from fieldkit.server.operation.listing import devices
from fieldkit.server.operation.migrate import open_database

MINUTE = 60


def test_a_code_opens_what_it_was_made_for(door: Door) -> None:
    code = door.code("supervisor", block=16)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", code)
    answer = door.enrol(code).json()
    assert answer["scope"] == {"role": "supervisor", "district": 2, "block": 16}
    assert (answer["epoch"], answer["now"]) == (1, door.now)
    assert answer["incarnation"]
    assert door.ask(answer["token"]).status_code == 200


def test_a_code_is_read_as_people_type_it(door: Door) -> None:
    code = door.code()
    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert door.enrol(typed).status_code == 200


def test_a_code_is_for_one_use(door: Door) -> None:
    code = door.code()
    token = door.token(code)
    assert door.ask(token).status_code == 200
    assert problem(door.enrol(code)) == (409, "code-used")


def test_a_code_whose_answer_was_lost_is_answered_again_for_the_same_laptop(door: Door) -> None:
    code, mine = door.code(block=16), door.origin
    door.token(code)
    door.origin = new_origin()
    assert problem(door.enrol(code)) == (409, "code-used")
    door.origin = mine
    again = door.enrol(code).json()
    assert (again["epoch"], again["scope"]["block"]) == (1, 16)
    assert door.ask(again["token"]).status_code == 200
    assert problem(door.enrol(code)) == (409, "code-used")
    assert len(devices(door.url, door.now)) == 1


def test_a_request_for_a_token_that_comes_twice_shuts_nobody_out(door: Door) -> None:
    code = door.code()
    first, _unheard = door.token(code), door.token(code)
    assert door.ask(first).status_code == 200
    assert problem(door.enrol(code)) == (409, "code-used")


def test_a_lost_answer_to_enrolling_again_is_given_again_to_the_same_device(door: Door) -> None:
    old = door.token()
    assert door.ask(old).status_code == 200
    code = door.code(block=16)
    door.token(code, old)
    assert problem(door.enrol(code)) == (409, "code-used")
    again = door.enrol(code, old).json()
    assert (again["epoch"], again["scope"]["block"]) == (2, 16)
    assert door.ask(again["token"]).status_code == 200
    assert problem(door.enrol(code, again["token"])) == (409, "code-used")
    assert problem(door.ask(old)) == (401, "unauthorised")


def test_a_lost_answer_is_not_given_again_once_the_code_is_too_old_or_the_device_revoked(
    door: Door,
) -> None:
    code, other = door.code(minutes=30), door.code()
    door.token(code)
    door.token(other)
    door.now += 30 * MINUTE
    assert problem(door.enrol(code)) == (409, "code-used")
    door.write(lambda connection: revoke(connection, 2, door.now))
    assert problem(door.enrol(other)) == (409, "code-used")


def test_a_code_expires(door: Door) -> None:
    code, other = door.code(minutes=30), door.code(minutes=30)
    door.now += 30 * MINUTE - 1
    door.token(code)
    door.now += 1
    assert problem(door.enrol(other)) == (410, "code-expired")
    assert problem(door.enrol(code)) == (409, "code-used")


@pytest.mark.parametrize("code", ["AAAAA-AAAAA", "x", "\x00", "\uffff", "'; DROP TABLE code; --"])
def test_a_code_nobody_made_is_unknown(door: Door, code: str) -> None:
    assert problem(door.enrol(code)) == (403, "code-unknown")


@pytest.mark.parametrize(
    ("role", "district", "block"),
    [("chief", 2, None), ("operator", 999, None), ("operator", None, 9999), ("operator", 1, 16)],
)
def test_a_code_for_nowhere_is_not_made(
    door: Door, role: str, district: int | None, block: int | None
) -> None:
    with pytest.raises(WrongInput):
        door.code(role, district, block)


def test_guessing_is_slowed_down_for_its_address_alone(door: Door) -> None:
    good = door.code()
    for _ in range(Tries.MOST):
        assert problem(door.enrol("AAAAA-AAAAA")) == (403, "code-unknown")
    door.now += 5 * MINUTE
    refused = door.enrol(good)
    assert problem(refused) == (429, "too-many-tries")
    assert refused.headers["retry-after"] == str(10 * MINUTE)
    assert door.enrol(door.code(), address="203.0.113.9", scheme="https").status_code == 200
    door.now += 10 * MINUTE
    assert door.enrol(good).status_code == 200


def test_one_network_of_version_6_counts_as_one_address(door: Door) -> None:
    for number in range(Tries.MOST):
        door.enrol("AAAAA-AAAAA", address=f"2001:db8::{number + 1:x}", scheme="https")
    refused = door.enrol("AAAAA-AAAAA", address="2001:db8::ffff", scheme="https")
    assert problem(refused) == (429, "too-many-tries")


def test_addresses_are_not_remembered_without_end() -> None:
    tries = Tries()
    for number in range(Tries.ADDRESSES + 5):
        tries.failed(str(number), 0)
    assert len(tries._failed) == Tries.ADDRESSES


def test_codes_and_tokens_are_kept_as_hashes_alone(door: Door) -> None:
    used, unused = door.code(), door.code()
    first = door.token(used)
    second = door.token(door.code(), first)
    with closing(sqlite3.connect(door.url.removeprefix("sqlite:///"))) as connection:
        dump = "\n".join(connection.iterdump())
    for secret in (used, unused, first, second):
        assert secret not in dump
        assert secret.replace("-", "") not in dump


def test_enrolled_again_with_its_token_it_is_the_same_device_in_a_new_epoch(door: Door) -> None:
    first = door.token(door.code(district=2))
    again = door.enrol(door.code("supervisor", block=16), first).json()
    assert again["epoch"] == 2
    assert again["scope"] == {"role": "supervisor", "district": 2, "block": 16}
    (one,) = devices(door.url, door.now)
    assert (one["role"], one["district"], one["block"]) == ("supervisor", 2, 16)
    # The answer may be lost: the old token holds until the new one is used.
    assert door.ask(first).status_code == 200
    assert door.ask(again["token"]).status_code == 200
    assert problem(door.ask(first)) == (401, "unauthorised")


def test_enrolled_without_its_token_it_is_another_device(door: Door) -> None:
    door.token()
    assert door.enrol(door.code(), "of another server entirely").json()["epoch"] == 1
    assert len(devices(door.url, door.now)) == 2


def test_a_laptop_that_has_sent_nothing_yet_is_listed_by_its_log(door: Door) -> None:
    door.token()
    (one,) = devices(door.url, door.now)
    assert one["origins"] == [door.origin]


def test_a_revoked_device_may_not_sync_and_enrols_as_another(door: Door) -> None:
    token = door.token()
    door.write(lambda connection: revoke(connection, 1, door.now))
    assert problem(door.ask(token)) == (403, "revoked")
    assert problem(door.post("/v1/receipt", {"origins": [door.origin]}, token)) == (403, "revoked")
    new = door.enrol(door.code(), token).json()
    assert new["epoch"] == 1
    assert problem(door.ask(token)) == (403, "revoked")


def test_a_wrong_code_leaves_the_old_token_as_it_is(door: Door) -> None:
    token = door.token()
    assert problem(door.enrol("AAAAA-AAAAA", token)) == (403, "code-unknown")
    assert door.ask(token).status_code == 200


def test_an_old_token_is_replaced_and_a_lost_answer_locks_nobody_out(door: Door) -> None:
    old = door.token()
    assert "token" not in _given(door, old)
    door.now += TOKEN_SECONDS
    _lost = _given(door, old)["token"]
    # The answer was lost: the laptop goes on with the old one, and is given no other so soon.
    assert "token" not in _given(door, old)
    door.now += TOKEN_SECONDS
    new = str(_given(door, old)["token"])
    assert problem(door.ask(str(_lost))) == (401, "unauthorised")
    assert "token" not in _given(door, new)
    assert problem(door.ask(old)) == (401, "unauthorised")
    assert door.ask(new).status_code == 200


def test_of_two_deliveries_of_one_request_only_one_is_given_a_token(door: Door) -> None:
    token = door.token()
    engine = open_database(door.url)
    found = sender(engine, f"Bearer {token}")
    later = door.now + TOKEN_SECONDS
    new = rotated(engine, found, later)
    assert new is not None
    assert rotated(engine, found, later) is None
    assert sender(engine, f"Bearer {new}").device == found.device
    engine.dispose()


def _given(door: Door, token: str, **more: object) -> dict[str, object]:
    answer = door.ask(token, **more)
    assert answer.status_code == 200, answer.text
    return {name: value for name, value in answer.json().items() if value is not None}


def test_a_change_of_scope_is_told_at_the_next_sync(door: Door) -> None:
    token = door.token(door.code(district=2))
    door.write(lambda connection: change_scope(connection, 1, None, 16))
    answer = _given(door, token, epoch=1)
    assert answer["epoch"] == 2
    assert answer["scope"] == {"role": "operator", "district": 2, "block": 16}


@pytest.mark.parametrize("device", [0, 7, 10**12])
def test_a_device_that_is_none_cannot_be_changed(door: Door, device: int) -> None:
    with pytest.raises(WrongInput, match="There is no device"):
        door.write(lambda connection: revoke(connection, device, door.now))


def test_codes_and_tokens_never_travel_readable(door: Door) -> None:
    token = door.token()
    far = "203.0.113.9"
    assert problem(door.enrol(door.code(), address=far)) == (403, "insecure")
    assert problem(door.post("/v1/sync", {}, token, address=far)) == (403, "insecure")
    assert problem(door.post("/v1/receipt", {}, token, address=far)) == (403, "insecure")
    told = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
    for heads in (told, {"forwarded": "for=203.0.113.9;proto=https"}, {"via": "1.1 proxy"}):
        assert problem(door.enrol(door.code(), heads=heads)) == (403, "insecure")
    assert door.enrol(door.code(), address=far, scheme="https").status_code == 200


def test_a_proxy_that_nobody_named_is_not_believed_by_what_listens_either(laptop: Laptop) -> None:
    heads = {"authorization": f"Bearer {laptop.token}", "x-forwarded-for": "203.0.113.9"}
    for told in ({}, {"x-forwarded-proto": "https"}):
        answer = laptop.http.post("/v1/sync", json=laptop.quiet(), headers=heads | told)
        assert problem(answer) == (403, "insecure")
    assert laptop.ask().status_code == 200


def test_a_trusted_proxy_is_believed_and_no_other(tmp_path: Path) -> None:
    door = Door(tmp_path / "server.sqlite3", trusted=("10.0.0.0/28",))
    told = {"x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.1, 203.0.113.9"}
    assert door.enrol(door.code(), address="10.0.0.5", heads=told).status_code == 200
    assert problem(door.enrol(door.code(), address="10.0.0.99", heads=told)) == (403, "insecure")
    plain = told | {"x-forwarded-proto": "http"}
    assert problem(door.enrol(door.code(), address="10.0.0.5", heads=plain)) == (403, "insecure")
    # What came before the nearest proxy's word may be made up by anybody.
    made_up = told | {"x-forwarded-proto": "https, http"}
    assert problem(door.enrol(door.code(), address="10.0.0.5", heads=made_up)) == (403, "insecure")
    # Wrong codes count against who stands before the proxy, not against what he says of himself.
    for number in range(Tries.MOST):
        made_up = told | {"x-forwarded-for": f"198.51.100.{number}, 203.0.113.7"}
        door.enrol("AAAAA-AAAAA", address="10.0.0.5", heads=made_up)
    made_up = told | {"x-forwarded-for": "203.0.113.7"}
    refused = door.enrol("AAAAA-AAAAA", address="10.0.0.5", heads=made_up)
    assert problem(refused) == (429, "too-many-tries")
    assert door.enrol(door.code(), address="10.0.0.5", heads=told).status_code == 200
    door.close()


def test_a_receipt_is_for_the_owner_and_who_oversees_him(door: Door) -> None:
    operator = door.token(door.code(block=16))
    before = first_head(door.origin)
    ((form, head), *_) = chain(before, [{"seq": 1, "kind": 5}])
    batch = {"first": 1, "before": before.hex(), "changes": [json.loads(form)]}
    door.ask(operator, last_seq=1, head=head.hex(), batch=batch)
    fellow = door.token(door.code(block=16))
    over_block = door.token(door.code("supervisor", block=16))
    over_district = door.token(door.code("supervisor", district=2))
    elsewhere = door.token(door.code("supervisor", district=1))
    over_all = door.token(door.code("administrator"))
    asked = {"origins": [door.origin, "7KQ2M9XD"]}
    for token in (operator, over_block, over_district, over_all):
        logs = door.post("/v1/receipt", asked, token).json()["logs"]
        assert [(log["origin"], log["seq"], log["kinds"]) for log in logs] == [
            (door.origin, 1, {"": 1}),
            ("7KQ2M9XD", 0, {}),
        ]
        assert logs[0]["head"] == head.hex()
    for token in (fellow, elsewhere):
        (log,) = door.post("/v1/receipt", asked, token).json()["logs"]
        assert log["origin"] == "7KQ2M9XD"
