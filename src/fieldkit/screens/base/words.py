"""Numbers and times as people read them, and the warning about a wrong clock.

Records load after the first paint, hence the imports inside functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldkit.store import Store


def plural(many: int, thing: str) -> str:
    """Count things in words: "1 change", "1,200 changes"."""
    from fieldkit.records.fields.formats import indian

    return f"{indian(many)} {thing}{'' if many == 1 else 's'}"


def counted(many: int, one: str, several: str) -> str:
    """Count records in words: "1 artisan", "1,200 artisans"."""
    from fieldkit.records.fields.formats import indian

    return f"{indian(many)} {one if many == 1 else several}"


def how_long(seconds: int) -> str:
    """Return a duration in its largest unit: "3 hours", "12 minutes"."""
    size = abs(seconds)
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if size >= length:
            return plural(round(size / length), unit)
    return "less than a minute"


def when_due(days: int) -> str:
    """Return since when something is due, or when it will be: "12 days ago", "in 3 days"."""
    if not days:
        return "today"
    return f"in {plural(-days, 'day')}" if days < 0 else f"{plural(days, 'day')} ago"


def clock_warning(store: Store) -> str | None:
    """Return a sentence if the laptop's clock cannot be right, or differed from the server's."""
    from fieldkit.store.clock import WRONG

    device = store.device
    skew = (device and device.skew) or 0
    if abs(skew) <= WRONG:
        return store.clock_doubt()
    return store.clock_doubt() or (
        f"At the last sync this laptop's clock was {how_long(skew)} "
        f"{'behind' if skew > 0 else 'ahead of'} the server's. If it still is, set the date and "
        "time; everything typed is kept."
    )
