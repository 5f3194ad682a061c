"""A person with several numbers counts once, on SQLite and PostgreSQL, as the rules resolve it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise

import pytest
from sqlalchemy import Connection, Engine, insert, select

from fieldkit.protocol.alias import resolve
from fieldkit.records import kinds
from fieldkit.reports import Area, Period, due_items, due_work
from fieldkit.reports.declaration.measure import FILLED, Has, Measure
from fieldkit.reports.declaration.report import AREA, Cell, Counted, Span
from fieldkit.reports.figures.groups import LAKHPATI
from fieldkit.reports.sql.count import Key, count
from fieldkit.reports.sql.drill import drill
from fieldkit.reports.sql.monthly import monthly
from fieldkit.reports.sql.same_person import counts_once, standing

DAY = date(2026, 9, 26)
KEPT, TWICE, THRICE, ALONE, AWAY = (f"7KQ2M9XD-{n}" for n in (9, 10, 11, 12, 13))
Row = Mapping[str, object]


def put(connection: Connection, kind: str, *rows: Row) -> None:
    """Write rows of a kind as a sync brings them."""
    common = {"district": 2, "block": 16, "deleted": False, "extra": {}}
    table = kinds()[kind].table()
    for place, row in enumerate(rows):
        number = f"{'KTVWXYZ'[len(kind) % 7] * 7}9-{len(kind)}{place + 1}"
        connection.execute(insert(table).values({"id": number, **common, **row}))


def people(connection: Connection, kind: str, **more: object) -> None:
    """Put a chain of three records that are one person, one apart, and one merged elsewhere."""
    into = {KEPT: None, TWICE: KEPT, THRICE: TWICE, ALONE: None, AWAY: "9ZZZZZZZ-1"}
    rows = ({"id": number, "merged_into": to, **more} for number, to in into.items())
    put(connection, kind, *rows)


def figures(
    connection: Connection, measure: Measure, area: Area | None = None
) -> tuple[Cell, Mapping[Key, Cell]]:
    """Return a measure in all, and by its rows."""
    one = Counted(measure, Span.ALL)
    found = count(connection, [one], area or Area(), Period(DAY), AREA)
    return found[()][one], {key: row[one] for key, row in found.items() if key}


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as opened:
        yield opened
        opened.rollback()


def test_sql_resolves_as_the_rule_does(connection: Connection) -> None:
    draw = random.Random(28)
    into: dict[str, str] = {}
    dead: set[str] = set()
    for graph in range(120):
        origins = [f"7KQ2M{letter}{graph // 10:X}{'ABCDEFGHJK'[graph % 10]}" for letter in "ZQ"]
        numbers = [f"{origin}-{n}" for origin in origins for n in (2, 9, 10)]
        for number in numbers:
            into[number] = draw.choice([*numbers, "", "", "9ZZZZZZZ-1"])
            dead |= {number} if draw.random() < 0.3 else set()
    chain = [f"8AAAAAAA-{n}" for n in range(1, 31)]
    into |= dict(pairwise([*chain, chain[4]]))  # a tail into a ring
    put(
        connection,
        "beneficiary",
        *(
            {"id": one, "merged_into": to or None, "deleted": one in dead}
            for one, to in into.items()
        ),
    )
    table, same = kinds()["beneficiary"].table(), standing(kinds()["beneficiary"])
    found = dict(tuple(row) for row in connection.execute(select(same.c.number, same.c.by)))
    expected = {one: resolve(one, into, lambda number: number not in dead) for one in into}
    assert found == {one: kept for one, kept in expected.items() if one != kept}
    assert len(found) > 200
    live = select(table.c.id).where(table.c.deleted.is_(False), counts_once(kinds()["beneficiary"]))
    counted = set(connection.execute(live).scalars())
    assert counted == {one for one, kept in expected.items() if one == kept and one not in dead}


def test_people_count_once_and_events_each(connection: Connection) -> None:
    people(connection, "beneficiary", trade_code="CARP", status="S3_APPROVED")
    kits = [
        {"beneficiary_id": TWICE, "state": "DELIVERED", "delivered_on": DAY},
        {"beneficiary_id": THRICE, "state": "DELIVERED", "delivered_on": DAY, "block": 17},
        {"beneficiary_id": ALONE, "state": "DELIVERED", "delivered_on": DAY},
    ]
    put(connection, "toolkit", *kits)
    artisans = Measure("artisans", "Artisans", "beneficiary")
    given = Measure("kits", "Kits", "toolkit", on="delivered_on")
    whom = Measure("whom", "People", "toolkit", on="delivered_on", distinct=("beneficiary_id",))
    without = artisans.also(
        "without", "Without", {"id": Has("toolkit", "beneficiary_id", lacks=True)}
    )
    block = Area(district=2)
    assert figures(connection, artisans)[0] == 3  # the chain, the one apart, the one merged away
    assert figures(connection, given) == (3, {(2,): 3})
    assert figures(connection, whom, block) == (2, {(16,): 2, (17,): 1})
    assert figures(connection, without)[0] == 1
    assert drill(connection, Counted(whom, Span.ALL), Area(), Period(DAY), AREA, None) == [
        ("beneficiary", KEPT) if number == KEPT else ("beneficiary", ALONE)
        for number in sorted((KEPT, ALONE))
    ]
    assert [
        one
        for one in drill(connection, Counted(artisans, Span.ALL), Area(), Period(DAY), AREA, None)
        if one[1] in (KEPT, TWICE, THRICE)
    ] == [("beneficiary", KEPT)]
    assert monthly(connection, Counted(whom, Span.ALL), Area(), Period(DAY))[()][-1] == 2
    table = kinds()["beneficiary"].table()
    connection.execute(table.update().where(table.c.id == KEPT).values(trade_code="TAIL"))
    tailors = given.also("tailors", "To tailors", {"beneficiary_id.trade_code": "TAIL"})
    assert figures(connection, tailors)[0] == 2  # as the record says that stands for them
    connection.execute(table.update().where(table.c.id == KEPT).values(deleted=True))
    assert figures(connection, artisans)[0] == 3  # the next of the chain stands for the rest
    assert figures(connection, whom)[0] == 2


def test_income_under_two_numbers_is_one_womans(connection: Connection) -> None:
    put(connection, "self_help_group", {"id": "7KQ2M9XD-1", "name": "Umeed"})
    people(connection, "member", self_help_group_id="7KQ2M9XD-1", status="ACTIVE")
    income = {"amount": 60_000, "period_from": date(2026, 1, 1), "period_to": date(2026, 8, 1)}
    entries = [{"member_id": one, **income} for one in (KEPT, THRICE, ALONE)]
    put(connection, "income_entry", *entries)
    earners = Measure("earners", "Earners", "income_entry", {"amount": FILLED}, "period_to")
    assert figures(connection, LAKHPATI)[0] == 1
    assert figures(connection, earners)[0] == 3
    table = kinds()["member"].table()
    connection.execute(table.update().where(table.c.id == TWICE).values(merged_into=None))
    assert figures(connection, LAKHPATI)[0] == 0  # undone


def test_due_work_is_about_the_one_who_stands(connection: Connection) -> None:
    people(connection, "beneficiary", name="Ghulam", status="S3_APPROVED")
    long_ago = date(2025, 9, 26)
    kit = {"beneficiary_id": THRICE, "state": "SELECTED", "selected_on": long_ago}
    put(connection, "toolkit", kit)
    rules = [rule for rule in due_work().values() if rule.kind == "toolkit"]

    def due(*about: str) -> list[tuple[str, str]]:
        found = due_items(connection, rules, Area(), DAY, about=list(about) or None)
        return [(one.about_id, one.name) for one in found]

    assert due()
    assert set(due()) == {(KEPT, "Ghulam")}
    assert due(KEPT) == due()
    assert not due(ALONE)
