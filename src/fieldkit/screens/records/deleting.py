"""Deleting a record: asked for twice, named, and told what stays behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.screens.base.page import Page, fit
from fieldkit.screens.records.rows import label_of

if TYPE_CHECKING:
    from fieldkit.store import Store

_ROOM = 40
"""Characters of a label in the question."""


async def deleted(page: Page[None], record_id: str, *, key: str) -> str:
    """Ask the first time, delete the second; return what was deleted, empty if nothing was.

    ``key``: the key that asks, as people call it.

    Raises:
        StoreError: it could not be written.
    """
    found = await page.ask(lambda store: _known(store, record_id))
    if found is None:
        return ""
    label, others, version = found
    stays = f" What belongs to it stays: {others}." if others else ""
    named = fit(label, _ROOM).rstrip() if len(label) > _ROOM else label
    # At another version it is another record than the one that was asked about (23).
    if not page.sure(f"delete {record_id} {version}", f"Delete {named}? Press {key} again.{stays}"):
        return ""
    operator = page.desk.operator
    await page.ask(lambda store: delete(store, record_id, operator, version))
    return label


def _known(store: Store, record_id: str) -> tuple[str, int, int] | None:
    """Return what a live record is called, how many others refer to it, and its version."""
    from fieldkit.records import kinds

    record = store.record(record_id)
    if record is None or record.deleted:
        return None
    others = sum(
        len(store.where(name, **{field: record_id}))
        for name, kind in kinds().items()
        for field, reference in kind.references().items()
        if record.kind() in reference.kinds
    )
    named = record.title.lower() if not record.person else ""
    return " ".join(filter(None, (named, label_of(store, record)))), others, record.version or 0


def delete(store: Store, record_id: str, operator: str, base: int | None = None) -> None:
    """Delete a record, if it is here; runs in a store's thread.

    ``base``: the version the person saw, 0 for none; None: the present one.
    """
    from fieldkit.protocol.change import Op
    from fieldkit.store import Edit

    record = store.record(record_id)
    if record is not None:
        store.save([Edit(type(record), {}, record.id, base, Op.DELETE)], operator)
