import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.conftest import AADHAAR, NOW, Turned, acknowledge, artisan, audit, edit, raw, save

from fieldkit.protocol.change import Change, Json, Op
from fieldkit.protocol.messages.finding import Verdict
from fieldkit.records import Record, Severity, Value, kinds
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.fields.formats import Text
from fieldkit.settings import DATABASE
from fieldkit.store import Answered, Edit, Refused, Saved, ServerRow, State, Store, StoreError


def last_change(store: Store, record_id: str) -> Change:
    return store.outbox.of(record_id)[-1].change


def origin(store: Store) -> str:
    device = store.device
    assert device is not None
    return device.origin


def test_a_creation_stands_in_the_laptops_place_with_its_stamps(store: Store) -> None:
    record_id = save(store, name="Asha Devi")
    record = store.get("beneficiary", record_id)
    assert record is not None
    assert (record.district, record.block, record.version) == (2, 16, None)
    assert (record.created_at, record.updated_at, record.created_by) == (NOW, NOW, "Asha")
    assert record_id == f"{origin(store)}-1"


def test_a_creation_logs_what_is_filled_and_no_more(store: Store) -> None:
    change = last_change(store, save(store, name="Asha Devi", born="1984-01-23"))
    assert change.op is Op.CREATE
    assert change.base is None
    assert (change.at, change.operator) == (NOW, "Asha")
    assert change.fields == {
        "name": "Asha Devi",
        "born": "1984-01-23",
        "trade_code": "CARP",
        "district": 2,
        "block": 16,
    }


def test_an_edit_logs_only_what_differs(store: Store, clock: Turned) -> None:
    record_id = save(store, mobile="9419012345")
    clock.now += 60
    saved = edit(store, record_id, name="Ghulam Mohammad Bhat", mobile="9419012346", village=None)
    change = last_change(store, record_id)
    assert (saved.op, saved.seq) == (Op.EDIT, 2)
    assert change.fields == {"mobile": "9419012346"}
    record = store.get("beneficiary", record_id)
    assert record is not None
    assert (record.created_at, record.updated_at) == (NOW, NOW + 60)


def test_an_edit_of_nothing_writes_nothing(store: Store) -> None:
    record_id = save(store)
    saved = edit(store, record_id, name="Ghulam Mohammad Bhat")
    assert (saved.op, saved.seq) == (None, None)
    assert len(store.outbox.of(record_id)) == 1


def test_none_clears(store: Store) -> None:
    record_id = save(store, mobile="9419012345")
    edit(store, record_id, mobile=None)
    assert last_change(store, record_id).fields == {"mobile": None}
    record = store.get("beneficiary", record_id)
    assert record is not None
    assert record.value("mobile") is None


def test_dates_and_money_come_back_as_they_went_in(store: Store) -> None:
    fields: dict[str, Value] = {
        "registered_on": date(2026, 10, 2),
        "monthly_income": 12_000,
        "bars": False,
    }
    record = store.get("beneficiary", save(store, **fields))
    assert record is not None
    assert {name: record.value(name) for name in fields} == fields


def test_unknown_names_go_to_extra_and_on(store: Store) -> None:
    record_id = save(store, sehat_card="S-77")
    record = store.get("beneficiary", record_id)
    assert record is not None
    assert record.extra == {"sehat_card": "S-77"}
    assert last_change(store, record_id).fields["sehat_card"] == "S-77"
    edit(store, record_id, name="Asha Devi", other=True)
    record = store.get("beneficiary", record_id)
    assert record is not None
    assert record.extra == {"sehat_card": "S-77", "other": True}
    assert last_change(store, record_id).fields == {"name": "Asha Devi", "other": True}


def test_a_deletion_is_a_tombstone(store: Store) -> None:
    record_id = save(store)
    (saved,) = store.save([Edit(Beneficiary, {}, id=record_id, op=Op.DELETE)], "Asha")
    assert saved.op is Op.DELETE
    assert last_change(store, record_id).fields == {}
    record = store.get("beneficiary", record_id)
    assert record is not None
    assert record.deleted
    assert store.counts()["beneficiary"] == 0
    assert not store.where("beneficiary", trade_code="CARP")
    (again,) = store.save([Edit(Beneficiary, {}, id=record_id, op=Op.DELETE)], "Asha")
    assert (again.op, again.seq) == (None, None)


