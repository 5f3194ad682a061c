from __future__ import annotations

import pytest
from sqlalchemy import Engine, select
from tests.server.fake_laptop import KIND, Laptop, count, row_of

from fieldkit.protocol.change import Json, Op
from fieldkit.protocol.messages.sync import Parent
from fieldkit.server.database.tables import CONFLICT, FIELD_VERSION, MOVED
from fieldkit.server.problems import Refusal


@pytest.fixture
def laptop(engine: Engine) -> Laptop:
    return Laptop(engine)


@pytest.fixture
def other(engine: Engine) -> Laptop:
    return Laptop(engine, operator="Bilal")


def begun(laptop: Laptop, other: Laptop, **fields: Json) -> str:
    """A record of one laptop that the other has pulled."""
    record = laptop.create(**({"name": "Noor VO", "village": "Wathoora"} | fields))
    laptop.push()
    other.pull_all()
    return record


def test_different_fields_of_two_laptops_both_apply(
    engine: Engine, laptop: Laptop, other: Laptop
) -> None:
    record = begun(laptop, other)
    laptop.edit(record, base=1, village="Nagam")
    other.edit(record, base=1, remarks="meets on Fridays")
    assert (laptop.push().versions, other.push().versions) == ([2], [3])
    kept = row_of(engine, KIND, record)
    assert (kept["village"], kept["remarks"], kept["version"]) == ("Nagam", "meets on Fridays", 3)
    assert count(engine, CONFLICT) == 0


def test_the_same_field_is_one_conflict_that_both_see(
    engine: Engine, laptop: Laptop, other: Laptop
) -> None:
    record = begun(laptop, other)
    laptop.edit(record, base=1, name="Noor First")
    other.edit(record, base=1, name="Noor Second", village="Nagam")
    laptop.push()
    answer = other.push()
    assert [(one.verdict, one.field) for one in answer.verdicts] == [("conflict", "name")]
    assert answer.versions == [3]
    for one in (laptop, other):
        one.pull_all()
        assert one.values(record)["name"] == "Noor First"
        assert one.values(record)["village"] == "Nagam"
        (held,) = one.rows[record].conflicts
        assert (held.field, held.origin, held.seqs) == ("name", other.origin, [1])
        assert (held.held, held.base, held.by) == ("Noor Second", "Noor VO", "Bilal")
        assert (held.stands_by, held.stands_at) == ("Asha", laptop.changes[1].at)


def test_several_held_values_of_one_origin_are_one_conflict(
    engine: Engine, laptop: Laptop, other: Laptop
) -> None:
    record = begun(laptop, other)
    laptop.edit(record, base=1, name="Noor First")
    laptop.push()
    other.edit(record, base=1, name="Noor Second")
    other.edit(record, base=1, name="Noor Third")
    assert other.push().versions == [2, 2]
    other.edit(record, base=1, name="Noor Fourth")
    other.push()
    laptop.pull_all()
    (held,) = laptop.rows[record].conflicts
    assert (held.held, held.base, held.seqs) == ("Noor Fourth", "Noor VO", [1, 2, 3])


def test_an_equal_write_is_no_conflict_and_leaves_the_version(
    engine: Engine, laptop: Laptop, other: Laptop
) -> None:
    record = begun(laptop, other)
    laptop.edit(record, base=1, name="Noor New")
    other.edit(record, base=1, name="Noor New")
    laptop.push()
    answer = other.push()
    assert (answer.versions, answer.verdicts) == ([2], [])
    third = Laptop(engine)
    third.edit(record, base=2, name="Noor Third")
    assert third.push().verdicts == []


def test_a_decision_closes_what_it_names(engine: Engine, laptop: Laptop, other: Laptop) -> None:
    record = begun(laptop, other)
    laptop.edit(record, base=1, name="Noor First")
    other.edit(record, base=1, name="Noor Second", village="Nagam")
    laptop.push()
    other.push()
    laptop.decide(record, [(other.origin, 1)], 3, name="Noor Second")
    laptop.push()
    for one in (laptop, other):
        one.pull_all()
        assert one.values(record)["name"] == "Noor Second"
        assert one.rows[record].conflicts == []


def test_a_decision_for_the_present_value_closes_too(
    engine: Engine, laptop: Laptop, other: Laptop
) -> None:
    record = begun(laptop, other)
    laptop.edit(record, base=1, name="Noor First")
    other.edit(record, base=1, name="Noor Second")
    laptop.push()
    other.push()
    laptop.pull_all()
    laptop.decide(record, [(other.origin, 1)], 2, name="Noor First")
    laptop.push()
    assert count(engine, CONFLICT) == 0
    other.pull_all()
    assert other.rows[record].conflicts == []


