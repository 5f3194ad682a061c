from __future__ import annotations

import json

import pytest
from sqlalchemy import Engine, select
from tests.server.fake_laptop import KIND, NOW, Laptop, count, row_of

from fieldkit.protocol.change import Json, Op
from fieldkit.protocol.messages.sync import Problem, ShownHead, SyncRequest
from fieldkit.server.database.tables import CHANGE, METADATA, ORIGIN
from fieldkit.server.devices.bindings import bind_shown
from fieldkit.server.problems import Refusal

AADHAAR = "234123412346"


@pytest.fixture
def engine(shared_engine: Engine) -> Engine:
    return shared_engine


@pytest.fixture
def laptop(engine: Engine) -> Laptop:
    return Laptop(engine)


def refused(laptop: Laptop, request: SyncRequest) -> Problem:
    with pytest.raises(Refusal) as found:
        laptop.ask(request)
    return found.value.problem


def everything(engine: Engine) -> str:
    """Return every value of every table, as text."""
    from fieldkit.records import kinds

    tables = [*METADATA.sorted_tables, *(kind.table() for kind in kinds().values())]
    with engine.connect() as connection:
        rows = [repr(tuple(row)) for table in tables for row in connection.execute(select(table))]
        return "\n".join(sorted(rows))


def test_create_edit_and_delete_reach_the_typed_table(engine: Engine, laptop: Laptop) -> None:
    one = laptop.create(name="Noor VO", village="Wathoora")
    laptop.edit(one, village="Nagam")
    laptop.edit(one, remarks="moved", village=None)
    answer = laptop.push()
    assert (answer.seq, answer.verdicts, answer.versions) == (3, [], [1, 2, 3])
    assert answer.head == laptop.heads[3].hex()
    kept = row_of(engine, KIND, one)
    assert (kept["name"], kept["village"], kept["remarks"]) == ("Noor VO", None, "moved")
    assert (kept["version"], kept["deleted"], kept["created_by"]) == (3, False, "Asha")
    laptop.delete(one)
    laptop.push()
    assert row_of(engine, KIND, one)["deleted"] is True


def test_a_batch_sent_again_changes_nothing_and_gets_the_same_answer(
    engine: Engine, laptop: Laptop
) -> None:
    one = laptop.create(name="Noor VO")
    laptop.create(name=5)
    other = Laptop(engine)
    other.edit(one, name="Theirs")
    first = laptop.push()
    assert (first.versions, [one.seq for one in first.verdicts]) == ([1, None], [2])
    other.push()
    held = everything(engine)
    again = laptop.push(1)
    assert again.model_copy(update={"mark": first.mark}) == first
    assert everything(engine) == held
    again = other.push(1)
    assert (again.versions, [one.verdict for one in again.verdicts]) == ([1], ["conflict"])


def test_of_a_half_known_batch_only_the_new_changes_are_applied(
    engine: Engine, laptop: Laptop
) -> None:
    one = laptop.create(name="Noor VO")
    laptop.edit(one, village="Nagam")
    laptop.push()
    laptop.edit(one, village="Wathoora")
    answer = laptop.push(1)
    assert (answer.seq, answer.versions) == (3, [1, 2, 3])
    assert row_of(engine, KIND, one)["version"] == 3


def test_a_gap_is_refused_with_the_expected_seq(laptop: Laptop) -> None:
    for _ in range(3):
        laptop.create(name="Noor VO")
    problem = refused(laptop, laptop.request(2))
    assert (problem.type, problem.status) == ("/problems/gap", 409)
    assert (problem.expected, problem.head) == (1, laptop.heads[0].hex())
    assert laptop.ask(laptop.quiet()).seq == 0


