"""New records returned because they lie outside the laptop's area, and their move into it.

They were entered before the laptop was enrolled, for another block; no form asks for the block.
Runs in a store's thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store


def records_out_of_area(store: Store) -> list[Record]:
    """Return the records that were never on the server and lie outside the area it accepts."""
    scope = store.pull.state().scope
    if scope is None:
        return []
    returned = store.outbox.returned()
    kinds = {one.change.kind for one in returned}
    found = store.fetch(kinds, [one.change.record_id for one in returned])
    return [
        record
        for record in found.values()
        if record.version is None and not scope.writes(record.district, record.block)
    ]


def move_into_area(store: Store, operator: str) -> int:
    """Move them to where this laptop works, together; return how many were saved."""
    from fieldkit.store import Edit, Saved

    device = store.device
    if device is None:
        return 0
    place = {"district": device.district, "block": device.block}
    edits = [Edit(type(record), place, record.id) for record in records_out_of_area(store)]
    return sum(isinstance(fate, Saved) for fate in store.load(edits, operator))
