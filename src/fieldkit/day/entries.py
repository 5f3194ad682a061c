"""What an operator entered since a moment: kind, camp, block, and where it stands.

Functions that take a store run in its thread.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.about.rows import RecordSource, fetch_references, label_of, shown_value
from fieldkit.about.states import states_in_words
from fieldkit.about.words import area_words
from fieldkit.plain_text import plain
from fieldkit.records import kinds
from fieldkit.records.declaration.roles import day_marks
from fieldkit.records.fields.dates import INDIA, PAST_DATE, day_at
from fieldkit.records.fields.formats import Unfit

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Entered, Store


class Entry(NamedTuple):
    """A record that was entered here, as a line."""

    kind: str
    id: str
    at: int
    label: str
    camp: str
    """The training or programme it belongs to, in words."""
    area: str
    state: str

    @property
    def time(self) -> str:
        """The time of day in India."""
        return f"{datetime.fromtimestamp(self.at, INDIA):%H:%M}"


class Wanted(NamedTuple):
    """Which entries are wanted."""

    since: int
    until: int | None = None
    kind: str = ""
    """Empty: of every kind."""
    camp: str = ""
    """The number of a training or programme; empty: of any, or none."""


@cache
def camp_fields(kind: str) -> Sequence[str]:
    """Return the fields of a kind that refer to what has days: trainings, camps."""
    with_days = {one.parent.kind() for one in day_marks()}
    return [
        name
        for name, reference in kinds()[kind].references().items()
        if with_days.intersection(reference.kinds)
    ]


def find_entries(store: Store, operator: str, wanted: Wanted) -> list[Entered]:
    """Return what an operator entered and is still here, the last first."""
    found = [
        one
        for one in store.entered_since(wanted.since, operator, wanted.until)
        if one.kind in kinds()
        and not kinds()[one.kind].program_log
        and wanted.kind in ("", one.kind)
    ]
    records = _records(store, found)
    return [
        one
        for one in found
        if (record := records.get((one.kind, one.id)))
        and not record.deleted
        and (not wanted.camp or wanted.camp in _camps(record))
    ]


def lines_of(store: Store, entries: Sequence[Entered]) -> list[Entry]:
    """Return entries as lines."""
    records = _records(store, entries)
    here = [one for one in entries if (one.kind, one.id) in records]
    source = fetch_references(store, records.values())
    states = states_in_words(store, [one.id for one in here])
    return [
        _line(source, records[one.kind, one.id], one.at, states.get(one.id, "")) for one in here
    ]


def _line(source: RecordSource, record: Record, at: int, state: str) -> Entry:
    camps = [shown_value(source, record, name) for name in camp_fields(record.kind())]
    return Entry(
        record.kind(),
        record.id,
        at,
        label_of(source, record),
        ", ".join(filter(None, camps)),
        area_words(record.district, record.block),
        state,
    )


def _records(store: Store, found: Sequence[Entered]) -> dict[tuple[str, str], Record]:
    return store.fetch({one.kind for one in found}, [one.id for one in found])


def _camps(record: Record) -> list[str]:
    return [str(record.value(name)) for name in camp_fields(record.kind()) if record.value(name)]


class Camp(NamedTuple):
    """A training or programme that entries belong to."""

    id: str
    label: str
    many: int


def camps_of(store: Store, entries: Sequence[Entered]) -> list[Camp]:
    """Return the trainings and programmes of entries, with how many belong to each."""
    records = _records(store, entries)
    source = fetch_references(store, records.values())
    found: dict[str, tuple[str, int]] = {}
    for record in records.values():
        for name in camp_fields(record.kind()):
            if record.value(name):
                number = str(record.value(name))
                label, many = found.get(number, (shown_value(source, record, name), 0))
                found[number] = label, many + 1
    return [Camp(number, label, many) for number, (label, many) in found.items()]


_MERIDIEM = re.compile(r"(\d) +([ap]m)\b", re.IGNORECASE)
_TIME = re.compile(r"(\d{1,2})(?:[:. ]?(\d\d))?\s*(am|pm)?", re.IGNORECASE)


def read_since(text: str, now: int) -> int:
    """Return the moment that a text means: a time of today, a day, or both ("20 Nov 10:30").

    Raises:
        Unfit: it is neither.
    """
    words = _MERIDIEM.sub(r"\1\2", plain(text)).split()
    day, clock = day_at(now), time()
    found = _clock(words[-1]) if words else None
    if found is not None and (len(words) == 1 or not words[-1].isdigit()):
        clock, words = found, words[:-1]
    if words or found is None:
        value = PAST_DATE.parse(" ".join(words))
        if not isinstance(value, date):
            raise Unfit("Type a time like 10:30, or a day like 20 Nov.")
        day = value
    since = int(datetime.combine(day, clock, INDIA).timestamp())
    if since > now:
        raise Unfit("This is still to come. Type an earlier time.")
    return since


def _clock(text: str) -> time | None:
    found = _TIME.fullmatch(text)
    if not found:
        return None
    hour = int(found[1]) + (12 if (found[3] or "").lower() == "pm" and int(found[1]) < 12 else 0)
    minute = int(found[2] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
