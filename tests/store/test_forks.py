import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.conftest import Turned, artisan, audit, edit, save
from tests.store.test_backups import as_home

from fieldkit.protocol.change import Json
from fieldkit.protocol.identity import derived_origin, is_origin
from fieldkit.protocol.messages.finding import Verdict
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.settings import DATABASE
from fieldkit.store import Answered, Draft, Edit, ServerRow, State, Store
from fieldkit.store.database import connect
from fieldkit.store.files import place


def of(store: Store) -> str:
    device = store.device
    assert device is not None
    return device.origin


def acknowledged(store: Store, seq: int) -> None:
    head = store.outbox.head_before(of(store), seq + 1)
    versions: dict[int, int | None] = dict.fromkeys(range(1, seq + 1), 1)
    store.pull.receive(Answered(of(store), seq, head, versions))


def test_a_derived_name_follows_from_the_change() -> None:
    names = {derived_origin("7KQ2M9XD", bytes([n]) * 32) for n in range(200)}
    assert len(names) == 200
    assert all(is_origin(name) for name in names)
    assert derived_origin("7KQ2M9XD", b"a" * 32) == derived_origin("7KQ2M9XD", b"a" * 32)


def test_the_tail_of_a_copy_goes_on_under_a_name_of_its_own(store: Store, home: Path) -> None:
    first = save(store, name="Shared")
    old = of(store)
    acknowledged(store, 1)
    edit(store, first, village="Nagam")
    made = save(store, name="Made on the copy")
    edit(store, made, village="Wathoora")
    head = store.outbox.batch(old)[0].head
    before = store.outbox.head_before(old, 2)
    store.pull.fork(old, 2)
    new = derived_origin(old, head)
    assert of(store) == new
    standing = store.outbox.log_position()
    assert standing is not None
    assert (standing.origin, standing.last_seq, standing.acked_seq) == (new, 3, 0)
    assert standing.parent == (old, 1, before)
    frozen = store.outbox.log_position(old)
    assert frozen is not None
    assert (frozen.last_seq, frozen.acked_seq, frozen.parent) == (1, 1, None)
    changes = [one.change for one in store.outbox.batch(new)]
    assert [change.seq for change in changes] == [1, 2, 3]
    renamed = f"{new}-2"
    assert [change.record_id for change in changes] == [first, renamed, renamed]
    assert store.check() == audit(home) == []
    assert save(store) == f"{new}-3"  # counters never restart
    assert store.counts()["beneficiary"] == 3


def test_the_old_number_finds_the_renamed_record_and_the_one_that_has_it_now(
    store: Store,
) -> None:
    made = save(store, name="Made on the copy")
    store.pull.fork(of(store), 1)
    renamed = f"{of(store)}-1"
    found = store.record(made)
    assert found is not None
    assert found.id == renamed
    assert [hit.id for hit in store.find(made)] == [renamed]
    assert [hit.id for hit in store.find("made on the copy")] == [renamed]
    other: dict[str, Json] = {"name": "Made elsewhere", "trade_code": "CARP", "district": 2}
    head = store.outbox.head_before(of(store), 1)
    row = ServerRow("beneficiary", made, 1, other)
    store.pull.receive(Answered(of(store), 0, head, rows=[row], cursors={2: 1}))
    found = store.record(made)
    assert found is not None
    assert found.id == made
    assert {hit.id for hit in store.find(made)} == {made, renamed}


def test_a_record_of_the_other_copy_that_came_before_the_fork_gets_its_number_back(
    store: Store,
) -> None:
    made = save(store, name="Made on the copy")
    other: dict[str, Json] = {"name": "Made elsewhere", "trade_code": "CARP", "district": 2}
    row = ServerRow("beneficiary", made, 1, {**other, "village": "Nagam"})
    head = store.outbox.head_before(of(store), 1)
    store.pull.receive(Answered(of(store), 0, head, rows=[row], cursors={2: 1}))
    store.pull.fork(of(store), 1)
    theirs = store.get("beneficiary", made)
    own = store.get("beneficiary", f"{of(store)}-1")
    assert theirs is not None
    assert own is not None
    assert (theirs.label(), theirs.value("village"), theirs.version) == (
        "Made elsewhere",
        "Nagam",
        1,
    )
    assert (own.label(), own.value("village"), own.version) == ("Made on the copy", None, None)
    assert store.states([made, own.id]) == {own.id: State.QUEUED}
    assert store.check() == []