def test_a_deleted_record_is_not_edited_back(store: Store) -> None:
    record_id = save(store)
    store.save([Edit(Beneficiary, {}, id=record_id, op=Op.DELETE)], "Asha")
    with pytest.raises(Refused, match="was deleted"):
        edit(store, record_id, name="Asha Devi")
    with pytest.raises(Refused, match="was deleted"):
        edit(store, record_id, name="Ghulam Mohammad Bhat")
    (fate,) = store.load([Edit(Beneficiary, artisan(), id=record_id)], "Asha")
    assert isinstance(fate, Refused)
    assert {finding.field for _, finding in fate.findings} == {"deleted"}


def test_nothing_of_a_refused_save_is_written(store: Store, tmp_path: Path) -> None:
    edits = [Edit(Beneficiary, artisan()), Edit(Beneficiary, {"name": "Asha"})]
    with pytest.raises(Refused) as refused:
        store.save(edits, "Asha")
    ((place, finding),) = refused.value.findings
    assert (place, finding.field) == (1, "trade_code")
    assert store.counts()["beneficiary"] == 0
    assert store.outbox.counts()[State.QUEUED] == 0
    assert audit(tmp_path) == []
    assert save(store).endswith("-1")


def test_a_load_tells_the_fate_of_each_row_in_order(store: Store, tmp_path: Path) -> None:
    known = save(store)
    edits = [
        Edit(Beneficiary, artisan(name="One")),
        Edit(Beneficiary, {"name": "No trade"}),
        Edit(Beneficiary, {"name": "Two"}, id=known),
        Edit(Beneficiary, {}, id=known),
        Edit(Beneficiary, artisan(remarks=AADHAAR)),
        Edit(Beneficiary, {}, id=known, op=Op.DELETE),
    ]
    fates = store.load(edits, "Asha")
    assert [fate.op if isinstance(fate, Saved) else "refused" for fate in fates] == [
        Op.CREATE,
        "refused",
        Op.EDIT,
        None,
        "refused",
        Op.DELETE,
    ]
    assert [fate.seq for fate in fates if isinstance(fate, Saved)] == [2, 3, None, 4]
    assert [f.findings[0][0] for f in fates if isinstance(f, Refused)] == [1, 4]
    assert audit(tmp_path) == []


def test_a_record_twice_in_one_call_is_worked_out_in_order(store: Store, tmp_path: Path) -> None:
    record_id = f"{origin(store)}-9"
    store.save(
        [
            Edit(Beneficiary, artisan(mobile="9419012345"), id=record_id),
            Edit(Beneficiary, {"name": "Asha Devi"}, id=record_id),
            Edit(Beneficiary, {"mobile": None}, id=record_id),
        ],
        "Asha",
    )
    record = store.get("beneficiary", record_id)
    assert record is not None
    assert (record.value("name"), record.value("mobile")) == ("Asha Devi", None)
    changes = [logged.change for logged in store.outbox.of(record_id)]
    assert [change.op for change in changes] == [Op.CREATE, Op.EDIT, Op.EDIT]
    assert changes[1].fields == {"name": "Asha Devi"}
    assert [hit.id for hit in store.find("asha devi")] == [record_id]
    assert not store.find("ghulam")
    assert store.counts()["beneficiary"] == 1
    assert audit(tmp_path) == []


def test_own_ids_that_a_file_brings_are_stepped_over(store: Store) -> None:
    store.load([Edit(Beneficiary, artisan(), id=f"{origin(store)}-41")], "Asha")
    assert save(store) == f"{origin(store)}-42"
    strange = Edit(Beneficiary, artisan(), id="7KQ2M9XD-900")
    store.load([strange, Edit(Beneficiary, artisan(), id=f"{origin(store)}-43")], "Asha")
    found = store.record("7KQ2M9XD-900")
    assert found is not None
    assert found.id == f"{origin(store)}-44"
    assert save(store) == f"{origin(store)}-45"


