from __future__ import annotations

import json
import logging

import pytest
from sqlalchemy import Engine
from tests.server.fake_laptop import KIND, Laptop, count, row_of

from fieldkit.protocol.messages.scope import Scope
from fieldkit.server.database.tables import COUNTER
from fieldkit.server.scope import place_at


def area(district: int | None = None, block: int | None = None) -> Scope:
    return Scope(role="operator", district=district, block=block)


def test_places_in_a_scope() -> None:
    whole, district, block = area(), area(2), area(2, 10)
    places = [(2, 10), (2, 11), (2, None), (3, 20)]
    assert [whole.holds(*place) for place in places] == [True] * 4
    assert [district.holds(*place) for place in places] == [True, True, True, False]
    assert [block.holds(*place) for place in places] == [True, False, True, False]


def test_the_place_of_a_record_at_a_version() -> None:
    moves = [(7, (2, 11)), (4, (2, 10))]
    stood = [place_at((3, 20), moves, base) for base in (0, 3, 4, 6, 7, 9)]
    assert stood == [(2, 10), (2, 10), (2, 11), (2, 11), (3, 20), (3, 20)]


def test_a_creation_out_of_scope_is_rejected_alone_and_logged(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    laptop = Laptop(engine, (2, 10))
    outside = laptop.create(name="Noor VO", block=11)
    inside = laptop.create(name="Noor VO", block=10)
    abroad = laptop.create(name="Noor VO", district=3)
    with caplog.at_level(logging.INFO, "fieldkit.server"):
        answer = laptop.push()
    assert answer.versions == [None, 1, None]
    assert {one.verdict for one in answer.verdicts} == {"rejected"}
    assert row_of(engine, KIND, outside) == row_of(engine, KIND, abroad) == {}
    assert row_of(engine, KIND, inside)["name"] == "Noor VO"
    reported = [json.loads(record.getMessage()) for record in caplog.records]
    reported = [one for one in reported if one["event"] == "out_of_scope"]
    assert [(one["origin"], one["seq"]) for one in reported] == [
        (laptop.origin, 1),
        (laptop.origin, 3),
    ]
    assert "Noor" not in caplog.text


def test_a_record_out_of_scope_is_not_edited_deleted_or_sent(engine: Engine) -> None:
    owner, stranger = Laptop(engine, (3, None)), Laptop(engine, (2, None))
    record = owner.create(name="Noor VO", district=3)
    owner.push()
    stranger.edit(record, base=1, name="Mine")
    stranger.edit(record, base=1, district=2, block=10)
    stranger.delete(record, base=1)
    assert stranger.push().versions == [None, None, None]
    stranger.cursors = {3: 0}
    stranger.pull_all()
    assert (stranger.rows, stranger.gone, stranger.cursors) == ({}, [], {2: 0})


def test_a_record_may_be_moved_to_any_place(engine: Engine) -> None:
    laptop, other = Laptop(engine, (2, 10)), Laptop(engine, (3, 20))
    record = laptop.create(name="Noor VO", block=10)
    laptop.edit(record, district=3, block=20)
    laptop.edit(record, name="Noor of old")
    assert laptop.push().verdicts == []
    other.pull_all()
    assert other.values(record)["name"] == "Noor of old"
    laptop.pull_all()
    assert record not in laptop.rows


def test_a_change_based_on_the_version_before_a_transfer_is_accepted(engine: Engine) -> None:
    laptop, whole = Laptop(engine, (2, 10)), Laptop(engine, (None, None))
    record = laptop.create(name="Noor VO", block=10)
    laptop.push()
    whole.edit(record, base=1, district=3, block=20)
    whole.push()
    laptop.edit(record, base=1, village="Nagam")
    laptop.edit(record, village="Wathoora")
    assert laptop.push().verdicts == []
    laptop.edit(record, base=2, village="Too late")
    assert [one.verdict for one in laptop.push().verdicts] == ["rejected"]
    assert row_of(engine, KIND, record)["village"] == "Wathoora"


def test_a_change_under_a_scope_that_has_just_ended_is_accepted(engine: Engine) -> None:
    laptop = Laptop(engine, (2, 10), (3, 20))
    old = laptop.create(name="Noor VO", block=10)
    new = laptop.create(name="Noor VO", district=3, block=20)
    request = laptop.request().model_copy(update={"epoch": 1})
    answer = laptop.pull(request=request)
    assert (answer.verdicts, answer.epoch) == ([], 2)
    assert answer.scope is not None
    assert (answer.scope.role, answer.scope.district, answer.scope.block) == ("operator", 3, 20)
    assert set(laptop.rows) == {new}
    assert set(laptop.cursors) == {3}
    laptop.acked = 2
    laptop.edit(old, base=1, name="Noor of old")
    later = laptop.push()
    assert (later.verdicts, later.scope) == ([], None)


def test_an_area_the_device_never_had_is_refused(engine: Engine) -> None:
    laptop = Laptop(engine, (2, 10), (3, 20))
    laptop.create(name="Noor VO", district=4)
    request = laptop.request().model_copy(update={"epoch": 0})
    assert [one.verdict for one in laptop.ask(request).verdicts] == ["rejected"]


def test_a_finding_names_nobody_of_another_block(engine: Engine) -> None:
    here, there, whole = Laptop(engine, (2, 11)), Laptop(engine, (2, 12)), Laptop(engine, (2, None))
    mine = here.create("beneficiary", name="Gulam Bhat", mobile="9419011432", block=11)
    here.push()
    theirs = there.create("beneficiary", name="Ghulam Bhat", mobile="9419011432", block=12)
    there.push()
    for laptop in (here, there, whole):
        laptop.pull_all()
    (reported,) = [one for one in whole.rows[mine].findings if one.rule == "same_person"]
    assert theirs in reported.message
    assert "Ghulam Bhat" in reported.message
    for laptop, record, other in ((here, mine, theirs), (there, theirs, mine)):
        (reported,) = [one for one in laptop.rows[record].findings if one.rule == "same_person"]
        assert other not in reported.message
        assert "Bhat" not in reported.message
        assert "supervisor" in reported.message


def test_no_record_is_sent_to_an_unknown_district(engine: Engine) -> None:
    laptop = Laptop(engine, (2, None))
    record = laptop.create(name="Noor VO")
    for district in (777, 778):
        laptop.edit(record, district=district, block=None)
        laptop.create(kind="yet_to_come", district=district)
    assert [one.verdict for one in laptop.push().verdicts] == ["rejected"] * 4
    assert count(engine, COUNTER) == 1
