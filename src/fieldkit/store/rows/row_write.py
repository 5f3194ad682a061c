"""The write of one record's row."""

from __future__ import annotations

from dataclasses import dataclass

from fieldkit.records import Record


@dataclass(frozen=True, slots=True)
class RowWrite:
    """A record to write, and the one it replaces; None if it is new."""

    record: Record
    before: Record | None