def test_a_log_that_differs_is_a_fork_and_is_not_applied(engine: Engine, laptop: Laptop) -> None:
    one, two = laptop.create(name="Noor VO"), laptop.create(name=5)
    copy = Laptop(engine, device=laptop.device)
    copy.origin, copy.heads, copy.changes = laptop.origin, laptop.heads[:3], laptop.changes[:2]
    laptop.create(name="Third VO")
    laptop.push()
    other = copy.log(Op.CREATE, f"{copy.origin}-3", KIND, {"name": "Other VO"}, None)
    copy.log(Op.CREATE, f"{copy.origin}-4", KIND, {"name": "Fourth VO"}, None)
    answer = copy.ask(copy.request(1).model_copy(update={"most": 10}))
    assert (answer.fork, answer.seq, answer.head) == (3, 2, laptop.heads[2].hex())
    assert (answer.versions, [one.seq for one in answer.verdicts]) == ([1, None], [2])
    assert answer.page is None
    assert row_of(engine, KIND, one)["name"] == "Noor VO"
    assert row_of(engine, KIND, two) == {}
    assert row_of(engine, KIND, other.record_id)["name"] == "Third VO"
    assert row_of(engine, KIND, f"{copy.origin}-4") == {}


def test_a_fork_beyond_the_batch_is_found_by_a_later_one(engine: Engine, laptop: Laptop) -> None:
    for name in ("One", "Two"):
        laptop.create(name=name)
    copy = Laptop(engine, device=laptop.device)
    copy.origin, copy.heads, copy.changes = laptop.origin, laptop.heads[:3], laptop.changes[:2]
    for _ in range(4):
        laptop.create(name="Theirs")
    laptop.push()
    copy.log(Op.CREATE, f"{copy.origin}-3", KIND, {"name": "Mine"}, None)
    answer = copy.ask(copy.request(1, 2).model_copy(update={"most": 10}))
    assert (answer.fork, answer.seq, answer.head) == (None, 2, copy.heads[2].hex())
    assert answer.page is None
    assert copy.ask(copy.request(3)).fork == 3


def test_a_log_that_differs_before_the_batch_is_refused(laptop: Laptop) -> None:
    laptop.create(name="Noor VO")
    laptop.push()
    assert laptop.ask(laptop.quiet()).head == laptop.heads[1].hex()
    laptop.heads[1] = bytes(32)
    problem = refused(laptop, laptop.quiet())
    assert (problem.type, problem.expected, problem.head) == ("/problems/altered", 2, None)
    laptop.create(name="Second VO")
    assert refused(laptop, laptop.request(2)).type == "/problems/altered"


def test_an_older_copy_gets_the_end_of_its_log(laptop: Laptop) -> None:
    laptop.create(name="Noor VO")
    laptop.create(name="Second VO")
    laptop.push()
    changes, heads = laptop.changes.pop(), laptop.heads.pop()
    laptop.acked = 1
    answer = laptop.pull()
    assert (answer.seq, answer.head) == (2, heads.hex())
    assert changes.seq == 2


