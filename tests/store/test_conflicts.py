import pytest
from tests.store.conftest import AADHAAR, edit, save
from tests.store.office import KIND, OTHER, Office, shown

from fieldkit.protocol.change import Change, Json, Op
from fieldkit.protocol.messages.conflict import Conflict
from fieldkit.protocol.messages.finding import Finding
from fieldkit.records import sentence
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import (
    Answered,
    Edit,
    Keep,
    OpenConflict,
    Refused,
    ServerRow,
    Settled,
    State,
    Store,
)

FAR = f"{OTHER}-1"
NAMED: dict[str, Json] = {"name": "Asha", "trade_code": "CARP", "district": 2, "block": 16}


@pytest.fixture
def office(store: Store) -> Office:
    """A server, and one record of it that is here too."""
    office = Office()
    office.write(FAR, **NAMED)
    office.sync(store)
    return office


def clash(store: Store, office: Office) -> OpenConflict:
    """Let this laptop's name be held against another's."""
    edit(store, FAR, name="Typed here")
    office.write(FAR, name="Typed there")
    office.sync(store)
    (conflict,) = store.review.conflicts()
    return conflict


def last(store: Store) -> Change:
    return store.outbox.of(FAR)[-1].change


def test_a_held_value_shows_beside_the_one_that_stands(store: Store, office: Office) -> None:
    conflict = clash(store, office)
    assert shown(store, FAR)["name"] == "Typed there"
    assert (conflict.mine, conflict.theirs) == ("Typed here", "Typed there")
    assert (conflict.stands, conflict.held) == ("Typed there", "Typed here")
    assert conflict.held_here
    assert conflict.id == f"{FAR}/name/{conflict.origin}"
    assert conflict.version == 2
    assert store.outbox.counts()[State.CONFLICT] == 1
    assert store.outbox.returned() == []
    assert store.states([FAR]) == {FAR: State.CONFLICT}


def test_anothers_held_value_is_theirs(store: Store, office: Office) -> None:
    edit(store, FAR, name="Typed here")
    office.sync(store)
    office.write(FAR, 1, name="Typed there")
    office.sync(store)
    (conflict,) = store.review.conflicts(FAR)
    assert (conflict.mine, conflict.theirs) == ("Typed here", "Typed there")
    assert conflict.stands == "Typed here"
    assert not conflict.held_here
    assert store.states([FAR]) == {FAR: State.CONFLICT}
    assert store.outbox.counts()[State.CONFLICT] == 1
    assert store.outbox.returned() == []
    assert store.review.conflicts("7KQ2M9XD-1") == []


@pytest.mark.parametrize(
    ("keep", "name"),
    [(Keep.MINE, "Typed here"), (Keep.THEIRS, "Typed there"), ("ghulam nabi", "Ghulam Nabi")],
)
def test_a_decision_stands_at_once_and_closes_it_on_the_server(
    store: Store, office: Office, keep: Keep | str, name: str
) -> None:
    conflict = clash(store, office)
    saved = store.review.resolve(conflict.id, keep, "Asha")
    change = last(store)
    assert (saved.op, change.op, change.base) == (Op.DECIDE, Op.DECIDE, 2)
    assert change.fields == {"name": name, "decided": [[conflict.origin, 1]]}
    assert shown(store, FAR)["name"] == name
    assert store.review.conflicts() == []
    assert store.outbox.counts()[State.CONFLICT] == 0
    assert store.outbox.returned() == []
    assert store.states([FAR]) == {FAR: State.QUEUED}
    office.sync(store)
    assert office.records[FAR].held == {}
    assert shown(store, FAR)["name"] == office.records[FAR].values["name"] == name
    assert store.states([FAR]) == {FAR: State.ON_SERVER}
    assert store.check() == []


def test_of_a_conflict_whose_record_has_left_nobody_is_said_to_have_settled_it(
    store: Store, office: Office
) -> None:
    conflict = clash(store, office)
    standing = store.outbox.log_position()
    assert standing is not None
    gone = [("beneficiary", FAR)]
    store.pull.receive(Answered(standing.origin, standing.last_seq, standing.head, gone=gone))
    with pytest.raises(Settled, match="already settled, so nothing was changed"):
        store.review.resolve(conflict, Keep.MINE, "Asha")


