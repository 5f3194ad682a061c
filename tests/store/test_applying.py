import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.store.conftest import NOW, Turned, acknowledge, edit, save
from tests.store.office import KIND, OTHER, Office, shown

from fieldkit.protocol.change import Json, Op
from fieldkit.protocol.messages.finding import Finding, Verdict
from fieldkit.protocol.messages.scope import Scope
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.settings import DATABASE
from fieldkit.store import Answered, Edit, FocusAt, Refused, ServerRow, State, Store
from fieldkit.store.pull import apply

FAR = f"{OTHER}-1"
NAMED: dict[str, Json] = {"name": "Asha Devi", "trade_code": "CARP", "district": 2, "block": 16}


@pytest.fixture
def office() -> Office:
    return Office()


def of(store: Store) -> str:
    device = store.device
    assert device is not None
    return device.origin


def brings(store: Store, *rows: ServerRow, gone: tuple[tuple[str, str], ...] = ()) -> Answered:
    """Return an answer that acknowledges what is acknowledged already, with a page."""
    standing = store.outbox.log_position(of(store))
    assert standing is not None
    acked = standing.acked_seq
    head = store.outbox.head_before(standing.origin, acked + 1)
    return Answered(standing.origin, acked, head, rows=rows, gone=gone, cursors={2: 9})


def beneath(home: Path) -> list[tuple[str, int, int]]:
    with closing(sqlite3.connect(home / DATABASE)) as file:
        return file.execute("SELECT record_id, version, gone FROM beneath").fetchall()


def version(store: Store, record_id: str) -> int | None:
    record = store.get(KIND, record_id)
    assert record is not None
    return record.version


def test_a_row_that_arrives_is_a_record_like_any_other(store: Store) -> None:
    values = {**NAMED, "created_at": NOW, "created_by": "Bashir", "village": "Wathoora"}
    arrived = store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, values)))
    record = store.get(KIND, FAR)
    assert (arrived.rows, arrived.new_conflicts) == (1, 0)
    assert record is not None
    assert (record.version, record.created_by, record.label()) == (3, "Bashir", "Asha Devi")
    assert [hit.id for hit in store.find("asha devi")] == [FAR]
    assert store.counts()[KIND] == 1
    assert store.suggest("village", "wath", 2)[:1] == ["Wathoora"]
    assert store.check() == []
    again = store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, values)))
    assert again.rows == 0


def test_a_row_that_changes_leaves_its_old_words(store: Store) -> None:
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, NAMED)))
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 4, {**NAMED, "name": "Parveena"})))
    assert store.find("asha devi") == []
    assert [hit.id for hit in store.find("parveena")] == [FAR]
    assert store.counts()[KIND] == 1


def test_a_tombstone_takes_the_record_out_of_lists(store: Store) -> None:
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, NAMED)))
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 4, {**NAMED, "deleted": True})))
    record = store.get(KIND, FAR)
    assert record is not None
    assert record.deleted
    assert store.counts()[KIND] == 0
    assert store.find("asha") == []
    assert store.check() == []


def test_a_value_of_a_newer_version_is_kept_as_it_is_and_goes_on(store: Store) -> None:
    values: dict[str, Json] = {**NAMED, "mobile": {"main": "9419012345"}, "sehat": [1, 2]}
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, values)))
    record = store.get(KIND, FAR)
    assert record is not None
    assert record.extra == {"mobile": {"main": "9419012345"}, "sehat": [1, 2]}
    edit(store, FAR, village="Nagam")
    assert store.outbox.of(FAR)[0].change.fields == {"village": "Nagam"}
    assert shown(store, FAR) == {**values, "village": "Nagam"}
    edit(store, FAR, mobile="9419012345")
    record = store.get(KIND, FAR)
    assert record is not None
    assert (record.value("mobile"), record.extra) == ("9419012345", {"sehat": [1, 2]})


def test_a_kind_of_a_newer_version_waits_beneath(store: Store, home: Path) -> None:
    row = ServerRow("home_visit", FAR, 3, {"purpose": "Support", "district": 2})
    assert store.pull.receive(brings(store, row)).rows == 0
    assert beneath(home) == [(FAR, 3, 0)]
    store.pull.receive(brings(store, gone=(("home_visit", FAR),)))
    assert beneath(home) == []


