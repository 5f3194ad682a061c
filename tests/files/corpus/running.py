"""Import a file as the command does, on an empty laptop, and read what is stored."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from tests.files.corpus.expectation import Cell, OfficeFile, Writer

from fieldkit.cli import run
from fieldkit.files import read_villages
from fieldkit.records import kinds
from fieldkit.records.declaration.exported import PERSONAL
from fieldkit.store import Store

Stored = Mapping[str, Cell]


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    said: str
    """Its sentences and notes."""
    stored: list[Stored]
    """The records that are stored now, with the fields that are not empty."""
    returned: list[dict[str, str]]
    """The rows of the file of rows not taken; the reason is the last."""
    kept: bytes
    """The bytes of all that is kept on the laptop and beside the file."""

    @property
    def reasons(self) -> list[str]:
        return [list(row.values())[-1] for row in self.returned]


class Laptop:
    """A laptop in Chadoora, Budgam, emptied before each file."""

    def __init__(self, folder: Path) -> None:
        self.home, self._kept, self.desk = folder / "home", folder / "kept", folder / "desk"
        with _home(self.home):
            store = Store.open(self.home)
            store.init("Asha", 2, 16)
            store.close()
        shutil.copytree(self.home, self._kept)

    def empty(self) -> None:
        for folder in (self.home, self.desk):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self._kept, self.home)
        self.desk.mkdir()

    def load(self, file: OfficeFile, options: Sequence[str] = ()) -> Ran:
        """Import a file of the corpus."""
        return self.take(file.name, file.write, file.kind, options)

    def take(self, name: str, write: Writer, kind: str, options: Sequence[str] = ()) -> Ran:
        """Write a file on an empty laptop and import it."""
        self.empty()
        path = self.desk / name
        write(path)
        with _home(self.home):
            if kind == "villages":
                code, out, err = call("villages", str(path))
                stored, said = _villages(path) if code == 0 else [], err + out
            else:
                code, out, err = call("import", kind, str(path), *options, "--json")
                stored, said = self._stored(kind), err + _notes(out)
        path.unlink()
        return Ran(code, said, stored, _returned(self.desk), self._bytes())

    def look(self, file: OfficeFile) -> str:
        """Return what a dry run says of a file."""
        self.empty()
        file.write(self.desk / file.name)
        with _home(self.home):
            _, out, err = call("import", file.kind, str(self.desk / file.name), "--dry-run")
        return out + err

    def _stored(self, kind: str) -> list[Stored]:
        """Read the records of a kind from the data file; those of others must not be there."""
        (file,) = self.home.glob("*.sqlite3")
        found: list[Stored] = []
        with closing(sqlite3.connect(file)) as data:
            data.row_factory = sqlite3.Row
            for name in kinds():
                rows = data.execute(f"SELECT * FROM {name} WHERE NOT deleted")  # a known name
                for row in rows:
                    record = {key: row[key] for key in row.keys() if row[key] is not None}  # noqa: SIM118
                    found.append(record if name == kind else {"kind": name, **record})
        return found

    def records(self) -> str:
        """Return all that the data file holds, as SQL."""
        (file,) = self.home.glob("*.sqlite3")
        with closing(sqlite3.connect(file)) as data:
            return "\n".join(data.iterdump())

    def _bytes(self) -> bytes:
        folders = (self.home, self.desk)
        files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
        return b"".join(path.read_bytes() for path in files)


def call(*arguments: str) -> tuple[int, str, str]:
    """Run a command; return its exit code and what it wrote to output and error."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err), _no_input():
        try:
            code = run(list(arguments))
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
    texts = []
    for stream in (out, err):
        stream.flush()
        stream.seek(0)
        texts.append(stream.read())
    return code, texts[0], texts[1]


def _notes(out: str) -> str:
    """Return the sentences of the output, without the keys of its JSON."""
    if not out.startswith("{"):
        return out
    return "\n".join(map(str, json.loads(out).get("notes", [])))


@contextmanager
def _home(folder: Path) -> Iterator[None]:
    before = os.environ.get("FIELDKIT_HOME")
    os.environ["FIELDKIT_HOME"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["FIELDKIT_HOME"]
        else:
            os.environ["FIELDKIT_HOME"] = before


@contextmanager
def _no_input() -> Iterator[None]:
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    try:
        yield
    finally:
        sys.stdin = before


def _villages(path: Path) -> list[Stored]:
    return [
        {"code": row.code, "name": row.name, "district_code": row.district}
        for row in read_villages(path).rows
    ]


def _returned(desk: Path) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for path in desk.glob("*-rejected*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [line for line in csv.reader(file) if line != [PERSONAL]]
        rows += [dict(zip(lines[0], line, strict=False)) for line in lines[1:]]
    return rows