def test_a_record_of_the_other_copy_stays_where_this_one_was_acknowledged_by_mistake(
    store: Store,
) -> None:
    made = save(store, name="Made on the copy")
    acknowledged(store, 1)  # a server that is not ours said so
    head = store.outbox.head_before(of(store), 2)
    other: dict[str, Json] = {"name": "Made elsewhere", "trade_code": "CARP", "district": 2}
    row = ServerRow("beneficiary", made, 2, other)
    store.pull.receive(Answered(of(store), 1, head, rows=[row], cursors={2: 2}))
    store.pull.fork(of(store), 1)
    theirs = store.get("beneficiary", made)
    own = store.get("beneficiary", f"{of(store)}-1")
    assert theirs is not None
    assert own is not None
    assert (theirs.label(), theirs.version) == ("Made elsewhere", 2)
    assert (own.label(), own.version) == ("Made on the copy", None)
    assert store.check() == []


def test_the_search_finds_a_record_of_another_kind_with_a_renamed_number(
    store: Store,
) -> None:
    made = store.save([Edit(SelfHelpGroup, {"name": "Gulshan"})], "Asha")[0].id
    head = store.outbox.head_before(of(store), 1)
    other: dict[str, Json] = {"name": "Made elsewhere", "trade_code": "CARP", "district": 2}
    row = ServerRow("beneficiary", made, 1, other)
    store.pull.receive(Answered(of(store), 0, head, rows=[row], cursors={2: 1}))
    store.pull.fork(of(store), 1)
    assert [hit.id for hit in store.find("made elsewhere")] == [made]
    assert [hit.id for hit in store.find("gulshan")] == [f"{of(store)}-1"]
    assert store.check() == []


def test_a_record_that_came_under_its_new_number_before_the_fork_counts_once(
    store: Store, home: Path
) -> None:
    """Another copy had sent the same tail under the derived name, and its row was pulled."""
    made = save(store, name="Made on both copies")
    new = f"{derived_origin(of(store), store.outbox.head_before(of(store), 2))}-1"
    fields: dict[str, Json] = {"name": "Made on both copies", "trade_code": "CARP", "district": 2}
    head = store.outbox.head_before(of(store), 1)
    row = ServerRow("beneficiary", new, 7, fields)
    store.pull.receive(Answered(of(store), 0, head, rows=[row], cursors={2: 1}))
    assert store.counts()["beneficiary"] == 2
    store.pull.fork(of(store), 1)
    assert store.get("beneficiary", made) is None
    kept = store.get("beneficiary", new)
    assert kept is not None
    assert kept.version == 7
    assert store.counts()["beneficiary"] == 1
    assert store.check() == audit(home) == []


def test_references_and_drafts_follow_a_renamed_record(store: Store, home: Path) -> None:
    former = store.save([Edit(SelfHelpGroup, {"name": "Gulshan"})], "Asha")[0].id
    zahida = Edit(Member, {"name": "Zahida", "self_help_group_id": former})
    early = store.save([zahida], "Asha")[0].id
    acknowledged(store, 2)
    group = store.save([Edit(SelfHelpGroup, {"name": "Noor"})], "Asha")[0].id
    member = store.save([Edit(Member, {"name": "Asha", "self_help_group_id": group})], "Asha")[0].id
    store.save([Edit(Member, {"self_help_group_id": group}, id=early)], "Asha")
    kept = store.drafts.keep(
        Draft("member", "Asha", record_id=member, texts={"self_help_group_id": group, "name": "A"})
    )
    assert kept.id is not None
    store.pull.fork(of(store), 3)
    new = of(store)
    group, member = f"{new}-3", f"{new}-4"
    for one in (early, member):
        record = store.get("member", one)
        assert record is not None
        assert record.value("self_help_group_id") == group
    draft = store.drafts.get(kept.id)
    assert draft is not None
    assert draft.record_id == member
    assert draft.texts == {"self_help_group_id": group, "name": "A"}
    assert [one.change.fields.get("self_help_group_id") for one in store.outbox.batch(new)] == [
        None,
        group,
        group,
    ]
    assert store.check() == audit(home) == []


def test_a_file_that_uses_old_numbers_means_the_renamed_records(store: Store) -> None:
    group = store.save([Edit(SelfHelpGroup, {"name": "Noor"})], "Asha")[0].id
    store.pull.fork(of(store), 1)
    edits = [
        Edit(Member, {"name": "Asha", "self_help_group_id": group}),
        Edit(SelfHelpGroup, {"village": "Nagam"}, id=group),
    ]
    store.load(edits, "Asha")
    new = f"{of(store)}-1"
    record = store.get("self_help_group", new)
    assert record is not None
    assert record.value("village") == "Nagam"
    assert [one.value("name") for one in store.where("member", self_help_group_id=new)] == ["Asha"]