def test_an_own_id_far_beyond_those_given_out_is_refused(store: Store) -> None:
    own = origin(store)
    far = [9_999_999_999_999_999, 10_000_000, 41]
    edits = [Edit(Beneficiary, artisan(), id=f"{own}-{number}") for number in far]
    fates = store.load(edits, "Asha")
    assert [type(fate) for fate in fates] == [Refused, Refused, Saved]
    assert isinstance(fates[0], Refused)
    assert "has not given out" in str(fates[0])
    assert save(store) == f"{own}-42"
    edit(store, f"{own}-41", name="Asha Devi")


def test_numbers_in_one_call_step_over_its_own_ids(store: Store) -> None:
    own = f"{origin(store)}-2"
    saved = store.save(
        [
            Edit(Beneficiary, artisan()),
            Edit(Beneficiary, artisan(), id=own),
            Edit(Beneficiary, artisan()),
        ],
        "Asha",
    )
    assert len({one.id for one in saved}) == 3


@pytest.mark.parametrize("number", ["12", "7kq2m9xd-1", "7KQ2M9XD", "7KQ2M9XD-01", "a b", "x" * 99])
def test_a_number_that_is_none_is_refused(store: Store, number: str) -> None:
    with pytest.raises(Refused, match="looks like 7KQ2M9XD-142"):
        store.save([Edit(Beneficiary, artisan(), id=number)], "Asha")


def test_a_number_of_another_kind_is_refused(store: Store) -> None:
    record_id = save(store)
    group = Edit(SelfHelpGroup, {"name": "Noor"}, id=record_id)
    with pytest.raises(Refused, match="Another record has this number"):
        store.save([group], "Asha")
    new = "7KQ2M9XD-5"
    both = [Edit(Beneficiary, artisan(), id=new), Edit(SelfHelpGroup, {"name": "Noor"}, id=new)]
    assert [type(fate) for fate in store.load(both, "Asha")] == [Saved, Refused]


def reject(store: Store, *seqs: int, up_to: int | None = None) -> None:
    verdicts = [
        Verdict(seq=seq, verdict="rejected", field="block", reason="Not your block.")
        for seq in seqs
    ]
    acknowledge(store, origin(store), up_to or max(seqs), *verdicts)


def returned(store: Store) -> list[int]:
    found = [logged.change.seq for logged in store.outbox.returned()]
    assert store.outbox.counts()[State.REJECTED] == len(found)
    return sorted(found)


def test_a_rejected_creation_is_sent_again_whole(store: Store, tmp_path: Path) -> None:
    record_id = save(store, mobile="9419012345", sehat="S-7")
    reject(store, 1)
    saved = edit(store, record_id, name="Asha Devi")
    change = last_change(store, record_id)
    assert saved.op is change.op is Op.CREATE
    assert change.fields == {
        **artisan(name="Asha Devi", mobile="9419012345", sehat="S-7"),
        "district": 2,
        "block": 16,
    }
    assert edit(store, record_id, name="Asha").op is Op.EDIT  # once is enough
    assert store.counts()["beneficiary"] == 1
    assert audit(tmp_path) == []


def test_a_rejected_creation_edited_twice_in_one_call_is_sent_again_once(store: Store) -> None:
    record_id = save(store)
    reject(store, 1)
    edits = [Edit(Beneficiary, {"name": name}, id=record_id) for name in ("Asha", "Asha Devi")]
    assert [saved.op for saved in store.save(edits, "Asha")] == [Op.CREATE, Op.EDIT]


