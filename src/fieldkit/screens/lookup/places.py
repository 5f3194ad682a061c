"""The area of this laptop, as reports and due work know areas. Runs in a store's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldkit.reports import Area
    from fieldkit.store import Store


def own_area(store: Store) -> Area:
    """Return the block of this laptop, else its district."""
    from fieldkit.reports import Area

    device = store.device
    if device is None:
        return Area()
    return Area(block=device.block) if device.block else Area(district=device.district)
