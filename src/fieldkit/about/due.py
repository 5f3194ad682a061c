"""What is due of one record, and what is missing before which step.

Everything follows from the declarations. Functions that take a store run in its thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.about.words import when_due

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store


class Due(NamedTuple):
    """Something that should have been done, or is needed next."""

    what: str
    more: str


def due(store: Store, record: Record) -> list[Due]:
    """Return what is due, and what is missing before which step."""
    values = record.values()
    missing: dict[str, list[str]] = {}
    for name, field in record.form_fields().items():
        if field.due and field.asked(values) and values[name] is None:
            missing.setdefault(field.due, []).append(field.label)
    asked = [Due(", ".join(labels), f"before {step}") for step, labels in missing.items()]
    return [*_waiting(store, record), *asked]


def _waiting(store: Store, record: Record) -> Iterator[Due]:
    """Yield the due work that concerns a record, the longest waiting first."""
    from fieldkit.records.fields.formats import today
    from fieldkit.reports import Area, about_kind, due_items, due_work

    rules = about_kind(due_work().values(), record.kind())
    asked = partial(due_items, rules=rules, area=Area(), today=today(), about=[record.id])
    for item in store.query(asked):
        yield Due(due_work()[item.what].label, when_due(item.days))