def test_a_number_that_could_be_an_aadhaar_is_kept_where_such_numbers_are(
    store: Store, office: Office
) -> None:
    edit(store, FAR, account_no="11112222333344")
    office.write(FAR, account_no="55556666777788")
    office.sync(store)
    (conflict,) = store.review.conflicts()
    store.review.resolve(conflict, AADHAAR, "Asha")
    assert shown(store, FAR)["account_no"] == AADHAAR


def test_a_decision_that_is_itself_held_brings_the_conflict_back(
    store: Store, office: Office
) -> None:
    conflict = clash(store, office)
    office.write(FAR, name="Typed since")
    store.review.resolve(conflict, Keep.MINE, "Asha")
    office.sync(store)
    (again,) = store.review.conflicts()
    assert (again.stands, again.held, again.seqs) == ("Typed since", "Typed here", [1, 2])
    assert shown(store, FAR)["name"] == "Typed since"


def test_a_decision_that_is_rejected_brings_the_conflict_back(store: Store, office: Office) -> None:
    conflict = clash(store, office)
    office.refused = {"name"}
    store.review.resolve(conflict.id, Keep.MINE, "Asha")
    assert store.review.conflicts() == []
    office.sync(store)
    assert [one.id for one in store.review.conflicts()] == [conflict.id]
    (rejected,) = store.outbox.returned()
    store.withdraw(rejected.origin, rejected.change.seq)
    assert shown(store, FAR)["name"] == "Typed there"


def test_a_decision_is_about_the_values_that_were_shown(store: Store, office: Office) -> None:
    conflict = clash(store, office)
    office.write(FAR, name="Typed since")
    office.sync(store)
    store.review.resolve(conflict, Keep.THEIRS, "Asha")
    assert last(store).base == 2
    office.sync(store)
    assert office.records[FAR].values["name"] == "Typed since"
    assert len(store.review.conflicts()) == 1


def test_a_conflict_that_another_decided_is_closed_here(store: Store, office: Office) -> None:
    conflict = clash(store, office)
    office.write(FAR, name="Typed there", decided=[[conflict.origin, 1]])
    kept = office.records[FAR]
    kept.held.clear()
    office.sync(store)
    assert store.review.conflicts() == []
    assert store.outbox.returned() == []
    assert store.outbox.counts()[State.CONFLICT] == 0
    with pytest.raises(Settled, match="already settled"):
        store.review.resolve(conflict.id, Keep.MINE, "Asha")


def test_a_conflict_closed_while_it_was_shown_is_not_decided_again(
    store: Store, office: Office
) -> None:
    conflict = clash(store, office)
    office.write(FAR, name="Typed there", decided=[[conflict.origin, 1]])
    office.records[FAR].held.clear()
    office.sync(store)
    many = len(store.outbox.of(FAR))
    with pytest.raises(Settled, match="already settled"):
        store.review.resolve(conflict, Keep.MINE, "Asha")
    assert len(store.outbox.of(FAR)) == many
    assert shown(store, FAR)["name"] == "Typed there"


def test_a_newer_conflict_of_the_same_field_is_not_decided_by_what_was_shown_before(
    store: Store, office: Office
) -> None:
    conflict = clash(store, office)
    office.records[FAR].held.clear()
    office.write(FAR, remarks="Settled")
    office.sync(store)
    edit(store, FAR, name="Typed here again")
    office.write(FAR, name="Typed there again")
    office.sync(store)
    (newer,) = store.review.conflicts()
    assert (newer.id, newer.seqs) == (conflict.id, [2])
    with pytest.raises(Settled, match="already settled"):
        store.review.resolve(conflict, Keep.MINE, "Asha")
    assert store.review.conflicts() == [newer]


def test_a_decision_names_every_change_that_is_held(store: Store, office: Office) -> None:
    edit(store, FAR, name="Typed here")
    edit(store, FAR, name="Typed here again")
    conflict = clash(store, office)
    store.review.resolve(conflict.id, Keep.MINE, "Asha")
    assert last(store).fields["decided"] == [[conflict.origin, seq] for seq in (1, 2, 3)]
    office.sync(store)
    assert store.review.conflicts() == []