def test_own_work_that_landed_as_it_was_takes_on_the_version_alone(
    store: Store, office: Office, home: Path
) -> None:
    ids = [save(store, name=name) for name in ("A", "B")]
    edit(store, ids[0], mobile="9419012345")
    before = [shown(store, one) for one in ids]
    answered = office.answer(store)
    assert [row.values for row in answered.rows] == [None, None]
    assert store.pull.receive(answered).rows == 0
    assert [version(store, one) for one in ids] == [2, 1]
    assert [shown(store, one) for one in ids] == before
    assert beneath(home) == []
    assert store.states(ids) == dict.fromkeys(ids, State.ON_SERVER)


def test_a_lost_answer_comes_again(store: Store, office: Office) -> None:
    record_id = save(store)
    office.answer(store)
    office.cursor = 0
    answered = office.answer(store)
    assert answered.rows[0].values is not None  # the server cannot know that the first was lost
    store.pull.receive(answered)
    store.pull.receive(answered)
    assert version(store, record_id) == 1
    assert store.outbox.counts()[State.QUEUED] == 0
    assert store.check() == []


def test_a_row_beneath_a_pending_change_does_not_hide_it(
    store: Store, office: Office, home: Path
) -> None:
    office.write(FAR, **NAMED)
    office.sync(store)
    edit(store, FAR, name="Typed here")
    assert beneath(home) == [(FAR, 1, 0)]
    office.write(FAR, village="Nagam", name="Typed there")
    store.pull.receive(office.answer(store, changes=0))
    assert shown(store, FAR) == {**NAMED, "name": "Typed here", "village": "Nagam"}
    assert version(store, FAR) == 2


def test_what_was_acknowledged_stays_until_its_row_comes(store: Store, office: Office) -> None:
    """Else a saved value vanishes from the screen while its row is pages away."""
    for number in range(1, 6):
        office.write(f"{OTHER}-{number}", **NAMED)
    office.sync(store)
    for number in range(1, 6):
        office.write(f"{OTHER}-{number}", village="Nagam")
    edit(store, FAR, mobile="9419012345")
    edit(store, f"{OTHER}-5", remarks="Moved")
    store.pull.receive(office.answer(store, rows=2))
    assert store.outbox.counts()[State.QUEUED] == 0
    assert version(store, FAR) == 1
    assert shown(store, FAR) == {**NAMED, "mobile": "9419012345"}
    office.sync(store)
    assert shown(store, FAR) == {**NAMED, "mobile": "9419012345", "village": "Nagam"}


def test_a_verdict_moves_no_version_and_loses_no_other_field(store: Store, office: Office) -> None:
    office.write(FAR, **NAMED)
    office.sync(store)
    edit(store, FAR, name="Typed here", mobile="9419012345")
    office.write(FAR, name="Typed there", village="Nagam")
    answered = office.answer(store)
    bare = Answered(
        answered.origin,
        answered.seq,
        answered.head,
        versions=answered.versions,
        verdicts=answered.verdicts,
    )
    store.pull.receive(bare)
    assert version(store, FAR) == 1
    assert shown(store, FAR) == {**NAMED, "name": "Typed here", "mobile": "9419012345"}
    store.pull.receive(answered)
    assert version(store, FAR) == 3
    assert shown(store, FAR) == {
        **NAMED,
        "name": "Typed there",
        "mobile": "9419012345",
        "village": "Nagam",
    }


def test_an_edit_during_a_sync_stays_queued(store: Store, office: Office) -> None:
    record_id = save(store)
    answered = office.answer(store)
    edit(store, record_id, mobile="9419012345")
    store.pull.receive(answered)
    assert store.outbox.counts()[State.QUEUED] == 1
    whole = {**NAMED, "name": "Ghulam Mohammad Bhat", "mobile": "9419012345"}
    assert shown(store, record_id) == whole
    assert store.states([record_id]) == {record_id: State.QUEUED}
    office.sync(store)
    assert shown(store, record_id) == whole
    assert version(store, record_id) == 2


