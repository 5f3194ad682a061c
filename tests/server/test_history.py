from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine
from tests.server.conftest import Api, problem
from tests.server.conftest import Laptop as Caller
from tests.server.fake_laptop import KIND, Laptop

from fieldkit.protocol.change import Op
from fieldkit.protocol.messages.sync import MOST_CHANGES, HistoryAnswer, HistoryRequest, Problem
from fieldkit.server.database.connection import reading
from fieldkit.server.devices.enrolment import revoke
from fieldkit.server.feed.history import history
from fieldkit.server.problems import Refusal


def ask(laptop: Laptop, record: str, kind: str = KIND) -> HistoryAnswer:
    with reading(laptop.engine) as connection:
        return history(connection, laptop.device, HistoryRequest(kind=kind, id=record))


def refused(laptop: Laptop, record: str, kind: str = KIND) -> Problem:
    with pytest.raises(Refusal) as found:
        ask(laptop, record, kind)
    return found.value.problem


def test_history_has_the_changes_of_all_laptops_in_order_of_arrival(engine: Engine) -> None:
    asha = Laptop(engine, (2, 10))
    reyaz = Laptop(engine, (2, None), operator="Reyaz")
    record = asha.create(name="Noor VO", block=10)
    asha.create(name="Another VO", block=10)
    asha.push()
    reyaz.edit(record, base=1, village="Nagam", gram_panchayat=None)
    reyaz.push()
    asha.edit(record, base=1, village="Wathoora")
    asha.delete(record, base=2)
    asha.push()
    answer = ask(asha, record)
    assert answer == ask(reyaz, record)
    reported = [(one.origin, one.seq, one.op, one.operator, one.verdict) for one in answer.changes]
    assert reported == [
        (asha.origin, 1, Op.CREATE, "Asha", "applied"),
        (reyaz.origin, 1, Op.EDIT, "Reyaz", "applied"),
        (asha.origin, 3, Op.EDIT, "Asha", "conflict"),
        (asha.origin, 4, Op.DELETE, "Asha", "applied"),
    ]
    assert [one.version for one in answer.changes] == sorted(one.version for one in answer.changes)
    assert answer.changes[1].fields == {"village": "Nagam", "gram_panchayat": None}
    assert answer.changes[1].at == reyaz.changes[0].at
    assert answer.changes[2].field == "village"
    assert not answer.more


def test_a_record_out_of_scope_is_answered_as_unknown(engine: Engine) -> None:
    owner, stranger = Laptop(engine, (2, 10)), Laptop(engine, (2, 11))
    record = owner.create(name="Noor VO", block=10)
    owner.push()
    elsewhere = refused(stranger, record)
    assert (elsewhere.status, elsewhere.type) == (404, "/problems/not-here")
    assert refused(stranger, f"{owner.origin}-99") == elsewhere
    assert refused(owner, record, "beneficiary") == refused(owner, record, "no_such") == elsewhere


def test_the_history_of_a_moved_record_is_for_its_new_place(engine: Engine) -> None:
    before, after = Laptop(engine, (2, 10)), Laptop(engine, (3, 20))
    record = before.create(name="Noor VO", block=10)
    before.push()
    assert refused(after, record).status == 404
    before.edit(record, base=1, district=3, block=20)
    before.push()
    assert len(ask(after, record).changes) == 2
    assert refused(before, record).status == 404


def test_history_omits_rejected_changes(engine: Engine) -> None:
    owner, stranger = Laptop(engine, (2, 10)), Laptop(engine, (3, None))
    record = owner.create(name="Noor VO", block=10)
    owner.push()
    stranger.edit(record, base=1, name="Mine")
    assert [one.verdict for one in stranger.push().verdicts] == ["rejected"]
    assert [one.origin for one in ask(owner, record).changes] == [owner.origin]


def test_history_of_a_record_of_an_unknown_kind(engine: Engine) -> None:
    laptop = Laptop(engine, (2, None))
    record = laptop.create("yet_to_come", colour="blue")
    laptop.push()
    (reported,) = ask(laptop, record, "yet_to_come").changes
    assert reported.fields == {"district": 2, "colour": "blue"}


def test_of_many_changes_history_has_the_newest(engine: Engine) -> None:
    laptop = Laptop(engine, (2, None))
    record = laptop.create(name="Noor VO")
    for number in range(MOST_CHANGES):
        laptop.edit(record, name=f"Noor VO {number}")
    laptop.push(1, MOST_CHANGES)
    whole = ask(laptop, record)
    assert (len(whole.changes), whole.more) == (MOST_CHANGES, False)
    laptop.push()
    answer = ask(laptop, record)
    assert (len(answer.changes), answer.more) == (MOST_CHANGES, True)
    assert answer.changes[0].seq == 2
    assert answer.changes[-1].seq == MOST_CHANGES + 1


def test_large_changes_make_history_shorter(engine: Engine) -> None:
    laptop = Laptop(engine, (2, None))
    record = laptop.create(name="Noor VO")
    for number in range(30):
        laptop.edit(record, remark=f"{number} " + "x" * 30_000)
    laptop.push()
    answer = ask(laptop, record)
    assert answer.more
    assert 10 <= len(answer.changes) <= 20
    assert answer.changes[-1].seq == 31


def test_history_is_only_for_enrolled_devices(api: Api) -> None:
    token = api.token()
    asked = {"kind": KIND, "id": f"{api.origin}-1"}
    assert problem(api.post("/v1/history", asked)) == (401, "unauthorised")
    assert problem(api.post("/v1/history", asked, token)) == (404, "not-here")
    far = api.post("/v1/history", asked, token, address="203.0.113.7")
    assert problem(far) == (403, "insecure")

    def end(connection: Connection) -> None:
        revoke(connection, 1, api.now)

    api.write(end)
    assert problem(api.post("/v1/history", asked, token)) == (403, "revoked")


def test_history_over_http(laptop: Caller) -> None:
    change = laptop.change(1, name="Noor VO", district=2, village=None)
    assert laptop.sync(1).status_code == 200
    answer = laptop.post("/v1/history", {"kind": KIND, "id": change.record_id})
    assert answer.status_code == 200
    (reported,) = answer.json()["changes"]
    assert reported["fields"] == {"name": "Noor VO", "district": 2, "village": None}
    assert (reported["origin"], reported["seq"]) == (laptop.origin, 1)
    assert reported["version"] > 1
