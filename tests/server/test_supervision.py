"""What a supervisor's laptop may do about devices and late changes, over HTTP with PostgreSQL."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from tests.server.conftest import Api, problem
from tests.server.fake_laptop import KIND, row_of
from tests.server.http_laptop import DAY, HttpLaptop
from tests.server.test_early_edits import settled
from tests.server.test_ended_scopes import newest, verdicts

from fieldkit import __version__
from fieldkit.protocol.messages.scope import Scope
from fieldkit.server.devices.enrolment import revoke
from fieldkit.server.devices.listing import set_silent_days


@pytest.fixture
def office(migrated_url: str) -> Iterator[Api]:
    api = Api(migrated_url)
    yield api
    api.close()


def post(laptop: HttpLaptop, act: str, **message: object) -> httpx.Response:
    return laptop.api.post(f"/v1/{act}", message, laptop.token)


def answer(laptop: HttpLaptop, act: str, **message: object) -> Any:  # noqa: ANN401
    found = post(laptop, act, **message)
    assert found.status_code == 200, found.text
    return found.json()


def listed(laptop: HttpLaptop) -> Mapping[int, Any]:
    return {one["id"]: one for one in answer(laptop, "devices")["devices"]}


def events(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, Any]]:
    lines = [json.loads(one.message) for one in caplog.records if one.name == "fieldkit.server"]
    return [
        {name: value for name, value in line.items() if name not in {"at", "event"}}
        for line in lines
        if line["event"] == event
    ]


def test_a_supervisor_sees_the_devices_of_the_area_and_what_they_said(office: Api) -> None:
    head = HttpLaptop(office, 2, None, role="supervisor")
    asha = HttpLaptop(office, 2, 16, operator="Asha")
    HttpLaptop(office, 3, None)
    HttpLaptop(office, role="administrator")
    asha.create(name="Noor VO", block=16)
    asha.push()
    quiet = {"program": "0.9\0", "left": 4, "now": office.now + 600}
    assert office.ask(asha.token, **quiet).status_code == 200
    office.now += 15 * DAY
    found = answer(head, "devices")
    assert (found["silent_days"], found["program"]) == (14, __version__)
    assert [one["id"] for one in found["devices"]] == [head.device.id, asha.device.id]
    seen = listed(head)[asha.device.id]
    told = {name: seen[name] for name in ("role", "district", "block", "changes", "unsent", "skew")}
    assert told == {
        "role": "operator",
        "district": 2,
        "block": 16,
        "changes": 1,
        "unsent": 4,
        "skew": 600,
    }
    assert seen["program"] == "0.9·"
    assert seen["last_seen"] == seen["last_batch"] == office.now - 15 * DAY
    assert listed(head)[head.device.id]["own"]
    assert "unsent" not in listed(head)[head.device.id], "an older laptop, which does not say"
    office.write(lambda connection: set_silent_days(connection, 30))
    assert answer(head, "devices")["silent_days"] == 30


def test_a_supervisor_revokes_and_gives_areas_and_codes(office: Api) -> None:
    head = HttpLaptop(office, 2, None, role="supervisor")
    asha = HttpLaptop(office, 2, 16)
    lost = HttpLaptop(office, 2, 16)
    ended = answer(head, "revoke", device=lost.device.id)["device"]
    assert ended["revoked_at"] == office.now
    assert answer(head, "revoke", device=lost.device.id)["device"] == ended
    assert problem(post(lost, "sync", **_quiet(lost))) == (403, "revoked")
    moved = answer(head, "area", device=asha.device.id, block=17)["device"]
    assert (moved["district"], moved["block"]) == (2, 17)
    asha.create(name="Noor VO", block=17)
    assert asha.push().scope == Scope(role="operator", district=2, block=17)
    again = answer(head, "code", device=asha.device.id)
    assert (again["role"], again["block"]) == ("operator", 17)
    new = answer(head, "code", role="registrar", block=16, minutes=30)
    assert new["expires_at"] == office.now + 1800
    enrolled = office.enrol(new["code"])
    assert enrolled.json()["scope"] == {"role": "registrar", "district": 2, "block": 16}
    assert office.token(again["code"], asha.token)
    for wrong in ({"device": lost.device.id}, {"block": 16}, {"role": "viewer", "block": 99_999}):
        assert problem(post(head, "code", **wrong)) == (400, "wrong-input")
    assert problem(post(head, "area", device=lost.device.id, block=17)) == (400, "wrong-input")
    for act in ("revoke", "area"):
        asked = {"device": head.device.id, "district": 2}
        assert problem(post(head, act, **asked)) == (409, "own-device")


def _quiet(laptop: HttpLaptop) -> dict[str, object]:
    return {"origin": laptop.origin, "last_seq": 0, "head": laptop.heads[0].hex()}


def test_whoever_may_not_is_refused_and_logged_and_nothing_changes(
    office: Api, caplog: pytest.LogCaptureFixture
) -> None:
    there = HttpLaptop(office, 2, 16, operator="Bilal")
    former = HttpLaptop(office, 2, 16, operator="Zooni")
    chief = HttpLaptop(office, 2, None, role="administrator")
    head = HttpLaptop(office, 2, None, role="supervisor")
    record = there.create(name="Noor VO", block=16)
    seen = newest(there)
    former.gets(2, 17)
    office.now += 31 * DAY
    former.edit(record, base=seen, village="Nagam")
    assert verdicts(former.push()) == ["late"]
    registrar = HttpLaptop(office, 2, 16, role="registrar")
    operator = HttpLaptop(office, 2, None)
    elsewhere = HttpLaptop(office, 3, None, role="supervisor")
    of_block = HttpLaptop(office, 2, 17, role="supervisor")
    late = f"{former.origin}/1"
    acts: list[tuple[str, dict[str, object]]] = [
        ("revoke", {"device": there.device.id}),
        ("area", {"device": there.device.id, "district": 2, "block": 18}),
        ("code", {"device": there.device.id}),
        ("decide-late", {"changes": [late], "take": True}),
        ("decide-late", {"changes": [late], "take": False}),
    ]
    before = listed(head)
    caplog.set_level(logging.INFO, "fieldkit.server")
    caplog.clear()
    for laptop in (registrar, operator):
        for act, message in [*acts, ("devices", {}), ("late", {})]:
            assert problem(post(laptop, act, **message)) == (403, "not-supervisor")
    for laptop in (elsewhere, of_block):
        for act, message in acts:
            status, _ = problem(post(laptop, act, **message))
            assert status == 404, act
    assert len(events(caplog, "act_refused")) == 2 * 7 + 2 * 5
    caplog.clear()
    assert problem(post(head, "revoke", device=chief.device.id)) == (403, "role-above")
    assert problem(post(head, "code", role="administrator", district=2)) == (403, "role-above")
    for area in ({}, {"district": 3}):
        assert problem(post(head, "code", role="viewer", **area)) == (403, "not-your-area")
        asked = {"device": there.device.id, **area}
        assert problem(post(head, "area", **asked)) == (403, "not-your-area")
    assert problem(post(of_block, "area", device=former.device.id, district=2)) == (
        403,
        "not-your-area",
    )
    assert [one["problem"] for one in events(caplog, "act_refused")] == [
        *["role-above"] * 2,
        *["not-your-area"] * 5,
    ]
    assert events(caplog, "act_refused")[0] == {
        "act": "revoke",
        "device": head.device.id,
        "about": chief.device.id,
        "problem": "role-above",
    }
    assert answer(elsewhere, "devices")["devices"][0]["own"]
    assert answer(elsewhere, "late")["changes"] == []
    assert listed(head).items() >= before.items()
    assert [one["change"] for one in answer(head, "late")["changes"]] == [late]
    assert row_of(office.engine, KIND, record)["village"] is None
    office.write(lambda connection: revoke(connection, head.device.id, office.now))
    assert problem(post(head, "devices")) == (403, "revoked")


def test_the_supervisor_of_the_area_decides_late_changes(
    office: Api, caplog: pytest.LogCaptureFixture
) -> None:
    head = HttpLaptop(office, 2, 16, role="supervisor")
    there = HttpLaptop(office, 2, 16, operator="Bilal")
    former = HttpLaptop(office, 2, 16, operator="Zooni")
    record = there.create(name="Noor VO", block=16)
    seen = newest(there)
    former.gets(2, 17)
    office.now += 31 * DAY
    former.edit(record, base=seen, village="Nagam")
    former.edit(record, base=seen, remarks="seen")
    entered = former.create(name="Wular VO", block=16)
    former.edit(entered, village="Wathora")
    assert verdicts(former.push()) == ["late", "late", "late", "waiting"]
    caplog.set_level(logging.INFO, "fieldkit.server")
    changes = answer(head, "late")["changes"]
    # That the last one is of this area only the change before it says.
    assert [(one["change"][9:], one["verdict"], one["block"]) for one in changes] == [
        ("1", "late", 16),
        ("2", "late", 16),
        ("3", "late", 16),
    ]
    assert changes[0]["fields"] == {"village": "Nagam"}
    assert (changes[0]["operator"], changes[0]["device"]) == ("Zooni", former.device.id)
    names = [one["change"] for one in changes]
    taken = answer(head, "decide-late", changes=[names[0], names[2]], take=True)["decided"]
    assert [one["verdict"] for one in taken] == ["applied", "applied"]
    left = answer(head, "decide-late", changes=[names[1], names[0]], take=False)["decided"]
    assert left == [{"change": names[1], "verdict": "rejected"}]
    assert row_of(office.engine, KIND, record)["village"] == "Nagam"
    assert settled(former, 2, "late") == ("rejected", None)
    (edit,) = answer(head, "late")["changes"]
    assert (edit["verdict"], edit["block"]) == ("late", 16), "its record is here now"
    answer(head, "decide-late", changes=[edit["change"]], take=True)
    assert row_of(office.engine, KIND, entered)["village"] == "Wathora"
    assert answer(head, "late")["changes"] == []
    assert [one["act"] for one in events(caplog, "act")] == [
        *("late", "take-late", "leave-late", "late", "take-late", "late"),
    ]
    assert "Nagam" not in caplog.text
    assert "Zooni" not in caplog.text


def test_who_may_read_a_record_is_counted_by_role_and_area(office: Api) -> None:
    asha = HttpLaptop(office, 2, 16)
    HttpLaptop(office, 2, 16)
    former = HttpLaptop(office, 2, 17)
    office.write(lambda connection: revoke(connection, former.device.id, office.now))
    viewer = HttpLaptop(office, role="viewer")
    elsewhere = HttpLaptop(office, 3, None)
    record = asha.create(name="Noor VO", block=16)
    seen = newest(asha)
    found = answer(viewer, "readers", kind=KIND, id=record)["readers"]
    assert [(one["role"], one.get("block"), one["devices"], one["now"]) for one in found] == [
        ("operator", 16, 2, True),
        ("viewer", None, 1, True),
    ]
    asha.edit(record, base=seen, block=17, district=2)
    asha.push()
    found = answer(viewer, "readers", kind=KIND, id=record)["readers"]
    assert [(one["role"], one.get("block"), one["devices"], one["now"]) for one in found] == [
        ("viewer", None, 1, True),
        ("operator", 16, 2, False),
        ("operator", 17, 1, False),
    ]
    refused = post(elsewhere, "readers", kind=KIND, id=record)
    assert problem(refused) == (404, "not-here")


def test_whoever_exports_logs_it_and_nobody_but_an_administrator_takes_it_back(office: Api) -> None:
    viewer = HttpLaptop(office, 2, 16, role="viewer")
    logged = viewer.create("export_log", record_kind="member", records=7, block=16)
    viewer.create(name="Noor VO", block=16)
    assert verdicts(viewer.push()) == ["applied", "rejected"]
    viewer.edit(logged, "export_log", base=1, records=1)
    viewer.delete(logged, "export_log", base=1)
    assert verdicts(viewer.push()) == ["rejected", "rejected"]
    assert row_of(office.engine, "export_log", logged)["records"] == 7
