"""What is written about one record."""

from __future__ import annotations

from dataclasses import dataclass

from fieldkit.records import Record


@dataclass(frozen=True, slots=True)
class RowWrite:
    """A record as it will be, and as it was; None: it was not here."""

    record: Record
    before: Record | None