def test_a_form_stays_with_its_record_when_the_number_becomes_anothers(store: Store) -> None:
    made = save(store, name="Made on the copy")
    form = store.drafts.keep(Draft("beneficiary", "Asha", record_id=made, base=0))
    store.pull.fork(of(store), 1)
    renamed = f"{of(store)}-1"
    other: dict[str, Json] = {"name": "Made elsewhere", "trade_code": "CARP", "district": 2}
    head = store.outbox.head_before(of(store), 1)
    row = ServerRow("beneficiary", made, 1, other)
    store.pull.receive(Answered(of(store), 0, head, rows=[row], cursors={2: 1}))
    kept = store.drafts.keep(replace(form, texts={"village": "Nagam"}))
    assert kept.record_id == renamed
    assert [one.record_id for one in store.drafts.of()] == [renamed]
    (saved,) = store.save([Edit(Beneficiary, {"village": "Nagam"}, id=made, base=0)], "Asha")
    assert saved.id == renamed
    (saved,) = store.save([Edit(Beneficiary, {"village": "Wathoora"}, id=made, base=1)], "Asha")
    assert saved.id == made
    (notice,) = store.notices()
    assert "new record numbers" in notice.text


def test_a_frozen_origin_forks_beneath_the_one_in_use(store: Store, home: Path) -> None:
    group = store.save([Edit(SelfHelpGroup, {"name": "Noor"})], "Asha")[0].id
    old = of(store)
    store.pull.freeze(old)
    later = of(store)
    assert later != old
    store.save([Edit(Member, {"name": "Asha", "self_help_group_id": group})], "Asha")
    store.pull.fork(old, 1)
    assert of(store) == later
    standing = store.outbox.log_position()
    assert standing is not None
    new = standing.origin
    assert new not in {old, later}
    own = store.outbox.log_position(later)
    assert own is not None
    assert own.parent == (new, 1, standing.head)
    (change,) = store.outbox.batch(later)
    assert change.change.fields["self_help_group_id"] == f"{new}-1"
    assert store.check() == audit(home) == []


def test_a_mended_record_from_before_the_copy_keeps_its_number(store: Store) -> None:
    record_id = save(store, name="Shared")
    head = store.outbox.head_before(of(store), 2)
    rejected = Verdict(seq=1, verdict="rejected", reason="No.")
    store.pull.receive(Answered(of(store), 1, head, {1: None}, [rejected]))
    edit(store, record_id, name="Mended here")
    store.pull.fork(of(store), 2)
    assert store.outbox.batch(of(store))[0].change.record_id == record_id


def test_a_second_fork_keeps_every_old_number(store: Store) -> None:
    first = save(store)
    store.pull.fork(of(store), 1)
    store.pull.fork(of(store), 1)
    found = store.record(first)
    assert found is not None
    assert found.id == f"{of(store)}-1"
    assert store.check() == []


def test_many_changes_are_logged_again_in_parts(store: Store, home: Path) -> None:
    store.load([Edit(Beneficiary, artisan(name=f"N{n}")) for n in range(1200)], "Asha")
    store.pull.fork(of(store), 1)
    assert store.counts()["beneficiary"] == 1200
    assert store.check() == audit(home) == []


def test_an_older_copy_goes_on_under_a_new_origin(store: Store) -> None:
    save(store)
    old = of(store)
    head = store.outbox.head_before(old, 2)
    store.pull.freeze(old)
    standing = store.outbox.log_position(of(store))
    assert standing is not None
    assert standing.parent == (old, 1, head)
    (notice,) = store.notices()
    assert "older copy" in notice.text
    store.noticed(notice.id)
    assert store.notices() == []
    store.pull.freeze(old)  # once is enough
    assert store.outbox.log_position(of(store)) == standing


def test_an_origin_that_never_wrote_is_nobodys_past(store: Store) -> None:
    save(store)
    first = of(store)
    store.pull.freeze(first)
    store.pull.freeze(of(store))
    standing = store.outbox.log_position(of(store))
    assert standing is not None
    assert standing.parent is not None
    assert standing.parent[0] == first