def test_what_was_rejected_goes_again_with_the_next_edit(store: Store, tmp_path: Path) -> None:
    record_id = save(store, mobile="9419012345")
    edit(store, record_id, remarks="Moved", village="Wathoora", sehat="S-7")
    reject(store, 2)
    assert returned(store) == [2]
    edit(store, record_id, mobile="9419012346")
    change = last_change(store, record_id)
    assert change.op is Op.EDIT
    assert change.fields == {
        "mobile": "9419012346",
        "remarks": "Moved",
        "village": "Wathoora",
        "sehat": "S-7",
    }
    assert returned(store) == []
    edit(store, record_id, mobile="9419012347")  # once is enough
    assert last_change(store, record_id).fields == {"mobile": "9419012347"}
    assert audit(tmp_path) == []


def test_a_rejection_stays_open_until_each_of_its_fields_went_again(store: Store) -> None:
    record_id = save(store, mobile="9419012345")
    edit(store, record_id, remarks="Moved", village="Wathoora")
    edit(store, record_id, village="Nagam")  # queued before anything is heard of the other
    reject(store, 2, up_to=3)
    assert returned(store) == [2]
    assert store.states([record_id])[record_id] is State.REJECTED
    edit(store, record_id, mobile=None)
    assert last_change(store, record_id).fields == {"mobile": None, "remarks": "Moved"}
    assert returned(store) == []
    assert store.states([record_id])[record_id] is State.QUEUED


def test_a_rejected_creation_goes_again_though_an_edit_was_queued_behind_it(store: Store) -> None:
    record_id = save(store, name="Asha Devi")
    edit(store, record_id, mobile="9419012345")
    reject(store, 1, up_to=2)
    assert returned(store) == [1]
    edit(store, record_id, village="Nagam")
    change = last_change(store, record_id)
    assert change.op is Op.CREATE
    assert change.fields == {
        **artisan(name="Asha Devi", village="Nagam"),
        "district": 2,
        "block": 16,
    }
    assert returned(store) == []


def test_saved_again_as_it_is_what_was_rejected_goes_again(store: Store) -> None:
    record_id = save(store)
    edit(store, record_id, remarks="Moved")
    reject(store, 2)
    assert edit(store, record_id, remarks="Moved").op is Op.EDIT
    assert edit(store, record_id, remarks="Moved").op is None


def test_what_is_rejected_again_is_open_again(store: Store) -> None:
    record_id = save(store)
    edit(store, record_id, remarks="Moved", village="Nagam")
    reject(store, 2)
    edit(store, record_id, village="Wathoora")
    reject(store, 3)
    assert returned(store) == [3]
    edit(store, record_id, mobile="9419012345")
    assert last_change(store, record_id).fields == {
        "mobile": "9419012345",
        "remarks": "Moved",
        "village": "Wathoora",
    }


def test_a_deletion_ends_what_was_rejected_before_it(store: Store) -> None:
    record_id = save(store)
    edit(store, record_id, remarks="Moved")
    reject(store, 2)
    deletion = Edit(Beneficiary, {}, id=record_id, op=Op.DELETE)
    store.save([deletion], "Asha")
    assert returned(store) == []
    reject(store, 3)
    assert returned(store) == [3]
    (again,) = store.save([deletion], "Asha")
    assert again.op is Op.DELETE
    assert returned(store) == []


@pytest.mark.parametrize("mended", [False, True])
def test_deleting_a_record_that_the_server_never_took_ends_the_matter(
    store: Store, mended: bool
) -> None:
    record_id = save(store, village="Nagam")
    reject(store, 1)
    if mended:
        edit(store, record_id, village="Wathoora")
        reject(store, 2)
    (deleted,) = store.save([Edit(Beneficiary, {}, id=record_id, op=Op.DELETE)], "Asha")
    assert (deleted.op, deleted.seq) == (Op.DELETE, None)
    assert store.record(record_id) is None
    assert store.find(record_id) == []
    assert store.counts()["beneficiary"] == 0
    assert returned(store) == []
    assert store.outbox.counts()[State.QUEUED] == 0
    assert store.outbox.of(record_id)[0].change.fields["village"] == "Nagam"
    assert store.check() == []


def test_a_record_deleted_before_its_entry_was_refused_leaves_nothing_to_mend(store: Store) -> None:
    record_id = save(store)
    store.save([Edit(Beneficiary, {}, id=record_id, op=Op.DELETE)], "Asha")
    reject(store, 1, 2)
    assert returned(store) == []
    assert store.record(record_id) is None
    assert store.check() == []


