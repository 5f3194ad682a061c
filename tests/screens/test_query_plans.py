"""No query that a screen waits for reads through the log or through a kind's table."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.screens.conftest import artisan, open_sync, organisations, put, reject

from fieldkit.records import kinds
from fieldkit.records.community.income_entry import IncomeEntry
from fieldkit.settings import DATABASE
from fieldkit.store import Store
from fieldkit.store.database import connect

if TYPE_CHECKING:
    from tests.screens.conftest import At

STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
READ = re.compile(
    r"(?P<how>SCAN|SEARCH) (?P<alias>\w+)(?: USING (?:COVERING )?INDEX (?P<index>\w+))?"
    r"(?: USING INTEGER PRIMARY KEY)?(?: \((?P<by>.*)\))?"
)
IN_ORDER = re.compile(r'WHERE (\w+)\.deleted IS 0 ORDER BY [\w., "]+(DESC)? LIMIT')
"""A list in the order of its index, from its start: it reads no more than it shows."""
LOG_END = re.compile(r"WHERE change\.origin = '\w+' ORDER BY change\.seq DESC LIMIT")


DUE_COUNTS = re.compile(r"min\(anon_\d+\.since\)")
"""Home counts what is due behind all else; every key stops it."""
PART = re.compile(r"ix_\w+_sent_back")
"""Indexes that hold only the records that are sent back."""
FEW = {"scheme_limit"}
"""Kinds with tens of records in all."""


def big_tables(statement: str) -> dict[str, str]:
    """Return the tables of a statement that grow with the work done, by their aliases."""
    found = {}
    for table in ("change", *(kinds().keys() - FEW)):
        for alias in re.findall(rf'\b{table}"?(?: AS)? (\w+)', statement):
            found[alias] = table
        found[table] = table
    return found


def faults(statement: str, plan: list[str]) -> Iterator[str]:
    """Name the steps of a plan that read more, the more work was done."""
    statement = " ".join(statement.split())
    big = big_tables(statement)
    if DUE_COUNTS.search(statement):
        return
    for step in plan:
        read = READ.match(step)
        table = big.get(read["alias"]) if read else None
        if read is None or table is None:
            continue
        if read["how"] == "SCAN":
            if not PART.fullmatch(read["index"] or "") and not (
                read["index"] and table != "change" and IN_ORDER.search(statement)
            ):
                yield step
        elif table == "change" and read["index"] in {"change_at", "change_kind"}:
            if "max(change.at)" not in statement:
                yield step
        elif table == "change" and read["by"] == "origin=?" and not LOG_END.search(statement):
            yield step


def plan_of(file: sqlite3.Connection, statement: str) -> list[str]:
    return [row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {statement}")]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> dict[str, None]:
    """Every statement that the application runs on its store from now on, values filled in."""
    statements: dict[str, None] = {}

    def note(statement: str) -> None:
        if STATEMENT.match(statement):
            statements[statement] = None

    def traced(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.set_trace_callback(note)
        return connection

    usual = Store.open
    monkeypatch.setattr(Store, "open", lambda home, key: usual(home, connect=traced))
    return statements


def test_the_rule_finds_what_it_is_for(store: Store, tmp_path: Path) -> None:
    organisations(store, 1)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as file:
        for bad in (
            "SELECT count(*) FROM change",
            "SELECT kind FROM change WHERE change.origin = 'X' AND change.operator = 'Asha' "
            "ORDER BY change.seq DESC LIMIT 500",
            "SELECT kind, count(*) FROM change WHERE change.at BETWEEN 1 AND 2 GROUP BY kind",
            "SELECT * FROM beneficiary WHERE beneficiary.remarks = 'x'",
            "SELECT * FROM toolkit WHERE toolkit.deleted IS 0 AND toolkit.supplier = 'x' "
            "ORDER BY toolkit.selected_on, toolkit.id LIMIT 100",
        ):
            assert list(faults(bad, plan_of(file, bad))), bad


async def test_no_query_behind_a_key_reads_through_the_log_or_a_kind(
    store: Store, block: dict[str, str], opened_app: At, ran: dict[str, None], tmp_path: Path
) -> None:
    organisations(store, 3)
    reject(store, {1: "Name missing"})
    artisan(store, "Nazir Ahmad Dar", "Ali Dar", "9419055555")
    put(store, IncomeEntry, member_id=block["zooni"], amount=9_000, period_to=date(2026, 3, 31))
    async with opened_app() as hand:
        await hand.press("ghulam", "<enter>", "e", "<escape>", "h", "<escape>", "<escape>")
        await hand.press("9419017710", "<enter>", "<escape>")
        await hand.press("noor", "<enter>", "<escape>")
        await hand.press("zooni akhter", "<enter>", "<escape>")
        await hand.press("zooni akhter", "<ctrl+n>", "<down>", "<ctrl+s>", "<escape>")
        for kind in kinds().values():
            await hand.press("/", f"list: {kind.plural.lower()}", "<enter>", "<down>", "<escape>")
        await hand.press("<escape>", "<escape>")
        for job in "1234567":
            await hand.press(job, "<enter>", "<escape>", "<escape>")
        await open_sync(hand)
        await hand.press("<down>", "<escape>")
        await hand.app.ask(lambda mine: artisan(mine, "Asif Lone", "Ali Lone", "9419066666"))
        await hand.app.refresh_status()
    wanted = (
        *("INSERT INTO change ", "findable_words MATCH", "FROM recent", "FROM toolkit"),
        *("FROM income_entry", "FROM fund_release", "FROM scheme_limit"),
    )
    assert all(any(part in statement for statement in ran) for part in wanted)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as file:
        found = {
            f"{step}: {statement[:2000]}"
            for statement in ran
            for step in faults(statement, plan_of(file, statement))
        }
    assert found == set()
