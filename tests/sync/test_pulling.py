"""Laptops that share a district through one server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fieldkit import reference
from fieldkit.protocol.change import Op
from fieldkit.records import sentence
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.operation.local import code
from fieldkit.store import Edit, Keep, State, Store
from fieldkit.sync.client import Outcome, enrol, sync
from fieldkit.sync.requests.receipt import as_json, receipt, text

KIND = "village_organisation"
_ELSEWHERE = 2
"""The district of the laptop in the other sync tests, which share this server."""
_DISTRICTS = iter(
    [int(one.code) for one in reference.options("district") if int(one.code) != _ELSEWHERE]
)
Laptop = Callable[..., Store]


@pytest.fixture
def district() -> int:
    """A district that no other test writes to."""
    return next(_DISTRICTS)


@pytest.fixture
def laptop(tmp_path: Path, server: str, folder: Path, district: int) -> Iterator[Laptop]:
    """Enrol laptops in the test's district: ``laptop("Asha", block=16)``."""
    made: list[Store] = []

    def make(name: str, block: int | None = None, role: str = "operator") -> Store:
        store = Store.open(tmp_path / f"laptop-{len(made)}")
        made.append(store)
        store.init(name, district, block)
        enrol(store, server, code(folder / "server.sqlite3", role, district, block))
        return store

    yield make
    for store in made:
        store.close()


def blocks_of(district: int) -> list[int]:
    return [int(one.code) for one in reference.options("block") if one.within == district]


def put(store: Store, **values: str) -> str:
    (saved,) = store.save([Edit(VillageOrganisation, values)], "Asha")
    return saved.id


def change(store: Store, record_id: str, **values: str) -> None:
    store.save([Edit(VillageOrganisation, values, record_id)], "Reyaz")


def done(store: Store) -> Outcome:
    outcome = sync(store)
    assert outcome.ok, outcome.session.error
    assert outcome.waiting == 0
    return outcome


def value(store: Store, record_id: str, name: str) -> object:
    record = store.get(KIND, record_id)
    assert record is not None
    return record.value(name)


def test_a_record_of_one_laptop_is_found_on_the_other(laptop: Laptop) -> None:
    one, two = laptop("Asha"), laptop("Reyaz")
    record = put(one, name="Chinar VO", remarks="met on Friday")
    assert done(one).received == 0
    outcome = done(two)
    assert (outcome.received, outcome.applied) == (1, 0)
    assert value(two, record, "remarks") == "met on Friday"
    assert [hit.id for hit in two.find("chinar", [KIND])] == [record]
    assert two.counts()[KIND] == 1
    assert done(two).received == 0


def test_edits_of_different_fields_merge(laptop: Laptop) -> None:
    one, two = laptop("Asha"), laptop("Reyaz")
    record = put(one, name="Chinar VO", remarks="first")
    for store in (one, two):
        done(store)
    change(one, record, name="Chinar Village VO")
    change(two, record, remarks="second")
    for store in (one, two, one):
        assert done(store).conflicts == 0
    for store in (one, two):
        assert (value(store, record, "name"), value(store, record, "remarks")) == (
            "Chinar Village VO",
            "second",
        )


@pytest.mark.parametrize(
    ("keep", "expected"),
    [(Keep.MINE, "Mine VO"), (Keep.THEIRS, "Theirs VO"), ("Third VO", "Third VO")],
)
def test_edits_of_one_field_are_a_conflict_that_both_see_and_one_decides(
    laptop: Laptop, keep: Keep | str, expected: str
) -> None:
    one, two = laptop("Asha"), laptop("Reyaz")
    record = put(one, name="Chinar VO")
    for store in (one, two):
        done(store)
    change(one, record, name="Mine VO")
    change(two, record, name="Theirs VO")
    done(one)
    assert done(two).conflicts == 1
    assert done(one).conflicts == 1
    (seen,), (also,) = one.review.conflicts(), two.review.conflicts()
    assert (seen.mine, seen.theirs, seen.base) == ("Mine VO", "Theirs VO", "Chinar VO")
    assert (also.mine, also.theirs) == ("Theirs VO", "Mine VO")
    one.review.resolve(seen.id, keep, "Asha")
    assert one.review.conflicts() == []
    for store in (one, two):
        done(store)
    for store in (one, two):
        assert value(store, record, "name") == expected
        assert store.review.conflicts() == []


def test_a_deletion_reaches_the_other(laptop: Laptop) -> None:
    one, two = laptop("Asha"), laptop("Reyaz")
    record = put(one, name="Chinar VO")
    for store in (one, two):
        done(store)
    one.save([Edit(VillageOrganisation, {}, record, op=Op.DELETE)], "Asha")
    for store in (one, two):
        done(store)
    assert two.counts()[KIND] == 0


