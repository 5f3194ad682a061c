from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.server.conftest import Api, Laptop, problem

from fieldkit.protocol.change import first_head, salted_head
from fieldkit.protocol.identity import new_origin
from fieldkit.protocol.wire.codec import chain
from fieldkit.server.database.migrate import open_database
from fieldkit.server.devices.attempts import CodeAttempts
from fieldkit.server.devices.authentication import (
    TOKEN_SECONDS,
    WrongInput,
    authenticate,
    rotate_token,
)
from fieldkit.server.devices.enrolment import revoke
from fieldkit.server.devices.listing import devices
from fieldkit.server.devices.scopes import change_scope

MINUTE = 60


def test_a_code_gives_the_scope_it_was_made_for(api: Api) -> None:
    code = api.code("supervisor", block=16)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", code)
    answer = api.enrol(code).json()
    assert answer["scope"] == {"role": "supervisor", "district": 2, "block": 16}
    assert (answer["epoch"], answer["now"]) == (1, api.now)
    assert answer["incarnation"]
    assert api.ask(answer["token"]).status_code == 200


def test_a_code_is_read_as_people_type_it(api: Api) -> None:
    code = api.code()
    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert api.enrol(typed).status_code == 200


def test_a_code_is_for_one_use(api: Api) -> None:
    code = api.code()
    token = api.token(code)
    assert api.ask(token).status_code == 200
    assert problem(api.enrol(code)) == (409, "code-used")


def test_a_code_whose_answer_was_lost_is_answered_again_for_the_same_laptop(api: Api) -> None:
    code, mine = api.code(block=16), api.origin
    api.token(code)
    api.origin = new_origin()
    assert problem(api.enrol(code)) == (409, "code-used")
    api.origin = mine
    again = api.enrol(code).json()
    assert (again["epoch"], again["scope"]["block"]) == (1, 16)
    assert api.ask(again["token"]).status_code == 200
    assert problem(api.enrol(code)) == (409, "code-used")
    assert len(devices(api.url, api.now)) == 1


def test_an_enrolment_delivered_twice_locks_nobody_out(api: Api) -> None:
    code = api.code()
    first, _unheard = api.token(code), api.token(code)
    assert api.ask(first).status_code == 200
    assert problem(api.enrol(code)) == (409, "code-used")


def test_a_lost_answer_to_enrolling_again_is_given_again_to_the_same_device(api: Api) -> None:
    old = api.token()
    assert api.ask(old).status_code == 200
    code = api.code(block=16)
    api.token(code, old)
    assert problem(api.enrol(code)) == (409, "code-used")
    again = api.enrol(code, old).json()
    assert (again["epoch"], again["scope"]["block"]) == (2, 16)
    assert api.ask(again["token"]).status_code == 200
    assert problem(api.enrol(code, again["token"])) == (409, "code-used")
    assert problem(api.ask(old)) == (401, "unauthorised")


def test_a_lost_answer_is_not_given_again_once_the_code_is_too_old_or_the_device_revoked(
    api: Api,
) -> None:
    code, other = api.code(minutes=30), api.code()
    api.token(code)
    api.token(other)
    api.now += 30 * MINUTE
    assert problem(api.enrol(code)) == (409, "code-used")
    api.write(lambda connection: revoke(connection, 2, api.now))
    assert problem(api.enrol(other)) == (409, "code-used")


def test_a_code_expires(api: Api) -> None:
    code, other = api.code(minutes=30), api.code(minutes=30)
    api.now += 30 * MINUTE - 1
    api.token(code)
    api.now += 1
    assert problem(api.enrol(other)) == (410, "code-expired")
    assert problem(api.enrol(code)) == (409, "code-used")


@pytest.mark.parametrize("code", ["AAAAA-AAAAA", "x", "\x00", "\uffff", "'; DROP TABLE code; --"])
def test_an_unknown_code_is_refused(api: Api, code: str) -> None:
    assert problem(api.enrol(code)) == (403, "code-unknown")


@pytest.mark.parametrize(
    ("role", "district", "block"),
    [("chief", 2, None), ("operator", 999, None), ("operator", None, 9999), ("operator", 1, 16)],
)
def test_a_code_for_an_unknown_place_is_not_made(
    api: Api, role: str, district: int | None, block: int | None
) -> None:
    with pytest.raises(WrongInput):
        api.code(role, district, block)


def test_guessing_blocks_only_its_own_address(api: Api) -> None:
    good = api.code()
    for _ in range(CodeAttempts.MOST):
        assert problem(api.enrol("AAAAA-AAAAA")) == (403, "code-unknown")
    api.now += 5 * MINUTE
    refused = api.enrol(good)
    assert problem(refused) == (429, "too-many-tries")
    assert refused.headers["retry-after"] == str(10 * MINUTE)
    assert api.enrol(api.code(), address="203.0.113.9", scheme="https").status_code == 200
    api.now += 10 * MINUTE
    assert api.enrol(good).status_code == 200


