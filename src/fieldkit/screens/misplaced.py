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
    from fieldkit.store import State

    scope = store.pull.state().scope
    if scope is None:
        return []
    returned = [one for one in store.outbox.returned() if one.state is State.REJECTED]
    kinds = {one.change.kind for one in returned}
    found = store.fetch(kinds, [one.change.record_id for one in returned])
    return [
        record
        for record in found.values()
        if record.version is None and not scope.holds(record.district, record.block)
    ]


def take_in(store: Store, operator: str) -> int:
    """Put them where this laptop works; return how many no rule stands against."""
    from fieldkit.store import Edit, Refused

    device, many = store.device, 0
    for record in misplaced(store) if device else ():
        place = {"district": device.district, "block": device.block} if device else {}
        try:
            store.save([Edit(type(record), place, record.id)], operator)
        except Refused:
            continue
        many += 1
    return many