def test_what_was_rejected_stays_over_newer_rows_until_mended(
    store: Store, office: Office, home: Path
) -> None:
    office.write(FAR, **NAMED)
    office.sync(store)
    office.refused = {"remarks"}
    edit(store, FAR, remarks="Moved", village="Wathoora")
    office.sync(store)
    office.write(FAR, village="Nagam", mobile="9419012345")
    office.sync(store)
    assert shown(store, FAR) == {
        **NAMED,
        "remarks": "Moved",
        "village": "Wathoora",
        "mobile": "9419012345",
    }
    assert beneath(home) == [(FAR, 2, 0)]
    edit(store, FAR, village="Chadoora")  # a later own value ends the older rejected one
    assert store.outbox.of(FAR)[-1].change.base == 1
    office.refused = set()
    office.sync(store)
    assert beneath(home) == []
    assert shown(store, FAR)["remarks"] == "Moved"
    assert [held.field for held in office.records[FAR].held.values()] == ["village"]


def test_a_later_own_value_ends_an_older_rejected_one(store: Store, office: Office) -> None:
    office.write(FAR, **NAMED)
    office.sync(store)
    office.refused = {"remarks"}
    edit(store, FAR, remarks="Moved", village="Wathoora")
    edit(store, FAR, village="Nagam")
    office.sync(store)
    office.write(FAR, village="Chadoora")
    office.sync(store)
    assert shown(store, FAR) == {**NAMED, "remarks": "Moved", "village": "Chadoora"}


def test_a_rejected_change_given_up_shows_the_servers_row(store: Store, office: Office) -> None:
    office.write(FAR, **NAMED)
    office.sync(store)
    office.refused = {"remarks"}
    edit(store, FAR, remarks="Moved")
    made = save(store, remarks="Never taken")
    office.sync(store)
    assert store.outbox.counts()[State.REJECTED] == 2
    for one in store.outbox.returned():
        store.withdraw(one.origin, one.change.seq)
    assert shown(store, FAR) == NAMED
    assert store.record(made) is None
    assert store.outbox.counts()[State.REJECTED] == 0
    assert store.states([FAR]) == {FAR: State.ON_SERVER}
    assert store.check() == []
    edit(store, FAR, village="Nagam")
    assert store.outbox.of(FAR)[-1].change.fields == {"village": "Nagam"}


def test_with_an_entry_given_up_goes_what_was_typed_on_it(store: Store) -> None:
    store.access.enrol("https://x", "t" * 30, "operator", 2, 16, 1, "abc")
    made = save(store)
    edit(store, made, village="Nagam")

    def refuse(seq: int) -> None:
        head = store.outbox.head_before(of(store), seq + 1)
        verdict = Verdict(seq=seq, verdict="rejected", reason="Not yours.")
        store.pull.receive(Answered(of(store), seq, head, {seq: None}, [verdict]))

    refuse(1)
    store.withdraw(of(store), 1)
    assert store.record(made) is None
    assert store.check() == []
    refuse(2)
    assert store.record(made) is None
    assert store.outbox.returned() == []
    assert store.check() == []


def test_the_row_beneath_stays_the_servers_through_many_edits(store: Store, office: Office) -> None:
    office.write(FAR, **NAMED)
    office.sync(store)
    office.refused = {"village", "remarks"}
    edit(store, FAR, village="Nagam")
    edit(store, FAR, remarks="Moved")
    office.sync(store)
    for one in store.outbox.returned():
        store.withdraw(one.origin, one.change.seq)
    assert shown(store, FAR) == NAMED


def test_the_base_is_what_the_form_opened_on(store: Store, office: Office) -> None:
    """A sync that lands while the form is open must not vouch for values nobody saw."""
    office.write(FAR, **NAMED)
    office.sync(store)
    office.write(FAR, name="Typed there")
    office.sync(store)
    store.save([Edit(Beneficiary, {"village": "Nagam"}, id=FAR, base=1)], "Asha")
    assert store.outbox.of(FAR)[-1].change.base == 1
    edit(store, FAR, mobile="9419012345")
    assert store.outbox.of(FAR)[-1].change.base == 2


def test_a_form_that_opened_before_the_server_had_it_keeps_that_base(
    store: Store, office: Office
) -> None:
    record_id = save(store)
    office.sync(store)
    store.save([Edit(Beneficiary, {"village": "Nagam"}, id=record_id, base=0)], "Asha")
    assert store.outbox.of(record_id)[-1].change.base is None


