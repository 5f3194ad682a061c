"""The records of a home as exported files, in a database of their own for plain SQL."""

from __future__ import annotations

import csv
import sqlite3
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from tests.reports.plain_sql import LADDER

from fieldkit.files import export
from fieldkit.records import kinds
from fieldkit.records.declaration.exported import PERSONAL
from fieldkit.store import Store

Answer: TypeAlias = Any
"""A number or text, or None."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The block and the period that statements are about."""

    as_on: date
    """The day of the report."""
    first: date | None = None
    """The first day of the period; None: it is open."""
    last: date | None = None
    """Its last day; None: that of the report."""
    undated: bool = False
    """Whether a record without a day counts."""
    block: str | None = ""
    """A block's code; None: those without one; empty: the whole district."""


class Exported:
    """One table a kind, filled from the exported files; what is empty there is NULL."""

    def __init__(self) -> None:
        self._asked = Asked(date.max)
        self._database = sqlite3.connect(":memory:")
        for name in ("here", "dated", "age"):
            self._database.create_function(name, 1, getattr(self, f"_{name}"))
        self._database.create_function("as_on", 0, lambda: self._asked.as_on.isoformat())

    def fill(self, store: Store, folder: Path) -> None:
        """Export every kind and read the files."""
        for name in kinds():
            file = folder / f"{name}.csv"
            export(store, name, file)
            with file.open(encoding="utf-8-sig", newline="") as lines:
                read = [row for row in csv.reader(lines) if row != [PERSONAL]]
            head, *rows = read
            self._database.execute(f"CREATE TABLE {name} ({', '.join(f'[{one}]' for one in head)})")
            marks = ", ".join("?" * len(head))
            filled = ([cell or None for cell in row] for row in rows)
            self._database.executemany(f"INSERT INTO {name} VALUES ({marks})", filled)
        self._database.execute(LADDER)

    def ask(self, statement: str, asked: Asked) -> Answer:
        """Return the figure of a statement; figures are whole."""
        self._asked = asked
        found = self.find(statement)
        return round(found) if isinstance(found, float) else found

    def find(self, statement: str) -> Answer:
        """Return the one value that a statement finds."""
        (found,) = self._database.execute(statement).fetchone()
        return found

    def blocks(self) -> set[str | None]:
        """Return the blocks that records of any kind are of; None where it is not given."""
        every = " UNION ".join(f"SELECT block FROM {name}" for name in kinds())
        return {block for (block,) in self._database.execute(every)}

    def _here(self, block: str | None) -> bool:
        return self._asked.block in {"", block}

    def _dated(self, day: str | None) -> bool:
        asked = self._asked
        if day is None:
            return asked.undated
        first, last = asked.first or date.min, asked.last or asked.as_on
        return first.isoformat() <= day <= last.isoformat()

    def _age(self, day: str | None) -> int | None:
        return (self._asked.as_on - date.fromisoformat(day)).days if day else None