@pytest.mark.parametrize(
    ("field", "value"), [("born", "before 1990"), ("tags", ["a"]), ("share", 0.5)]
)
def test_a_value_that_only_a_newer_version_reads_is_not_decided_for(
    store: Store, office: Office, field: str, value: Json
) -> None:
    held = Conflict(
        field=field, origin=OTHER, seqs=[9], held=value, base=None, by="Bashir", at=1_790_000_000
    )
    office.records[FAR].held[field, OTHER] = held
    office.write(FAR, remarks="anything")
    office.sync(store)
    (conflict,) = store.review.conflicts()
    with pytest.raises(Refused) as refused:
        store.review.resolve(conflict, Keep.THEIRS, "Asha")
    ((_, finding),) = refused.value.findings
    assert "Update fieldkit" in sentence(finding)
    assert store.outbox.of(FAR) == []


@pytest.mark.parametrize("typed", ["mine", "theirs"])
def test_a_third_value_that_reads_like_a_side_is_that_value(
    store: Store, office: Office, typed: str
) -> None:
    conflict = clash(store, office)
    store.review.resolve(conflict.id, typed, "Asha")
    assert shown(store, FAR)["name"] == typed.title()


def test_a_third_place_is_told_by_its_block(store: Store, office: Office) -> None:
    edit(store, FAR, block=17)
    office.write(FAR, district=3, block=20)
    office.sync(store)
    (conflict,) = store.review.conflicts()
    store.review.resolve(conflict.id, "18", "Asha")
    assert (last(store).fields["district"], last(store).fields["block"]) == (2, 18)


def test_a_conflict_whose_row_is_still_to_come_is_open(store: Store, office: Office) -> None:
    for number in range(2, 6):
        office.write(f"{OTHER}-{number}", **NAMED)
    edit(store, FAR, name="Typed here")
    office.write(FAR, name="Typed there")
    store.pull.receive(office.answer(store, rows=2))
    assert store.review.conflicts() == []
    assert store.outbox.counts()[State.CONFLICT] == 1
    assert store.states([FAR]) == {FAR: State.CONFLICT}
    assert shown(store, FAR)["name"] == "Typed here"
    office.sync(store)
    assert len(store.review.conflicts()) == 1
    assert store.outbox.counts()[State.CONFLICT] == 1


def test_place_is_decided_as_one(store: Store, office: Office) -> None:
    edit(store, FAR, block=17)
    office.write(FAR, district=3, block=20)
    office.sync(store)
    (conflict,) = store.review.conflicts()
    assert (conflict.field, conflict.mine, conflict.theirs) == ("district+block", [2, 17], [3, 20])
    with pytest.raises(Refused):
        store.review.resolve(conflict.id, "Nowhere", "Asha")
    store.review.resolve(conflict.id, Keep.MINE, "Asha")
    assert last(store).fields == {
        "district": 2,
        "block": 17,
        "decided": [[conflict.origin, 1]],
    }
    assert store.review.conflicts() == []
    office.sync(store)
    assert office.records[FAR].held == {}
    assert shown(store, FAR) == {**NAMED, "block": 17}


@pytest.mark.parametrize("keep", list(Keep))
def test_an_edit_against_a_deletion_is_decided_either_way(
    store: Store, office: Office, keep: Keep
) -> None:
    edit(store, FAR, village="Nagam")
    office.write(FAR, deleted=True)
    office.sync(store)
    (conflict,) = store.review.conflicts()
    assert (conflict.field, conflict.mine, conflict.theirs) == ("deleted", False, True)
    assert store.counts()[KIND] == 0
    store.review.resolve(conflict.id, keep, "Asha")
    living = int(keep is Keep.MINE)
    assert store.counts()[KIND] == living
    office.sync(store)
    assert store.counts()[KIND] == living
    assert office.records[FAR].values.get("deleted", False) is not bool(living)
    assert store.review.conflicts() == []
    assert len(store.find("asha")) == living
    assert store.check() == []


def test_a_deletion_held_against_an_edit(store: Store, office: Office) -> None:
    store.save([Edit(Beneficiary, {}, id=FAR, op=Op.DELETE)], "Asha")
    office.write(FAR, village="Nagam")
    office.sync(store)
    (conflict,) = store.review.conflicts()
    assert (conflict.mine, conflict.theirs) == (True, False)
    assert shown(store, FAR) == {**NAMED, "village": "Nagam"}
    store.review.resolve(conflict.id, Keep.MINE, "Asha")
    office.sync(store)
    assert office.records[FAR].values["deleted"] is True


