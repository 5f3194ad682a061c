"""Recovery of a locked laptop over HTTP: one code, one device, one answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import httpx
import pytest
from tests.server.conftest import Api, problem
from tests.server.http_laptop import HttpLaptop

from fieldkit.keys.passphrase import new_key
from fieldkit.keys.proof import proof_of
from fieldkit.keys.sealing import (
    from_text,
    new_sealing_pair,
    new_signing_pair,
    open_sealed,
    seal,
    to_text,
)
from fieldkit.server.database.connection import writing
from fieldkit.server.devices.attempts import MOST
from fieldkit.server.devices.bindings import bind
from fieldkit.server.devices.enrolment import revoke
from fieldkit.server.devices.recovery import make_recovery_code


@pytest.fixture
def office(migrated_url: str) -> Iterator[Api]:
    api = Api(migrated_url)
    yield api
    api.close()


class Locked:
    """An encrypted laptop that has synced, and is locked now."""

    def __init__(self, api: Api, *, proves: bool = True) -> None:
        self.api, self.laptop = api, HttpLaptop(api, 2, 16)
        self.data_key, self.own = new_key(), new_sealing_pair()
        ask = {"signing": to_text(new_signing_pair().public)}
        ask |= {"data_key": proof_of(self.data_key)} if proves else {}
        found = api.post("/v1/keys", ask, self.laptop.token).json()
        self.sealed = seal(self.data_key, from_text(found["sealing"]))

    def ask(self, code: str, sealed: bytes | None = None) -> httpx.Response:
        message = {"code": code, "sealed": to_text(sealed or self.sealed)}
        return self.api.post("/v1/recover", message | {"public": to_text(self.own.public)})

    def opened(self, code: str) -> bytes:
        answer = self.ask(code)
        assert answer.status_code == 200, answer.text
        return open_sealed(from_text(answer.json()["sealed"]), self.own.private)

    def code(self) -> str:
        with writing(self.api.engine) as connection:
            return make_recovery_code(connection, self.laptop.device.id, self.api.now)


def test_a_supervisors_code_gives_the_data_key_back_once(office: Api) -> None:
    head = HttpLaptop(office, 2, None, role="supervisor")
    locked = Locked(office)
    made = office.post("/v1/recovery-code", {"device": locked.laptop.device.id}, head.token).json()
    assert (made["role"], made["block"]) == ("operator", 16)
    assert locked.opened(made["code"]) == locked.data_key
    assert locked.opened(made["code"].lower()) == locked.data_key, "its answer may have been lost"
    locked.own = new_sealing_pair()
    assert problem(locked.ask(made["code"])) == (409, "code-used")


def test_a_code_opens_no_other_laptop_and_nothing_else(office: Api) -> None:
    locked, other = Locked(office), Locked(office)
    assert problem(locked.ask(locked.code(), other.sealed)) == (403, "other-laptop")
    for junk in (seal(b"short", other.own.public), seal(new_key(), other.own.public)):
        assert problem(locked.ask(locked.code(), junk))[0] == 400
    late = Locked(office, proves=False)
    assert problem(late.ask(late.code(), other.sealed)) == (403, "other-laptop")
    assert late.opened(late.code()) == late.data_key
    assert problem(other.ask(other.code(), late.sealed)) == (403, "other-laptop")


def test_a_laptop_whose_backup_was_restored_on_another_still_gets_its_key_back(
    office: Api,
) -> None:
    locked, copy = Locked(office), Locked(office)
    locked.laptop.create(name="Noor VO", block=16)
    locked.laptop.push()
    ask = {"signing": to_text(new_signing_pair().public), "data_key": proof_of(locked.data_key)}
    office.post("/v1/keys", ask, copy.laptop.token)
    assert problem(locked.ask(locked.code())) == (403, "other-laptop"), "it shows none of its logs"
    office.write(
        lambda connection: bind(
            connection, [locked.laptop.origin], copy.laptop.device.id, office.now
        )
    )
    assert locked.opened(locked.code()) == locked.data_key
    assert copy.ask(copy.code(), locked.sealed).status_code == 200


def test_old_replaced_and_revoked_codes_open_nothing(office: Api) -> None:
    locked = Locked(office)
    old = locked.code()
    new = locked.code()
    assert problem(locked.ask(old)) == (403, "code-unknown")
    office.now += 4 * 3600
    assert problem(locked.ask(new)) == (410, "code-expired")
    before = locked.code()
    office.write(lambda connection: revoke(connection, locked.laptop.device.id, office.now))
    assert problem(locked.ask(before)) == (403, "code-unknown")
    assert locked.opened(locked.code()) == locked.data_key, "a supervisor wants it open again"


def test_guesses_are_counted_like_wrong_enrolment_codes(office: Api) -> None:
    locked = Locked(office)
    for _ in range(MOST):
        assert problem(locked.ask("00000-00000")) == (403, "code-unknown")
    assert problem(locked.ask("00000-00000")) == (429, "too-many-tries")
    assert locked.opened(locked.code()) == locked.data_key


def test_only_its_supervisor_makes_a_code_and_both_are_logged(
    office: Api, caplog: pytest.LogCaptureFixture
) -> None:
    locked = Locked(office)
    number = locked.laptop.device.id
    wrong = {
        "not-supervisor": HttpLaptop(office, 2, None),
        "no-device": HttpLaptop(office, 3, None, role="supervisor"),
    }
    for word, sender in wrong.items():
        answer = office.post("/v1/recovery-code", {"device": number}, sender.token)
        assert problem(answer)[1] == word
    assert problem(office.post("/v1/recovery-code", {"device": number})) == (401, "unauthorised")
    caplog.set_level(logging.INFO, "fieldkit.server")
    code = locked.code()
    locked.opened(code)
    lines = [json.loads(one.message) for one in caplog.records if one.name == "fieldkit.server"]
    assert [one["device"] for one in lines if one["event"] == "recovered"] == [number]
    assert code.replace("-", "") not in caplog.text.replace("-", "")


def test_a_recovery_code_enrols_nobody(office: Api) -> None:
    locked = Locked(office)
    assert problem(office.enrol(locked.code())) == (403, "code-unknown")
    assert problem(locked.ask(office.code())) == (403, "code-unknown")