def test_a_log_is_read_and_extended_by_the_devices_it_is_bound_to(
    engine: Engine, laptop: Laptop
) -> None:
    laptop.create(name="Noor VO")
    laptop.create(name="Second VO")
    laptop.push()
    other = Laptop(engine)
    other.origin, other.heads, other.changes = laptop.origin, laptop.heads, laptop.changes
    for request in (other.quiet(), other.request(1), other.request(2)):
        problem = refused(other, request)
        assert (problem.type, problem.status) == ("/problems/not-yours", 403)
        assert (problem.origin, problem.expected, problem.head) == (laptop.origin, None, None)
    shown = ShownHead(origin=laptop.origin, seq=1, head=laptop.heads[1].hex())
    with engine.begin() as connection:
        for _ in range(2):
            bind_shown(connection, [shown, shown], other.device.id, NOW)
    assert other.ask(other.quiet()).seq == 2
    with engine.connect() as connection:
        query = select(ORIGIN.c.device).where(ORIGIN.c.origin == laptop.origin)
        assert connection.execute(query).scalar_one() == other.device.id
    assert laptop.ask(laptop.quiet()).seq == 2


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("village_organisation", {"name": 5}, "name"),
        ("village_organisation", {"name": ["a"]}, "name"),
        ("village_organisation", {"name": "x" * 10_000}, "name"),
        ("village_organisation", {"district": 10**400}, "district"),
        ("village_organisation", {"district": "two"}, "district"),
        ("village_organisation", {"district": None}, "district"),
        ("village_organisation", {"block": True}, "block"),
        ("village_organisation", {"created_at": 10**30}, "created_at"),
        ("village_organisation", {"motto": "a\0b"}, "motto"),
        ("village_organisation", {"a\0b": 1}, None),
        ("village_organisation", {"name": "a\0b"}, "name"),
        ("yet_to_come", {"created_at": "yesterday"}, "created_at"),
        ("yet_to_come", {"district": 1.5}, "district"),
        ("yet_to_come", {"block": "ten"}, "block"),
        ("yet_to_come", {"deleted": "no"}, "deleted"),
        ("yet_to_come", {"motto": {"a": "\0"}}, "motto"),
        ("beneficiary", {"born": "31/31/1999"}, "born"),
        ("beneficiary", {"mobile": "12"}, "mobile"),
        ("toolkit", {"beneficiary_id": "no id"}, "beneficiary_id"),
    ],
)
def test_a_value_of_the_wrong_type_rejects_only_its_change(
    engine: Engine, laptop: Laptop, kind: str, fields: dict[str, Json], field: str | None
) -> None:
    before = laptop.create(name="Before")
    wrong = laptop.create(kind, **fields)
    after = laptop.create(name="After")
    answer = laptop.push()
    (verdict,) = answer.verdicts
    assert (verdict.seq, verdict.verdict, verdict.field) == (2, "rejected", field)
    assert verdict.reason.endswith((".", ")"))
    assert row_of(engine, KIND, before)["name"] == "Before"
    assert row_of(engine, KIND, after)["name"] == "After"
    assert row_of(engine, kind, wrong) == {}


def test_a_value_is_read_by_its_own_kind_and_field_whatever_was_read_before(
    engine: Engine, laptop: Laptop
) -> None:
    person = laptop.create("beneficiary", name="gulam bhat", remarks="gulam bhat")
    group = laptop.create(name="gulam bhat")
    laptop.create("beneficiary", years_in_trade=1, bars=True)
    laptop.create("beneficiary", years_in_trade=True)
    laptop.create("beneficiary", bars=1)
    answer = laptop.push()
    assert [(one.seq, one.field) for one in answer.verdicts] == [(4, "years_in_trade"), (5, "bars")]
    read = row_of(engine, "beneficiary", person)
    assert (read["name"], read["remarks"]) == ("Gulam Bhat", "gulam bhat")
    assert row_of(engine, KIND, group)["name"] == "gulam bhat"


@pytest.mark.parametrize("text", ["1e999", '[{"a": -1e999}]', '"\\ud800"', '{"\\udfff": 1}'])
@pytest.mark.parametrize("kind", ["village_organisation", "yet_to_come"])
def test_an_unknown_field_that_cannot_be_stored_is_rejected(
    engine: Engine, laptop: Laptop, kind: str, text: str
) -> None:
    laptop.create(kind, of_tomorrow=json.loads(text))
    after = laptop.create(name="After")
    answer = laptop.push()
    assert [verdict.seq for verdict in answer.verdicts] == [1]
    assert row_of(engine, KIND, after)["name"] == "After"
    assert laptop.push(1) == answer


@pytest.mark.parametrize("kind", ["village_organisation", "yet_to_come"])
@pytest.mark.parametrize("place", [[1, None], [2, [3]], [None, None], [2, "abc"], [2], 5, None])
def test_a_field_named_district_and_block_is_rejected(
    engine: Engine, laptop: Laptop, kind: str, place: Json
) -> None:
    laptop.create(kind, **{"district+block": place})
    record = laptop.create(name="Noor VO")
    laptop.log(Op.EDIT, record, KIND, {"district+block": place}, None)
    assert [verdict.seq for verdict in laptop.push().verdicts] == [1, 3]
    assert row_of(engine, KIND, record)["district"] == 2