def test_a_deletion_is_sent_while_anything_of_the_record_may_still_be_taken(store: Store) -> None:
    record_id = save(store)
    reject(store, 1)
    edit(store, record_id, name="Asha Devi")
    store.save([Edit(Beneficiary, {}, id=record_id, op=Op.DELETE)], "Asha")
    assert last_change(store, record_id).op is Op.DELETE


def test_a_deletion_is_sent_of_what_the_server_has_though_it_took_nothing_of_ours(
    store: Store,
) -> None:
    """It was put back, and has another's edit of a record whose entry it does not take any more."""
    record_id = save(store)
    reject(store, 1)
    row = ServerRow("beneficiary", record_id, 3, {"name": "Asha Devi", "district": 2})
    head = store.outbox.head_before(origin(store), 2)
    store.pull.receive(Answered(origin(store), 1, head, rows=[row], cursors={2: 3}))
    (deleted,) = store.save([Edit(Beneficiary, {}, id=record_id, op=Op.DELETE)], "Asha")
    assert deleted.seq == 2
    reject(store, 2)
    assert returned(store) == [2]


def test_what_was_rejected_goes_again_from_the_version_it_was_made_on(
    store: Store, home: Path
) -> None:
    record_id = save(store)
    store.save([Edit(Beneficiary, {"remarks": "Moved"}, id=record_id, base=5)], "Asha")
    reject(store, 2)
    store.save([Edit(Beneficiary, {"village": "Nagam"}, id=record_id, base=7)], "Asha")
    assert last_change(store, record_id).base == 5


def test_a_rule_that_asks_is_satisfied_by_confirming_its_field(store: Store) -> None:
    to_come = Edit(Beneficiary, artisan(registered_on=date(2027, 3, 1)))
    with pytest.raises(Refused) as refused:
        store.save([to_come], "Asha")
    assert [f.severity for _, f in refused.value.findings] == [Severity.REASON]
    assert [f.severity for f in store.judge(to_come)] == [Severity.REASON]
    confirmed = Edit(Beneficiary, to_come.fields, confirmed=frozenset({"registered_on"}))
    (saved,) = store.save([confirmed], "Asha")
    assert [finding.field for finding in saved.findings] == ["registered_on"]


def test_a_file_that_is_loaded_is_not_asked(store: Store) -> None:
    (fate,) = store.load([Edit(Beneficiary, artisan(registered_on=date(2027, 3, 1)))], "Asha")
    assert isinstance(fate, Saved)
    assert [finding.severity for finding in fate.findings] == [Severity.REASON]


def test_a_fault_that_was_there_does_not_stop_an_edit_of_something_else(store: Store) -> None:
    future = Edit(
        Beneficiary,
        artisan(registered_on=date(2027, 3, 1)),
        confirmed=frozenset({"registered_on"}),
    )
    record_id = store.save([future], "Asha")[0].id
    assert edit(store, record_id, mobile="9419012345").op is Op.EDIT
    with pytest.raises(Refused):
        edit(store, record_id, registered_on=date(2027, 4, 1))
    with pytest.raises(Refused):
        edit(store, record_id, name=None)


def _text_fields() -> list[tuple[type[Record], str]]:
    return [
        (kind, name)
        for kind in kinds().values()
        for name, field in kind.fields().items()
        if isinstance(field.format, Text) and name not in {"id", "created_by"}
    ]


@pytest.mark.parametrize(("kind", "name"), _text_fields())
def test_an_aadhaar_number_is_refused_in_every_text_field_but_long_numbers(
    store: Store, kind: type[Record], name: str
) -> None:
    spaced = f"no. {AADHAAR[:4]} {AADHAAR[4:8]} {AADHAAR[8:]}"
    said = [f.rule for f in store.judge(Edit(kind, {name: spaced}))]
    may = kind.fields()[name].format.may_hold_twelve_digits
    assert ("no_aadhaar" in said) is not may