def test_a_form_on_a_record_that_has_left_makes_no_new_one(store: Store, office: Office) -> None:
    office.write(FAR, **NAMED)
    office.sync(store)
    store.pull.receive(brings(store, gone=((KIND, FAR),)))
    for base in (0, 1):
        whole = Edit(Beneficiary, {"name": "Typed", "trade_code": "CARP"}, id=FAR, base=base)
        with pytest.raises(Refused, match="no longer on this laptop"):
            store.save([whole], "Asha")
    assert store.get(KIND, FAR) is None
    assert store.outbox.of(FAR) == []


def test_a_field_that_waits_keeps_its_base_for_the_next_edit(store: Store, office: Office) -> None:
    office.write(FAR, **NAMED)
    office.sync(store)
    edit(store, FAR, name="Typed here")
    office.write(FAR, name="Typed there", village="Nagam")
    store.pull.receive(office.answer(store, changes=0))
    edit(store, FAR, mobile="9419012345")
    assert store.outbox.of(FAR)[-1].change.base == 2
    edit(store, FAR, name="Typed again")
    assert store.outbox.of(FAR)[-1].change.base == 1
    store.save([Edit(Beneficiary, {}, id=FAR, op=Op.DELETE)], "Asha")
    assert store.outbox.of(FAR)[-1].change.base == 1


def test_district_and_block_keep_one_base(store: Store, office: Office) -> None:
    office.write(FAR, **NAMED)
    office.sync(store)
    edit(store, FAR, block=17)
    office.write(FAR, village="Nagam")
    store.pull.receive(office.answer(store, changes=0))
    edit(store, FAR, district=1)
    assert store.outbox.of(FAR)[-1].change.base == 1


def test_a_record_that_left_the_scope_goes(store: Store, office: Office, home: Path) -> None:
    note = Finding(KIND, FAR, "name", "parent", text="Look again.")
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, NAMED, findings=(note,))))
    assert [one.text for one in store.review.findings()] == ["Look again."]
    arrived = store.pull.receive(brings(store, gone=((KIND, FAR),)))
    assert arrived.rows == 1
    assert store.record(FAR) is None
    assert store.find("asha") == []
    assert store.counts()[KIND] == 0
    assert store.review.findings() == []
    assert store.check() == []
    assert beneath(home) == []


def test_a_record_that_left_with_unsent_work_stays_until_that_is_acknowledged(
    store: Store, home: Path
) -> None:
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, NAMED)))
    edit(store, FAR, village="Nagam")
    store.pull.receive(brings(store, gone=((KIND, FAR),)))
    assert shown(store, FAR) == {**NAMED, "village": "Nagam"}
    assert beneath(home) == [(FAR, 3, 1)]
    head = store.outbox.head_before(of(store), 2)
    store.pull.receive(Answered(of(store), 1, head, {1: 7}))
    assert store.record(FAR) is None
    assert beneath(home) == []
    assert store.check() == []


def test_a_record_that_left_with_a_rejected_change_stays_until_it_is_mended(store: Store) -> None:
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, NAMED)))
    edit(store, FAR, village="Nagam")
    head = store.outbox.head_before(of(store), 2)
    rejected = Verdict(seq=1, verdict="rejected", field="village", reason="No.")
    store.pull.receive(Answered(of(store), 1, head, {1: None}, [rejected], gone=[(KIND, FAR)]))
    assert shown(store, FAR) == {**NAMED, "village": "Nagam"}
    assert [one.change.seq for one in store.outbox.returned()] == [1]
    edit(store, FAR, village="Wathoora")
    store.pull.receive(Answered(of(store), 2, store.outbox.head_before(of(store), 3), {2: 8}))
    assert store.record(FAR) is None


def test_one_that_comes_back_is_here_again(store: Store) -> None:
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, NAMED)))
    edit(store, FAR, village="Nagam")
    store.pull.receive(brings(store, gone=((KIND, FAR),)))
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 5, {**NAMED, "block": 17})))
    store.pull.receive(Answered(of(store), 1, store.outbox.head_before(of(store), 2), {1: 6}))
    assert shown(store, FAR) == {**NAMED, "block": 17, "village": "Nagam"}