@pytest.mark.parametrize(
    ("long", "short"),
    [(r"\\?\C:\x\घर", r"C:\x\घर"), (r"\\?\UNC\office\x", r"\\office\x")],
)
def test_a_folder_is_one_place_in_both_spellings_of_windows(
    long: str, short: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "resolve", lambda path: path)
    assert place.place_of(Path(long)) == place.place_of(Path(short))
    assert place.place_of(Path(short)) != place.place_of(Path(short + "x"))


def test_a_folder_that_was_copied_goes_on_under_a_name_of_its_own(
    store: Store, home: Path, tmp_path: Path, clock: Turned
) -> None:
    record_id = save(store)
    old = of(store)
    store.back_up(tmp_path / "copy.sqlite3")
    copy = Store.open(as_home(tmp_path / "copy.sqlite3", tmp_path / "copy"), clock=clock)
    assert of(copy) != old
    assert copy.record(record_id) is not None
    standing = copy.outbox.log_position()
    assert standing is not None
    assert (standing.origin, standing.last_seq) == (old, 1)
    assert "copied or moved" in copy.notices()[0].text
    mine = of(copy)
    assert save(copy) == f"{mine}-2"
    copy.close()
    copy = Store.open(tmp_path / "copy", clock=clock)
    assert of(copy) == mine
    assert len(copy.notices()) == 1
    copy.close()
    store.close()
    again = Store.open(home, clock=clock)
    assert of(again) == old
    assert again.notices() == []
    again.close()


def test_another_machine_with_the_same_folder_is_another_place(
    store: Store, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = of(store)
    store.close()
    (tmp_path / "machine-id").write_text("another")
    monkeypatch.setattr(place, "_MACHINE_ID", tmp_path / "machine-id")
    again = Store.open(home)
    assert of(again) != old
    again.close()


def test_a_home_without_a_machine_id_has_a_place_all_the_same(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "_MACHINE_ID", tmp_path / "none")
    assert place.place_of(home) == place.place_of(home) != place.place_of(tmp_path / "other")


def test_a_first_run_notes_its_place(tmp_path: Path) -> None:
    fresh = Store.open(tmp_path / "first")
    fresh.init("Asha", 2, 16)
    with closing(sqlite3.connect(tmp_path / "first" / DATABASE)) as file:
        (noted,) = file.execute("SELECT place FROM device").fetchone()
    assert noted == place.place_of(tmp_path / "first" / DATABASE)
    fresh.close()


def test_a_copy_that_may_only_be_read_opens(store: Store, home: Path, tmp_path: Path) -> None:
    def reading(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA query_only = ON")
        return connection

    record_id = save(store)
    store.back_up(tmp_path / "copy.sqlite3")
    copy = Store.open(as_home(tmp_path / "copy.sqlite3", tmp_path / "copy"), connect=reading)
    assert copy.record(record_id) is not None
    copy.close()


def test_a_log_born_of_an_empty_one_goes_on_from_the_one_before(store: Store) -> None:
    """A server takes a record's creation again only from a log that goes on from its own (36)."""
    first = of(store)
    save(store, name="Shared")
    head = store.outbox.head_before(first, 2)
    for _ in range(2):
        store.pull.freeze(of(store))
    save(store, name="Made later")
    standing = store.outbox.log_position(of(store))
    assert standing is not None
    assert standing.parent == (first, 1, head)


@pytest.mark.parametrize("later", [False, True])
def test_a_log_logged_again_from_its_first_change_goes_on_from_its_parent(
    store: Store, later: bool
) -> None:
    """What it created again of an earlier log keeps that log's prefix; its own records do not."""
    first = of(store)
    returned = save(store, name="Sent back")
    head = store.outbox.head_before(first, 2)
    refused = [Verdict(seq=1, verdict="rejected", rule="out_of_scope")]
    store.pull.receive(Answered(first, 1, head, {1: None}, refused))
    store.pull.freeze(first)
    second = of(store)
    made = save(store, name="Made later")
    edit(store, returned, name="Corrected")
    if later:  # in a log that goes on from it, and is not sent either
        store.pull.freeze(second)
        edit(store, made, village="Nagam")
    store.pull.fork(second, 1)
    derived = store.outbox.log_position()
    assert derived is not None
    assert derived.parent == (first, 1, head)
    changes = [one.change for one in store.outbox.batch(derived.origin)]
    renamed = f"{derived.origin}-{made.partition('-')[2]}"
    assert [change.record_id for change in changes] == [renamed, returned]
    if later:
        standing = store.outbox.log_position(of(store))
        assert standing is not None
        assert standing.parent == (derived.origin, 2, derived.head)
        (change,) = [one.change for one in store.outbox.batch(standing.origin)]
        assert change.record_id == renamed