@pytest.mark.parametrize(
    "value", [AADHAAR, int(AADHAAR), [AADHAAR], {"uid": {"no": int(AADHAAR)}}, {AADHAAR: 1}]
)
def test_an_aadhaar_number_is_refused_in_unknown_fields(
    store: Store, tmp_path: Path, value: object
) -> None:
    fields = {**artisan(), "uid": value}
    with pytest.raises(Refused, match="Aadhaar"):
        store.save([Edit(Beneficiary, fields)], "Asha")  # type: ignore[arg-type]
    assert AADHAAR.encode() not in raw(tmp_path)


ENDLESS: Json = []
for _ in range(2000):
    ENDLESS = [ENDLESS]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("zz", float("inf")),
        ("zz", float("nan")),
        ("zz", {"a": [float("-inf")]}),
        ("zz", 10**400),
        ("zz", "\ud800"),
        ("zz", {"\udfff": 1}),
        ("\ud800", 1),
        ("zz", "x" * 1_000_000),
        ("zz", ENDLESS),
        ("", 1),
        ("n" * 101, 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_nothing_is_logged_that_cannot_be_sent(
    store: Store, tmp_path: Path, name: str, value: Json
) -> None:
    bad = Edit(Beneficiary, {**artisan(), name: value})  # type: ignore[dict-item]
    good = Edit(Beneficiary, artisan(name="Asha Devi"))
    fates = store.load([bad, good], "Asha")
    assert [type(fate) for fate in fates] == [Refused, Saved]
    assert isinstance(fates[0], Refused)
    assert {finding.field for _, finding in fates[0].findings} == {name}
    with pytest.raises(Refused):
        store.save([bad], "Asha")
    assert store.outbox.counts()[State.QUEUED] == 1
    assert audit(tmp_path) == []


def test_one_change_has_only_so_many_fields(store: Store) -> None:
    many: dict[str, Value] = {f"of_tomorrow_{n}": n for n in range(600)}
    with pytest.raises(Refused, match="at most 500 fields"):
        store.save([Edit(Beneficiary, {**artisan(), **many})], "Asha")


def test_a_clock_before_all_time_stamps_with_its_beginning(store: Store, clock: Turned) -> None:
    clock.now = -5
    assert last_change(store, save(store)).at == 0


def test_rules_see_the_other_edits_of_one_call(store: Store) -> None:
    group = f"{origin(store)}-1"
    member: dict[str, Value] = {"name": "Asha Devi", "member_code": "M-77", "status": "ACTIVE"}
    edits = [
        Edit(SelfHelpGroup, {"name": "Noor"}, id=group),
        Edit(Member, {**member, "self_help_group_id": group}),
        Edit(Member, {**member, "self_help_group_id": group}),
    ]
    with pytest.raises(Refused, match="member of this group already") as refused:
        store.save(edits, "Asha")
    assert [place for place, _ in refused.value.findings] == [2]


def test_who_leaves_a_group_may_join_another_in_the_same_call(store: Store) -> None:
    ids = [
        one.id
        for one in store.save([Edit(SelfHelpGroup, {"name": n}) for n in ("Noor", "Asha")], "Asha")
    ]
    one, other = ids
    member: dict[str, Value] = {"name": "Asha Devi", "member_code": "M-77"}
    here = store.save([Edit(Member, {**member, "self_help_group_id": one})], "Asha")[0].id
    joining = Edit(Member, {**member, "self_help_group_id": other})
    with pytest.raises(Refused, match="First mark her as left there"):
        store.save([joining], "Asha")
    leaving = Edit(Member, {"status": "LEFT"}, id=here)
    assert len(store.save([leaving, joining], "Asha")) == 2


def test_a_toolkit_may_not_be_given_twice_in_one_call(store: Store) -> None:
    who = save(store)
    kit = Edit(Toolkit, {"beneficiary_id": who, "state": "SELECTED"})
    fates = store.load([kit, kit], "Asha")
    assert [type(fate) for fate in fates] == [Saved, Refused]


def test_before_the_first_run_nothing_is_saved(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    with pytest.raises(StoreError, match="not set up"):
        store.save([Edit(Beneficiary, artisan())], "Asha")
    store.close()


names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
ops = st.sampled_from(["create", "edit", "delete", "twice"])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(ops, st.integers(0, 5), names), min_size=1, max_size=12))
def test_whatever_is_saved_row_and_log_agree(
    store: Store, tmp_path: Path, steps: list[tuple[str, int, str]]
) -> None:
    ids = [save(store, name="First")]
    for step, place, text in steps:
        chosen = ids[place % len(ids)]
        fields: dict[str, Value] = {"remarks": text or None, "unheard_of": text}
        if step == "create":
            made = store.load([Edit(Beneficiary, artisan(**fields))], "Asha")
        elif step == "edit":
            made = store.load([Edit(Beneficiary, fields, id=chosen)], "Asha")
        elif step == "delete":
            made = store.load([Edit(Beneficiary, {}, id=chosen, op=Op.DELETE)], "Asha")
        else:
            again = Edit(Beneficiary, {"address": text or None}, id=chosen)
            made = store.load([Edit(Beneficiary, fields, id=chosen), again], "Asha")
        ids += [one.id for one in made if isinstance(one, Saved) and one.op is Op.CREATE]
    assert audit(tmp_path) == []
    assert store.check() == []
    live = sum(1 for _ in store.each("beneficiary"))
    assert store.counts()["beneficiary"] == live