def test_an_answer_that_fails_leaves_nothing_behind(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(store)
    head = store.outbox.head_before(of(store), 2)

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(apply, "replace_issues", cut)
    row = ServerRow(KIND, FAR, 3, NAMED)
    with pytest.raises(KeyboardInterrupt):
        store.pull.receive(Answered(of(store), 1, head, {1: 1}, rows=[row], cursors={2: 4}))
    assert store.outbox.counts()[State.QUEUED] == 1
    assert store.pull.state().cursors == {}
    assert store.record(FAR) is None


def test_cursors_focus_and_token_are_kept_with_the_page(store: Store) -> None:
    store.access.enrol("https://x", "t" * 30, "supervisor", 2, None, 4, "abc")
    state = store.pull.state()
    assert state.scope == Scope(role="supervisor", district=2, block=None, epoch=4)
    assert (state.epoch, state.incarnation, state.more) == (4, "abc", True)
    assert state.focus == FocusAt(2, 16, 0)
    head = store.outbox.head_before(of(store), 1)
    page = Answered(
        of(store), 0, head, cursors={2: 5}, focus=FocusAt(2, 16, 9), more=True, token="u" * 30
    )
    store.pull.receive(page)
    state = store.pull.state()
    assert (state.cursors, state.focus, state.more) == ({2: 5}, FocusAt(2, 16, 9), True)
    assert store.access.token() == "u" * 30
    store.pull.receive(Answered(of(store), 0, head))
    assert store.pull.state() == state
    store.pull.receive(Answered(of(store), 0, head, cursors={2: 12}))
    state = store.pull.state()
    assert (state.cursors, state.focus, state.more) == ({2: 12}, None, False)


def test_enrolling_again_in_the_same_place_pulls_nothing_twice(store: Store) -> None:
    store.access.enrol("https://x", "t" * 30, "operator", 2, 16, 1, "abc")
    store.pull.receive(brings(store))
    store.access.enrol("https://x", "u" * 30, "operator", 2, 16, 2, "abc")
    assert store.pull.state().cursors == {2: 9}
    store.access.enrol("https://y", "u" * 30, "operator", 2, 16, 1, "def")
    assert store.pull.state().cursors == {}


def test_enrolled_as_another_device_elsewhere_it_retires_its_former_area(store: Store) -> None:
    """Each device counts its epochs from the start."""
    store.access.enrol("https://x", "t" * 30, "operator", 2, 16, 1, "abc")
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, NAMED)))
    store.access.enrol("https://x", "u" * 30, "operator", 2, 17, 1, "abc")
    head = store.outbox.head_before(of(store), 1)
    store.pull.receive(Answered(of(store), 0, head, cursors={2: 9}))
    assert store.pull.settle()
    assert store.record(FAR) is None
    assert not store.pull.settle()


def test_enrolled_as_another_device_before_its_former_area_is_retired_it_retires_it(
    store: Store,
) -> None:
    store.access.enrol("https://x", "t" * 30, "operator", 2, 16, 1, "abc")
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, NAMED)))
    store.pull.change_scope(Scope(role="operator", district=2, block=17, epoch=2))
    store.access.enrol("https://x", "u" * 30, "operator", 2, 17, 1, "abc")
    head = store.outbox.head_before(of(store), 1)
    store.pull.receive(Answered(of(store), 0, head, cursors={2: 9}))
    assert store.pull.settle()
    assert store.record(FAR) is None


def test_a_record_that_left_stays_away_when_an_edit_of_it_is_answered_again(store: Store) -> None:
    """The server lost data, so the edit was offered again; now it is late for its area."""
    store.access.enrol("https://x", "t" * 30, "operator", 2, 16, 1, "abc")
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, NAMED)))
    store.save([Edit(Beneficiary, {"village": "Nagam"}, id=FAR)], "Asha")
    head, gone = store.outbox.head_before(of(store), 2), [(KIND, FAR)]
    store.pull.receive(Answered(of(store), 1, head, {1: 4}, gone=gone, cursors={2: 10}))
    assert store.get(KIND, FAR) is None
    store.pull.offer_again(of(store), 0)
    late = Verdict(seq=1, verdict="late", reason="Too late.")
    store.pull.receive(Answered(of(store), 1, head, {1: None}, [late], gone=gone))
    assert store.get(KIND, FAR) is None
    assert store.check() == []


