from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldkit.records import Json, Op
from fieldkit.server.status import status
from fieldkit.sync.messages import on_the_wire

if TYPE_CHECKING:
    from tests.server.conftest import Laptop

AADHAAR = "234123412346"
Row = Callable[[str, str], dict[str, object]]


def test_create_edit_and_delete_reach_the_typed_table(laptop: Laptop, row: Row) -> None:
    one = laptop.change(1, name="Noor VO", village="Wathoora", district=2)
    laptop.change(1, Op.EDIT, village="Nagam")
    laptop.change(1, Op.EDIT, remarks="moved", village=None)
    answer = laptop.sync(1).json()
    assert (answer["seq"], answer["verdicts"]) == (3, [])
    assert answer["head"] == laptop.heads[3].hex()
    kept = row("village_organisation", one.record_id)
    assert (kept["name"], kept["village"], kept["remarks"]) == ("Noor VO", None, "moved")
    assert (kept["version"], kept["deleted"], kept["created_by"]) == (3, 0, "Asha")
    laptop.change(1, Op.DELETE)
    laptop.sync(4)
    assert row("village_organisation", one.record_id)["deleted"] == 1


def test_sent_again_a_batch_changes_nothing_and_answers_the_same(laptop: Laptop, row: Row) -> None:
    one = laptop.change(1, name="Noor VO")
    laptop.change(2, name=5)
    first = laptop.sync(1).json()
    assert laptop.sync(1).json() == first
    assert [verdict["seq"] for verdict in first["verdicts"]] == [2]
    assert row("village_organisation", one.record_id)["version"] == 1


def test_a_batch_half_known_goes_on_where_it_is_new(laptop: Laptop, row: Row) -> None:
    one = laptop.change(1, name="Noor VO")
    laptop.change(1, Op.EDIT, village="Nagam")
    laptop.sync(1)
    laptop.change(1, Op.EDIT, village="Wathoora")
    assert laptop.sync(1).json()["seq"] == 3
    assert row("village_organisation", one.record_id)["version"] == 3


def test_a_gap_is_refused_with_what_is_expected(laptop: Laptop) -> None:
    for record in (1, 2, 3):
        laptop.change(record, name="Noor VO")
    refused = laptop.sync(2)
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["type"] == "/problems/gap"
    assert (problem["expected"], problem["head"]) == (1, laptop.heads[0].hex())
    assert laptop.ask().json()["seq"] == 0


def test_an_altered_past_is_refused_and_nothing_of_it_taken(laptop: Laptop, row: Row) -> None:
    one = laptop.change(1, name="Noor VO")
    laptop.sync(1)
    laptop.changes.clear()
    del laptop.heads[1:]
    laptop.change(1, name="Another VO")
    two = laptop.change(2, name="Second VO")
    refused = laptop.sync(1)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/altered")
    assert refused.json()["expected"] == 2
    assert row("village_organisation", one.record_id)["name"] == "Noor VO"
    assert row("village_organisation", two.record_id) == {}


def test_a_batch_on_another_past_is_refused(laptop: Laptop) -> None:
    laptop.change(1, name="Noor VO")
    laptop.sync(1)
    laptop.heads[1] = bytes(32)
    laptop.change(2, name="Second VO")
    assert laptop.sync(2).json()["type"] == "/problems/altered"
    assert laptop.ask().status_code == 200  # ahead of the server: only a batch can tell


def test_a_quiet_sync_tells_an_altered_log(laptop: Laptop) -> None:
    laptop.change(1, name="Noor VO")
    laptop.sync(1)
    assert laptop.ask().json()["head"] == laptop.heads[1].hex()
    laptop.heads[1] = bytes(32)
    assert laptop.ask().json()["type"] == "/problems/altered"


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
        ("beneficiary", {"born": "31/31/1999"}, "born"),
        ("beneficiary", {"mobile": "12"}, "mobile"),
        ("toolkit", {"beneficiary_id": "no id"}, "beneficiary_id"),
    ],
)
def test_a_value_of_the_wrong_sort_is_a_verdict_for_its_change_alone(
    laptop: Laptop, row: Row, kind: str, fields: dict[str, Json], field: str
) -> None:
    before = laptop.change(1, name="Before")
    wrong = laptop.change(2, Op.CREATE, kind, **fields)
    after = laptop.change(3, name="After")
    answer = laptop.sync(1)
    assert answer.status_code == 200, answer.text
    (verdict,) = answer.json()["verdicts"]
    assert (verdict["seq"], verdict["verdict"], verdict["field"]) == (2, "rejected", field)
    assert verdict["reason"].endswith((".", ")"))
    assert row("village_organisation", before.record_id)["name"] == "Before"
    assert row("village_organisation", after.record_id)["name"] == "After"
    assert row("village_organisation", wrong.record_id) == {}


@pytest.mark.parametrize("text", ["1e999", '[{"a": -1e999}]', '"\\ud800"', '{"\\udfff": 1}'])
@pytest.mark.parametrize("kind", ["village_organisation", "yet_to_come"])
def test_an_unknown_field_no_database_can_keep_is_a_verdict(
    laptop: Laptop, row: Row, kind: str, text: str
) -> None:
    laptop.change(1, Op.CREATE, kind, of_tomorrow="HERE")
    after = laptop.change(2, name="After")
    message = json.dumps(laptop.request(1)).replace('"HERE"', text)
    answer = laptop.raw(gzip.compress(message.encode()))
    assert answer.status_code == 200, answer.text
    assert [verdict["seq"] for verdict in answer.json()["verdicts"]] == [1]
    assert row("village_organisation", after.record_id)["name"] == "After"


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
def test_an_aadhaar_number_is_rejected_and_never_kept(
    laptop: Laptop, served: tuple[str, Path], kind: str, fields: dict[str, Json]
) -> None:
    laptop.change(1, Op.CREATE, kind, **fields)
    after = laptop.change(2, name="After")
    answer = laptop.sync(1)
    assert answer.status_code == 200, answer.text
    assert [verdict["seq"] for verdict in answer.json()["verdicts"]] == [1]
    assert laptop.sync(1).json() == answer.json()
    held = b"".join(part.read_bytes() for part in served[1].glob("server.sqlite3*"))
    assert after.canonical() in held
    assert AADHAAR.encode() not in held.replace(b"\\n", b"").replace(b"\\t", b"")