def test_an_ipv6_network_counts_as_one_address(api: Api) -> None:
    for number in range(CodeAttempts.MOST):
        api.enrol("AAAAA-AAAAA", address=f"2001:db8::{number + 1:x}", scheme="https")
    refused = api.enrol("AAAAA-AAAAA", address="2001:db8::ffff", scheme="https")
    assert problem(refused) == (429, "too-many-tries")


def test_the_number_of_remembered_addresses_is_limited() -> None:
    attempts = CodeAttempts()
    for number in range(CodeAttempts.ADDRESSES + 5):
        attempts.count_failure(str(number), 0)
    assert len(attempts._failed) == CodeAttempts.ADDRESSES


def test_codes_and_tokens_are_stored_only_as_hashes(api: Api) -> None:
    used, unused = api.code(), api.code()
    first = api.token(used)
    second = api.token(api.code(), first)
    with closing(sqlite3.connect(api.url.removeprefix("sqlite:///"))) as connection:
        dump = "\n".join(connection.iterdump())
    for secret in (used, unused, first, second):
        assert secret not in dump
        assert secret.replace("-", "") not in dump


def test_enrolling_again_with_the_token_keeps_the_device_in_a_new_epoch(api: Api) -> None:
    first = api.token(api.code(district=2))
    again = api.enrol(api.code("supervisor", block=16), first).json()
    assert again["epoch"] == 2
    assert again["scope"] == {"role": "supervisor", "district": 2, "block": 16}
    (one,) = devices(api.url, api.now)
    assert (one["role"], one["district"], one["block"]) == ("supervisor", 2, 16)
    # The answer may be lost: the old token holds until the new one is used.
    assert api.ask(first).status_code == 200
    assert api.ask(again["token"]).status_code == 200
    assert problem(api.ask(first)) == (401, "unauthorised")


def test_enrolling_without_the_token_makes_another_device(api: Api) -> None:
    api.token()
    assert api.enrol(api.code(), "of another server entirely").json()["epoch"] == 1
    assert len(devices(api.url, api.now)) == 2


def test_a_laptop_that_has_sent_nothing_yet_is_listed_by_its_log(api: Api) -> None:
    api.token()
    (one,) = devices(api.url, api.now)
    assert one["origins"] == [api.origin]


def test_a_revoked_device_may_not_sync_and_enrols_as_another(api: Api) -> None:
    token = api.token()
    api.write(lambda connection: revoke(connection, 1, api.now))
    assert problem(api.ask(token)) == (403, "revoked")
    assert problem(api.post("/v1/receipt", {"origins": [api.origin]}, token)) == (403, "revoked")
    new = api.enrol(api.code(), token).json()
    assert new["epoch"] == 1
    assert problem(api.ask(token)) == (403, "revoked")


def test_a_wrong_code_leaves_the_old_token_as_it_is(api: Api) -> None:
    token = api.token()
    assert problem(api.enrol("AAAAA-AAAAA", token)) == (403, "code-unknown")
    assert api.ask(token).status_code == 200


def test_an_old_token_is_replaced_and_a_lost_answer_locks_nobody_out(api: Api) -> None:
    old = api.token()
    assert "token" not in _given(api, old)
    api.now += TOKEN_SECONDS
    _lost = _given(api, old)["token"]
    # The answer was lost: the laptop goes on with the old one, and is given no other so soon.
    assert "token" not in _given(api, old)
    api.now += TOKEN_SECONDS
    new = str(_given(api, old)["token"])
    assert problem(api.ask(str(_lost))) == (401, "unauthorised")
    assert "token" not in _given(api, new)
    assert problem(api.ask(old)) == (401, "unauthorised")
    assert api.ask(new).status_code == 200


def test_of_two_deliveries_of_one_request_only_one_gets_a_token(api: Api) -> None:
    token = api.token()
    engine = open_database(api.url)
    found = authenticate(engine, f"Bearer {token}")
    later = api.now + TOKEN_SECONDS
    new = rotate_token(engine, found, later)
    assert new is not None
    assert rotate_token(engine, found, later) is None
    assert authenticate(engine, f"Bearer {new}").device == found.device
    engine.dispose()


def _given(api: Api, token: str, **more: object) -> dict[str, object]:
    answer = api.ask(token, **more)
    assert answer.status_code == 200, answer.text
    return {name: value for name, value in answer.json().items() if value is not None}