def test_the_audit_itself_sees_a_changed_row_and_a_changed_log(
    store: Store, tmp_path: Path
) -> None:
    save(store)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as file, file:
        file.execute("UPDATE beneficiary SET name = 'Else'")
    assert len(audit(tmp_path)) == 1
    with closing(sqlite3.connect(tmp_path / DATABASE)) as file, file:
        fields = json.dumps({"name": "Else", "trade_code": "CARP", "district": 2, "block": 16})
        file.execute("UPDATE change SET fields = ?", [fields])
    assert audit(tmp_path)[0].endswith("chain broken at 1")


@pytest.mark.parametrize("name", ["", "  ", "9999 4105 7058", "Asha\x1b[31m", "x" * 101])
def test_a_name_that_will_not_do_is_refused_for_an_operator(tmp_path: Path, name: str) -> None:
    store = Store.open(tmp_path)
    with pytest.raises(StoreError):
        store.init(name, 2, 16)
    assert store.device is None
    store.init("Asha", 2, 16)
    with pytest.raises(StoreError):
        store.use_operator(name)
    assert store.operators() == ["Asha"]
    store.close()


def test_a_number_of_another_laptop_makes_no_new_record_once_there_is_a_server(
    store: Store,
) -> None:
    """The server would send it back (rule 36): its record comes with a sync."""
    edits = [Edit(Beneficiary, artisan(), id="7KQ2M9XD-142")]
    store.access.enrol("https://office.example.in", "a" * 43, "operator", 2, None, 1, "first")
    (fate,) = store.load(edits, "Asha")
    assert isinstance(fate, Refused)
    assert [finding.rule for _, finding in fate.findings] == ["number.other"]
    assert "Sync first" in str(fate)
    gone = Edit(Beneficiary, {}, id="7KQ2M9XD-142", op=Op.DELETE)
    (fate,) = store.load([gone], "Asha")
    assert isinstance(fate, Saved)
    assert fate.op is None


def test_a_record_sent_back_is_entered_again_under_the_number_of_an_earlier_log(
    store: Store,
) -> None:
    record = save(store)
    first = origin(store)
    store.access.enrol("https://office.example.in", "a" * 43, "operator", 2, None, 1, "first")
    refused = [Verdict(seq=1, verdict="rejected", rule="out_of_scope")]
    head = store.outbox.head_before(first, 2)
    store.pull.receive(Answered(first, 1, head, {1: None}, refused))
    store.pull.freeze(first)
    (fate,) = store.save([Edit(Beneficiary, {"village": "Nagam"}, id=record)], "Asha")
    assert (fate.id, fate.op) == (record, Op.CREATE)