def test_a_new_scope_is_brought_first_and_the_old_retired_after(store: Store) -> None:
    store.access.enrol("https://x", "t" * 30, "operator", 2, 16, 1, "abc")
    kept = f"{OTHER}-2"
    rows = [
        ServerRow(KIND, FAR, 3, NAMED),
        ServerRow(KIND, kept, 3, {**NAMED, "block": 17}),
        ServerRow("home_visit", f"{OTHER}-3", 1, {"district": 2, "block": 16}),
    ]
    store.pull.receive(brings(store, *rows))
    own = save(store)
    store.pull.change_scope(Scope(role="operator", district=2, block=17, epoch=2))
    state = store.pull.state()
    assert (state.cursors, state.epoch, state.more) == ({}, 1, True)
    assert state.scope == Scope(role="operator", district=2, block=17, epoch=2)
    device = store.device
    assert device is not None
    assert (device.district, device.block) == (2, 17)
    assert not store.pull.settle()  # neither pulled nor acknowledged
    head = store.outbox.head_before(of(store), 2)
    store.pull.receive(Answered(of(store), 0, head, cursors={2: 9}))
    assert not store.pull.settle()
    assert store.record(FAR) is not None
    row = ServerRow(KIND, own, 1, None)
    store.pull.receive(Answered(of(store), 1, head, {1: 1}, rows=[row], cursors={2: 10}))
    assert store.pull.settle()
    assert store.pull.state().epoch == 2
    assert (store.record(FAR), store.record(own)) == (None, None)
    assert store.record(kept) is not None
    assert store.check() == []
    assert not store.pull.settle()


def test_a_record_accepted_outside_the_scope_goes(store: Store) -> None:
    """The server takes it under an ended scope; no page brings it."""
    store.access.enrol("https://x", "t" * 30, "operator", 2, 17, 1, "abc")
    own = save(store, district=2, block=16)
    head = store.outbox.head_before(of(store), 2)
    store.pull.receive(Answered(of(store), 1, head, {1: 1}, cursors={2: 10}))
    assert store.record(own) is None
    assert store.check() == []


def test_a_record_without_block_stays_in_every_block_of_its_district(store: Store) -> None:
    store.access.enrol("https://x", "t" * 30, "operator", 2, 16, 1, "abc")
    whole = {name: value for name, value in NAMED.items() if name != "block"}
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, whole)))
    store.pull.change_scope(Scope(role="operator", district=2, block=17, epoch=2))
    store.pull.receive(brings(store))
    assert store.pull.settle()
    assert store.record(FAR) is not None


def test_a_rejected_change_keeps_its_record_when_the_area_is_retired(store: Store) -> None:
    store.access.enrol("https://x", "t" * 30, "operator", 2, 16, 1, "abc")
    own = save(store)
    store.pull.change_scope(Scope(role="operator", district=2, block=17, epoch=2))
    head = store.outbox.head_before(of(store), 2)
    verdict = Verdict(seq=1, verdict="rejected", reason="Not yours.")
    store.pull.receive(Answered(of(store), 1, head, {1: None}, [verdict], cursors={2: 10}))
    assert store.pull.settle()
    assert store.record(own) is not None
    store.withdraw(of(store), 1)
    assert store.record(own) is None


def test_a_server_put_back_from_its_backup_is_asked_about_every_log(store: Store) -> None:
    save(store)
    store.access.enrol("https://x", "t" * 30, "operator", 2, 16, 1, "abc")
    store.pull.receive(
        Answered(of(store), 1, store.outbox.head_before(of(store), 2), {1: 1}, cursors={2: 4})
    )
    store.pull.new_incarnation("def")
    standing = store.outbox.log_position()
    assert standing is not None
    assert not standing.settled
    assert store.pull.state().incarnation == "def"
    assert store.pull.state().cursors == {2: 4}
    store.pull.offer_again(of(store), 0)
    assert store.outbox.counts()[State.QUEUED] == 1


