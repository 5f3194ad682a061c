"""A data file, a clock to turn, and an audit of the file that shares no code with the store."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from fieldkit.protocol.messages.finding import Verdict
from fieldkit.records import Value, kinds
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.settings import DATABASE
from fieldkit.store import Answered, Edit, Saved, Store

NOW = 1_795_000_000
"""17 November 2026, in the afternoon in India."""
DAY = 86_400
AADHAAR = "234123412346"
STAMPS = {"created_at", "updated_at", "created_by"}


class Turned:
    """A clock that stands where it is put."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Turned:
    return Turned()


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data file after the first run; copying it is quicker than making one."""
    home = tmp_path_factory.mktemp("fresh")
    opened = Store.open(home)
    opened.init("Asha", 2, 16)
    opened.close()
    forget_place(home)
    return home / DATABASE


def forget_place(home: Path) -> None:
    """Let the next opening, wherever it is, be at home: a plain copy would be known as one."""
    with closing(sqlite3.connect(home / DATABASE)) as file, file:
        file.execute("UPDATE device SET place = NULL")


@pytest.fixture
def home(tmp_path: Path, fresh: Path) -> Path:
    shutil.copyfile(fresh, tmp_path / DATABASE)
    return tmp_path


@pytest.fixture
def store(home: Path, clock: Turned) -> Iterator[Store]:
    opened = Store.open(home, clock=clock)
    yield opened
    opened.close()


def acknowledge(store: Store, origin: str, seq: int, *verdicts: Verdict) -> None:
    """Let the server hold an origin's changes up to ``seq``; no row comes of them yet."""
    head = store.outbox.head_before(origin, seq + 1)
    store.pull.receive(Answered(origin, seq, head, verdicts=verdicts))


def artisan(**fields: Value) -> dict[str, Value]:
    return {"name": "Ghulam Mohammad Bhat", "trade_code": "CARP", **fields}


def save(store: Store, **fields: Value) -> str:
    """Save one artisan; return the id."""
    return store.save([Edit(Beneficiary, artisan(**fields))], "Asha")[0].id


def edit(store: Store, record_id: str, **fields: Value) -> Saved:
    return store.save([Edit(Beneficiary, fields, id=record_id)], "Asha")[0]


def audit(home: Path) -> list[str]:
    """Look the file over with plain SQL: every chain again, every row against its own changes."""
    found: list[str] = []
    with closing(sqlite3.connect(home / DATABASE)) as file:
        file.row_factory = sqlite3.Row
        told: dict[tuple[str, str], dict[str, object]] = {}
        for (origin,) in file.execute("SELECT origin FROM origin ORDER BY born").fetchall():
            found += _follow(file, origin, told)
        for name, kind in kinds().items():
            rows = {row["id"]: row for row in file.execute(f"SELECT * FROM {name}")}
            logged = {record_id for of, record_id in told if of == name}
            found += [f"{name} {lost}: in the log alone" for lost in logged - rows.keys()]
            for record_id, row in rows.items():
                if record_id not in logged:
                    found.append(f"{name} {record_id}: in no change")
                else:
                    found += _differences(kind.fields().keys(), row, told[name, record_id])
    return found


def _follow(
    file: sqlite3.Connection, origin: str, told: dict[tuple[str, str], dict[str, object]]
) -> list[str]:
    head = hashlib.sha256(origin.encode()).digest()
    rows = file.execute("SELECT * FROM change WHERE origin = ? ORDER BY seq", [origin])
    for seq, row in enumerate(rows, start=1):
        said = {name: row[name] for name in ("at", "base", "kind", "op", "operator", "seq")}
        said |= {"id": row["record_id"], "fields": json.loads(row["fields"])}
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        head = hashlib.sha256(head + text.encode()).digest()
        if (row["seq"], row["head"]) != (seq, head):
            return [f"{origin}: chain broken at {seq}"]
        fields = told.setdefault((row["kind"], row["record_id"]), {})
        fields.update({"deleted": row["op"] == "delete"}, **json.loads(row["fields"]))
    return []


def _differences(names: Iterable[str], row: sqlite3.Row, told: dict[str, object]) -> list[str]:
    extra = json.loads(row["extra"] or "{}")
    held = {name: row[name] for name in names if name not in STAMPS | {"id", "version"}}
    told = {"deleted": 0, **told}
    return [
        f"{row['id']} {name}: {value!r} is not {told.get(name)!r}"
        for name, value in {**held, **extra}.items()
        if value != told.get(name)
    ]


def raw(home: Path) -> bytes:
    """Every byte the store has on the disk."""
    return b"".join(part.read_bytes() for part in sorted(home.glob(f"{DATABASE}*")))


def on(day: int) -> date:
    return date(2026, 10, day)
