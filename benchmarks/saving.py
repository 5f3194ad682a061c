"""One save of an artisan, compared with two bare inserts in a transaction, same pragmas."""

import json
import shutil
import sqlite3
import time
from collections.abc import Mapping
from statistics import median

from benchmarks.figures import MILLI, Figure, p95
from benchmarks.homes import KEPT, home_with
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.settings import DATABASE
from fieldkit.store import Edit, Store
from fieldkit.store.database import connect

SAVES = 300
HEAD = b"h" * 32


def measure(people: int) -> list[Figure]:
    """Alternate saves through the store with raw inserts on the same disk."""
    home = KEPT / "saving"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    shutil.copy(home_with(people) / DATABASE, home / DATABASE)
    store = Store.open(home)
    raw = connect(home / "raw.sqlite3")
    ours: list[float] = []
    bare: list[float] = []
    columns = list(artisan(0))
    raw.execute(f"CREATE TABLE person (id TEXT PRIMARY KEY, {', '.join(columns)})")
    raw.execute("CREATE TABLE change (seq INTEGER PRIMARY KEY, id, fields, at, operator, head)")
    for number in range(SAVES):
        fields = artisan(number)
        started = time.perf_counter()
        store.save([Edit(Beneficiary, fields)], operator="Asha")
        between = time.perf_counter()
        _save_raw(raw, number, fields)
        bare.append((time.perf_counter() - between) * MILLI)
        ours.append((between - started) * MILLI)
    store.close()
    raw.close()
    shutil.rmtree(home)
    return [
        Figure(f"save an artisan, {people:,} people", median(ours), median(bare), "ms", budget=2),
        Figure("save an artisan, p95", p95(ours), p95(bare), "ms"),
    ]


def artisan(number: int) -> dict[str, Value]:
    """Return made-up values for the first page of a form."""
    return {
        "name": f"Ghulam Mohammad Bhat {chr(65 + number % 26)}{chr(97 + number // 26)}",
        "relation": "SO",
        "relation_name": "Abdul Ahad Bhat",
        "gender": "M",
        "born": "1984-01-23",
        "mobile": f"94190{number:05}",
        "aadhaar_last4": f"{number:04}",
        "category": "GEN",
        "village": "Wathoora",
        "trade_code": "CARP",
        "bars": False,
    }


def _save_raw(raw: sqlite3.Connection, number: int, fields: Mapping[str, Value]) -> None:
    """Write a row and its change with plain SQLite."""
    values = list(fields.values())
    raw.execute("BEGIN IMMEDIATE")
    raw.execute(
        f"INSERT INTO person VALUES (?{', ?' * len(values)})", [f"7KQ2M9XD-{number}", *values]
    )
    raw.execute(
        "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)",
        [number, f"7KQ2M9XD-{number}", json.dumps(values), int(time.time()), "Asha", HEAD],
    )
    raw.execute("COMMIT")