@pytest.mark.parametrize("typed", ["G3ul", AADHAAR])
def test_a_typed_value_that_does_not_fit_is_refused(
    store: Store, office: Office, typed: str
) -> None:
    conflict = clash(store, office)
    with pytest.raises(Refused):
        store.review.resolve(conflict.id, typed, "Asha")
    assert len(store.review.conflicts()) == 1
    assert len(store.outbox.of(FAR)) == 1


def test_a_rule_that_stops_a_save_stops_a_decision(store: Store, office: Office) -> None:
    edit(store, FAR, trade_code="BLAK")
    office.write(FAR, trade_code=None)
    office.sync(store)
    (conflict,) = store.review.conflicts()
    with pytest.raises(Refused):
        store.review.resolve(conflict.id, Keep.THEIRS, "Asha")
    store.review.resolve(conflict.id, Keep.MINE, "Asha")


def test_a_conflict_goes_with_its_record(store: Store, office: Office) -> None:
    conflict = clash(store, office)
    answered = office.answer(store)
    gone = type(answered)(
        answered.origin, answered.seq, answered.head, gone=[(KIND, FAR)], cursors={2: 99}
    )
    store.pull.receive(gone)
    assert store.review.conflicts() == []
    assert store.outbox.counts()[State.CONFLICT] == 0
    assert store.outbox.returned() == []
    with pytest.raises(Settled):
        store.review.resolve(conflict.id, Keep.MINE, "Asha")


def test_only_new_conflicts_are_told_as_new(store: Store, office: Office) -> None:
    edit(store, FAR, name="Typed here")
    office.write(FAR, name="Typed there")
    assert store.pull.receive(office.answer(store)).new_conflicts == 1
    office.write(FAR, village="Nagam")
    assert store.pull.receive(office.answer(store)).new_conflicts == 0
    save(store)
    assert store.pull.receive(office.answer(store)).new_conflicts == 0


def test_a_deletion_that_is_held_ends_nothing_that_was_rejected(
    store: Store, office: Office
) -> None:
    office.refused = {"remarks"}
    edit(store, FAR, remarks="Moved")
    store.save([Edit(Beneficiary, {}, id=FAR, op=Op.DELETE)], "Asha")
    office.write(FAR, village="Nagam")
    office.sync(store)
    assert shown(store, FAR) == {**NAMED, "village": "Nagam", "remarks": "Moved"}
    assert store.outbox.counts()[State.REJECTED] == 1
    (conflict,) = store.review.conflicts()
    store.review.resolve(conflict.id, Keep.MINE, "Asha")
    assert store.outbox.counts()[State.REJECTED] == 0


def test_a_conflict_told_again_after_its_decision_was_taken_is_open_again(
    store: Store, office: Office
) -> None:
    """The server was put back, and got the held value again after the decision (5)."""
    conflict = clash(store, office)
    kept = dict(office.records[FAR].held)
    store.review.resolve(conflict, Keep.MINE, "Asha")
    office.sync(store)
    assert store.review.conflicts() == []
    office.records[FAR].held = kept
    office.write(FAR, remarks="anything")
    office.sync(store)
    assert [one.id for one in store.review.conflicts()] == [conflict.id]


def test_what_is_open_is_told_of_the_records_asked_about(store: Store, office: Office) -> None:
    office.write(f"{OTHER}-9", **NAMED)
    conflict = clash(store, office)
    asked = [conflict.record_id, f"{OTHER}-9"]
    assert store.review.open_about(asked).settle == {conflict.record_id}
    assert store.review.open_about(asked[1:]).settle == frozenset()
    store.review.resolve(conflict.id, Keep.MINE, "Asha")
    assert store.review.open_about(asked).settle == frozenset()


def test_what_was_found_is_told_of_the_records_asked_about(store: Store) -> None:
    records = [f"{OTHER}-{number}" for number in (1, 2, 3)]
    note = Finding(KIND, FAR, "trade_code", "missing_parent", text="Look at it.")
    rows = [ServerRow(KIND, one, 1, NAMED, findings=(note,)) for one in records[:2]]
    device = store.device
    assert device is not None
    head = store.outbox.head_before(device.origin, 1)
    store.pull.receive(Answered(device.origin, 0, head, rows=rows, cursors={2: 2}))
    assert store.review.open_about(records[1:]).check == {records[1]}
    assert store.review.open_about(records).settle == frozenset()