@pytest.mark.parametrize(
    "item", [{"operator": AADHAAR}, {"id": "23412341-2346"}, {"base": AADHAAR}]
)
def test_nor_is_one_kept_outside_the_fields(
    laptop: Laptop, served: tuple[str, Path], item: dict[str, object]
) -> None:
    wrong, after = laptop.change(1, name="Wrong"), laptop.change(2, name="After")
    answer = laptop.sync(1, [on_the_wire(wrong) | item, on_the_wire(after)]).json()
    assert [verdict["seq"] for verdict in answer["verdicts"]] == [1]
    held = b"".join(part.read_bytes() for part in served[1].glob("server.sqlite3*"))
    assert AADHAAR.encode() not in held
    assert b"23412341-2346" not in held


def test_an_account_number_of_twelve_digits_is_kept(laptop: Laptop, row: Row) -> None:
    one = laptop.change(1, kind="beneficiary", name="Asha Devi", account_no=AADHAAR[::-1])
    assert laptop.sync(1).json()["verdicts"] == []
    assert row("beneficiary", one.record_id)["account_no"] == AADHAAR[::-1]


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
        {"seq": "two"},
        {"seq": True},
        {"seq": 99},
    ],
)
def test_a_change_without_shape_spoils_no_other(laptop: Laptop, row: Row, item: object) -> None:
    one = laptop.change(1, name="Before")
    two = laptop.change(2, name="Middle")
    three = laptop.change(3, name="After")
    wire: list[object] = [on_the_wire(change) for change in (one, two, three)]
    wire[1] = {**on_the_wire(two), **item} if isinstance(item, dict) and item else item
    answer = laptop.sync(1, wire)
    assert answer.status_code == 200, answer.text
    assert answer.json()["seq"] == 3
    assert [verdict["seq"] for verdict in answer.json()["verdicts"]] == [2]
    assert row("village_organisation", one.record_id)["name"] == "Before"
    assert row("village_organisation", three.record_id)["name"] == "After"


def test_unknown_kinds_and_fields_are_kept(laptop: Laptop, row: Row) -> None:
    new_kind = laptop.change(1, kind="solar_pump", name="Pump", watts=750, district=3)
    laptop.change(1, Op.EDIT, kind="solar_pump", watts=900)
    new_field = laptop.change(2, name="Noor VO", motto="together", rank=[1, {"a": None}])
    laptop.change(2, Op.EDIT, motto=None, flag=True)
    assert laptop.sync(1).json()["verdicts"] == []
    kept = row("unknown_record", new_kind.record_id)
    assert json.loads(str(kept["fields"])) == {"name": "Pump", "watts": 900, "district": 3}
    assert (kept["version"], kept["district"]) == (2, 3)
    extra = row("village_organisation", new_field.record_id)["extra"]
    assert json.loads(str(extra)) == {"rank": [1, {"a": None}], "flag": True}


def test_an_edit_before_its_creation_is_not_lost(laptop: Laptop, row: Row) -> None:
    laptop.change(1, name=5)
    edit = laptop.change(1, Op.EDIT, village="Nagam")
    laptop.change(1, Op.CREATE, name="Mended", village="Nagam")
    assert [verdict["seq"] for verdict in laptop.sync(1).json()["verdicts"]] == [1]
    kept = row("village_organisation", edit.record_id)
    assert (kept["name"], kept["village"], kept["version"]) == ("Mended", "Nagam", 2)


def test_the_log_keeps_what_the_chain_hashed(laptop: Laptop, served: tuple[str, Path]) -> None:
    import sqlite3

    laptop.change(1, name="नूर VO اردو", motto="é")
    laptop.change(1, Op.EDIT, name=7)
    laptop.sync(1)
    connection = sqlite3.connect(served[1] / "server.sqlite3")
    rows = connection.execute(
        "SELECT body, head, verdict, district FROM change WHERE origin = ? ORDER BY seq",
        (laptop.origin,),
    ).fetchall()
    connection.close()
    assert [row[0] for row in rows] == [one.canonical() for one in laptop.changes]
    assert [row[1] for row in rows] == laptop.heads[1:]
    assert [(row[2], row[3]) for row in rows] == [("applied", 2), ("rejected", 2)]


def test_status_counts_what_lives_and_names_the_laptops(
    laptop: Laptop, served: tuple[str, Path]
) -> None:
    url = f"sqlite:///{served[1] / 'server.sqlite3'}"
    before = status(url)["records"]["cluster_federation"]
    laptop.change(1, kind="cluster_federation", name="One")
    laptop.change(2, kind="cluster_federation", name="Two")
    laptop.change(2, Op.DELETE, kind="cluster_federation")
    laptop.sync(1)
    now = status(url)
    assert now["records"]["cluster_federation"] == before + 1
    (device,) = [one for one in now["devices"] if one["origin"] == laptop.origin]
    assert (device["last_seq"], device["head"]) == (3, laptop.heads[3].hex())
