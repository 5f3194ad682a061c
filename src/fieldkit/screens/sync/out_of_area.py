"""New records that came back because they lie outside the laptop's area, and taking them into it.

They were entered before the laptop was enrolled, with another block chosen: no form asks for that.
Runs in a store's thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store


def misplaced(store: Store) -> list[Record]:
    """Return the records that never were on the server, and that lie outside what it takes."""
    scope = store.pull.state().scope
    if scope is None:
        return []
    returned = store.outbox.returned()
    kinds = {one.change.kind for one in returned}
    found = store.fetch(kinds, [one.change.record_id for one in returned])
    return [
        record
        for record in found.values()
        if record.version is None and not scope.holds(record.district, record.block)
    ]


def take_in(store: Store, operator: str) -> int:
    """Put them where this laptop works, in one go; return how many no rule stands against."""
    from fieldkit.store import Edit, Saved

    device = store.device
    if device is None:
        return 0
    place = {"district": device.district, "block": device.block}
    edits = [Edit(type(record), place, record.id) for record in misplaced(store)]
    return sum(isinstance(fate, Saved) for fate in store.load(edits, operator))
