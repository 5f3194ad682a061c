"""The laptop's clock, which may be wrong: its times never decide an order."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from datetime import time as hour
from typing import TypeAlias

from fieldkit.records.fields.dates import INDIA, believed, day_at, show_date

Clock: TypeAlias = Callable[[], int]
"""Gives seconds since 1970 UTC."""

_HOUR = 3600
DAY = 24 * _HOUR
WRONG = 300
"""Seconds by which a clock may differ from the server's before the times it gave are marked."""


def laptop_clock() -> int:
    """Return the time by the laptop's clock."""
    return int(time.time())


def start_of_day(at: int) -> int:
    """Return the moment the day in India began."""
    return int(datetime.combine(day_at(at), hour.min, INDIA).timestamp())


def doubt(now: int, last_saved: int | None) -> str | None:
    """Return a sentence if the clock cannot be right; None if it may be.

    It cannot be right before this version was made, many years after it, nor an hour before the
    last save here.
    """
    day = day_at(now)
    if day == believed(day) and (last_saved is None or now > last_saved - _HOUR):
        return None
    return (
        f"This laptop's clock says {show_date(day)}, which cannot be right. Set the date and "
        "time. Everything typed is kept."
    )