def test_what_is_taken_back_waits_again_over_what_others_wrote_since(
    store: Store, office: Office
) -> None:
    """The server lost it, so nobody but this laptop has it."""
    office.write(FAR, **NAMED)
    office.sync(store)
    edit(store, FAR, village="Nagam")
    office.sync(store)
    office.write(FAR, village="Wathora")
    office.sync(store)
    assert shown(store, FAR) == {**NAMED, "village": "Wathora"}
    store.pull.offer_again(of(store), 0)
    assert shown(store, FAR) == {**NAMED, "village": "Nagam"}
    assert store.states([FAR]) == {FAR: State.QUEUED}


def test_what_was_held_counts_again_until_the_server_says_so_again(
    store: Store, office: Office
) -> None:
    office.write(FAR, **NAMED)
    office.sync(store)
    edit(store, FAR, village="Nagam")
    office.write(FAR, village="Wathora")
    office.sync(store)
    assert shown(store, FAR) == {**NAMED, "village": "Wathora"}
    store.pull.offer_again(of(store), 0)
    assert shown(store, FAR) == {**NAMED, "village": "Nagam"}


def test_so_does_what_another_had_decided_on_the_lost_server(store: Store, office: Office) -> None:
    office.write(FAR, **NAMED)
    office.sync(store)
    edit(store, FAR, village="Nagam")
    office.write(FAR, village="Wathora")
    office.sync(store)
    office.records[FAR].held.clear()
    office.write(FAR, remarks="Settled")
    office.sync(store)
    assert store.review.conflicts() == []
    assert store.outbox.returned() == []
    store.pull.offer_again(of(store), 0)
    assert shown(store, FAR)["village"] == "Nagam"


def test_what_was_given_up_stays_so_though_it_goes_again(store: Store, office: Office) -> None:
    office.write(FAR, **NAMED)
    office.sync(store)
    office.refused = {"remarks"}
    edit(store, FAR, remarks="Moved")
    made = save(store, remarks="Never taken")
    office.sync(store)
    for one in store.outbox.returned():
        store.withdraw(one.origin, one.change.seq)
    store.pull.offer_again(of(store), 0)
    assert store.outbox.counts()[State.QUEUED] == 2
    assert shown(store, FAR) == NAMED
    assert store.record(made) is None
    assert store.check() == []


def test_a_record_entered_anew_has_nothing_of_what_others_wrote_on_the_lost_server(
    store: Store, office: Office
) -> None:
    made = save(store)
    office.sync(store)
    office.write(made, village="Wathora")
    office.sync(store)
    assert shown(store, made)["village"] == "Wathora"
    store.pull.offer_again(of(store), 0)
    head = store.outbox.head_before(of(store), 2)
    row = ServerRow(KIND, made, 10, None)
    store.pull.receive(Answered(of(store), 1, head, {1: 10}, rows=[row], cursors={2: 20}))
    assert "village" not in shown(store, made)
    assert version(store, made) == 10


def test_who_lacks_a_log_has_nothing_of_those_that_go_on_from_it(store: Store) -> None:
    save(store)
    acknowledge(store, of(store), 1)
    first = of(store)
    store.pull.freeze(first)
    save(store)
    acknowledge(store, of(store), 1)
    store.pull.offer_again(first, 0)
    assert store.outbox.counts()[State.QUEUED] == 2
    standing = store.outbox.log_position(of(store))
    assert standing is not None
    assert standing.acked_seq == 0


def test_an_edit_given_up_leaves_what_was_typed_since(store: Store, office: Office) -> None:
    office.write(FAR, **NAMED)
    office.sync(store)
    office.refused = {"remarks"}
    edit(store, FAR, remarks="Moved")
    edit(store, FAR, village="Nagam")
    store.pull.receive(office.answer(store, changes=1))
    (returned,) = store.outbox.returned()
    store.withdraw(returned.origin, returned.change.seq)
    assert shown(store, FAR) == {**NAMED, "village": "Nagam"}


def test_an_edit_returned_comes_back_when_the_deletion_after_it_is_given_up(
    store: Store, office: Office
) -> None:
    office.write(FAR, **NAMED)
    office.sync(store)
    office.refused = {"remarks", "deleted"}
    edit(store, FAR, remarks="Moved")
    store.save([Edit(Beneficiary, {}, FAR, op=Op.DELETE)], "Asha")
    office.sync(store)
    (deletion,) = store.outbox.returned()
    store.withdraw(deletion.origin, deletion.change.seq)
    assert shown(store, FAR) == {**NAMED, "remarks": "Moved"}
    assert [one.change.fields for one in store.outbox.returned()] == [{"remarks": "Moved"}]


