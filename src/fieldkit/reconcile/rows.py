"""The rows of one list while it is compared, kept in a file of their own: memory stays bounded.

The file lies in the home folder, and goes when the comparison is closed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from threading import RLock
from time import time

from fieldkit.keys.cipher import database_errors, open_file
from fieldkit.keys.passphrase import new_key
from fieldkit.protocol.change import Json
from fieldkit.reconcile.compare import Difference
from fieldkit.records import Field, Record, Unfit, Value, kinds
from fieldkit.settings import make_file_private
from fieldkit.store import to_json

_CHUNK = 500
_PREFIX = "reconcile-"
_LEFT_BEHIND = 24 * 3600
"""Seconds after which the file of a comparison that never ended is removed."""
_TABLES = """
CREATE TABLE listed (
    number INTEGER PRIMARY KEY, outcome TEXT NOT NULL, record TEXT NOT NULL, label TEXT NOT NULL,
    fields TEXT NOT NULL, content TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX listed_outcome ON listed (outcome, number);
CREATE TABLE claimed (what TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE missing (id TEXT PRIMARY KEY, label TEXT NOT NULL, why TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE area (district INTEGER, block INTEGER, PRIMARY KEY (district, block)) WITHOUT ROWID;
"""


class Outcome(StrEnum):
    """What came of a row."""

    OPEN = "open"
    """Not compared yet."""
    SAME = "same"
    DIFFERS = "differs"
    KEPT = "kept"
    """It differs, and somebody chose to keep the value here."""
    UNCERTAIN = "uncertain"
    """A person must say which record it is."""
    PORTAL_ONLY = "portal"
    REPEATED = "repeated"
    """Another row says the same."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list, and what came of it."""

    number: int
    values: Mapping[str, Value]
    given: str = ""
    """The number of the record here, if the list has it."""
    about: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    """What it says of the person it is about, by kind."""
    outcome: Outcome = Outcome.OPEN
    record: str = ""
    """The number of the record here; empty: none is known."""
    label: str = ""
    person: tuple[str, str] | None = None
    """Kind and number of the person it is about, once that is certain."""
    differing: Sequence[Difference] = ()
    """Fields to decide on."""
    kept: Sequence[Difference] = ()
    """Fields in which the value here is kept."""
    candidates: Sequence[tuple[str, str]] = ()
    """Kind and number of those that could be meant."""
    why: str = ""
    """Why it is uncertain, as a sentence."""


class Rows:
    """The rows of one list."""

    def __init__(self, home: Path, kind: type[Record], *, encrypted: bool = False) -> None:
        """``encrypted``: with a key that nobody keeps, for the file ends with the comparison."""
        self.kind = kind
        _remove_left_behind(home)
        self._folder = TemporaryDirectory(prefix=_PREFIX, dir=home, ignore_cleanup_errors=True)
        path = Path(self._folder.name) / "rows.sqlite3"
        make_file_private(path)
        self._lock = RLock()
        self._file = open_file(path, new_key() if encrypted else None, any_thread=True)
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.executescript(_TABLES)

    def close(self) -> None:
        """Remove the file."""
        with self._lock, suppress(*database_errors()):
            self._file.close()
        self._folder.cleanup()

    def put(self, rows: Iterable[Row]) -> None:
        """Keep rows as they stand now."""
        with self._lock:
            self._file.execute("BEGIN")
            self._file.executemany(
                "INSERT OR REPLACE INTO listed VALUES (?, ?, ?, ?, ?, ?)",
                [(r.number, r.outcome, r.record, r.label, _fields(r), _packed(r)) for r in rows],
            )
            self._file.execute("COMMIT")

    def counts(self) -> dict[Outcome, int]:
        """Return how many rows have each outcome."""
        found = self._ask("SELECT outcome, count(*) FROM listed GROUP BY outcome")
        return {Outcome(outcome): int(many) for outcome, many in found}

    def differing(self) -> dict[str, int]:
        """Return the fields in which rows differ, with how many do, the most first."""
        many: Counter[str] = Counter()
        query = "SELECT fields, count(*) FROM listed WHERE outcome = ? GROUP BY fields"
        for fields, count in self._ask(query, Outcome.DIFFERS):
            for one in fields.split():
                many[one] += int(count)
        return dict(many.most_common())

    def page(self, outcome: Outcome, after: int = -1, limit: int = _CHUNK) -> list[Row]:
        """Return the next rows with an outcome, behind the row of a number."""
        found = self._ask(
            "SELECT number, outcome, record, label, content FROM listed "
            "WHERE outcome = ? AND number > ? ORDER BY number LIMIT ?",
            outcome,
            after,
            limit,
        )
        return [self._unpacked(one) for one in found]

    def chunks(self, outcome: Outcome) -> Iterator[list[Row]]:
        """Yield all rows with an outcome, some at a time; each may be put anew meanwhile."""
        after = -1
        while rows := self.page(outcome, after):
            yield rows
            after = rows[-1].number

    def some(self, numbers: Sequence[int]) -> list[Row]:
        """Return rows by their numbers."""
        found: list[Row] = []
        for at in range(0, len(numbers), _CHUNK):
            part = numbers[at : at + _CHUNK]
            marks = ",".join("?" * len(part))
            rows = self._ask(
                "SELECT number, outcome, record, label, content FROM listed "
                f"WHERE number IN ({marks}) ORDER BY number",
                *part,
            )
            found += [self._unpacked(one) for one in rows]
        return found

    # --- which row has what ---

    def claim(self, what: str, number: int) -> int:
        """Note that a row is about something, unless another row is; return which row is."""
        with self._lock:
            self._file.execute("INSERT OR IGNORE INTO claimed VALUES (?, ?)", (what, number))
            found = self._file.execute("SELECT number FROM claimed WHERE what = ?", (what,))
            return int(found.fetchone()[0])

    def claimed_by(self, what: str) -> int | None:
        """Return the row that is about something."""
        found = self._ask("SELECT number FROM claimed WHERE what = ?", what)
        return int(found[0][0]) if found else None

    def release(self, numbers: Sequence[int]) -> None:
        """Forget what rows are about, before they are compared again."""
        with self._lock:
            self._file.executemany(
                "DELETE FROM claimed WHERE number = ?", [(one,) for one in numbers]
            )

    # --- what only the field has ---

    def cover(self, areas: Iterable[tuple[int, int | None]]) -> None:
        """Note areas that the list has rows of; no block: the whole district."""
        with self._lock:
            self._file.executemany(
                "INSERT OR IGNORE INTO area VALUES (?, ?)",
                [(district, block or 0) for district, block in areas],
            )

    def areas(self) -> set[tuple[int, int]]:
        """Return the areas that the list has rows of; block 0: the whole district."""
        found = self._ask("SELECT district, block FROM area")
        return {(int(district), int(block)) for district, block in found}

    def add_missing(self, records: Iterable[tuple[str, str, str]]) -> None:
        """Keep number, name and remark of records that the list lacks."""
        with self._lock:
            self._file.execute("BEGIN")
            self._file.executemany("INSERT OR REPLACE INTO missing VALUES (?, ?, ?)", records)
            self._file.execute("COMMIT")

    def clear_missing(self) -> None:
        """Forget which records the list lacks."""
        self._ask("DELETE FROM missing")

    def drop_missing(self, ids: Iterable[str]) -> None:
        """Forget that the list lacks these records."""
        with self._lock:
            self._file.executemany("DELETE FROM missing WHERE id = ?", [(one,) for one in ids])

    def missing(self, after: str = "", limit: int = _CHUNK) -> list[tuple[str, str, str]]:
        """Return the next records that the list lacks: number, name, remark."""
        found = self._ask(
            "SELECT id, label, why FROM missing WHERE id > ? ORDER BY id LIMIT ?", after, limit
        )
        return [(str(one), str(label), str(why)) for one, label, why in found]

    def count_missing(self) -> int:
        """Return how many records the list lacks."""
        return int(str(self._ask("SELECT count(*) FROM missing")[0][0]))

    def _ask(self, query: str, *given: object) -> list[tuple[str, ...]]:
        with self._lock:
            return self._file.execute(query, given).fetchall()

    def _unpacked(self, found: Sequence[str]) -> Row:
        number, outcome, record, label, content = found
        held = json.loads(content)
        fields = self.kind.fields()

        def differing(name: str) -> list[Difference]:
            return [
                Difference(one, _read(fields[one], here), _read(fields[one], there))
                for one, here, there in held[name]
            ]

        return Row(
            int(number),
            _values(self.kind, held["values"]),
            held["given"],
            {name: _values(kinds()[name], one) for name, one in held["about"].items()},
            Outcome(outcome),
            record,
            label,
            tuple(held["person"]) if held["person"] else None,
            differing("differing"),
            differing("kept"),
            [(kind, one) for kind, one in held["candidates"]],
            held["why"],
        )


def _remove_left_behind(home: Path) -> None:
    """Remove what a comparison left that a power cut ended."""
    for folder in home.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time() - folder.stat().st_mtime > _LEFT_BEHIND:
                rmtree(folder, ignore_errors=True)


def _fields(row: Row) -> str:
    return " ".join(one.field for one in row.differing)


def _packed(row: Row) -> str:
    return json.dumps(
        {
            "values": plain(row.values),
            "given": row.given,
            "about": {kind: plain(values) for kind, values in row.about.items()},
            "person": row.person,
            "differing": [[d.field, to_json(d.here), to_json(d.portal)] for d in row.differing],
            "kept": [[d.field, to_json(d.here), to_json(d.portal)] for d in row.kept],
            "candidates": row.candidates,
            "why": row.why,
        },
        ensure_ascii=False,
    )


def plain(values: Mapping[str, Value]) -> dict[str, Json]:
    """Return values as JSON."""
    return {name: to_json(value) for name, value in values.items()}


def _values(kind: type[Record], held: Mapping[str, Json]) -> dict[str, Value]:
    fields = kind.fields()
    return {name: _read(fields[name], value) for name, value in held.items() if name in fields}


def _read(declared: Field, value: Json) -> Value:
    try:
        return declared.format.read(value)
    except Unfit:
        return None