def test_a_change_of_scope_is_sent_at_the_next_sync(api: Api) -> None:
    token = api.token(api.code(district=2))
    api.write(lambda connection: change_scope(connection, 1, None, 16, api.now))
    answer = _given(api, token, epoch=1)
    assert answer["epoch"] == 2
    assert answer["scope"] == {"role": "operator", "district": 2, "block": 16}


@pytest.mark.parametrize("device", [0, 7, 10**12])
def test_an_unknown_device_cannot_be_changed(api: Api, device: int) -> None:
    with pytest.raises(WrongInput, match="There is no device"):
        api.write(lambda connection: revoke(connection, device, api.now))


def test_codes_and_tokens_are_refused_over_plain_http(api: Api) -> None:
    token = api.token()
    far = "203.0.113.9"
    assert problem(api.enrol(api.code(), address=far)) == (403, "insecure")
    assert problem(api.post("/v1/sync", {}, token, address=far)) == (403, "insecure")
    assert problem(api.post("/v1/receipt", {}, token, address=far)) == (403, "insecure")
    reported = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
    for heads in (reported, {"forwarded": "for=203.0.113.9;proto=https"}, {"via": "1.1 proxy"}):
        assert problem(api.enrol(api.code(), heads=heads)) == (403, "insecure")
    assert api.enrol(api.code(), address=far, scheme="https").status_code == 200


def test_uvicorn_does_not_believe_an_unnamed_proxy_either(laptop: Laptop) -> None:
    heads = {"authorization": f"Bearer {laptop.token}", "x-forwarded-for": "203.0.113.9"}
    for reported in ({}, {"x-forwarded-proto": "https"}):
        answer = laptop.http.post("/v1/sync", json=laptop.quiet(), headers=heads | reported)
        assert problem(answer) == (403, "insecure")
    assert laptop.ask().status_code == 200


def test_a_trusted_proxy_is_believed_and_no_other(tmp_path: Path) -> None:
    api = Api(tmp_path / "server.sqlite3", trusted=("10.0.0.0/28",))
    reported = {"x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.1, 203.0.113.9"}
    assert api.enrol(api.code(), address="10.0.0.5", heads=reported).status_code == 200
    assert problem(api.enrol(api.code(), address="10.0.0.99", heads=reported)) == (403, "insecure")
    plain = reported | {"x-forwarded-proto": "http"}
    assert problem(api.enrol(api.code(), address="10.0.0.5", heads=plain)) == (403, "insecure")
    # What came before the nearest proxy's word may be made up by anybody.
    made_up = reported | {"x-forwarded-proto": "https, http"}
    assert problem(api.enrol(api.code(), address="10.0.0.5", heads=made_up)) == (403, "insecure")
    # Wrong codes count against who stands before the proxy, not against what he says of himself.
    for number in range(CodeAttempts.MOST):
        made_up = reported | {"x-forwarded-for": f"198.51.100.{number}, 203.0.113.7"}
        api.enrol("AAAAA-AAAAA", address="10.0.0.5", heads=made_up)
    made_up = reported | {"x-forwarded-for": "203.0.113.7"}
    refused = api.enrol("AAAAA-AAAAA", address="10.0.0.5", heads=made_up)
    assert problem(refused) == (429, "too-many-tries")
    assert api.enrol(api.code(), address="10.0.0.5", heads=reported).status_code == 200
    api.close()


def test_a_receipt_is_for_the_owner_and_supervisors(api: Api) -> None:
    operator = api.token(api.code(block=16))
    before = first_head(api.origin)
    ((form, head), *_) = chain(before, [{"seq": 1, "kind": 5}])
    batch = {"first": 1, "before": before.hex(), "changes": [json.loads(form)]}
    api.ask(operator, last_seq=1, head=head.hex(), batch=batch)
    fellow = api.token(api.code(block=16))
    over_block = api.token(api.code("supervisor", block=16))
    over_district = api.token(api.code("supervisor", district=2))
    elsewhere = api.token(api.code("supervisor", district=1))
    over_all = api.token(api.code("administrator"))
    asked = {"origins": [api.origin, "7KQ2M9XD"], "salt": "5a17"}
    for token in (operator, over_block, over_district, over_all):
        logs = api.post("/v1/receipt", asked, token).json()["logs"]
        assert [(log["origin"], log["seq"], log["kinds"]) for log in logs] == [
            (api.origin, 1, {"": 1}),
            ("7KQ2M9XD", 0, {}),
        ]
        own, salted = head.hex(), salted_head("5a17", api.origin, 1, head)
        assert logs[0]["head"] == (own if token == operator else salted)
    for token in (fellow, elsewhere):
        (log,) = api.post("/v1/receipt", asked, token).json()["logs"]
        assert log["origin"] == "7KQ2M9XD"
