import random
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from tests.store.conftest import artisan, save

from fieldkit.protocol.change import Op
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.training.training_enrolment import TrainingEnrolment
from fieldkit.reference.names import person_names
from fieldkit.store import Edit, Store
from fieldkit.store.database import connect

FATHER: dict[str, Value] = {"relation_name": "Abdul Ahad Bhat", "village": "Arath"}
SAME: list[tuple[set[str], dict[str, Value], dict[str, Value]]] = [
    ({"portal_no"}, {"portal_no": "PMV1234567"}, {"name": "Quite Else"}),
    (
        {"aadhaar_last4", "born", "~name"},
        {"aadhaar_last4": "2346", "born": "1984-01-23"},
        {"name": "Gh. Mohd Butt"},
    ),
    (
        {"account_no", "~name"},
        {"account_no": "0123456789012345", "ifsc": "JAKA0CHADOR"},
        {"name": "Gulam Mohd Bhat"},
    ),
    (  # the name typed so wrong that it sounds otherwise, and the kin's
        {"aadhaar_last4", "village", "~name", "~relation_name"},
        {"aadhaar_last4": "2346", **FATHER},
        {"name": "Ghulam Mohammad Bhatt Jan", "relation_name": "Abdul Ahd Bhat"},
    ),
    ({"mobile", "~name"}, {"mobile": "9419012345"}, {"name": "Gulam Muhammad Bhat"}),
    ({"~name", "relation_name", "village"}, FATHER, {"name": "Gh Mohd Bhat"}),
]


@pytest.mark.parametrize(("key", "shared", "differing"), SAME)
def test_what_tells_an_artisan_apart_finds_the_other(
    store: Store, key: set[str], shared: dict[str, Value], differing: dict[str, Value]
) -> None:
    one = save(store, **shared)
    save(store, name="Nobody Else")
    other = save(store, **{**shared, **differing})
    (pair,) = store.alike("beneficiary", [other])
    assert (pair.id, pair.other, set(pair.key)) == (other, one, key)
    assert [(pair.id, pair.other) for pair in store.alike("beneficiary", [one])] == [(one, other)]
    assert len(store.alike("beneficiary", [one, other])) == 1  # a pair is told once


@pytest.mark.parametrize(
    ("shared", "differing"),
    [
        ({"aadhaar_last4": "2346", "born": "1984-01-23"}, {"name": "Zahida Akhter"}),
        ({"mobile": "9419012345"}, {"name": "Zahida Akhter"}),  # a family's one telephone
        ({"account_no": "0123456789012345", "ifsc": "JAKA0CHADOR"}, {"name": "Zahida Akhter"}),
        (FATHER, {"name": "Gh Mohd Bhat", "village": "Attina"}),
        (FATHER, {"relation_name": "Nazir Lone"}),
        ({"aadhaar_last4": "2346"}, {"name": "Ghulam Nabi Dar"}),
        ({"village": "Arath"}, {}),
        ({}, {}),
    ],
)
def test_what_a_family_or_a_village_shares_finds_nobody(
    store: Store, shared: dict[str, Value], differing: dict[str, Value]
) -> None:
    save(store, **shared)
    assert store.alike("beneficiary", [save(store, **{**shared, **differing})]) == []


def test_the_weightiest_is_told_first(store: Store) -> None:
    both: dict[str, Value] = {"mobile": "9419012345", "portal_no": "PMV1234567"}
    save(store, **both)
    (pair,) = store.alike("beneficiary", [save(store, **both)])
    assert pair.key == ("portal_no", "mobile", "name")


def test_the_deleted_are_nobodys_duplicates(store: Store) -> None:
    one, other = (save(store, portal_no="PMV1234567") for _ in "12")
    store.save([Edit(Beneficiary, {}, id=one, op=Op.DELETE)], "Asha")
    assert store.alike("beneficiary", [one, other]) == []


def test_a_person_enrolled_twice_is_found(store: Store) -> None:
    who: dict[str, Value] = {"training_batch_id": "7KQ2M9XD-1", "beneficiary_id": save(store)}
    one, other = (
        fate.id
        for _ in "12"
        for fate in store.save(
            [Edit(TrainingEnrolment, who, confirmed=frozenset({"training_batch_id"}))], "Asha"
        )
    )
    (pair,) = store.alike("training_enrolment", [other])
    assert (pair.id, pair.other) == (other, one)


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A few thousand people of one village, many of one name."""
    store = Store.open(tmp_path_factory.mktemp("roster"))
    store.init("Asha", 2, 16)
    chance = random.Random(5)
    names = [name.text for name in person_names()][:40]
    edits = [
        Edit(
            Beneficiary,
            artisan(
                name=f"{chance.choice(names)} {chance.choice(names)}",
                relation_name=chance.choice(names),
                village="Arath",
                mobile=f"94{number:08}",
                aadhaar_last4=f"{number % 10_000:04}",
                born=f"{1950 + number % 50}-01-01",
                account_no=f"{number:014}",
                ifsc="JAKA0CHADOR",
                portal_no=f"PMV{number:07}",
            ),
        )
        for number in range(3000)
    ]
    store.load(edits, "Asha")
    yield store
    store.close()


def plans(store: Store, kind: str, ids: list[str]) -> dict[str, list[str]]:
    """Return how SQLite goes about each query of ``alike``."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    engine = store._database.engine

    def note(_c: object, _cursor: object, sql: str, values: tuple[object, ...], *_: object) -> None:
        asked.append((sql, values))

    event.listen(engine, "before_cursor_execute", note)
    store.alike(kind, ids)
    event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        return {
            sql: [
                str(row[3])
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
            ]
            for sql, values in asked
            if sql.startswith("SELECT")
        }


@pytest.mark.parametrize("kind", ["beneficiary", "member", "toolkit", "training_enrolment"])
def test_duplicates_are_looked_up_never_searched_through(roster: Store, kind: str) -> None:
    found = plans(roster, kind, [record.id for record in roster.page("beneficiary").records])
    assert found
    for sql, steps in found.items():
        assert not [step for step in steps if step.startswith("SCAN")], (sql, steps)
        assert not [step for step in steps if re.search(r"INDEX \S*village\S* ", step)], steps


def test_the_rows_looked_at_stay_few(roster: Store) -> None:
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    def counted(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.set_progress_handler(count, 1000)
        return connection

    store = Store.open(roster.home, connect=counted)
    ids = [record.id for record in store.page("beneficiary", limit=500).records]
    before = steps
    store.alike("beneficiary", ids)
    store.close()
    assert steps - before < 1000  # thousands of steps; by village it would be several millions
