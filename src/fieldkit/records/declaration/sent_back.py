"""A record that a supervisor sends back: the notes of both sides, as one text each. Pure.

A note holds who wrote it and when, so that every laptop shows it without the log of the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import NamedTuple

from fieldkit.plain_text import plain
from fieldkit.records.declaration.permission import CORRECTED, SENT_BACK
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.dates import INDIA, Moment, read_date
from fieldkit.records.fields.formats import Unfit, Value, today

LONGEST = 500
"""Characters of a reason."""
_SIGNED = re.compile(r"(.*) \(([^()]*), (\d\d \w{3} \d{4}) (\d\d):(\d\d)\)", re.DOTALL)


class Note(NamedTuple):
    """What a note says, by whom and when."""

    words: str
    by: str = ""
    """Empty: not known, as another program wrote it."""
    at: int = 0
    """Seconds since 1970 UTC, to the minute, by the clock of its laptop; 0: not known."""

    @property
    def signature(self) -> str:
        """Who and when, as people read it."""
        return ", ".join(filter(None, (self.by, Moment().show(self.at) if self.at else "")))

    @property
    def shown(self) -> str:
        """The whole note, as people read it."""
        return f"{self.words} ({self.signature})" if self.signature else self.words


def signed(words: str, by: str, at: int) -> str:
    """Return a note as its field holds it."""
    return f"{words} ({re.sub('[()]', '', plain(by))}, {Moment().show(at)})"


def read_note(value: Value) -> Note | None:
    """Return the note that a field holds; None if it is empty."""
    if not isinstance(value, str) or not value:
        return None
    found = _SIGNED.fullmatch(value)
    if found is None:
        return Note(value)
    words, by, day, hour, minute = found.groups()
    try:
        on = read_date(day, today(), past=False)
        at = datetime.combine(on, time(int(hour), int(minute)), INDIA)
    except (Unfit, ValueError):
        return Note(value)
    return Note(words, by, int(at.timestamp()))


def open_note(record: Record) -> Note | None:
    """Return why a record was sent back; None if it was not, or that was accepted."""
    return None if record.deleted else read_note(record.sent_back)


def corrected_by_edit(
    record: Record | None, edited: Iterable[str], by: str, at: int
) -> Mapping[str, Value]:
    """Return what an edit of a record's fields writes with them: that it is corrected.

    Nothing if the record is not sent back.
    """
    fields = record.form_fields() if record else {}
    labels = [fields[name].label for name in edited if name in fields]
    if record is None or open_note(record) is None or not labels:
        return {}
    return {CORRECTED: signed(f"Changed: {', '.join(labels)}"[:LONGEST], by, at)}


def accepted() -> Mapping[str, Value]:
    """Return what accepting a correction writes."""
    return {SENT_BACK: None, CORRECTED: None}