def test_findings_of_another_kind_with_the_same_id_stay(engine: Engine, laptop: Laptop) -> None:
    camp = laptop.create("programme", place="Nagam")
    group = laptop.create("self_help_group", name="Noor")
    laptop.push()
    other = Laptop(engine)
    other.log(Op.CREATE, group, "programme", {"district": 2}, None)
    other.push()
    laptop.edit(camp, "programme", remarks="Seen")
    laptop.edit(group, "self_help_group", remarks="Seen")
    assert laptop.push().verdicts == []


@pytest.mark.parametrize("kind", ["village_organisation", "yet_to_come"])
@pytest.mark.parametrize(
    "fields",
    [
        {"motto": AADHAAR},
        {"motto": int(AADHAAR)},
        {"motto": float(AADHAAR)},
        {"motto": [{"a": {AADHAAR: 1}}]},
        {AADHAAR: 1},
        {AADHAAR: None},
        {"name": f"Noor {AADHAAR}", "motto": 10**400},
        {"remarks": AADHAAR, "name": 5},
        {"remarks": "2341\n2341\t2346"},
    ],
)
def test_an_aadhaar_number_is_rejected_and_never_stored(
    engine: Engine, laptop: Laptop, kind: str, fields: dict[str, Json]
) -> None:
    laptop.create(kind, **fields)
    laptop.create(name="After")
    answer = laptop.push()
    assert [verdict.seq for verdict in answer.verdicts] == [1]
    assert laptop.push(1) == answer
    held = everything(engine)
    assert "After" in held
    assert AADHAAR not in held.replace("\\n", "").replace("\\t", "")


@pytest.mark.parametrize(
    "item", [{"operator": AADHAAR}, {"id": "23412341-2346"}, {"base": AADHAAR}]
)
def test_an_aadhaar_number_outside_the_fields_is_not_stored_either(
    engine: Engine, laptop: Laptop, item: dict[str, object]
) -> None:
    laptop.create(name="Wrong")
    laptop.create(name="After")
    wrong, after = (change.as_json() for change in laptop.changes)
    answer = laptop.push(items=[wrong | item, after])
    assert [verdict.seq for verdict in answer.verdicts] == [1]
    held = everything(engine)
    assert AADHAAR not in held
    assert "23412341-2346" not in held


def test_an_account_number_of_twelve_digits_is_kept(engine: Engine, laptop: Laptop) -> None:
    one = laptop.create("beneficiary", name="Asha Devi", account_no=AADHAAR[::-1])
    assert laptop.push().verdicts == []
    assert row_of(engine, "beneficiary", one)["account_no"] == AADHAAR[::-1]


@pytest.mark.parametrize(
    "item",
    [
        None,
        7,
        "text",
        [],
        {},
        {"op": "explode"},
        {"at": "yesterday"},
        {"at": -1},
        {"base": 1.5},
        {"base": 10**60},
        {"id": "../../etc"},
        {"id": 4},
        {"kind": "Robert'); DROP TABLE change;--"},
        {"kind": None},
        {"fields": []},
        {"fields": {"": 1}},
        {"fields": {str(n): n for n in range(600)}},
        {"operator": "x" * 1000},
        {"operator": "a\0b"},
        {"seq": "two"},
        {"seq": True},
        {"seq": 99},
        {"op": "decide", "fields": {}},
        {"op": "decide", "fields": {"decided": [["X", 1]]}},
    ],
)
def test_an_invalid_change_rejects_no_other(engine: Engine, laptop: Laptop, item: object) -> None:
    one, _, three = (laptop.create(name=name) for name in ("Before", "Middle", "After"))
    wire: list[object] = [change.as_json() for change in laptop.changes]
    middle = laptop.changes[1].as_json()
    wire[1] = {**middle, **item} if isinstance(item, dict) and item else item
    answer = laptop.push(items=wire)
    assert answer.seq == 3
    assert [verdict.seq for verdict in answer.verdicts] == [2]
    assert row_of(engine, KIND, one)["name"] == "Before"
    assert row_of(engine, KIND, three)["name"] == "After"


