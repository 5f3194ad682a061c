"""Numbers and times as people read them, and the warning about a wrong clock.

Records load after the first paint, hence the imports inside functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.about.words import counted, how_long, plural, when_due, within

__all__ = ["clock_warning", "counted", "how_long", "plural", "when_due", "within"]

if TYPE_CHECKING:
    from fieldkit.store import Store


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