def test_a_decision_closes_no_other_field_and_nothing_it_does_not_name(
    engine: Engine, laptop: Laptop, other: Laptop
) -> None:
    record = begun(laptop, other)
    laptop.edit(record, base=1, name="Noor First", village="Nagam")
    laptop.push()
    other.edit(record, base=1, name="Noor Second", village="Chadoora")
    other.push()
    other.edit(record, base=1, name="Noor Third")
    other.push()
    laptop.decide(record, [(other.origin, 1)], 2, name="Noor First")
    laptop.push()
    laptop.pull_all()
    held = {one.field: one.seqs for one in laptop.rows[record].conflicts}
    assert held == {"name": [2], "village": [1]}


def test_a_decision_in_conflict_closes_nothing(
    engine: Engine, laptop: Laptop, other: Laptop
) -> None:
    record = begun(laptop, other)
    laptop.edit(record, base=1, name="Noor First")
    other.edit(record, base=1, name="Noor Second")
    laptop.push()
    other.push()
    laptop.edit(record, base=2, name="Noor Again")
    laptop.push()
    other.decide(record, [(other.origin, 1)], 2, name="Noor Second")
    assert [one.verdict for one in other.push().verdicts] == ["conflict"]
    laptop.pull_all()
    (held,) = laptop.rows[record].conflicts
    assert (held.seqs, held.base) == ([1, 2], "Noor VO")
    assert laptop.values(record)["name"] == "Noor Again"


def test_the_author_of_the_present_value_is_updated(
    engine: Engine, laptop: Laptop, other: Laptop
) -> None:
    record = begun(laptop, other)
    laptop.edit(record, base=1, name="Noor First")
    other.edit(record, base=1, name="Noor Second")
    laptop.push()
    other.push()
    third = Laptop(engine, operator="Zahid")
    third.edit(record, base=2, name="Noor Third")
    third.push()
    laptop.pull_all()
    (held,) = laptop.rows[record].conflicts
    assert held.stands_by == "Zahid"


@pytest.mark.parametrize("deleted_first", [True, False])
def test_deleting_and_editing_is_a_conflict_either_way(
    engine: Engine, laptop: Laptop, other: Laptop, deleted_first: bool
) -> None:
    record = begun(laptop, other)
    laptop.delete(record, base=1)
    other.edit(record, base=1, village="Nagam")
    for one in (laptop, other) if deleted_first else (other, laptop):
        one.push()
    third = Laptop(engine)
    third.pull_all()
    (held,) = third.rows[record].conflicts
    assert held.field == "deleted"
    assert held.held is not deleted_first
    assert third.values(record).get("deleted", False) is deleted_first
    assert third.values(record)["village"] == "Nagam"
    third.decide(record, [(held.origin, held.seqs[0])], third.rows[record].version, deleted=False)
    third.push()
    third.pull_all()
    assert third.rows[record].conflicts == []
    assert not third.values(record).get("deleted")


def test_inherited_writes_do_not_conflict(engine: Engine, laptop: Laptop) -> None:
    record = laptop.create(name="Noor VO")
    laptop.edit(record, name="Noor First")
    laptop.push()
    parent = laptop.as_parent(2)
    laptop.branch("N0TSE3N1", parent)
    laptop.edit(record, name="Noor Second")
    assert laptop.push().verdicts == []
    laptop.branch("N0TSE3N2", laptop.as_parent(1))
    laptop.edit(record, name="Noor Third", village="Nagam")
    assert laptop.push().verdicts == []


def test_later_writes_of_the_parent_do_conflict(engine: Engine, laptop: Laptop) -> None:
    record = laptop.create(name="Noor VO")
    laptop.push()
    copy = Laptop(engine, device=laptop.device)
    copy.branch("N0TSE3N3", laptop.as_parent(1))
    later = laptop.create(name="Second VO")
    laptop.edit(record, name="Noor First")
    laptop.push()
    copy.edit(record, name="Noor Second")
    copy.edit(later, name="Second")
    answer = copy.push()
    assert [(one.seq, one.verdict) for one in answer.verdicts] == [(1, "conflict"), (2, "conflict")]


def test_an_unknown_parent_is_requested_first(engine: Engine, laptop: Laptop) -> None:
    laptop.create(name="Noor VO")
    parent = laptop.as_parent(1)
    first = laptop.origin
    laptop.branch("N0TSE3N4", parent)
    laptop.create(name="Second VO")
    for request in (laptop.quiet(), laptop.request()):
        with pytest.raises(Refusal) as refused:
            laptop.ask(request)
        problem = refused.value.problem
        assert (problem.type, problem.status, problem.expected) == ("/problems/parent", 409, 1)
    assert first != laptop.origin