def test_unknown_kinds_and_fields_are_kept(engine: Engine, laptop: Laptop) -> None:
    new_kind = laptop.create("solar_pump", name="Pump", watts=750, district=2, block=10)
    laptop.edit(new_kind, "solar_pump", watts=900)
    new_field = laptop.create(name="Noor VO", motto="together", rank=[1, {"a": None}])
    laptop.edit(new_field, motto=None, flag=True)
    assert laptop.push().verdicts == []
    kept = row_of(engine, "solar_pump", new_kind)
    assert kept["fields"] == {"name": "Pump", "watts": 900}
    assert (kept["version"], kept["district"], kept["block"]) == (2, 2, 10)
    extra = row_of(engine, KIND, new_field)["extra"]
    assert extra == {"rank": [1, {"a": None}], "flag": True}


def test_an_edit_of_a_rejected_creation_is_rejected_too(engine: Engine, laptop: Laptop) -> None:
    record = laptop.create(name=5)
    laptop.edit(record, village="Nagam")
    laptop.push()
    laptop.edit(record, remarks="still missing")
    laptop.log(Op.CREATE, record, KIND, {"name": "Mended", "village": "Nagam"}, None)
    laptop.edit(record, remarks="there now")
    assert [verdict.seq for verdict in laptop.push(1).verdicts] == [1, 2, 3]
    kept = row_of(engine, KIND, record)
    assert (kept["name"], kept["remarks"], kept["version"]) == ("Mended", "there now", 2)


def test_the_log_stores_the_hashed_bytes(engine: Engine, laptop: Laptop) -> None:
    one = laptop.create(name="नूर VO اردو", motto="é", district=3)
    two = laptop.create(name="नूर VO اردو", motto="é\\u0000")
    laptop.edit(two, name=7)
    laptop.push()
    with engine.connect() as connection:
        query = select(CHANGE).where(CHANGE.c.origin == laptop.origin).order_by(CHANGE.c.seq)
        rows = connection.execute(query).all()
    assert [row.body for row in rows] == [change.canonical() for change in laptop.changes]
    assert [row.head for row in rows] == laptop.heads[1:]
    assert [row.verdict for row in rows] == ["rejected", "applied", "rejected"]
    assert [row.version for row in rows] == [None, 1, None]
    assert row_of(engine, KIND, two)["extra"] == {"motto": "é\\u0000"}
    assert row_of(engine, KIND, one) == {}


def test_a_batch_that_fails_half_way_leaves_nothing(
    engine: Engine, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fieldkit.server.ingest import batch

    def broken(*_arguments: object) -> None:
        raise RuntimeError("the power is gone")

    known, record = count(engine, ORIGIN), laptop.create(name="Noor VO")
    with monkeypatch.context() as patched:
        patched.setattr(batch, "insert_rows", broken)
        with pytest.raises(RuntimeError):
            laptop.push()
    assert row_of(engine, KIND, record) == {}
    assert laptop.ask(laptop.quiet()).seq == 0
    assert count(engine, ORIGIN) == known
    assert laptop.push().seq == 1


def test_a_batch_of_two_hundred_records(engine: Engine, laptop: Laptop) -> None:
    for number in range(100):
        laptop.create("beneficiary", name=f"Asha {'I' * (number % 9 + 1)}", born="1990-03-05")
        laptop.create("solar_pump", watts=number)
    laptop.push()
    for number in range(1, 201):
        kind = "beneficiary" if number % 2 else "solar_pump"
        laptop.edit(f"{laptop.origin}-{number}", kind, base=1, remarks=f"seen {number}")
    answer = laptop.push()
    assert (answer.versions, answer.verdicts) == ([2] * 200, [])
    assert row_of(engine, "beneficiary", f"{laptop.origin}-199")["remarks"] == "seen 199"
