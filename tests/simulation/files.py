"""The database files of a run, of laptops and server: open, copy, and read by plain SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.model import Json, number_of

KINDS = ("beneficiary", "self_help_group", "member")
_SPARE_FIELDS = {"id", "version", "extra", "deleted"}


@dataclass(frozen=True)
class ShownRecord:
    """A record as stored in a file."""

    kind: str
    id: str
    version: int
    values: dict[str, Json]

    @property
    def key(self) -> str:
        return f"{self.values.get('created_by', self.id)}/{number_of(self.id)}"

    @property
    def deleted(self) -> bool:
        return self.values.get("deleted") is True


class FileReader:
    """Reads a database file by plain SQL; opens it once, because opening is slow."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: sqlite3.Connection | None = None

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def all(self, query: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        if self._file is None:
            self._file = sqlite3.connect(self._path)
            self._file.row_factory = sqlite3.Row
        return self._file.execute(query, values).fetchall()

    def rows(self) -> dict[str, ShownRecord]:
        """Read every record."""
        found: dict[str, ShownRecord] = {}
        for kind in KINDS:
            for row in self.all(f"SELECT * FROM {kind} ORDER BY rowid"):
                named = zip(row.keys(), row, strict=True)
                filled = {name: value for name, value in named if value is not None}
                values = {name: filled[name] for name in filled.keys() - _SPARE_FIELDS}
                values |= json.loads(row["extra"] or "{}")
                if row["deleted"]:
                    values["deleted"] = True
                found[row["id"]] = ShownRecord(kind, row["id"], row["version"] or 0, values)
        return found


@dataclass(frozen=True)
class LogLine:
    """One change of a laptop's log."""

    origin: str
    seq: int
    kind: str
    record_id: str
    op: str
    fields: Mapping[str, Json]
    base: int
    operator: str
    verdict: str | None
    reason: str | None
    version: int | None
    acked: bool
    head: bytes

    @property
    def mark(self) -> str:
        return mark_of(self.operator, self.kind, self.record_id)


def mark_of(operator: str, kind: str, record_id: str) -> str:
    return f"{operator}/{kind}/{number_of(record_id)}"


_LOG = """
SELECT change.*, change.seq <= origin.acked_seq AS acked
FROM change JOIN origin USING (origin) ORDER BY origin.born, change.seq
"""


def log_of(look: FileReader) -> list[LogLine]:
    """Read a laptop's whole log."""
    return [
        LogLine(
            row["origin"],
            row["seq"],
            row["kind"],
            row["record_id"],
            row["op"],
            json.loads(row["fields"]),
            row["base"] or 0,
            row["operator"],
            row["verdict"],
            row["rule"] or row["reason"],
            row["version"],
            bool(row["acked"]),
            row["head"],
        )
        for row in look.all(_LOG)
    ]


def connect(path: Path) -> sqlite3.Connection:
    """Open a database file without fsync: power cuts are simulated."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def checkpoint(path: Path) -> None:
    """Merge a file's write-ahead log into it, so that the one file is complete."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode = DELETE")


def copy_file(source: Path, target: Path) -> None:
    """Copy a database file as it is, like a disk image."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as whole, closing(sqlite3.connect(target)) as fresh:
        whole.backup(fresh)
