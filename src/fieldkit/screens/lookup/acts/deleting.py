"""Deletion of a record, asked by the same key twice, and its restoration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.screens.base.page import Page
from fieldkit.screens.look.text import cut, words_of
from fieldkit.screens.lookup.rows import label_of

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store

_LONGEST = 40
"""Cells of the label in the question."""


async def ask_and_delete(page: Page[None], record_id: str, *, key: str) -> str:
    """Ask at the first key, delete at the second; return the label of what was deleted, or "".

    ``key``: the name of the key, for the question.

    Raises:
        StoreError: it could not be written.
    """
    found = await page.ask(lambda store: _describe(store, record_id))
    if found is None:
        return ""
    label, others, version, denied = found
    if denied:
        page.say(denied, error=True)
        return ""
    stays = f" What belongs to it stays: {others}." if others else ""
    named = words_of(cut(label, _LONGEST))
    # A changed version asks again: the record is not the one in the question (rule 23).
    if not page.confirmed(
        f"delete {record_id} {version}", f"Delete {named}? Press {key} again.{stays}"
    ):
        return ""
    operator = page.app.operator
    await page.ask(lambda store: delete(store, record_id, operator, version))
    return label


def _describe(store: Store, record_id: str) -> tuple[str, int, int, str] | None:
    """Return the label of a live record, how many others refer to it, its version, and a denial."""
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
    label = " ".join(filter(None, (named, label_of(store, record))))
    return label, others, record.version or 0, denied_delete(store, record)


def denied_delete(store: Store, record: Record) -> str:
    """Return why the server would not take that a record is deleted, or restored; empty: it would.

    Runs in a store's thread.
    """
    from fieldkit.protocol.merge import DELETED
    from fieldkit.store import Edit

    return store.denied([Edit(type(record), {DELETED: not record.deleted}, record.id)])[0]


def delete(store: Store, record_id: str, operator: str, base: int | None = None) -> None:
    """Delete a record, if it is here. Runs in a store's thread.

    ``base``: the version the operator saw, 0 for none; None: the present one.
    """
    from fieldkit.protocol.change import Op
    from fieldkit.store import Edit

    record = store.record(record_id)
    if record is not None:
        store.save([Edit(type(record), {}, record.id, base, Op.DELETE)], operator)


async def restore(page: Page[None], record_id: str) -> str:
    """Restore a deleted record; return its label.

    Raises:
        StoreError: it could not be written.
    """
    from fieldkit.store import restoration

    def write(store: Store) -> str:
        record = store.record(record_id)
        if record is None:
            return record_id
        store.save([restoration(record)], page.app.operator)
        return label_of(store, record)

    return await page.ask(write)