def test_a_quiet_sync_stays_one_small_request(laptop: Laptop) -> None:
    one, two = laptop("Asha"), laptop("Reyaz")
    for number in range(30):
        put(one if number % 2 else two, name=f"VO {number}")
    for store in (one, two, one, two):
        done(store)
    session = done(one).session
    assert session.requests == 1
    assert session.bytes_up + session.bytes_down <= 1024


def test_a_roster_comes_in_pages(laptop: Laptop, register: Callable[..., list[str]]) -> None:
    one, two = laptop("Asha"), laptop("Reyaz")
    register(one, 700)
    done(one)
    outcome = done(two)
    assert (outcome.received, two.counts()[KIND]) == (700, 700)
    assert outcome.session.requests > 1
    assert outcome.session.bytes_down < 700 * 120


def test_a_block_receives_only_its_records(laptop: Laptop, district: int) -> None:
    blocks = blocks_of(district)
    one, two = laptop("Asha", blocks[0]), laptop("Reyaz", blocks[1])
    whole = laptop("Haleema")
    put(one, name="Chinar VO")
    put(two, name="Deodar VO")
    done(one)
    done(two)
    assert done(one).received == 0
    assert done(whole).received == 2
    assert [store.counts()[KIND] for store in (one, two, whole)] == [1, 1, 2]


def test_enrolling_for_another_block_keeps_the_device_and_changes_the_area(
    laptop: Laptop, district: int, server: str, folder: Path
) -> None:
    blocks = blocks_of(district)
    one, two = laptop("Asha", blocks[0]), laptop("Reyaz", blocks[1])
    mine, theirs = put(one, name="Chinar VO"), put(two, name="Deodar VO")
    done(one)
    done(two)
    late = put(one, name="Typed before the move")
    before = one.device
    assert before is not None
    enrol(one, server, code(folder / "server.sqlite3", "operator", district, blocks[1]))
    done(one)
    after = one.device
    assert after is not None
    assert (after.origin, after.block) == (before.origin, blocks[1])
    assert one.get(KIND, theirs) is not None
    assert one.get(KIND, mine) is None
    assert one.get(KIND, late) is None
    assert one.counts()[KIND] == 1
    new = put(one, name="Typed after the move")
    done(one)
    assert one.states([new])[new] is State.ON_SERVER
    assert done(one).session.requests == 1


def test_the_receipt_of_both_sides(laptop: Laptop) -> None:
    one = laptop("Asha")
    empty = receipt(one)
    assert (empty.same, empty.logs) == (True, ())
    record = put(one, name="Chinar VO")
    change(one, record, remarks="later")
    waiting = receipt(one)
    assert not waiting.same
    assert "2 not sent" in text(waiting)
    done(one)
    found = receipt(one)
    assert found.same
    assert "Everything entered on this laptop is on the server" in text(found)
    (log,) = found.logs
    assert log.here == log.there
    assert (log.here.seq, log.here.kinds) == (2, {KIND: 2})
    assert as_json(found)["match"] is True


def test_what_a_role_may_not_write_stays_with_its_author_and_reaches_nobody_else(
    laptop: Laptop,
) -> None:
    operator, registrar = laptop("Asha"), laptop("Reyaz", role="registrar")
    known = put(operator, name="Chinar VO", remarks="first")
    for store in (operator, registrar):
        done(store)
    change(registrar, known, remarks="mine")
    new = put(registrar, name="Own VO")
    assert done(registrar).rejected == 2
    change(operator, known, name="Chinar Village VO")
    for store in (operator, registrar, operator):
        done(store)
    assert (value(registrar, known, "remarks"), value(operator, known, "remarks")) == (
        "mine",
        "first",
    )
    assert value(registrar, known, "name") == "Chinar Village VO"
    assert (value(registrar, new, "name"), operator.get(KIND, new)) == ("Own VO", None)
    reasons = [one.reason for one in registrar.outbox.returned()]
    assert sorted(sentence(one) for one in reasons if one) == [
        f"Only an operator or a supervisor may {what} this; this laptop is enrolled for a "
        "registrar. What you typed stays here. Show it to them."
        for what in ("change", "enter")
    ]


def test_with_another_role_what_came_back_is_sent_by_saving_it_again(
    laptop: Laptop, server: str, folder: Path, district: int
) -> None:
    store, other = laptop("Reyaz", role="viewer"), laptop("Asha")
    state = store.pull.state()
    assert state.scope is not None
    assert state.scope.role == "viewer"
    new = put(store, name="Own VO", remarks="first")
    assert done(store).rejected == 1
    enrol(store, server, code(folder / "server.sqlite3", "operator", district))
    change(store, new, remarks="second")
    assert done(store).rejected == 0
    done(other)
    assert (value(other, new, "name"), value(other, new, "remarks")) == ("Own VO", "second")
    assert store.outbox.returned() == []
