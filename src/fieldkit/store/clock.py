"""The laptop's clock, which may be wrong: it stamps, it never decides."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

Clock: TypeAlias = Callable[[], int]
"""Gives seconds since 1970 UTC."""

_INDIA = timedelta(hours=5, minutes=30)
_BUILT = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
_HOUR = 3600
DAY = 24 * _HOUR


def laptop_clock() -> int:
    """Return the time the laptop believes it is."""
    return int(time.time())


def day(at: int) -> date:
    """Return the day in India at a moment."""
    return (datetime.fromtimestamp(at, UTC) + _INDIA).date()


def start_of_day(at: int) -> int:
    """Return the moment the day in India began."""
    shift = int(_INDIA.total_seconds())
    return at - (at + shift) % DAY


def doubt(now: int, last_saved: int | None) -> str | None:
    """Return a sentence if the clock cannot be right; None if it may be.

    It cannot be right before this version was made, nor an hour before the last save here.
    """
    if now >= _BUILT and (last_saved is None or now > last_saved - _HOUR):
        return None
    shown = f"{day(now):%d %b %Y}"
    return (
        f"This laptop's clock says {shown}, which cannot be right. Set the date and time; "
        "everything typed is kept all the same."
    )