def test_the_end_of_a_parents_log_is_sent_but_its_head_only_to_its_device(
    engine: Engine, laptop: Laptop
) -> None:
    laptop.create(name="Noor VO")
    laptop.push()
    head = laptop.heads[-1].hex()
    ahead = Parent(origin=laptop.origin, seq=9, head="00" * 32)
    laptop.branch("N0TSE3N5", ahead)
    thief = Laptop(engine)
    thief.branch("N0TSE3N6", ahead)
    thief.create(name="Second VO")
    for asking, *told in (
        (laptop.quiet(), "/problems/parent", 2, head),
        (thief.quiet(), "/problems/not-yours", None, None),
        (thief.request(), "/problems/not-yours", None, None),
    ):
        with pytest.raises(Refusal) as refused:
            (thief if asking.origin == thief.origin else laptop).ask(asking)
        problem = refused.value.problem
        assert [problem.type, problem.expected, problem.head] == told


def test_a_place_merges_as_one_and_conflicts_move_with_the_record(
    engine: Engine, laptop: Laptop, other: Laptop
) -> None:
    record = begun(laptop, other, block=10)
    laptop.edit(record, base=1, district=2, block=11)
    other.edit(record, base=1, district=3, block=20)
    laptop.push()
    assert [one.field for one in other.push().verdicts] == ["district+block"]
    laptop.pull_all()
    (held,) = laptop.rows[record].conflicts
    assert (held.held, held.base) == ([3, 20], [2, 10])
    laptop.edit(record, base=2, district=4, block=30)
    laptop.push()
    with engine.connect() as connection:
        assert connection.execute(select(CONFLICT.c.district)).scalars().all() == [4]
        moved = connection.execute(select(MOVED).order_by(MOVED.c.version)).all()
    assert [(one.version, one.district, one.block) for one in moved] == [(2, 2, 10), (3, 2, 11)]


def test_only_edited_records_store_field_versions(
    engine: Engine, laptop: Laptop, other: Laptop
) -> None:
    record = begun(laptop, other)
    assert count(engine, FIELD_VERSION) == 0
    other.edit(record, base=1, village="Nagam")
    other.push()
    with engine.connect() as connection:
        (row,) = connection.execute(select(FIELD_VERSION))
    assert row.written == {"": [1, laptop.origin, 0], "village": [2, other.origin, 1]}
    again = laptop.create(name="Elsewhere", district=5)
    laptop.push()
    laptop.branch("N0TSE3N7", laptop.as_parent(2))
    laptop.log(Op.CREATE, again, KIND, {"name": "Here", "district": 2}, None)
    laptop.push()
    with engine.connect() as connection:
        query = select(FIELD_VERSION).where(FIELD_VERSION.c.record_id == again)
        (row,) = connection.execute(query)
    assert row.written == {"": [1, laptop.origin, 1]}


def test_the_conflict_after_a_long_history_names_the_value_at_the_base(
    engine: Engine, laptop: Laptop, other: Laptop
) -> None:
    record = begun(laptop, other)
    for number in range(2, 7):
        laptop.edit(record, base=number - 1, name=f"Noor {'I' * number}", village=None)
    laptop.push()
    other.edit(record, base=4, name="Noor Other")
    other.edit(record, base=1, village="Nagam")
    other.push()
    laptop.pull_all()
    held = {one.field: one.base for one in laptop.rows[record].conflicts}
    assert held == {"name": "Noor IIII", "village": "Wathoora"}


def test_a_settled_held_value_is_not_the_value_at_a_later_base(
    engine: Engine, laptop: Laptop, other: Laptop
) -> None:
    record = begun(laptop, other)
    laptop.edit(record, base=1, village="Nagam")
    laptop.edit(record, base=2, name="Noor First")
    laptop.push()
    other.edit(record, base=1, name="Noor Second", village="Chadoora")
    other.push()
    laptop.decide(record, [(other.origin, 1)], 3, village="Chadoora")
    laptop.edit(record, base=4, village="Lasjan")
    laptop.push()
    other.edit(record, base=3, village="Soibugh")
    other.push()
    laptop.pull_all()
    held = {one.field: one.base for one in laptop.rows[record].conflicts}
    assert held == {"name": "Noor VO", "village": "Nagam"}


def test_integers_are_stored_in_eight_bytes(engine: Engine, laptop: Laptop) -> None:
    record = laptop.create(opening_bank=3_000_000_000)
    laptop.edit(record, base=1, opening_cash=4_000_000_000)
    assert laptop.push().verdicts == []
    laptop.pull_all()
    assert laptop.values(record)["opening_bank"] == 3_000_000_000
    assert row_of(engine, KIND, record)["opening_cash"] == 4_000_000_000