def test_a_change_given_up_twice_brings_no_record_back_that_left_meanwhile(
    store: Store, office: Office
) -> None:
    made = save(store)
    office.sync(store)
    office.refused = {"remarks"}
    edit(store, made, remarks="Moved")
    office.sync(store)
    (returned,) = store.outbox.returned()
    store.withdraw(returned.origin, returned.change.seq)
    store.pull.receive(brings(store, gone=((KIND, made),)))
    assert store.record(made) is None
    store.withdraw(returned.origin, returned.change.seq)
    assert store.record(made) is None


def test_an_entry_given_up_after_it_was_mended_leaves_the_mended_one(
    store: Store, office: Office
) -> None:
    office.refused = {"remarks"}
    made = save(store, remarks="Moved")
    office.sync(store)
    (returned,) = store.outbox.returned()
    edit(store, made, remarks=None)  # the whole record goes again
    store.withdraw(returned.origin, returned.change.seq)
    assert shown(store, made)["name"] == "Ghulam Mohammad Bhat"
    office.refused = set()
    office.sync(store)
    assert version(store, made) == 1


def test_times_typed_under_a_wrong_clock_are_marked(store: Store, clock: Turned) -> None:
    first = save(store)
    head = store.outbox.head_before(of(store), 1)
    store.pull.receive(Answered(of(store), 0, head, skew=-3 * 3600))
    second = save(store)
    store.pull.receive(Answered(of(store), 0, head, skew=200))
    third = save(store)
    store.pull.receive(Answered(of(store), 0, head, skew=-3 * 3600))
    marks = [store.outbox.of(one)[0].skew for one in (first, second, third)]
    assert marks == [-10_800, -10_800, None]


def test_a_receipt_counts_what_the_log_holds(store: Store) -> None:
    record_id = save(store)
    save(store)
    edit(store, record_id, name="Asha")
    head = store.outbox.head_before(of(store), 3)
    store.pull.receive(Answered(of(store), 2, head, {1: 1, 2: 1}))
    (count,) = store.outbox.receipt()
    assert (count.origin, count.seq, count.acked_seq) == (of(store), 3, 2)
    assert count.head == store.outbox.head_before(of(store), 4)
    assert count.kinds == {KIND: 3}


def test_a_number_taken_by_a_record_of_another_kind_is_refused(store: Store) -> None:
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, NAMED)))
    with pytest.raises(Refused, match="Another record has this number"):
        store.save([Edit(SelfHelpGroup, {"name": "Noor"}, id=FAR)], "Asha")


def test_one_number_under_two_kinds_does_not_stop_a_page(store: Store) -> None:
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, NAMED)))
    other = ServerRow("self_help_group", FAR, 1, {"name": "Noor", "district": 2})
    store.pull.receive(brings(store, other))
    assert [hit.kind for hit in store.find("noor")] == ["self_help_group"]


def test_rows_keep_their_json(store: Store, home: Path) -> None:
    store.pull.receive(brings(store, ServerRow(KIND, FAR, 3, {**NAMED, "born": "1984-01-23"})))
    edit(store, FAR, village="Nagam")
    with closing(sqlite3.connect(home / DATABASE)) as file:
        (fields,) = file.execute("SELECT fields FROM beneath").fetchone()
    assert json.loads(fields) == {**NAMED, "born": "1984-01-23"}


def test_many_rows_arrive_together(store: Store) -> None:
    rows = [ServerRow(KIND, f"{OTHER}-{n}", 1, {**NAMED, "name": f"N{n}"}) for n in range(1, 1201)]
    assert store.pull.receive(brings(store, *rows)).rows == 1200
    assert store.counts()[KIND] == 1200


def test_another_area_is_told_to_the_person_once(store: Store) -> None:
    store.access.enrol("https://office.example.in", "a" * 43, "operator", 2, None, 1, "first")
    store.pull.change_scope(Scope(role="operator", district=2, block=16, epoch=2))
    (notice,) = store.notices()
    assert "another area" in notice.text
    store.pull.change_scope(Scope(role="supervisor", district=2, block=16, epoch=3))
    assert store.notices() == [notice]
